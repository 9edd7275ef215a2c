"""Windows Recycle Bin index files (``$I``), Vista and later."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from cyberforensics.errors import MalformedData
from cyberforensics.model.event import Event
from cyberforensics.model.names import display_text
from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.parser import Parser

_HEADER = struct.Struct("<qQq")  # version, original size, deletion FILETIME
_NAME_LENGTH = struct.Struct("<I")  # version 2 only: UTF-16 code units, NUL included
_LONGEST_NAME = 0x8000  # code units that a Windows path can hold


def parse(stream: BinaryIO) -> Iterator[Event]:
    """Yield the one deletion recorded in an index file."""
    version, size, filetime = _HEADER.unpack(_read_exactly(stream, _HEADER.size))
    if version == 1:
        name = stream.read(2 * 260)
    elif version == 2:
        (length,) = _NAME_LENGTH.unpack(_read_exactly(stream, _NAME_LENGTH.size))
        if length > _LONGEST_NAME:
            raise MalformedData("recycle_bin.name-too-long", f"{length} units", offset=24)
        name = _read_exactly(stream, 2 * length)
    else:
        raise MalformedData("recycle_bin.unknown-version", f"version {version}", offset=0)
    path = display_text(name.decode("utf-16-le", "backslashreplace").partition("\0")[0])
    yield Event(
        timestamp=Timestamp(filetime, "filetime"),
        meaning="Deletion Time",
        data_type="windows:recycle_bin:deleted",
        message=f"moved to the Recycle Bin: {path}, {size} bytes",
        attributes=(("original_path", path), ("original_size", size)),
    )


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise MalformedData("recycle_bin.truncated", f"{len(data)} of {size} bytes")
    return data


RECYCLE_BIN = Parser(
    name="recycle_bin",
    title="Windows Recycle Bin index ($I)",
    patterns=("*/$recycle.bin/*/$i*",),
    parse=parse,
    references=("libyal/dtformats: Windows Recycle.Bin file formats.asciidoc",),
    limitations=("Windows XP INFO2 files are not read.",),
    verified_on=("hand-made index files of both versions",),
)
