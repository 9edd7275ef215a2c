"""What stands in the record of a planned file, and in the index of its folder; and the same of the root."""

from collections.abc import Sequence

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems import ntfs_tree as trees
from cyberforensics.lab.filesystems.ntfs_records import Attribute, Runs
from cyberforensics.lab.filesystems.ntfs_tree import Node
from cyberforensics.lab.plan import PlannedFile, PlannedVolume, Stamps

_ROOT_FLAGS = records.HIDDEN | records.SYSTEM


def attributes(
    node: Node, parent: int, runs: Sequence[Runs], values: Sequence[bytes], cluster_size: int, security_id: int
) -> list[Attribute]:
    """All attributes of a planned file but the index of a folder.

    Args:
        node: the file.
        parent: reference of its folder.
        runs: the clusters of each of its streams; none of a resident one.
        values: what each resident stream holds.
        cluster_size: in bytes.
        security_id: of its descriptor.
    """
    planned = node.planned
    flags = _file_attributes(node)
    times = records.four_times(planned.stamps, planned.path)
    name_times = records.four_times(planned.name_stamps or planned.stamps, planned.path)
    sizes, tag = _main_sizes(node, runs, cluster_size), trees.SYMBOLIC_LINK if node.reparse else 0
    name = records.file_name(parent, name_times, sizes, _name_attributes(node), node.name, node.namespace, tag)
    found = [
        records.resident(
            records.STANDARD_INFORMATION,
            trees.STANDARD_ID,
            records.standard_information(times, flags, security_id),
        ),
        records.resident(records.FILE_NAME, trees.NAME_ID, name, indexed=True),
    ]
    for stream, placed, value in zip(node.streams, runs, values, strict=True):
        number, size = stream.attribute_id, stream.content.size
        if stream.is_resident:
            found.append(records.resident(records.DATA, number, value, stream.name))
        else:
            found.append(records.non_resident(records.DATA, number, placed, size, cluster_size, stream.name))
    if node.reparse:
        found.append(records.resident(records.REPARSE_POINT, trees.REPARSE_ID, node.reparse))
    return found


def folder_entry(node: Node, parent: int, runs: Sequence[Runs], cluster_size: int) -> indexes.Entry:
    """What a folder holds of it: the name, with sizes and with the times of $STANDARD_INFORMATION, as Windows does."""
    times = records.four_times(node.planned.stamps, node.planned.path)
    sizes, tag = _main_sizes(node, runs, cluster_size), trees.SYMBOLIC_LINK if node.reparse else 0
    key = records.file_name(parent, times, sizes, _name_attributes(node), node.name, node.namespace, tag)
    return indexes.Entry(node.reference.to_bytes(8, "little"), key)


def root_attributes(volume: PlannedVolume, planned: PlannedFile | None, security_id: int) -> list[Attribute]:
    """All attributes of the root folder but its index; its times are those of the plan, if there are any."""
    stamps = _root_stamps(volume, planned)
    times = records.four_times(stamps, "/")
    names = records.four_times((planned and planned.name_stamps) or stamps, "/")
    information = records.standard_information(times, _ROOT_FLAGS, security_id)
    return [
        records.resident(records.STANDARD_INFORMATION, trees.STANDARD_ID, information),
        records.resident(records.FILE_NAME, trees.NAME_ID, _root_name(names), indexed=True),
    ]


def root_entry(volume: PlannedVolume, planned: PlannedFile | None) -> indexes.Entry:
    """What the root folder holds of itself."""
    times = records.four_times(_root_stamps(volume, planned), "/")
    return indexes.Entry(trees.ROOT_REFERENCE.to_bytes(8, "little"), _root_name(times))


def _root_stamps(volume: PlannedVolume, planned: PlannedFile | None) -> Stamps:
    return planned.stamps if planned else Stamps(*(volume.formatted,) * 4)


def _root_name(times: bytes) -> bytes:
    flags = _ROOT_FLAGS | records.DIRECTORY_NAME
    name = ".".encode("utf-16-le")
    return records.file_name(trees.ROOT_REFERENCE, times, (0, 0), flags, name, records.WIN32_AND_DOS)


def _main_sizes(node: Node, runs: Sequence[Runs], cluster_size: int) -> tuple[int, int]:
    """Allocated size and size of the content; nothing of a folder."""
    for stream, placed in zip(node.streams, runs, strict=True):
        if not stream.name:
            size = stream.content.size
            allocated = -(-size // 8) * 8 if stream.is_resident else sum(length for _, length in placed) * cluster_size
            return allocated, size
    return 0, 0


def _file_attributes(node: Node) -> int:
    value = 0 if node.is_folder else records.ARCHIVE
    return value | (records.HIDDEN if node.planned.hidden else 0) | (records.REPARSE if node.reparse else 0)


def _name_attributes(node: Node) -> int:
    """Folders are marked in $FILE_NAME alone."""
    return _file_attributes(node) | (records.DIRECTORY_NAME if node.is_folder else 0)
