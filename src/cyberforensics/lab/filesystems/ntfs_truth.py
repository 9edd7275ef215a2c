"""Where the streams of a planned file came to lie on an NTFS volume, as truth."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from cyberforensics.lab.filesystems import ntfs_records as records
from cyberforensics.lab.filesystems.ntfs_records import Attribute
from cyberforensics.lab.filesystems.ntfs_space import Space
from cyberforensics.lab.filesystems.ntfs_tree import MAIN_ID, ROOT, Stream
from cyberforensics.lab.plan import PlacedFile, PlannedFile, Stamps, StoredTime

_PRECISION = 100
_MEANINGS = (
    "created", "modified", "changed", "accessed", "fn-created", "fn-modified", "fn-changed", "fn-accessed",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def placed_file(space: Space, index: int, found: Sequence[Attribute]) -> Iterator[PlacedFile]:
    """Say where each stream of a planned file lies; a folder without streams is one, too.

    Args:
        space: the volume.
        index: of the file in the plan.
        found: the attributes of its record.
    """
    node = space.tree.nodes[index]
    planned, state = node.planned, space.tree.state(index)
    sequence = node.sequence + 1 if planned.deleted else node.sequence
    address = f"{node.number}-{sequence}"
    times = _times(planned) if state != "gone" else ()
    if node.is_folder:
        whole = None if state == "gone" else f"{address}-{records.INDEX_ROOT}-{MAIN_ID}"
        yield PlacedFile(planned.path, None, whole, 0, (), None, times, state, content_readable=state != "gone")
    for stream, runs in zip(node.streams, space.streams[index], strict=True):
        own = None if state == "gone" else f"{address}-{records.DATA}-{stream.attribute_id}"
        readable = state != "gone" and not (planned.overwritten and not stream.is_resident)
        places = () if state == "gone" else _places(space, node.number, stream, runs, found)
        slack_at = None
        if planned.slack and not stream.name and readable:
            last, length = places[-1]
            slack_at = last + length
        yield PlacedFile(
            planned.path, stream.name or None, own, stream.content.size, places, slack_at, times, state, readable
        )


def placed_root(planned: PlannedFile) -> PlacedFile:
    """Say where the root folder lies that the plan has something to say of."""
    address = f"{ROOT}-{ROOT}-{records.INDEX_ROOT}-{MAIN_ID}"
    return PlacedFile("/", None, address, 0, (), None, _times(planned), "allocated", content_readable=True)


def _places(
    space: Space, number: int, stream: Stream, runs: records.Runs, found: Sequence[Attribute]
) -> tuple[tuple[int, int], ...]:
    size = stream.content.size
    if stream.is_resident:
        attribute = next(item for item in found if item.kind == records.DATA and item.id == stream.attribute_id)
        return tuple(records.value_places(space.record_place(number), found, attribute, size))
    places, cluster_size = [], space.shape.cluster_size
    for start, length in runs:
        here = min(length * cluster_size, size)
        places.append((start * cluster_size, here))
        size -= here
    return tuple(places)


def _times(planned: PlannedFile) -> tuple[StoredTime, ...]:
    texts = _texts(planned.stamps)
    names = _texts(planned.name_stamps) if planned.name_stamps else texts
    return tuple(
        StoredTime(meaning, text, _PRECISION, "utc") for meaning, text in zip(_MEANINGS, (*texts, *names), strict=True)
    )


def _texts(stamps: Stamps) -> list[str]:
    return [_text(moment) for moment in (stamps.created, stamps.modified, stamps.changed, stamps.accessed)]


def _text(nanoseconds: int) -> str:
    """RFC 3339 with the seven digits that FILETIME keeps."""
    seconds, rest = divmod(nanoseconds // _PRECISION, 10_000_000)
    moment = (_EPOCH + timedelta(seconds=seconds)).isoformat().removesuffix("+00:00")
    return f"{moment}.{rest:07}Z"
