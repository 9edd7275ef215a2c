"""Linux: files as a Debian system has them, and logon records beside last(1)."""

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.times import decode
from cyberforensics.parsers.orientation.linux import LINUX
from cyberforensics.parsers.orientation.logon_records import last_logons, lastlog
from tests.parsers.orientation.asked import ask, states, values

PASSWD = b"""root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
mira:x:1000:1000:Mira Quince,,,:/home/mira:/bin/bash
damaged line
"""
RELEASE = b"# made for a test\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=Debian\nVERSION_ID='12'\n"


def record(kind: int, user: bytes, seconds: int) -> bytes:
    """A struct utmp of x86_64: man page utmp(5), its table of fields."""
    head = struct.pack("<hxxi32s4s32s256s", kind, 77, b"pts/0", b"ts/0", user, b"192.0.2.7")
    return head + struct.pack("<hhiii16s20x", 0, 0, 0, seconds, 5, b"")


FILES = {
    "etc/passwd": PASSWD,
    "etc/hostname": b"# a comment\norchard-srv\n",
    "etc/machine-id": b"3d1219c7c4c5404aaa1f6d2a48adfda4\n",
    "usr/lib/os-release": RELEASE,
    "etc/timezone": b"Europe/Tallinn\n",
    "var/log/wtmp": record(2, b"reboot", 1_700_000_000) + record(7, b"mira", 1_700_000_100) + record(8, b"", 1),
    "var/log/lastlog": bytes(292 * 1000) + struct.pack("<i32s256s", 1_700_000_100, b"pts/0", b"192.0.2.7"),
}


def test_every_question_is_answered() -> None:
    facts, problems = ask(
        LINUX, FILES, links={"etc/localtime": "/usr/share/zoneinfo/Europe/Tallinn"}, folders=("home/mira",)
    )
    assert problems == []
    assert values(facts, "computer-name") == ["orchard-srv"]
    assert next(fact.place for fact in facts if fact.question == "computer-name") == "line 2"
    assert values(facts, "operating-system") == ["Debian GNU/Linux 12 (bookworm)"]
    assert values(facts, "version") == ["12"]
    assert values(facts, "time-zone") == ["Europe/Tallinn", "Europe/Tallinn"]
    assert values(facts, "machine-id") == ["3d1219c7c4c5404aaa1f6d2a48adfda4"]
    assert values(facts, "user-profile") == ["/home/mira"]
    accounts = [fact for fact in facts if fact.question == "account"]
    assert [fact.value for fact in accounts[:2]] == ["root", "mira"]
    assert accounts[2].count == 2
    assert dict(accounts[1].attributes) == {
        "uid": "1000",
        "gid": "1000",
        "full_name": "Mira Quince",
        "home": "/home/mira",
        "shell": "/bin/bash",
    }
    logons = [fact for fact in facts if fact.question == "last-logon"]
    assert {fact.path for fact in logons} == {"/var/log/lastlog", "/var/log/wtmp"}
    assert {decode(fact.timestamp).text for fact in logons if fact.timestamp} == {"2023-11-14T22:15:00Z"}
    assert {fact.subject for fact in logons} == {"mira"}
    assert states(facts)["install-date"] == "not-found"


def test_records_of_no_known_layout_are_a_problem() -> None:
    facts, problems = ask(LINUX, {"etc/passwd": PASSWD, "var/log/wtmp": b"x" * 385, "var/log/lastlog": b"x" * 7})
    assert [problem.code for problem in problems] == ["parser.malformed", "parser.malformed"]
    assert states(facts)["last-logon"] == "unreadable"


@pytest.mark.skipif(shutil.which("last") is None, reason="last(1) is not there to read the same file")
def test_a_public_file_beside_last(evidence: Path) -> None:
    path = evidence / "artifacts/plaso/utmp/utmp"
    found = last_logons(path.read_bytes())
    told = subprocess.run(
        ["last", "-F", "-f", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
    ).stdout
    first = re.search(r"^moxilo\s+(\S+)\s+\S+\s+(.+ \d{4})", told, re.MULTILINE)
    assert found is not None
    assert first is not None
    assert (list(found), found["moxilo"].line) == (["moxilo"], first.group(1))
    assert first.group(2).startswith("Wed Dec 18 22:49:44 2013")
    assert found["moxilo"].seconds == 1_387_406_984  # `date -ud "2013-12-18 22:49:44" +%s`


def test_a_public_file_of_aarch64(evidence: Path) -> None:
    """400 bytes a record, none of them a logon of a user; big-endian ones are refused."""
    folder = evidence / "artifacts/plaso/utmp"
    assert last_logons((folder / "utmp_aarch64").read_bytes()) == {}
    assert last_logons((folder / "utmp_s390").read_bytes()) is None
    assert last_logons((folder / "utmp_corrupted").read_bytes()) is None


@given(st.binary(max_size=1300), st.binary(max_size=900))
def test_no_bytes_crash_it(wtmp: bytes, logons: bytes) -> None:
    for size in (384, 400, 1):
        found = last_logons(wtmp.ljust(-(-len(wtmp) // size) * size, b"\0"))
        assert found is None or isinstance(found, dict)
    for size in (292, 296, 1):
        by_uid = lastlog(logons.ljust(-(-len(logons) // size) * size, b"\0"))
        assert by_uid is None or isinstance(by_uid, dict)
    facts, _ = ask(LINUX, {"etc/passwd": wtmp, "etc/os-release": logons, "etc/hostname": wtmp, "var/log/wtmp": logons})
    assert set(states(facts)) == set(LINUX.asks)
