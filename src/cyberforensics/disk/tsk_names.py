"""Every name that TSK lists in a volume, in one deterministic order, deleted and orphan ones included.

What needs care, each measured (see docs/decisions/tsk-walk.md): a deleted NTFS name comes without its record and
must not get the record of another file; orphans stand in a virtual directory; a directory can be met twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.model.entry import NameState
from cyberforensics.model.identity import child_id
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem, Severity, Stage

MAX_DEPTH = 256
MAX_ORPHANS = 1_000_000

_UNALLOCATED_NAME = int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
_UNALLOCATED_META = int(pytsk3.TSK_FS_META_FLAG_UNALLOC)
_VIRTUAL_DIRECTORY = int(pytsk3.TSK_FS_META_TYPE_VIRT_DIR)
_DIRECTORIES = frozenset({int(pytsk3.TSK_FS_META_TYPE_DIR), _VIRTUAL_DIRECTORY})
_DIRECTORY_NAMES = frozenset({int(pytsk3.TSK_FS_NAME_TYPE_DIR), int(pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR)})


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the walk stands."""

    id: str
    path: str
    """Display form; the root's is empty."""
    path_raw: bytes
    meta_address: int
    depth: int
    in_orphans: bool


@dataclass(frozen=True, slots=True)
class TskName:
    """One name in one directory, with the record behind it where it is its own."""

    id: str
    parent: Directory | None
    """None for the root."""
    raw: bytes
    path: str
    path_raw: bytes
    meta_address: int
    sequence: int | None
    state: NameState
    file: Any
    """pytsk3.File whose record may be read; None where there is none, or it is another's."""
    meta: Any
    """pytsk3's metadata; None with `file`."""
    is_directory: bool


def walk_names(file_system: FileSystem, root: str) -> Iterator[TskName | Problem]:
    """Yield the root and then every name below it, each directory before what it holds.

    Args:
        root: the id of the volume's root directory.
    """
    try:
        root_file = file_system.fs.open_meta(inode=int(file_system.fs.info.root_inum))
    except OSError:
        yield Problem(Stage.WALK, "walk.directory-unreadable", "the root directory could not be read", Severity.ERROR)
        return
    address = int(file_system.fs.info.root_inum)
    top = Directory(root, "", b"", address, 0, in_orphans=False)
    meta = root_file.info.meta
    sequence = int(meta.seq) if file_system.name == "ntfs" else None
    yield TskName(root, None, b"", "/", b"/", address, sequence, NameState.ALLOCATED, root_file, meta, True)
    yield from _Walk(file_system).directories(top)


class _Walk:
    """The directories still to be read, and those that were."""

    def __init__(self, file_system: FileSystem) -> None:
        self._file_system = file_system
        self._has_sequences = file_system.name == "ntfs"
        self._seen: set[int] = set()
        self._orphans = 0

    def directories(self, top: Directory) -> Iterator[TskName | Problem]:
        """Depth first, each directory's names in TSK's order, its subdirectories after them."""
        waiting = [top]
        self._seen.add(top.meta_address)
        while waiting:
            directory = waiting.pop()
            below: list[Directory] = []
            for item in self._names(directory):
                yield item
                if isinstance(item, TskName) and item.is_directory:
                    trouble = self._why_not_below(item, directory)
                    if trouble is not None:
                        yield trouble
                    elif item.file is not None:
                        self._seen.add(item.meta_address)
                        below.append(self._below(item, directory))
            waiting.extend(reversed(below))

    def _below(self, name: TskName, directory: Directory) -> Directory:
        kind = "virtual" if name.meta is not None and int(name.meta.type) == _VIRTUAL_DIRECTORY else ""
        return Directory(
            name.id,
            name.path,
            name.path_raw,
            name.meta_address,
            directory.depth + 1,
            directory.in_orphans or bool(kind),
        )

    def _why_not_below(self, name: TskName, directory: Directory) -> Problem | None:
        if name.file is None:
            return None
        if directory.depth + 1 >= MAX_DEPTH:
            return Problem(
                Stage.WALK, "walk.too-deep", f"nested deeper than {MAX_DEPTH} directories; not entered", path=name.path
            )
        if name.meta_address in self._seen:
            if name.state is not NameState.ALLOCATED:
                return None  # a deleted directory has often several names; its content was listed under the first
            return Problem(
                Stage.WALK, "walk.directory-cycle", "the directory was met before; not entered again", path=name.path
            )
        return None

    def _names(self, directory: Directory) -> Iterator[TskName | Problem]:
        try:
            listing = self._file_system.fs.open_dir(inode=directory.meta_address)
        except OSError:
            yield Problem(
                Stage.WALK,
                "walk.directory-unreadable",
                "the directory could not be read; what it holds is unknown",
                Severity.ERROR,
                path=directory.path or "/",
            )
            return
        iterator = iter(listing)
        ids: set[str] = set()
        failures = 0
        while True:
            try:
                file = next(iterator)
            except StopIteration:
                return
            except OSError:
                failures += 1
                yield Problem(
                    Stage.WALK,
                    "walk.entry-unreadable",
                    "an entry of the directory could not be read",
                    path=directory.path,
                )
                if failures > 100:
                    return
                continue
            name = file.info.name
            if name is None or name.name in (None, b".", b".."):
                continue
            if directory.in_orphans and directory.depth == 1:
                self._orphans += 1
                if self._orphans > MAX_ORPHANS:
                    yield Problem(
                        Stage.WALK,
                        "walk.orphans-cut",
                        f"more than {MAX_ORPHANS} orphans; the rest was not listed",
                        path=directory.path,
                    )
                    return
            yield self._name(file, name, directory, ids)

    def _name(self, file: Any, name: Any, directory: Directory, ids: set[str]) -> TskName:  # noqa: ANN401
        raw = bytes(name.name)
        address = int(name.meta_addr)
        deleted = bool(int(name.flags) & _UNALLOCATED_NAME)
        meta = file.info.meta
        state = NameState.ALLOCATED
        if directory.in_orphans:
            state = NameState.ORPHAN
        elif deleted:
            state = NameState.DELETED
        if deleted and not (directory.in_orphans and meta is not None):
            file, meta, state = self._deleted_record(file, name, meta, address, state)
        typed = int(meta.type) in _DIRECTORIES if meta is not None else int(name.type) in _DIRECTORY_NAMES
        return TskName(
            id=_new_id(ids, directory.id, raw, address, state),
            parent=directory,
            raw=raw,
            path=f"{directory.path}/{display_name(raw)}",
            path_raw=directory.path_raw + b"/" + raw,
            meta_address=address,
            sequence=self._name_sequence(name, meta),
            state=state,
            file=file if meta is not None else None,
            meta=meta,
            is_directory=typed,
        )

    def _deleted_record(
        self,
        file: Any,
        name: Any,
        meta: Any,
        address: int,
        state: NameState,  # noqa: ANN401
    ) -> tuple[Any, Any, NameState]:
        """The record behind a deleted name, if it is still that name's; else none, and the state says why."""
        if meta is None and address:
            # pytsk3 gives no metadata with a deleted NTFS name; reading it by address skips TSK's own check
            try:
                file = self._file_system.fs.open_meta(inode=address)
                meta = file.info.meta
            except OSError:
                return None, None, state
            if meta is None:
                return None, None, state
            if self._has_sequences and int(meta.seq) not in (int(name.meta_seq), int(name.meta_seq) + 1):
                return None, None, NameState.REALLOCATED
        if meta is None:
            return None, None, state
        if not int(meta.flags) & _UNALLOCATED_META:
            return None, None, NameState.REALLOCATED
        return file, meta, state

    def _name_sequence(self, name: Any, meta: Any) -> int | None:  # noqa: ANN401 - pytsk3 has no types
        if not self._has_sequences:
            return None
        return int(meta.seq) if meta is not None else int(name.meta_seq)


def _new_id(ids: set[str], directory: str, raw: bytes, address: int, state: NameState) -> str:
    """The entry's id; a directory may list the same deleted name of the same record more than once."""
    ordinal = 0
    while (made := child_id(directory, raw, str(address), state, b"", ordinal)) in ids:
        ordinal += 1
    ids.add(made)
    return made
