"""Of several that are made at once: a bar on a terminal, a line for each elsewhere; names act on neither."""

import os
import pty
import subprocess
import sys

CODE = """
from cyberforensics.cli.progress import counting
with counting(3) as tell:
    for name in ("Ana [red]", "Noor \\x1b[2J", "x"):
        tell(name)
"""


def test_a_line_for_each_where_there_is_no_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr.splitlines() == ["1 of 3: Ana [red]", r"2 of 3: Noor \x1b[2J", "3 of 3: x"]


def test_a_bar_on_a_terminal_from_the_beginning() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([sys.executable, "-c", CODE], stderr=theirs, env=environment) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the terminal is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    assert running.returncode == 0
    assert shown.index(b"0 of 3") < shown.index(b"3 of 3")
    assert b"\x1b[2J" not in shown
