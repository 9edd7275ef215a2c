"""Every case that ships is solved with The Sleuth Kit, as docs/lab-sleuthkit.md says: to full marks."""

import re
import shutil
from pathlib import Path

import pytest

from cyberforensics.lab import shipped
from tests.docs.consoles import ROOT, examples, matches, run_in, shown

DOCUMENT = ROOT / "docs" / "lab-sleuthkit.md"
PROGRAMS = ("fls", "icat", "istat", "mmls", "img_cat", "mactime", "xxd")
"""Of the Debian packages sleuthkit and xxd."""
_SECTION = re.compile(r"^## (?P<name>\S+)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {found["name"]: found["body"] for found in _SECTION.finditer(DOCUMENT.read_text("utf-8"))}


def test_every_case_that_ships_is_there() -> None:
    assert set(SECTIONS) == {one.name for one in shipped.cases()}


@pytest.mark.parametrize("case", sorted(SECTIONS))
def test_a_case_is_solved_with_the_sleuth_kit(case: str, tmp_path: Path) -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not here (Debian packages sleuthkit, xxd)")
    code = 0
    printed = ""
    for example in examples(SECTIONS[case].replace("```sleuthkit", "```console")):
        done = run_in(tmp_path, example.command, code)
        code, printed = done.returncode, done.stdout
        assert matches(example.expected, printed), f"{example.command}\n{shown(printed)}"
    reached = re.match(r"\S+: (\d+) of (\d+)\n", printed)
    assert reached is not None, printed
    assert reached[1] == reached[2]
    assert int(reached[1]) > 0
