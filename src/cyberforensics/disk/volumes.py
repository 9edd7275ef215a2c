"""From the media to every slot in it: what can be walked, and why the rest can't.

The partition table is walked with TSK, slot by slot, because dfVFS leaves out what it can't open. Layers above
(LVM, APFS containers) are opened with dfVFS.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cyberforensics.disk import locator, tsk
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.media import Media, Window
from cyberforensics.disk.signatures import Signature, recognise
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

_VSS_MAGIC = bytes.fromhex("6b870838 76c1484e b7ae0404 6e6cc752".replace(" ", ""))
"""GUID 3808876b-c176-4e48-b7ae-04046e6cc752 at byte 7,680 of an NTFS volume with shadow copies (libvshadow)."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A range that may hold a file system."""

    slot: str
    type: str
    offset: int | None
    size: int
    media: Media
    layer: locator.Node


def find_volumes(opened: OpenEvidence) -> Iterator[Volume | Problem]:
    """Yield every slot of the media in order of its place, with the problems met on the way."""
    if opened.media is None:
        yield _host_volume(opened)
        return
    yield from opened.problems
    whole = _Place("whole", "whole media", 0, opened.media.size, opened.media, opened.layer)
    fills_media = _file_system(whole.media) is not None
    try:
        scheme, sector, parts = tsk.partitions(opened.media)
    except OSError:
        yield from _examine_place(opened, whole)
        return
    if fills_media and not any(_is_partition(part) for part in parts):
        yield from _examine_place(opened, whole)
        return
    if fills_media:
        # A hybrid (bootable ISO): the file system fills the media, and the slots lie inside it.
        yield from _examine_place(opened, whole)
        for number, part in enumerate(filter(_is_partition, parts), 1):
            yield Volume(
                opened.evidence.exhibit,
                f"{scheme}{number}",
                part.start * sector,
                part.len * sector,
                _description(part),
                VolumeStatus.METADATA,
                note="lies inside the file system that fills the media, and was examined as part of it",
            )
        return
    yield from _partitions(opened, scheme, sector, parts)


def _partitions(opened: OpenEvidence, scheme: str, sector: int, parts: list[Any]) -> Iterator[Volume | Problem]:
    assert opened.media is not None
    exhibit = opened.evidence.exhibit
    if scheme == "dos":
        yield from _empty_slots(exhibit, opened.media)
    number = gaps = tables = covered = 0
    for part in sorted(parts, key=lambda part: (part.start, -part.len)):
        offset, size = part.start * sector, part.len * sector
        is_table = bool(int(part.flags) & int(tsk.pytsk3.TSK_VS_PART_FLAG_META))
        if not (is_table or _is_partition(part)) or (is_table and b"xtended" in part.desc and size > sector):
            continue  # TSK's own gaps overlap its tables; an extended partition is the frame of its logical ones
        if offset > covered:
            gaps += 1
            yield _frame(exhibit, f"gap{gaps}", covered, offset - covered, "in no partition", VolumeStatus.GAP)
        if _is_partition(part):
            number += 1
            yield from _partition(opened, f"p{number}", part, offset, size)
        else:
            tables += 1
            yield _frame(exhibit, f"table{tables}", offset, size, _description(part), VolumeStatus.METADATA)
        covered = max(covered, offset + size)
    if covered < opened.media.size:
        rest = opened.media.size - covered
        yield _frame(exhibit, f"gap{gaps + 1}", covered, rest, "in no partition", VolumeStatus.GAP)


def _partition(opened: OpenEvidence, slot: str, part: Any, offset: int, size: int) -> Iterator[Volume | Problem]:  # noqa: ANN401
    assert opened.media is not None
    layer = locator.node(
        "TSK_PARTITION", opened.layer, location=f"/{slot}", part_index=int(part.addr), start_offset=offset
    )
    missing = offset + size - opened.media.size
    if missing > 0:
        yield Problem(
            Stage.VOLUMES,
            "volume.past-end",
            f"{slot} ends {missing} bytes past the end of the media",
            Severity.WARNING,
            offset=offset,
        )
    window = Window(opened.media, offset, size)
    yield from _examine_place(opened, _Place(slot, _description(part), offset, size, window, layer))


def _examine_place(opened: OpenEvidence, place: _Place) -> Iterator[Volume | Problem]:
    """Tell what lies there: one volume, or the volumes inside it."""
    signature = recognise(place.media)
    if signature is not None and signature.status is VolumeStatus.ENCRYPTED:
        yield from _not_opened(opened, place, signature)
        return
    file_system = _file_system(place.media)
    if file_system is not None:
        yield _opened_with_tsk(opened, place, file_system)
        snapshots = _snapshots(place, file_system)
        if snapshots:
            yield Problem(
                Stage.VOLUMES,
                "volume.snapshots-not-opened",
                f"{place.slot} holds {snapshots} shadow {'copy' if snapshots == 1 else 'copies'}, not opened",
            )
        return
    if signature is not None and signature.name == "lvm":
        yield from _inner_volumes(opened, place, signature, "LVM", "lvm")
    elif signature is not None and signature.name == "apfs-container":
        yield from _inner_volumes(opened, place, signature, "APFS_CONTAINER", "apfs")
    elif (
        signature is not None
        and signature.status is not VolumeStatus.UNSUPPORTED
        and _dfvfs_opens(opened, place, signature)
    ):
        yield from _opened_with_dfvfs(opened, place, signature)
    else:
        yield from _not_opened(opened, place, signature)


_DFVFS_FILE_SYSTEMS = {"xfs": "XFS", "ntfs": "NTFS", "hfs+": "HFS", "ext": "EXT"}
"""By signature: tried where TSK refuses. Never FAT or exFAT: libfsfat gives their times a month late."""


def _dfvfs_opens(opened: OpenEvidence, place: _Place, signature: Signature) -> bool:
    from cyberforensics.disk import vfs

    back_end = _DFVFS_FILE_SYSTEMS.get(signature.name)
    return back_end is not None and vfs.opens(opened.source, locator.node(back_end, place.layer, location="/"))


def _opened_with_dfvfs(opened: OpenEvidence, place: _Place, signature: Signature) -> Iterator[Volume | Problem]:
    yield Volume(
        opened.evidence.exhibit,
        place.slot,
        place.offset,
        place.size,
        place.type,
        VolumeStatus.OPENED,
        filesystem="ext4" if signature.name == "ext" else signature.name,
        reader=_DFVFS_FILE_SYSTEMS[signature.name].lower(),
        locator=locator.dumps(place.layer),
        note="deleted entries: not examined",
    )
    yield _deleted_not_examined(place.slot)


def _deleted_not_examined(slot: str) -> Problem:
    return Problem(
        Stage.VOLUMES, "volume.deleted-not-examined", f"{slot} is read by a reader that lists allocated entries only"
    )


def _opened_with_tsk(opened: OpenEvidence, place: _Place, file_system: tsk.FileSystem) -> Volume:
    return Volume(
        opened.evidence.exhibit,
        place.slot,
        place.offset,
        place.size,
        place.type,
        VolumeStatus.OPENED,
        filesystem=file_system.name,
        reader="tsk",
        snapshots=_snapshots(place, file_system),
        locator=locator.dumps(place.layer),
    )


def _not_opened(opened: OpenEvidence, place: _Place, signature: Signature | None) -> Iterator[Volume | Problem]:
    status = VolumeStatus.NO_FILE_SYSTEM
    title = "no file system was recognised"
    if signature is not None:
        status = signature.status or VolumeStatus.UNREADABLE
        title = {
            VolumeStatus.ENCRYPTED: f"encrypted with {signature.title}; no key was given",
            VolumeStatus.UNSUPPORTED: f"{signature.title}, which is not supported",
            VolumeStatus.NO_FILE_SYSTEM: f"{signature.title}, which holds no file system",
        }.get(status, f"{signature.title} was recognised, but could not be opened")
    yield Volume(
        opened.evidence.exhibit,
        place.slot,
        place.offset,
        place.size,
        place.type,
        status,
        note=title,
        locator=locator.dumps(place.layer),
    )
    code = "volume.no-file-system" if status is VolumeStatus.NO_FILE_SYSTEM else f"volume.{status}"
    yield Problem(Stage.VOLUMES, code, f"{place.slot}: {title}", offset=place.offset)


def _inner_volumes(
    opened: OpenEvidence, place: _Place, signature: Signature, layer_type: str, prefix: str
) -> Iterator[Volume | Problem]:
    """The logical volumes of LVM, or the volumes of an APFS container."""
    from cyberforensics.disk import vfs

    exhibit = opened.evidence.exhibit
    yield Volume(
        exhibit,
        place.slot,
        place.offset,
        place.size,
        place.type,
        VolumeStatus.METADATA,
        note=signature.title,
        locator=locator.dumps(place.layer),
    )
    names = vfs.inner_volumes(opened.source, locator.node(layer_type, place.layer, location="/"))
    if not names:
        yield Problem(
            Stage.VOLUMES, "volume.unreadable", f"{place.slot}: the {signature.title} could not be read", Severity.ERROR
        )
    for number, inner in enumerate(names, 1):
        slot = f"{prefix}{number}" if place.slot == "whole" else f"{place.slot}.{prefix}{number}"
        layer = locator.node(layer_type, place.layer, location=inner.location, volume_index=inner.index)
        if inner.locked:
            yield Volume(
                exhibit,
                slot,
                None,
                inner.size,
                signature.title,
                VolumeStatus.ENCRYPTED,
                label=inner.label,
                locator=locator.dumps(layer),
                note="encrypted; no key was given",
            )
            yield Problem(Stage.VOLUMES, "volume.encrypted", f"{slot}: encrypted; no key was given")
        elif layer_type == "APFS_CONTAINER":
            yield Volume(
                exhibit,
                slot,
                None,
                inner.size,
                "APFS volume",
                VolumeStatus.OPENED,
                filesystem="apfs",
                reader="apfs",
                label=inner.label,
                snapshots=inner.snapshots,
                locator=locator.dumps(layer),
                note="deleted entries: not examined",
            )
            yield _deleted_not_examined(slot)
            if inner.snapshots:
                yield Problem(
                    Stage.VOLUMES,
                    "volume.snapshots-not-opened",
                    f"{slot} holds {inner.snapshots} snapshots, not opened",
                )
        else:
            media = vfs.open_media(opened.source, layer)
            if media is None:
                yield Volume(
                    exhibit,
                    slot,
                    None,
                    inner.size,
                    "logical volume",
                    VolumeStatus.UNREADABLE,
                    label=inner.label,
                    locator=locator.dumps(layer),
                    note="could not be opened",
                )
                yield Problem(
                    Stage.VOLUMES,
                    "volume.unreadable",
                    f"{slot}: the logical volume could not be opened",
                    Severity.ERROR,
                )
            else:
                yield from _examine_place(
                    opened, _Place(slot, f"logical volume {inner.label}", None, media.size, media, layer)
                )


def open_window(opened: OpenEvidence, volume: Volume) -> Media:
    """The bytes of a volume that was found before.

    Raises:
        OSError: they can't be opened any more.
    """
    from cyberforensics.disk import vfs

    if volume.offset is not None and volume.size is not None and opened.media is not None:
        if volume.offset == 0 and volume.size == opened.media.size:
            return opened.media
        return Window(opened.media, volume.offset, volume.size)
    media = vfs.open_media(opened.source, locator.loads(volume.locator or "{}"))
    if media is None:
        raise OSError("the logical volume could not be opened")
    return media


def _file_system(media: Media) -> tsk.FileSystem | None:
    try:
        return tsk.FileSystem(media)
    except OSError:
        return None


def _snapshots(place: _Place, file_system: tsk.FileSystem) -> int:
    """How many shadow copies an NTFS volume holds; 0 where there are none."""
    if file_system.name != "ntfs" or place.media.read_at(7680, 16) != _VSS_MAGIC:
        return 0
    from cyberforensics.disk import vfs

    return vfs.shadow_copies(place.media)


def _empty_slots(exhibit: str, media: Media) -> Iterator[Volume]:
    for number in range(4):
        entry = media.read_at(446 + 16 * number, 16)
        if len(entry) == 16 and entry[4] == 0:
            start, count = struct.unpack_from("<II", entry, 8)
            if start == count == 0:
                yield Volume(
                    exhibit,
                    f"slot{number + 1}",
                    None,
                    None,
                    "empty",
                    VolumeStatus.EMPTY,
                    note="an empty slot of the partition table",
                )


def _frame(exhibit: str, slot: str, offset: int, size: int, description: str, status: VolumeStatus) -> Volume:
    return Volume(exhibit, slot, offset, size, description, status)


def _is_partition(part: Any) -> bool:  # noqa: ANN401 - pytsk3 has no types
    return bool(int(part.flags) & int(tsk.pytsk3.TSK_VS_PART_FLAG_ALLOC))


def _description(part: Any) -> str:  # noqa: ANN401 - pytsk3 has no types
    return display_text(part.desc.decode("utf-8", "surrogateescape"))


def _host_volume(opened: OpenEvidence) -> Volume:
    return Volume(
        opened.evidence.exhibit,
        "host",
        None,
        None,
        "files of the host" if opened.source.container == "directory" else "one file of the host",
        VolumeStatus.OPENED,
        filesystem="host",
        reader="host",
        label=display_name(opened.source.paths[0].absolute().name.encode(errors="surrogateescape")),
        locator=locator.dumps(opened.layer),
        note="times are as the host shows them",
    )
