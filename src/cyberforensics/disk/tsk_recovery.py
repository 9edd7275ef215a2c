"""What is observed of a deleted entry's content: where its runs lie, and whether others use them now."""

from cyberforensics.disk.allocation import CountAllocated
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_facts import Facts
from cyberforensics.disk.tsk_record import NON_RESIDENT
from cyberforensics.model.entry import Recovery


def recovery(
    file_system: FileSystem, in_use: CountAllocated | None, attribute: Attribute | None, size: int | None, facts: Facts
) -> Recovery:
    """Tell the state of a deleted stream.

    On FAT and exFAT the runs are those from the first cluster on, whatever TSK reads: it passes over clusters that
    are in use, and takes one single cluster where the first of them is.
    """
    if file_system.name.startswith("fat") or file_system.name == "exfat":
        runs = _one_piece(file_system, facts)
    elif attribute is None:
        return Recovery.NO_RUNS
    elif not attribute.flags & NON_RESIDENT:
        return Recovery.RESIDENT if file_system.name == "ntfs" or size else Recovery.NO_RUNS
    else:
        runs = attribute.runs
    if not runs or in_use is None:
        return Recovery.NO_RUNS
    blocks = sum([length for _, length in runs])
    used = sum([in_use(start, length) for start, length in runs])
    if used == 0:
        return Recovery.RUNS_ASSUMED_CONTIGUOUS if facts.is_assumed else Recovery.RUNS_ALL_UNALLOCATED
    return Recovery.RUNS_ALL_REALLOCATED if used >= blocks else Recovery.RUNS_PARTLY_REALLOCATED


def _one_piece(file_system: FileSystem, facts: Facts) -> tuple[tuple[int, int], ...]:
    if facts.extent is None:
        return ()
    offset, size = facts.extent
    start = offset // file_system.block_size
    blocks = min(-(-size // file_system.block_size), file_system.block_count - start)
    return ((start, blocks),) if blocks > 0 else ()
