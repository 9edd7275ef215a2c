"""Which entries a scope admits, by what is known before anything is read: path and file system times.

An entry is left out only where it is known to be outside: one without any time stays in, a date covers its whole day,
and a local time of an unknown zone covers every zone that exists (UTC-12 to UTC+14).
"""

import re
from collections.abc import Callable
from fnmatch import translate

from cyberforensics.model.entry import Entry
from cyberforensics.model.scope import Scope
from cyberforensics.model.times import span_of


def admits(scope: Scope, zone: str | None) -> Callable[[Entry], bool]:
    """A function that says of an entry whether the scope admits it.

    Args:
        zone: declared for the exhibit's local clocks.
    """
    include = paths_below(scope.include) if scope.include else None
    exclude = paths_below(scope.exclude) if scope.exclude else None
    has_times = scope.since is not None or scope.until is not None
    since = None if scope.since is None else scope.since * 1000
    until = None if scope.until is None else scope.until * 1000

    def decide(entry: Entry) -> bool:
        path = entry.path.lower()
        if include is not None and not include.match(path):
            return False
        if exclude is not None and exclude.match(path):
            return False
        return not has_times or _in_window(entry, since, until, zone)

    return decide


def _in_window(entry: Entry, since: int | None, until: int | None, zone: str | None) -> bool:
    """Whether one of the times may lie in the window; so it is where there is none."""
    known = False
    for time in entry.times:
        span = span_of(time.timestamp, zone)
        if span is None:
            continue
        known = True
        first, last = span
        if (since is None or last >= since) and (until is None or first < until):
            return True
    return not known


def paths_below(globs: tuple[str, ...]) -> re.Pattern[str]:
    r"""One expression for paths in lower case: each GLOB fits a path, and what lies below it."""
    lower = [glob.lower().rstrip("/") or "/" for glob in globs]
    below = [f"{glob.rstrip('/')}/*" for glob in lower]
    return re.compile("|".join(map(translate, dict.fromkeys([*lower, *below]))))
