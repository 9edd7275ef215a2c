"""macOS: property lists of the system, of its preferences and of local users."""

import plistlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from xml.parsers.expat import ExpatError

from cyberforensics.errors import MalformedData
from cyberforensics.model.orientation import Fact, Question
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.orientation.system import (
    MOST_OF_A_KIND,
    Answers,
    File,
    Files,
    System,
    answer,
    folders_below,
    more,
    of,
)

_LARGEST = 4 * 1024 * 1024
"""Bytes of a property list that is read."""
_VERSION = "system/library/coreservices/systemversion.plist"
_PREFERENCES = "library/preferences/systemconfiguration/preferences.plist"
_SETUP_DONE = "private/var/db/.applesetupdone"
_LOCALTIME = ("private/etc/localtime", "etc/localtime")
_USERS = "private/var/db/dslocal/nodes/default/users/"
_ZONE = re.compile(r".*/zoneinfo(?:\.default)?/(.+)")
_FIRST_USER = 500


def _read(files: Files) -> Answers:
    for path, facts in ((_VERSION, _version), (_PREFERENCES, _preferences)):
        if path in files and files[path].data is not None:
            try:
                yield from facts(files[path], _load(files[path]))
            except MalformedData as error:
                yield _malformed(files[path], error)
    yield from _zone(files)
    if _SETUP_DONE in files and files[_SETUP_DONE].modified is not None:
        note = "not a record of the installation: the file's modification time, consistent with the end of the setup"
        moment = files[_SETUP_DONE].modified
        yield answer("install-date", files[_SETUP_DONE], None, "modified", note=note, timestamp=moment)
    yield from _accounts(files)
    yield from folders_below(files, "users", frozenset({"shared", "guest", ".localized"}))


def _malformed(file: File, error: MalformedData) -> Problem:
    message = f"{file.path.rpartition('/')[2]}: {error}"
    return Problem(Stage.PARSE, "parser.malformed", message, Severity.WARNING, file.path)


def _load(file: File) -> Mapping[str, Any]:
    """The dictionary of a property list.

    Raises:
        MalformedData: it is too large, no property list, or no dictionary.
    """
    data = bytes(file.data or b"")
    if len(data) > _LARGEST:
        raise MalformedData("plist.too-large", f"{len(data)} bytes are more than are read of a property list")
    return load_dictionary(data)


def load_dictionary(data: bytes) -> Mapping[str, Any]:
    """The dictionary of a property list, XML or binary.

    Raises:
        MalformedData: it is no property list, or no dictionary.
    """
    try:
        loaded = plistlib.loads(data)
    except (ValueError, TypeError, OverflowError, RecursionError, ExpatError, LookupError, AttributeError) as error:
        raise MalformedData("plist.malformed", "no property list that can be read") from error
    if not isinstance(loaded, dict):
        raise MalformedData("plist.no-dictionary", "the property list is no dictionary")
    return loaded


def _text_at(loaded: object, *names: str) -> str | None:
    """The text at a path of dictionaries; where there is a list of one text, that one."""
    for name in names:
        loaded = loaded.get(name) if isinstance(loaded, dict) else None
    if isinstance(loaded, list) and loaded:
        loaded = loaded[0]
    return loaded if isinstance(loaded, str) and loaded else None


def _version(file: File, loaded: Mapping[str, Any]) -> Iterator[Fact]:
    if name := _text_at(loaded, "ProductName"):
        yield answer("operating-system", file, name, "ProductName")
    version, build = _text_at(loaded, "ProductVersion"), _text_at(loaded, "ProductBuildVersion")
    if version:
        yield answer(
            "version", file, f"{version}, build {build}" if build else version, "ProductVersion, ProductBuildVersion"
        )


def _preferences(file: File, loaded: Mapping[str, Any]) -> Iterator[Fact]:
    for names in (("System", "System", "ComputerName"), ("System", "Network", "HostNames", "LocalHostName")):
        if name := _text_at(loaded, *names):
            yield answer("computer-name", file, name, "/".join(names))


def _zone(files: Files) -> Iterator[Fact]:
    for path in _LOCALTIME:
        file = files.get(path)
        if file is not None and file.link_target is not None:
            named = _ZONE.fullmatch(file.link_target)
            yield answer("time-zone", file, named.group(1) if named else file.link_target, "target of the link")
            return


def _accounts(files: Files) -> Answers:
    listed = others = 0
    last: File | None = None
    for path, file in files.items():
        if not path.startswith(_USERS) or file.data is None:
            continue
        try:
            loaded = _load(file)
        except MalformedData as error:
            yield _malformed(file, error)
            continue
        name, uid = _text_at(loaded, "name"), _text_at(loaded, "uid") or ""
        number = int(uid) if uid.isascii() and uid.isdecimal() and len(uid) < 11 else None
        if not name or number is None or not (number == 0 or number > _FIRST_USER):
            others, last = others + 1, file
            continue
        listed += 1
        if listed > MOST_OF_A_KIND:
            others, last = others + 1, file
            continue
        fields = {"uid": uid, "full_name": _text_at(loaded, "realname"), "home": _text_at(loaded, "home")}
        told = {key: value for key, value in fields.items() if value}
        created = _created(loaded)
        note = "" if created is None else "the time is creationTime of accountPolicyData: when the account was made"
        yield of(answer("account", file, name, "name", note=note, timestamp=created), name, **told)
    if last is not None:
        yield more("account", last, others, f"accounts, with a uid from 1 to {_FIRST_USER} or beyond the first listed")


def _created(loaded: Mapping[str, Any]) -> Timestamp | None:
    policy = loaded.get("accountPolicyData")
    inner = policy[0] if isinstance(policy, list) and policy else None
    if not isinstance(inner, bytes):
        return None
    try:
        value: object = load_dictionary(inner).get("creationTime")
    except MalformedData:
        return None
    if isinstance(value, int | float) and 0 < value < 1 << 40:
        return Timestamp(int(value), "posix")
    return None


_ASKS: Mapping[Question, tuple[str, ...]] = MappingProxyType(
    {
        "computer-name": (_PREFERENCES,),
        "operating-system": (_VERSION,),
        "version": (_VERSION,),
        "install-date": (_SETUP_DONE,),
        "time-zone": _LOCALTIME,
        "account": (_USERS + "*.plist",),
        "user-profile": ("users/*",),
    }
)

MACOS = System(
    name="macos",
    title="macOS",
    proof=(_VERSION, _PREFERENCES),
    companions=(_SETUP_DONE, *_LOCALTIME, _USERS + "*.plist", "users/*"),
    asks=_ASKS,
    read=_read,
    references=(
        "Apple, man pages SystemVersion.plist, scutil(8), DirectoryService(8)",
        "libyal/dtformats: Property list formats",
    ),
    limitations=(
        "Since macOS 10.15 the system lies on a volume of its own: facts of it and of users are of two volumes.",
        "The last logon is not asked for: no file of those that are read records it.",
    ),
    verified_on=("property lists written by plistlib", "user.plist and nobody.plist of plaso's test data"),
)
