"""Inflated chunks of an EWF image that are likely to be asked for again, within a bound."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from cyberforensics.disk.ewf_chunks import Chunks

_LONG = 8  # chunks: a quarter of a MiB as they are written today


class ChunkCache:
    """Chunks by their number; those used last are kept. Calls may come from several threads."""

    def __init__(self, chunks: Chunks, most: int) -> None:
        """`most` chunks are kept."""
        self._chunks = chunks
        self._most = most
        self._kept: OrderedDict[int, bytes | bytearray] = OrderedDict()
        self._lock = Lock()

    def read(self, first: int, last: int) -> list[bytes | bytearray]:
        """Chunks `first` to `last`; those that are not kept come with as few reads of the segments as can be.

        Of a long read only the outer chunks are kept, which its neighbours may share: what lies between is content
        that is read once, and would push out the directories and file records that are asked for again and again.
        """
        with self._lock:
            found = [self._kept.get(chunk) for chunk in range(first, last + 1)]
            for chunk, content in enumerate(found, first):
                if content is not None:
                    self._kept.move_to_end(chunk)
        chunks: list[bytes | bytearray] = []
        while len(chunks) < len(found):
            place = len(chunks)
            content = found[place]
            if content is not None:
                chunks.append(content)
                continue
            stop = place + 1
            while stop < len(found) and found[stop] is None:
                stop += 1
            inflated = list(self._chunks.read(first + place, first + stop - 1))
            chunks += inflated
            self._keep(
                (chunk, content)
                for chunk, content in enumerate(inflated, first + place)
                if len(found) < _LONG or chunk in (first, last)
            )
        return chunks

    def keep(self, most: int) -> None:
        """Keep so many chunks from now on."""
        with self._lock:
            self._most = most

    def _keep(self, chunks: Iterable[tuple[int, bytes | bytearray]]) -> None:
        with self._lock:
            self._kept.update(chunks)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
