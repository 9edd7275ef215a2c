"""Reader of EWF-E01 images: EnCase 1 to 7, FTK Imager, linen; the original format and SMART come along.

Sections are read once when the image is opened. Chunks are inflated with libdeflate, every checksum is verified,
and what is damaged is delivered as well as it can be and recorded. Ex01, L01 and encrypted images are
`NotCovered`: libewf reads them.

Source: libyal, libewf, "Expert Witness Compression Format (EWF)".
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cyberforensics.disk import ewf_damage
from cyberforensics.disk.ewf_cache import ChunkCache
from cyberforensics.disk.ewf_chunks import Chunks
from cyberforensics.disk.ewf_damage import EWF_PROBLEM_CODES, Damage, DamagedRange, Notes
from cyberforensics.disk.ewf_digest import digest_blocks
from cyberforensics.disk.ewf_header import media_values
from cyberforensics.disk.ewf_layout import read_layout
from cyberforensics.disk.ewf_sections import NotCovered
from cyberforensics.disk.ewf_segments import SegmentFiles, segment_paths
from cyberforensics.disk.ewf_tables import Tables
from cyberforensics.errors import EvidenceError
from cyberforensics.model.problem import Problem

__all__ = ["EWF_PROBLEM_CODES", "DamagedRange", "EwfImage", "NotCovered", "segment_paths"]

CACHE_BYTES = 64 << 20
_BLOCK = 4 << 20
"""Bytes that go from the thread that inflates to those that digest at once: for each block they ask each other for the
interpreter's lock, which with blocks of a MiB cost a tenth of the time of a whole media."""


class EwfImage:
    """The media inside an EWF image. Reads are positioned and may come from several threads."""

    def __init__(self, files: SegmentFiles, cache_bytes: int) -> None:
        """Use `open`."""
        self._files = files
        self._notes = Notes()
        self._damage = Damage()
        layout, media = read_layout(files, self._notes)
        self.size = media.size
        """Bytes of the media."""
        self.sector_size = media.sector_size
        self.chunk_size = media.chunk_size
        """Bytes that are compressed together."""
        self.set_identifier = media.set_identifier
        """GUID of the segment file set; empty where the writer knew none."""
        self.stored_digests = layout.digests
        self.metadata = layout.header + media_values(media)
        """What the image says of its making, names in plain words and values in display form."""
        self.error_ranges = layout.error_ranges
        """First sector and number of sectors of what could not be read when the image was made."""
        self.sessions = layout.sessions
        """Start sector and flags (1: audio) of the sessions of an optical disc."""
        # A stored chunk may be a little larger than its content; twice is more than any writer makes of it.
        self._tables = Tables(files, layout.groups, 2 * media.chunk_size + 4096, self._notes)
        self._chunks = Chunks(files, self._tables, media, self._damage)
        self._cache = ChunkCache(self._chunks, max(1, cache_bytes // media.chunk_size))
        for first, count in layout.error_ranges:
            start = min(first * self.sector_size, self.size)
            self._damage.add(start, min(count * self.sector_size, self.size - start), ewf_damage.READ_ERROR)

    @classmethod
    def open(cls, paths: Sequence[Path], *, cache_bytes: int = CACHE_BYTES, check_tables: bool = True) -> Self:
        """Open the segments of an image, given in their order (see `segment_paths`).

        Args:
            paths: the segments.
            cache_bytes: how much inflated media is kept; at least one chunk.
            check_tables: read every chunk table now, so that `problems` is complete from the start. Who opens an
                image that was checked before may leave it out; tables are verified when they are used in any case.

        Raises:
            NotCovered: a sound image that this reader leaves to libewf.
            EvidenceError: it can't be read, or segments are missing.
        """
        files = SegmentFiles(paths)
        try:
            image = cls(files, cache_bytes)
            if check_tables:
                image._tables.check()
        except OSError as error:
            files.close()
            raise EvidenceError(str(error)) from error
        except BaseException:
            files.close()
            raise
        return image

    def keep(self, cache_bytes: int) -> None:
        """Keep more inflated media, or less, from now on; at least one chunk."""
        self._cache.keep(max(1, cache_bytes // self.chunk_size))

    def close(self) -> None:
        """Close the files."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the image's structure, as far as it was met."""
        return self._notes.all()

    @property
    def damage(self) -> tuple[DamagedRange, ...]:
        """Damaged ranges of the media that are known so far: a chunk's damage is known when it was read."""
        return self._damage.ranges()

    def damaged(self, offset: int, size: int) -> bool:
        """Whether a range of the media, once it was read, touched anything that is damaged."""
        return self._damage.touches(offset, size)

    def read_at(self, offset: int, size: int) -> bytes:
        """Read bytes of the media; fewer only at its end.

        Raises:
            OSError: the host could not read a segment. Damage inside the image never raises.
            EvidenceError: a segment is gone, or was replaced.
        """
        if offset < 0 or size < 0:
            raise ValueError("offset and size must not be negative")
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        first, skip = divmod(offset, self.chunk_size)
        last = (offset + size - 1) // self.chunk_size
        chunks = self._cache.read(first, last)
        if first == last:
            return bytes(memoryview(chunks[0])[skip : skip + size])
        chunks[0] = chunks[0][skip:]
        chunks[-1] = chunks[-1][: offset + size - last * self.chunk_size]
        return b"".join(chunks)

    @property
    def block_size(self) -> int:
        """Bytes of each block but the last: whole chunks."""
        return max(1, _BLOCK // self.chunk_size) * self.chunk_size

    @property
    def blocks(self) -> int:
        """How many blocks the media has."""
        return -(-self.size // self.block_size)

    def block_into(self, number: int, buffer: bytearray) -> int:
        """Read one block into a buffer of at least `block_size` bytes, past the cache; its length.

        This is the way to read the whole media, by several threads where that helps: a buffer that is used again
        spares the page faults of a new one, which cost as much as inflating.
        """
        first = number * self.block_size // self.chunk_size
        last = (min(self.size, (number + 1) * self.block_size) - 1) // self.chunk_size
        end = 0
        for chunk in self._chunks.read(first, last):
            buffer[end : end + len(chunk)] = chunk
            end += len(chunk)
        return end

    def read_blocks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Read blocks `start` to `stop` in turn."""
        buffer = bytearray(self.block_size)
        for number in range(start, self.blocks if stop is None else min(stop, self.blocks)):
            yield bytes(memoryview(buffer)[: self.block_into(number, buffer)])

    def digest(
        self, algorithms: Sequence[str], *, threads: int | None = None, progress: Callable[[int], None] | None = None
    ) -> dict[str, str]:
        """Digest the whole media; see `digest_blocks`.

        Where chunks are damaged the digests are those of what is delivered: see `damage` afterwards.

        Raises:
            EvidenceError: a part of the media is missing from the image, so that it has no digest.
        """
        if self._chunks.listed * self.chunk_size < self.size:
            raise EvidenceError("a part of the media is missing: it has no digest", code="evidence.truncated")
        if threads is None:
            # MD5 takes twice the time of inflating: a second thread would only ask for the lock more often.
            threads = 1 if "md5" in algorithms else 2
        return digest_blocks(
            self.block_into, self.blocks, self.block_size, algorithms, threads=threads, progress=progress
        )
