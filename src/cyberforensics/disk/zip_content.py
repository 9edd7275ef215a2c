"""The contents of a ZIP archive, by the methods that are read, each checked against its CRC-32.

Nothing is taken on trust: a member gives as many bytes as its record says, or it is not whole. Deflate makes at most
1,032 bytes of one (a block of 258-byte copies in two bits each), what claims more than 8,192 by another method is
refused (`zip_walk`), and so are members that overlap: no stored byte is expanded for two. So an archive of N bytes
expands to 8,192 N at most, whatever it claims.
"""

import zlib
from collections.abc import Iterator

from cyberforensics.disk.media import Media
from cyberforensics.disk.zip_methods import expanded
from cyberforensics.disk.zip_records import Member, local_of, member_at
from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Content

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
            OSError: a part could not be read or decompressed, or there is more than its record says.
        """
        try:
            member = member_at(self._media.read_at, int(content.meta_address))
            place = local_of(self._media.read_at, member).content
        except MalformedData as error:
            raise OSError("the member's records can't be read") from error
        crc, left = 0, content.size
        for block in expanded(member, _stored(self._media, place, member.stored_size)):
            yield block[:left]
            crc = zlib.crc32(block[:left], crc)
            if len(block) > left:
                raise OSError("the member goes on beyond its size")
            left -= len(block)
        if left == 0 and crc != member.crc:
            self._damaged = member.address

    def damaged(self, content: Content) -> bool:
        """Whether the CRC-32 of the bytes that were read last is not that of the record."""
        return self._damaged == int(content.meta_address)


def _stored(media: Media, place: int, size: int) -> Iterator[bytes]:
    while size > 0:
        data = media.read_at(place, min(_PIECE, size))
        if not data:
            return
        yield data
        place += len(data)
        size -= len(data)


def link_target(media: Media, member: Member, longest: int) -> bytes | None:
    """What a link of at most `longest` bytes says; None where that can't be read whole."""
    if member.size > longest:
        return None
    try:
        content = local_of(media.read_at, member).content
        data = b""
        for block in expanded(member, _stored(media, content, min(member.stored_size, 2 * longest + 1024))):
            data += block
            if len(data) > longest:
                return None
    except (MalformedData, OSError):
        return None
    return data if len(data) == member.size and zlib.crc32(data) == member.crc else None
