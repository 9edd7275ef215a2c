"""Orientation: whose computer, which system, which zone, which users; each answer with the place it was read from."""

from dataclasses import dataclass
from typing import Literal

from cyberforensics.model.times import Timestamp

Question = Literal[
    "computer-name",
    "domain",
    "operating-system",
    "version",
    "install-date",
    "registered-owner",
    "time-zone",
    "machine-id",
    "last-shutdown",
    "account",
    "last-logon",
    "user-profile",
    "notable-path",
]

QUESTIONS: tuple[tuple[Question, str], ...] = (
    ("computer-name", "Computer name"),
    ("domain", "Domain"),
    ("operating-system", "Operating system"),
    ("version", "Version"),
    ("install-date", "Installation"),
    ("registered-owner", "Registered owner"),
    ("time-zone", "Time zone"),
    ("machine-id", "Machine id"),
    ("last-shutdown", "Last shutdown"),
    ("account", "Account"),
    ("last-logon", "Last logon"),
    ("user-profile", "User profile"),
    ("notable-path", "Notable path"),
)
"""What is asked, in the order in which it is shown, and as a person reads it."""

State = Literal["found", "not-found", "unreadable"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer, or that there is none."""

    system: str
    """``windows``, ``linux``, ``macos``; the category for a notable path."""
    root: str
    """The folder that holds the installation, ``/`` for the volume's root."""
    question: Question
    state: State
    value: str | None = None
    """In display form; of a time, what is said of it beside the moment."""
    subject: str = ""
    """Whose logon or profile it is; the label of a notable path."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Further fields of the same record: RID, uid, home, shell, disabled …"""
    timestamp: Timestamp | None = None
    """As stored, where the answer is a time."""
    count: int | None = None
    """How many paths fit, for a notable path; how many further ones there are, for accounts and profiles."""
    entry: str | None = None
    """Id of the entry that it was read from."""
    path: str | None = None
    """Its display path."""
    place: str = ""
    """Key and value, field or line in it."""
    note: str = ""
    """What a reader must know beside it: transaction logs, why it is not there, what the value does not say."""


@dataclass(frozen=True, slots=True)
class LocatedFact:
    """A fact and the volume that it was read in."""

    id: str
    exhibit: str
    volume: str
    fact: Fact
