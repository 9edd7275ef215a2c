"""ISO 9660: Rock Ridge names where TSK shows the identifiers, and what it shows as orphans that are none.

With Joliet, TSK shows that tree alone; what only the primary tree has (symbolic links are the usual case) it lists as
orphans without a name, and its empty files a second time. Neither is deleted: their records say where they belong.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cyberforensics.disk.listing import Directory, LeftOut, OwnRecord, Stray
from cyberforensics.disk.raw_fat_names import Spelled
from cyberforensics.disk.raw_iso9660 import IsoTree
from cyberforensics.model.entry import NameState
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem, Severity, Stage

if TYPE_CHECKING:
    from cyberforensics.disk.raw_iso9660_records import IsoRecord

_ORPHANS = b"$OrphanFiles"


class IsoListing:
    """The names of the directory records."""

    def __init__(self, tree: IsoTree) -> None:
        self._tree = tree
        self._shown = tree.root.tree if tree.root is not None else None
        self._directory: Directory | None = None
        self._counted_alike = True
        self._renamed = 0
        self._left_out: dict[bytes, list[IsoRecord]] = {}
        for record in tree.unlisted:
            self._left_out.setdefault((record.path or b"").rpartition(b"/")[0], []).append(record)

    def notes(self) -> Iterator[Problem]:
        """What is to be said of the whole volume."""
        for gap in self._tree.gaps:
            message = f"the second reading of the names left out a directory or a part of one: {gap}"
            yield Problem(Stage.WALK, "walk.not-compared", message, offset=gap.offset)
        if self._renamed:
            message = f"{self._renamed} names are those of Rock Ridge; The Sleuth Kit shows the disc's own identifiers"
            yield Problem(Stage.WALK, "walk.rock-ridge-names", message, Severity.INFO)

    def enter(self, directory: Directory) -> None:
        self._directory = directory

    def spell(self, raw: bytes, meta_address: int, file: Any) -> Spelled | None:  # noqa: ANN401, ARG002 - see OwnListing
        if self._directory is None or self._directory.in_orphans or raw == _ORPHANS:
            return None
        path = (self._directory.tsk_path + b"/" + raw).strip(b"/")
        record = self._tree.numbered(meta_address)
        if record is None or record.path != path:
            self._counted_alike = False
            record = self._tree.find(meta_address, path=path)
        if record is None or record.tree != "primary" or record.rock_ridge_path is None:
            return None
        self._renamed += 1
        return _spelled(record.rock_ridge_path.rpartition(b"/")[2])

    def left_out(self) -> Iterator[LeftOut]:
        if self._directory is None or not self._directory.allocated:
            return
        for record in self._left_out.pop(self._directory.tsk_path.strip(b"/"), ()):
            own = OwnRecord(record.size, record.directory, record.times, None, contiguous=False, readable=False)
            yield LeftOut(_spelled((record.rock_ridge_path or record.path or b"").rpartition(b"/")[2]), None, own)

    def stray(self, meta_address: int, state: NameState) -> Stray | None:
        """Only where every listed record had the number that we counted: an orphan has nothing else to check."""
        record = self._tree.numbered(meta_address)
        if state is not NameState.ORPHAN or record is None or not self._counted_alike or record.tree == self._shown:
            return None
        path = record.path if record.rock_ridge_path is None else record.rock_ridge_path
        if not path:
            return None
        parent, _, name = path.rpartition(b"/")
        return Stray(b"/" + parent if parent else b"", _spelled(name), twin=self._tree.twin(record) is not None)


def _spelled(raw: bytes) -> Spelled:
    return Spelled(raw, display_name(raw))
