"""A worker can't write outside its folder, open sockets, start programs or allocate without end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cyberforensics.pipeline import least_rights

_TRIES = """
import json, os, socket, subprocess, sys, tempfile, threading
from pathlib import Path
from cyberforensics.pipeline.least_rights import give_up_rights

folder, outside = Path(sys.argv[1]), Path(sys.argv[2])
enforced = give_up_rights(folder if sys.argv[3] == "folder" else None, 3 << 30)

def allowed(action):
    try:
        action()
    except (OSError, MemoryError):
        return False
    return True

results = {
    "read": allowed(lambda: Path("/etc/passwd").read_bytes()),
    "spool": allowed(lambda: os.close(tempfile.mkstemp(dir=folder)[0])),
    "outside": allowed(lambda: outside.write_text("x")),
    "socket": allowed(socket.socket),
    "program": allowed(lambda: subprocess.run(["/bin/true"])),
    "thread": allowed(lambda: threading.Thread(target=int).start()),
    "memory": allowed(lambda: len(bytearray(5 << 30))),
}
print(json.dumps([enforced, results]))
"""


def _tried(folder: Path, which: str) -> tuple[list[str], dict[str, bool]]:
    spool = folder / "spool"
    spool.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", _TRIES, str(spool), str(folder / "outside"), which],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    enforced, results = json.loads(run.stdout)
    return enforced, results


@pytest.mark.parametrize("which", ["folder", "none"])
def test_what_is_said_to_be_enforced_is(tmp_path: Path, which: str) -> None:
    enforced, results = _tried(tmp_path, which)
    assert results["read"]
    assert results["thread"]
    if least_rights.NO_WRITING in enforced:
        assert results["spool"] == (which == "folder")
        assert not results["outside"]
        assert not (tmp_path / "outside").exists()
    if least_rights.NO_PROGRAMS in enforced:
        assert not results["socket"]
        assert not results["program"]
    if least_rights.BOUNDED_MEMORY in enforced:
        assert not results["memory"]


def test_this_kernel_enforces_all(tmp_path: Path) -> None:
    enforced, _ = _tried(tmp_path, "folder")
    wanted = {
        least_rights.NO_WRITING,
        least_rights.NO_OTHER_DEVICES,
        least_rights.NO_PROGRAMS,
        least_rights.NO_PRIVILEGES,
        least_rights.BOUNDED_MEMORY,
    }
    missing = wanted - set(enforced)
    if missing:
        pytest.skip(f"not offered by this kernel or processor: {', '.join(sorted(missing))}")
    assert set(enforced) == wanted
