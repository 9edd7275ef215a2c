"""Registry hives and transaction logs made for tests, by the published format (github.com/msuhanov/regf).

`write_hive` lays out every cell itself; test_hives.py has hivexget read them, so that the writer is not only checked
by the reader under test.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Union

from cyberforensics.parsers.orientation.registry_log import marvin32

REG_SZ, REG_BINARY, REG_DWORD, REG_QWORD = 1, 3, 4, 11
Value = tuple[int, bytes]
Tree = Mapping[str, Union["Tree", Value]]
_WRITTEN = 133_500_000_000_000_000  # FILETIME of every key


def text(value: str) -> Value:
    return REG_SZ, value.encode("utf-16-le") + b"\0\0"


def dword(value: int) -> Value:
    return REG_DWORD, struct.pack("<I", value & 0xFFFFFFFF)


def qword(value: int) -> Value:
    return REG_QWORD, struct.pack("<Q", value)


def binary(value: bytes) -> Value:
    return REG_BINARY, value


def write_hive(tree: Tree, *, sequence: tuple[int, int] = (1, 1)) -> bytes:
    """A hive whose root key holds the tree; text keys are sub keys, pairs are values."""
    cells = bytearray(32)  # the header of the hive bin

    def cell(data: bytes) -> int:
        size = -(-(len(data) + 4) // 8) * 8
        offset = len(cells)
        cells.extend(struct.pack("<i", -size) + data.ljust(size - 4, b"\0"))
        return offset

    def key(name: str, content: Tree, parent: int, flags: int) -> int:
        place = cell(bytes(76 + len(name)))
        values = [cell(_value(cell, each, found)) for each, found in content.items() if isinstance(found, tuple)]
        subkeys = [
            (key(each, found, place, 0x20), each)
            for each, found in sorted(content.items(), key=lambda item: item[0].upper())
            if not isinstance(found, tuple)
        ]
        listed = b"".join(struct.pack("<I4s", offset, each[:4].encode().ljust(4, b"\0")) for offset, each in subkeys)
        node = struct.pack(
            "<2sHQIIIIIIIIIIIIIIIHH",
            b"nk",
            flags,
            _WRITTEN,
            0,
            parent,
            len(subkeys),
            0,
            cell(struct.pack("<2sH", b"lf", len(subkeys)) + listed) if subkeys else 0xFFFFFFFF,
            0xFFFFFFFF,
            len(values),
            cell(struct.pack(f"<{len(values)}I", *values)) if values else 0xFFFFFFFF,
            0xFFFFFFFF,
            0xFFFFFFFF,
            *(0, 0, 0, 0, 0),
            len(name),
            0,
        )
        cells[place + 4 : place + 4 + len(node) + len(name)] = node + name.encode("ascii")
        return place

    root = key("ROOT", tree, 0, 0x2C)
    size = -(-len(cells) // 4096) * 4096
    if left := size - len(cells):
        cells.extend(struct.pack("<i", left).ljust(left, b"\0"))
    cells[:32] = struct.pack("<4sIIQQI", b"hbin", 0, size, 0, _WRITTEN, 0)
    base = bytearray(4096)
    struct.pack_into("<4sIIQIIIIIII", base, 0, b"regf", *sequence, _WRITTEN, 1, 5, 0, 1, root, size, 1)
    return bytes(_sealed(base) + cells)


def _value(cell: object, name: str, value: Value) -> bytes:
    assert callable(cell)
    kind, data = value
    if len(data) <= 4:
        size, place = len(data) | 0x80000000, int.from_bytes(data.ljust(4, b"\0"), "little")
    else:
        size, place = len(data), cell(data)
    return struct.pack("<2sHIIIHH", b"vk", len(name), size, place, kind, 1, 0) + name.encode("ascii")


def _sealed(base: bytearray) -> bytearray:
    value = 0
    for word in struct.unpack_from("<127I", base):
        value ^= word
    struct.pack_into("<I", base, 508, value)
    return base


def write_log(hive: bytes, entries: Sequence[tuple[int, Sequence[tuple[int, bytes]]]]) -> bytes:
    """A log of the new format for a hive: each entry has a sequence number and pages by their offset in the bins."""
    base = bytearray(hive[:512])
    struct.pack_into("<II", base, 4, entries[0][0], entries[0][0])
    struct.pack_into("<I", base, 28, 6)
    log = bytes(_sealed(base))
    for sequence, pages in entries:
        body = b"".join(struct.pack("<II", offset, len(data)) for offset, data in pages)
        body += b"".join(data for _, data in pages)
        size = -(-(40 + len(body)) // 512) * 512
        body = body.ljust(size - 40, b"\0")
        bins = struct.unpack_from("<I", hive, 40)[0]
        head = struct.pack("<4sIIIIIQ", b"HvLE", size, 0, sequence, bins, len(pages), marvin32(body))
        log += head + struct.pack("<Q", marvin32(head)) + body
    return log


def difference(old: bytes, new: bytes) -> list[tuple[int, bytes]]:
    """The pages of 4,096 bytes in which two hives of one length differ, by their offset in the bins."""
    assert len(old) == len(new)
    return [
        (start - 4096, new[start : start + 4096])
        for start in range(4096, len(new), 4096)
        if old[start : start + 4096] != new[start : start + 4096]
    ]


def sam_f(logon: int, rid: int, control: int) -> bytes:
    """An F value (offsets: RegRipper, samparse)."""
    value = bytearray(80)
    struct.pack_into("<Q", value, 8, logon)
    struct.pack_into("<I", value, 48, rid)
    struct.pack_into("<H", value, 56, control)
    return bytes(value)


def sam_v(name: str, full_name: str) -> bytes:
    """A V value: 17 descriptors, then names (winreg-kb, Domains)."""
    first, second = name.encode("utf-16-le"), full_name.encode("utf-16-le")
    head = bytearray(204)
    struct.pack_into("<III", head, 12, 0, len(first), 0)
    struct.pack_into("<III", head, 24, len(first), len(second), 0)
    return bytes(head) + first + second


def system_hive(name: str, *, sequence: tuple[int, int] = (1, 1)) -> bytes:
    control: Tree = {
        "Control": {
            "ComputerName": {"ComputerName": {"ComputerName": text(name)}},
            "TimeZoneInformation": {
                "TimeZoneKeyName": text("W. Europe Standard Time"),
                "ActiveTimeBias": dword(-120),
            },
            "Windows": {"ShutdownTime": binary(struct.pack("<Q", 133_640_064_000_000_000))},
        },
        "Services": {"Tcpip": {"Parameters": {"Domain": text("orchard.example")}}},
    }
    tree: Tree = {"Select": {"Current": dword(2)}, "ControlSet001": {}, "ControlSet002": control}
    return write_hive(tree, sequence=sequence)


def software_hive() -> bytes:
    version: Tree = {
        "ProductName": text("Windows 10 Pro"),
        "DisplayVersion": text("23H2"),
        "CurrentBuildNumber": text("22631"),
        "CurrentMajorVersionNumber": dword(10),
        "CurrentMinorVersionNumber": dword(0),
        "UBR": dword(3447),
        "InstallDate": dword(1_700_000_000),
        "InstallTime": qword(133_444_736_000_000_000),
        "RegisteredOwner": text("R. Apfel"),
        "ProfileList": {
            "S-1-5-18": {"ProfileImagePath": text("C:\\Windows\\System32\\config\\systemprofile")},
            "S-1-5-21-1-2-3-1001": {"ProfileImagePath": text("C:\\Users\\apfel")},
        },
    }
    return write_hive({"Microsoft": {"Windows NT": {"CurrentVersion": version}}})


def sam_hive() -> bytes:
    users: Tree = {
        "000001F4": {"F": binary(sam_f(0, 500, 0x211)), "V": binary(sam_v("Administrator", ""))},
        "000003E9": {
            "F": binary(sam_f(133_640_000_000_000_000, 1001, 0x210)),
            "V": binary(sam_v("apfel", "Rosa Apfel")),
        },
        "Names": {"Administrator": {}, "apfel": {}},
    }
    return write_hive({"SAM": {"Domains": {"Account": {"Users": users}}}})
