"""What people supply: the template, what is read of it, and each slip of the pen."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics import case
from cyberforensics.errors import CaseRefused
from cyberforensics.model.case_facts import NO_FACTS, Clock, Custody
from tests import helpers

FILLED = '''
[report]
version = 2
handling = "TLP:AMBER+STRICT"
[laboratory]
name = "Laboratory North"
[request]
text = """First line
second line"""
[dates]
received = 2026-02-27
issued = 2026-03-14T09:30:00Z
[authoriser]
name = "M. Ferreira"
date = 2026-03-15
[[exhibit]]
id = "E1"
serial = "S/N 1"
[exhibit.clock]
device = 2026-02-27T10:03:12
offset = "+00:03:12"
zone = "Asia/Colombo"
[[exhibit.custody]]
date = 2026-02-27T11:20:00+05:30
from = "A"
to = "B"
[[exhibit]]
id = "E2"
not_examined = "locked"
[[amendment]]
version = 2
changed = "The serial number."
'''


def _written(folder: Path, text: str | bytes) -> Path:
    (folder / case.FACTS).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_without_a_file_nothing_was_supplied(tmp_path: Path) -> None:
    assert case.read_facts(tmp_path) == NO_FACTS


def test_the_template_supplies_nothing(tmp_path: Path) -> None:
    case.new_case(tmp_path / "case")
    assert case.read_facts(tmp_path / "case") == NO_FACTS


def test_the_template_without_its_marks_is_read(tmp_path: Path) -> None:
    """Every key that it offers in a comment is a known one."""
    path = case.new_case(tmp_path / "case")
    lines = path.read_text("utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("# [[exhibit]]"))
    path.write_text("\n".join([*lines[:start], *(line.removeprefix("# ") for line in lines[start:])]), "utf-8")
    facts = case.read_facts(tmp_path / "case")
    assert [len(facts.exhibit), len(facts.exhibit[0].custody), len(facts.amendment)] == [1, 1, 1]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    facts = case.read_facts(_written(tmp_path, FILLED))
    assert facts.report.version == 2
    assert facts.request.text == "First line\nsecond line"
    assert (facts.dates.received, facts.dates.issued) == ("2026-02-27", "2026-03-14T09:30:00Z")
    assert facts.authoriser.is_given
    assert facts.of_exhibit("E1").clock == Clock("2026-02-27T10:03:12", "", "+00:03:12", "Asia/Colombo")
    assert facts.of_exhibit("E1").custody == (Custody("2026-02-27T11:20:00+05:30", "A", "B", ""),)
    assert facts.of_exhibit("E3").serial == ""


@pytest.mark.parametrize("text", ['[authoriser]\nname = "M"', "[authoriser]\ndate = 2026-03-15"])
def test_one_of_person_and_date_authorises_nothing(text: str, tmp_path: Path) -> None:
    assert not case.read_facts(_written(tmp_path, text)).authoriser.is_given


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[report\n", "line 1"),
        ('[report]\ntitle = "a\n', "line 2"),
        (b'[report]\ntitle = "\xff"\n', "line 2: not UTF-8"),
        ("[laboratories]\n", "laboratories: unknown key"),
        ('[laboratory]\nnome = "x"\n', "laboratory.nome: unknown key"),
        ("[laboratory]\nname = 3\n", "laboratory.name: a text in quotes was expected, not a number"),
        ("[laboratory]\nname = 2026-03-14\n", "laboratory.name: a text in quotes was expected, not a date"),
        ('laboratory = "x"\n', "laboratory: a table was expected, not a text"),
        ('[dates]\nreceived = "14.3.2026"\n', "dates.received: a date without quotes"),
        ("[dates]\nreceived = 09:30:00\n", "dates.received: a date without quotes"),
        ("[report]\nversion = 0\n", "report.version: a number"),
        ("[report]\nversion = true\n", "report.version: a number"),
        ('[report]\nhandling = "SECRET"\n', "report.handling: 'SECRET' is no mark of TLP 2.0"),
        ('[exhibit]\nid = "E1"\n', "exhibit: it is written as [[exhibit]]"),
        ('[[exhibit]]\nmake = "x"\n', "exhibit[1].id: missing"),
        ('[[exhibit]]\nid = ""\n', "exhibit[1].id: it is empty"),
        ('[[exhibit]]\nid = "E1"\n[[exhibit]]\nid = "E1"\n', "two have the id 'E1'"),
        ('[[exhibit]]\nid = "E1"\n[exhibit.clock]\nzone = "Mars/Olympus"\n', "exhibit[1].clock.zone: 'Mars/Olympus'"),
        ('[[exhibit]]\nid = "E1"\n[exhibit.clock]\nzone = "../../etc/passwd"\n', "exhibit[1].clock.zone"),
        ('[[exhibit]]\nid = "E1"\n[exhibit.clock]\noffset = "3 min"\n', "exhibit[1].clock.offset: '3 min'"),
        ('[[exhibit]]\nid = "E1"\n[[exhibit.custody]]\nform = "x"\n', "exhibit[1].custody[1].form: unknown key"),
        ('[[amendment]]\nchanged = "x"\n', "amendment[1].version: missing"),
        ("a = " + "[" * 5000, "not TOML"),
        (b"#" * (1 << 21), "more than"),
    ],
)
def test_a_slip_is_refused_and_named(text: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(CaseRefused) as error:
        case.read_facts(_written(tmp_path, text))
    assert said in str(error.value)
    assert str(tmp_path / case.FACTS) in str(error.value)
    assert "\n" not in str(error.value)


@given(st.binary(max_size=300) | st.text(alphabet='[]="\n.#exhibtd 1', max_size=60).map(str.encode))
def test_no_bytes_crash_it(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = _written(tmp_path_factory.getbasetemp(), data)
    with contextlib.suppress(CaseRefused):
        case.read_facts(folder)


def test_a_new_case_is_made_once_and_nowhere_else(tmp_path: Path) -> None:
    assert helpers.inside("new", tmp_path / "case").returncode == 0
    (tmp_path / "case" / case.FACTS).write_text(FILLED, "utf-8")
    assert helpers.inside("new", tmp_path / "case").returncode == 40
    assert (tmp_path / "case" / case.FACTS).read_text("utf-8") == FILLED
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.odt").write_bytes(b"x")
    assert helpers.inside("new", tmp_path / "other").returncode == 40
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["thesis.odt"]


def test_triage_asks_before_it_begins(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    case.new_case(folder)
    (folder / case.FACTS).write_text("[laboratory]\nnome = 1\n", "utf-8")
    result = helpers.run("triage", helpers.STICK, "--case", folder, "--no-rules")
    assert result.returncode == 40
    assert "laboratory.nome: unknown key" in result.stderr
    assert [path.name for path in folder.iterdir()] == [case.FACTS]
