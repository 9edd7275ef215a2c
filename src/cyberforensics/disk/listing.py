"""What our own reading of a volume adds to TSK's listing: true names, and the entries that it leaves out.

One class for each kind of file system; `own_listing` chooses. docs/decisions/tsk-walk.md says what each is for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from cyberforensics.disk.raw_fat_names import Spelled
from cyberforensics.model.entry import EntryTime, NameState
from cyberforensics.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the walk stands."""

    id: str
    path: str
    """Display form; the root's is empty."""
    path_raw: bytes
    tsk_path: bytes
    """As TSK spells it: what a locator says, and what is compared with other readings."""
    meta_address: int
    depth: int
    in_orphans: bool
    allocated: bool


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """What we read of an entry that TSK does not open."""

    size: int
    is_directory: bool
    times: tuple[EntryTime, ...]
    offset: int | None
    """Of its content in the volume; None where it is empty."""
    contiguous: bool
    """Whether the content is one range of the volume, with all its bytes written."""
    readable: bool
    """Whether `raw_content` can read it by its address."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry in use that TSK does not list."""

    name: Spelled
    meta_address: int | None
    """By which TSK may open it all the same; None where it numbers no such entry."""
    record: OwnRecord


@dataclass(frozen=True, slots=True)
class Stray:
    """An orphan of TSK's that has a name after all."""

    parent: bytes
    """Raw path of the directory that it stands in, without a final slash."""
    name: Spelled
    twin: bool
    """Whether the same file was listed by another name already."""


class OwnListing(Protocol):
    """A second reading of the names."""

    def notes(self) -> Iterable[Problem]:
        """What is to be said of the whole volume. Ask after the last name."""

    def enter(self, directory: Directory) -> None:
        """Prepare for a directory: `spell` and `left_out` are about this one.

        Raises:
            MalformedData: it contradicts its format.
            OSError: it can't be read.
        """

    def spell(self, raw: bytes, meta_address: int, file: Any) -> Spelled | None:  # noqa: ANN401 - pytsk3 has no types
        """The name as the medium has it; None where TSK's stands."""

    def left_out(self) -> Iterable[LeftOut]:
        """What TSK did not list of the directory. Ask after its last name."""

    def stray(self, meta_address: int, state: NameState) -> Stray | None:
        """Where an orphan belongs; None where it is one."""
