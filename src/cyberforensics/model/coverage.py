"""The two equations: what was seen, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of contents and their bytes."""

    count: int = 0
    size: int = 0
    """Bytes, as the entries' sizes say."""

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.size + other.size)


NOTHING = Amount()


@dataclass(frozen=True, slots=True)
class EntryCoverage:
    """``seen = whole + partial + skipped + unreadable``: of everything that has, or may have had, content."""

    seen: Amount
    whole: Amount
    partial: Mapping[str, Amount]
    """By reason."""
    skipped: Mapping[str, Amount]
    unreadable: Mapping[str, Amount]
    no_content: int
    """Directories, links, devices and the like: entries that have nothing to read. Outside the equation."""
    names: int
    """All entries, further hard links of the same content included."""

    @property
    def accounted(self) -> Amount:
        """The right side."""
        total = self.whole
        for part in (self.partial, self.skipped, self.unreadable):
            for amount in part.values():
                total = total + amount
        return total

    @property
    def reconciles(self) -> bool:
        """Whether both sides are equal, by count and by bytes."""
        return self.seen == self.accounted


@dataclass(frozen=True, slots=True)
class MediaPart:
    """A part of the media's bytes, and whether it was examined."""

    where: str
    """A volume's id, or ``media``."""
    what: str
    """``file-content metadata unallocated slack gap partition-table no-file-system …``"""
    size: int
    """Bytes."""
    examined: bool
    reason: str | None = None
    """Why not."""


@dataclass(frozen=True, slots=True)
class MediaCoverage:
    """``media size = sum of the parts``."""

    exhibit: str
    media_size: int | None
    parts: tuple[MediaPart, ...]

    @property
    def reconciles(self) -> bool:
        """Whether the parts add up to the media; logical evidence has no media, and always does."""
        return self.media_size is None or sum(part.size for part in self.parts) == self.media_size
