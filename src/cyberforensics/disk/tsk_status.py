"""What of an entry's examination is settled by its record alone, before anything is read."""

from cyberforensics.disk import ntfs
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_name import TskName
from cyberforensics.disk.tsk_record import ENCRYPTED, NON_RESIDENT, SPARSE, Record, Stream
from cyberforensics.model.entry import Kind, Status

DATA_KINDS = (Kind.FILE, Kind.VIRTUAL)

LARGEST_SIZE = 1 << 62
"""Bytes: what claims more has no size. Sums of a few such sizes still fit wherever they are counted."""


def countable(size: int | None) -> int | None:
    """A size as it is recorded; None for one that can be none: TSK's are signed, the formats' are not."""
    return size if size is not None and 0 <= size <= LARGEST_SIZE else None


def decided(
    file_system: FileSystem, name: TskName, stream: Stream, record: Record, size: int | None, *, allocated: bool
) -> tuple[Status | None, str | None]:
    """What is settled without reading: None where the content is to be read."""
    tag, attribute = record.tag, stream.attribute
    is_main = stream.name is None or stream.is_index
    if name.is_virtual:
        return Status.NO_CONTENT, str(Kind.VIRTUAL)
    if stream.is_index:
        return Status.NO_CONTENT, str(record.kind) if stream.name is None else "index"
    if is_main and record.kind not in DATA_KINDS:
        return Status.NO_CONTENT, str(record.kind)
    if file_system.name == "ntfs":
        if attribute is None:
            return Status.NO_CONTENT, "no-stream"
        if name.meta_address == ntfs.BAD_CLUSTERS and stream.name == b"$Bad":
            return Status.SKIPPED, "content.bad-cluster-map"
        if attribute.flags & ENCRYPTED:
            return Status.SKIPPED, "content.efs-encrypted"
        if is_main and tag is not None and ntfs.is_not_local(tag) and size:
            return Status.SKIPPED, "content.not-local"
        if tag == ntfs.WOF and stream.name == b"WofCompressedData":
            return None, None  # examined as it is stored; the main stream is read inflated
    if size is not None and countable(size) is None:
        return Status.UNREADABLE, "walk.entry-unreadable"
    if allocated:
        return None, None
    if size == 0 and file_system.name.startswith("ext"):
        return Status.SKIPPED, "content.no-runs"  # ext wipes the size and the runs of what it deletes
    without_runs = attribute is not None and attribute.flags & NON_RESIDENT and not attribute.runs
    if size and without_runs and attribute is not None and not attribute.flags & SPARSE:
        return Status.SKIPPED, "content.no-runs"  # of a sparse stream without runs all bytes are known: zeros
    return None, None
