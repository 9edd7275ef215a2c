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
    for number, line in enumerate(text.split("\n"), 1):
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


def lines_within(lines: Mapping[Path, int], line: int, last: int) -> range:
    """The lines of the value whose key stands in one: up to the next key."""
    return range(line, min((one for one in lines.values() if one > line), default=last + 1))


def begun_at(text: str, line: int) -> int:
    """Where the text began that an error of the parser in this line is due to: a long one that is not closed.

    The parser sees the end of such a text only where the next one begins, or in a line that is no key.
    """
    rows = text.split("\n")
    begun = max((one for one in lines_of(text).values() if one <= line), default=line)
    if begun == line:
        return line
    held = rows[begun - 1 : line - 1]
    marks = len(_LONG.findall("\n".join(held))) + any(_KEY.match(row) and _LONG.search(row) for row in held[1:])
    cut_short = not marks and rows[begun - 1].rstrip().endswith(('""', "''"))
    return begun if marks % 2 or cut_short else line


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
