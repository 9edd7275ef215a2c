"""Finding the volume and the entry that a truth speaks of."""

from collections.abc import Mapping, Sequence

from cyberforensics.assertions.subject import Object, Observed
from cyberforensics.assertions.truth import Table
from cyberforensics.model.names import display_name


def volume_ids(observed: Observed, volume: Table) -> frozenset[object]:
    """Our volumes at the place of one of the truth: by offset, or by slot where it has none (logical volumes)."""
    field = "slot" if volume["offset"] is None else "offset"
    return frozenset(found["id"] for found in observed.volumes if found[field] == volume[field])


def opened(observed: Observed, volume: Table) -> frozenset[object]:
    """Those of them that were opened."""
    there = volume_ids(observed, volume)
    return frozenset(found["id"] for found in observed.volumes if found["id"] in there and found["status"] == "opened")


def path_of(entry: Table) -> str:
    """The display path of an entry of the truth."""
    if "path_raw" in entry:
        return str(entry["path"])
    return "/".join(display_name(part.encode()) for part in str(entry["path"]).split("/"))


def stream_of(entry: Table) -> str | None:
    """The display name of its stream."""
    stream = entry.get("stream")
    return display_name(stream.encode()) if stream else None


def where(entry: Table) -> str:
    """Path and stream, for a sentence."""
    stream = stream_of(entry)
    return path_of(entry) + (f":{stream}" if stream else "")


Places = Mapping[tuple[object, object, object], Sequence[Object]]


def by_place(observed: Observed) -> Places:
    """Our entries by volume, path and stream."""
    found: dict[tuple[object, object, object], list[Object]] = {}
    for entry in observed.entries:
        found.setdefault((entry["volume"], entry["path"], entry["stream"]), []).append(entry)
    return found
