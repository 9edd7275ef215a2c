"""Random damage to an image: what is changed where, told by a seed alone, so that it can be repeated.

Most of it goes to structures: the beginning and the end of the image and of its partitions, and blocks that begin
like a record of a file system or a section of a container.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
_HEAD = 256  # sectors at the beginning of an image or a partition that are structures more often than not
_MAGICS = (
    b"FILE", b"INDX", b"RSTR", b"RCRD", b"EFI PART", b"PM\0\0", b"ER\x02\0", b"H+\0", b"HX\0", b"NXSB", b"LABELONE",
    b"\x01CD001", b"\x02CD001", b"QFI\xfb", b"KDMV", b"conectix", b"cxsparse", b"koly", b"mish", b"vhdxfile",
    b"EVF\x09", b"XFSB", b"\x85", b".          ", b"\x0c\0\0\0\x02\0\0\0",
)  # fmt: skip
_SECTIONS = (b"header", b"header2", b"volume", b"disk", b"sectors", b"table", b"table2", b"hash", b"digest", b"done",
             b"next", b"error2", b"data")  # fmt: skip
_NUMBERS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 2**62, 2**63,
            2**64 - 1)  # fmt: skip

Read = Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Damage:
    """What one damaged copy differs in."""

    patches: tuple[tuple[int, bytes], ...]
    """(offset, bytes), each within the file."""
    size: int | None
    """What the file is cut to; None for its whole length."""
    what: str
    """In words."""


def structures(path: Path) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sectors of a file that look like structures, and all that hold anything, by their numbers."""
    hot: set[int] = set()
    used: list[int] = []
    size = path.stat().st_size
    with path.open("rb") as file:
        starts = [0, *_partitions(file.read(SECTOR))]
        for place, data in _pieces(path):
            for at in range(0, len(data), SECTOR):
                sector = data[at : at + SECTOR]
                if not any(sector):
                    continue
                number = (place + at) // SECTOR
                used.append(number)
                near = any(start <= number < start + _HEAD for start in starts)
                if near or sector.startswith(_MAGICS) or any(name + b"\0\0\0" in sector for name in _SECTIONS):
                    hot.add(number)
    last = max(0, size - 1) // SECTOR
    hot.update(range(max(0, last - 3), last + 1))
    return tuple(sorted(hot)), tuple(used) or (0,)


def _pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    piece = 1 << 20
    with path.open("rb") as file:
        place = 0
        while data := file.read(piece):
            if data.count(0) != len(data):
                yield place, data
            place += len(data)


def _partitions(head: bytes) -> list[int]:
    if head[510:512] != b"\x55\xaa":
        return []
    return [int.from_bytes(head[446 + 16 * slot + 8 : 446 + 16 * slot + 12], "little") for slot in range(4)]


def damage(random_: random.Random, path: Path, hot: Sequence[int], used: Sequence[int]) -> Damage:
    """Choose the damage of one copy."""
    size = path.stat().st_size
    if random_.random() < 0.08:
        return _cut(random_, size, hot)
    patches: list[tuple[int, bytes]] = []
    words = []
    with path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            file.seek(offset)
            return file.read(length)

        for _ in range(random_.choice((1, 1, 1, 2, 3, 8))):
            sector = random_.choice(hot if random_.random() < 0.7 else used)
            kind = random_.choice((_flip, _flip, _field, _field, _field, _overwrite, _swap, _copy))
            made = [(at, data[: size - at]) for at, data in kind(random_, sector * SECTOR, used, read) if at < size]
            patches += made
            words.append(f"{kind.__name__[1:]} at {sector * SECTOR}")
    return Damage(tuple(patches), None, ", ".join(words))


def _cut(random_: random.Random, size: int, hot: Sequence[int]) -> Damage:
    to = random_.randrange(size) if random_.random() < 0.5 else random_.choice(hot) * SECTOR + random_.randrange(SECTOR)
    return Damage((), min(to, size), f"cut to {min(to, size)} bytes")


def _flip(random_: random.Random, start: int, used: Sequence[int], read: Read) -> list[tuple[int, bytes]]:
    patches = []
    for _ in range(random_.choice((1, 1, 2, 4, 16))):
        at = start + random_.randrange(SECTOR)
        patches.append((at, bytes(byte ^ 1 << random_.randrange(8) for byte in read(at, 1))))
    return patches


def _field(random_: random.Random, start: int, used: Sequence[int], read: Read) -> list[tuple[int, bytes]]:
    width = random_.choice((1, 2, 4, 8))
    at = start + random_.randrange(0, SECTOR, width)
    order = random_.choice(("little", "big"))
    before = int.from_bytes(read(at, width), order)  # type: ignore[arg-type]
    value = random_.choice((*_NUMBERS, before + 1, before - 1, before * 2, random_.getrandbits(64)))
    return [(at, (value % (1 << 8 * width)).to_bytes(width, order))]  # type: ignore[arg-type]


def _overwrite(random_: random.Random, start: int, used: Sequence[int], read: Read) -> list[tuple[int, bytes]]:
    length = random_.choice((16, 64, 512, 1024, 4096))
    return [(start, random_.choice((bytes(length), b"\xff" * length, random_.randbytes(length))))]


def _swap(random_: random.Random, start: int, used: Sequence[int], read: Read) -> list[tuple[int, bytes]]:
    other, length = random_.choice(used) * SECTOR, random_.choice((512, 1024, 4096))
    return [(start, read(other, length)), (other, read(start, length))]


def _copy(random_: random.Random, start: int, used: Sequence[int], read: Read) -> list[tuple[int, bytes]]:
    return [(start, read(random_.choice(used) * SECTOR, random_.choice((32, 512, 1024, 4096))))]
