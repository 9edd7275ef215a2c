"""The digest that a trainee hands in beside a sheet: what keeps it from being changed afterwards."""

import hashlib
import re
from pathlib import Path
from typing import Literal

Sums = Literal["none", "unnamed", "right", "wrong"]
"""No file of digests; one that does not name the sheet; the digest is that of the sheet; it is another one."""

OWN_ENDING = ".sha256"
"""Behind the name of the sheet: a file with its digest alone."""
SUMS_FILE = "SHA256SUMS"
"""Beside the sheet: a file with a line for each file, as ``sha256sum`` writes them."""
_MOST = 1 << 20
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PAIRS = re.compile(r"(?m)^(?:[0-9a-f]{2} ){31}[0-9a-f]{2}\s*$")
"""How ``certutil`` of older Windows writes one."""
_LINE = re.compile(r"(?m)^\\?([0-9a-fA-F]{64}) [ *](.+?)\r?$")


def digest_beside(sheet: Path) -> Sums:
    """Whether a digest was handed in beside a sheet, and is right.

    `NAME.csv.sha256` may be written by sha256sum, shasum, certutil or PowerShell: it has one SHA-256, whatever stands
    around it. Links are not followed.
    """
    own = _text(sheet.with_name(sheet.name + OWN_ENDING))
    if own is not None:
        text = _PAIRS.sub(lambda found: found[0].replace(" ", ""), own.lower())
        told = set(_DIGEST.findall(text))
    else:
        sums = _text(sheet.with_name(SUMS_FILE))
        if sums is None:
            return "none"
        told = {digest.lower() for digest, name in _LINE.findall(sums) if re.split(r"[/\\]", name)[-1] == sheet.name}
    if not told:
        return "unnamed"
    return "right" if told == {hashlib.sha256(sheet.read_bytes()).hexdigest()} else "wrong"


def _text(path: Path) -> str | None:
    """What a small file holds; None where there is none."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError:
        return None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"  # PowerShell writes the former
    return data.decode(encoding, "replace")
