"""The methods by which members of ZIP archives are compressed: what each is called, and how those that are read are.

Numbers and names: PKWARE, APPNOTE.TXT 6.3.10, 4.4.5; the header of LZMA: 5.8.8 there. What is read gives blocks of a
bounded size from stored bytes of any kind, and holds a bounded dictionary, whatever the stored bytes ask for.
"""

import bz2
import itertools
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from cyberforensics.disk.zip_records import Member

BLOCK = 1024 * 1024
"""Bytes that are given at a time, at most."""
MOST_RATIO = 8192
"""Bytes of content for one that is stored: where the method has no such bound of its own, what claims more is not read.
Zeros come to 7,100 by LZMA and 6,900 by xz, in xz-utils 5.4; bzip2 makes 1,290,000 of one."""
_MOST_DICTIONARY = 256 * 1024 * 1024
"""Bytes that LZMA and xz may look back."""
_LEAST_DICTIONARY = 4096
_XZ_MEMORY = _MOST_DICTIONARY + 16 * 1024 * 1024
_HAS_END_MARK = 0x0002
_LAST = 2
_LZMA_HEADER = 9
_LZMA_PROPERTIES = 5
_WRONG = (zlib.error, lzma.LZMAError, OSError, EOFError)
"""What the decoders raise where the bytes are not theirs."""


class _Decoder(Protocol):
    """What Python's bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Method:
    """A way of compressing."""

    number: int
    name: str
    expand: Callable[[Iterator[bytes], Member], Iterator[bytes]] | None = None
    """Gives the content of stored bytes, in blocks; None where it is not read.

    Raises OSError where the stored bytes are none of this method, or go on behind the end of the content."""
    dfvfs: str | None = None
    """What dfVFS calls the same; None where it does not read it."""
    most_ratio: int | None = None
    """Bytes of content for one that is stored, at most; None where the method itself has a bound."""


def _stored(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:  # noqa: ARG001 - as the others
    return pieces


def _inflated(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:  # noqa: ARG001 - as the others
    """Deflate without a header (RFC 1951), of which one byte makes 1,032 at most."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        while piece:
            try:
                block = inflater.decompress(piece, BLOCK)
            except _WRONG as error:
                raise OSError("the member can't be inflated") from error
            if block:
                yield block
            piece = inflater.unconsumed_tail
            if inflater.eof and (inflater.unused_data or next(pieces, b"")):
                raise OSError("bytes follow the end of the compressed member")
    if rest := inflater.flush():
        yield rest


def _of_bzip2(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:  # noqa: ARG001 - as the others
    return _decoded(bz2.BZ2Decompressor(), pieces)


def _of_xz(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:  # noqa: ARG001 - as the others
    return _decoded(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), pieces)


def _of_lzma(pieces: Iterator[bytes], member: Member) -> Iterator[bytes]:
    """A header of version, size of the properties, and the properties; then a stream, which may have no end mark."""
    head = b""
    while len(head) < _LZMA_HEADER and (piece := next(pieces, b"")):
        head += piece
    if len(head) < _LZMA_HEADER or int.from_bytes(head[2:4], "little") != _LZMA_PROPERTIES:
        raise OSError("the member has no header of LZMA")
    packed, literal_context = divmod(head[4], 9)
    position, literal_position = divmod(packed, 5)
    # No more is ever looked back at than there is: a smaller dictionary than the stated one gives the same bytes.
    dictionary = min(int.from_bytes(head[5:9], "little"), member.size, _MOST_DICTIONARY)
    properties = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(_LEAST_DICTIONARY, dictionary),
        "lc": literal_context,
        "lp": literal_position,
        "pb": position,
    }
    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[properties])
    except (lzma.LZMAError, ValueError) as error:
        raise OSError("the member's properties are none of LZMA") from error
    stored = itertools.chain((head[_LZMA_HEADER:],), pieces)
    if member.flags & _HAS_END_MARK:
        return _decoded(decoder, stored)
    return _decoded(decoder, _last_apart(stored), member.size)


def _last_apart(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, but that the last two bytes of all are one of their own.

    A range decoder has taken all bytes but one, at least, when it gives the last byte of the content: it is done
    before the last piece only where bytes follow.
    """
    held = b""
    for piece in pieces:
        held += piece
        if len(held) > _LAST:
            yield held[:-_LAST]
            held = held[-_LAST:]
    if held:
        yield held


def _decoded(decoder: _Decoder, pieces: Iterator[bytes], size: int | None = None) -> Iterator[bytes]:
    """What a decoder makes of the pieces; `size`: where it ends, of a stream that does not say so itself."""
    if size == 0:
        return
    for piece in pieces:
        while True:
            try:
                block = decoder.decompress(piece, BLOCK if size is None else min(size, BLOCK))
            except _WRONG as error:
                raise OSError("the member can't be decompressed") from error
            if block:
                yield block
            if size is not None:
                size -= len(block)
            if decoder.eof or size == 0:
                if decoder.unused_data or next(pieces, b""):
                    raise OSError("bytes follow the end of the compressed member")
                return
            if decoder.needs_input:
                break
            piece = b""  # it has some left


METHODS: tuple[Method, ...] = (
    Method(0, "none", _stored),
    Method(1, "Shrink"),
    Method(2, "Reduce, factor 1"),
    Method(3, "Reduce, factor 2"),
    Method(4, "Reduce, factor 3"),
    Method(5, "Reduce, factor 4"),
    Method(6, "Implode"),
    Method(7, "Tokenize"),
    Method(8, "Deflate", _inflated, "deflate"),
    Method(9, "Deflate64"),
    Method(10, "PKWARE DCL Implode"),
    Method(12, "bzip2", _of_bzip2, "bzip2", MOST_RATIO),
    Method(14, "LZMA", _of_lzma, None, MOST_RATIO),
    Method(16, "IBM z/OS CMPSC"),
    Method(18, "IBM TERSE"),
    Method(19, "IBM LZ77 z"),
    Method(20, "Zstandard, by its former number"),
    Method(93, "Zstandard"),
    Method(94, "MP3"),
    Method(95, "xz", _of_xz, "xz", MOST_RATIO),
    Method(96, "JPEG variant"),
    Method(97, "WavPack"),
    Method(98, "PPMd"),
    Method(99, "the mark of AES encryption"),
)
"""Every method that the format names. What is not here is reserved, or another program's own."""

_BY_NUMBER: Mapping[int, Method] = MappingProxyType({method.number: method for method in METHODS})


def method_of(member: Member) -> Method:
    """The method of a member, or one that is called after its number."""
    return _BY_NUMBER.get(member.method, Method(member.method, "a method that the format does not name"))


def expanded(member: Member, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of a member from its stored bytes, in blocks; it may be more or less than the record says.

    Raises:
        OSError: the method is not read, or the stored bytes are none of it, or go on behind its end.
    """
    method = method_of(member)
    if method.expand is None:
        raise OSError("the member is compressed by a method that is not read")
    return method.expand(pieces, member)


def claims_too_much(member: Member) -> bool:
    """Whether a member would be more than is read of so many stored bytes."""
    most = method_of(member).most_ratio
    return most is not None and member.size > most * member.stored_size
