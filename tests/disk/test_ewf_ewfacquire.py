"""The reader of EWF-E01 on images that another writer, ewfacquire, made in all its formats."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from cyberforensics.disk.ewf import EwfImage, segment_paths
from cyberforensics.model.evidence import StoredDigest
from tests.disk.ewf_writer import noise
from tests.disk.test_ewf import libewf

pytestmark = pytest.mark.skipif(shutil.which("ewfacquire") is None, reason="ewfacquire is not installed")

MEDIA = b"".join(
    (
        noise(1, 1_300_000),
        b"".join(b"line %d of a file that compresses\n" % number for number in range(30_000)),
        bytes(900_000),
        b"\xff" * 70_000,
        noise(2, 333_333),
    )
)
MEDIA = MEDIA[: len(MEDIA) // 512 * 512]

FORMATS = ("ewf", "smart", "ftk", "encase2", "encase3", "encase4", "encase5", "encase6", "encase7", "linen5", "linen6",
           "linen7", "ewfx")  # fmt: skip


def acquire(folder: Path, *options: str) -> list[Path]:
    """Make an image of `MEDIA`; its segments."""
    source = folder / "media.raw"
    source.write_bytes(MEDIA)
    command = ["ewfacquire", "-u", "-q", "-C", "case 7", "-e", "Jörg Doe", "-N", "notes", "-t", str(folder / "image")]
    done = subprocess.run([*command, *options, str(source)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (first,) = (path for path in folder.iterdir() if path.suffix.lower() in (".e01", ".s01"))
    return segment_paths(first)


def check(paths: list[Path]) -> EwfImage:
    with EwfImage.open(paths, cache_bytes=200_000) as image:
        assert image.size == len(MEDIA)
        assert image.read_at(0, len(MEDIA)) == MEDIA
        assert b"".join(image.read_at(offset, 65536) for offset in range(0, len(MEDIA), 65536)) == MEDIA
        md5 = hashlib.md5(MEDIA).hexdigest()  # noqa: S324 - what the format stores
        assert StoredDigest("md5", md5, "container") in image.stored_digests
        assert image.digest(("md5",)) == {"md5": md5}
        assert image.problems == ()
        assert image.damage == ()
        return image


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("compression", ["none", "empty-block", "fast", "best"])
def test_formats(tmp_path: Path, form: str, compression: str) -> None:
    image = check(acquire(tmp_path, "-f", form, "-c", compression, "-S", "1MiB"))
    assert dict(image.metadata)["Case number"] == "case 7"
    assert dict(image.metadata)["Notes"] == "notes"


@pytest.mark.parametrize("sectors", [16, 64, 128, 1024, 4096, 32768])
@pytest.mark.parametrize("compression", ["none", "best"])
def test_sectors_per_chunk(tmp_path: Path, sectors: int, compression: str) -> None:
    paths = acquire(tmp_path, "-f", "encase6", "-b", str(sectors), "-c", compression, "-S", "1MiB")
    assert check(paths).chunk_size == sectors * 512
    assert libewf(paths) == MEDIA


@pytest.mark.parametrize("sector_size", [512, 2048, 4096])
def test_sector_sizes(tmp_path: Path, sector_size: int) -> None:
    paths = acquire(tmp_path, "-f", "encase6", "-P", str(sector_size), "-B", str(len(MEDIA) // 4096 * 4096))
    with EwfImage.open(paths) as image:
        assert image.sector_size == sector_size
        assert image.read_at(0, image.size) == libewf(paths) == MEDIA[: image.size]
        assert (image.problems, image.damage) == ((), ())


@pytest.mark.parametrize("form", ["encase6", "ftk", "linen6"])
def test_sha1_is_stored_too(tmp_path: Path, form: str) -> None:
    image = check(acquire(tmp_path, "-f", form, "-d", "sha1"))
    if form == "encase6":
        sha1 = hashlib.sha1(MEDIA).hexdigest()  # noqa: S324 - what the format stores
        assert StoredDigest("sha1", sha1, "container") in image.stored_digests


@pytest.mark.parametrize("kind", ["fixed", "removable"])  # it refuses memory, and optical needs a table of contents
def test_media_types(tmp_path: Path, kind: str) -> None:
    assert dict(check(acquire(tmp_path, "-m", kind, "-M", "logical")).metadata)["Media type"] == kind
