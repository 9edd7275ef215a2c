"""One rule file: its text, and what a glance at its words tells before it is compiled."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.names import display_text
from cyberforensics.rules.engine import EXTERNALS

SUFFIXES = (".yar", ".yara")

# In YARA a slash begins a comment or a regular expression and nothing else (division is a backslash), so one
# pass from left to right tells words of the language from words in comments and strings.
_WORDS = re.compile(
    r"""
      //[^\n]* | /\*.*?\*/
    | "(?:[^"\\\n]|\\.)*"
    | /(?:[^/\\\n]|\\.)+/
    | \binclude[ \t]+"(?P<include>[^"\n]*)"
    | (?<![\w$\#@!.])(?:(?P<rule>rule)|(?P<external>EXTERNALS))\b
    """.replace("EXTERNALS", "|".join(EXTERNALS)),
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Include:
    """One include statement."""

    target: Path
    line: int
    span: tuple[int, int]
    """Where in the text the quoted name stands."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Why a rule file cannot be used, for the person who maintains it."""

    path: Path
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        """``file:line: reason``, as editors understand it."""
        place = shown(self.path) if self.line is None else f"{shown(self.path)}:{self.line}"
        return f"{place}: {display_text(self.reason)}"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule file that could be read."""

    path: Path
    text: str
    raw: bytes
    includes: tuple[Include, ...]
    rules: int
    """Rules that it declares, private ones included, without those of included files."""
    names_external: bool
    """Whether the word of an external stands in it; whether it is one, only the compiler knows."""

    @property
    def is_index(self) -> bool:
        """Whether it only includes other files."""
        return self.rules == 0 and bool(self.includes)


def read(path: Path) -> RuleFile | Defect:
    """Read a rule file; a `Defect` where it is no text that a compiler could be shown."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Defect(path, f"can't be read ({error.strerror})")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Defect(path, f"is not UTF-8 (byte {error.start})", _line(raw, error.start))
    if "\0" in text:
        return Defect(path, "holds a NUL byte", _line(raw, raw.index(0)))
    return _look(path, raw, text)


def _look(path: Path, raw: bytes, text: str) -> RuleFile:
    includes: list[Include] = []
    rules = 0
    names_external = False
    for word in _WORDS.finditer(text):
        if word["include"] is not None:
            target = Path(os.path.normpath(path.parent / word["include"]))
            includes.append(Include(target, text.count("\n", 0, word.start()) + 1, word.span("include")))
        elif word["rule"]:
            rules += 1
        elif word["external"]:
            names_external = True
    return RuleFile(path, text, raw, tuple(includes), rules, names_external)


def _line(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def shown(path: Path) -> str:
    """A path of the host as a message may show it."""
    return display_text(str(path))
