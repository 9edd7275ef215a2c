import json

import pytest

from benchmarks import table
from benchmarks.inputs import Inputs, Volume
from benchmarks.measure import Measured
from benchmarks.shares import kind_of
from tests.helpers import ROOT


def _took(wall: float, *said: tuple[float, str]) -> Measured:
    return Measured(0, wall, wall, 1 << 20, {"parent": (3 << 20, 2 << 20)}, 0.1, said)


@pytest.fixture
def report() -> table.Report:
    inputs = Inputs(Volume("first.raw", 60_000, 2_500_000_000, 1.0), None, None, ())
    report = table.Report({"cyberforensics": "0.1.0"}, inputs, "a pack")
    report.turns = {
        "triage-raw": [[_took(50)], [_took(40)], [_took(30)]],
        "chain": [[_took(60), _took(60)]],
        "verify-image": [[_took(6)]],
        "ewfverify": [[_took(10)]],
        "triage-plain": [[_took(9)]],
        "plaso": [[_took(100)]],
        "triage-lists": [[_took(40)]],
        "triage-words": [[_took(40.4)]],
        "triage-common-words": [[_took(41)]],
        "triage-scope": [[_took(42)]],
    }
    report.titles = {key: key for key in report.turns}
    report.steps = {key: [str(place) for place in range(len(turns[0]))] for key, turns in report.turns.items()}
    return report


def test_medians_are_held_against_the_bars(report: table.Report) -> None:
    report.stopped.add("plaso")
    report.found = [7.0, None, 9.5]
    report.outside = 0.151
    assert [row[1:] for row in table.bars(report)] == [
        ("0.40", "0.333", "held"),
        ("1.15", "-", "not measured"),
        ("0.05", "under 0.090", "NOT HELD"),
        ("0.50", "0.600", "NOT HELD"),
        ("1.02", "1.000", "held"),
        ("1.02", "1.010", "held"),
        ("1.02", "1.025", "NOT HELD"),
        ("1.02", "1.050", "NOT HELD"),
        ("0.25", "-", "not built"),
        ("15%", "15% (sampled)", "NOT HELD"),
        ("8 s", "8.2 s", "NOT HELD"),
    ]


def test_the_table_says_what_was_not_run(report: table.Report) -> None:
    report.not_run["(c) Dissect"] = "it is not here"
    text = table.markdown(report)
    assert "Not run: (c) Dissect: it is not here." in text
    assert "| triage-raw | 3 | 40.0 | 30.0 to 50.0 |" in text
    assert "| triage-raw | 3 MiB resident, 2 MiB of it anonymous |" in text
    json.dumps(table.document(report))


def test_stages_come_from_the_progress_lines() -> None:
    lines = [
        (0.5, "a.raw: opening"),
        (1.0, "a.raw: listing, 0 entries so far"),
        (2.0, "a.raw: listing, 9 entries so far"),
        (3.0, "a.raw: examining, 0 of 9 contents, 0 bytes of 1 MiB; findings: none"),
        (4.0, "a.raw: computing digests of the source"),
        (5.0, "writing the reports"),
    ]
    assert table.stages(_took(6, *lines)) == {
        "opening": 0.5,
        "listing": 1.0,
        "examining": 3.0,
        "verifying": 4.0,
        "reporting": 5.0,
    }


@pytest.mark.parametrize(
    ("role", "job", "ours", "kind"),
    [
        ("worker", "ExamineJob", "rules/scanner.py:Scanner._run", "rules"),
        ("worker", "ExamineJob", "rules/engines/yara_python.py:_Rules.match", "rules"),
        ("worker", "ExamineJob", "rules/engines/yara_x.py:_Rules.match", "rules"),
        ("worker", "ExamineJob", "rules/findings.py:finding_of", "findings"),
        ("parent", "", "rules/engines/yara_python.py:YaraPython.compile", "compiling rules"),
        ("parent", "", "rules/conditions.py:judge", "compiling rules"),
        ("worker", "ExamineJob", "disk/content.py:ContentReader.blocks", "reading"),
        ("worker", "WalkJob", "disk/tsk_names.py:walk_names", "listing"),
        ("worker", "", "disk/ewf_digest.py:_digest", "digests"),
        ("parent", "", "case/record.py:record_batch", "case store"),
        ("parent", "", "triage.py:<module>", "starting Python, importing"),
        ("parent", "", "", "starting Python, importing"),
    ],
)
def test_places_belong_to_kinds_of_work(role: str, job: str, ours: str, kind: str) -> None:
    file, _, name = ours.partition(":")
    path = ROOT / "src" / "cyberforensics" / file
    assert not file or path.is_file(), "it was moved: what it does is counted as something else"
    assert name in ("", "<module>") or name.rpartition(".")[2] in path.read_text("utf-8")
    assert kind_of(role, job, ours, 0) == kind
