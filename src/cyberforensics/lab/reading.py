"""A table of TOML to a dataclass, strictly; every mistake is named with its line and with what would be right."""

import dataclasses
import difflib
import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from cyberforensics.lab.lines import Path, line_of, lines_of, lines_within
from cyberforensics.lab.scenario import Choice, Moment, Values

Kind = TypeVar("Kind")

_MOMENT = re.compile(r"day (\d{1,4}) (\d{2}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?")
_SIZE = re.compile(r"(\d+) ?(B|KiB|MiB|GiB)")
_ENDS = ("from", "to")
_MOST_NUMBER = 10**15
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@dataclasses.dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file that people write."""

    file: str
    line: int
    message: str
    """What is wrong, and what would be right."""

    def __str__(self) -> str:
        """As editors understand it."""
        return f"{self.file}:{self.line}: {self.message}"


class Reader:
    """Reads one file; what is wrong in it is collected, so that all of it is told at once."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []
        self.lines = lines_of(text)
        self._text = text.split("\n")

    def wrong(self, path: Path, message: str, *, near: str = "") -> None:
        """Note a mistake.

        Args:
            near: what stands in the line that is meant, where a value has several.
        """
        line = line_of(self.lines, path)
        if near:
            within = lines_within(self.lines, line, len(self._text))
            line = next((one for one in within if near in self._text[one - 1]), line)
        self.mistakes.append(Mistake(self.file, line, message))

    def table(self, kind: type[Kind], value: object, path: Path) -> Kind | None:
        """A dataclass from a table whose keys are its fields; None where it can't be made."""
        if not isinstance(value, dict):
            self.wrong(path, f"{_name(path)}: a table was expected, not {_called(value)}")
            return None
        hints = get_type_hints(kind)
        fields = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]
        values: dict[str, object] = {}
        before = len(self.mistakes)
        for key, one in value.items():
            if key not in fields:
                self.wrong((*path, key), f"{_name((*path, key))}: unknown; {did_you_mean(key, fields)}")
                continue
            values[key] = self._value(hints[key], one, (*path, key))
        for key, each in fields.items():
            if key not in value and each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                self.wrong(path, f"{_name(path) or self.file}: {key} is missing; add {key} = {_sample(hints[key])}")
        return kind(**values) if len(self.mistakes) == before else None

    def _value(self, hint: Any, value: object, path: Path) -> object:  # noqa: ANN401 - a type hint
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(one for one in get_args(hint) if one is not type(None))
        if hint == tuple[tuple[str, Values], ...] and isinstance(value, dict):
            return tuple((key, self._values(one, (*path, key))) for key, one in value.items())
        if hint in _SPECIAL:
            expected, convert = _SPECIAL[hint]
            made = convert(value)
        elif get_origin(hint) is Literal:
            expected, made = f"one of {', '.join(map(str, get_args(hint)))}", value if value in get_args(hint) else None
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self.table(hint, value, path)
        elif get_origin(hint) is tuple:
            return self._array(hint, value, path)
        elif hint is bool:
            expected, made = "true or false", value if isinstance(value, bool) else None
        elif hint is int and path[-1] in ("size", "largest", "segment_size"):
            expected, made = 'a size such as "64 MiB"', _size(value)
        elif hint in (int, float):
            expected = "a whole number that is not negative" if hint is int else "a number that is not negative"
            allowed = int if hint is int else int | float
            made = value if isinstance(value, allowed) and not isinstance(value, bool) and value >= 0 else None
        else:
            expected = "a text in quotes, or no such line,"
            made = value if isinstance(value, str) and value.strip() else None
        if made is None:
            self.wrong(path, f"{_name(path)}: {expected} was expected, not {_called(value)}")
        return made

    def _values(self, value: object, path: Path) -> object:
        """Texts, or whole numbers as in ``{ from = 100, to = 999 }``."""
        if not isinstance(value, dict):
            return self._value(Choice, value, path)
        ends = [value.get(key) for key in _ENDS]
        whole = [end for end in ends if isinstance(end, int) and not isinstance(end, bool) and 0 <= end <= _MOST_NUMBER]
        if set(value) != set(_ENDS) or len(whole) != len(_ENDS) or whole[0] > whole[1]:
            expected = f"two whole numbers up to {_MOST_NUMBER:,}, the least first,"
            self.wrong(path, f"{_name(path)}: {expected} were expected, as in {{ from = 100, to = 999 }}")
            return None
        return range(whole[0], whole[1] + 1)

    def _array(self, hint: Any, value: object, path: Path) -> object:  # noqa: ANN401 - a type hint
        items = value if isinstance(value, list) else [value]
        inner = get_args(hint)
        if len(inner) == 2 and inner[1] is not Ellipsis:
            if len(items) != len(inner):
                self.wrong(path, f"{_name(path)}: two values were expected, as in [0, 60]")
                return None
            return tuple(self._value(one, item, path) for one, item in zip(inner, items, strict=True))
        if dataclasses.is_dataclass(inner[0]):
            if not isinstance(value, list):
                self.wrong(path, f"{_name(path)}: it is written as [[{path[-1]}]], once for each")
                return None
            return tuple(self._value(inner[0], item, (*path, number)) for number, item in enumerate(items))
        return tuple(self._value(inner[0], item, path) for item in items)


def _moment(value: object) -> Moment | None:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[2]) > 23 or int(found[3]) > 59 or float(found[4] or 0) >= 60:
        return None
    return Moment(int(found[1]), int(found[2]) * 3600 + int(found[3]) * 60 + float(found[4] or 0))


def _choice(value: object) -> Choice | None:
    items: list[object] = value if isinstance(value, list) else [value]
    texts = tuple(item for item in items if isinstance(item, str) and item)
    return texts if texts and len(texts) == len(items) else None


def _size(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else int(found[1]) * _UNITS[found[2]]


def day(value: object) -> str | None:
    """A date, with quotes or without, as text."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return None


_SPECIAL: Mapping[Any, tuple[str, Callable[[object], object]]] = {
    Moment: ('a moment such as "day 3 09:12:40"', _moment),
    Choice: ("a text, or a list of texts of which each variant has one,", _choice),
    tuple[tuple[str, Values], ...]: (
        'a table of names with their values, such as customer = ["Acme", "Globex"],',
        lambda _: None,
    ),
}


def _called(value: object) -> str:
    words = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return f'"{value}"' if isinstance(value, str) else words.get(type(value), f"{value}")


def did_you_mean(key: str, known: Iterable[str]) -> str:
    """What would be right instead of a word that is not known."""
    known = list(known)
    near = difflib.get_close_matches(key, known, 1)
    return f"did you mean {near[0]}?" if near else f"known here are {', '.join(known) or 'none'}"


def _name(path: Path) -> str:
    return ".".join(str(part) if isinstance(part, str) else f"[{part + 1}]" for part in path).replace(".[", "[")


def _sample(hint: Any) -> str:  # noqa: ANN401 - a type hint
    if hint is Moment:
        return '"day 0 09:00:00"'
    if get_origin(hint) is Literal:
        return f'"{get_args(hint)[0]}"'
    return "0" if hint in (int, float) else '"…"'
