"""From a name that TSK lists to our entries: one for each stream, with times, owner, state and runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import locator, ntfs
from cyberforensics.disk.allocation import CountAllocated, allocation
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.disk.tsk_names import TskName
from cyberforensics.disk.tsk_times import ReadTimes, read_times
from cyberforensics.model.entry import Entry, EntryTime, Kind, NameState, Recovery, Status
from cyberforensics.model.identity import child_id
from cyberforensics.model.names import display_name, display_text

_KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        int(pytsk3.TSK_FS_META_TYPE_REG): Kind.FILE,
        int(pytsk3.TSK_FS_META_TYPE_DIR): Kind.DIRECTORY,
        int(pytsk3.TSK_FS_META_TYPE_LNK): Kind.LINK,
        int(pytsk3.TSK_FS_META_TYPE_CHR): Kind.DEVICE,
        int(pytsk3.TSK_FS_META_TYPE_BLK): Kind.DEVICE,
        int(pytsk3.TSK_FS_META_TYPE_FIFO): Kind.FIFO,
        int(pytsk3.TSK_FS_META_TYPE_SOCK): Kind.SOCKET,
        int(pytsk3.TSK_FS_META_TYPE_VIRT): Kind.VIRTUAL,
        int(pytsk3.TSK_FS_META_TYPE_VIRT_DIR): Kind.DIRECTORY,
    }
)
_UNALLOCATED = int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
_NON_RESIDENT = int(pytsk3.TSK_FS_ATTR_NONRES)
_ENCRYPTED = int(pytsk3.TSK_FS_ATTR_ENC)
_NO_ADDRESS = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE) | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
_DEFAULT_DATA = frozenset(
    {
        int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT),
        int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DATA),
        int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DEFAULT),
    }
)
_HFS_RESOURCE = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC)
_DATA_KINDS = (Kind.FILE, Kind.VIRTUAL)


@dataclass(frozen=True, slots=True)
class _Stream:
    """One thing to list of a record: a stream, an index, or the record itself where it has neither."""

    attribute: Attribute | None
    name: bytes | None
    """None for the main one."""
    is_index: bool = False


@dataclass(slots=True)
class Shaper:
    """Makes the entries of one volume; numbers them, and knows the contents already met under another name."""

    volume: str
    file_system: FileSystem
    media_offset: int
    """Bytes from the start of the media to the volume."""
    _number: int = 0
    _contents: dict[tuple[str, int | None], int] = field(default_factory=dict)
    _owners: Mapping[int, str] = field(default_factory=dict)
    _allocated: CountAllocated | None = None
    _times: ReadTimes | None = None

    def __post_init__(self) -> None:
        self._allocated = allocation(self.file_system)
        self._times = read_times(self.file_system)
        if self.file_system.name == "ntfs":
            self._owners = ntfs.owners(self.file_system)

    def entries(self, name: TskName) -> Iterator[Entry]:
        """Yield the entries of one name.

        Raises:
            OSError: the record could not be read.
        """
        if name.meta is None:
            yield self._nameless(name)
            return
        attributes = tuple(self._attributes(name.file))
        times, owner, tag = self._record(name, attributes)
        for stream in self._streams(name, attributes):
            yield self._entry(name, stream, attributes, times, owner, tag)

    def unread(self, name: TskName) -> Entry:
        """The entry of a name whose record could not be read."""
        return self._bare(name, Recovery.NOT_APPLICABLE, Status.UNREADABLE, "walk.entry-unreadable")

    def _nameless(self, name: TskName) -> Entry:
        """A deleted name that stands alone: nothing is known of a content."""
        if name.state is NameState.REALLOCATED:
            return self._bare(name, Recovery.RECORD_REUSED, Status.SKIPPED, "content.record-reused")
        return self._bare(name, Recovery.NO_RUNS, Status.SKIPPED, "content.no-runs")

    def _bare(self, name: TskName, recovery: Recovery, status: Status, reason: str) -> Entry:
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
            kind=Kind.DIRECTORY if name.is_directory else Kind.OTHER if name.meta is None else Kind.FILE,
            meta_address=str(name.meta_address),
            allocated=False,
            name_state=name.state,
            recovery=recovery,
            size=None,
            status=status,
            status_reason=reason,
        )

    def _take_number(self) -> int:
        number = self._number
        self._number += 1
        return number

    def _attributes(self, file: Any) -> Iterator[Attribute]:  # noqa: ANN401 - pytsk3 has no types
        for found in file:
            info = found.info
            flags = int(info.flags)
            runs: tuple[tuple[int, int], ...] = ()
            if flags & _NON_RESIDENT:
                runs = tuple((int(run.addr), int(run.len)) for run in found if not int(run.flags) & _NO_ADDRESS)
            yield Attribute(int(info.type), int(info.id), info.name, int(info.size), flags, runs)

    def _record(
        self, name: TskName, attributes: tuple[Attribute, ...]
    ) -> tuple[tuple[EntryTime, ...], str | None, int | None]:
        """Times, owner and reparse tag of the record."""
        if self.file_system.name == "ntfs":
            times, security = ntfs.standard_information(name.file, attributes)
            parent = name.parent.meta_address if name.parent else name.meta_address
            spelled = name.raw if name.parent else b"."
            times += ntfs.file_name_times(name.file, attributes, parent, spelled)
            owner = self._owners.get(security) if security is not None else None
            return times, owner, ntfs.reparse_tag(name.file, attributes)
        times = self._times(name) if self._times is not None else ()
        has_owner = self.file_system.name.startswith("ext") or self.file_system.name in ("ufs", "hfs+")
        return times, str(int(name.meta.uid)) if has_owner else None, None

    def _streams(self, name: TskName, attributes: tuple[Attribute, ...]) -> Iterator[_Stream]:
        """What `fls` prints of the record: on NTFS every data stream and index; and HFS+ resource forks."""
        if self.file_system.name != "ntfs":
            main = next((found for found in attributes if found.type in _DEFAULT_DATA), None)
            yield _Stream(main, None)
            for found in attributes:
                if found.type == _HFS_RESOURCE and found.size:
                    yield _Stream(found, b"rsrc")
            return
        listed = False
        for found in attributes:
            if found.type == ntfs.DATA:
                listed = True
                yield _Stream(found, found.name)
            elif found.type == ntfs.INDEX_ROOT:
                listed = True
                is_directory = found.name == b"$I30"
                yield _Stream(found, None if is_directory else found.name, is_index=True)
        if not listed:
            yield _Stream(None, None)

    def _entry(
        self,
        name: TskName,
        stream: _Stream,
        attributes: tuple[Attribute, ...],
        times: tuple[EntryTime, ...],
        owner: str | None,
        tag: int | None,
    ) -> Entry:
        meta, attribute = name.meta, stream.attribute
        kind = _KINDS.get(int(meta.type), Kind.OTHER)
        if tag in (ntfs.SYMBOLIC_LINK, ntfs.MOUNT_POINT):
            kind = Kind.LINK
        allocated = name.state is NameState.ALLOCATED and not int(meta.flags) & _UNALLOCATED
        size = self._size(meta, stream, kind)
        number = self._take_number()
        status, reason = self._decided(name, stream, kind, size, tag, attributes, allocated=allocated)
        reader = "libfsntfs" if tag == ntfs.WOF and stream.name is None else "tsk"
        block = self.file_system.block_size
        runs = attribute.runs if attribute else ()
        stream_name = display_name(stream.name) if stream.name is not None else None
        return Entry(
            volume=self.volume,
            id=name.id
            if stream.name is None and not (stream.is_index and kind is not Kind.DIRECTORY)
            else child_id(name.id, b"", self._meta_address(name, attribute), name.state, stream.name or b"", 0),
            parent=name.parent.id if name.parent else None,
            number=number,
            path=name.path,
            path_raw=name.path_raw,
            stream=stream_name,
            kind=kind,
            meta_address=self._meta_address(name, attribute),
            allocated=allocated,
            name_state=name.state,
            recovery=self._recovery(attribute, size, allocated=allocated, kind=kind),
            size=size,
            times=times,
            mode=int(meta.mode) if self.file_system.name != "ntfs" else None,
            uid=int(meta.uid) if owner is not None and self.file_system.name != "ntfs" else None,
            gid=int(meta.gid) if owner is not None and self.file_system.name != "ntfs" else None,
            owner=owner,
            link_target=self._link_target(name, kind, attributes, tag),
            locator=None if status is Status.NO_CONTENT else self._locator(name, stream, kind, size, runs, reader),
            content=self._content(name, attribute, number) if status is None else None,
            reader=reader if status is None else None,
            first_address=self.media_offset + runs[0][0] * block if runs else None,
            allocated_size=sum(length for _, length in runs) * block if runs else 0,
            status=status,
            status_reason=reason,
        )

    def _size(self, meta: Any, stream: _Stream, kind: Kind) -> int | None:  # noqa: ANN401 - pytsk3 has no types
        if stream.is_index:
            return int(meta.size) if stream.name is None else stream.attribute.size if stream.attribute else None
        if stream.attribute is not None and (self.file_system.name == "ntfs" or stream.name is not None):
            return stream.attribute.size
        return int(meta.size) if kind is not Kind.DIRECTORY or self.file_system.name != "ntfs" else None

    def _decided(
        self,
        name: TskName,
        stream: _Stream,
        kind: Kind,
        size: int | None,
        tag: int | None,
        attributes: tuple[Attribute, ...],
        *,
        allocated: bool,
    ) -> tuple[Status | None, str | None]:
        """What is settled without reading: None where the content is to be read."""
        is_stream = stream.name is not None and not stream.is_index
        if stream.is_index:
            return Status.NO_CONTENT, "directory" if stream.name is None else "index"
        if not is_stream and kind not in _DATA_KINDS:
            return Status.NO_CONTENT, str(kind)
        if not is_stream and tag in (ntfs.SYMBOLIC_LINK, ntfs.MOUNT_POINT):
            return Status.NO_CONTENT, "link"
        if self.file_system.name == "ntfs":
            if stream.attribute is None:
                return Status.NO_CONTENT, "no-stream"
            if name.meta_address == ntfs.BAD_CLUSTERS and stream.name == b"$Bad":
                return Status.SKIPPED, "content.bad-cluster-map"
            if stream.attribute.flags & _ENCRYPTED:
                return Status.SKIPPED, "content.efs-encrypted"
            if not is_stream and tag is not None and ntfs.is_not_local(tag) and size:
                return Status.SKIPPED, "content.not-local"
            if tag == ntfs.WOF and stream.name == b"WofCompressedData":
                return None, None  # examined as it is stored; the main stream is read inflated
        if not allocated and size == 0 and self.file_system.name.startswith("ext"):
            return Status.SKIPPED, "content.no-runs"  # ext wipes the size and the runs of what it deletes
        if not allocated and size and stream.attribute is not None and not stream.attribute.runs:
            if stream.attribute.flags & _NON_RESIDENT and not self._has_filler(attributes, stream.attribute):
                return Status.SKIPPED, "content.no-runs"
        return None, None

    def _has_filler(self, attributes: tuple[Attribute, ...], attribute: Attribute) -> bool:
        """Whether a stream without runs is a sparse one, all of whose bytes are known to be zero."""
        del attributes
        return bool(attribute.flags & int(pytsk3.TSK_FS_ATTR_SPARSE))

    def _recovery(self, attribute: Attribute | None, size: int | None, *, allocated: bool, kind: Kind) -> Recovery:
        if allocated or kind not in _DATA_KINDS or attribute is None:
            return Recovery.NOT_APPLICABLE if allocated or kind not in _DATA_KINDS else Recovery.NO_RUNS
        if not attribute.flags & _NON_RESIDENT:
            return Recovery.RESIDENT if self.file_system.name == "ntfs" or size else Recovery.NO_RUNS
        if not attribute.runs or self._allocated is None:
            return Recovery.NO_RUNS
        blocks = sum(length for _, length in attribute.runs)
        used = sum(self._allocated(start, length) for start, length in attribute.runs)
        if used == 0:
            contiguous = self.file_system.name.startswith("fat")
            return Recovery.RUNS_ASSUMED_CONTIGUOUS if contiguous else Recovery.RUNS_ALL_UNALLOCATED
        return Recovery.RUNS_ALL_REALLOCATED if used >= blocks else Recovery.RUNS_PARTLY_REALLOCATED

    def _meta_address(self, name: TskName, attribute: Attribute | None) -> str:
        if self.file_system.name != "ntfs":
            return str(name.meta_address)
        base = f"{name.meta_address}-{name.sequence}"
        return base if attribute is None else f"{base}-{attribute.type}-{attribute.id}"

    def _link_target(self, name: TskName, kind: Kind, attributes: tuple[Attribute, ...], tag: int | None) -> str | None:
        if kind is not Kind.LINK:
            return None
        if tag is not None:
            target = ntfs.reparse_target(name.file, attributes, tag)
            return display_text(target) if target is not None else None
        link = name.meta.link
        if link is None:
            return None
        raw = link if isinstance(link, bytes) else str(link).encode("utf-8", "surrogateescape")
        return display_text(raw.decode("utf-8", "surrogateescape"))

    def _content(self, name: TskName, attribute: Attribute | None, number: int) -> int:
        """The number of the first name of the same content: hard links are read once."""
        if int(name.meta.nlink) < 2:
            return number
        key = (str(name.meta_address), attribute.id if attribute else None)
        return self._contents.setdefault(key, number)

    def _locator(
        self,
        name: TskName,
        stream: _Stream,
        kind: Kind,
        size: int | None,
        runs: tuple[tuple[int, int], ...],
        reader: str,
    ) -> str | None:
        if kind is Kind.VIRTUAL:
            if len(runs) != 1 or not size:
                return None
            return locator.dumps(
                locator.node("DATA_RANGE", range_offset=runs[0][0] * self.file_system.block_size, range_size=size)
            )
        try:
            location: str | None = name.path_raw.decode()
            data_stream = stream.name.decode() if stream.name is not None else None
        except UnicodeDecodeError:
            location, data_stream = None, None
            if stream.name is not None:
                return None
        if reader == "libfsntfs":
            return locator.dumps(
                locator.node("NTFS", location=location, mft_entry=name.meta_address, data_stream=data_stream)
            )
        return locator.dumps(locator.node("TSK", inode=name.meta_address, location=location, data_stream=data_stream))
