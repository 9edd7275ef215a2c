"""What lies in one place: a file system, a frame of further volumes, or something that can't be opened, and why."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cyberforensics.disk import locator, ntfs_record, tsk, vfs
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.media import Media
from cyberforensics.disk.partition_tables import read_tables
from cyberforensics.disk.partition_types import RESERVED
from cyberforensics.disk.signatures import Signature, recognise, stated_size
from cyberforensics.disk.vfs import InnerVolume
from cyberforensics.model.names import display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

_VSS_MAGIC = bytes.fromhex("6b870838 76c1484e b7ae0404 6e6cc752")
"""GUID 3808876b-c176-4e48-b7ae-04046e6cc752 at byte 7,680 of an NTFS volume with shadow copies (libvshadow)."""

_DFVFS_FILE_SYSTEMS: Mapping[str, str] = MappingProxyType({"xfs": "XFS", "ntfs": "NTFS", "hfs+": "HFS", "ext": "EXT"})
"""By signature: tried where TSK refuses. Never FAT or exFAT: libfsfat gives their times a month late."""

_DELETED_UNSEEN = "deleted entries: not examined"


@dataclass(frozen=True, slots=True)
class Place:
    """A range that may hold a file system."""

    slot: str
    type: str
    offset: int | None
    """Bytes from the start of the media; None where there is no single place."""
    size: int
    media: Media
    layer: locator.Node
    label: str | None = None


def file_system_of(media: Media) -> tsk.FileSystem | None:
    """The file system that begins with the media's first byte, where TSK reads it."""
    try:
        return tsk.FileSystem(media)
    except OSError:
        return None


def examine_place(opened: OpenEvidence, place: Place) -> Iterator[Volume | Problem]:
    """Tell what lies there: one volume, or the volumes inside it."""
    signature = recognise(place.media)
    if signature is not None and signature.status is VolumeStatus.ENCRYPTED:
        yield from _not_opened(opened, place, signature)
        return
    file_system = file_system_of(place.media)
    if file_system is not None:
        yield from _opened_with_tsk(opened, place, file_system)
    elif signature is not None and signature.name == "lvm":
        yield from _inner_volumes(opened, place, signature, "LVM", "lvm")
    elif signature is not None and signature.name == "apfs-container":
        yield from _inner_volumes(opened, place, signature, "APFS_CONTAINER", "apfs")
    elif signature is not None and _dfvfs_opens(opened, place, signature):
        yield from _opened_with_dfvfs(opened, place, signature)
    else:
        yield from _not_opened(opened, place, signature)


def _dfvfs_opens(opened: OpenEvidence, place: Place, signature: Signature) -> bool:
    back_end = _DFVFS_FILE_SYSTEMS.get(signature.name)
    return back_end is not None and vfs.opens(opened.source, locator.node(back_end, place.layer, location="/"))


def _volume(opened: OpenEvidence, place: Place, status: VolumeStatus, **more: object) -> Volume:
    made = {"label": place.label, "locator": locator.dumps(place.layer), **more}
    return Volume(opened.evidence.exhibit, place.slot, place.offset, place.size, place.type, status, **made)  # type: ignore[arg-type]


def _opened_with_tsk(opened: OpenEvidence, place: Place, file_system: tsk.FileSystem) -> Iterator[Volume | Problem]:
    snapshots = _shadow_copies(place, file_system)
    yield _volume(
        opened,
        place,
        VolumeStatus.OPENED,
        filesystem=file_system.name,
        reader="tsk",
        snapshots=snapshots or 0,
        record_size=_record_size(file_system),
    )
    if snapshots is None:
        message = f"{place.slot} says that it holds shadow copies, whose catalogue could not be read; not opened"
        yield Problem(Stage.VOLUMES, "volume.snapshots-not-opened", message)
    elif snapshots:
        copies = "copy" if snapshots == 1 else "copies"
        message = f"{place.slot} holds {snapshots} shadow {copies}, not opened"
        yield Problem(Stage.VOLUMES, "volume.snapshots-not-opened", message)
    yield from _past_end(place, file_system.block_count * file_system.block_size)


def _record_size(file_system: tsk.FileSystem) -> int | None:
    if file_system.name != "ntfs":
        return None
    with contextlib.suppress(OSError):
        return ntfs_record.record_size(file_system)
    return None


def _past_end(place: Place, stated: int) -> Iterator[Problem]:
    """Whether what lies there says that it is longer than its place."""
    missing = stated - place.media.size
    if missing > 0 and place.media.size == place.size:  # else the slot's own end was named already
        message = f"{place.slot}: what lies there says that it is {missing} bytes longer than its place"
        yield Problem(Stage.VOLUMES, "volume.past-end", message, offset=place.offset)


def _opened_with_dfvfs(opened: OpenEvidence, place: Place, signature: Signature) -> Iterator[Volume | Problem]:
    yield _volume(
        opened,
        place,
        VolumeStatus.OPENED,
        filesystem="ext4" if signature.name == "ext" else signature.name,
        reader=_DFVFS_FILE_SYSTEMS[signature.name].lower(),
        note=_DELETED_UNSEEN,
    )
    yield _deleted_not_examined(place.slot)
    yield from _past_end(place, stated_size(signature, place.media))


def _deleted_not_examined(slot: str) -> Problem:
    return Problem(
        Stage.VOLUMES, "volume.deleted-not-examined", f"{slot} is read by a reader that lists allocated entries only"
    )


def _not_opened(opened: OpenEvidence, place: Place, signature: Signature | None) -> Iterator[Volume | Problem]:
    status = VolumeStatus.NO_FILE_SYSTEM
    title = "no file system was recognised"
    severity = Severity.WARNING
    if signature is not None:
        status = signature.status or VolumeStatus.UNREADABLE
        title = {
            VolumeStatus.ENCRYPTED: f"encrypted with {signature.title}; no key was given",
            VolumeStatus.UNSUPPORTED: f"{signature.title}, which is not supported",
            VolumeStatus.NO_FILE_SYSTEM: f"{signature.title}, which holds no file system",
        }.get(status, f"{signature.title} was recognised, but could not be opened")
    elif place.type in RESERVED:
        title, severity = "a reserved partition, which holds no file system", Severity.INFO
    elif place.slot != "whole" and any(table.slots for table in read_tables(place.media, None)):
        status = VolumeStatus.UNSUPPORTED
        title = "a partition table of its own was recognised; partitions inside a volume are not opened"
    yield _volume(opened, place, status, note=title)
    code = "volume.no-file-system" if status is VolumeStatus.NO_FILE_SYSTEM else f"volume.{status}"
    yield Problem(Stage.VOLUMES, code, f"{place.slot}: {title}", severity, offset=place.offset)


def _inner_volumes(
    opened: OpenEvidence, place: Place, signature: Signature, layer_type: str, prefix: str
) -> Iterator[Volume | Problem]:
    """The logical volumes of LVM, or the volumes of an APFS container."""
    yield _volume(opened, place, VolumeStatus.METADATA, note=signature.title)
    yield from _past_end(place, stated_size(signature, place.media))
    names = vfs.inner_volumes(opened.source, locator.node(layer_type, place.layer, location="/"))
    if not names:
        message = f"{place.slot}: the volumes of the {signature.title} could not be read"
        yield Problem(Stage.VOLUMES, "volume.unreadable", message, Severity.ERROR, offset=place.offset)
    for number, inner in enumerate(names, 1):
        slot = f"{prefix}{number}" if place.slot == "whole" else f"{place.slot}.{prefix}{number}"
        layer = locator.node(layer_type, place.layer, location=inner.location, volume_index=inner.index)
        yield from (
            _apfs_volume(opened, slot, layer, inner)
            if prefix == "apfs"
            else _logical_volume(opened, slot, layer, inner)
        )


def _apfs_volume(
    opened: OpenEvidence, slot: str, layer: locator.Node, inner: InnerVolume
) -> Iterator[Volume | Problem]:
    """A volume of an APFS container: it has no place and no size of its own."""
    kind = f"APFS volume {display_text(inner.label)}" if inner.label else "APFS volume"
    common = (opened.evidence.exhibit, slot, None, None, "APFS volume")
    label = display_text(inner.label) if inner.label else None
    if inner.locked:
        note = "encrypted; no key was given"
        yield Volume(*common, VolumeStatus.ENCRYPTED, label=label, locator=locator.dumps(layer), note=note)
        yield Problem(Stage.VOLUMES, "volume.encrypted", f"{slot}: {kind} is encrypted; no key was given")
        return
    if not vfs.opens(opened.source, locator.node("APFS", layer, location="/")):
        note = "could not be opened"
        yield Volume(*common, VolumeStatus.UNREADABLE, label=label, locator=locator.dumps(layer), note=note)
        message = f"{slot}: {kind} could not be opened"
        yield Problem(Stage.VOLUMES, "volume.unreadable", message, Severity.ERROR)
        return
    yield Volume(
        *common,
        VolumeStatus.OPENED,
        filesystem="apfs",
        reader="apfs",
        label=label,
        snapshots=inner.snapshots,
        locator=locator.dumps(layer),
        note=_DELETED_UNSEEN,
    )
    yield _deleted_not_examined(slot)
    if inner.snapshots:
        message = f"{slot} holds {inner.snapshots} snapshot{'s' if inner.snapshots > 1 else ''}, not opened"
        yield Problem(Stage.VOLUMES, "volume.snapshots-not-opened", message)


def _logical_volume(
    opened: OpenEvidence, slot: str, layer: locator.Node, inner: InnerVolume
) -> Iterator[Volume | Problem]:
    label = display_text(inner.label) if inner.label else None
    media = vfs.open_media(opened.source, layer)
    if media is not None:
        yield from examine_place(opened, Place(slot, "logical volume", None, media.size, media, layer, label))
        return
    yield Volume(
        opened.evidence.exhibit,
        slot,
        None,
        inner.size,
        "logical volume",
        VolumeStatus.UNREADABLE,
        label=label,
        locator=locator.dumps(layer),
        note="could not be opened",
    )
    message = f"{slot}: the logical volume could not be opened"
    yield Problem(Stage.VOLUMES, "volume.unreadable", message, Severity.ERROR)


def _shadow_copies(place: Place, file_system: tsk.FileSystem) -> int | None:
    """How many shadow copies an NTFS volume holds; None where it has some that can't be counted."""
    try:
        if file_system.name != "ntfs" or place.media.read_at(7680, 16) != _VSS_MAGIC:
            return 0
    except OSError:
        return 0
    return vfs.shadow_copies(place.media)
