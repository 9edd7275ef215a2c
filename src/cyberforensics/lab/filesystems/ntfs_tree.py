"""Records for planned files: which number each gets, which of its streams lie in it, and what is used again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cyberforensics.lab.filesystems import ntfs_index as indexes
from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems.ntfs_clusters import MAX_RUNS
from cyberforensics.lab.filesystems.ntfs_upcase import collation_key
from cyberforensics.lab.plan import CannotHold, Content, PlannedFile

ROOT = 5
ROOT_REFERENCE = ROOT | ROOT << 48
FIRST_RECORD = 27
"""Of planned files: the first behind those that mkntfs makes."""

STANDARD_ID, MAIN_ID, NAME_ID, REPARSE_ID, FIRST_STREAM_ID = 0, 1, 2, 5, 6
"""Numbers of a record's attributes. MAIN_ID is that of the content, or of a folder's index, which has 3 and 4, too."""

_NO_DOS_CHARACTERS = set(' +,;=[]."*/:<>?\\|')
_LONGEST_NAME = 255  # UTF-16 units

_SYSTEM_NAMES = (
    ".", "$MFT", "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", "$Bitmap", "$Boot", "$BadClus", "$Secure", "$UpCase",
    "$Extend",
)  # fmt: skip
"""What the root folder holds before anything is planned."""

SYMBOLIC_LINK = 0xA000_000C
"""Tag of a reparse point."""

_LAST_SEQUENCE = 0xFFFE  # so that a deletion does not make it 0, which stands for "never used"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a file: its content, or an alternate one."""

    name: str
    content: Content
    attribute_id: int
    is_resident: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One planned file and its record."""

    planned: PlannedFile
    number: int
    sequence: int
    """While it is in use; deleting it adds one."""
    parent: int | None
    """Index of its folder among the nodes; None for the root."""
    name: bytes
    """In UTF-16."""
    namespace: int
    streams: tuple[Stream, ...]
    reparse: bytes
    """Of a link; else nothing."""
    is_folder: bool
    """Whether it has an index of names; a link to a folder has one, and nothing in it."""

    @property
    def reference(self) -> int:
        """As folders and files name it: number and sequence."""
        return reference(self.number, self.sequence)


@dataclass(frozen=True, slots=True)
class Tree:
    """All planned files, in the order of the plan."""

    nodes: tuple[Node, ...]
    gone: frozenset[int]
    """Indexes of nodes whose record was given to a later one."""
    record_count: int
    root: PlannedFile | None
    """What the plan says of the root folder itself."""

    def state(self, index: int) -> Literal["allocated", "deleted", "orphan", "gone"]:
        """What a reader of the finished volume finds of a node's name."""
        node = self.nodes[index]
        if not node.planned.deleted:
            return "allocated"
        if index in self.gone:
            return "gone"
        parent = node.parent
        while parent is not None:
            if parent in self.gone:
                return "orphan"
            parent = self.nodes[parent].parent
        return "deleted"


def reference(number: int, sequence: int) -> int:
    """A file reference."""
    return number | sequence << 48


def lay_out(files: Sequence[PlannedFile]) -> Tree:
    """Give each planned file a record.

    Records are given out in the order of the plan, from the first behind the system's. What is deleted and
    overwritten and holds no clusters is overwritten by giving its record to the file that comes next.

    Raises:
        CannotHold: a name that NTFS can't hold or that is there already, a missing folder, or nothing that could
            overwrite what is to be overwritten.
    """
    nodes: list[Node] = []
    folders: dict[str, int | None] = {"": None}
    taken: set[tuple[int | None, bytes]] = {(None, collation_key(name)) for name in _SYSTEM_NAMES}
    free: list[int] = []
    gone: list[int] = []
    root = None
    following = FIRST_RECORD
    kinds = {planned.path: planned.kind for planned in files}
    for planned in files:
        if planned.path == "/":
            root = _root(planned, is_first=planned is files[0])
            continue
        above, _, spelled = planned.path.rpartition("/")
        if above not in folders:
            raise CannotHold(f"{planned.path}: its folder is not planned before it; plan {above or '/'} first")
        parent = folders[above]
        name, namespace = _name(planned.path, spelled)
        _check(planned, parent, nodes)
        if not planned.deleted:
            key = (parent, collation_key(spelled))
            if key in taken:
                raise CannotHold(
                    f"{planned.path}: its folder has this name already (NTFS does not tell capitals from small "
                    "letters); use another name"
                )
            taken.add(key)
        above_it = _ancestors(parent, nodes)
        again = next((index for index in free if index not in above_it), None)
        if again is not None:
            free.remove(again)
            gone.append(again)
            number, sequence = nodes[again].number, nodes[again].sequence + 1
        else:
            number, sequence, following = following, 1, following + 1
        if sequence > _LAST_SEQUENCE:
            raise CannotHold(f"{planned.path}: a record can't be used again more than {_LAST_SEQUENCE} times")
        node = _node(planned, number, sequence, parent, name, namespace, kinds)
        if node.planned.kind == "directory":
            folders[planned.path] = len(nodes)
        if planned.overwritten and all(stream.is_resident for stream in node.streams):
            free.append(len(nodes))
        nodes.append(node)
    if free:
        raise CannotHold(f"{nodes[free[0]].planned.path}: nothing is written after it that could overwrite it")
    return Tree(tuple(nodes), frozenset(gone), following, root)


def _root(planned: PlannedFile, *, is_first: bool) -> PlannedFile:
    if not is_first or planned.kind != "directory" or planned.deleted or planned.streams or planned.hidden:
        raise CannotHold("/: the root is a folder without streams that is neither deleted nor hidden; plan it first")
    return planned


def _ancestors(parent: int | None, nodes: Sequence[Node]) -> set[int]:
    found = set()
    while parent is not None:
        found.add(parent)
        parent = nodes[parent].parent
    return found


def _node(
    planned: PlannedFile,
    number: int,
    sequence: int,
    parent: int | None,
    name: bytes,
    namespace: int,
    kinds: Mapping[str, str],
) -> Node:
    reparse, is_folder = b"", planned.kind == "directory"
    if planned.kind == "link":
        reparse = _symbolic_link(planned)
        target = _target(planned)
        is_folder = target == "/" or kinds.get(target) == "directory"
    room = records.RECORD_ROOM - records.resident_size(72) - records.resident_size(66 + len(name))
    if reparse:
        room -= records.resident_size(len(reparse))
    wanted: list[tuple[str, Content, int]] = []
    if is_folder:
        room -= indexes.ROOM_NEEDED
    else:
        wanted.append(("", planned.content or _EMPTY, MAIN_ID))
    ids = range(FIRST_STREAM_ID, FIRST_STREAM_ID + len(planned.streams))
    wanted += [(label, content, at) for at, (label, content) in zip(ids, planned.streams, strict=True)]
    return Node(planned, number, sequence, parent, name, namespace, _placed(wanted, room, planned), reparse, is_folder)


def _placed(wanted: list[tuple[str, Content, int]], room: int, planned: PlannedFile) -> tuple[Stream, ...]:
    """Keep in the record what fits, the main content first; what is in clusters takes some room as well."""
    outside = [records.non_resident_size(MAX_RUNS, _units(label)) for label, _, _ in wanted]
    inside = [records.resident_size(content.size, _units(label)) for label, content, _ in wanted]
    # bytes behind the end need a last cluster
    may_stay = [not (planned.slack and label == "") for label, _, _ in wanted]
    least = [min(pair) if may else pair[1] for *pair, may in zip(inside, outside, may_stay, strict=True)]
    room -= sum(least)
    streams = []
    for (label, content, attribute_id), may, in_record, counted in zip(wanted, may_stay, inside, least, strict=True):
        fits = may and (content.size == 0 or in_record - counted <= room)
        if fits:
            room -= in_record - counted
        streams.append(Stream(label, content, attribute_id, fits))
    return tuple(streams)


def _check(planned: PlannedFile, parent: int | None, nodes: Sequence[Node]) -> None:
    path = planned.path
    if planned.overwritten and not planned.deleted:
        raise CannotHold(f"{path}: only what is deleted can be overwritten")
    if not planned.deleted and parent is not None and nodes[parent].planned.deleted:
        raise CannotHold(f"{path}: its folder is deleted; delete it as well, or keep the folder")
    labels = [collation_key(label) for label, _ in planned.streams]
    if len(set(labels)) < len(labels):
        raise CannotHold(f"{path}: two of its streams have one name")
    for label, _ in planned.streams:
        if not label or _units(label) > _LONGEST_NAME or any(character in label for character in "\0/\\:"):
            raise CannotHold(f"{path}: a stream can't be named {label!r}")
    if planned.kind == "link" and not planned.link_target:
        raise CannotHold(f"{path}: a link needs a target")
    if planned.slack and (planned.kind != "file" or not planned.content or not planned.content.size):
        raise CannotHold(f"{path}: without content there is no last cluster that could have bytes behind the end")


def _name(path: str, name: str) -> tuple[bytes, int]:
    """The name in UTF-16 and its namespace.

    No short names are made: Windows' own ``format`` has them disabled by default (``format /?``, /S), and nothing in
    a case depends on them. A name that is a DOS name as it stands is marked as both; another one has no mark ("POSIX").
    That of Windows alone is for names with a short name beside them: ntfs-3g can't delete it without that.
    """
    if not path.startswith("/") or not name or name in {".", ".."} or "\0" in name:
        raise CannotHold(f"{path}: NTFS can't hold this name")
    encoded = name.encode("utf-16-le", "surrogatepass")
    if len(encoded) > 2 * _LONGEST_NAME:
        raise CannotHold(f"{path}: a name has {_LONGEST_NAME} UTF-16 units at most, and this one {len(encoded) // 2}")
    stem, dot, ending = name.partition(".")
    plain = name.isascii() and not _NO_DOS_CHARACTERS & set(stem + ending)
    is_short = plain and 1 <= len(stem) <= 8 and len(ending) <= 3 and bool(ending) == bool(dot)
    return encoded, records.WIN32_AND_DOS if is_short else records.POSIX


def _target(planned: PlannedFile) -> str:
    """The path in the volume that a link leads to."""
    parts = [] if planned.link_target.startswith("/") else planned.path.split("/")[1:-1]
    for part in planned.link_target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def _symbolic_link(planned: PlannedFile) -> bytes:
    """A reparse point: [MS-FSCC] 2.1.2.4. Targets stay within the volume, so they are marked as relative."""
    target = planned.link_target.replace("/", "\\").encode("utf-16-le", "surrogatepass")
    lengths = (len(target), len(target), 0, len(target))
    data = b"".join(length.to_bytes(2, "little") for length in lengths) + (1).to_bytes(4, "little") + target + target
    head = SYMBOLIC_LINK.to_bytes(4, "little") + len(data).to_bytes(2, "little") + bytes(2)
    return head + data


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_EMPTY = Content(0, lambda: iter(()))
