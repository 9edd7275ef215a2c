"""How an entry is named so that it can be found again: TSK's address, and the leaf of the locator."""

from json.encoder import encode_basestring_ascii

from cyberforensics.disk import locator
from cyberforensics.disk.ntfs import Attribute
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.disk.tsk_name import TskName
from cyberforensics.disk.tsk_record import Stream
from cyberforensics.model.entry import Kind

_MAIN_STREAM = '{{"__type__":"PathSpec","inode":{},"location":{},"type_indicator":"TSK"}}'
"""What `locator.dumps` makes of nearly every entry, four times as fast; a test holds the two together."""


def leaf(
    file_system: FileSystem,
    name: TskName,
    stream: Stream,
    kind: Kind,
    size: int | None,
    runs: tuple[tuple[int, int], ...],
    reader: str,
) -> str | None:
    if reader == "raw":
        return None  # dfVFS reads on into what was never written
    if kind is Kind.VIRTUAL:
        if len(runs) != 1 or not size:
            return None
        return locator.dumps(
            locator.node("DATA_RANGE", range_offset=runs[0][0] * file_system.block_size, range_size=size)
        )
    try:
        location: str | None = name.tsk_path.decode()
        data_stream = stream.name.decode() if stream.name is not None else None
    except UnicodeDecodeError:
        location, data_stream = None, None
        if stream.name is not None:
            return None
    if reader == "libfsntfs":
        # dfVFS finds NTFS entries by their path alone, and parts it with backslashes
        location = location.replace("/", "\\") if location is not None else None
        return locator.dumps(
            locator.node("NTFS", location=location, mft_entry=name.meta_address, data_stream=data_stream)
        )
    if location is not None and data_stream is None:
        return _MAIN_STREAM.format(name.meta_address, encode_basestring_ascii(location))
    return locator.dumps(locator.node("TSK", inode=name.meta_address, location=location, data_stream=data_stream))


def meta_address(name: TskName, attribute: Attribute | None, *, has_sequences: bool) -> str:
    """As TSK writes it."""
    if not has_sequences or name.is_virtual:
        return str(name.meta_address)
    sequence = int(name.meta.seq)
    if attribute is None:
        return f"{name.meta_address}-{sequence}"
    return f"{name.meta_address}-{sequence}-{attribute.type}-{attribute.id}"
