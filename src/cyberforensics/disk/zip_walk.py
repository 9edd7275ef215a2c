"""The walk of a ZIP archive: a tree made of the names of its members, which are listed in the order of its directory.

Names lead nowhere but into this tree: ``..`` is a name like any other, and no path of the host is made of one. What a
member's own records settle (encrypted, compressed in a way that is not read, lying over another member) is settled
here; docs/decisions/zip-collections.md says why.
"""

import contextlib
import stat
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cyberforensics.disk import locator, zip_content
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.media import Media
from cyberforensics.disk.tsk_status import countable
from cyberforensics.disk.zip_layout import Layout, is_folder, lay_out, unclaimed
from cyberforensics.disk.zip_methods import MOST_RATIO, claims_too_much, method_of
from cyberforensics.disk.zip_names import Counted, Spelling, spelled
from cyberforensics.disk.zip_records import (
    ENCRYPTED,
    STORED,
    End,
    Local,
    Member,
    extra_field,
    find_end,
    local_of,
    member_at,
    members,
)
from cyberforensics.disk.zip_times import times_of
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import NO_TIMES, Entry, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.identity import child_id, root_id
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

MAX_DEPTH = 256
LONGEST_PATH = 8192
"""Bytes. A member that is nested deeper, or has a longer name, is listed without the folders on its way."""

_LONGEST_LINK = 4096
_UNIX_HOSTS = (3, 19)  # Unix, macOS
_KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        stat.S_IFLNK: Kind.LINK,
        stat.S_IFCHR: Kind.DEVICE,
        stat.S_IFBLK: Kind.DEVICE,
        stat.S_IFIFO: Kind.FIFO,
        stat.S_IFSOCK: Kind.SOCKET,
    }
)

_SKIPPED: Mapping[str, str] = MappingProxyType(
    {
        "content.encrypted": "encrypted, for which no key was given; not examined",
        "content.ratio-too-high": f"claiming more than {MOST_RATIO:,} times their stored bytes; not examined",
        "content.overlapping": "lying over another member, or past the end of what members have; not examined",
    }
)
"""Why a member is not read; how many there are is one problem, since such members reduce what was looked at."""
_UNREAD = "content.method-unsupported"
"""Told once for each method."""


def find_volume(opened: OpenEvidence, media: Media) -> Iterator[Volume | Problem]:
    """The one volume of an archive.

    Raises:
        OSError: the archive could not be read.
    """
    end = found_end(media)
    status, code, severity = VolumeStatus.OPENED, "volume.collection", Severity.INFO
    note = "files that somebody chose: no deleted entries, no slack and no free space"
    message = f"a ZIP archive, examined as a tree of its members: {note}; nothing else of where they were was looked at"
    if end.is_split:
        status, code, severity = VolumeStatus.UNSUPPORTED, "volume.unsupported", Severity.WARNING
        note = "one part of an archive in several parts, which is not supported"
        message = f"a ZIP archive: {note}; join its parts first (`zip -s 0 PART --out WHOLE`)"
    is_open = status is VolumeStatus.OPENED
    yield Volume(
        opened.evidence.exhibit,
        "whole",
        0,
        media.size,
        "ZIP archive",
        status,
        filesystem="zip" if is_open else None,
        reader="zip" if is_open else None,
        locator=locator.dumps(opened.layer),
        note=note,
    )
    yield Problem(Stage.VOLUMES, code, message, severity)


def found_end(media: Media) -> End:
    """The end record that was found when the evidence was opened.

    Raises:
        OSError: it is there no more.
    """
    end = find_end(media.read_at, media.size)
    if end is None:
        raise OSError("the archive has no directory any more")
    return end


def free_bytes(media: Media) -> int:
    """Bytes that belong to no member and to no record.

    Raises:
        MalformedData: that can't be told.
        OSError: the archive could not be read.
    """
    return unclaimed(media, lay_out(media, found_end(media)))


def walk(media: Media, volume: Volume) -> Iterator[Entry | Problem]:
    """Yield the root and every member, folders before what they hold, in the order of the directory.

    Raises:
        OSError: the archive could not be read.
    """
    yield from _Walk(media, volume, lay_out(media, found_end(media))).entries()


class _Walk:
    def __init__(self, media: Media, volume: Volume, layout: Layout) -> None:
        self._media = media
        self._volume = volume
        self._layout = layout
        self._number = 0
        self._folders: dict[bytes, str] = {b"": root_id(volume.exhibit, volume.slot)}
        self._names: set[bytes] = set()
        self._met: dict[int, tuple[Member, int | None]] = {}
        """Of places that several records name: the first of them, and the number of its entry if it is read."""
        self._odd = Counted(
            "walk.member-name",
            "with names that lead upwards or to a drive, begin with a slash, or have backslashes between "
            "their parts; they were listed inside the archive's tree",
            Severity.INFO,
        )
        self._twice = Counted("walk.member-twice", "with a name that an earlier member has", Severity.INFO)
        self._skipped = {code: Counted(code, words, Severity.WARNING) for code, words in _SKIPPED.items()}
        self._unread: dict[int, Counted] = {}
        """By method, in the order in which they were met."""

    def entries(self) -> Iterator[Entry | Problem]:
        root = self._folders[b""]
        yield self._entry(None, (), root, None, Kind.DIRECTORY, Status.NO_CONTENT, str(Kind.DIRECTORY))
        listed = 0
        try:
            for member in members(self._media.read_at, self._layout.end):
                listed += 1
                yield from self._member(member, spelled(member))
        except MalformedData as error:
            yield Problem(
                Stage.WALK,
                "walk.directory-unreadable",
                f"the archive's directory could not be read past its first {listed} members: the rest is unknown",
                Severity.ERROR,
                offset=error.offset,
            )
        else:
            stated = self._layout.end.members
            if listed != stated:
                message = f"the archive says that it has {stated} members; its directory lists {listed}"
                yield Problem(Stage.WALK, "evidence.structure-damaged", message)
        yield from self._odd.problem()
        yield from self._twice.problem()
        for skipped in (*self._skipped.values(), *self._unread.values()):
            yield from skipped.problem()
        with contextlib.suppress(MalformedData):  # said above
            yield from self._outside()

    def _outside(self) -> Iterator[Problem]:
        free = unclaimed(self._media, self._layout)
        if free:
            message = f"{free} bytes of the archive belong to none of its members; they were not examined"
            yield Problem(Stage.WALK, "walk.outside-members", message)

    def _member(self, member: Member, spelling: Spelling) -> Iterator[Entry | Problem]:
        parts, path = spelling.parts, _shown(spelling.parts)
        key = b"/".join(parts)
        if spelling.is_odd:
            self._odd.add(path)
        is_near = len(parts) <= MAX_DEPTH and len(key) <= LONGEST_PATH
        if is_near and is_folder(member) and self._layout.folders.get(key) == member.address:
            yield from self._folder(parts)
            return
        if key in self._names:
            self._twice.add(path)
        self._names.add(key)
        if not is_near:
            message = "its name is longer, or nested deeper, than folders are listed for; the member itself was listed"
            yield Problem(Stage.WALK, "walk.too-deep", message, Severity.INFO, path)
        elif len(parts) > 1:
            yield from self._folder(parts[:-1])
        parent = self._folders[b"/".join(parts[:-1]) if is_near else b""]
        identity = child_id(parent, parts[-1], str(member.address), NameState.ALLOCATED, b"", 0)
        if is_folder(member):
            yield self._entry(member, parts, identity, parent, Kind.DIRECTORY, Status.NO_CONTENT, str(Kind.DIRECTORY))
        else:
            yield from self._file(member, parts, identity, parent)

    def _folder(self, parts: tuple[bytes, ...]) -> Iterator[Entry]:
        """A folder and those that it lies in, where they are not listed yet: from their records, if they have any."""
        for depth in range(1, len(parts) + 1):
            key = b"/".join(parts[:depth])
            if key in self._folders:
                continue
            parent = self._folders[b"/".join(parts[: depth - 1])]
            address = self._layout.folders.get(key)
            record = None if address is None else member_at(self._media.read_at, address)
            identity = child_id(parent, parts[depth - 1], str(address or 0), NameState.ALLOCATED, b"", 0)
            self._folders[key] = identity
            yield self._entry(
                record, parts[:depth], identity, parent, Kind.DIRECTORY, Status.NO_CONTENT, str(Kind.DIRECTORY)
            )

    def _file(self, member: Member, parts: tuple[bytes, ...], identity: str, parent: str) -> Iterator[Entry | Problem]:
        path = _shown(parts)
        local: Local | None = None
        try:
            local = local_of(self._media.read_at, member)
        except MalformedData:
            message = "there is no header before the member, where the archive's directory says"
            yield Problem(Stage.WALK, "walk.entry-unreadable", message, path=path, offset=countable(member.local))
        if local is not None and (local.raw_name, local.method) != (member.raw_name, member.method):
            message = "the header before the member names or compresses it otherwise than the archive's directory"
            yield Problem(Stage.WALK, "evidence.structure-damaged", message, path=path, offset=countable(member.local))
        kind, target = self._kind(member)
        if kind is not Kind.FILE:
            yield self._entry(member, parts, identity, parent, kind, Status.NO_CONTENT, str(kind), target=target)
            return
        status, reason, content = self._decided(member, local)
        if reason == _UNREAD:
            self._unread.setdefault(member.method, _not_read(member)).add(path)
        elif reason in self._skipped:
            self._skipped[reason].add(path)
        yield self._entry(member, parts, identity, parent, kind, status, reason, local=local, content=content)

    def _kind(self, member: Member) -> tuple[Kind, str | None]:
        """What it is, and where it leads; a link or a device that is more than that is looked at as a file."""
        if member.host not in _UNIX_HOSTS:
            return Kind.FILE, None
        kind = _KINDS.get(stat.S_IFMT(member.attributes >> 16), Kind.FILE)
        if kind is not Kind.LINK:
            return (kind, None) if member.size == 0 else (Kind.FILE, None)
        target = zip_content.link_target(self._media, member, _LONGEST_LINK)
        if target is None:
            return Kind.FILE, None
        return kind, display_text(target.decode("utf-8", "surrogateescape"))

    def _decided(self, member: Member, local: Local | None) -> tuple[Status | None, str | None, int | None]:
        """What is settled without reading, and whose content it is: its own, or that of an earlier record."""
        if local is None or countable(member.size) is None:
            return Status.UNREADABLE, "walk.entry-unreadable", None
        same, other = None, None
        if member.local in self._layout.shared:
            other, same = self._met.setdefault(member.local, (member, self._number))
        if other is not None and _content_of(other) != _content_of(member):
            return Status.SKIPPED, "content.overlapping", None
        if local.content + member.stored_size > self._layout.bound(member.local):
            return Status.SKIPPED, "content.overlapping", None
        if (member.flags | local.flags) & ENCRYPTED:
            return Status.SKIPPED, "content.encrypted", None
        if method_of(member).expand is None:
            return Status.SKIPPED, _UNREAD, None
        if claims_too_much(member):
            return Status.SKIPPED, "content.ratio-too-high", None
        return None, None, self._number if same is None else same

    def _entry(
        self,
        member: Member | None,
        parts: tuple[bytes, ...],
        identity: str,
        parent: str | None,
        kind: Kind,
        status: Status | None,
        reason: str | None,
        *,
        local: Local | None = None,
        content: int | None = None,
        target: str | None = None,
    ) -> Entry:
        number = self._number
        self._number += 1
        if member is not None and local is None:
            local = self._local(member)
        fits = (
            local is not None and member is not None and reason not in ("content.overlapping", "walk.entry-unreadable")
        )
        place = local.content if local is not None and fits else None
        uid, gid = _owners(member, local)
        mode = None if member is None or member.host not in _UNIX_HOSTS else stat.S_IMODE(member.attributes >> 16)
        return Entry(
            volume=self._volume.id,
            id=identity,
            parent=parent,
            number=number,
            path=_shown(parts),
            path_raw=b"/" + b"/".join(parts),
            stream=None,
            kind=kind,
            meta_address="0" if member is None else str(member.address),
            allocated=True,
            name_state=NameState.ALLOCATED,
            recovery=Recovery.NOT_APPLICABLE,
            size=None if member is None else countable(member.size),
            times=NO_TIMES if member is None else EntryTimes.of(times_of(member, local)),
            mode=mode,
            uid=uid,
            gid=gid,
            owner=None if uid is None else str(uid),
            link_target=target,
            locator=_leaf(member, place) if content is not None and member is not None else None,
            content=content,
            reader="zip" if content is not None else None,
            first_address=place if kind is Kind.FILE else None,
            allocated_size=member.stored_size if kind is Kind.FILE and member is not None and fits else None,
            status=status,
            status_reason=reason,
        )

    def _local(self, member: Member) -> Local | None:
        try:
            return local_of(self._media.read_at, member)
        except MalformedData:
            return None


def _shown(parts: tuple[bytes, ...]) -> str:
    return "/" + "/".join(map(display_name, parts))


def _not_read(member: Member) -> Counted:
    words = f"compressed by {method_of(member).name} (method {member.method}), which is not read; not examined"
    return Counted(_UNREAD, words, Severity.WARNING)


def _content_of(member: Member) -> tuple[int, ...]:
    return member.flags, member.method, member.stored_size, member.size, member.crc


def _leaf(member: Member, place: int | None) -> str | None:
    """Where the bytes lie, by their place: names may be of several members, or of none that dfVFS takes."""
    if place is None or not member.stored_size:
        return None  # dfVFS has no range of 0 bytes
    method = method_of(member)
    if member.method != STORED and method.dfvfs is None:
        return None  # LZMA as it stands in archives, without the header of .lzma files: no reader of dfVFS's takes it
    leaf = locator.node("DATA_RANGE", range_offset=place, range_size=member.stored_size)
    if method.dfvfs is not None:
        leaf = locator.node("COMPRESSED_STREAM", leaf, compression_method=method.dfvfs)
    return locator.dumps(leaf)


def _owners(member: Member | None, local: Local | None) -> tuple[int | None, int | None]:
    """User and group of Info-ZIP's field 0x7875: a version, then both, each behind its size in bytes."""
    if member is None:
        return None, None
    field = (extra_field(local.extra, 0x7875) if local is not None else b"") or extra_field(member.extra, 0x7875)
    if len(field) < 3 or field[0] != 1 or field[1] > 4 or len(field) < 3 + field[1]:
        return None, None
    gid_at = 2 + field[1]
    gid = field[gid_at + 1 : gid_at + 1 + field[gid_at]]
    return int.from_bytes(field[2:gid_at], "little"), int.from_bytes(gid, "little") if len(gid) <= 4 else None
