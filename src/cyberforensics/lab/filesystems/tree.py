"""The names of a planned volume as a tree, with what every file system asks of it checked once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cyberforensics.lab.plan import CannotHold, Content, PlacedFile, PlannedFile, PlannedVolume, Stamps, StoredTime

Run = tuple[int, int]
"""First cluster and number of clusters."""


@dataclass(slots=True, eq=False)
class Node:
    """One planned name with the names below it, and where it came to lie as far as a writer knows already."""

    planned: PlannedFile
    name: str
    above: "Node | None"
    below: "list[Node]" = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """Clusters of its content, in order."""
    number: int = 0
    """What the file system counts: the inode, or the place of the entry."""

    @property
    def size(self) -> int:
        """Bytes of content: 0 of what is no file."""
        return self.planned.content.size if self.planned.content is not None else 0

    @property
    def is_folder(self) -> bool:
        return self.planned.kind == "directory"

    @property
    def takes_freed(self) -> bool:
        """Whether clusters that an overwritten file gave back may be given to it."""
        return self.planned.kind == "file" and not self.planned.deleted


def tree(
    volume: PlannedVolume,
    *,
    fold: Callable[[str], str] = str,
    links: bool = False,
    deletes: bool = True,
) -> Node:
    """Hang the planned names below a root, which may be planned itself, as ``/``.

    Args:
        fold: makes equal what the file system takes for the same name.
        links: whether it has symbolic links.
        deletes: whether a name can be deleted in it.

    Raises:
        CannotHold: a path that no folder of the plan holds, a name twice in a folder, something that lives in a
            deleted folder, or what this file system does not have.
    """
    stamps = Stamps(volume.formatted, volume.formatted, volume.formatted, volume.formatted)
    root = Node(PlannedFile("/", "directory", stamps), "", None)
    folders: dict[str, Node] = {"": root}
    living: set[tuple[int, str]] = set()
    for planned in volume.files:
        if planned.path == "/" and planned.kind == "directory" and not (planned.deleted or planned.streams):
            root.planned = planned
            continue
        parent, _, name = planned.path.rpartition("/")
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise CannotHold(f"{planned.path!a}: a name of half a surrogate pair") from error
        if name in ("", ".", "..") or "\0" in name or parent not in folders:
            raise CannotHold(f"{planned.path}: no folder of the plan that stands before it holds such a name")
        above = folders[parent]
        _check(planned, above, volume.file_system, links=links, deletes=deletes)
        node = Node(planned, name, above)
        if not planned.deleted:
            key = (id(above), fold(name))
            if key in living:
                raise CannotHold(f"{planned.path}: {volume.file_system} has room for that name once in a folder")
            living.add(key)
        above.below.append(node)
        if node.is_folder:
            folders[planned.path] = node
    return root


def walk(root: Node) -> Iterator[Node]:
    """Every node below the root, folders before what lies in them."""
    waiting = list(reversed(root.below))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.below))


def in_plan(root: Node, volume: PlannedVolume) -> list[Node]:
    """Every node below the root, in the order of the plan."""
    order = {id(planned): index for index, planned in enumerate(volume.files)}
    return sorted(walk(root), key=lambda node: order[id(node.planned)])


def with_root(
    placed: Iterable[PlacedFile], volume: PlannedVolume, address: str | None, times: tuple[StoredTime, ...] = ()
) -> tuple[PlacedFile, ...]:
    """Put the root among what was placed, where the plan has it."""
    everything = list(placed)
    for index, planned in enumerate(volume.files):
        if planned.path == "/":
            everything.insert(index, PlacedFile("/", None, address, 0, (), None, times, "allocated", True))
    return tuple(everything)


def slack_of(node: Node, unit: int) -> bytes:
    """What is to stand behind the end of the content.

    Raises:
        CannotHold: it is longer than what the last unit (cluster, block; in bytes) leaves.
    """
    room = -node.size % unit
    if len(node.planned.slack) > room:
        raise CannotHold(f"{node.planned.path}: {len(node.planned.slack)} bytes of slack where {room} are left")
    return node.planned.slack


def _check(planned: PlannedFile, above: Node, system: str, *, links: bool, deletes: bool) -> None:
    trouble = None
    if planned.streams:
        trouble = f"{system} has no alternate streams"
    elif planned.kind == "link" and not links:
        trouble = f"{system} has no symbolic links"
    elif planned.deleted and not deletes:
        trouble = f"nothing is ever deleted from {system}"
    elif above.planned.deleted and not planned.deleted:
        trouble = "its folder is deleted, so it must be deleted as well"
    elif (planned.content is None) != (planned.kind != "file"):
        trouble = "a file needs content, and nothing else has it"
    elif planned.overwritten and not (planned.deleted and planned.kind == "file" and _size(planned.content)):
        trouble = "only a deleted file with content can be overwritten"
    elif planned.slack and planned.kind != "file":
        trouble = "only a file has slack"
    if trouble is not None:
        raise CannotHold(f"{planned.path}: {trouble}")


def _size(content: Content | None) -> int:
    return content.size if content is not None else 0
