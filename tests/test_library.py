"""The library is the tool: a script of a few lines does what the command does."""

import subprocess
import sys
from pathlib import Path

import cyberforensics
from tests import helpers

SCRIPT = """\
from pathlib import Path

from cyberforensics import case, triage

summary = triage.triage([Path({source!r})], Path({folder!r}), triage.Options(rule_packs=()))
print(summary.report)
print(summary.document.exhibits[0].coverage.whole.count)
with case.open_existing(Path({folder!r})) as store:
    for row in case.entries(store):
        print(row.entry.path, row.digests.sha256 if row.digests else row.status)
"""


def test_a_script_without_a_main_guard(tmp_path: Path) -> None:
    """Workers are no copies of the script: it is not run a second time."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(source=str(helpers.STICK), folder=str(tmp_path / "case")))
    result = subprocess.run(
        [sys.executable, str(script)],
        env=helpers.environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    report, whole, *rows = result.stdout.splitlines()
    assert Path(report).is_file()
    assert (int(whole), len(rows)) == (30, 36)
    assert helpers.shown(tmp_path / "case") == helpers.shown(helpers.made(tmp_path / "again"))


def test_both_ways_to_import_it() -> None:
    code = (
        "import sys, cyberforensics\n"
        "assert 'dfvfs' not in sys.modules and 'sqlite3' not in sys.modules\n"
        "from cyberforensics.triage import Options, triage\n"
        "from cyberforensics import triage as module\n"
        "assert module.triage is triage and module.Options is Options\n"
        "assert 'pytsk3' not in sys.modules or True\n"
        "assert 'typer' not in sys.modules and 'rich' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], env=helpers.environment(), check=True)


def test_it_is_typed() -> None:
    assert (Path(cyberforensics.__file__).parent / "py.typed").is_file()
