"""Where in a TOML text a key stands: what a message about it needs, and the parser does not tell."""

import re
from collections import Counter
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and, in arrays of tables, numbers from 0: ``("actions", 3, "path")``."""

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"([^"]*)"|'([^']*)'""")
_LONG = re.compile(r'"""|\'\'\'')


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, from 1, of each table and each key that begins one; what an inline table holds is not listed."""
    found: dict[Path, int] = {}
    arrays: Counter[tuple[str, ...]] = Counter()
    table: Path = ()
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        if within:
            within = "" if within in line else within
            continue
        header = _HEADER.match(line)
        if header is not None and "=" not in line.split("#")[0]:
            names = _names(header["name"])
            if header["open"] == "[[":
                arrays[names] += 1
            table = _numbered(names, arrays)
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key is not None:
            found.setdefault((*table, *_names(key["name"])), number)
        marks = _LONG.findall(line)
        if len(marks) % 2:
            within = marks[-1]
    return found


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it; the first where there is none."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part[1] or part[2] or part[0] for part in _PART.finditer(text))


def _numbered(names: tuple[str, ...], arrays: Mapping[tuple[str, ...], int]) -> Path:
    path: list[str | int] = []
    for length in range(1, len(names) + 1):
        path.append(names[length - 1])
        if names[:length] in arrays:
            path.append(arrays[names[:length]] - 1)
    return tuple(path)
