"""The conventional archive for suspected malware: a ZIP whose members are encrypted with the password ``infected``.

The cipher is the traditional one of PKWARE (ZipCrypto), since everything opens it: 7-Zip, unzip, Python and Windows'
own, which can't open AES. It keeps scanners and curious hands off, and is no secrecy: it was broken in 1994. What it
takes of randomness is taken from the member's name, so that the same contents make the same bytes; members are stored,
not compressed, for the same reason. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3, 4.5.3 and 6.1.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

PASSWORD = b"infected"

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END_64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<4sIQI")
_ENCRYPTED, _STORED, _NO_TIME, _FIRST_DAY = 1, 0, 0, 0x21  # 1980-01-01, the first day that ZIP knows
_UNIX, _VERSION, _VERSION_64 = 3 << 8, 20, 45
_READ_ONLY_FILE = 0o100400 << 16
_HEADER = 12
_LARGE, _MANY = 0xFFFF_FFFF, 0xFFFF  # from here on the fields of ZIP64 are needed
_SEE_64, _SEE_64_SHORT = 0xFFFF_FFFF, 0xFFFF  # what stands where one of them has the value
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Member:
    name: bytes
    crc: int
    size: int
    """Bytes of the content."""
    offset: int


@dataclass(slots=True)
class ProtectedZip:
    """An archive that is written member by member, to a stream that it does not close."""

    out: BinaryIO
    _members: list[_Member] = field(default_factory=list)
    _place: int = 0

    def add(self, name: str, content: BinaryIO) -> None:
        """Add a member, under a name of ours in ASCII; its content is read twice."""
        crc = size = 0
        while block := content.read(_BLOCK):
            crc, size = zlib.crc32(block, crc), size + len(block)
        content.seek(0)
        member = _Member(name.encode("ascii"), crc, size, self._place)
        self._members.append(member)
        self._write(_local_header(member))
        cipher = Cipher(PASSWORD)
        random = hashlib.sha256(member.name).digest()[: _HEADER - 1]
        self._write(cipher.encrypt(random + bytes((crc >> 24,))))  # the last byte tells a wrong password
        while block := content.read(_BLOCK):
            self._write(cipher.encrypt(block))

    def close(self) -> None:
        """Write the directory."""
        start = self._place
        for member in self._members:
            self._write(_central_header(member))
        count, size = len(self._members), self._place - start
        short = (count, count, size, start)
        if count >= _MANY or start >= _LARGE or size >= _LARGE:
            short = (_SEE_64_SHORT, _SEE_64_SHORT, _SEE_64, _SEE_64)
            end = self._place
            versions = (_UNIX | _VERSION_64, _VERSION_64)
            self._write(_END_64.pack(b"PK\6\6", _END_64.size - 12, *versions, 0, 0, count, count, size, start))
            self._write(_LOCATOR_64.pack(b"PK\6\7", 0, end, 1))
        self._write(_END.pack(b"PK\5\6", 0, 0, *short, 0))

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self._place += len(data)


def _local_header(member: _Member) -> bytes:
    """Both sizes are in the extra field, or none."""
    stored = member.size + _HEADER
    extra = b""
    sizes = (stored, member.size)
    if stored >= _LARGE:
        extra = struct.pack("<HHQQ", 1, 16, member.size, stored)
        sizes = (_SEE_64, _SEE_64)
    version = _VERSION_64 if extra else _VERSION
    facts = (version, _ENCRYPTED, _STORED, _NO_TIME, _FIRST_DAY, member.crc, *sizes)
    return _LOCAL.pack(b"PK\3\4", *facts, len(member.name), len(extra)) + member.name + extra


def _central_header(member: _Member) -> bytes:
    stored = member.size + _HEADER
    large, far = stored >= _LARGE, member.offset >= _LARGE
    values = (*((member.size, stored) if large else ()), *((member.offset,) if far else ()))
    extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
    sizes = (_SEE_64, _SEE_64) if large else (stored, member.size)
    version = _VERSION_64 if extra else _VERSION
    facts = (_UNIX | version, version, _ENCRYPTED, _STORED, _NO_TIME, _FIRST_DAY, member.crc, *sizes)
    places = (0, 0, 0, _READ_ONLY_FILE, _SEE_64 if far else member.offset)
    return _CENTRAL.pack(b"PK\1\2", *facts, len(member.name), len(extra), *places) + member.name + extra


class Cipher:
    """PKWARE's traditional encryption (APPNOTE 6.1.5): three keys, changed by every byte of the plain text."""

    def __init__(self, password: bytes) -> None:
        self._keys = (0x1234_5678, 0x2345_6789, 0x3456_7890)
        self.encrypt(password)

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt the next bytes."""
        crc, stream = _crc_table(), _stream_table()
        first, second, third = self._keys
        out = bytearray()
        add = out.append
        for byte in data:
            add(byte ^ stream[third & 0xFFFF])
            first = crc[(first ^ byte) & 0xFF] ^ (first >> 8)
            second = ((second + (first & 0xFF)) * 134_775_813 + 1) & 0xFFFF_FFFF
            third = crc[(third ^ (second >> 24)) & 0xFF] ^ (third >> 8)
        self._keys = (first, second, third)
        return bytes(out)


@cache
def _crc_table() -> tuple[int, ...]:
    """Of CRC-32, as ZIP has it."""

    def of_byte(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ 0xEDB8_8320 if value & 1 else value >> 1
        return value

    return tuple(map(of_byte, range(256)))


@cache
def _stream_table() -> bytes:
    """The byte of the key stream for each low half of the third key."""
    return bytes(((third | 2) * ((third | 2) ^ 1) >> 8) & 0xFF for third in range(0x1_0000))
