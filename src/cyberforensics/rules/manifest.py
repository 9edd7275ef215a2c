"""``pack.toml``: what a pack says of itself. docs/rules-packs.md describes it for those who write packs."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, cast

from cyberforensics.errors import RulePackError
from cyberforensics.model.examination import FINDING_SEVERITIES, FindingSeverity
from cyberforensics.model.names import display_text
from cyberforensics.rules.engines import ENGINES, EXTERNALS, Engine, ExternalValue

MANIFEST = "pack.toml"

Profile = Literal["minimal", "neo23x0", "cccs"]
PROFILES: tuple[Profile, ...] = ("minimal", "neo23x0", "cccs")
"""What metadata a pack's rules are held to, from the least to the most."""
NEED_SAMPLES: frozenset[Profile] = frozenset(("cccs",))
"""Profiles in which each rule has a sample that it matches."""

TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
"""FIRST, Traffic Light Protocol 2.0."""

KINDS: Mapping[str, type] = MappingProxyType({"text": str, "integer": int, "float": float, "boolean": bool})
"""Types of externals."""


@dataclass(frozen=True, slots=True)
class External:
    """A variable that the pack's rules use beside those of the evidence."""

    name: str
    kind: str
    """``text``, ``integer``, ``float``, ``boolean``."""
    default: ExternalValue
    """What it is in a triage."""


@dataclass(frozen=True, slots=True)
class SeverityMapping:
    """How the metadata of a pack's rules says what is ``low`` and what is ``critical``."""

    key: str | None = None
    """A metadata key that is asked before ``severity`` and ``score``."""
    words: tuple[tuple[str, FindingSeverity], ...] = ()
    """What values mean, in lower case; numbers as text."""


NO_MAPPING = SeverityMapping()


@dataclass(frozen=True, slots=True)
class CostBudget:
    """What one rule may cost: one of the two."""

    share: float | None = None
    """Percent of what the pack costs."""
    times: float | None = None
    """Times what a plain rule costs."""

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.share:g}%" if self.share is not None else f"{self.times:g}x"


@dataclass(frozen=True, slots=True)
class Budgets:
    """What the pack's rules may do wrong, and cost."""

    known_good: int = 0
    """Findings of each rule on known-good files."""
    cost: CostBudget | None = None


@dataclass(frozen=True, slots=True)
class PackManifest:
    """What ``pack.toml`` says; a pack without one has the defaults."""

    name: str = ""
    version: str = ""
    licence: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    tlp: str = ""
    """One of `TLP`; empty where it says none."""
    source: str = ""
    """Where the pack comes from, in words or as a URL."""
    profile: Profile = "minimal"
    engines: Mapping[str, str] = field(default_factory=dict)
    """Version ranges by engine; empty for every engine, else those named alone run the pack."""
    externals: tuple[External, ...] = ()
    severity: SeverityMapping = NO_MAPPING
    budgets: Budgets = field(default_factory=Budgets)

    @property
    def needs_samples(self) -> bool:
        """Whether a rule without a sample that it matches is a mistake."""
        return self.profile in NEED_SAMPLES

    def runs_on(self, engine: Engine) -> bool:
        """Whether the pack is for this version of this engine."""
        if not self.engines:
            return True
        return engine.name in self.engines and admits(self.engines[engine.name], engine.version().split()[1])


_TERM = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)*)")
_COST = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(%|x)")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def admits(version_range: str, version: str) -> bool:
    """Whether a range like ``>=4.5,<5`` holds a version; of a version, what follows its numbers does not count."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    if found is None:
        return False
    have = _numbers(found[0])
    for sign, text in _TERM.findall(version_range):
        limit = _numbers(text)
        if not {
            ">=": have >= limit,
            "<=": have <= limit,
            "==": have == limit,
            "!=": have != limit,
            "<": have < limit,
            ">": have > limit,
        }[sign]:
            return False
    return True


def cost_budget(text: str) -> CostBudget:
    """Read ``5%`` (of the pack) or ``3x`` (times a plain rule).

    Raises:
        ValueError: it is neither.
    """
    found = _COST.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise ValueError(f"{text!r} is neither a share like 5% nor a multiple like 3x")
    return CostBudget(share=float(found[1])) if found[2] == "%" else CostBudget(times=float(found[1]))


def read_manifest(raw: bytes, shown: str) -> PackManifest:
    """Read the text of a ``pack.toml``; `shown` is its path for messages.

    Raises:
        RulePackError: it is no TOML, has an unknown key, or a value of the wrong type: `details` names the line where
            it is known.
    """
    try:
        text = raw.decode("utf-8")
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _broken(f"{shown}:{line}", f"is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise _broken(shown, "is nested too deep") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$", str(error))
        line = len(text.splitlines()) if found is None or found[1] is None else int(found[1])
        reason = str(error).replace("Cannot overwrite a value", "the key stands there a second time")
        raise _broken(f"{shown}:{line}", reason, 'texts stand in "quotation marks", lists in [brackets]') from error
    return _Reader(text, shown).manifest(content)


class _Mistake(Exception):
    """A key of the manifest, and what is wrong with it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(key, what)
        self.key = key
        self.what = what


class _Reader:
    """Checks one manifest."""

    def __init__(self, text: str, shown: str) -> None:
        self._text = text
        self._shown = shown

    def manifest(self, content: Mapping[str, object]) -> PackManifest:
        try:
            return _manifest(content)
        except _Mistake as mistake:
            place = self._place(mistake.key)
            raise _broken(place, f"{display_text(mistake.key)} {mistake.what}") from mistake

    def _place(self, key: str) -> str:
        """With the line, where one line alone can have set the key: the library tells none."""
        last = re.escape(key.rpartition(".")[2])
        lines = [
            number
            for number, line in enumerate(self._text.split("\n"), 1)
            if re.match(rf"\s*(?:[\w.\"-]+\.)?\"?{last}\"?\s*=|\s*\[(?:[\w.\"-]+\.)?\"?{last}\"?\s*\]", line)
        ]
        return f"{self._shown}:{lines[0]}" if len(lines) == 1 else self._shown


def _broken(place: str, reason: str, hint: str = "docs/rules-packs.md lists what it may say") -> RulePackError:
    detail = f"{place}: {display_text(reason)}"
    return RulePackError(f"The manifest {detail}.", details=(detail,), hint=hint)


def _manifest(content: Mapping[str, object]) -> PackManifest:
    values: dict[str, object] = {}
    for key, value in content.items():
        reader = _KEYS.get(key)
        if reader is None:
            raise _Mistake(key, f"is no key of a manifest; they are: {', '.join(_KEYS)}")
        values[key] = reader(key, value)
    return PackManifest(**values)  # type: ignore[arg-type]  # each reader gives what its field holds


def _line(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise _Mistake(key, "must be one line of text")
    return value


def _name(key: str, value: object) -> str:
    if not _line(key, value):
        raise _Mistake(key, "must be one line of text, and not empty")
    return str(value)


def _lines(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Mistake(key, "must be a list of lines of text")
    return tuple(_line(key, part) for part in value)


def _one_of(choices: tuple[str, ...]) -> Callable[[str, object], str]:
    def read(key: str, value: object) -> str:
        if value not in choices:
            raise _Mistake(key, f"must be one of {', '.join(choices)}")
        return str(value)

    return read


def _table(key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _Mistake(key, "must be a table")
    return cast("Mapping[str, object]", value)


def _engines(key: str, value: object) -> Mapping[str, str]:
    ranges: dict[str, str] = {}
    for name, text in _table(key, value).items():
        place = f"{key}.{name}"
        known = [engine.name for engine in ENGINES]
        if name not in known:
            raise _Mistake(place, f"is no engine; they are: {', '.join(known)}")
        if not isinstance(text, str) or not all(_TERM.fullmatch(part.strip()) for part in text.split(",") if text):
            raise _Mistake(place, 'must be a range of versions like ">=4.5,<5", or "" for all')
        ranges[name] = text
    return MappingProxyType(ranges)


def _externals(key: str, value: object) -> tuple[External, ...]:
    found = []
    for name, table in _table(key, value).items():
        place = f"{key}.{name}"
        if not _IDENTIFIER.fullmatch(name):
            raise _Mistake(place, "is no name of a variable")
        if name in EXTERNALS:
            raise _Mistake(place, "is set from the evidence and can't be declared")
        content = _table(place, table)
        _only(place, content, ("type", "default"))
        kind, default = content.get("type"), content.get("default")
        if not isinstance(kind, str) or kind not in KINDS:
            raise _Mistake(f"{place}.type", f"must be one of {', '.join(KINDS)}")
        if not isinstance(default, str | int | float) or type(default) is not KINDS[kind]:
            raise _Mistake(f"{place}.default", f"must be given, as a value of the type {kind}")
        if isinstance(default, int) and not -(1 << 63) <= default < 1 << 63:
            raise _Mistake(f"{place}.default", "must fit into 64 bits")
        found.append(External(name, kind, default))
    return tuple(sorted(found, key=lambda external: external.name))


def _severity(key: str, value: object) -> SeverityMapping:
    content = _table(key, value)
    _only(key, content, ("key", "words"))
    named = content.get("key")
    if named is not None and (not isinstance(named, str) or not _IDENTIFIER.fullmatch(named)):
        raise _Mistake(f"{key}.key", "must be the name of a metadata key")
    words: list[tuple[str, FindingSeverity]] = []
    for word, severity in _table(f"{key}.words", content.get("words", {})).items():
        known = next((one for one in FINDING_SEVERITIES if one == severity), None)
        if known is None:
            raise _Mistake(f"{key}.words.{word}", f"must be one of {', '.join(FINDING_SEVERITIES)}")
        words.append((word.strip().lower(), known))
    return SeverityMapping(named, tuple(words))


def _budgets(key: str, value: object) -> Budgets:
    content = _table(key, value)
    _only(key, content, ("known-good", "cost"))
    known_good = content.get("known-good", 0)
    if type(known_good) is not int or known_good < 0:
        raise _Mistake(f"{key}.known-good", "must be a number of findings, 0 or more")
    cost = content.get("cost")
    try:
        budget = None if cost is None else cost_budget(_line(f"{key}.cost", cost))
    except ValueError as error:
        raise _Mistake(f"{key}.cost", 'must be a share of the pack like "5%" or a multiple like "3x"') from error
    return Budgets(known_good, budget)


def _only(key: str, content: Mapping[str, object], known: tuple[str, ...]) -> None:
    for name in content:
        if name not in known:
            raise _Mistake(f"{key}.{name}", f"is no key of {key}; they are: {', '.join(known)}")


_KEYS: Mapping[str, Callable[[str, object], object]] = MappingProxyType(
    {
        "name": _name,
        "version": _line,
        "licence": _line,
        "description": _line,
        "authors": _lines,
        "tlp": _one_of(TLP),
        "source": _line,
        "profile": _one_of(PROFILES),
        "engines": _engines,
        "externals": _externals,
        "severity": _severity,
        "budgets": _budgets,
    }
)


def _numbers(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:  # 5 is 5.0
        numbers.pop()
    return tuple(numbers)
