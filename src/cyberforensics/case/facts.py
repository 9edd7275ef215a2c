"""Read ``case.toml``, strictly: a slip of the pen must not become a blank in a document for a court."""

import dataclasses
import re
import tomllib
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from cyberforensics.case.store import FACTS, LOCK, REPORTS, STORE
from cyberforensics.errors import CannotWrite, CaseRefused
from cyberforensics.model.case_facts import HANDLING_MARKS, CaseFacts
from cyberforensics.model.times import zone_named

MAX_SIZE = 1 << 20
"""Bytes: far more than people write, and nothing that a slip of the hand can turn into hours."""

_DATES = frozenset({"received", "examined", "issued", "date", "device", "reference"})
_OFFSET = re.compile(r"[+-]\d{1,4}:[0-5]\d:[0-5]\d")
_HINT = "correct it, or leave the value empty: what is missing is printed as NOT SUPPLIED"


def new_case(folder: Path) -> Path:
    """Write the template of ``case.toml`` into a new folder, or into a case that has none; return its path.

    Raises:
        CaseRefused: one is there already, or the folder holds something else.
        CannotWrite: the folder refuses.
    """
    path = folder / FACTS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {item.name for item in folder.iterdir()}
        if FACTS in names:
            raise CaseRefused(f"{path}: it is there already", hint="nothing was changed; edit that file")
        if STORE not in names and names - {LOCK, REPORTS, "run.log"}:
            raise CaseRefused(f"{folder}: the folder is not empty and holds no case", hint="name a new or empty folder")
        with path.open("xb") as out:
            out.write(resources.files("cyberforensics.case").joinpath("template.toml").read_bytes())
    except OSError as error:
        raise CannotWrite(f"{path}: can't be written ({error.strerror})", hint="choose another folder") from error
    return path


def read_facts(folder: Path) -> CaseFacts:
    """Read what people supplied; without the file, nothing was.

    Raises:
        CaseRefused: the file is no TOML, or a key, a type or a value is not of the form; one sentence says which.
    """
    path = folder / FACTS
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except FileNotFoundError:
        return CaseFacts()
    except OSError as error:
        raise CaseRefused(f"{path}: can't be read ({error.strerror})", hint="make it readable, or remove it") from error
    if len(data) > MAX_SIZE:
        raise CaseRefused(f"{path}: it has more than {MAX_SIZE:,} bytes", hint="keep it to facts about the case")
    try:
        found = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CaseRefused(f"{path}, line {line}: not UTF-8", hint="save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CaseRefused(f"{path}: not TOML: {error}", hint="texts stand in quotes, dates do not") from error
    facts: CaseFacts = _table(CaseFacts, found, "", path)
    ids = [exhibit.id for exhibit in facts.exhibit]
    double = next((one for one in ids if ids.count(one) > 1), None)
    if double is not None:
        raise _refused(path, "exhibit", f"two have the id {double!r}")
    return facts


def _refused(path: Path, key: str, what: str) -> CaseRefused:
    return CaseRefused(f"{path}: {key}: {what}", hint=_HINT)


def _table(kind: type[Any], found: object, where: str, path: Path) -> Any:  # noqa: ANN401 - any of the dataclasses
    """A dataclass from a table, whose keys are its fields."""
    if not isinstance(found, dict):
        raise _refused(path, where, f"a table was expected, not {_kind(found)}")
    hints = get_type_hints(kind)
    fields = {field.name.rstrip("_"): field for field in dataclasses.fields(kind)}
    values: dict[str, object] = {}
    for key, value in found.items():
        name = f"{where}.{key}" if where else key
        if key not in fields:
            raise _refused(path, name, f"unknown key; known here are {', '.join(fields)}")
        values[fields[key].name] = _value(hints[fields[key].name], value, name, path)
    for key, field in fields.items():
        if field.default is dataclasses.MISSING and key not in found:
            raise _refused(path, f"{where}.{key}", "missing")
    return kind(**values)


def _value(hint: Any, value: object, where: str, path: Path) -> object:  # noqa: ANN401 - a type hint
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _refused(path, where, f"it is written as [[{where}]], once for each")
        return tuple(_table(get_args(hint)[0], item, f"{where}[{place}]", path) for place, item in enumerate(value, 1))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _table(hint, value, where, path)
    if hint is int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 9999:
            raise _refused(path, where, "a number from 1 to 9999 was expected")
        return value
    if where.rpartition(".")[2] in _DATES:
        return _date(value, where, path)
    if not isinstance(value, str):
        raise _refused(path, where, f"a text in quotes was expected, not {_kind(value)}")
    return _checked(value.strip(), where, path)


def _date(value: object, where: str, path: Path) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if value == "":
        return ""
    raise _refused(path, where, f"a date without quotes was expected, such as 2026-03-14, not {_kind(value)}")


def _checked(text: str, where: str, path: Path) -> str:
    key = where.rpartition(".")[2]
    if key == "handling" and text and text not in HANDLING_MARKS:
        raise _refused(path, where, f"{text!r} is no mark of TLP 2.0: {', '.join(HANDLING_MARKS)}")
    if key == "offset" and text and not _OFFSET.fullmatch(text):
        raise _refused(path, where, f"{text!r} is no offset; it is written +HH:MM:SS or -HH:MM:SS")
    if key == "zone" and text:
        try:
            zone_named(text)
        except (KeyError, ValueError, OSError) as error:
            raise _refused(path, where, f"{text!r} is no zone of the IANA database, such as Asia/Colombo") from error
    if key == "id" and not text:
        raise _refused(path, where, "it is empty")
    return text


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or a time")
