"""A fixture as we list it, and what its builder put in: shared by the tests of the walk."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberforensics import disk
from cyberforensics.model.entry import Content, Entry, Name
from cyberforensics.model.problem import Problem
from cyberforensics.model.volume import Volume

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Walked:
    """A volume of a fixture, as we list it."""

    opened: disk.OpenEvidence
    volume: Volume
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    def problem_codes(self) -> set[str]:
        return {problem.code for problem in self.problems}

    def at(self, path: str, stream: str | None = None) -> list[Entry]:
        return [entry for entry in self.entries if (entry.path, entry.stream) == (path, stream)]

    def digest(self, entry: Entry) -> str | None:
        assert entry.size is not None
        assert entry.reader is not None
        name = Name(entry.id, entry.path, entry.stream, entry.owner)
        content = Content(
            entry.number,
            entry.meta_address,
            entry.locator,
            entry.path_raw,
            entry.size,
            not entry.allocated,
            entry.reader,
            entry.first_address,
            (name,),
        )
        digest, size = hashlib.sha256(), 0
        try:
            for block in disk.open_reader(self.opened, self.volume).blocks(content):
                digest.update(block)
                size += len(block)
        except OSError:
            return None
        return digest.hexdigest() if size == entry.size else None


def unpacked(image: str, folder: Path) -> Path:
    packed = FIXTURES / f"{image}.raw.gz"
    if not packed.is_file():
        return next(path for path in (FIXTURES / f"{image}.E01", FIXTURES / f"{image}.001") if path.is_file())
    path = folder / f"{image}.raw"
    if not path.is_file():
        path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def walked(image: str, folder: Path) -> Iterator[Walked]:
    opened = disk.open_evidence(disk.identify("X", unpacked(image, folder)))
    for volume in disk.find_volumes(opened):
        if isinstance(volume, Volume) and volume.status == "opened":
            found = list(disk.walk(opened, volume))
            yield Walked(
                opened,
                volume,
                tuple(item for item in found if isinstance(item, Entry)),
                tuple(item for item in found if isinstance(item, Problem)),
            )


def truth(image: str) -> Any:
    return json.loads((FIXTURES / "truth" / f"{image}.json").read_text("utf-8"))
