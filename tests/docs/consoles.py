"""The examples of the documentation: what is typed, what comes out, and how both are told.

A block marked ``console`` holds commands behind ``$ `` (a backslash at the end goes on in the next line, and so does
``> ``, as the shell prompts for it) and, under each, what it prints on both of its outputs. In an output ``…`` stands
for what may vary within its line, and a line that is nothing but ``…`` for any number of lines.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
"""Everything that is read by people."""

DEMO = ("triage", "--case", "demo-case", "--exhibit", "DEMO-1=fixtures/demo.E01", "--exhibit")
DEMO_STICK = "DEMO-2=fixtures/demo-stick.E01"
"""What `make demo` runs."""

_BLOCK = re.compile(r"^```(?P<language>\S*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = 60


@dataclass(frozen=True)
class Example:
    """One command and the output that the documentation shows."""

    line: int
    """Of the command in its document, from 1."""
    command: str
    expected: tuple[str, ...]
    span: tuple[int, int]
    """Where the output stands in the document's text."""


def blocks(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the body of every block of one language."""
    for block in _BLOCK.finditer(text):
        if block["language"] == language:
            yield block.start("body"), block["body"]


def examples(text: str) -> Iterator[Example]:
    """Yield every command of a document, in order."""
    for start, body in blocks(text, "console"):
        place = start
        lines = body.splitlines(keepends=True)
        while lines:
            began = place
            command = lines.pop(0)
            place += len(command)
            if not command.startswith("$ "):
                raise ValueError(f"a console block begins with {command!r}, not with a command")
            while command.endswith("\\\n"):
                place += len(lines[0])
                command = command[:-2].rstrip() + " " + lines.pop(0).lstrip()
            while lines and lines[0].startswith("> "):
                place += len(lines[0])
                command += lines.pop(0)[2:]
            output = []
            first = place
            while lines and not lines[0].startswith("$ "):
                place += len(lines[0])
                output.append(lines.pop(0).rstrip("\n"))
            number = text.count("\n", 0, began) + 1
            yield Example(number, command[2:].strip(), tuple(output), (first, place))


def matches(expected: tuple[str, ...], output: str) -> bool:
    """Whether an output is what the documentation shows."""
    pattern = "".join(r"(?:[^\n]*\n)*?" if line.strip() == "…" else _line(line.rstrip()) + "\n" for line in expected)
    return re.fullmatch(pattern, shown(output)) is not None


def fits(line: str, output: str) -> bool:
    """Whether one line of an output is what the documentation shows."""
    return re.fullmatch(_line(line), output) is not None


def _line(line: str) -> str:
    return r"[^\n]*".join(re.escape(part) for part in line.split("…"))


def shown(output: str) -> str:
    """An output as the documentation shows it: no blanks at the ends of lines."""
    return "".join(line.rstrip() + "\n" for line in output.splitlines())


def make_clone(folder: Path) -> None:
    """What a fresh clone looks like after `make demo`, as far as examples need it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("fixtures", "rules"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    done = run_in(folder, " ".join([".venv/bin/cyberforensics", *DEMO, DEMO_STICK]), 0)
    if done.returncode != 0:
        raise AssertionError(f"the demo case could not be made:\n{done.stdout}")


def run_in(folder: Path, command: str, before: int) -> subprocess.CompletedProcess[str]:
    """Run a command as a reader would; `before` is the exit code of the one before, for ``$?``."""
    return subprocess.run(
        ["bash", "-c", f"(exit {before})\n{command}"],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_SECONDS,
        check=False,
    )


def _environment(folder: Path) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",  # so that both outputs come in the order in which they were written
    }
