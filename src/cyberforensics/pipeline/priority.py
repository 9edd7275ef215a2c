"""Which entries are examined first: from the path alone."""

import re
from collections.abc import Callable
from fnmatch import translate
from functools import cache

from cyberforensics.model.entry import EARLY, FIRST, LAST, USUAL, Entry
from cyberforensics.pipeline.scope import paths_below

_ORDER: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        LAST,
        (
            "/pagefile.sys",
            "/swapfile.sys",
            "/hiberfil.sys",
            "/$badclus",
            "/windows/winsxs/*",
            "/windows/installer/*",
            "/windows/assembly/*",
            "/usr/share/*",
            "/usr/lib/*",
            "/$fat*",
            "/$mbr",
        ),
    ),
    (
        FIRST,
        (
            "*/desktop/*",
            "*/documents/*",
            "*/downloads/*",
            "*/temp/*",
            "*/tmp/*",
            "*/startup/*",
            "*/start menu/programs/startup/*",
            "*/appdata/roaming/*",
            "*/appdata/local/temp/*",
            "/windows/system32/tasks/*",
            "/windows/system32/config/*",
            "/windows/prefetch/*",
            "*/$recycle.bin/*",
            "*.pst",
            "*.ost",
            "*.eml",
            "*.mbox",
            "*/mail/*",
            "*/inetpub/*",
            "/var/www/*",
            "/etc/cron*",
            "*/.ssh/*",
            "*/.bash_history",
            "*/autostart/*",
        ),
    ),
    (
        EARLY,
        (
            "/users/*",
            "/home/*",
            "/root/*",
            "/documents and settings/*",
            "/programdata/*",
            "/var/*",
            "/etc/*",
            "/$orphanfiles/*",
        ),
    ),
)
"""The first line that fits decides; GLOBs of the display path in lower case."""


def chosen_priority(first: tuple[str, ...], last: tuple[str, ...]) -> Callable[[Entry], int]:
    """The priority where an examiner chose what comes first and what comes last; `first` wins."""
    is_first, is_last = (paths_below(globs) if globs else None for globs in (first, last))

    def decide(entry: Entry) -> int:
        path = entry.path.lower()
        if is_first is not None and is_first.match(path):
            return FIRST
        if is_last is not None and is_last.match(path):
            return LAST
        usual = priority(entry)
        return EARLY if is_first is not None and usual == FIRST else usual

    return decide


def priority(entry: Entry) -> int:
    """From `FIRST` to `LAST`."""
    path = entry.path.lower()
    return next((level for level, globs in _ORDER if _any_of(globs).match(path)), USUAL)


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: asked once for every entry."""
    return re.compile("|".join(map(translate, globs)))
