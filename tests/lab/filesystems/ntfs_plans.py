"""Plans of NTFS volumes for tests, and what a truth says of their bytes."""

import random
from collections.abc import Iterator
from pathlib import Path

from cyberforensics.lab.filesystems.ntfs import write_ntfs
from cyberforensics.lab.plan import Content, PlacedFile, PlannedFile, PlannedVolume, Stamps

FORMATTED = 1_650_000_000_000_000_000  # 2022-04-15T05:20:00Z
CLUSTER_SIZES = (512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536)


def stamps(number: int) -> Stamps:
    """Four times that differ from one another and from those of every other number, to 100 ns."""
    first = 1_700_000_000_123_456_700 + number * 1_000_000_000_100
    return Stamps(first, first + 86_400_000_000_100, first + 172_800_000_000_200, first + 259_200_000_000_300)


def content(data: bytes) -> Content:
    """Bytes as content, given in pieces that fit no cluster."""
    return Content(len(data), lambda: (data[at : at + 1000] for at in range(0, len(data), 1000)))


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)  # noqa: S311 - not for secrets


def file(path: str, data: bytes, number: int, **more: object) -> PlannedFile:
    return PlannedFile(path, "file", stamps(number), content(data), **more)  # type: ignore[arg-type]


def folder(path: str, number: int, **more: object) -> PlannedFile:
    return PlannedFile(path, "directory", stamps(number), **more)  # type: ignore[arg-type]


def of_all_kinds(cluster_size: int | None = None) -> PlannedVolume:
    """One of each thing that a plan can ask for."""
    zone = content(b"[ZoneTransfer]\r\nZoneId=3\r\n")
    large = content(noise(3, 200_001))
    files = (
        folder("/", 601, name_stamps=stamps(602)),
        folder("/Users", 1),
        folder("/Users/mira", 2, streams=(("on a folder", content(b"a stream of a folder")),)),
        file("/Users/mira/letter.txt", b"hello world" * 3, 3, name_stamps=stamps(1003)),
        file("/Users/mira/Größe π 😀.bin", noise(1, 600), 4, hidden=True, owner=1001),
        file("/Users/mira/big.bin", noise(2, 123_457), 5, owner=1002, slack=b"SLACK"),
        file("/Users/mira/small with slack.txt", b"short", 6, slack=b"behind the end"),
        file("/Users/mira/streams.txt", b"x" * 100, 7, streams=(("Zone.Identifier", zone), ("big", large))),
        file("/Users/mira/empty.txt", b"", 8),
        file("/Users/mira/deleted.doc", noise(4, 30_000), 9, deleted=True),
        file("/Users/mira/deleted small.txt", b"gone?", 10, deleted=True),
        file("/Users/mira/overwritten.doc", noise(5, 300_000), 11, deleted=True, overwritten=True),
        file("/Users/mira/overwrites.bin", noise(6, 700_000), 12),
        file("/Users/mira/tiny overwritten.txt", b"tiny", 13, deleted=True, overwritten=True),
        file("/Users/mira/takes its record.txt", b"in the record of another", 14),
        folder("/gone folder", 15, deleted=True),
        file("/gone folder/in it.txt", b"q" * 2000, 16, deleted=True),
        file("/gone folder/deleted.txt", b"r" * 20, 17, deleted=True),
        folder("/taken folder", 18, deleted=True, overwritten=True),
        file("/taken folder/orphan.txt", b"o" * 3000, 19, deleted=True),
        file("/takes a folder's record.txt", b"", 20),
        file("/again.txt", b"first", 21, deleted=True),
        file("/again.txt", b"second", 22),
        PlannedFile("/Users/link", "link", stamps(23), link_target="mira/letter.txt"),
        PlannedFile("/Users/link to a folder", "link", stamps(24), link_target="/Users/mira"),
        folder("/many", 25),
        *(file(f"/many/File number {at * 79 % 500:05}.txt", b"%d" % at, 26 + at) for at in range(500)),
        file("/around the middle.bin", noise(7, 9_000_000), 600),
    )  # fmt: skip
    return PlannedVolume("ntfs", 20 << 20, "TRAINING é", 7, FORMATTED, files, cluster_size=cluster_size)


def written(volume: PlannedVolume, path: Path) -> tuple[PlacedFile, ...]:
    with path.open("w+b") as out:
        return write_ntfs(volume, out)


def pairs(volume: PlannedVolume, placed: tuple[PlacedFile, ...]) -> Iterator[tuple[PlannedFile, PlacedFile, bytes]]:
    """Each placed stream with its plan and its bytes; nothing of a folder or a link."""
    remaining = list(placed)
    for planned in volume.files:
        wanted: list[tuple[str | None, bytes]] = [(None, _bytes(planned.content))]
        wanted += [(name, _bytes(stream)) for name, stream in planned.streams]
        for name, data in wanted:
            found = remaining.pop(0)
            assert (found.path, found.stream) == (planned.path, name)
            yield planned, found, data
    assert not remaining


def at(image: bytes, runs: tuple[tuple[int, int], ...]) -> bytes:
    return b"".join(image[start : start + length] for start, length in runs)


def _bytes(stream: Content | None) -> bytes:
    return b"".join(stream.blocks()) if stream else b""
