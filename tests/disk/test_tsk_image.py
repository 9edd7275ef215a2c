"""What The Sleuth Kit is given to read, and what it makes of media that can't be read."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics import disk
from cyberforensics.disk.media import RawMedia
from cyberforensics.disk.tsk import Image
from cyberforensics.model.entry import Content, Entry
from cyberforensics.model.volume import Volume
from tests import helpers

_FILL = 65_536  # TSK_IMG_INFO_CACHE_LEN of tsk/img/img_io.c


class _Failing:
    """Media with a sector that can't be read."""

    def __init__(self, media: RawMedia, bad: int) -> None:
        self._media = media
        self._bad = bad
        self.size = media.size
        self.asked: list[tuple[int, int]] = []

    def read_at(self, offset: int, size: int) -> bytes:
        self.asked.append((offset, size))
        if offset <= self._bad < offset + size:
            raise OSError("Input/output error")
        return self._media.read_at(offset, size)

    def damaged(self, offset: int, size: int) -> bool:
        raise NotImplementedError


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "ntfs.raw"
    path.write_bytes(gzip.decompress((helpers.FIXTURES / "ntfs.raw.gz").read_bytes()))
    return path


def test_a_fill_of_the_cache_is_declined_and_nothing_else(raw: Path) -> None:
    media = _Failing(RawMedia([raw]), -1)
    image = Image(media)
    data = raw.read_bytes()

    assert image.read(1_000_000 // 512 * 512, _FILL) == b""
    assert media.asked == []
    assert image.read(1_000_000, 512) == data[1_000_000:1_000_512]  # what TSK asks next
    following = 1_001_472 // 512 * 512
    assert image.read(following, _FILL) == data[following : following + _FILL]  # it goes on: now a fill is of use
    assert image.read(0, _FILL) == b""
    assert image.read(0, _FILL) == data[:_FILL]  # TSK wanted just that
    assert image.read(512, _FILL - 512) == data[512:_FILL]
    assert image.read(3_000_001, _FILL) == data[3_000_001 : 3_000_001 + _FILL]  # from no sector's start: no fill
    assert image.read(4_000_000 // 512 * 512, 2 * _FILL) == data[3_999_744 : 3_999_744 + 2 * _FILL]
    assert image.failures == 0


def test_a_fill_that_fails_is_no_failure_but_what_was_wanted_is() -> None:
    class Bad:
        size = 1 << 20

        def read_at(self, offset: int, size: int) -> bytes:
            raise OSError

        def damaged(self, offset: int, size: int) -> bool:
            raise NotImplementedError

    image = Image(Bad())
    assert image.read(0, 512) == b""
    assert image.failures == 1
    assert image.read(512, _FILL) == b""
    assert image.failures == 1
    assert image.read(600, 512) == b""
    assert image.failures == 2


def test_a_last_sector_that_cannot_be_read_is_never_made_up(raw: Path) -> None:
    """TSK 4.15 gives memory of its own as the end of a file whose size is no multiple of 512 [img_io.c]."""
    opened = disk.open_evidence(disk.identify("x", raw))
    volume = next(found for found in disk.find_volumes(opened) if isinstance(found, Volume) and found.reader == "tsk")
    entry = next(
        found
        for found in disk.walk(opened, volume)
        if isinstance(found, Entry) and found.path == "/files/one cluster and a byte.bin"
    )
    assert entry.size is not None
    assert entry.first_address is not None
    content = Content(1, entry.meta_address, None, b"", entry.size, False, "tsk", entry.first_address, ())
    assert sum(map(len, disk.open_reader(opened, volume).blocks(content))) == entry.size
    assert isinstance(opened.media, RawMedia)
    failing = _Failing(opened.media, entry.first_address + (entry.size - 1) // 512 * 512)

    reader = disk.open_reader(replace(opened, media=failing), volume)
    with pytest.raises(OSError, match="could not be read"):
        list(reader.blocks(content))
