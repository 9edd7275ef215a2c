"""The table $UpCase: that of mkntfs to the byte, and that of Unicode but for what is named."""

import shutil
import struct
import subprocess
import unicodedata
from pathlib import Path

import pytest

from cyberforensics.lab.filesystems.ntfs_upcase import capitals, table


def test_it_is_the_table_that_mkntfs_writes(tmp_path: Path) -> None:
    if shutil.which("mkntfs") is None or shutil.which("icat") is None:
        pytest.skip("mkntfs (apt: ntfs-3g) or icat (apt: sleuthkit) is not installed")
    path = tmp_path / "volume.raw"
    with path.open("wb") as out:
        out.truncate(4 << 20)
    subprocess.run(["mkntfs", "-F", "-Q", "-q", path], check=True, capture_output=True)
    given = subprocess.run(["icat", path, "10-128-1"], check=True, capture_output=True).stdout
    assert table() == given


def test_each_capital_is_that_of_unicode() -> None:
    for unit, capital in capitals().items():
        upper = chr(unit).upper()
        # some have a capital of two letters besides: then the one of one letter is that of titles
        assert chr(capital) == (upper if len(upper) == 1 else chr(unit).title()), hex(unit)


def test_what_has_no_capital_here_has_none_of_its_own_in_unicode_3() -> None:
    """Unicode 3.2 is the one that every Python has, besides its own."""
    old = unicodedata.ucd_3_2_0
    left = [
        chr(unit)
        for unit in range(0x1_0000)
        if unit not in capitals()
        and not 0xD800 <= unit < 0xE000
        and old.category(chr(unit)) == "Ll"
        and len(chr(unit).upper()) == 1
        and old.category(chr(unit).upper()) == "Lu"
    ]
    # a capital that belongs to another small letter
    assert all(letter.upper().lower() != letter for letter in left)
    assert len(struct.unpack("<65536H", table())) == 65_536
    assert {"\u00b5", "\u0131", "\u017f", "\u03c2"} <= set(left)
