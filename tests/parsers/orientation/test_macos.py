"""macOS: property lists written by plistlib, and public ones of local users."""

import plistlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.times import Timestamp
from cyberforensics.parsers.orientation.macos import MACOS
from tests.parsers.orientation.asked import ask, states, values

USERS = "private/var/db/dslocal/nodes/Default/users/"
FILES = {
    "System/Library/CoreServices/SystemVersion.plist": plistlib.dumps(
        {"ProductName": "macOS", "ProductVersion": "13.6.1", "ProductBuildVersion": "22G313"}
    ),
    "Library/Preferences/SystemConfiguration/preferences.plist": plistlib.dumps(
        {
            "System": {
                "System": {"ComputerName": "Mira’s Mac"},
                "Network": {"HostNames": {"LocalHostName": "Miras-Mac"}},
            }
        },
        fmt=plistlib.FMT_BINARY,
    ),
    USERS + "mira.plist": plistlib.dumps(
        {
            "name": ["mira"],
            "uid": ["501"],
            "realname": ["Mira Quince"],
            "home": ["/Users/mira"],
            "accountPolicyData": [plistlib.dumps({"creationTime": 1_700_000_000.25})],
        },
        fmt=plistlib.FMT_BINARY,
    ),
    USERS + "_www.plist": plistlib.dumps({"name": ["_www"], "uid": ["70"]}),
}


def test_every_question_is_answered() -> None:
    zone = "/var/db/timezone/zoneinfo/Europe/Tallinn"
    facts, problems = ask(MACOS, FILES, links={"private/etc/localtime": zone}, folders=("Users/mira", "Users/Shared"))
    assert problems == []
    assert values(facts, "operating-system") == ["macOS"]
    assert values(facts, "version") == ["13.6.1, build 22G313"]
    assert values(facts, "computer-name") == ["Mira’s Mac", "Miras-Mac"]
    assert values(facts, "time-zone") == ["Europe/Tallinn"]
    assert values(facts, "user-profile") == ["/Users/mira"]
    accounts = [fact for fact in facts if fact.question == "account"]
    assert (accounts[0].value, accounts[0].timestamp) == ("mira", Timestamp(1_700_000_000, "posix"))
    assert dict(accounts[0].attributes) == {"uid": "501", "full_name": "Mira Quince", "home": "/Users/mira"}
    assert accounts[1].count == 1
    assert states(facts)["install-date"] == "not-found"


def test_public_users(evidence: Path) -> None:
    """Of plaso's test data, whose own parser gives the name `user` to the first."""
    folder = evidence / "artifacts/plaso/plist"
    files = {USERS + name: (folder / name).read_bytes() for name in ("user.plist", "nobody.plist")}
    facts, problems = ask(MACOS, files)
    assert problems == []
    expected = plistlib.loads((folder / "user.plist").read_bytes())
    assert values(facts, "account")[:1] == expected["name"]


def test_what_is_no_property_list_is_unreadable(evidence: Path) -> None:
    cut = (evidence / "artifacts/plaso/plist/truncated.plist").read_bytes()
    facts, problems = ask(MACOS, {"System/Library/CoreServices/SystemVersion.plist": cut})
    assert [problem.code for problem in problems] == ["parser.malformed"]
    assert states(facts)["version"] == "unreadable"


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_no_bytes_crash_it(data: bytes, place: int, value: int) -> None:
    changed = bytearray(FILES["Library/Preferences/SystemConfiguration/preferences.plist"])
    changed[place % len(changed)] = value
    for content in (data, b"bplist00" + data, b"<?xml version='1.0'?><plist><dict>" + data, bytes(changed)):
        facts, problems = ask(MACOS, dict.fromkeys(FILES, content))
        assert {problem.code for problem in problems} <= {"parser.malformed"}
        assert set(states(facts)) == set(MACOS.asks)
