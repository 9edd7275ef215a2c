"""Many GLOBs over every path of a walk, at little cost: a path is only held against those that its name admits."""

import re
from collections.abc import Sequence

_WILD = re.compile(r"[*?]")
_BEGINNING = 3  # characters of a name

_Glob = tuple[re.Pattern[str], int]


class PathGlobs:
    """GLOBs of display paths in lower case, with labels.

    One that begins with ``*`` lies in any folder, one that begins with ``/`` at the root. Everywhere else ``*`` stands
    for a part of one name, ``?`` for one character of it: what lies in a folder never fits the GLOB of the folder.
    """

    def __init__(self, globs: Sequence[tuple[str, int]]) -> None:
        """`globs` gives each GLOB its label; several may share one."""
        self._by_name: dict[str, list[_Glob]] = {}
        self._by_extension: dict[str, list[_Glob]] = {}
        self._by_folder: dict[str, list[_Glob]] = {}
        self._by_beginning: dict[str, list[_Glob]] = {}
        self._always: list[_Glob] = []
        for glob, label in globs:
            self._place(glob).append((re.compile(_expression(glob)), label))

    def _place(self, glob: str) -> list[_Glob]:
        """The list of those that are asked where a name is this one, has its extension or beginning, or lies there."""
        folder, _, name = glob.rpartition("/")
        folder = folder.rpartition("/")[2]
        wild = _WILD.search(name)
        if wild is None:
            return self._by_name.setdefault(name, [])
        dot, extension = name.rpartition(".")[1:]
        if dot and not _WILD.search(extension):
            return self._by_extension.setdefault(extension, [])
        if wild.start() >= _BEGINNING:
            return self._by_beginning.setdefault(name[:_BEGINNING], [])
        if folder and not _WILD.search(folder):
            return self._by_folder.setdefault(folder, [])
        return self._always

    def labels(self, path: str) -> Sequence[int]:
        """The labels whose GLOBs a path fits, each once, in order."""
        end = path.rfind("/")
        name = path[end + 1 :].lower()
        found = self._by_name.get(name)
        beside = self._by_extension.get(name[name.rfind(".") + 1 :])
        begins = self._by_beginning.get(name[:_BEGINNING])
        inside = self._by_folder.get(path[path.rfind("/", 0, end) + 1 : end].lower()) if end > 0 else None
        if found is beside is begins is inside is None and not self._always:
            return ()
        asked = [*(found or ()), *(beside or ()), *(begins or ()), *(inside or ()), *self._always]
        path = path.lower()
        return sorted({label for pattern, label in asked if pattern.fullmatch(path)})


def _expression(glob: str) -> str:
    start = ""
    if glob.startswith("*"):
        start, glob = "(?s:.*)/", glob[2:] if glob.startswith("*/") else glob
    return start + "".join({"*": "[^/]*", "?": "[^/]"}.get(letter) or re.escape(letter) for letter in glob)


def is_glob_of_a_path(glob: str) -> bool:
    """Whether it can fit a display path in lower case, and says something of its name."""
    return glob[:1] in ("/", "*") and glob == glob.lower() and glob.rpartition("/")[2].strip("*?") != ""
