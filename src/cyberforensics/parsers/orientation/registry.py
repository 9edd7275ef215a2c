"""Registry hives: keys and values by path, with what the transaction logs held. The only door to libregf."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyregf

from cyberforensics.errors import MalformedData
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.orientation.registry_log import replay
from cyberforensics.parsers.orientation.system import File, Files, text

_LARGEST_VALUE = 64 * 1024
"""Bytes of a value that is read; those that are asked for have a few hundred."""
MOST_KEYS = 10_000
"""Sub keys of one key that are looked at."""
_TEXTS = (1, 2)  # REG_SZ, REG_EXPAND_SZ


@dataclass(frozen=True, slots=True)
class Hive:
    """An open hive."""

    file: File
    note: str
    """Whether transaction logs were applied: it stands beside every fact."""
    complete: bool
    _hive: Any

    def data(self, key: str, name: str) -> bytes | None:
        """The bytes of a value; None where it is not there."""
        value = self._value(key, name)
        return None if value is None else value[1]

    def text(self, key: str, name: str) -> str | None:
        """A text value up to its NUL; None where it is not there or is no text."""
        value = self._value(key, name)
        if value is None or value[0] not in _TEXTS:
            return None
        return value[1].decode("utf-16-le", "backslashreplace").partition("\0")[0]

    def number(self, key: str, name: str, *, signed: bool = False) -> int | None:
        """A value of 32 or 64 bits; None where it is not there or has another length."""
        data = self.data(key, name)
        if data is None or len(data) not in (4, 8):
            return None
        return int.from_bytes(data, "little", signed=signed)

    def filetime(self, key: str, name: str) -> Timestamp | None:
        """A FILETIME; None where it is not there or has another length."""
        data = self.data(key, name)
        return Timestamp(struct.unpack("<Q", data)[0], "filetime") if data is not None and len(data) == 8 else None

    def keys(self, key: str) -> Iterator[str]:
        """The names of the sub keys, at most `MOST_KEYS`."""
        found = self._key(key)
        try:
            for number in range(0 if found is None else min(MOST_KEYS, found.number_of_sub_keys)):
                yield found.get_sub_key(number).name or ""
        except (OSError, UnicodeError) as error:
            raise _malformed(key) from error

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        return self._key(key) is not None

    def _key(self, path: str) -> Any:  # noqa: ANN401 - libregf has no types
        try:
            return self._hive.get_key_by_path("\\" + path)
        except (OSError, UnicodeError) as error:
            raise _malformed(path) from error

    def _value(self, path: str, name: str) -> tuple[int, bytes] | None:
        key = self._key(path)
        if key is None:
            return None
        try:
            value = key.get_value_by_name(name)
            if value is None:
                return None
            if value.data_size > _LARGEST_VALUE:
                raise MalformedData("registry.value", f"{text(path)}: {value.data_size} bytes are too many")
            return int(value.type), value.data or b""
        except (OSError, UnicodeError) as error:
            raise _malformed(path) from error


def _malformed(path: str) -> MalformedData:
    shown = "\\".join(map(text, path.split("\\")))
    return MalformedData("registry.malformed", f"the key {shown} can't be read")


def open_hive(files: Files, path: str) -> tuple[Hive | None, tuple[Problem, ...]]:
    """A hive with its logs applied, and what kept it or them from being read; None where it is not there.

    Raises:
        MalformedData: it is no hive, or libregf can't read it.
    """
    file = files.get(path)
    if file is None or file.data is None:
        return None, ()
    beside = [files[path + ending] for ending in (".log1", ".log2", ".log") if path + ending in files]
    logs = [(log.path.rpartition("/")[2], bytes(log.data)) for log in beside if log.data]
    replayed = replay(file.data, logs)
    unread = [log.path.rpartition("/")[2] for log in beside if log.trouble]
    note = replayed.note + (f"; {', '.join(unread)} could not be read" if unread else "")
    problems = []
    if not replayed.complete or (unread and "clean" not in replayed.note):
        problems.append(Problem(Stage.PARSE, "orientation.hive-dirty", note, Severity.WARNING, file.path))
    try:
        hive = pyregf.file()
        hive.open_file_object(io.BytesIO(replayed.hive))
        if hive.root_key is None:
            raise MalformedData("registry.no-root", "the hive has no root key")
    except OSError as error:
        raise MalformedData("registry.malformed", "the hive can't be opened") from error
    return Hive(replace(file, data=None), note, replayed.complete, hive), tuple(problems)
