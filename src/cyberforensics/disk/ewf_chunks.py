"""The content of chunks of an EWF image: read, inflated, verified, and never other than what the media has or named.

Source: libyal, libewf, "Expert Witness Compression Format (EWF)", Data chunk.
"""

import zlib
from collections.abc import Iterator

from deflate import DeflateError, adler32, zlib_decompress

from cyberforensics.disk import ewf_damage
from cyberforensics.disk.ewf_damage import Damage
from cyberforensics.disk.ewf_sections import Media
from cyberforensics.disk.ewf_segments import SegmentFiles
from cyberforensics.disk.ewf_tables import Span, Tables

ONE_READ = 1 << 20  # bytes that are asked of a segment at once
_SHORT = 256  # bytes that a chunk of one repeated value is compressed to, and more


class Chunks:
    """Chunks by their number; what is wrong with one is recorded when it is read."""

    def __init__(self, files: SegmentFiles, tables: Tables, media: Media, damage: Damage) -> None:
        self._files = files
        self._tables = tables
        self._chunk_size = media.chunk_size
        self._media_size = media.size
        self._damage = damage
        self._repeated: tuple[bytes, bytes | bytearray] = (b"", b"")  # one attribute: threads see both or neither
        self.listed = min(media.chunks, tables.chunks)
        """How many have a place in the image; those after them are missing."""
        missing = self.listed * self._chunk_size
        damage.add(missing, self._media_size - missing, ewf_damage.CHUNK_MISSING)

    def read(self, first: int, last: int) -> Iterator[bytes | bytearray]:
        """Yield chunks `first` to `last`; neighbours in a segment come with one read of it.

        One is inflated when it is asked for: who copies it away lets the next one have the same memory. Who changes
        one changes what others are given.
        """
        stop = min(last + 1, self.listed)
        spans = self._tables.spans(first, stop)
        place = 0
        while place < len(spans):
            start = spans[place]
            end = start.offset + start.size
            following = place + 1
            while following < len(spans) and self._follows(spans[following], start, end):
                end += spans[following].size
                following += 1
            data = memoryview(self._files.read(start.segment, start.offset, end - start.offset))
            for chunk, span in enumerate(spans[place:following], first + place):
                begin = span.offset - start.offset
                yield self._content(chunk, data[begin : begin + span.size], span.compressed)
            place = following
        for chunk in range(max(first, stop), last + 1):
            yield bytes(self._expected(chunk))

    @staticmethod
    def _follows(span: Span, start: Span, end: int) -> bool:
        return span.offset == end and span.segment == start.segment and end + span.size - start.offset <= ONE_READ

    def _expected(self, chunk: int) -> int:
        return min(self._chunk_size, self._media_size - chunk * self._chunk_size)

    def _content(self, chunk: int, stored: memoryview, compressed: bool) -> bytes | bytearray:
        """A chunk's content; always as long as the media says, and recorded as damaged where it is not sound."""
        expected = self._expected(chunk)
        if compressed:
            content = self._inflated(stored)
            if len(content) >= expected:
                return content if len(content) == expected else content[:expected]
            self._damage.add(chunk * self._chunk_size, expected, ewf_damage.CHUNK_UNREADABLE)
            return bytes(expected)
        # The last chunk of a media may be stored at its own length or at that of a whole chunk; after the last
        # one of a section there may be anything.
        for size in dict.fromkeys((expected, self._chunk_size, len(stored) - 4)):
            if 0 < expected <= size <= len(stored) - 4:
                checksum = int.from_bytes(stored[size : size + 4], "little")
                if adler32(stored[:size]) == checksum:
                    return bytes(stored[:expected])
        code = ewf_damage.CHUNK_CHECKSUM if len(stored) > 0 else ewf_damage.CHUNK_UNREADABLE
        self._damage.add(chunk * self._chunk_size, expected, code)
        return bytes(stored[:expected]).ljust(expected, b"\0")

    def _inflated(self, stored: memoryview) -> bytes | bytearray:
        """What a sound chunk inflates to; nothing where its end is not reached or its Adler-32 does not hold.

        Empty space makes whole runs of the same stored bytes, which are inflated once.
        """
        short = bytes(stored) if len(stored) <= _SHORT else b""
        before, content = self._repeated
        if short and short == before:
            return content
        try:
            content = zlib_decompress(stored, self._chunk_size)
        except DeflateError:
            content = self._inflated_otherwise(stored)
        if short and content:
            self._repeated = (short, content)
        return content

    def _inflated_otherwise(self, stored: memoryview) -> bytes:
        """What libdeflate refuses, which wants the whole stream at once and no more than a chunk from it, is zlib's."""
        inflater = zlib.decompressobj()
        try:
            content = inflater.decompress(stored, self._chunk_size + 1)
        except zlib.error:
            return b""
        return content if inflater.eof else b""  # the end is reached only if its Adler-32 holds
