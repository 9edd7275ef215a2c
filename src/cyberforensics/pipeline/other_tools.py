"""Programs of other people that say what a container holds, for a validation: their answer is text, and bounded."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST = 1 << 20  # bytes of an answer that are read
_SECONDS = 600.0
_DIGEST = re.compile(r"^(MD5|SHA1|SHA256) hash calculated over data:\s*([0-9a-f]{32,64})\s*$", re.MULTILINE)
_VERSION = re.compile(r"^ewfverify (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a program said, or why it said nothing."""

    tool: str
    digests: Mapping[str, str] = field(default_factory=dict)
    """Of the media, by algorithm."""
    missing: str = ""


def ewfverify(first_segment: Path) -> ToolAnswer:
    """Digests of the media of an E01 as ``ewfverify`` of libewf computes them; it is looked for on the PATH."""
    program = shutil.which("ewfverify")
    if program is None:
        return ToolAnswer("ewfverify", missing="ewfverify is not installed (Debian: apt install ewf-tools)")
    # One process, no shell; -d adds digests to the MD5 that it always computes.
    command = [program, "-d", "sha1,sha256", str(first_segment.absolute())]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return ToolAnswer("ewfverify", missing=f"ewfverify gave no answer ({type(error).__name__})")
    text = done.stdout[:_LONGEST].decode("utf-8", "replace")
    version = _VERSION.search(text)
    name = f"ewfverify {version[1]}" if version else "ewfverify"
    digests = {match[1].lower(): match[2] for match in _DIGEST.finditer(text)}
    if not digests:
        return ToolAnswer(name, missing=f"{name} printed no digest (its exit code is {done.returncode})")
    return ToolAnswer(name, digests)
