"""From the media to every slot in it: what can be walked, and why the rest can't."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cyberforensics.disk import locator, tsk, vfs, zip_walk
from cyberforensics.disk.evidence import OpenEvidence
from cyberforensics.disk.media import Media, Window
from cyberforensics.disk.partition_tables import Frame, Slot, Table, read_tables
from cyberforensics.disk.places import Place, examine_place, file_system_of
from cyberforensics.disk.signatures import recognise
from cyberforensics.model.evidence import Container
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

_ISO_START = 32_768  # the first partition of a hybrid ISO begins with the media, or with the volume descriptors


def find_volumes(opened: OpenEvidence) -> Iterator[Volume | Problem]:
    """Yield every slot of the media in order of its place, with the problems met on the way."""
    yield from opened.problems
    if opened.media is None:
        yield _host_volume(opened)
        return
    media = opened.media
    if opened.source.container is Container.ZIP:
        yield from zip_walk.find_volume(opened, media)
        return
    whole = Place("whole", "whole media", 0, media.size, media, opened.layer)
    tables = list(read_tables(media, opened.evidence.sector_size))
    file_system = file_system_of(media)
    if not tables and file_system is None:
        tables = list(_tables_of_tsk(media))
    chosen = next((table for table in tables if _holds_something(media, table)), tables[0] if tables else None)
    if chosen is None:
        yield from examine_place(opened, whole)
    elif file_system is None:
        yield from _partitions(opened, media, chosen)
    elif file_system.name == "iso9660" and _covers(chosen, file_system):
        yield from _hybrid(opened, chosen, file_system, whole)
    elif _holds_something(media, chosen):
        yield _remnant(file_system)
        yield from _partitions(opened, media, chosen)
    else:  # code of a boot sector that looks like a table
        yield from examine_place(opened, whole)


def _holds_something(media: Media, table: Table) -> bool:
    """Whether anything is recognised in one of the slots that do not begin with the media."""
    windows = (Window(media, slot.offset, slot.size) for slot in table.slots if 0 < slot.offset < media.size)
    return any(recognise(window) is not None or file_system_of(window) is not None for window in windows)


def _covers(table: Table, file_system: tsk.FileSystem) -> bool:
    """Whether a slot holds the very file system that the media begins with: that of a bootable hybrid ISO."""
    size = file_system.block_count * file_system.block_size
    return any(slot.offset <= _ISO_START and slot.size * 2 >= size for slot in table.slots)


def _remnant(file_system: tsk.FileSystem) -> Problem:
    return Problem(
        Stage.VOLUMES,
        "volume.remnant",
        f"the media begins with marks of a file system of its own ({file_system.name}), beside a partition table "
        "whose partitions hold something: the partitions were examined, the older file system was not",
    )


def _hybrid(
    opened: OpenEvidence, table: Table, file_system: tsk.FileSystem, whole: Place
) -> Iterator[Volume | Problem]:
    """A hybrid ISO: slots inside its file system are a part of it; what lies behind it is examined by itself."""
    end = min(whole.size, file_system.block_count * file_system.block_size)
    behind = [slot for slot in table.slots if slot.offset >= end]
    inside = [slot for slot in table.slots if slot.offset < end]
    if behind:
        window = Window(whole.media, 0, end)
        yield from examine_place(opened, Place("iso", "hybrid ISO", 0, end, window, _layer(opened, 0, end)))
    else:
        yield from examine_place(opened, whole)
    for slot in inside:
        yield Volume(
            opened.evidence.exhibit,
            slot.name,
            None if behind else slot.offset,  # a range stands once among the parts of the media
            None if behind else slot.size,
            slot.type,
            VolumeStatus.METADATA,
            label=slot.label,
            note=f"{slot.size} bytes at byte {slot.offset}: inside the file system that the media begins with, "
            "and examined as a part of it",
        )
    if behind:
        frames = [Frame(0, end, "")] + [frame for frame in table.frames if frame.offset >= end]
        yield from _laid_out(opened, whole.media, behind, frames)


def _partitions(opened: OpenEvidence, media: Media, table: Table) -> Iterator[Volume | Problem]:
    yield from table.problems
    for name, note in table.empty:
        yield Volume(opened.evidence.exhibit, name, None, None, "empty", VolumeStatus.EMPTY, note=note)
    yield from _laid_out(opened, media, table.slots, table.frames)


@dataclass(frozen=True, slots=True)
class _Range:
    start: int
    end: int
    what: Slot | Frame


def _laid_out(
    opened: OpenEvidence, media: Media, slots: Sequence[Slot], frames: Sequence[Frame]
) -> Iterator[Volume | Problem]:
    """Slots, frames and the gaps between them, in order of their place; nothing of the media is left out."""
    exhibit, size = opened.evidence.exhibit, media.size
    items: list[Slot | Frame] = [*slots, *frames]
    ranges = [_Range(item.offset, item.offset + item.size, item) for item in items]
    largest: dict[int, Slot] = {}
    for slot in slots:
        if slot.offset not in largest or slot.size > largest[slot.offset].size:
            largest[slot.offset] = slot
    covered = gaps = tables = 0
    before: Slot | None = None
    for found in sorted(ranges, key=lambda found: (found.start, found.end)):
        item, start = found.what, found.start
        if min(start, size) > covered:
            gaps += 1
            yield _gap(exhibit, gaps, covered, min(start, size))
        if isinstance(item, Slot):
            if largest[item.offset] is not item:  # a table may name one place thousands of times
                yield from _named_again(exhibit, item, largest[item.offset])
                continue
            if before is not None and start < before.offset + before.size:
                message = f"{item.name} begins inside {before.name}"
                yield Problem(Stage.VOLUMES, "volume.table-damaged", message, offset=start)
            yield from _partition(opened, media, item)
            before = item
        elif item.what and start < size and found.end > covered:
            tables += 1
            start = max(start, covered)  # a table inside a partition is a part of that
            name, length = f"table{tables}", min(found.end, size) - start
            yield Volume(exhibit, name, start, length, item.what, VolumeStatus.METADATA)
        covered = max(covered, found.end)
    if covered < size:
        yield _gap(exhibit, gaps + 1, covered, size)


def _named_again(exhibit: str, slot: Slot, largest: Slot) -> Iterator[Volume | Problem]:
    message = f"{slot.name} begins where {largest.name} begins"
    yield Problem(Stage.VOLUMES, "volume.table-damaged", message, offset=slot.offset)
    note = f"{slot.size} bytes at byte {slot.offset}: it begins where {largest.name} begins, and was examined as that"
    yield Volume(exhibit, slot.name, None, None, slot.type, VolumeStatus.METADATA, label=slot.label, note=note)


def _gap(exhibit: str, number: int, start: int, end: int) -> Volume:
    return Volume(exhibit, f"gap{number}", start, end - start, "in no partition", VolumeStatus.GAP)


def _partition(opened: OpenEvidence, media: Media, slot: Slot) -> Iterator[Volume | Problem]:
    missing = slot.offset + slot.size - media.size
    if missing > 0:
        message = f"{slot.name} ends {missing} bytes past the end of the media"
        if missing >= slot.size:
            message = f"{slot.name} begins past the end of the media: nothing of its {slot.size} bytes is there"
        yield Problem(Stage.VOLUMES, "volume.past-end", message, offset=slot.offset)
    window = Window(media, slot.offset, slot.size)
    layer = _layer(opened, slot.offset, window.size)
    place = Place(slot.name, slot.type, slot.offset, slot.size, window, layer, slot.label)
    if window.size == 0:
        yield Volume(
            opened.evidence.exhibit,
            slot.name,
            slot.offset,
            slot.size,
            slot.type,
            VolumeStatus.UNREADABLE,
            label=slot.label,
            note="lies past the end of the media",
        )
        return
    yield from examine_place(opened, place)


def _layer(opened: OpenEvidence, offset: int, size: int) -> locator.Node:
    """A range of the media: it means the same to every reader, also where none understands the partition table."""
    return locator.node("DATA_RANGE", opened.layer, range_offset=offset, range_size=size)


def _tables_of_tsk(media: Media) -> Iterator[Table]:
    """Partition tables of BSD and Sun, which TSK alone reads."""
    try:
        scheme, sector, parts = tsk.partitions(media)
    except OSError:
        return
    table = Table(scheme, sector)
    for part in parts:
        kind = display_text(part.desc.decode("utf-8", "surrogateescape"))
        if int(part.flags) & int(tsk.pytsk3.TSK_VS_PART_FLAG_ALLOC):
            name = f"p{len(table.slots) + 1}"
            table.slots.append(Slot(name, part.start * sector, part.len * sector, kind))
    if table.slots:
        yield table


def open_window(opened: OpenEvidence, volume: Volume) -> Media:
    """The bytes of a volume that was found before.

    Raises:
        OSError: they can't be opened any more.
    """
    if volume.offset is not None and volume.size is not None and opened.media is not None:
        if volume.offset == 0 and volume.size == opened.media.size:
            return opened.media
        return Window(opened.media, volume.offset, volume.size)
    media = vfs.open_media(opened.source, locator.loads(volume.locator or "{}"))
    if media is None:
        raise OSError("the logical volume could not be opened")
    return media


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
