"""Truth files: what must come out of an image, said by whoever made it or by another tool. Read strictly.

The format is that of ``fixtures/README.md``. A slip in a truth file would make a wrong record, so an unknown key or a
value of another type is refused, with its place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberforensics.errors import UsageError

MAX_SIZE = 64 << 20
"""Bytes of one truth file."""

_TEXT, _NUMBER, _YES_NO, _LIST, _TABLE = (str,), (int,), (bool,), (list,), (dict,)
_TEXT_OR_NONE, _NUMBER_OR_NONE = (str, type(None)), (int, type(None))
_TOP = {
    "truth_format": _NUMBER, "image": _TEXT, "about": _TEXT, "origin": _TEXT, "media_size": _NUMBER, "media": _TABLE,
    "containers": _LIST, "notes": _LIST, "volumes": _LIST,
}  # fmt: skip
_MEDIA = {"md5": _TEXT, "sha1": _TEXT, "sha256": _TEXT}
_CONTAINER = {
    "format": _TEXT, "segments": _LIST, "segment_sha256": _LIST, "stored_md5": _TEXT, "stored_sha1": _TEXT,
    "case_number": _TEXT, "evidence_number": _TEXT, "examiner_name": _TEXT, "description": _TEXT, "notes": _TEXT,
}  # fmt: skip
_VOLUME = {
    "slot": _TEXT, "offset": _NUMBER_OR_NONE, "size": _NUMBER_OR_NONE, "type": _TEXT_OR_NONE,
    "file_system": _TEXT_OR_NONE, "label": _TEXT_OR_NONE, "serial": _TEXT_OR_NONE, "cluster_size": _NUMBER_OR_NONE,
    "notes": _LIST, "entries": _LIST, "counts": _TABLE,
}  # fmt: skip
_COUNTS = {"files": _NUMBER, "directories": _NUMBER, "links": _NUMBER, "streams": _NUMBER}
_ENTRY = {
    "path": _TEXT, "path_raw": _TEXT, "kind": _TEXT, "stream": _TEXT_OR_NONE, "link_target": _TEXT_OR_NONE,
    "other_names": (list, dict), "metadata_number": _NUMBER_OR_NONE, "name_state": _TEXT, "recovery": _TEXT,
    "all_zero": _YES_NO, "size": _NUMBER_OR_NONE, "md5": _TEXT_OR_NONE, "sha1": _TEXT_OR_NONE, "sha256": _TEXT_OR_NONE,
    "content_readable": _YES_NO, "hard_links": _LIST, "times": _LIST, "planted": _TEXT, "planted_also": _LIST,
    "notes": _LIST,
}  # fmt: skip
_TIME = {"meaning": _TEXT, "time": _TEXT_OR_NONE, "raw": (int, str), "zone_basis": _TEXT, "precision": _NUMBER}
_NEEDED = {
    "": ("truth_format", "image", "containers", "volumes"),
    "container": ("format", "segments"),
    "volume": ("slot", "offset", "file_system"),
    "entry": ("path",),
    "time": ("meaning", "time", "raw", "zone_basis"),
}

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth file that is of its form; the tables in it are as fixtures/README.md has them."""

    image: str
    about: str
    origin: str
    """Where its values come from, in words."""
    media_size: int | None
    """Bytes."""
    media: Mapping[str, str]
    """Digests of the media by algorithm."""
    containers: tuple[Table, ...]
    volumes: tuple[Table, ...]

    @property
    def entries(self) -> Sequence[tuple[Table, Table]]:
        """Each entry with its volume."""
        return [(volume, entry) for volume in self.volumes for entry in volume.get("entries", ())]


def read_truth(path: Path, origin: str = "") -> Truth:
    """Read a truth file.

    Args:
        origin: of its values, where the file has none.

    Raises:
        UsageError: it can't be read, or is not of its form; one sentence says where.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
        if len(data) > MAX_SIZE:
            raise _refused(path, "", f"it has more than {MAX_SIZE:,} bytes")
        found = json.loads(data)
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, "", f"no JSON: {error}") from error
    top = _checked(path, "", found, _TOP, _NEEDED[""])
    if top["truth_format"] != 1:
        raise _refused(path, "truth_format", f"{top['truth_format']}; 1 is known")
    if not (top.get("origin", "").strip() or origin):
        raise _refused(path, "origin", "missing: say who made the image, or which tool measured it")
    for number, container in enumerate(top["containers"]):
        _checked(path, f"containers[{number}]", container, _CONTAINER, _NEEDED["container"])
        segments = container["segments"]
        if not segments or not all(isinstance(name, str) and name == Path(name).name for name in segments):
            raise _refused(path, f"containers[{number}].segments", "names of files beside it, at least one")
    for number, volume in enumerate(top["volumes"]):
        _check_volume(path, f"volumes[{number}]", volume)
    return Truth(
        top["image"],
        top.get("about", ""),
        top.get("origin", "").strip() or origin,
        top.get("media_size"),
        _checked(path, "media", top.get("media", {}), _MEDIA),
        tuple(top["containers"]),
        tuple(top["volumes"]),
    )


def _check_volume(path: Path, where: str, volume: object) -> None:
    table = _checked(path, where, volume, _VOLUME, _NEEDED["volume"])
    _checked(path, f"{where}.counts", table.get("counts", {}), _COUNTS)
    for number, entry in enumerate(table.get("entries", ())):
        place = f"{where}.entries[{number}]"
        checked = _checked(path, place, entry, _ENTRY, _NEEDED["entry"])
        for which, time in enumerate(checked.get("times", ())):
            _checked(path, f"{place}.times[{which}]", time, _TIME, _NEEDED["time"])


def _checked(path: Path, where: str, value: object, known: Mapping[str, Any], needed: Sequence[str] = ()) -> Table:
    if not isinstance(value, dict):
        raise _refused(path, where, "a table was expected")
    for name, part in value.items():
        at = f"{where}.{name}" if where else name
        if name not in known:
            raise _refused(path, at, f"unknown key; known here are {', '.join(known)}")
        if not isinstance(part, known[name]) or (isinstance(part, bool) and bool not in known[name]):
            raise _refused(path, at, f"a value of another type was expected, not {type(part).__name__}")
    for name in needed:
        if name not in value:
            raise _refused(path, f"{where}.{name}" if where else name, "missing")
    return value


def _refused(path: Path, where: str, what: str) -> UsageError:
    place = f"{path}: {where}: " if where else f"{path}: "
    return UsageError(place + what, hint="the form of truth files stands in docs/validation.md")
