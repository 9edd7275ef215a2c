"""The folder in which one run spools: made, checked, and removed, also after a run that could not do so itself."""

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cyberforensics.errors import CannotWrite

PLACE = "spool-place.json"
"""File of the case that names the spool folder of a run, where that lies elsewhere; it lasts as long as the run."""

_OWN = "spool"
_NAME = re.compile(r"cyberforensics-spool-[0-9a-f]{32}")


@contextmanager
def spool_folder(case: Path, chosen: Path | None = None) -> Iterator[Path]:
    """A folder of this run's own, mode 0700; what an earlier run of the case left is removed before.

    Args:
        case: the case folder, locked by this run.
        chosen: where to make it; None for the case folder.

    Raises:
        CannotWrite: it can't be made.
    """
    _remove_left(case)
    folder = case / _OWN if chosen is None else chosen.absolute() / f"cyberforensics-spool-{secrets.token_hex(16)}"
    try:
        if chosen is not None:
            _note(case / PLACE, folder)
        folder.mkdir(mode=0o700)
    except OSError as error:
        (case / PLACE).unlink(missing_ok=True)
        hint = "name a folder that exists and can be written to" if chosen is not None else ""
        raise CannotWrite(f"{folder}: the spool folder can't be made ({error.strerror})", hint=hint) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if chosen is not None and not folder.exists():
            with contextlib.suppress(OSError):
                (case / PLACE).unlink(missing_ok=True)


def _note(place: Path, folder: Path) -> None:
    """Say in the case where the folder will be, before it is there: no moment leaves it without an owner."""
    with place.open("w", encoding="ascii") as out:
        json.dump(os.fsencode(folder).decode("latin-1"), out)  # a path is bytes, JSON is text
        out.flush()
        os.fsync(out.fileno())


def _remove_left(case: Path) -> None:
    """Remove what an earlier run of this case left; never what has not the name of a spool folder."""
    shutil.rmtree(case / _OWN, ignore_errors=True)
    place = case / PLACE
    try:
        noted = json.loads(place.read_bytes())
    except (OSError, ValueError):
        noted = None
    if isinstance(noted, str):
        with contextlib.suppress(ValueError):  # nothing that we wrote: no path
            folder = Path(os.fsdecode(noted.encode("latin-1")))
            if _NAME.fullmatch(folder.name) and folder.is_absolute() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        place.unlink(missing_ok=True)
