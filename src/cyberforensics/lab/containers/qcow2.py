"""QCOW2 images, version 3, uncompressed: clusters of zeros have no place in the file.

Layout: QEMU, docs/interop/qcow2.rst. All values are big-endian. The words stand in a header extension of a type that
readers do not know and pass over.
"""

import struct
from pathlib import Path
from typing import BinaryIO

from cyberforensics.lab.containers.about import Acquisition
from cyberforensics.lab.plan import CannotHold

_BITS = 16
_CLUSTER = 1 << _BITS
_IN_TABLE = _CLUSTER // 8  # entries of 8 bytes
_IN_BLOCK = _CLUSTER // 2  # reference counts of 16 bits
_ONCE = 1 << 63  # the cluster is used by this entry alone
_HEADER = 104
_WORDS = 0x54524E47  # TRNG
_LONGEST_WORDS = 4096  # bytes
_LARGEST = _IN_TABLE * _IN_TABLE * _CLUSTER  # what one cluster of the first table reaches: 4 TiB


def write_qcow2(disk: BinaryIO, size: int, target: Path, about: Acquisition) -> tuple[Path, ...]:
    """Write a QCOW2 image. See `Container`."""
    if size % 512 or size > _LARGEST:
        raise CannotHold(f"{target.name}: a QCOW2 image here holds whole sectors, up to {_LARGEST} bytes; not {size}")
    with target.open("xb") as out:
        clusters = _put_clusters(disk, size, out)
        blocks = 1
        while blocks * _IN_BLOCK < clusters + blocks + 1:
            blocks += 1
        total = clusters + blocks + 1
        for block in range(blocks):
            out.seek((clusters + block) * _CLUSTER)
            counted = min(_IN_BLOCK, total - block * _IN_BLOCK)
            out.write((b"\0\1" * counted).ljust(_CLUSTER, b"\0"))
        table = struct.pack(f">{blocks}Q", *((clusters + block) * _CLUSTER for block in range(blocks)))
        out.write(table.ljust(_CLUSTER, b"\0"))
        out.seek(0)
        out.write(_header(size, (total - 1) * _CLUSTER, about.notes))
    return (target,)


def _put_clusters(disk: BinaryIO, size: int, out: BinaryIO) -> int:
    """Write both levels of tables, and the data behind them; returns the clusters that the file has then.

    A table of the second level comes before the data that it leads to; one is in memory at a time.
    """
    first = [0] * max(1, -(-size // (_IN_TABLE * _CLUSTER)))
    end = 2  # header, first table
    disk.seek(0)
    for number in range(len(first)):
        second = [0] * _IN_TABLE
        place = end
        for index in range(min(_IN_TABLE, -(-size // _CLUSTER) - number * _IN_TABLE)):
            start = (number * _IN_TABLE + index) * _CLUSTER
            data = disk.read(min(_CLUSTER, size - start))
            if data.count(0) == len(data):
                continue
            if not first[number]:
                first[number] = place * _CLUSTER | _ONCE
                end += 1
            second[index] = end * _CLUSTER | _ONCE
            out.seek(end * _CLUSTER)
            out.write(data.ljust(_CLUSTER, b"\0"))
            end += 1
        if first[number]:
            out.seek(place * _CLUSTER)
            out.write(struct.pack(f">{_IN_TABLE}Q", *second))
    out.seek(_CLUSTER)
    out.write(struct.pack(f">{len(first)}Q", *first).ljust(_CLUSTER, b"\0"))
    return end


def _header(size: int, references: int, words: str) -> bytes:
    first = max(1, -(-size // (_IN_TABLE * _CLUSTER)))
    head = struct.pack(
        ">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, _BITS, size, 0, first, _CLUSTER, references, 1, 0,
        0, 0, 0, 0, 4, _HEADER
    )  # fmt: skip
    said = words.encode()[:_LONGEST_WORDS]
    extension = struct.pack(">II", _WORDS, len(said)) + said + bytes(-len(said) % 8)
    return (head + extension + bytes(8)).ljust(_CLUSTER, b"\0")
