"""Linux: files of /etc, and the logon records below /var/log."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cyberforensics.model.orientation import Fact, Question
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.orientation.logon_records import Logon, last_logons, lastlog
from cyberforensics.parsers.orientation.system import (
    MOST_OF_A_KIND,
    Answers,
    File,
    Files,
    System,
    answer,
    folders_below,
    lines_of,
    more,
    of,
)

_FIRST_USER, _NOBODY = 1000, 65534
_ZONE = re.compile(r".*/zoneinfo/(?:posix/|right/)?(.+)")
_OS_RELEASE = ("etc/os-release", "usr/lib/os-release")
_RELEASE: tuple[tuple[Question, tuple[str, ...]], ...] = (
    ("operating-system", ("PRETTY_NAME", "NAME")),
    ("version", ("VERSION", "VERSION_ID", "BUILD_ID")),
)
_INSTALLED = (
    "var/log/installer/syslog",
    "var/log/installer/curtin-install.log",
    "var/log/anaconda/syslog",
    "root/anaconda-ks.cfg",
    "var/log/yast2/y2start.log",
)
"""Files that installers write and nothing later does, as a rule."""
_WTMP = ("var/log/wtmp", "var/log/wtmp.1")


def _read(files: Files) -> Answers:
    yield from _one_line(files, "etc/hostname", "computer-name")
    yield from _one_line(files, "etc/machine-id", "machine-id")
    yield from _release(files)
    yield from _zone(files)
    for path in _INSTALLED:
        if path in files and files[path].modified is not None:
            note = "not a record of the installation: the file's modification time, consistent with one at that time"
            moment = files[path].modified
            yield answer("install-date", files[path], None, "modified", note=note, timestamp=moment)
    yield from _accounts(files)
    yield from _wtmp(files)
    yield from folders_below(files, "home", frozenset({"lost+found"}))


def _one_line(files: Files, path: str, question: Question) -> Iterator[Fact]:
    file = files.get(path)
    if file is None or file.data is None:
        return
    for number, line in enumerate(lines_of(file.data), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield answer(question, file, line.strip(), f"line {number}")
            return


def _release(files: Files) -> Iterator[Fact]:
    for path in _OS_RELEASE:
        file = files.get(path)
        if file is None or file.data is None:
            continue
        lines: dict[str, tuple[int, str]] = {}
        for number, line in enumerate(lines_of(file.data), 1):
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                lines[name] = number, value.strip().strip("\"'")
        for asked, names in _RELEASE:
            for name in names:
                number, value = lines.get(name, (0, ""))
                if value:
                    yield answer(asked, file, value, f"line {number}, {name}")
                    break
        return


def _zone(files: Files) -> Iterator[Fact]:
    link = files.get("etc/localtime")
    if link is not None and link.link_target is not None:
        named = _ZONE.fullmatch(link.link_target)
        note = "" if named else "the link does not lead into a folder zoneinfo"
        yield answer("time-zone", link, named.group(1) if named else link.link_target, "target of the link", note=note)
    yield from _one_line(files, "etc/timezone", "time-zone")


def _accounts(files: Files) -> Answers:
    file = files.get("etc/passwd")
    if file is None or file.data is None:
        return
    logons = _lastlog(files)
    if isinstance(logons, Problem):
        yield logons
        logons = {}
    listed = others = 0
    for number, line in enumerate(lines_of(file.data), 1):
        fields = line.split(":")
        if len(fields) != 7 or not fields[2].isascii() or not fields[2].isdecimal() or len(fields[2]) > 10:
            continue
        name, _, uid, gid, about, home, shell = fields
        listed_one = (int(uid) == 0 or int(uid) >= _FIRST_USER) and int(uid) != _NOBODY and listed < MOST_OF_A_KIND
        if not listed_one:
            others += 1
            continue
        listed += 1
        fact = answer("account", file, name, f"line {number}")
        yield of(fact, name, uid=uid, gid=gid, full_name=about.partition(",")[0], home=home, shell=shell)
        if "var/log/lastlog" in files and int(uid) in logons:
            place = f"record {uid}"
            logon = logons[int(uid)]
            yield of(_logon(files["var/log/lastlog"], logon, place), name, line=logon.line, host=logon.host)
    if others:
        what = f"accounts, with a uid from 1 to {_FIRST_USER - 1} or of nobody, or beyond the first {MOST_OF_A_KIND}"
        yield more("account", file, others, what)


def _lastlog(files: Files) -> Mapping[int, Logon] | Problem:
    file = files.get("var/log/lastlog")
    if file is None or file.data is None:
        return {}
    found = lastlog(file.data)
    if found is None:
        sentence = f"lastlog: {len(file.data)} bytes are no multiple of a record of a known layout"
        return Problem(Stage.PARSE, "parser.malformed", sentence, Severity.WARNING, file.path)
    return found


def _logon(file: File, logon: Logon, place: str) -> Fact:
    stored = Timestamp(logon.seconds, "posix")
    return answer("last-logon", file, None, place, timestamp=stored)


def _wtmp(files: Files) -> Answers:
    seen: set[str] = set()
    for path in _WTMP:
        file = files.get(path)
        if file is None or not file.data:
            continue
        found = last_logons(file.data)
        if found is None:
            sentence = f"{path.rpartition('/')[2]}: {len(file.data)} bytes have no known layout of logon records"
            yield Problem(Stage.PARSE, "parser.malformed", sentence, Severity.WARNING, file.path)
            continue
        for name, logon in sorted(found.items())[:MOST_OF_A_KIND]:
            if name not in seen:
                seen.add(name)
                fact = _logon(file, logon, f"record {logon.record}, USER_PROCESS")
                yield of(fact, name, line=logon.line, host=logon.host)
        if len(found) > MOST_OF_A_KIND:
            yield more("last-logon", file, len(found) - MOST_OF_A_KIND, "names that are not listed")


_ASKS: Mapping[Question, tuple[str, ...]] = MappingProxyType(
    {
        "computer-name": ("etc/hostname",),
        "operating-system": _OS_RELEASE,
        "version": _OS_RELEASE,
        "install-date": _INSTALLED,
        "time-zone": ("etc/timezone", "etc/localtime"),
        "machine-id": ("etc/machine-id",),
        "account": ("etc/passwd",),
        "last-logon": ("var/log/lastlog", *_WTMP),
        "user-profile": ("home/*",),
    }
)

LINUX = System(
    name="linux",
    title="Linux",
    proof=("etc/passwd", *_OS_RELEASE),
    companions=(
        *("etc/hostname", "etc/machine-id", "etc/timezone", "etc/localtime", "var/log/lastlog"),
        *(*_WTMP, *_INSTALLED, "home/*"),
    ),
    asks=_ASKS,
    read=_read,
    references=(
        "man pages os-release(5), hostname(5), machine-id(5), localtime(5), passwd(5), utmp(5)",
        "glibc, bits/utmp.h: sizes of struct utmp and struct lastlog by architecture",
    ),
    limitations=(
        "Accounts with a uid from 1 to 999 are counted, not listed.",
        "Accounts of a directory service, and lastlog2 and wtmpdb databases, are not read.",
        "Where /home is a volume of its own, its folders are not recognised as profiles.",
    ),
    verified_on=("files of a Debian system, beside last(1)", "public wtmp files of x86_64 and aarch64"),
)
