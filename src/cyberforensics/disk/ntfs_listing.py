"""NTFS: names in which TSK replaced something, from the file name attribute.

TSK writes ``^`` for what it can't turn into UTF-8: a lone surrogate, with the character after it. The attribute has
the true name. Where two attributes would be spelled alike, TSK's name stands: a guess is no name.
"""

from typing import Any

from cyberforensics.disk.listing import Directory, LeftOut, Stray
from cyberforensics.disk.ntfs import FILE_NAME
from cyberforensics.disk.raw_fat_names import Spelled, of_text
from cyberforensics.disk.tsk import FileSystem
from cyberforensics.model.entry import NameState
from cyberforensics.model.problem import Problem

_FIXED = 66  # bytes of the attribute before the name
_REPLACED = b"^"


class NtfsListing:
    """Looks only at names that hold the replacement."""

    def __init__(self, file_system: FileSystem) -> None:
        self._file_system = file_system
        self._parent = 0

    def notes(self) -> tuple[Problem, ...]:
        return ()

    def enter(self, directory: Directory) -> None:
        self._parent = directory.meta_address

    def spell(self, raw: bytes, meta_address: int, file: Any) -> Spelled | None:  # noqa: ANN401 - pytsk3 has no types
        if _REPLACED not in raw:
            return None
        try:
            if file.info.meta is None:
                file = self._file_system.fs.open_meta(inode=meta_address)
            found = {name for name in self._names(file) if _as_tsk_spells(name) == raw}
        except OSError:
            return None
        return of_text(found.pop()) if len(found) == 1 else None

    def _names(self, file: Any) -> list[bytes]:  # noqa: ANN401 - pytsk3 has no types
        names = []
        for attribute in file:
            if int(attribute.info.type) != FILE_NAME or int(attribute.info.size) < _FIXED:
                continue
            data = file.read_random(
                0, min(int(attribute.info.size), _FIXED + 2 * 255), FILE_NAME, int(attribute.info.id)
            )
            if len(data) < _FIXED:
                continue
            parent = int.from_bytes(data[:6], "little")
            if parent == self._parent or self._parent == int(self._file_system.fs.info.last_inum):
                names.append(data[_FIXED : _FIXED + 2 * data[64]])
        return names

    def left_out(self) -> tuple[LeftOut, ...]:
        return ()

    def stray(self, meta_address: int, state: NameState) -> Stray | None:  # noqa: ARG002 - see OwnListing
        return None


def _as_tsk_spells(units: bytes) -> bytes:
    """As TSK's lenient conversion does (tsk_unicode.c: tsk_UTF16toUTF8)."""
    text = []
    place = 0
    while place + 1 < len(units):
        unit = int.from_bytes(units[place : place + 2], "little")
        place += 2
        if 0xD800 <= unit < 0xDC00:
            following = int.from_bytes(units[place : place + 2], "little")
            place += 2
            is_pair = 0xDC00 <= following < 0xE000
            text.append(chr(0x10000 + (unit - 0xD800 << 10) + following - 0xDC00) if is_pair else "^")
        elif 0xDC00 <= unit < 0xE000:
            text.append("^")
        else:
            text.append(chr(unit))
    return "".join(text).encode()
