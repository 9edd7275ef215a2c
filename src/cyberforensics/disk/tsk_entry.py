"""From a name that TSK lists to our entries: one for each stream, with times, owner, state and runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cyberforensics.disk import locator, ntfs, ntfs_record
from cyberforensics.disk.allocation import CountAllocated, allocation
from cyberforensics.disk.listing import OwnRecord
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_facts import ReadFacts, read_facts
from cyberforensics.disk.tsk_leaf import leaf, meta_address
from cyberforensics.disk.tsk_name import TskName
from cyberforensics.disk.tsk_record import Record, Stream, link_target, read_record, streams
from cyberforensics.disk.tsk_recovery import recovery
from cyberforensics.disk.tsk_status import DATA_KINDS, countable, decided
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Entry, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.identity import child_id
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem, Severity, Stage


@dataclass(slots=True)
class Shaper:
    """Makes the entries of one volume; numbers them, and knows the contents already met under another name."""

    volume: str
    file_system: FileSystem
    media_offset: int
    """Bytes from the start of the media to the volume."""
    _number: int = 0
    _contents: dict[tuple[int | None, int | None], int] = field(default_factory=dict)
    _owners: Mapping[int, str] = field(default_factory=dict)
    _in_use: CountAllocated | None = None
    _facts: ReadFacts | None = None
    _undecoded: bool = False
    _uncounted: int = 0
    _low_clusters: int = 0
    _sizeless: int = 0

    def __post_init__(self) -> None:
        self._in_use = allocation(self.file_system)
        try:
            self._facts = read_facts(self.file_system)
        except (MalformedData, OSError):
            self._undecoded = True
        if self.file_system.name == "ntfs":
            self._owners = ntfs.owners(self.file_system)

    def entries(self, name: TskName) -> Iterator[Entry]:
        """Yield the entries of one name.

        Raises:
            MalformedData: the record contradicts its format.
            OSError: the record could not be read.
        """
        if name.own is not None:
            yield self._own(name, name.own)
        elif name.meta is None:
            yield self._nameless(name)
        else:
            record = read_record(self.file_system, name, self._owners, self._facts)
            has_main = False
            for stream in streams(self.file_system, record.attributes):
                is_main = stream.name is None and not has_main
                has_main = has_main or is_main
                yield self._entry(name, stream, record, is_main=is_main)

    def unread(self, name: TskName) -> Entry:
        """The entry of a name whose record could not be read."""
        return self._bare(name, Recovery.NOT_APPLICABLE, Status.UNREADABLE, "walk.entry-unreadable")

    def notes(self) -> Iterator[Problem]:
        """What is to be said of the volume. Ask after its last entry."""
        if self._undecoded:
            yield Problem(
                Stage.WALK, "walk.times-undecoded", "the raw records could not be decoded: the entries have no times"
            )
        if self._uncounted:
            yield Problem(
                Stage.WALK,
                "walk.allocation-unknown",
                f"which blocks are in use could not be told: the content of {self._uncounted} deleted entries is not "
                "compared with it",
            )
        if self._sizeless:
            message = f"{self._sizeless} entries claim a size that no media has; what they hold was not read"
            yield Problem(Stage.WALK, "walk.entry-unreadable", message)
        if self._low_clusters:
            yield Problem(
                Stage.WALK,
                "walk.first-cluster-uncertain",
                f"{self._low_clusters} deleted entries name a first cluster below 65,536, on a volume with more: "
                "some systems clear the upper half of the number, and the content may be another's",
                Severity.INFO,
            )

    def _nameless(self, name: TskName) -> Entry:
        """A name that stands alone: nothing is known of a content."""
        if name.state is NameState.ALLOCATED:
            return self.unread(name)
        if name.state is NameState.REALLOCATED:
            return self._bare(name, Recovery.RECORD_REUSED, Status.SKIPPED, "content.record-reused")
        return self._bare(name, Recovery.NO_RUNS, Status.SKIPPED, "content.no-runs")

    def _bare(self, name: TskName, recovery_state: Recovery, status: Status, reason: str) -> Entry:
        if name.is_directory:
            status, reason = Status.NO_CONTENT, "directory"
        return Entry(
            volume=self.volume,
            id=name.id,
            parent=name.parent.id if name.parent else None,
            number=self._take_number(),
            path=name.path,
            path_raw=name.path_raw,
            stream=None,
            kind=Kind.DIRECTORY if name.is_directory else name.name_kind,
            meta_address=str(name.meta_address),
            allocated=name.state is NameState.ALLOCATED,
            name_state=name.state,
            recovery=recovery_state,
            size=None,
            status=status,
            status_reason=reason,
        )

    def _own(self, name: TskName, own: OwnRecord) -> Entry:
        """An entry in use that TSK does not open; FAT and exFAT contents are read by us, too."""
        status, reason = (None, None) if own.readable else (Status.SKIPPED, "walk.unlisted")
        if own.is_directory:
            status, reason = Status.NO_CONTENT, "directory"
        elif countable(own.size) is None:
            self._sizeless += 1
            status, reason = Status.UNREADABLE, "walk.entry-unreadable"
        number = self._take_number()
        place = None
        if own.contiguous and own.offset is not None and status is None:
            place = locator.dumps(locator.node("DATA_RANGE", range_offset=own.offset, range_size=own.size))
        return Entry(
            volume=self.volume,
            id=name.id,
            parent=name.parent.id if name.parent else None,
            number=number,
            path=name.path,
            path_raw=name.path_raw,
            stream=None,
            kind=Kind.DIRECTORY if own.is_directory else Kind.FILE,
            meta_address="" if name.meta_address is None else str(name.meta_address),
            allocated=True,
            name_state=name.state,
            recovery=Recovery.NOT_APPLICABLE,
            size=countable(own.size),
            times=EntryTimes.of(own.times),
            locator=place,
            content=number if status is None else None,
            reader="raw" if status is None else None,
            first_address=self.media_offset + own.offset if own.offset is not None else None,
            status=status,
            status_reason=reason,
        )

    def _take_number(self) -> int:
        number = self._number
        self._number += 1
        return number

    def _entry(self, name: TskName, stream: Stream, record: Record, *, is_main: bool) -> Entry:
        meta, attribute = name.meta, stream.attribute
        kind, is_ntfs = record.kind, self.file_system.name == "ntfs"
        allocated = name.state is NameState.ALLOCATED
        size = self._size(name, stream, kind)
        number = self._take_number()
        status, reason = decided(self.file_system, name, stream, record, size, allocated=allocated)
        self._sizeless += status is Status.UNREADABLE
        reader = self._reader(stream, record, size)
        block = self.file_system.block_size
        runs = attribute.runs if attribute else ()
        address = meta_address(name, attribute, has_sequences=is_ntfs)
        has_owner = record.owner is not None and not is_ntfs
        return Entry(
            volume=self.volume,
            id=name.id if is_main else child_id(name.id, b"", address, name.state, stream.name or b"", 0),
            parent=name.parent.id if name.parent else None,
            number=number,
            path=name.path,
            path_raw=name.path_raw,
            stream=self._stream_name(name, stream),
            kind=kind,
            meta_address=address,
            allocated=allocated,
            name_state=name.state,
            recovery=Recovery.NOT_APPLICABLE if allocated else self._recovery(stream, record, size),
            size=countable(size),
            times=record.times,
            mode=int(meta.mode) if has_owner else None,  # elsewhere TSK makes one up
            uid=int(meta.uid) if has_owner else None,
            gid=int(meta.gid) if has_owner else None,
            owner=record.owner,
            link_target=link_target(name, record) if record.tag is not None or kind is Kind.LINK else None,
            locator=None
            if status is Status.NO_CONTENT
            else leaf(self.file_system, name, stream, kind, size, runs, reader),
            content=self._content(name, attribute, number) if status is None else None,
            reader=reader if status is None else None,
            first_address=countable(self.media_offset + runs[0][0] * block) if runs else None,
            allocated_size=min(sum([length for _, length in runs]) * block, self.file_system.media.size) if runs else 0,
            status=status,
            status_reason=reason,
        )

    def _stream_name(self, name: TskName, stream: Stream) -> str | None:
        if stream.name is None:
            return None
        if b"^" in stream.name and stream.attribute is not None and self.file_system.name == "ntfs":
            spelled = ntfs_record.stream_name(self.file_system, name.meta_address or 0, stream.attribute.id)
            if spelled is not None:
                return spelled.shown
        return display_name(stream.name)

    def _size(self, name: TskName, stream: Stream, kind: Kind) -> int | None:
        if name.is_virtual:
            return None
        if stream.is_index:
            if stream.name is None:
                return int(name.meta.size)
            return stream.attribute.size if stream.attribute else None
        is_ntfs = self.file_system.name == "ntfs"
        if stream.attribute is not None and (is_ntfs or stream.name is not None):
            return stream.attribute.size
        return int(name.meta.size) if kind is not Kind.DIRECTORY or not is_ntfs else None

    def _reader(self, stream: Stream, record: Record, size: int | None) -> str:
        if record.tag == ntfs.WOF and stream.name is None:
            return "libfsntfs"
        valid = record.facts.valid_size
        return "raw" if valid is not None and size is not None and valid < size else "tsk"

    def _recovery(self, stream: Stream, record: Record, size: int | None) -> Recovery:
        if record.kind not in DATA_KINDS:
            return Recovery.NOT_APPLICABLE
        self._low_clusters += record.facts.low_cluster
        if self._in_use is None and stream.attribute is not None and stream.attribute.runs:
            self._uncounted += 1
        return recovery(self.file_system, self._in_use, stream.attribute, size, record.facts)

    def _content(self, name: TskName, attribute: Attribute | None, number: int) -> int:
        """The number of the first name of the same content: hard links are read once."""
        if int(name.meta.nlink) < 2:
            return number
        return self._contents.setdefault((name.meta_address, attribute.id if attribute else None), number)
