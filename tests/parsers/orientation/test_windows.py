"""Windows: hives made for the test, which hivexget reads too, and public SAM hives, beside what chntpw says of them."""

import lzma
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import MalformedData
from cyberforensics.model.orientation import Fact
from cyberforensics.model.times import decode
from cyberforensics.parsers.orientation.windows import WINDOWS, account_names, account_state
from tests.parsers.orientation import hives
from tests.parsers.orientation.asked import ask, states, values

CONFIG = "Windows/System32/config/"
HIVES = {
    CONFIG + "SYSTEM": hives.system_hive("ORCHARD-DESK1"),
    CONFIG + "SOFTWARE": hives.software_hive(),
    CONFIG + "SAM": hives.sam_hive(),
}


def times(facts: list[Fact], question: str) -> list[str | None]:
    found = [fact.timestamp for fact in facts if fact.question == question]
    return [None if stored is None else decode(stored).text for stored in found]


def test_every_question_is_answered() -> None:
    facts, problems = ask(WINDOWS, HIVES, folders=("Users/apfel", "Users/Public"))
    assert problems == []
    assert values(facts, "computer-name") == ["ORCHARD-DESK1"]
    assert values(facts, "domain") == ["orchard.example"]
    assert values(facts, "operating-system") == ["Windows 10 Pro"]
    assert values(facts, "version") == ["version 23H2, CurrentVersion 10.0, build 22631.3447"]
    assert values(facts, "registered-owner") == ["R. Apfel"]
    assert values(facts, "time-zone") == ["W. Europe Standard Time (when last set, UTC was local time -120 minutes)"]
    # `date -ud @1700000000`; 133 444 736 000 000 000 / 10^7 - 11 644 473 600 is the same second
    assert times(facts, "install-date") == ["2023-11-14T22:13:20.0000000Z", "2023-11-14T22:13:20Z"]
    assert times(facts, "last-shutdown") == ["2024-06-28T00:00:00.0000000Z"]
    assert values(facts, "account") == ["Administrator", "apfel"]
    assert [dict(fact.attributes) for fact in facts if fact.question == "account"] == [
        {"rid": "500", "disabled": "yes"},
        {"rid": "1001", "full_name": "Rosa Apfel", "disabled": "no"},
    ]
    assert values(facts, "last-logon") == ["no logon is recorded", None]
    assert times(facts, "last-logon") == [None, "2024-06-27T22:13:20.0000000Z"]
    assert values(facts, "user-profile") == ["C:\\\\Users\\\\apfel", "/Users/apfel"]
    assert set(states(facts)) == set(WINDOWS.asks)
    source = next(fact for fact in facts if fact.question == "computer-name")
    assert (source.entry, source.path) == (f"id of {CONFIG}SYSTEM", f"/{CONFIG}SYSTEM")
    assert source.place == "ControlSet002\\Control\\ComputerName\\ComputerName, ComputerName"
    assert "Windows 11" in next(fact.note for fact in facts if fact.question == "operating-system")


def test_a_dirty_hive_is_read_with_its_log() -> None:
    old, new = hives.system_hive("OLD-NAME-0000", sequence=(8, 7)), HIVES[CONFIG + "SYSTEM"]
    log = hives.write_log(old, [(7, hives.difference(old, new))])
    facts, problems = ask(WINDOWS, {CONFIG + "SYSTEM": old, CONFIG + "SYSTEM.LOG1": log})
    assert (values(facts, "computer-name"), problems) == (["ORCHARD-DESK1"], [])
    assert "transaction log entries applied: 1 of SYSTEM.LOG1" in facts[0].note
    facts, problems = ask(WINDOWS, {CONFIG + "SYSTEM": old})
    assert values(facts, "computer-name") == ["OLD-NAME-0000"]
    assert [problem.code for problem in problems] == ["orientation.hive-dirty"]
    assert "THE HIVE IS DIRTY" in facts[0].note


def test_what_is_not_there_is_not_found() -> None:
    facts, problems = ask(WINDOWS, {CONFIG + "SYSTEM": HIVES[CONFIG + "SYSTEM"]})
    assert problems == []
    assert states(facts)["account"] == "not-found"
    note = next(fact.note for fact in facts if fact.question == "account")
    assert note == "there is no /windows/system32/config/sam"


def test_what_is_no_hive_is_unreadable() -> None:
    facts, problems = ask(WINDOWS, {CONFIG + "SAM": bytes(8192), CONFIG + "SYSTEM": b"regf"})
    assert [problem.code for problem in problems] == ["parser.malformed", "parser.malformed"]
    assert {states(facts)[question] for question in ("account", "last-logon", "computer-name")} == {"unreadable"}
    assert states(facts)["version"] == "not-found"


@pytest.mark.skipif(shutil.which("hivexget") is None, reason="hivexget (libhivex-bin) is not there to read our hives")
@pytest.mark.parametrize(
    ("name", "key", "value", "expected"),
    [
        ("SYSTEM", "ControlSet002\\Control\\ComputerName\\ComputerName", "ComputerName", "ORCHARD-DESK1"),
        ("SYSTEM", "ControlSet002\\Services\\Tcpip\\Parameters", "Domain", "orchard.example"),
        ("SOFTWARE", "Microsoft\\Windows NT\\CurrentVersion", "ProductName", "Windows 10 Pro"),
        ("SOFTWARE", "Microsoft\\Windows NT\\CurrentVersion", "RegisteredOwner", "R. Apfel"),
    ],
)
def test_another_reader_reads_the_same(tmp_path: Path, name: str, key: str, value: str, expected: str) -> None:
    (tmp_path / name).write_bytes(HIVES[CONFIG + name])
    command = ["hivexget", str(tmp_path / name), key, value]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == expected


PUBLIC = [
    # path, accounts with RID and whether disabled (chntpw -l), last logons (FILETIME at byte 8 of each F value, read
    # with hivexget and decoded by hand)
    (
        "regipy/SAM.xz",
        [("Administrator", 500, True), ("Guest", 501, True), ("Preston", 1000, False)],
    ),
    (
        "plaso/regf/SAM",
        [("Administrator", 500, True), ("Guest", 501, True), ("gold_administrator", 1001, False)],
    ),
    ("ericzimmerman_registry/Hives/SAM", [("Administrator", 500, False), ("Guest", 501, True)]),
]


@pytest.mark.parametrize(("path", "accounts"), PUBLIC)
def test_accounts_of_public_hives(evidence: Path, path: str, accounts: list[tuple[str, int, bool]]) -> None:
    data = (evidence / "artifacts" / path).read_bytes()
    facts, problems = ask(WINDOWS, {CONFIG + "SAM": lzma.decompress(data) if path.endswith(".xz") else data})
    assert problems == []
    found = [(fact.value, dict(fact.attributes)) for fact in facts if fact.question == "account"]
    told = [(name, int(about["rid"]), about["disabled"] == "yes") for name, about in found]
    assert told == accounts


@pytest.mark.skipif(shutil.which("hivexget") is None, reason="hivexget (libhivex-bin) is not there to read F values")
@pytest.mark.parametrize("path", ["regipy/SAM.xz", "plaso/regf/SAM"])
def test_last_logons_of_public_hives(evidence: Path, tmp_path: Path, path: str) -> None:
    data = (evidence / "artifacts" / path).read_bytes()
    data = lzma.decompress(data) if path.endswith(".xz") else data
    (tmp_path / "SAM").write_bytes(data)
    facts, _ = ask(WINDOWS, {CONFIG + "SAM": data})
    logons = [fact for fact in facts if fact.question == "last-logon"]
    assert len(logons) == 3
    for fact in logons:
        key = f"SAM\\Domains\\Account\\Users\\{int(dict(fact.attributes)['rid']):08X}"
        command = ["hivexget", str(tmp_path / "SAM"), key, "F"]
        raw = subprocess.run(command, capture_output=True, check=True).stdout
        assert fact.timestamp is not None
        assert fact.timestamp.raw == struct.unpack_from("<Q", raw, 8)[0]


@pytest.mark.parametrize(
    "path", ["SAMBadHBinHeader", "SAN(OTHER)", "NotAHive", "SECURITYNoRoot", "SAM_DUPENAME", "SAM_RootValue", "BCD"]
)
def test_odd_public_hives_end_in_facts_or_problems(evidence: Path, path: str) -> None:
    data = (evidence / "artifacts/ericzimmerman_registry/Hives" / path).read_bytes()
    for name in ("SAM", "SYSTEM", "SOFTWARE"):
        facts, problems = ask(WINDOWS, {CONFIG + name: data})
        assert {problem.code for problem in problems} <= {"parser.malformed", "orientation.hive-dirty"}
        assert set(states(facts)) == set(WINDOWS.asks)


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_no_bytes_of_f_and_v_crash_it(f: bytes, v: bytes) -> None:
    users: hives.Tree = {"000003E9": {"F": hives.binary(f), "V": hives.binary(v)}}
    hive = hives.write_hive({"SAM": {"Domains": {"Account": {"Users": users}}}})
    _, problems = ask(WINDOWS, {CONFIG + "SAM": hive})
    assert {problem.code for problem in problems} <= {"parser.malformed"}
    for read, data in ((account_state, f), (account_names, v)):
        try:
            assert isinstance(read(data), tuple)
        except MalformedData:
            continue


@given(st.data())
def test_no_bytes_of_a_hive_crash_it(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(HIVES)))
    hive = bytearray(HIVES[name])
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(hive) - 1), st.integers(0, 255)), max_size=8)):
        hive[place] = value
    facts, problems = ask(WINDOWS, {name: bytes(hive)})
    assert {problem.code for problem in problems} <= {"parser.malformed", "orientation.hive-dirty"}
    assert set(states(facts)) == set(WINDOWS.asks)
