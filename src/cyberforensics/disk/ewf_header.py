"""What an EWF image says of its making: the header and header2 sections.

Source: libyal, libewf, "Expert Witness Compression Format (EWF)", chapters Header2 section and Header section.
"""

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from cyberforensics.disk.ewf_damage import STRUCTURE_DAMAGED
from cyberforensics.disk.ewf_sections import Media
from cyberforensics.errors import MalformedData
from cyberforensics.model.names import display_text

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "c": "Case number",
        "n": "Evidence number",
        "a": "Description",
        "e": "Examiner",
        "t": "Notes",
        "md": "Device model",
        "sn": "Device serial number",
        "l": "Device label",
        "av": "Acquisition software",
        "ov": "Acquisition operating system",
        "m": "Acquisition date",
        "u": "System date",
        "p": "Password hash",
        "r": "Compression",
        "pid": "Process identifier",
        "ext": "Process memory extents",
    }
)
_DATES = ("m", "u")
_COMPRESSION = {"n": "none", "f": "fastest", "b": "best"}
_MEDIA_TYPES = {0x00: "removable", 0x01: "fixed", 0x03: "optical", 0x10: "memory"}
_MEDIA_FLAGS = ((0x02, "physical device"), (0x04, "Fastbloc write blocker"), (0x08, "Tableau write blocker"))
_COMPRESSION_LEVELS = {0: "none", 1: "good", 2: "best"}
_LONGEST_TEXT = 32 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def header_values(data: bytes, kind: str) -> tuple[tuple[str, str], ...]:
    """Names and values of the main category, in display form; what is empty is left out.

    Raises:
        MalformedData: the text can't be inflated, or is none.
    """
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(data, _LONGEST_TEXT)
    except zlib.error as error:
        raise MalformedData(STRUCTURE_DAMAGED, "its text can't be inflated") from error
    if not inflater.eof:
        raise MalformedData(STRUCTURE_DAMAGED, "its text is cut off or too long")
    if kind == "header2":
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-le", "replace")
    else:  # in the code page of the machine that made it, which is not recorded
        text = raw.decode("utf-8", "surrogateescape")
    lines = re.split("\r\n|\n|\r", text.partition("\0")[0])
    try:
        start = lines.index("main") + 1
        names, values = lines[start].split("\t"), lines[start + 1].split("\t")
    except (ValueError, IndexError) as error:
        raise MalformedData(STRUCTURE_DAMAGED, "its text has no main category") from error
    found = dict(zip(names, values, strict=False))
    return tuple(
        (title, _show(name, found[name])) for name, title in _NAMES.items() if _says(name, found.get(name, ""))
    )


def _says(name: str, value: str) -> bool:
    return value != "" and not (name == "p" and value == "0")  # no password was set


def _show(name: str, value: str) -> str:
    if name in _DATES and value.isascii() and value.isdigit() and len(value) <= 10:
        moment = _EPOCH + timedelta(seconds=int(value))
        return f"{value} ({moment:%Y-%m-%dT%H:%M:%SZ}, if the machine that made it counted in UTC)"
    if name == "r":
        return _COMPRESSION.get(value, display_text(value))
    return display_text(value)


def media_values(media: Media) -> tuple[tuple[str, str], ...]:
    """Names and values of what the volume section says."""
    values = [("Bytes per sector", str(media.sector_size)), ("Sectors per chunk", str(media.sectors_per_chunk))]
    if media.media_type is None:
        return tuple(values)
    flags = ", ".join(name for bit, name in _MEDIA_FLAGS if media.media_flags & bit) or "logical"
    kind = _MEDIA_TYPES.get(media.media_type, f"unknown (0x{media.media_type:02x})")
    level = _COMPRESSION_LEVELS.get(media.compression_level, f"unknown ({media.compression_level})")
    values += [("Media type", kind), ("Media flags", flags), ("Compression level", level)]
    if media.error_granularity:
        values.append(("Error granularity (sectors)", str(media.error_granularity)))
    if media.set_identifier:
        values.append(("Segment set identifier", media.set_identifier))
    return tuple(values)
