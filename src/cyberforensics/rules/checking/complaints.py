"""What an engine says of a text, before it is known of which file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

PYTHON = "yara-python"
X = "yara-x"
ENGINES = (PYTHON, X)

Externals = Mapping[str, str | int | float | bool]
"""Variables that are declared, with a value of their type."""


class Sort(StrEnum):
    """Complaints that are told apart, since another remedy helps."""

    MISTAKE = "mistake"
    UNKNOWN_NAME = "unknown-name"
    MODULE = "module"
    WARNING = "warning"
    STRICT = "strict"
    """The engine as this product runs it takes it; as other tools run it, it does not."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake or warning."""

    engine: str
    sort: Sort
    start: int
    """Offset in characters; `end` is excluded."""
    end: int
    message: str
    rule: int | None = None
    """Number of the rule in the text; None outside of rules."""
    kind: str = ""
    """YARA-X's own name of a warning."""
    name: str = ""
    """The module or the name that is unknown."""
    hint: str = ""
