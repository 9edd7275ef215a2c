"""Windows: the hives SYSTEM, SOFTWARE and SAM, and the folders of profiles."""

import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cyberforensics.errors import MalformedData
from cyberforensics.model.orientation import Fact, Question
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.orientation.registry import MOST_KEYS, Hive, open_hive
from cyberforensics.parsers.orientation.system import (
    MOST_OF_A_KIND,
    Answers,
    Files,
    System,
    answer,
    folders_below,
    more,
    of,
)

_CONFIG = "windows/system32/config/"
_SYSTEM, _SOFTWARE, _SAM = (_CONFIG + name for name in ("system", "software", "sam"))
_VERSION = "Microsoft\\Windows NT\\CurrentVersion"
_PROFILES = _VERSION + "\\ProfileList"
_USERS = "SAM\\Domains\\Account\\Users"
_NOT_USERS = frozenset({"public", "default", "default user", "all users", "localservice", "networkservice"})

_F = struct.Struct("<8xQ8xQ8xQI4xH")
"""Of the F value: last logon, password set, last failed logon, RID, account control bits (RegRipper, samparse)."""
_DESCRIPTOR = struct.Struct("<III")  # offset from the end of the 17 descriptors, bytes, unknown
_V_DATA = 17 * _DESCRIPTOR.size
_NAME, _FULL_NAME = 1, 2
"""Places of descriptors in the V value."""
_DISABLED = 0x0001  # [MS-SAMR] 2.2.1.12: USER_ACCOUNT_DISABLED
_WINDOWS_11 = 22_000


def _read(files: Files) -> Answers:
    for path, facts in ((_SYSTEM, _system), (_SOFTWARE, _software), (_SAM, _sam)):
        try:
            hive, problems = open_hive(files, path)
            yield from problems
            if hive is not None:
                yield from facts(hive)
        except MalformedData as error:
            message = f"{path.rpartition('/')[2].upper()}: {error}"
            yield Problem(Stage.PARSE, "parser.malformed", message, Severity.WARNING, files[path].path, error.offset)
    yield from folders_below(files, "users", _NOT_USERS)
    yield from folders_below(files, "documents and settings", _NOT_USERS)


def _system(hive: Hive) -> Iterator[Fact]:
    current = hive.number("Select", "Current")
    if current is None or not hive.has(control := f"ControlSet{current:03d}"):
        raise MalformedData("registry.no-control-set", "Select does not name a control set that is there")
    key = control + "\\Control\\ComputerName\\ComputerName"
    if name := hive.text(key, "ComputerName"):
        yield answer("computer-name", hive.file, name, f"{key}, ComputerName", note=hive.note)
    key = control + "\\Services\\Tcpip\\Parameters"
    if domain := hive.text(key, "Domain"):
        yield answer("domain", hive.file, domain, f"{key}, Domain", note=hive.note)
    key = control + "\\Control\\TimeZoneInformation"
    for value in ("TimeZoneKeyName", "StandardName"):
        if zone := hive.text(key, value):
            bias = hive.number(key, "ActiveTimeBias", signed=True)
            shown = zone if bias is None else f"{zone} (when last set, UTC was local time {bias:+d} minutes)"
            yield answer("time-zone", hive.file, shown, f"{key}, {value} and ActiveTimeBias", note=hive.note)
            break
    key = control + "\\Control\\Windows"
    if moment := hive.filetime(key, "ShutdownTime"):
        yield answer("last-shutdown", hive.file, None, f"{key}, ShutdownTime", note=hive.note, timestamp=moment)


def _software(hive: Hive) -> Iterator[Fact]:
    build = hive.text(_VERSION, "CurrentBuildNumber") or hive.text(_VERSION, "CurrentBuild")
    if name := hive.text(_VERSION, "ProductName"):
        is_11 = build is not None and build.isascii() and build.isdecimal() and int(build[:9]) >= _WINDOWS_11
        about = "; builds from 22000 on are Windows 11, which records the name of Windows 10" if is_11 else ""
        note = hive.note + (about if "Windows 10" in name else "")
        yield answer("operating-system", hive.file, name, f"{_VERSION}, ProductName", note=note)
    parts = {
        "version": hive.text(_VERSION, "DisplayVersion") or hive.text(_VERSION, "ReleaseId"),
        "CurrentVersion": hive.text(_VERSION, "CurrentVersion"),
        "build": build,
        "service pack": hive.text(_VERSION, "CSDVersion"),
    }
    major, minor = (hive.number(_VERSION, f"Current{part}VersionNumber") for part in ("Major", "Minor"))
    if major is not None and minor is not None:
        parts["CurrentVersion"] = f"{major}.{minor}"
    revision = hive.number(_VERSION, "UBR")
    if build and revision is not None:
        parts["build"] = f"{build}.{revision}"
    if told := ", ".join(f"{name} {value}" for name, value in parts.items() if value):
        yield answer("version", hive.file, told, f"{_VERSION}, DisplayVersion, CurrentBuild and others", note=hive.note)
    about = hive.note + "; a feature update sets it anew"
    if moment := hive.filetime(_VERSION, "InstallTime"):
        yield answer("install-date", hive.file, None, f"{_VERSION}, InstallTime", note=about, timestamp=moment)
    if (seconds := hive.number(_VERSION, "InstallDate")) is not None:
        stored = Timestamp(seconds, "posix")
        yield answer("install-date", hive.file, None, f"{_VERSION}, InstallDate", note=about, timestamp=stored)
    for value in ("RegisteredOwner", "RegisteredOrganization"):
        if owner := hive.text(_VERSION, value):
            yield answer("registered-owner", hive.file, owner, f"{_VERSION}, {value}", note=hive.note)
    yield from _profile_list(hive)


def _profile_list(hive: Hive) -> Iterator[Fact]:
    listed = 0
    for sid in hive.keys(_PROFILES):
        folder = hive.text(f"{_PROFILES}\\{sid}", "ProfileImagePath")
        if not sid.startswith("S-1-5-21-") or not folder:
            continue
        listed += 1
        if listed <= MOST_OF_A_KIND:
            place = f"{_PROFILES}\\{sid}, ProfileImagePath"
            yield of(answer("user-profile", hive.file, folder, place, note=hive.note), sid)
    if listed > MOST_OF_A_KIND:
        yield more("user-profile", hive.file, listed - MOST_OF_A_KIND, "profiles that are not listed")


def _sam(hive: Hive) -> Iterator[Fact | Problem]:
    listed = 0
    for key in hive.keys(_USERS):
        try:
            rid = int(key, 16)
        except ValueError:
            continue  # Names
        listed += 1
        if listed > MOST_OF_A_KIND:
            continue
        place = f"{_USERS}\\{key}"
        try:
            name, full_name = account_names(hive.data(place, "V") or b"")
            logon, _, _, recorded, control = account_state(hive.data(place, "F") or b"")
        except MalformedData as error:
            message = f"account with RID {rid}: {error}"
            yield Problem(Stage.PARSE, "parser.malformed", message, Severity.WARNING, hive.file.path)
            continue
        differs = f"; the F value gives the RID {recorded}" if recorded != rid else ""
        note = hive.note + differs
        disabled = "yes" if control & _DISABLED else "no"
        fact = answer("account", hive.file, name, f"{place}, V and F", note=note)
        yield of(fact, name, rid=str(rid), full_name=full_name, disabled=disabled)
        told = "no logon is recorded" if logon == 0 else None
        moment = answer("last-logon", hive.file, told, f"{place}, F at 8", note=note, timestamp=_filetime(logon))
        yield of(moment, name, rid=str(rid))
    if listed > MOST_OF_A_KIND:
        cut = " or more" if listed >= MOST_KEYS else ""
        yield more("account", hive.file, listed - MOST_OF_A_KIND, f"accounts{cut} that are not listed")


def _filetime(raw: int) -> Timestamp:
    return Timestamp(raw, "filetime")


def account_state(f: bytes) -> tuple[int, int, int, int, int]:
    """Last logon, password set, last failed logon (FILETIME each), RID and account control bits of an F value.

    Raises:
        MalformedData: it is too short.
    """
    if len(f) < _F.size:
        raise MalformedData("registry.sam-f", f"the F value has {len(f)} bytes")
    logon, password, failed, rid, control = _F.unpack_from(f)
    return logon, password, failed, rid, control


def account_names(v: bytes) -> tuple[str, str]:
    """Account name and full name of a V value.

    Raises:
        MalformedData: a name lies outside of it.
    """
    return _v_text(v, _NAME), _v_text(v, _FULL_NAME)


def _v_text(v: bytes, number: int) -> str:
    if len(v) < _V_DATA:
        raise MalformedData("registry.sam-v", f"the V value has {len(v)} bytes")
    offset, size, _ = _DESCRIPTOR.unpack_from(v, number * _DESCRIPTOR.size)
    if _V_DATA + offset + size > len(v):
        raise MalformedData("registry.sam-v", "a name lies outside of the V value")
    return v[_V_DATA + offset : _V_DATA + offset + size].decode("utf-16-le", "backslashreplace")


_ASKS: Mapping[Question, tuple[str, ...]] = MappingProxyType(
    {
        "computer-name": (_SYSTEM,),
        "domain": (_SYSTEM,),
        "operating-system": (_SOFTWARE,),
        "version": (_SOFTWARE,),
        "install-date": (_SOFTWARE,),
        "registered-owner": (_SOFTWARE,),
        "time-zone": (_SYSTEM,),
        "last-shutdown": (_SYSTEM,),
        "account": (_SAM,),
        "last-logon": (_SAM,),
        "user-profile": (_SOFTWARE,),
    }
)

WINDOWS = System(
    name="windows",
    title="Windows",
    proof=(_SYSTEM, _SOFTWARE, _SAM),
    companions=(
        *(hive + ending for hive in (_SYSTEM, _SOFTWARE, _SAM) for ending in (".log", ".log1", ".log2")),
        "users/*",
        "documents and settings/*",
    ),
    asks=_ASKS,
    read=_read,
    references=(
        "libyal/winreg-kb: Current control set, Time zones, Windows product information, Security Accounts Manager",
        "Microsoft, [MS-SAMR] 2.2.1.12 USER_ACCOUNT Codes",
        "RegRipper, samparse: offsets of the F value",
    ),
    limitations=(
        "Accounts of a domain, and of Microsoft accounts beyond their local name, are not in the SAM hive.",
        "Transaction logs of the format before Windows 8.1 are not applied.",
    ),
    verified_on=("public SAM hives, beside chntpw and hivexget", "hives of tests/parsers/orientation/hives.py"),
)
