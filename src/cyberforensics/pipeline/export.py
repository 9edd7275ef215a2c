"""Writing contents out of the evidence: under their digests, never under a name from the evidence."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import disk
from cyberforensics.model.entry import Content
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.wire import Exported, Message


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Write some contents of one volume into a folder."""

    source: disk.Source
    volume: Volume
    contents: tuple[Content, ...]
    folder: Path

    def run(self, worker: Worker) -> Iterator[Message]:
        """Yield what became of each content, in order."""
        reader = worker.reader(self.source, self.volume)
        for content in self.contents:
            yield _export(content, reader, self.folder)


def _export(content: Content, reader: disk.ContentReader, folder: Path) -> Exported:
    digest = hashlib.sha256()
    part = folder / f".part-{os.getpid()}"
    size = 0
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as out:  # noqa: PTH123 - of a descriptor that never follows a link
            for block in reader.blocks(content):
                digest.update(block)
                out.write(block)
                size += len(block)
    except OSError:
        part.unlink(missing_ok=True)
        return Exported(content.number, None, size)
    sha256 = digest.hexdigest()
    place = folder / sha256[:2] / sha256[2:4] / sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)
    place.chmod(0o400)
    return Exported(content.number, sha256, size)
