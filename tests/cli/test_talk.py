"""How commands speak: results and talk apart, one JSON document, a display on a terminal, and nothing that acts."""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unicodedata
from pathlib import Path

import pytest

from tests import helpers

HOSTILE = ("ntfs", "ext4", "fat32", "iso-rockridge")


def assert_harmless(text: str) -> None:
    """Nothing in it acts: no control but the newline, no bidi, no surrogate."""
    bad = {character for character in text if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {
        "\n"
    }
    assert not bad, bad


def test_lines_where_there_is_no_terminal(tmp_path: Path) -> None:
    result = helpers.run("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    assert result.stderr.splitlines()[0] == "demo-stick.E01: opening"
    assert result.stderr.splitlines()[-1] == "writing the reports"
    assert len(result.stderr.splitlines()) < 10
    assert_harmless(result.stderr)
    assert_harmless(result.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ("triage", helpers.STICK, "--case", "case", "--no-rules", "--json"),
        ("info", helpers.STICK, "--json"),
        ("ls", helpers.FIXTURES / "ntfs.E01", "--json"),
        ("ls", helpers.STICK, "/tools", "--json"),
        ("verify-image", helpers.STICK, "--json"),
    ],
)
def test_json_is_one_document(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = helpers.run(*arguments, cwd=tmp_path)
    assert result.returncode in (0, 10), result.stderr
    assert isinstance(json.loads(result.stdout), dict | list)
    assert_harmless(result.stdout)
    if arguments[0] == "triage":
        assert result.stderr == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_the_evidence_never_act(name: str, tmp_path: Path) -> None:
    image = helpers.FIXTURES / f"{name}.E01"
    for arguments in (("ls", image), ("ls", "--tree", image), ("ls", "--json", image), ("info", image)):
        result = helpers.inside(*arguments)
        assert_harmless(result.stdout)
        assert_harmless(result.stderr)
        assert result.stdout
    folder = helpers.made(tmp_path / "case", image)
    for what in ("entries", "problems", "volumes"):
        for form in ("table", "jsonl", "csv"):
            result = helpers.inside("show", what, folder, "--format", form)
            assert_harmless(result.stdout.replace("\r", ""))
    for form in ("csv", "jsonl", "bodyfile"):
        assert_harmless(helpers.inside("timeline", folder, "--format", form).stdout)


def test_names_on_the_command_line_never_act(tmp_path: Path) -> None:
    evil = tmp_path / "evil\x1b[31m\u202e\udcff"
    evil.mkdir()
    image = evil / "a\x1b]0;owned\x07.E01"
    shutil.copyfile(helpers.STICK, image)
    for arguments in (
        ("info", image),
        ("info", evil / "gone.E01"),
        ("ls", image),
        ("triage", image, "--case", evil / "case"),
        ("triage", "--exhibit", f"A={image}", "--case", evil / "case", "--no-rules"),
        ("triage", "--exhibit", f"A={image}", "--case", evil / "case", "--rules", evil),
        ("triage", "--exhibit", f"B={evil / 'gone'}", "--case", evil / "case", "--no-rules", "--json"),
        ("show", "entries", evil),
        ("show", "entries", evil / "case"),
        ("verify-image", image),
        ("report", evil / "case"),
        ("--\x1b[31m",),
    ):
        result = helpers.inside(*arguments)
        assert "Traceback" not in result.stderr
        assert result.returncode != 70
        assert "\x1b" not in result.stderr
        assert "\x1b" not in result.stdout or arguments[0] in ("triage", "report")  # the path of the report
        assert "\u202e" not in result.stderr
        assert "\x07" not in result.stderr


def _on_a_terminal(*arguments: str | Path, stdout_too: bool = False) -> tuple[int, bytes, bytes]:
    """Run a command whose standard error (and output) is a terminal: code, standard output, what the terminal got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 160, 0, 0))
    process = subprocess.Popen(
        helpers.command(*arguments, module="tests.slowed"),
        env=helpers.environment(TERM="xterm-256color", SLOWED_PAUSE="0.15", SLOWED_BATCH="5"),
        stdout=slave if stdout_too else subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    shown, output = bytearray(), b""
    deadline = time.monotonic() + helpers.SECONDS
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 65_536)
            except OSError:  # the other end is closed
                break
    if process.stdout is not None:
        output = process.stdout.read()
        process.stdout.close()
    os.close(master)
    return process.wait(helpers.SECONDS), output, bytes(shown)


def test_a_display_on_a_terminal(tmp_path: Path) -> None:
    rules = helpers.rule_file(tmp_path)
    code, output, shown = _on_a_terminal("triage", helpers.STICK, "--case", tmp_path / "case", "--rules", rules)
    assert code == 0, shown
    text = shown.decode()
    assert re.search(r"\d+/30 contents, [\d.]+ (B|KiB) at [\d.]+ (B|KiB)/s", text)
    assert re.search(r"findings: .*\d+ low", text)
    assert re.search(r"\d:\d\d:\d\d", text)  # time left
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") > 0  # the cursor comes back
    assert b"\x1b" not in output
    assert output.decode().splitlines()[-2].startswith("Report:")


def test_results_on_a_terminal_never_act(tmp_path: Path) -> None:
    folder = helpers.made(tmp_path / "case", helpers.FIXTURES / "ntfs.E01")
    for arguments in (("show", "entries", folder, "--format", "jsonl"), ("ls", helpers.FIXTURES / "ext4.E01")):
        code, _, shown = _on_a_terminal(*arguments, stdout_too=True)
        assert code in (0, 10)
        assert_harmless(shown.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_the_same_bytes_in_every_locale(locale: str) -> None:
    def output(**environment: str) -> bytes:
        return subprocess.run(
            helpers.command("ls", helpers.FIXTURES / "ntfs.E01"),
            env=helpers.environment(**environment),
            capture_output=True,
            check=False,
        ).stdout

    encoding = "latin-1" if "8859" in locale else ""
    assert output(LC_ALL=locale, PYTHONIOENCODING=encoding) == output(LC_ALL="C.UTF-8")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = helpers.run("ls", helpers.STICK, "/no such folder", "--json", cwd=tmp_path)
    assert result.returncode == 2
    assert json.loads(result.stdout) == []
    assert "/no such folder: nothing of that path is listed" in result.stderr
