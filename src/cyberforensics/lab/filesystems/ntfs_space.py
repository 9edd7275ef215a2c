"""Where everything of an NTFS volume will lie, decided before a byte is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_nodes as nodes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems import ntfs_system as system
from cyberforensics.lab.filesystems import ntfs_tree as trees
from cyberforensics.lab.filesystems.ntfs_clusters import Clusters
from cyberforensics.lab.filesystems.ntfs_records import Runs
from cyberforensics.lab.filesystems.ntfs_security import Security, security
from cyberforensics.lab.filesystems.ntfs_system_files import SystemFile, SystemRuns, system_files
from cyberforensics.lab.filesystems.ntfs_tree import Node, Tree
from cyberforensics.lab.filesystems.ntfs_upcase import collation_key, table
from cyberforensics.lab.plan import CannotHold, NoRoom, PlannedVolume


@dataclass(frozen=True, slots=True)
class _Names:
    """The entries of a folder, each with what it is sorted by."""

    present: list[tuple[bytes, indexes.Entry]]
    removed: list[tuple[bytes, indexes.Entry]]


@dataclass(frozen=True, slots=True)
class Space:
    """All that the volume holds, with its places."""

    volume: PlannedVolume
    shape: system.Geometry
    tree: Tree
    security: Security
    record_count: int
    system: SystemRuns
    own_files: tuple[SystemFile, ...]
    streams: tuple[tuple[Runs, ...], ...]
    """For each planned file, the clusters of each of its streams; none of a resident one."""
    folders: Mapping[int | None, indexes.Placed]
    """By index among the planned files; that of the root is None."""
    bitmap: bytes
    """Of the clusters."""

    def parent(self, node: Node) -> int:
        """Reference of a planned file's folder."""
        return _parent(self.tree, node)

    def record_place(self, number: int) -> int:
        """Where a record begins, in bytes from the start of the volume."""
        at = number * records.RECORD_SIZE
        for start, length in self.system.mft:
            if at < length * self.shape.cluster_size:
                return start * self.shape.cluster_size + at
            at -= length * self.shape.cluster_size
        raise IndexError(number)


def place(volume: PlannedVolume) -> Space:
    """Decide where everything lies.

    Raises:
        CannotHold, NoRoom: see `cyberforensics.lab.plan.Writer`.
    """
    shape = system.geometry(volume)
    tree = trees.lay_out(volume.files)
    owners = security((planned.owner for planned in volume.files), volume.serial)
    record_count = max(tree.record_count, shape.mirrored)
    mirror = (shape.clusters // 2, shape.clusters_for(shape.mirrored * records.RECORD_SIZE))
    clusters = Clusters(shape.clusters, mirror)

    def take(size: int) -> Runs:
        return clusters.take(shape.clusters_for(size))

    own = SystemRuns(
        boot=take(system.BOOT_SIZE),
        mft_bitmap=take(-(-record_count // 64) * 8),
        mft=take(record_count * records.RECORD_SIZE),
        mirror=(mirror,),
        log=take(system.log_size(volume)),
        definitions=take(len(system.attribute_definitions())),
        capitals=take(len(table())),
        descriptors=take(len(owners.stream)),
        bitmap=take(-(-shape.clusters // 64) * 8),
    )
    streams = _place_streams(clusters, tree, shape)
    rooms = [_room_left(node, runs, shape) for node, runs in zip(tree.nodes, streams, strict=True)]
    links = [node for node in tree.nodes if node.reparse and not node.planned.deleted]
    own_files = tuple(system_files(volume, shape, own, owners, (tree.record_count, record_count), links, take))
    folders = {}
    for index, names in _names(volume, tree, streams, own_files, shape).items():
        room = rooms[index] if index is not None else system.ROOT_ROOM
        folders[index] = indexes.place(_sorted(names.present), room, take, _sorted(names.removed))
    if clusters.missing:
        missing = clusters.missing * shape.cluster_size
        raise NoRoom(f"the volume is {missing} bytes too small for its files; make it larger, or plan less")
    bitmap = clusters.bitmap()
    return Space(volume, shape, tree, owners, record_count, own, own_files, streams, folders, bitmap)


def _parent(tree: Tree, node: Node) -> int:
    return trees.ROOT_REFERENCE if node.parent is None else tree.nodes[node.parent].reference


def _place_streams(clusters: Clusters, tree: Tree, shape: system.Geometry) -> tuple[tuple[Runs, ...], ...]:
    """In the order of the plan, so that what is written later may take what was given up before."""
    placed: list[tuple[Runs, ...]] = []
    for index, node in enumerate(tree.nodes):
        runs: tuple[Runs, ...] = tuple(
            () if stream.is_resident else clusters.take_again(shape.clusters_for(stream.content.size))
            for stream in node.streams
        )
        if node.planned.deleted:
            for number, some in enumerate(runs):
                clusters.give_up(some, (index, number), overwritten=node.planned.overwritten)
        placed.append(runs)
    for index, (node, runs) in enumerate(zip(tree.nodes, placed, strict=True)):
        owners = [(index, number) for number, some in enumerate(runs) if some]
        if node.planned.overwritten and not all(clusters.was_overwritten(owner) for owner in owners):
            raise CannotHold(
                f"{node.planned.path}: what is written after it takes too few clusters to overwrite it; "
                "plan a larger file behind it"
            )
    return tuple(placed)


def _room_left(node: Node, runs: Sequence[Runs], shape: system.Geometry) -> int:
    """What the attributes of a planned file leave of its record for an index."""
    slack = len(node.planned.slack)
    behind = -node.streams[0].content.size % shape.cluster_size if slack else 0
    if slack > behind:
        raise CannotHold(
            f"{node.planned.path}: {slack} bytes don't fit behind the end of its content, where {behind} bytes are left"
        )
    values = [bytes(stream.content.size if stream.is_resident else 0) for stream in node.streams]
    found = nodes.attributes(node, 0, runs, values, shape.cluster_size, 0)
    left = records.RECORD_ROOM - sum(len(attribute.data) for attribute in found)
    if left < (indexes.ROOM_NEEDED if node.is_folder else 0):
        raise CannotHold(
            f"{node.planned.path}: its names and streams take more than the {records.RECORD_ROOM} bytes of a record; "
            "use shorter names or fewer streams"
        )
    return left


def _names(
    volume: PlannedVolume,
    tree: Tree,
    streams: Sequence[Sequence[Runs]],
    own_files: Sequence[SystemFile],
    shape: system.Geometry,
) -> dict[int | None, _Names]:
    """The names of each folder that is found on the volume. The root names itself, too."""
    root = _Names([(collation_key(file.name), file.entry()) for file in own_files if file.parent == trees.ROOT], [])
    root.present.append((collation_key("."), nodes.root_entry(volume, tree.root)))
    names: dict[int | None, _Names] = {None: root}
    for index, (node, runs) in enumerate(zip(tree.nodes, streams, strict=True)):
        if index in tree.gone:
            continue
        if node.is_folder:
            names[index] = _Names([], [])
        if node.parent in names:  # the record of a deleted folder may be another file's by now
            key = collation_key(node.name.decode("utf-16-le", "surrogatepass"))
            entry = nodes.folder_entry(node, _parent(tree, node), runs, shape.cluster_size)
            (names[node.parent].removed if node.planned.deleted else names[node.parent].present).append((key, entry))
    return names


def _sorted(names: list[tuple[bytes, indexes.Entry]]) -> list[indexes.Entry]:
    return [entry for _, entry in sorted(names, key=lambda pair: pair[0])]
