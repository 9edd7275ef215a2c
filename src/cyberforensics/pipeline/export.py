"""Writing contents out of the evidence: under their digests, never under a name from the evidence."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import disk
from cyberforensics.errors import CannotWrite
from cyberforensics.model.entry import Content
from cyberforensics.model.volume import Volume
from cyberforensics.pipeline.jobs import Worker
from cyberforensics.pipeline.wire import Exported, Message


@dataclass(frozen=True, slots=True)
class ExportJob:
    """Write one content of a volume into a folder."""

    source: disk.Source
    volume: Volume
    content: Content
    expected: str | None
    """SHA-256 that it had when it was examined; something else is not put in place."""
    folder: Path

    def run(self, worker: Worker) -> Iterator[Message]:
        """Yield what became of it.

        Raises:
            CannotWrite: the folder or the disk refuses.
        """
        reader = worker.reader(self.source, self.volume)
        part = self.folder / f".part-{os.getpid()}"
        try:
            yield self._write(reader, part)
        except OSError as error:
            raise CannotWrite(
                f"{self.folder}: can't be written ({error.strerror})", hint="make room or choose another folder"
            ) from error
        finally:
            part.unlink(missing_ok=True)

    def _write(self, reader: disk.ContentReader, part: Path) -> Exported:
        digest = hashlib.sha256()
        size = 0
        blocks = reader.blocks(self.content)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as out:  # noqa: PTH123 - of a descriptor that never follows a link
            while True:
                try:
                    block = next(blocks, None)
                except OSError:
                    return Exported(self.content.number, None, size)
                if block is None:
                    break
                digest.update(block)
                out.write(block)
                size += len(block)
        sha256 = digest.hexdigest()
        if self.expected in (None, sha256):
            place = self.folder / sha256[:2] / sha256[2:4] / sha256
            place.parent.mkdir(parents=True, exist_ok=True)
            part.chmod(0o400)
            part.replace(place)
        return Exported(self.content.number, sha256, size)
