"""Damaged EWF-E01: the same bytes, or it is said what is wrong; never another error, never an endless loop."""

import hashlib
import struct
import zlib
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberforensics.disk.ewf import EWF_PROBLEM_CODES, DamagedRange, EwfImage
from cyberforensics.disk.ewf_damage import Damage
from cyberforensics.errors import EvidenceError
from cyberforensics.model.problem import PROBLEM_CODES
from tests.disk.ewf_writer import Plan, build, noise, section, signed

CHUNK = 4096
MEDIA = (
    noise(1, 20_480) + b"".join(b"entry %d\n" % number for number in range(4000)) + bytes(20_480) + noise(2, 5 * 512)
)
MEDIA = MEDIA[: len(MEDIA) // 512 * 512]
PLAN = Plan(sectors_per_chunk=8, chunks_per_table=6, errors=((3, 1),), sessions=(0,))
SINGLE = build(MEDIA, PLAN)[0]
SPLIT = build(MEDIA, Plan(sectors_per_chunk=8, chunks_per_table=6, chunks_per_segment=12, compression="always"))
READ_ERRORS = "evidence.acquisition-read-error"


def save(folder: Path, segments: list[bytes]) -> list[Path]:
    paths = [folder / f"image.E{number:02d}" for number in range(1, len(segments) + 1)]
    for path, segment in zip(paths, segments, strict=True):
        path.write_bytes(segment)
    return paths


def position(segment: bytes, kind: bytes, skip: int = 0) -> int:
    """Where a section of a kind begins."""
    place = 13
    while True:
        following = struct.unpack_from("<Q", segment, place + 16)[0]
        if segment[place : place + 16].rstrip(b"\0") == kind:
            if skip == 0:
                return place
            skip -= 1
        assert following > place
        place = following


def changed(segment: bytes, place: int, new: bytes) -> bytes:
    return segment[:place] + new + segment[place + len(new) :]


def flipped(segment: bytes, place: int, bits: int = 0xFF) -> bytes:
    return changed(segment, place, bytes([segment[place] ^ bits]))


def damage(image: EwfImage) -> list[DamagedRange]:
    return [found for found in image.damage if found.code != READ_ERRORS]


def check_honest(segments: list[bytes], folder: Path) -> None:
    """What is read is the media, but for what is named; nothing but our own errors comes out."""
    try:
        image = EwfImage.open(save(folder, segments), cache_bytes=3 * CHUNK)
    except EvidenceError as error:
        refused: str | None = error.code
    else:
        refused = None
    if refused is not None:
        assert refused in PROBLEM_CODES or refused in EWF_PROBLEM_CODES
        return
    with image:
        if image.size != len(MEDIA):
            assert image.problems
            image.read_at(max(0, image.size - 5000), 5000)
            return
        data = image.read_at(0, image.size)
        assert len(data) == image.size
        for place in range(0, len(MEDIA), CHUNK):
            if data[place : place + CHUNK] != MEDIA[place : place + CHUNK]:
                assert image.damaged(place, CHUNK)
        for problem in image.problems:
            assert problem.code in PROBLEM_CODES or problem.code in EWF_PROBLEM_CODES
        if data != MEDIA:
            assert damage(image)
        assert b"".join(image.read_at(place, 1000) for place in range(0, image.size, 1000)) == data
        if any(found.code == "evidence.chunk-missing" for found in image.damage):
            with pytest.raises(EvidenceError, match="has no digest"):
                image.digest(("md5",), threads=1)
        else:
            assert image.digest(("md5",), threads=1) == {"md5": hashlib.md5(data).hexdigest()}  # noqa: S324


calm = settings(max_examples=400, deadline=timedelta(seconds=5), suppress_health_check=list(HealthCheck))


@calm
@given(st.integers(0, len(SINGLE) - 1), st.integers(1, 255))
def test_a_flipped_byte(place: int, bits: int) -> None:
    with TemporaryDirectory() as folder:
        check_honest([flipped(SINGLE, place, bits)], Path(folder))


@calm
@given(st.data())
def test_flipped_bytes_in_segments(data: st.DataObject) -> None:
    segments = list(SPLIT)
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(segments) - 1))
        place = data.draw(st.integers(0, len(segments[number]) - 1))
        segments[number] = flipped(segments[number], place, data.draw(st.integers(1, 255)))
    with TemporaryDirectory() as folder:
        check_honest(segments, Path(folder))


@calm
@given(st.integers(0, len(SPLIT) - 1), st.integers(0, max(map(len, SPLIT)) - 1))
def test_a_segment_that_is_cut_off(number: int, size: int) -> None:
    segments = list(SPLIT)
    segments[number] = segments[number][:size]
    with TemporaryDirectory() as folder:
        check_honest(segments, Path(folder))


@calm
@given(st.integers(0, len(SINGLE) - 1), st.integers(0, len(SINGLE) - 1))
def test_a_piece_that_is_cut_out(start: int, size: int) -> None:
    with TemporaryDirectory() as folder:
        check_honest([SINGLE[:start] + SINGLE[start + size :]], Path(folder))


@calm
@given(
    st.sampled_from((b"header2", b"volume", b"sectors", b"table", b"table2", b"data", b"error2", b"hash")),
    st.integers(16, 31),
    st.integers(0, 255),
)
def test_a_descriptor_that_is_wrong_and_signed(kind: bytes, inside: int, new: int) -> None:
    place = position(SINGLE, kind)
    head = changed(SINGLE[place : place + 72], inside, bytes([new]))
    with TemporaryDirectory() as folder:
        check_honest([changed(SINGLE, place, signed(head))], Path(folder))


def places_of_structure(segment: bytes) -> list[int]:
    """Every byte that is neither a chunk nor filling."""
    places = set(range(13))
    place = 13
    while True:
        kind, following = struct.unpack_from("<16sQ", segment, place)
        body = place + 76 if kind.startswith(b"sectors") else max(following, place + 76)
        places.update(range(place, min(body, place + 76 + 200)))
        if following == place:
            return sorted(places)
        place = following


STRUCTURE = places_of_structure(SINGLE)


@calm
@given(st.sampled_from(STRUCTURE), st.binary(min_size=1, max_size=8))
def test_changed_structures(place: int, new: bytes) -> None:
    with TemporaryDirectory() as folder:
        check_honest([changed(SINGLE, place, new)[: len(SINGLE)]], Path(folder))


@calm
@given(st.binary(max_size=600))
def test_any_bytes_after_a_sound_start(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        check_honest([SINGLE[:13] + content], Path(folder))


@calm
@given(
    st.sampled_from((b"volume", b"table", b"table2", b"header2", b"header", b"hash", b"digest", b"error2", b"session")),
    st.binary(max_size=1200),
)
def test_any_bytes_in_a_section_that_is_signed(kind: bytes, content: bytes) -> None:
    """Hostile evidence has checksums that hold."""
    for body in (content, signed(content), signed(content[:20].ljust(20, b"\0")) + signed(content[20:])):
        start = position(SINGLE, b"data")
        segment = SINGLE[:start] + section(kind, start, body)
        with TemporaryDirectory() as folder:
            check_honest([segment + section(b"done", len(segment), b"")], Path(folder))


def test_an_uncompressed_chunk_is_delivered_as_stored(tmp_path: Path) -> None:
    start = position(SINGLE, b"sectors") + 76
    segment = flipped(SINGLE, start + 2 * (CHUNK + 4) + 100)
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.read_at(2 * CHUNK, CHUNK) == flipped(MEDIA, 2 * CHUNK + 100)[2 * CHUNK : 3 * CHUNK]
        assert damage(image) == [DamagedRange(2 * CHUNK, CHUNK, "evidence.chunk-checksum")]
        assert image.damaged(3 * CHUNK - 1, 1)
        assert not image.damaged(3 * CHUNK, CHUNK)
        assert image.problems == ()


@pytest.mark.parametrize("place", [0, 5, -1])
def test_a_chunk_that_can_not_be_inflated_is_zeros(tmp_path: Path, place: int) -> None:
    segment = build(MEDIA, Plan(sectors_per_chunk=8, compression="always"))[0]
    packed = zlib.compress(MEDIA[6 * CHUNK : 7 * CHUNK], 1)
    start = segment.index(packed)
    segment = flipped(segment, start + (place if place >= 0 else len(packed) + place))
    with EwfImage.open(save(tmp_path, [segment])) as image:
        expected = MEDIA[: 6 * CHUNK] + bytes(CHUNK) + MEDIA[7 * CHUNK :]
        assert image.read_at(0, image.size) == expected
        assert damage(image) == [DamagedRange(6 * CHUNK, CHUNK, "evidence.chunk-unreadable")]


@pytest.mark.parametrize("inside", [76 + 3, 76 + 24 + 6])
def test_table2_stands_in_for_a_damaged_table(tmp_path: Path, inside: int) -> None:
    segment = flipped(SINGLE, position(SINGLE, b"table", 1) + inside)
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.read_at(0, image.size) == MEDIA
        assert len(image.problems) == 1
        assert damage(image) == []
    assert image.problems[0].code == "evidence.structure-damaged"


def test_tables_are_checked_when_they_are_used(tmp_path: Path) -> None:
    segment = flipped(SINGLE, position(SINGLE, b"table", 1) + 76 + 24)
    with EwfImage.open(save(tmp_path, [segment]), check_tables=False) as image:
        assert image.problems == ()
        assert image.read_at(0, image.size) == MEDIA
        assert len(image.problems) == 1


def test_without_a_whole_table_the_chunks_say_what_is_wrong(tmp_path: Path) -> None:
    segment = flipped(SINGLE, position(SINGLE, b"table") + 76 + 24 + 4 * 2)
    segment = flipped(segment, position(SINGLE, b"table2") + 76 + 24 + 4 * 4)
    with EwfImage.open(save(tmp_path, [segment])) as image:
        data = image.read_at(0, image.size)
        assert data != MEDIA
        assert {found.offset for found in damage(image)} <= {CHUNK, 2 * CHUNK}
        assert data[3 * CHUNK :] == MEDIA[3 * CHUNK :]
        assert len(image.problems) == 1


def test_a_lost_table_never_moves_the_chunks_behind_it(tmp_path: Path) -> None:
    segment = flipped(SINGLE, position(SINGLE, b"table", 1) + 76)
    segment = flipped(segment, position(SINGLE, b"table2", 1) + 76)
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.read_at(0, image.size) == MEDIA[: 6 * CHUNK] + bytes(len(MEDIA) - 6 * CHUNK)
        assert damage(image) == [DamagedRange(6 * CHUNK, len(MEDIA) - 6 * CHUNK, "evidence.chunk-missing")]
        assert image.damaged(len(MEDIA) - 1, 1)
        assert "evidence.truncated" in {problem.code for problem in image.problems}
        with pytest.raises(EvidenceError, match="has no digest"):
            image.digest(("md5",))


def test_a_chain_that_skips_tables_never_moves_the_chunks_behind_them(tmp_path: Path) -> None:
    """One bit of a next offset may lead over a table and its mirror to another sound section."""
    place = position(SINGLE, b"sectors", 1)
    further = position(SINGLE, b"sectors", 2)
    head = struct.pack("<16sQQ", b"sectors", further, further - place)  # and a checksum that does not hold
    with EwfImage.open(save(tmp_path, [changed(SINGLE, place, head)])) as image:
        assert image.read_at(0, image.size) == MEDIA[: 6 * CHUNK] + bytes(len(MEDIA) - 6 * CHUNK)
        assert damage(image) == [DamagedRange(6 * CHUNK, len(MEDIA) - 6 * CHUNK, "evidence.chunk-missing")]
    with EwfImage.open(save(tmp_path, [changed(SINGLE, place + 16, struct.pack("<Q", further))])) as image:
        assert image.read_at(0, image.size) == MEDIA
        assert len(image.problems) == 1


def test_a_truncated_image_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    segment = SINGLE[: position(SINGLE, b"sectors", 2) + 500]
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.read_at(0, image.size) == MEDIA[: 12 * CHUNK] + bytes(len(MEDIA) - 12 * CHUNK)
        assert image.damage == (DamagedRange(12 * CHUNK, len(MEDIA) - 12 * CHUNK, "evidence.chunk-missing"),)
        assert {problem.code for problem in image.problems} == {"evidence.truncated"}


def test_the_data_section_stands_in_for_the_volume(tmp_path: Path) -> None:
    segment = flipped(SINGLE, position(SINGLE, b"volume") + 76 + 20)
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.read_at(0, image.size) == MEDIA
        assert len(image.problems) == 1


def test_a_data_section_without_checksum_is_accepted(tmp_path: Path) -> None:
    """Some Logicube devices write none."""
    segment = changed(SINGLE, position(SINGLE, b"data") + 76 + 1048, bytes(4))
    with EwfImage.open(save(tmp_path, [segment])) as image:
        assert image.problems == ()


def test_two_chains_are_noticed(tmp_path: Path) -> None:
    """A size that disagrees with the next section's place hides a second image from one reader or the other."""
    place = position(SINGLE, b"table2", 1)
    head = struct.pack("<16sQQ40x", b"table2", *struct.unpack_from("<Q", SINGLE, place + 16), 1000)
    with EwfImage.open(save(tmp_path, [changed(SINGLE, place, signed(head))])) as image:
        assert image.read_at(0, image.size) == MEDIA
        assert ["disagree" in problem.message for problem in image.problems] == [True]


@pytest.mark.parametrize("step", [-1, 0, 1, 75])
def test_a_chain_that_goes_back_ends(tmp_path: Path, step: int) -> None:
    place = position(SINGLE, b"table2", 1)
    target = 13 if step < 0 else place + step
    head = signed(struct.pack("<16sQQ40x", b"table2", target, 0))
    with EwfImage.open(save(tmp_path, [changed(SINGLE, place, head)])) as image:
        assert image.read_at(0, 12 * CHUNK)[: 6 * CHUNK] == MEDIA[: 6 * CHUNK]
        assert any("breaks off" in problem.message for problem in image.problems)


def one_chunk(stored: bytes) -> bytes:
    """A segment whose media is one compressed chunk, stored as these bytes."""
    assert len(stored) < 2 * CHUNK + 4096
    start = 13
    volume = SINGLE[position(SINGLE, b"volume") + 76 :][:1052]
    media = struct.pack("<B3xIIIQ", 1, 1, 8, 512, 8) + volume[24:1048]
    segment = SINGLE[:13] + section(b"volume", start, signed(media))
    place = len(segment) + 76
    segment += section(b"sectors", len(segment), stored)
    entries = signed(struct.pack("<I16x", 1)) + signed(struct.pack("<I", place | 0x8000_0000))
    segment += section(b"table", len(segment), entries)
    return segment + section(b"done", len(segment), b"")


def test_a_chunk_that_inflates_without_end_is_cut(tmp_path: Path) -> None:
    with EwfImage.open(save(tmp_path, [one_chunk(zlib.compress(bytes(8 << 20), 9))])) as image:
        assert image.size == CHUNK
        assert image.read_at(0, CHUNK) == bytes(CHUNK)
        assert image.damage == (DamagedRange(0, CHUNK, "evidence.chunk-unreadable"),)


def zlib_says(stored: bytes) -> bytes | None:
    """The content of a chunk of this media as zlib inflates it; None where it does not."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(stored, CHUNK + 1)
    except zlib.error:
        return None
    return content[:CHUNK] if inflater.eof and len(content) >= CHUNK else None


def signed_anew(stored: bytes) -> bytes:
    """A stream whose deflate data was changed, with the Adler-32 of what zlib makes of it."""
    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(stored[2:], 16 * CHUNK)
    except zlib.error:
        return stored
    used = len(stored) - 2 - len(inflater.unused_data)
    return stored[: 2 + used] + struct.pack(">I", zlib.adler32(content))


@calm
@given(
    st.sampled_from((0, 1, 6, 9)),
    st.sampled_from((zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)),
    st.integers(0, len(MEDIA) // 512 - 1),
    st.sampled_from((CHUNK, CHUNK, CHUNK, 0, 1, CHUNK - 1, CHUNK + 1, CHUNK + 2)),
    st.lists(st.tuples(st.integers(2, 2 * CHUNK), st.integers(1, 255)), max_size=2),
    st.booleans(),
    st.binary(max_size=8),
)
def test_a_compressed_chunk_is_what_zlib_makes_of_it(
    level: int, strategy: int, start: int, size: int, flips: list[tuple[int, int]], sign: bool, behind: bytes
) -> None:
    deflater = zlib.compressobj(level, strategy=strategy)
    stored = deflater.compress((MEDIA * 2)[start * 512 :][:size]) + deflater.flush()
    for place, bits in flips:
        stored = flipped(stored, 2 + place % (len(stored) - 2), bits)
    stored = (signed_anew(stored) if sign else stored) + behind
    expected = zlib_says(stored)
    with TemporaryDirectory() as folder, EwfImage.open(save(Path(folder), [one_chunk(stored)])) as image:
        assert image.read_at(0, CHUNK) == (bytes(CHUNK) if expected is None else expected)
        assert bool(image.damage) == (expected is None)
        assert image.read_at(7, 100) == (bytes(CHUNK) if expected is None else expected)[7:107]


@pytest.mark.parametrize("empty", [bytes(CHUNK), b"\xff" * CHUNK])
def test_chunks_that_are_stored_alike_and_a_shorter_last_one(tmp_path: Path, empty: bytes) -> None:
    media = empty * 3 + noise(3, CHUNK) + empty * 2 + empty[:512]
    segments = build(media, Plan(sectors_per_chunk=8, compression="always"))
    with EwfImage.open(save(tmp_path, segments), cache_bytes=1) as image:
        assert image.read_at(0, image.size) == media
        assert image.read_at(image.size - 600, 600) == media[-600:]
        assert image.digest(("sha256",)) == {"sha256": hashlib.sha256(media).hexdigest()}
        assert not image.damage


def test_evidence_text_in_messages_is_escaped(tmp_path: Path) -> None:
    place = position(SINGLE, b"session")
    head = signed(struct.pack("<16sQQ40x", b"\x1b[31mred\x9b", *struct.unpack_from("<Q", SINGLE, place + 16), 7))
    with EwfImage.open(save(tmp_path, [changed(SINGLE, place, head)])) as image:
        assert [r"\x1b[31mred\x9b" in problem.message for problem in image.problems] == [True]
        assert all(problem.message.isprintable() for problem in image.problems)


def test_ranges_are_merged() -> None:
    known = Damage()
    for place in (30, 10, 20, 50, 10, 0):
        known.add(place, 10, "evidence.chunk-missing")
    known.add(70, 0, "evidence.chunk-missing")
    known.add(5, 60, "evidence.chunk-checksum")
    assert known.ranges() == (
        DamagedRange(0, 40, "evidence.chunk-missing"),
        DamagedRange(5, 60, "evidence.chunk-checksum"),
        DamagedRange(50, 10, "evidence.chunk-missing"),
    )
    assert known.touches(0, 1)
    assert not known.touches(65, 100)
    assert known.touches(64, 1)
