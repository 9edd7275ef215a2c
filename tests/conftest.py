"""What all tests share: the folder of public evidence, and the project's own images."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
_EVIDENCE = ROOT.parent / "shared" / "evidence"

# How long an example takes says how busy the machine is; what hangs is ended by the test that says so.
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def evidence() -> Path:
    """The folder of public evidence beside the checkout."""
    if not _EVIDENCE.is_dir():
        pytest.skip("the folder of public evidence (../shared/evidence) is not there")
    return _EVIDENCE


@pytest.fixture(scope="session")
def images(evidence: Path) -> Path:
    """The public images."""
    return evidence / "images"


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Gives an image as it is read: what is packed (.gz) is unpacked once, into a folder of this session."""
    folder = tmp_path_factory.mktemp("unpacked")

    def unpack(path: Path) -> Path:
        if path.suffix != ".gz":
            return path
        place = folder / f"{path.parent.name}-{path.name.removesuffix('.gz')}"
        if not place.exists():
            with gzip.open(path) as packed, place.open("wb") as out:
                while piece := packed.read(1 << 20):
                    if piece.count(0) == len(piece):
                        out.seek(len(piece), os.SEEK_CUR)  # giants are mostly holes
                    else:
                        out.write(piece)
                out.truncate(out.tell())
        return place

    return unpack


@pytest.fixture(scope="session")
def fixture_image(unpacked: Callable[[Path], Path]) -> Callable[[str], Path]:
    """Gives an image of fixtures/ by its name, as in ``ntfs.raw`` or ``demo.E01``."""

    def find(name: str) -> Path:
        path = ROOT / "fixtures" / name
        return path if path.exists() else unpacked(path.with_name(name + ".gz"))

    return find
