"""A moment that an artifact records."""

from dataclasses import dataclass

from cyberforensics.model.times import Timestamp


@dataclass(frozen=True, slots=True)
class Event:
    """One moment from a parser. File system times are no events of the store: they are columns of their entry."""

    timestamp: Timestamp
    meaning: str
    """From the shared vocabulary: ``Deletion Time``, ``Last Time Executed`` …"""
    data_type: str
    """``windows:recycle_bin:deleted``: which record of which artifact."""
    message: str
    """One line for people, in display form."""
    attributes: tuple[tuple[str, str | int | bool | None], ...] = ()
