"""What metadata a rule should have, by three conventions.

- ``minimal``: what a reader needs to know of a finding. Ours.
- ``neo23x0``: the YARA Style Guide, https://github.com/Neo23x0/YARA-Style-Guide (README.md, "Rule Meta Data"): the
  mandatory fields, and the form of those that have one. What it only prefers (lengths, "Detects ...") is not asked for.
- ``cccs``: the CCCS YARA Specification, https://github.com/CybercentreCanada/CCCS-Yara (CCCS_YARA.yml and
  CCCS_YARA_values.yml). Fields that its validator generates where they are missing are not required.
"""

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Field:
    """One line of metadata."""

    name: str
    form: str = "a text"
    """What it must be, to go on "is not"."""
    pattern: str = ""
    """Of text, all of it."""
    required: bool = True
    once: bool = False
    number: tuple[int, int] | None = None
    """The smallest and the largest value of a number; None where it is a text."""
    day: bool = False
    also: tuple[str, ...] = ()
    """Other names of the same."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it may have."""
        return (self.name, *self.also)

    def accepts(self, value: str | float | bool) -> bool:
        """Whether the value has the form."""
        if isinstance(value, str):
            if self.number is not None:
                return value.isdecimal() and self.number[0] <= int(value[:10]) <= self.number[1]
            if not value.strip() or (self.pattern and not re.fullmatch(self.pattern, value)):
                return False
            return not self.day or _is_day(value)
        if isinstance(value, bool) or self.number is None:
            return False
        return self.number[0] <= value <= self.number[1]


@dataclass(frozen=True, slots=True)
class Profile:
    """A convention."""

    name: str
    fields: tuple[Field, ...]
    source: str


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


_DAY = "a day written YYYY-MM-DD"
_HASH = "an MD5, SHA-1 or SHA-256 in hexadecimal digits"
_TEXT = "a text with something in it"
_TYPE = "one of INFO, EXPLOIT, TECHNIQUE, TOOL and MALWARE"
_TLP = "a TLP such as TLP:GREEN"

_ALL = (
    Profile(
        "minimal",
        (
            Field("description", _TEXT),
            Field("author", _TEXT),
            Field("date", _DAY, day=True),
        ),
        "this project",
    ),
    Profile(
        "neo23x0",
        (
            Field("description", "a text without an address", r"(?!.*https?://).*"),
            Field("author", "a text without an address", r"(?!.*https?://).*", once=True),
            Field("reference", _TEXT),
            Field("date", _DAY, day=True),
            Field("modified", _DAY, day=True, required=False),
            Field("score", "a number from 0 to 100", number=(0, 100), required=False),
        ),
        "https://github.com/Neo23x0/YARA-Style-Guide",
    ),
    Profile(
        "cccs",
        (
            Field("status", "TESTING, RELEASED or DEPRECATED", "TESTING|RELEASED|DEPRECATED", once=True),
            Field("sharing", _TLP, r"TLP:(?:CLEAR|WHITE|GREEN|AMBER(?:\+STRICT)?)(?://COMMERCIAL)?", once=True),
            Field("source", "a text in capitals", r"[^a-z]+", once=True),
            Field("author", _TEXT),
            Field("description", _TEXT, once=True),
            Field("category", _TYPE, "(?i:INFO|EXPLOIT|TECHNIQUE|TOOL|MALWARE)", once=True),
            Field("date", _DAY, day=True, required=False, once=True),
            Field("modified", _DAY, day=True, required=False, once=True),
            Field("version", "a version such as 1.0", r"\d+\.\d+", required=False, once=True),
            Field("hash", _HASH, "(?:[a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{64})", required=False),
            Field("actor_type", "APT, CRIMEWARE or FIN", "(?i:APT|CRIMEWARE|FIN)", required=False),
            Field("mitre_att", "an id of ATT&CK", r"(?:TA|T|M|G|S)\d{4}(?:\.\d{3})?", required=False),
        ),
        "https://github.com/CybercentreCanada/CCCS-Yara",
    ),
)

PROFILES = {profile.name: profile for profile in _ALL}
"""By name."""
