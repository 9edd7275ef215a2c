"""Every name that TSK lists in a volume, in one deterministic order, deleted and orphan ones included.

What needs care, each measured (see docs/decisions/tsk-walk.md): a deleted NTFS name comes without its record and
must not get the record of another file; orphans stand in a virtual directory; a directory can be met twice; names are
left out, cut, or replaced in part.
"""

from collections.abc import Iterator
from typing import Any

from cyberforensics.disk.listing import Directory, LeftOut, OwnListing, Stray
from cyberforensics.disk.own_listing import own_listing
from cyberforensics.disk.raw_fat_names import Spelled
from cyberforensics.disk.tsk import FileSystem, pytsk3
from cyberforensics.disk.tsk_name import NAME_KINDS, UNALLOCATED_RECORD, TskName, record_behind
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Kind, NameState
from cyberforensics.model.identity import child_id
from cyberforensics.model.names import display_name
from cyberforensics.model.problem import Problem, Severity, Stage

MAX_DEPTH = 256
MAX_ORPHANS = 1_000_000
_MAX_FAILURES = 100
_SMALLEST_NAME = 12  # bytes that a name takes in a directory: of ext and UFS, which take the fewest
_ALWAYS_LISTED = 100_000  # names, however small the volume

_UNALLOCATED_NAME = int(pytsk3.TSK_FS_NAME_FLAG_UNALLOC)
_VIRTUAL_DIRECTORY = int(pytsk3.TSK_FS_META_TYPE_VIRT_DIR)
_DIRECTORIES = frozenset({int(pytsk3.TSK_FS_META_TYPE_DIR), _VIRTUAL_DIRECTORY})


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
    meta = root_file.info.meta
    yield TskName(root, None, b"", "/", b"/", b"/", address, NameState.ALLOCATED, root_file, meta, True, Kind.DIRECTORY)
    try:
        own = own_listing(file_system)
    except (MalformedData, OSError):
        own = None
        yield Problem(
            Stage.WALK, "walk.not-compared", "the names could not be read a second time; some may be left out or cut"
        )
    top = Directory(root, "", b"", b"", address, 0, in_orphans=False, allocated=True)
    yield from _Walk(file_system, own).directories(top)
    if own is not None:
        yield from own.notes()


class _Walk:
    """The directories still to be read, and those that were."""

    def __init__(self, file_system: FileSystem, own: OwnListing | None) -> None:
        self._file_system = file_system
        self._own = own
        self._seen: set[int] = set()
        self._places: set[int] = set()
        self._has_places = file_system.name.startswith("fat") or file_system.name == "exfat"
        self._names_left = max(_ALWAYS_LISTED, file_system.media.size // _SMALLEST_NAME)
        self._orphans = 0
        self._by_path: dict[bytes, Directory] | None = {} if file_system.name == "iso9660" else None

    def directories(self, top: Directory) -> Iterator[TskName | Problem]:
        """Depth first, each directory's names in TSK's order, its subdirectories after them."""
        waiting = [top]
        self._seen.add(top.meta_address)
        while waiting:
            directory = waiting.pop()
            if self._by_path is not None:
                self._by_path[directory.path_raw] = directory
            below: list[Directory] = []
            for item in self._names(directory):
                if isinstance(item, TskName):
                    self._names_left -= 1
                    if self._names_left < 0:
                        message = "there are more names than the volume has room for: directories hold each other"
                        yield _about(directory, "walk.entries-cut", f"{message}; the rest is unlisted")
                        return
                yield item
                if isinstance(item, TskName) and item.is_directory and item.file is not None:
                    trouble = self._why_not_below(item, directory)
                    if isinstance(trouble, Problem):
                        yield trouble
                    elif trouble is None:
                        self._seen.add(item.meta_address or 0)
                        below.append(_below(item, directory))
            waiting.extend(reversed(below))

    def _why_not_below(self, name: TskName, directory: Directory) -> Problem | str | None:
        if directory.depth + 1 >= MAX_DEPTH:
            return Problem(
                Stage.WALK, "walk.too-deep", f"nested deeper than {MAX_DEPTH} directories; not entered", path=name.path
            )
        if name.meta_address in self._seen or self._is_cross_linked(name, directory):
            if name.state is not NameState.ALLOCATED:
                return "listed under another name of the same deleted directory"
            return Problem(
                Stage.WALK, "walk.directory-cycle", "the directory was met before; not entered again", path=name.path
            )
        return None

    def _is_cross_linked(self, name: TskName, directory: Directory) -> bool:
        """Whether a directory in use begins where another one does: on FAT each of its names has its own address.

        Not asked of deleted ones: a directory that was moved has left its old name behind.
        """
        if not self._has_places or name.state is not NameState.ALLOCATED or not directory.allocated or name.is_virtual:
            return False
        try:
            place = next((int(run.addr) for attribute in name.file for run in attribute), 0)
        except OSError:
            return False  # reading it will tell
        if place in self._places:
            return True
        if place:
            self._places.add(place)
        return False

    def _names(self, directory: Directory) -> Iterator[TskName | Problem]:
        yield from self._enter(directory)
        ids: dict[str, int] = {}
        for file in self._files(directory):
            if isinstance(file, Problem):
                yield file
                continue
            name = file.info.name
            if name is None or name.name in (None, b".", b".."):
                continue
            if directory.in_orphans and directory.depth == 1:
                self._orphans += 1
                if self._orphans > MAX_ORPHANS:
                    yield _about(
                        directory, "walk.orphans-cut", f"more than {MAX_ORPHANS} orphans; the rest is unlisted"
                    )
                    return
            yield from self._name(file, name, directory, ids)
        yield from self._left_out(directory, ids)

    def _enter(self, directory: Directory) -> Iterator[Problem]:
        if self._own is None:
            return
        try:
            self._own.enter(directory)
        except (MalformedData, OSError):
            message = "the directory could not be read a second time; some of its names may be left out or cut"
            yield _about(directory, "walk.not-compared", message)

    def _files(self, directory: Directory) -> Iterator[Any]:
        """What pytsk3 gives of a directory, with the problems met."""
        try:
            iterator = iter(self._file_system.fs.open_dir(inode=directory.meta_address))
        except OSError:
            message = "the directory could not be read; what it holds is unknown"
            yield _about(directory, "walk.directory-unreadable", message, Severity.ERROR)
            return
        failures = 0
        while failures <= _MAX_FAILURES:
            try:
                yield next(iterator)
            except StopIteration:
                return
            except OSError:
                failures += 1
                yield _about(directory, "walk.entry-unreadable", "an entry of the directory could not be read")
        yield _about(directory, "walk.directory-unreadable", "too many unreadable entries; the rest is unlisted")

    def _name(self, file: Any, name: Any, directory: Directory, ids: dict[str, int]) -> Iterator[TskName | Problem]:  # noqa: ANN401
        raw, address = name.name, int(name.meta_addr)
        meta = file.info.meta
        deleted = bool(int(name.flags) & _UNALLOCATED_NAME)
        state = NameState.ALLOCATED
        if directory.in_orphans:
            state = NameState.ORPHAN
        elif deleted:
            state = NameState.DELETED
        if meta is None or (deleted and not directory.in_orphans):
            file, meta, state = record_behind(self._file_system, file, name, state)
        elif state is NameState.ALLOCATED and int(meta.flags) & UNALLOCATED_RECORD:
            state = NameState.DELETED  # in use by the name alone: an index block that was freed whole, or damage
        if meta is None and state is NameState.ALLOCATED:
            yield _about(directory, "walk.entry-unreadable", f"the record of {display_name(raw)} could not be read")
        spelled, within, tsk_raw = None, directory, raw
        if self._own is not None:
            spelled = self._own.spell(raw, address, file) if state is not NameState.REALLOCATED else None
            stray = self._own.stray(address, state) if directory.in_orphans else None
            if stray is not None:
                yield self._about_stray(stray, raw)
                if stray.twin:
                    return
                state, spelled = NameState.ALLOCATED, stray.name
                within = self._home(stray, directory)
        if spelled is not None and spelled.raw != raw:
            raw, shown = spelled.raw, spelled.shown
            if self._by_path is None:
                yield _renamed(directory, spelled, tsk_raw)
        else:
            shown = display_name(raw)
        kind = NAME_KINDS.get(int(name.type), Kind.OTHER)
        meta_type = int(meta.type) if meta is not None else None
        yield TskName(
            id=_new_id(ids, within.id, raw, address, state),
            parent=within,
            raw=raw,
            path=f"{within.path}/{shown}",
            path_raw=within.path_raw + b"/" + raw,
            tsk_path=directory.tsk_path + b"/" + tsk_raw,
            meta_address=address,
            state=state,
            file=file if meta is not None else None,
            meta=meta,
            is_directory=kind is Kind.DIRECTORY if meta_type is None else meta_type in _DIRECTORIES,
            name_kind=kind,
            is_virtual=meta_type == _VIRTUAL_DIRECTORY,
        )

    def _left_out(self, directory: Directory, ids: dict[str, int]) -> Iterator[TskName | Problem]:
        if self._own is None:
            return
        for found in self._own.left_out():
            file, meta = None, None
            try:
                if found.meta_address is not None:
                    file = self._file_system.fs.open_meta(inode=found.meta_address)
                    meta = file.info.meta
            except OSError:
                pass
            if meta is not None and not found.record.is_directory and int(meta.size) != found.record.size:
                file, meta = None, None  # TSK opens it as something else: an exFAT size that it does not believe is 0
            name = self._unlisted(found, file if meta is not None else None, meta, directory, ids)
            yield name
            known = meta is not None or found.record.readable
            yield Problem(
                Stage.WALK,
                "walk.unlisted",
                "The Sleuth Kit leaves this entry out; it is listed from our own reading of the directory"
                + ("" if known else ", and what it holds was not examined"),
                Severity.INFO if known else Severity.WARNING,
                path=name.path,
            )

    def _unlisted(self, found: LeftOut, file: Any, meta: Any, directory: Directory, ids: dict[str, int]) -> TskName:  # noqa: ANN401
        raw, address = found.name.raw, found.meta_address
        return TskName(
            id=_new_id(ids, directory.id, raw, address, NameState.ALLOCATED),
            parent=directory,
            raw=raw,
            path=f"{directory.path}/{found.name.shown}",
            path_raw=directory.path_raw + b"/" + raw,
            tsk_path=directory.tsk_path + b"/" + raw,
            meta_address=address,
            state=NameState.ALLOCATED,
            file=file,
            meta=meta,
            is_directory=found.record.is_directory,
            name_kind=Kind.DIRECTORY if found.record.is_directory else Kind.FILE,
            own=found.record if meta is None else None,
        )

    def _home(self, stray: Stray, orphans: Directory) -> Directory:
        """The directory that an orphan belongs to; the virtual one where that is not listed."""
        return (self._by_path or {}).get(stray.parent, orphans)

    def _about_stray(self, stray: Stray, raw: bytes) -> Problem:
        shown = display_name(raw)
        return Problem(
            Stage.WALK,
            "walk.not-an-orphan",
            f"The Sleuth Kit shows it as the orphan {shown}; it is the same file in the volume's other tree"
            if stray.twin
            else f"The Sleuth Kit shows it as the orphan {shown}; it stands in the volume's other tree, and is in use",
            Severity.INFO,
            path="/".join([*map(display_name, stray.parent.split(b"/")), stray.name.shown]),
        )


def _below(name: TskName, directory: Directory) -> Directory:
    return Directory(
        name.id,
        name.path,
        name.path_raw,
        name.tsk_path,
        name.meta_address or 0,
        directory.depth + 1,
        in_orphans=directory.in_orphans or name.is_virtual,
        allocated=directory.allocated and name.state is NameState.ALLOCATED and not name.is_virtual,
    )


def _about(directory: Directory, code: str, message: str, severity: Severity = Severity.WARNING) -> Problem:
    return Problem(Stage.WALK, code, message, severity, path=directory.path or "/")


def _renamed(directory: Directory, spelled: Spelled, raw: bytes) -> Problem:
    return Problem(
        Stage.WALK,
        "walk.name-corrected",
        f"The Sleuth Kit shows the name as {display_name(raw)}",
        Severity.INFO,
        path=f"{directory.path}/{spelled.shown}",
    )


def _new_id(ids: dict[str, int], directory: str, raw: bytes, address: int | None, state: NameState) -> str:
    """The entry's id; a directory may list the same deleted name of the same record more than once."""
    first = child_id(directory, raw, str(address), state, b"", 0)
    ordinal = ids.get(first, 0)
    ids[first] = ordinal + 1
    return child_id(directory, raw, str(address), state, b"", ordinal) if ordinal else first
