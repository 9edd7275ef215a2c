"""The commands of docs/verify-without-us.md, run as they stand there with the real programs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cyberforensics import case, signing
from tests import helpers
from tests.docs.consoles import ROOT, blocks
from tests.signing import authority

DOCUMENT = ROOT / "docs" / "verify-without-us.md"
COMMANDS = [line for _, body in blocks(DOCUMENT.read_text("utf-8"), "sh") for line in body.splitlines()]


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed and stamped case, and beside it what the page asks for."""
    folder = tmp_path_factory.mktemp("verify")
    made = helpers.made(folder / "case")
    tsa = authority.made(folder / "tsa")
    assert helpers.inside("seal", made, "--new-key", folder / "key").returncode == 0
    key = signing.load_key(folder / "key")
    (folder / case.SIGNERS).write_text(f"examiner@lab.example {key.public}\n")
    shutil.copyfile(tsa.root, folder / "ca.pem")
    assert helpers.inside("stamp", made, "--request", folder / "ask.tsq").returncode == 0
    tsa.reply(folder / "ask.tsq", folder / "reply.tsr")
    assert helpers.inside("stamp", made, "--response", folder / "reply.tsr").returncode == 0
    return made


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    for program in ("sha256sum", "ssh-keygen", "openssl"):
        if program in command and shutil.which(program) is None:
            pytest.skip(f"the program {program} is not installed")
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_accepts_what_was_sealed(stamped: Path, command: str) -> None:
    done = _run(command, stamped)
    assert done.returncode == 0, done.stdout + done.stderr


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"#")


def _first_line(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"operator"', b'"Operator"', 1))


@pytest.mark.parametrize(
    ("command", "damaged"),
    [
        ("sha256sum -c", case.STORE),
        ("! find", "added"),
        ("ssh-keygen", case.MANIFEST),
        ("openssl ts -verify", case.MANIFEST),
        ("python3", case.STORE),
        ("test ", case.LOG),
    ],
)
def test_it_refuses_what_was_changed(stamped: Path, tmp_path: Path, command: str, damaged: str) -> None:
    shutil.copytree(stamped.parent, tmp_path / "all")
    folder = tmp_path / "all" / "case"
    (found,) = [line for line in COMMANDS if line.startswith(command)]
    if damaged == "added":
        (folder / "added").touch()
    elif damaged == case.LOG:
        _first_line(folder / damaged)
    else:
        _append(folder / damaged)
    assert _run(found, folder).returncode != 0
