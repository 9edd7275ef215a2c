"""Memory does not grow with an image or with a file: measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

_MOST = 110  # MiB at any moment; the interpreter with all that it imports has about 40
_STATUS = Path("/proc/self/status")

SCENARIO = """
name = "memory"
minutes = 1
begins = "2026-03-02"
languages = ["en"]
[[hosts]]
id = "pc"
name = "PC"
[[volumes]]
id = "disk"
host = "pc"
file_system = "{file_system}"
size = "256 MiB"
container = "{container}"
[volumes.background]
files = 300
{actions}
"""
ACTION = """
[[actions]]
at = "day 1 09:00:{number:02}"
do = "create"
volume = "disk"
path = "/{kind}"
kind = "{kind}"
size = "16 MiB"
[[actions]]
at = "day 1 09:01:{number:02}"
do = "delete"
volume = "disk"
path = "/{kind}"
"""
PACK = """
[[actions]]
at = "day 1 08:00:00"
do = "create"
volume = "disk"
path = "/plan"
kind = "text"
size = "16 MiB"
[[actions]]
at = "day 1 08:00:01"
do = "pack"
volume = "disk"
path = "/plan"
to = "/plan.zip"
[[actions]]
at = "day 1 08:00:02"
do = "log"
volume = "disk"
path = "/plan"
text = "a line behind much text"
[[actions]]
at = "day 1 08:00:03"
do = "encrypt"
volume = "disk"
path = "/plan"
"""
KINDS = ("text", "picture", "table", "page", "archive", "log")
TEXTS = 'title = "Memory"\nstory = "A disk."\ntask = "Look."\ndebrief = "Nothing."\n'
BUILD = """
import sys
from pathlib import Path
from cyberforensics.lab.building import build
from cyberforensics.lab.scenario_file import read_scenario
build(read_scenario(Path(sys.argv[1])), "1", Path(sys.argv[2]))
print(Path("/proc/self/status").read_text())
"""


@pytest.mark.skipif(not _STATUS.exists(), reason="the system does not say here how much memory a process had at most")
@pytest.mark.parametrize(("file_system", "container"), [("ntfs", "e01"), ("ext4", "raw"), ("exfat", "qcow2")])
def test_memory_is_bounded(file_system: str, container: str, tmp_path: Path) -> None:
    actions = [ACTION.format(number=place, kind=kind) for place, kind in enumerate(KINDS)]
    actions.append(PACK)
    folder = tmp_path / "memory"
    (folder / "texts").mkdir(parents=True)
    said = SCENARIO.format(file_system=file_system, container=container, actions="".join(actions))
    (folder / "scenario.toml").write_text(said)
    (folder / "texts" / "en.toml").write_text(TEXTS)
    (tmp_path / "made").mkdir()
    command = [sys.executable, "-c", BUILD, str(folder), str(tmp_path / "made")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    peak = next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM:")) / 1024
    assert 20 < peak < _MOST, f"{peak:.0f} MiB"
