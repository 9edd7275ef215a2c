"""Reading the section chains of an EWF image: what there is, before any of the media is read.

Everything that a segment claims is bounded by its size, and every step goes forward. Where a part is damaged
and the rest can be read, the rest is read and a problem says so; chunks are never numbered by guess.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cyberforensics.disk import ewf_sections
from cyberforensics.disk.ewf_damage import Notes
from cyberforensics.disk.ewf_header import header_values
from cyberforensics.disk.ewf_sections import DESCRIPTOR_SIZE, TABLE_HEADER_SIZE, Descriptor, Media, Section
from cyberforensics.disk.ewf_segments import FILE_HEADER_SIZE, SegmentFiles
from cyberforensics.disk.ewf_tables import Group, TableCopy
from cyberforensics.errors import EvidenceError, MalformedData
from cyberforensics.model.evidence import StoredDigest

_MOST_SECTIONS = 1 << 18  # of one segment; a segment of 2 GiB has some dozens
_LARGEST_SMALL_SECTION = 16 << 20  # headers, error lists: read as a whole
_SMALL_SECTIONS = frozenset({"volume", "disk", "data", "header", "header2", "hash", "digest", "error2", "session"})


@dataclass(slots=True)
class Layout:
    """What the section chains say."""

    media: Media | None = None
    media_sound: bool = False
    groups: list[Group] = field(default_factory=list)
    chunks: int = 0
    digests: tuple[StoredDigest, ...] = ()
    error_ranges: tuple[tuple[int, int], ...] = ()
    sessions: tuple[tuple[int, int], ...] = ()
    header: tuple[tuple[str, str], ...] = ()
    header_rank: int = 0
    numbered: int | None = None
    """Chunks before the first place where a table may have been lost; None where there is no such place."""
    complete: bool = False
    """Whether the last segment has its end mark."""

    def doubt(self, chunks: int | None = None) -> None:
        """Say that a table may have been lost after so many chunks, or here: later numbers need a proof."""
        here = self.chunks if chunks is None else chunks
        self.numbered = here if self.numbered is None else min(self.numbered, here)


def read_layout(files: SegmentFiles, notes: Notes) -> tuple[Layout, Media]:
    """Read the section chains of all segments.

    Raises:
        NotCovered: the image is of a kind that libewf must read.
        EvidenceError: segments are missing, or nothing says what the media is.
    """
    layout = Layout()
    for segment in range(len(files.paths)):
        ewf_sections.check_file_header(files.read(segment, 0, FILE_HEADER_SIZE), segment)
        last = _read_segment(files, segment, layout, notes)
        if last is None:
            layout.doubt()
        elif last == "next" and segment + 1 == len(files.paths):
            raise EvidenceError(
                f"segment {segment + 2} of the image is missing",
                code="evidence.segment-missing",
                hint="put all segments into one folder",
            )
        elif last == "done":
            layout.complete = True
            if segment + 1 < len(files.paths):
                notes.add(f"Segment {segment + 1} ends the image; the segments after it were not read.")
            break
    if layout.media is None:
        raise EvidenceError("the image has no readable description of its media", code="evidence.truncated")
    _check_numbers(layout, layout.media, notes)
    return layout, layout.media


def _read_segment(files: SegmentFiles, segment: int, layout: Layout, notes: Notes) -> str | None:
    """Read one chain; the type of its last section, or None where it breaks off."""
    table: Section | None = None
    for section in _sections(files, segment, layout, notes):
        if section.type in ("table", "table2"):
            if section.type == "table2" and table is not None:
                _add_group(files, [table, section], layout, notes)
                table = None
                continue
            if table is not None:
                _add_group(files, [table], layout, notes)
            table = section
            continue
        if table is not None:
            _add_group(files, [table], layout, notes)
            table = None
        if section.is_last:
            return section.type
        if section.type not in _SMALL_SECTIONS:
            continue
        data = files.read(segment, section.data_start, min(section.data_size, _LARGEST_SMALL_SECTION))
        try:
            _read_small(section, data, layout, notes)
        except MalformedData as error:
            notes.add(f"Segment {segment + 1}, {section.type}: {error}.", section.start)
    if table is not None:
        _add_group(files, [table], layout, notes)
    return None


def _read_small(section: Section, data: bytes, layout: Layout, notes: Notes) -> None:
    match section.type:
        case "volume" | "disk" | "data":
            _read_media(section, data, layout, notes)
        case "header" | "header2":
            rank = 2 if section.type == "header2" else 1
            values = header_values(data, section.type)
            if rank > layout.header_rank:
                layout.header, layout.header_rank = values, rank
        case "hash" | "digest":
            found = ewf_sections.stored_digests(section.type, data)
            layout.digests += tuple(digest for digest in found if digest not in layout.digests)
        case "error2":
            layout.error_ranges = ewf_sections.error_ranges(data)
        case "session":
            layout.sessions = ewf_sections.sessions(data)


def _read_media(section: Section, data: bytes, layout: Layout, notes: Notes) -> None:
    media, sound = ewf_sections.media(data)
    known = layout.media
    # Logicube writes no checksum in data sections [Data section].
    unsigned = section.type == "data" and data[1048:1052] == bytes(4)
    if not sound and not unsigned:
        used = "another copy is used" if layout.media_sound else "it is used where no other copy is"
        notes.add(f"Segment {section.segment + 1}, {section.type}: its checksum does not hold, {used}.", section.start)
    if known is None or (sound and not layout.media_sound):
        layout.media, layout.media_sound = media, sound
    elif sound and layout.media_sound:
        identifiers = {media.set_identifier, known.set_identifier} - {""}
        if len(identifiers) > 1:
            raise EvidenceError(f"segment {section.segment + 1} belongs to another image than the first")
        if (media.size, media.chunk_size) != (known.size, known.chunk_size):
            notes.add(f"Segment {section.segment + 1} gives the media another size than the first.", section.start)


def _add_group(files: SegmentFiles, sections: list[Section], layout: Layout, notes: Notes) -> None:
    copies: list[TableCopy] = []
    counts: list[int] = []
    segment = sections[0].segment
    signed = layout.media is None or layout.media.media_type is not None  # the original format has no footer
    for section in sections:
        header = ewf_sections.table_header(files.read(segment, section.data_start, TABLE_HEADER_SIZE))
        room = section.data_size - TABLE_HEADER_SIZE
        if header is None or 4 * header.entries > room:
            notes.add(f"Segment {segment + 1}, {section.type}: its head is damaged.", section.start)
            continue
        base = header.base if header.base < files.sizes[segment] else 0
        entries = section.data_start + TABLE_HEADER_SIZE
        has_checksum = signed and 4 * header.entries + 4 <= room
        copies.append(TableCopy(section.type, entries, base, has_checksum))
        counts.append(header.entries)
    if len(set(counts)) > 1:
        notes.add(
            f"Segment {segment + 1}: table and table2 have different lengths, the first was used.", sections[0].start
        )
        del copies[1:]
    if not copies:
        layout.doubt()
    if copies and counts[0]:
        start, end = sections[0].start, sections[0].end
        layout.groups.append(Group(layout.chunks, counts[0], segment, start, end, tuple(copies)))
        layout.chunks += counts[0]


def _check_numbers(layout: Layout, media: Media, notes: Notes) -> None:
    """Hold the tables against the media's size; drop chunks whose number is a guess."""
    if not layout.media_sound:
        notes.add("No description of the media has a checksum that holds; its size is as found.")
    if media.stated_chunks != media.chunks:
        notes.add(f"The image states {media.stated_chunks} chunks, its sectors need {media.chunks}.")
    if layout.numbered is not None and layout.chunks != media.chunks:
        # A table was lost there: which chunks the later tables describe is unknown.
        layout.groups = [group for group in layout.groups if group.first < layout.numbered]
        layout.chunks = layout.numbered
    if layout.chunks < media.chunks:
        notes.add(
            f"The image lists {layout.chunks} of {media.chunks} chunks of its media; the rest reads as zeros.",
            layout.chunks * media.chunk_size,
            code="evidence.truncated",
        )
    elif layout.chunks > media.chunks:
        notes.add(f"The image lists {layout.chunks} chunks, its media has {media.chunks}; the rest was not read.")
    if not layout.complete:
        notes.add("The image has no end mark.", code="evidence.truncated")


def _sections(files: SegmentFiles, segment: int, layout: Layout, notes: Notes) -> Iterator[Section]:
    """Follow a chain; it ends after ``next`` or ``done``, or where it breaks, with a problem."""
    size = files.sizes[segment]
    place = FILE_HEADER_SIZE
    for _ in range(_MOST_SECTIONS):
        found = ewf_sections.descriptor(files.read(segment, place, DESCRIPTOR_SIZE))
        if found is None:
            notes.add(f"Segment {segment + 1} ends before its end mark.", place, code="evidence.truncated")
            return
        section = _section(files, segment, place, found, notes)
        if section is not None and section.is_last and found.sound and found.next not in (place, section.end):
            layout.doubt(0)  # it was written for another place: something before it is gone
        elif not found.sound or found.size not in (0, DESCRIPTOR_SIZE, found.next - place):
            layout.doubt()  # its type may be wrong, or where it leads to: tables may be skipped
        if section is None:
            where = f"Segment {segment + 1}: the chain of sections breaks off at byte {place}"
            past = found.sound and found.next > size
            notes.add(f"{where}.", place, code="evidence.truncated" if past else "evidence.structure-damaged")
            return
        yield section
        if section.is_last:
            return
        place = section.end
    notes.add(f"Segment {segment + 1} has more than {_MOST_SECTIONS} sections; the rest was not read.", place)


def _section(files: SegmentFiles, segment: int, place: int, found: Descriptor, notes: Notes) -> Section | None:
    size = files.sizes[segment]
    body = place + DESCRIPTOR_SIZE
    if found.type in ("next", "done"):
        if not found.sound or found.next not in (place, body):  # SMART points to the end of the segment
            notes.add(f"Segment {segment + 1}: its end mark is damaged.", place)
        return Section(segment, found.type, place, body)
    if found.sound:
        if not body <= found.next <= size:
            return None
        # Expert Witness 1.35 writes no size; any other size is a second chain that other tools may follow
        # [Dual image: section size versus offset].
        if found.size not in (0, found.next - place):
            notes.add(f"Segment {segment + 1}, {found.type}: its size and the next section's place disagree.", place)
        return Section(segment, found.type, place, found.next)
    for end in sorted((found.next, place + found.size)):
        if body <= end <= size - DESCRIPTOR_SIZE:
            following = ewf_sections.descriptor(files.read(segment, end, DESCRIPTOR_SIZE))
            if following is not None and following.sound:
                notes.add(f"Segment {segment + 1}, {found.type}: its descriptor is damaged, the chain goes on.", place)
                return Section(segment, found.type, place, end)
    return None
