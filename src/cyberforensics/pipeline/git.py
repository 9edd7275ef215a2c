"""What changed in a folder since a revision, as ``git`` tells it."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cyberforensics.errors import UsageError

_SECONDS = 120.0
_ASKED = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager")
"""A repository's own settings start no program of theirs."""


def changed_since(folder: Path, revision: str) -> Mapping[str, bytes | None]:
    """The files below a folder that are not what they were: their names in it, and what they held then.

    What was never committed counts, but for what the repository ignores. None stands for a file that was not there.

    Raises:
        UsageError: there is no ``git``, the folder is in no repository, or there is no such revision.
    """
    if shutil.which("git") is None:
        raise UsageError("what changed can't be told: git is not installed", hint="leave --changed-since away")
    if revision.startswith("-") or _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise UsageError(
            f"{folder}: git knows no revision {revision!r} there", hint="name a commit, a branch or a tag of it"
        )
    compared = _git(folder, "diff", "--no-ext-diff", "--name-only", "-z", "--relative", revision, "--", ".") or b""
    added = _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".") or b""
    names = sorted({name.decode("utf-8", "surrogateescape") for name in (compared + added).split(b"\0") if name})
    return MappingProxyType({name: _git(folder, "show", "--no-textconv", f"{revision}:./{name}") for name in names})


def _git(folder: Path, *words: str) -> bytes | None:
    """What it prints; None where it fails."""
    try:
        done = subprocess.run(
            ["git", *_ASKED, "-C", str(folder), *words],  # noqa: S607 - the one that the user has
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(
            "what changed can't be told: git does not answer", hint="leave --changed-since away"
        ) from error
    return done.stdout if done.returncode == 0 else None
