"""Completeness: the same set of entries as ``fls -r -p`` of The Sleuth Kit, deleted ones included.

`fls` is the same library in another version, so this tests that nothing is left out, not that TSK is right.
Every difference is one of those that docs/fls.md explains; here they are held, one by one.
"""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberforensics.disk.volumes import open_window
from cyberforensics.model.entry import NameState
from cyberforensics.model.volume import Volume
from tests.disk import looking

pytestmark = pytest.mark.skipif(shutil.which("fls") is None, reason="fls (sleuthkit) is not installed")

Line = tuple[str, str, bytes]
"""Deleted (``*``, with ``(realloc)``) or not; the address; the path."""

_LINE = re.compile(rb"^\S+/\S+ (?P<star>\* )?(?P<address>[0-9-]+)(?P<again>\(realloc\))?:\t(?P<name>.*)$", re.DOTALL)
_PIECE = 1 << 22

Explained = tuple[tuple[Line, ...], tuple[Line, ...]]
"""Only in fls; only in ours."""

_LONG = b"L" * 251
_FAT: dict[str, Explained] = {}
for _name, _first in (("fat12.raw", 36_000), ("fat16.raw", 36_000), ("fat32.raw", 35_504)):
    _FAT[_name] = (
        (
            ("", str(_first + 71), b"names/" + b"L" * 247),  # cut, with the extension
            ("", str(_first + 111), b"names/lone^urrogate.txt"),
            ("", str(_first + 112), b"names/CAF^.TXT"),
            ("", str(_first + 113), b"names/^LEAD.TXT"),
        ),
        (
            ("", str(_first + 71), b"names/" + _LONG + b".txt"),
            ("", str(_first + 108), b"names/" + "🍎".encode() * 127),  # fls loses the whole entry
            ("", str(_first + 111), b"names/lone\xed\xa0\x80surrogate.txt"),
            ("", str(_first + 112), b"names/CAF\x82.TXT"),
            ("", str(_first + 113), b"names/\xe5LEAD.TXT"),
            ("", str(_first + 114), b"names/A B.TXT"),  # a space inside a short name: fls leaves it out
        ),
    )

EXPLAINED: dict[str, Explained] = {
    **_FAT,
    "exfat.raw": (
        (("", "37947", b"names/lone^urrogate.txt"),),
        (("", "37947", b"names/lone\xed\xa0\x80surrogate.txt"),),
    ),
    "ntfs.raw": (
        (
            (
                "",
                "105-128-2",
                b"emptied/emptied 7 - long enough that the index of this folder needs a block of its own.txt",
            ),
            ("", "183-128-2", b"names/lone^urrogate.txt"),
            ("*", "65", b"reused/z gone 1.txt"),
            ("", "131-128-8", b"streams/host.txt:new^line <b>"),
        ),
        (
            (
                "*",
                "105-128-2",
                b"emptied/emptied 7 - long enough that the index of this folder needs a block of its own.txt",
            ),
            ("", "183-128-2", b"names/lone\xed\xa0\x80surrogate.txt"),
            ("*(realloc)", "65", b"reused/z gone 1.txt"),
            ("", "131-128-8", b"streams/host.txt:new\\x0aline <b>"),
        ),
    ),
    "iso.raw": (
        tuple(("*", str(number), f"$OrphanFiles/OrphanFile-{number}".encode()) for number in (52, 53, 54, 55)),
        (("", "53", b"links/absolute"), ("", "54", b"links/relative"), ("", "55", b"links/upwards")),
    ),
    "log2timeline_dfvfs/hfsplus.raw": ((), (("", "25", b"a_directory/a_resourcefork:rsrc"),)),
    "log2timeline_dfvfs/hfsplus_zlib.dmg": ((), (("", "20", b"a_directory/a_resourcefork:rsrc"),)),
}
"""By image: what differs after the general rules of `printed` and `listed`."""


def printed(image: Path, offset: int) -> Counter[Line]:
    """What fls prints. A stream of a folder is printed twice (``dir:x`` and ``dir/.:x``) and is counted once."""
    command = ["fls", "-r", "-p", "-o", str(offset // 512), str(image)]
    out = subprocess.run(command, capture_output=True, check=True).stdout
    lines: Counter[Line] = Counter()
    for line in filter(None, out.split(b"\n")):
        match = _LINE.match(line)
        assert match is not None, line
        if b"/.:" in match["name"]:
            continue
        state = ("*" if match["star"] else "") + ("(realloc)" if match["again"] else "")
        lines[state, match["address"].decode(), match["name"]] += 1
    return lines


def listed(found: looking.Found, volume: Volume) -> Counter[Line]:
    """Ours in the same form: no root, controls as ``^``, addresses of NTFS without the sequence number."""
    lines: Counter[Line] = Counter()
    for entry in found.entries(volume):
        if entry.path == "/" and entry.stream is None:
            continue
        state = "" if entry.name_state is NameState.ALLOCATED else "*"
        state += "(realloc)" if entry.name_state is NameState.REALLOCATED else ""
        address = entry.meta_address
        if volume.filesystem == "ntfs":
            address = re.sub(r"^(\d+)-\d+", r"\1", address)
        name = bytes(ord("^") if byte < 0x20 else byte for byte in entry.path_raw[1:])
        if entry.stream is not None:
            name += b":" + entry.stream.encode()
        lines[state, address, name] += 1
    return lines


def as_raw(found: looking.Found, volume: Volume, folder: Path) -> tuple[Path, int]:
    """A file that fls can read, and where the volume begins in it."""
    source = found.opened.source.paths[0]
    if found.opened.evidence.container == "raw" and volume.offset is not None:
        return source, volume.offset
    window = open_window(found.opened, volume)
    raw = folder / f"{volume.slot}.raw"
    with raw.open("wb") as out:
        for offset in range(0, window.size, _PIECE):
            piece = window.read_at(offset, _PIECE)
            if piece.count(0) == len(piece):
                out.seek(len(piece), 1)
            else:
                out.write(piece)
        out.truncate(window.size)
    return raw, 0


def differences(path: Path, folder: Path) -> Iterator[tuple[Volume, Counter[Line], Counter[Line]]]:
    found = looking.look_into(path)
    for volume in found.walkable:
        if volume.reader == "tsk":
            theirs, ours = printed(*as_raw(found, volume, folder)), listed(found, volume)
            yield volume, theirs - ours, ours - theirs


def assert_same(name: str, path: Path, folder: Path) -> None:
    only_theirs, only_ours = EXPLAINED.get(name, ((), ()))
    met = False
    for volume, theirs, ours in differences(path, folder):
        met = True
        assert theirs == Counter(only_theirs), volume.slot
        assert ours == Counter(only_ours), volume.slot
    assert met or name in NOT_COMPARED


NOT_COMPARED = {
    "no-file-system.raw",
    "log2timeline_dfvfs/apfs.raw",
    "log2timeline_dfvfs/bogus.001",
    "msuhanov_ntfs-samples/ntfs-2m.raw.gz",
    "pypi_pytsk3/test_data/bogus.raw",
    "velocidex_go-ewf/rand.dd.E01",
}
"""Nothing in them is read with TSK."""


@pytest.mark.parametrize("name", [name for name in looking.FIXTURES if name != "iso-rockridge.raw"])
def test_every_fixture(fixture_image: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    assert_same(name, fixture_image(name), tmp_path)


def test_rock_ridge_names_take_the_place_of_iso_identifiers(
    fixture_image: Callable[[str], Path], tmp_path: Path
) -> None:
    """What fls shows are ISO identifiers; the entries are the same, by address and depth."""
    ((_, theirs, ours),) = differences(fixture_image("iso-rockridge.raw"), tmp_path)

    def places(lines: Counter[Line]) -> set[tuple[str, str, int]]:
        return {(state, address, name.count(b"/")) for state, address, name in lines}

    assert places(theirs) == places(ours)
    assert sum(theirs.values()) == sum(ours.values()) == 70


@pytest.mark.parametrize("name", [name for name in looking.PUBLIC if name not in NOT_COMPARED])
def test_every_public_image(images: Path, unpacked: Callable[[Path], Path], tmp_path: Path, name: str) -> None:
    assert_same(name, unpacked(images / name), tmp_path)
