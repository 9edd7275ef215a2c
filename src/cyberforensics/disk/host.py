"""Logical evidence: a folder or a single file of the host, walked without following anything out of it.

Relative to open directories, in the order of raw name bytes; links are never followed, devices and FIFOs never
opened, other mounts and the case folder not entered, each said.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cyberforensics.disk import locator
from cyberforensics.model.entry import Entry, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.identity import child_id, root_id
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume

MAX_DEPTH = 256

_TIME_KINDS = "modified:host-ns accessed:host-ns changed:host-ns"
_SPECIAL = {
    stat.S_IFCHR: Kind.DEVICE,
    stat.S_IFBLK: Kind.DEVICE,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFLNK: Kind.LINK,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFREG: Kind.FILE,
}


def walk(root: Path, volume: Volume, *, leave_out: Path | None = None) -> Iterator[Entry | Problem]:
    """Yield the folder and everything below it; a single file yields itself.

    Args:
        leave_out: the case folder, which is not evidence even where it lies in the folder.
    """
    yield from _Walk(volume, _identity(leave_out)).entries(root)


def open_beneath(root: Path, relative: bytes) -> int:
    """A descriptor of a file of the folder, reached without following any link.

    Raises:
        OSError: it is gone, is no regular file any more, or a link stands on the way.
    """
    descriptor = _open(root, None, follow=True)  # the examiner may have named the source by a link
    try:
        for part in filter(None, relative.split(b"/")):
            following = _open(part, descriptor)
            os.close(descriptor)
            descriptor = following
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _open(part: bytes | Path, directory: int | None, *, follow: bool = False, flags: int = 0) -> int:
    """Read-only and, where the host allows it, without touching the access time."""
    flags |= os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        return os.open(part, flags | getattr(os, "O_NOATIME", 0), dir_fd=directory)
    except PermissionError:
        return os.open(part, flags, dir_fd=directory)


def _identity(path: Path | None) -> tuple[int, int] | None:
    if path is None or not path.exists():
        return None
    status = path.stat()
    return status.st_dev, status.st_ino


@dataclass(slots=True)
class _Walk:
    volume: Volume
    leave_out: tuple[int, int] | None
    _number: int = 0
    _device: int = 0
    _contents: dict[tuple[int, int], int] = field(default_factory=dict)

    def entries(self, root: Path) -> Iterator[Entry | Problem]:
        identity = root_id(self.volume.exhibit, self.volume.slot)
        status = root.stat(follow_symlinks=True)
        self._device = status.st_dev
        if not stat.S_ISDIR(status.st_mode):
            name = os.fsencode(root.name)
            yield self._entry(status, "/" + display_name(name), b"/" + name, identity, None, None)
            return
        yield self._entry(status, "/", b"/", identity, None, None)
        yield from self._directory(root, None, "", b"", identity, 0)

    def _directory(
        self, name: bytes | Path, above: int | None, path: str, path_raw: bytes, parent: str, depth: int
    ) -> Iterator[Entry | Problem]:
        """What a directory holds, reached through the open directory above it: nobody can put a link on the way."""
        descriptor = None
        try:
            descriptor = _open(name, above, follow=above is None, flags=os.O_DIRECTORY)
            names = sorted(map(os.fsencode, os.listdir(descriptor)))  # noqa: PTH208 - of an open directory
        except OSError:
            if descriptor is not None:
                os.close(descriptor)
            yield Problem(
                Stage.WALK,
                "walk.directory-unreadable",
                "the directory could not be read; what it holds is unknown",
                Severity.ERROR,
                path=path or "/",
            )
            return
        try:
            for found in names:
                yield from self._name(descriptor, found, path, path_raw, parent, depth)
        finally:
            os.close(descriptor)

    def _name(
        self, descriptor: int, name: bytes, path: str, path_raw: bytes, parent: str, depth: int
    ) -> Iterator[Entry | Problem]:
        shown, raw = f"{path}/{display_name(name)}", path_raw + b"/" + name
        try:
            status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            target = os.readlink(name, dir_fd=descriptor) if stat.S_ISLNK(status.st_mode) else None
        except OSError:
            yield Problem(Stage.WALK, "walk.entry-unreadable", "the entry could not be looked at", path=shown)
            return
        identity = child_id(parent, name, "", NameState.ALLOCATED, b"", 0)  # no inode: a copy has the same ids
        yield self._entry(status, shown, raw, identity, parent, target)
        if not stat.S_ISDIR(status.st_mode):
            if stat.S_IFMT(status.st_mode) not in (stat.S_IFREG, stat.S_IFLNK):
                yield Problem(
                    Stage.WALK, "walk.host-special", "a device, socket or FIFO; not opened", Severity.INFO, path=shown
                )
        elif (status.st_dev, status.st_ino) == self.leave_out:
            yield Problem(
                Stage.WALK, "walk.case-folder", "the case folder of this run; not entered", Severity.INFO, path=shown
            )
        elif status.st_dev != self._device:
            yield Problem(
                Stage.WALK, "walk.other-mount", "another file system is mounted here; not entered", path=shown
            )
        elif depth + 1 >= MAX_DEPTH:
            yield Problem(
                Stage.WALK, "walk.too-deep", f"nested deeper than {MAX_DEPTH} directories; not entered", path=shown
            )
        else:
            yield from self._directory(name, descriptor, shown, raw, identity, depth + 1)

    def _entry(
        self,
        status: os.stat_result,
        path: str,
        path_raw: bytes,
        identity: str,
        parent: str | None,
        target: bytes | None,
    ) -> Entry:
        kind = _SPECIAL.get(stat.S_IFMT(status.st_mode), Kind.OTHER)
        number = self._number
        self._number += 1
        content = None
        if kind is Kind.FILE:
            key = (status.st_dev, status.st_ino)
            content = number if status.st_nlink < 2 else self._contents.setdefault(key, number)
        place = None
        if kind is Kind.FILE and _is_unicode(path_raw):
            place = locator.dumps(locator.node("OS", location=f"evidence:{self.volume.exhibit}{path_raw.decode()}"))
        return Entry(
            volume=self.volume.id,
            id=identity,
            parent=parent,
            number=number,
            path=path,
            path_raw=path_raw,
            stream=None,
            kind=kind,
            meta_address=str(status.st_ino),
            allocated=True,
            name_state=NameState.ALLOCATED,
            recovery=Recovery.NOT_APPLICABLE,
            size=status.st_size,
            times=EntryTimes(_TIME_KINDS, (status.st_mtime_ns, status.st_atime_ns, status.st_ctime_ns)),
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            owner=str(status.st_uid),
            link_target=None if target is None else display_text(target.decode("utf-8", "surrogateescape")),
            locator=place,
            content=content,
            reader="host" if kind is Kind.FILE else None,
            status=None if kind is Kind.FILE else Status.NO_CONTENT,
            status_reason=None if kind is Kind.FILE else str(kind),
        )


def _is_unicode(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def listing_digest(entries: Iterator[Entry | Problem]) -> str:
    """The identity of logical evidence: SHA-256 over path, size and modification time of everything listed."""
    digest = hashlib.sha256()
    for entry in entries:
        if isinstance(entry, Entry):
            modified = next((time.timestamp.raw for time in entry.times if time.meaning == "modified"), 0)
            size = entry.size if entry.kind is Kind.FILE else 0
            digest.update(entry.path_raw + b"\0" + f"{entry.kind} {size} {modified}\n".encode())
    return digest.hexdigest()
