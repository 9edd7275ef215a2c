"""Which entries are examined first, and in which context a finding lies: both from the path alone."""

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


_CONTEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("page-or-hibernation", ("*/pagefile.sys", "*/swapfile.sys", "*/hiberfil.sys", "*/swapfile")),
    (
        "security-product",
        (
            "*/windows defender/*",
            "*/microsoft antimalware/*",
            "*/clamav/*",
            "*/kaspersky*/*",
            "*/eset/*",
            "*/avast*/*",
            "*/sophos/*",
            "*/malwarebytes/*",
            "*/quarantine/*",
        ),
    ),
    ("rule-text", ("*.yar", "*.yara", "*.yarac", "*/sigma/*.yml")),
    ("cache", ("*/cache/*", "*/caches/*", "*/cache2/*", "*/inetcache/*", "*/temporary internet files/*", "*/.cache/*")),
    (
        "system",
        (
            "/$*",
            "/windows/*",
            "/program files/*",
            "/program files (x86)/*",
            "/usr/*",
            "/lib/*",
            "/lib64/*",
            "/bin/*",
            "/sbin/*",
            "/boot/*",
            "/system/*",
            "/library/*",
        ),
    ),
)


def context(path: str) -> str:
    """Where a finding lies: one of the words of docs/case-format.md, ``user-file`` where no other fits."""
    lower = path.lower()
    return next((name for name, globs in _CONTEXTS if _any_of(globs).match(lower)), "user-file")


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: asked once for every entry."""
    return re.compile("|".join(map(translate, globs)))
