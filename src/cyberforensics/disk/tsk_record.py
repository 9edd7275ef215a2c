"""The record behind a name, as TSK reads it: attributes with their runs, times, owner, link target, and its streams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import ntfs, ntfs_record
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.disk.tsk_facts import NO_FACTS, Facts, ReadFacts
from cyberforensics.disk.tsk_name import TskName
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import EntryTimes, Kind
from cyberforensics.model.names import display_text

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
        int(pytsk3.TSK_FS_META_TYPE_VIRT_DIR): Kind.VIRTUAL,
    }
)
NON_RESIDENT = int(pytsk3.TSK_FS_ATTR_NONRES)
ENCRYPTED = int(pytsk3.TSK_FS_ATTR_ENC)
SPARSE = int(pytsk3.TSK_FS_ATTR_SPARSE)
_NO_ADDRESS = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE) | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
_DEFAULT_DATA = frozenset(
    {
        int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT),
        int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DATA),
        int(pytsk3.TSK_FS_ATTR_TYPE_HFS_DEFAULT),
    }
)
_HFS_RESOURCE = int(pytsk3.TSK_FS_ATTR_TYPE_HFS_RSRC)
_INDEX = b"$I30"
_LONGEST_TARGET = 65_536


@dataclass(slots=True)
class Record:
    """What is known of a record, before it becomes entries."""

    attributes: tuple[Attribute, ...]
    kind: Kind
    times: EntryTimes
    owner: str | None
    tag: int | None
    """Of its reparse point (NTFS)."""
    facts: Facts


@dataclass(slots=True)
class Stream:
    """One thing to list of a record: a stream, an index, or the record itself where it has neither."""

    attribute: Attribute | None
    name: bytes | None
    """None for the main one."""
    is_index: bool = False


def read_record(
    file_system: FileSystem, name: TskName, owners: Mapping[int, str], read_facts: ReadFacts | None
) -> Record:
    """Read the record of a name that has one.

    Raises:
        MalformedData: its raw bytes contradict their format.
        OSError: it can't be read.
    """
    attributes = tuple(_attributes(name.file))
    kind = _KINDS.get(int(name.meta.type), Kind.OTHER)
    if file_system.name == "ntfs":
        standard, security = ntfs.standard_information(name.file, attributes)
        parent = name.parent.meta_address if name.parent else name.meta_address or 0
        own = ntfs.file_name_times(name.file, attributes, parent, name.raw if name.parent else b".")
        times = ntfs.times_of(standard, own)
        tag = ntfs.reparse_tag(name.file, attributes)
        if tag == ntfs.SYMBOLIC_LINK:
            kind = Kind.LINK
        if (
            kind is Kind.FILE
            and not _has_stream(attributes)
            and not ntfs_record.has_no_stream(file_system, name.meta_address or 0)
        ):
            # TSK leaves out an attribute of impossible size, and what comes after a damaged one: a file without a
            # stream and one whose stream is lost look alike
            raise MalformedData("ntfs.record", "the attributes of the record are damaged")
        return Record(attributes, kind, times, owners.get(security) if security is not None else None, tag, NO_FACTS)
    facts = read_facts(name) if read_facts is not None else NO_FACTS
    has_owner = file_system.name.startswith("ext") or file_system.name in ("ufs", "hfs+")
    if facts.link_target is not None:
        kind = Kind.LINK
    return Record(
        attributes, kind, EntryTimes.of(facts.times), str(int(name.meta.uid)) if has_owner else None, None, facts
    )


def _has_stream(attributes: tuple[Attribute, ...]) -> bool:
    return any(found.type in (ntfs.DATA, ntfs.INDEX_ROOT) for found in attributes)


def _attributes(file: Any) -> Iterator[Attribute]:  # noqa: ANN401 - pytsk3 has no types
    for found in file:
        info = found.info
        flags = int(info.flags)
        runs: tuple[tuple[int, int], ...] = ()
        if flags & NON_RESIDENT:
            runs = tuple([(int(run.addr), int(run.len)) for run in found if not int(run.flags) & _NO_ADDRESS])
        yield Attribute(int(info.type), int(info.id), info.name, int(info.size), flags, runs)


def streams(file_system: FileSystem, attributes: tuple[Attribute, ...]) -> Iterator[Stream]:
    """What `fls` prints of the record: on NTFS every data stream and index; and HFS+ resource forks."""
    if file_system.name != "ntfs":
        yield Stream(next((found for found in attributes if found.type in _DEFAULT_DATA), None), None)
        for found in attributes:
            if found.type == _HFS_RESOURCE and found.size:
                yield Stream(found, b"rsrc")
        return
    listed = False
    for found in attributes:
        if found.type == ntfs.DATA:
            listed = True
            yield Stream(found, found.name)
        elif found.type == ntfs.INDEX_ROOT:
            listed = True
            yield Stream(found, None if found.name == _INDEX else found.name, is_index=True)
    if not listed:
        yield Stream(None, None)


def link_target(name: TskName, record: Record) -> str | None:
    """Where a link or a mount point leads, display form."""
    if record.tag is not None:
        target = ntfs.reparse_target(name.file, record.attributes, record.tag)
        return display_text(target) if target is not None else None
    if record.kind is not Kind.LINK:
        return None
    raw: bytes | str | None = record.facts.link_target or name.meta.link
    if not raw and 0 < int(name.meta.size) <= _LONGEST_TARGET:
        raw = bytes(name.file.read_random(0, int(name.meta.size)))  # too long for the inode: it stands in a block
    if not raw:
        return None
    return display_text(raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw)
