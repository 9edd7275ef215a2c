"""The walk of a file system that dfVFS reads: allocated entries only, and that is said of the volume."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from cyberforensics.disk import locator, vfs
from cyberforensics.disk.source import Source
from cyberforensics.disk.tsk_status import countable
from cyberforensics.model.entry import Entry, EntryTime, EntryTimes, Kind, NameState, Recovery, Status, TimeMeaning
from cyberforensics.model.identity import child_id, root_id
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Encoding, Timestamp
from cyberforensics.model.volume import Volume

MAX_DEPTH = 256
_BAD_CLUSTER_MAP = ("8", b"$Bad")  # a stream as long as the volume, all of it sparse: see disk/ntfs.py

_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "file": Kind.FILE,
        "directory": Kind.DIRECTORY,
        "link": Kind.LINK,
        "device": Kind.DEVICE,
        "pipe": Kind.FIFO,
        "socket": Kind.SOCKET,
    }
)
_TIMES: tuple[tuple[TimeMeaning, str], ...] = (
    ("modified", "modification_time"),
    ("accessed", "access_time"),
    ("changed", "change_time"),
    ("created", "creation_time"),
    ("added", "added_time"),
    ("deleted", "deletion_time"),
    ("backup", "backup_time"),
)
_ENCODINGS: Mapping[str, Encoding] = MappingProxyType(
    {"APFSTime": "apfs", "Filetime": "filetime", "HFSTime": "hfs", "POSIXTime": "posix"}
)


def walk(source: Source, volume: Volume) -> Iterator[Entry | Problem]:
    """Yield the root and everything below it, each directory before what it holds."""
    layer = locator.node((volume.reader or "").upper(), locator.loads(volume.locator or "{}"), location="/")
    try:
        root = vfs.open_file_system(source, layer).GetRootFileEntry()
    except vfs.trouble():
        root = None
    if root is None:
        yield Problem(Stage.WALK, "walk.directory-unreadable", "the root directory could not be read", Severity.ERROR)
        return
    yield from _Walk(volume).entries(root)


class _Walk:
    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self._number = 0
        self._contents: dict[tuple[str, str], int] = {}
        self._seen: set[str] = set()

    def entries(self, root: Any) -> Iterator[Entry | Problem]:  # noqa: ANN401 - dfVFS has no types
        identity = root_id(self._volume.exhibit, self._volume.slot)
        waiting = [(root, "", b"", identity, 0)]
        yield from self._streams(root, "/", b"/", identity, None)
        while waiting:
            directory, path, path_raw, parent, depth = waiting.pop()
            below = []
            for found in self._names(directory, path):
                if isinstance(found, Problem):
                    yield found
                    continue
                name = _spelled(found.name)
                shown, raw = f"{path}/{display_name(name)}", path_raw + b"/" + name
                address = _address(found)
                identity = child_id(parent, name, address, NameState.ALLOCATED, b"", 0)
                yield from self._streams(found, shown, raw, identity, parent)
                if found.IsDirectory() and not found.IsLink():
                    if depth + 1 >= MAX_DEPTH or address in self._seen:
                        code = "walk.too-deep" if depth + 1 >= MAX_DEPTH else "walk.directory-cycle"
                        yield Problem(Stage.WALK, code, "the directory was not entered", path=shown)
                    else:
                        self._seen.add(address)
                        below.append((found, shown, raw, identity, depth + 1))
            waiting.extend(reversed(below))

    def _names(self, directory: Any, path: str) -> Iterator[Any]:  # noqa: ANN401 - dfVFS has no types
        """Catch per entry: one bad name must not end the directory."""
        try:
            iterator = iter(directory.sub_file_entries)
        except vfs.trouble():
            iterator = iter(())
            yield Problem(
                Stage.WALK,
                "walk.directory-unreadable",
                "the directory could not be read; what it holds is unknown",
                Severity.ERROR,
                path=path or "/",
            )
        while True:
            try:
                yield next(iterator)
            except StopIteration:
                return
            except vfs.trouble():
                # A generator that raised is finished: the rest of this directory can't be had.
                yield Problem(
                    Stage.WALK,
                    "walk.directory-unreadable",
                    "the directory could not be read to its end; the rest of what it holds is unknown",
                    Severity.ERROR,
                    path=path or "/",
                )
                return

    def _streams(
        self,
        found: Any,  # noqa: ANN401 - dfVFS has no types
        path: str,
        path_raw: bytes,
        identity: str,
        parent: str | None,
    ) -> Iterator[Entry | Problem]:
        try:
            streams = list(found.data_streams)
            has_main = any(not stream.name for stream in streams)
            yield self._entry(found, None, path, path_raw, identity, parent, has_main=has_main)
            for stream in streams:
                if stream.name:
                    yield self._entry(found, stream, path, path_raw, identity, parent, has_main=has_main)
        except vfs.trouble():
            yield Problem(Stage.WALK, "walk.entry-unreadable", "the entry's record could not be read", path=path)

    def _entry(
        self,
        found: Any,  # noqa: ANN401 - dfVFS has no types
        stream: Any,  # noqa: ANN401
        path: str,
        path_raw: bytes,
        identity: str,
        parent: str | None,
        *,
        has_main: bool,
    ) -> Entry:
        kind = _KINDS.get(found.entry_type, Kind.OTHER)
        stat = found.GetStatAttribute()
        address = _address(found)
        name = _spelled(stream.name) if stream is not None else b""
        to_read = stream is not None or (kind is Kind.FILE and has_main)
        number = self._number
        self._number += 1
        content = None
        if to_read:
            links = getattr(stat, "number_of_links", None) or 1
            content = (
                number if links < 2 else self._contents.setdefault((address, name.decode("utf-8", "replace")), number)
            )
        status: Status | None = None
        reason: str | None = None
        if not to_read:
            status, reason = Status.NO_CONTENT, "no-stream" if kind is Kind.FILE else str(kind)
        elif self._volume.filesystem == "ntfs" and (address, name) == _BAD_CLUSTER_MAP:
            status, reason, content = Status.SKIPPED, "content.bad-cluster-map", None
        size = stream.size if stream is not None and hasattr(stream, "size") else found.size
        if status is None and size is not None and countable(size) is None:
            status, reason, content = Status.UNREADABLE, "walk.entry-unreadable", None
        owner = getattr(stat, "owner_identifier", None)
        return Entry(
            volume=self._volume.id,
            id=identity if stream is None else child_id(identity, b"", address, NameState.ALLOCATED, name, 0),
            parent=parent,
            number=number,
            path=path,
            path_raw=path_raw,
            stream=display_name(name) if stream is not None else None,
            kind=kind,
            meta_address=address,
            allocated=True,
            name_state=NameState.ALLOCATED,
            recovery=Recovery.NOT_APPLICABLE,
            size=countable(size),
            times=EntryTimes.of(_times(found)),
            mode=getattr(stat, "mode", None),
            uid=owner,
            gid=getattr(stat, "group_identifier", None),
            owner=None if owner is None else str(owner),
            link_target=display_text(found.link) if kind is Kind.LINK and found.link else None,
            locator=_leaf(found.path_spec, name) if to_read else None,
            content=content,
            reader="dfvfs" if status is None else None,
            status=status,
            status_reason=reason,
        )


def _spelled(name: str) -> bytes:
    """A name as UTF-8; half a surrogate pair, which NTFS allows, in three bytes, as The Sleuth Kit writes it."""
    return name.encode("utf-8", "surrogatepass")


def _address(found: Any) -> str:  # noqa: ANN401 - dfVFS has no types
    specified = found.path_spec
    for name in ("identifier", "inode", "mft_entry"):
        value = getattr(specified, name, None)
        if value is not None:
            return str(value)
    return "0"


def _times(found: Any) -> Iterator[EntryTime]:  # noqa: ANN401 - dfVFS has no types
    for meaning, attribute in _TIMES:
        value = getattr(found, attribute, None)
        if value is None or value.timestamp is None:
            continue
        kind = type(value).__name__
        if kind in _ENCODINGS:
            yield EntryTime(meaning, Timestamp(int(value.timestamp), _ENCODINGS[kind]))
        elif kind == "POSIXTimeInNanoseconds":
            seconds, rest = divmod(int(value.timestamp), 1_000_000_000)
            yield EntryTime(meaning, Timestamp(seconds << 30 | rest, "posix-ns"))


def _leaf(specified: Any, stream: bytes) -> str:  # noqa: ANN401 - dfVFS has no types
    """The leaf's own properties, without its parent."""
    from dfvfs.serializer import json_serializer

    layer = json.loads(json_serializer.JsonPathSpecSerializer.WriteSerialized(specified))
    layer.pop("parent", None)
    if stream:
        layer["data_stream"] = stream.decode("utf-8", "surrogatepass")
    return locator.dumps(layer)
