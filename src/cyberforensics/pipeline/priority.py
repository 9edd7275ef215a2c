"""Which entries are examined first: from the path alone."""

import re
from fnmatch import translate
from functools import cache

from cyberforensics.model.entry import EARLY, FIRST, LAST, USUAL, Entry

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


def priority(entry: Entry) -> int:
    """From `FIRST` to `LAST`."""
    path = entry.path.lower()
    return next((level for level, globs in _ORDER if _any_of(globs).match(path)), USUAL)


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: asked once for every entry."""
    return re.compile("|".join(map(translate, globs)))
