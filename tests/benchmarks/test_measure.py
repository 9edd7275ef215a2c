import sys
from pathlib import Path

from benchmarks import measure

_BUSY = """
import subprocess, sys, time
print("out")
print("begun", file=sys.stderr, flush=True)
subprocess.run([sys.executable, "-c", "import time\\nx = bytearray(60 << 20)\\nwhile time.process_time() < .7: pass"])
sys.exit(10)
"""
_DISPLAY = """
import sys, time
for text in ("findings: none so far", "findings: \\x1b[31m3 high\\x1b[0m"):
    print(text, file=sys.stderr, flush=True)
    time.sleep(.2)
time.sleep(600)
"""


def test_children_are_counted_and_memory_is_told_apart(tmp_path: Path) -> None:
    took = measure.run([sys.executable, "-c", _BUSY], tmp_path / "log")
    assert took.code == 10
    assert took.cpu >= 0.65
    assert took.wall >= 0.65
    assert [line for _, line in took.said] == ["begun"]
    assert (tmp_path / "log.out").read_text() == "out\n"
    assert took.largest > 60 << 20
    assert took.memory["workers"][1] > 60 << 20 > took.memory["parent"][1] > 0


def test_a_program_is_stopped_at_the_limit(tmp_path: Path) -> None:
    assert measure.run(["sleep", "60"], tmp_path / "log", limit=0.2).code == -9


def test_the_first_finding_is_seen_on_the_display() -> None:
    seconds = measure.first_finding([sys.executable, "-c", _DISPLAY])
    assert seconds is not None
    assert 0.2 <= seconds < 20


def test_no_finding_is_no_time() -> None:
    assert measure.first_finding([sys.executable, "-c", "print('findings: none so far')"]) is None
