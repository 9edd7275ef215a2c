"""What is left of a deleted file, by what its file system keeps: the words are those of docs/deleted-entries.md.

Decided from where the writer put things, never from reading the image: Microsoft FAT 1.03 (an entry names the first
cluster, and deletion frees the chain), the exFAT specification (a deleted set keeps first cluster, length, and whether
it was in one piece), https://docs.kernel.org/filesystems/ext4/ (the kernel clears the extents), and libyal's "New
Technologies File System (NTFS)" (a freed record keeps its attributes).
"""

from collections.abc import Iterable, Sequence

from cyberforensics.lab.plan import PlacedFile

_RECORD = 1024
"""Of the MFT: what is resident lies in one, behind its header; content in clusters begins with a cluster."""

Runs = Sequence[tuple[int, int]]


def recoveries(file_system: str, cluster: int, placed: Sequence[PlacedFile], folders: Iterable[str]) -> tuple[str, ...]:
    """One word for each, in their order.

    Args:
        cluster: bytes in a cluster, or in a smaller unit that clusters are multiples of.
        folders: paths of what is a folder.
    """
    no_files = frozenset(folders)
    in_use = sorted(run for one in placed if one.name_state == "allocated" for run in one.runs)
    return tuple(
        "not-applicable"
        if one.name_state == "allocated" or one.path in no_files
        else _recovery(file_system, cluster, one, in_use)
        for one in placed
    )


def _recovery(file_system: str, cluster: int, one: PlacedFile, in_use: Runs) -> str:
    if file_system == "ntfs" and (not one.size or one.runs[0][0] % _RECORD):
        return "resident"
    if file_system == "ext4" or not one.runs:
        return "no-runs"
    is_fat = file_system.startswith("fat")
    runs: Runs = [(one.runs[0][0], one.size)] if is_fat else one.runs
    taken = [_overlap(start, length, cluster, in_use) for start, length in runs]
    if not any(part for part, _ in taken):
        return "runs-assumed-contiguous" if is_fat else "runs-all-unallocated"
    whole = sum(part for part, _ in taken) >= sum(all_ for _, all_ in taken)
    return "runs-all-reallocated" if whole else "runs-partly-reallocated"


def _overlap(start: int, length: int, cluster: int, in_use: Runs) -> tuple[int, int]:
    """Clusters of a run that lie in others, which are sorted, and all of them."""
    count = -(-length // cluster)
    taken, free = 0, 0
    for other, size in in_use:
        first = max(free, (other - start) // cluster)
        behind = min(count, -(-(other + size - start) // cluster))
        taken += max(0, behind - first)
        free = max(free, behind)
    return taken, count
