"""What people add to a case: labels and notes. They are no results, and opinions stand apart from facts."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from cyberforensics.errors import UsageError
from cyberforensics.model.names import display_text

TaggedKind = Literal["entry", "finding", "event"]
NoteKind = Literal["fact", "opinion"]

LONGEST_LABEL = 64
LONGEST_NOTE = 10_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One label of one item."""

    kind: TaggedKind
    item: str
    """Id of the entry, finding or event."""
    label: str
    note: str
    """Empty where none was given."""
    operator: str
    time: str
    """RFC 3339, UTC, on the examining machine's clock."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the examiner wrote."""

    text: str
    operator: str
    time: str


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How many items bear a label."""

    label: str
    entries: int
    findings: int
    events: int


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that people added, as a document holds it."""

    labels: tuple[LabelCount, ...] = ()
    """By label; at most `MAX_LABELS`."""
    labels_total: int = 0
    facts: tuple[Note, ...] = ()
    """In the order in which they were written; at most `MAX_NOTES`."""
    facts_total: int = 0
    opinions: tuple[Note, ...] = ()
    opinions_total: int = 0


MAX_LABELS = 1_000
MAX_NOTES = 1_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What a report of one label holds, of all that the case holds."""

    label: str
    findings: int
    findings_of: int
    entries: int
    entries_of: int


def checked_label(text: str) -> str:
    """A label as it is stored: in Unicode's composed form.

    Raises:
        UsageError: it is empty, too long, or holds characters that do not show.
    """
    label = unicodedata.normalize("NFC", text)
    shown = display_text(label)
    if not 0 < len(label) <= LONGEST_LABEL or label != label.strip():
        raise UsageError(
            f"label {shown[:LONGEST_LABEL]!r}: 1 to {LONGEST_LABEL} characters, no blank at its ends",
            hint="as in key-evidence or not-relevant",
        )
    if shown != label:
        raise UsageError(
            f"label {shown}: holds a backslash or characters that do not show (controls, line ends, bidi)",
            hint="as in key-evidence or not-relevant",
        )
    return label


def checked_note(text: str) -> str:
    """The text of a note, without blanks at its ends; it may have several lines.

    Raises:
        UsageError: it is empty, too long, or holds characters that do not show.
    """
    note = text.strip()
    if not 0 < len(note) <= LONGEST_NOTE:
        raise UsageError(f"a note has 1 to {LONGEST_NOTE:,} characters, this one has {len(note):,}")
    for line in note.split("\n"):
        shown = display_text(line)
        if shown.replace("\\\\", "\\") != line:
            raise UsageError(
                f"the note holds characters that do not show (controls, bidi): {shown[:80]}",
                hint="write them as text, as in U+202E",
            )
    return note
