"""The contents of a ZIP archive: stored or deflated, each checked against its CRC-32.

Nothing is taken on trust: a member gives as many bytes as its record says, or it is not whole. Deflate makes at most
1,032 bytes of one (a block of 258-byte copies in two bits each), and no stored byte is inflated for two members
(`zip_walk` refuses members that overlap): so an archive of N bytes inflates to 1,032 N at most, whatever it claims.
"""

import zlib
from collections.abc import Iterator

from cyberforensics.disk.media import Media
from cyberforensics.disk.zip_records import DEFLATED, Member, local_of, member_at
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Content

_BLOCK = 1024 * 1024
_PIECE = 256 * 1024  # of stored bytes


class ZipReader:
    """Reads members by the address of their records in the central directory."""

    def __init__(self, media: Media) -> None:
        """`media` is the archive."""
        self._media = media
        self._damaged: int | None = None

    def blocks(self, content: Content) -> Iterator[bytes]:
        """Yield a member's content in order, in blocks of at most 1 MiB.

        Raises:
            OSError: a part could not be read or inflated, or there is more than its record says.
        """
        try:
            member = member_at(self._media.read_at, int(content.meta_address))
            place = local_of(self._media.read_at, member).content
        except MalformedData as error:
            raise OSError("the member's records can't be read") from error
        crc, left = 0, content.size
        stored = self._stored(place, member.stored_size)
        for block in _inflated(stored) if member.method == DEFLATED else stored:
            yield block[:left]
            crc = zlib.crc32(block[:left], crc)
            if len(block) > left:
                raise OSError("the member goes on beyond its size")
            left -= len(block)
        if left == 0 and crc != member.crc:
            self._damaged = member.address

    def _stored(self, place: int, size: int) -> Iterator[bytes]:
        while size > 0:
            data = self._media.read_at(place, min(_PIECE, size))
            if not data:
                return
            yield data
            place += len(data)
            size -= len(data)

    def damaged(self, content: Content) -> bool:
        """Whether the CRC-32 of the bytes that were read last is not that of the record."""
        return self._damaged == int(content.meta_address)


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Raw deflate, a bounded block at a time.

    Raises:
        OSError: it is no deflate, or bytes follow its end.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        while piece:
            try:
                block = inflater.decompress(piece, _BLOCK)
            except zlib.error as error:
                raise OSError("the member can't be inflated") from error
            if block:
                yield block
            piece = inflater.unconsumed_tail
            if inflater.eof and (inflater.unused_data or next(pieces, b"")):
                raise OSError("bytes follow the end of the compressed member")
    if rest := inflater.flush():
        yield rest


def link_target(media: Media, member: Member, longest: int) -> bytes | None:
    """What a link of at most `longest` bytes says; None where that can't be read whole."""
    try:
        content = local_of(media.read_at, member).content
        stored = media.read_at(content, min(member.stored_size, 2 * longest + 64))
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, longest) if member.method == DEFLATED else stored
    except (MalformedData, OSError, zlib.error):
        return None
    return data if len(data) == member.size and zlib.crc32(data) == member.crc else None
