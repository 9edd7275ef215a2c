"""In which context a finding lies: from the place of its entry, and from what the rules' own text looks like.

docs/contexts.md has the places below for those who don't read code; a test holds both equal. They are tight on purpose.
What is in none of them is a user's file and is listed first, so a place that is missing costs an examiner a line, while
one that is too wide would move somebody's file out of sight.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from cyberforensics.model.contexts import Context, FindingContext, Group
from cyberforensics.model.entry import Name
from cyberforensics.pipeline.context_places import PLACES, Place

_MOVED = re.compile(r"/(?:[a-z](?::|%3a)?|windows\.old(?:\.\d{3})?|system/volumes/data)(?=/)")
"""A system's root that lies below another one, or in a folder of its own: a drive in a collection of files (``/C``,
``/C%3A``), an earlier Windows, the data volume of macOS as its system volume shows it."""

_GROUPS: Mapping[Context, Group] = {
    "page-or-hibernation": "page-or-hibernation",
    "security-product": "security-product",
    "cache": "cache",
    "rule-text": "rule-text",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    context: Context
    group: Group | None
    paths: re.Pattern[str]


def context_of(name: Name, filesystem: str | None, *, in_rule_text: bool = False) -> FindingContext:
    """Where a finding lies.

    Args:
        filesystem: as in `Volume.filesystem`: metadata files are those of the file system, and no others.
        in_rule_text: whether all that matched lies inside a text that declares rules.
    """
    path = name.path.lower()
    moved = _MOVED.match(path)
    paths = (path,) if moved is None else (path, path[moved.end() :])
    for kind in _kinds(filesystem or ""):
        if any(kind.paths.fullmatch(path) for path in paths):
            if kind.group == "metadata-file" and not (name.stream or "$").startswith("$"):
                continue  # somebody's stream on a metadata file
            if in_rule_text and kind.group is None:
                break
            return FindingContext(kind.context, kind.group)
    return FindingContext("rule-text", "rule-text") if in_rule_text else FindingContext("user-file")


@cache
def _kinds(filesystem: str) -> tuple[_Kind, ...]:
    """One expression for all places of a kind, in the order in which they are asked."""
    by_kind: dict[tuple[Context, Group | None], list[str]] = {}
    for place in PLACES:
        if not place.filesystems or filesystem in place.filesystems:
            by_kind.setdefault((place.context, _group(place)), []).extend(map(_expression, place.globs))
    return tuple(
        _Kind(context, group, re.compile("|".join(expressions))) for (context, group), expressions in by_kind.items()
    )


def _group(place: Place) -> Group | None:
    return "metadata-file" if place.metadata else _GROUPS.get(place.context)


def _expression(glob: str) -> str:
    return "".join(_parts(glob))


def _parts(glob: str) -> Iterator[str]:
    r"""Of a GLOB: ``**`` is anything, ``*`` anything but a slash, ``[0-9]`` a digit."""
    for part in re.split(r"(\*\*|\*|\[0-9\])", glob):
        yield {"**": "(?s:.*)", "*": r"[^/]*", "[0-9]": "[0-9]"}.get(part, re.escape(part))
