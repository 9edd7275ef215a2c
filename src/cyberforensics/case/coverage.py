"""The two equations of an exhibit, from its rows alone."""

import json
from collections.abc import Iterable, Iterator

from cyberforensics.case.store import Store, joined, sum_of
from cyberforensics.model.codec import decoder
from cyberforensics.model.coverage import NOTHING, Amount, EntryCoverage, MediaCoverage, MediaPart
from cyberforensics.model.scope import EXCLUDED
from cyberforensics.model.volume import Volume, VolumeStatus

_ROWS = f"""
SELECT coalesce(examination.status, entry.status, 'skipped'),
       coalesce(examination.status_reason, entry.status_reason, iif(examination.status IS NULL, 'not-reached', NULL)),
       count(*), {sum_of("entry.size")}
FROM entry JOIN volume ON volume.number = entry.volume
LEFT JOIN examination ON examination.content = entry.number
WHERE volume.exhibit = ? AND (entry.content = entry.number OR entry.status IS NOT NULL)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def entry_coverage(store: Store, exhibit: str) -> EntryCoverage:
    """Count every content once; hard links are further names of one."""
    return sorted_out(store, exhibit, store.database.execute(_ROWS, (exhibit,)))


def sorted_out(store: Store, exhibit: str, rows: Iterable[tuple[str, str | None, int, int, int]]) -> EntryCoverage:
    """The right side from rows of status, reason, count and size in halves; the left side from the entries alone."""
    whole = NOTHING
    no_content = 0
    parts: dict[str, dict[str, Amount]] = {"partial": {}, "skipped": {}, "unreadable": {}}
    for status, reason, count, high, low in rows:
        size = joined(high, low)
        if status == "no-content":
            no_content += count
        elif status == "whole":
            whole = whole + Amount(count, size)
        else:
            parts[status][reason or "unstated"] = Amount(count, size)
    names, seen, high, low = store.database.execute(
        f"SELECT count(*), count(*) FILTER (WHERE seen), {sum_of('iif(seen, size, 0)')} FROM "
        "(SELECT entry.size AS size, (entry.content IS NOT NULL AND entry.content = entry.number) OR "
        "coalesce(entry.status, 'no-content') <> 'no-content' AS seen "
        "FROM entry JOIN volume ON volume.number = entry.volume WHERE volume.exhibit = ?)",
        (exhibit,),
    ).fetchone()
    amount = Amount(seen, joined(high, low))
    return EntryCoverage(amount, whole, parts["partial"], parts["skipped"], parts["unreadable"], no_content, names)


def media_coverage(store: Store, exhibit: str, media_size: int | None) -> MediaCoverage:
    """Where every byte of the media belongs, and whether it was examined."""
    if media_size is None:
        return MediaCoverage(exhibit, None, ())
    volumes = _volumes(store, exhibit)
    slots = {volume.slot: volume for _, _, volume in volumes}
    whole = slots.get("whole")
    parts: list[MediaPart] = []
    for number, free, volume in volumes:
        if volume.offset is None or volume.size is None or (whole is not None and volume.slot != "whole"):
            continue
        present = max(0, min(volume.size, media_size - volume.offset))
        inner = [found for found in volumes if _is_inside(found[2], volume)]
        if inner:
            parts.extend(_inner_parts(store, volume, present, inner))
        elif volume.status is VolumeStatus.OPENED:
            parts.extend(_volume_parts(store, number, volume, present, free, truncated=present < volume.size))
        else:
            parts.append(MediaPart(volume.id, _closed(volume), present, examined=False, reason=str(volume.status)))
    return MediaCoverage(exhibit, media_size, tuple(parts))


def _volumes(store: Store, exhibit: str) -> list[tuple[int, int | None, Volume]]:
    rows = store.database.execute("SELECT number, free, data FROM volume WHERE exhibit = ? ORDER BY number", (exhibit,))
    return [(number, free, decoder(Volume)(json.loads(data))) for number, free, data in rows]


def _is_inside(inner: Volume, outer: Volume) -> bool:
    """Whether it is a logical volume of that physical one."""
    if inner.offset is not None:
        return False
    return inner.slot.startswith(f"{outer.slot}.") or (outer.slot == "whole" and inner.status is not VolumeStatus.EMPTY)


def _closed(volume: Volume) -> str:
    return {
        VolumeStatus.GAP: "gap",
        VolumeStatus.METADATA: "partition-table",
        VolumeStatus.NO_FILE_SYSTEM: "no-file-system",
        VolumeStatus.ENCRYPTED: "encrypted",
    }.get(volume.status, "not-opened")


_PLACED = ("tsk", "zip")
"""Readers that say where each content lies. In an archive, contents are as large as they are stored, without slack."""

_CONTENT = f"""
SELECT coalesce(examination.status = 'whole', 0),
       coalesce(examination.status_reason, entry.status_reason, '') = '{EXCLUDED}',
       {sum_of("iif(:stored, entry.allocated_size, min(entry.size, entry.allocated_size))")},
       {sum_of("iif(:stored, 0, max(0, entry.allocated_size - entry.size))")}
FROM entry LEFT JOIN examination ON examination.content = entry.number
WHERE entry.volume = :volume AND entry.allocated AND entry.allocated_size > 0
      AND (entry.content = entry.number OR (entry.content IS NULL AND entry.status <> 'no-content'))
      AND coalesce(entry.status_reason, '') <> 'content.bad-cluster-map'
GROUP BY 1, 2
"""


def _volume_parts(
    store: Store, number: int, volume: Volume, present: int, free: int | None, *, truncated: bool
) -> Iterator[MediaPart]:
    examined = unexamined = excluded = slack = 0
    if volume.reader in _PLACED:
        for is_whole, is_excluded, high, low, slack_high, slack_low in store.database.execute(
            _CONTENT, {"volume": number, "stored": volume.reader == "zip"}
        ):
            slack += joined(slack_high, slack_low)
            if is_whole:
                examined += joined(high, low)
            elif is_excluded:
                excluded += joined(high, low)
            else:
                unexamined += joined(high, low)
    else:
        high, low = store.database.execute(
            f"SELECT {sum_of('entry.size')} FROM entry "
            "JOIN examination ON examination.content = entry.number "
            "WHERE entry.volume = ? AND examination.status = 'whole'",
            (number,),
        ).fetchone()
        examined = min(present, joined(high, low))
    if truncated or free is None or volume.reader not in _PLACED:
        examined = min(present, examined)
        unexamined = min(present - examined, unexamined)
        excluded = min(present - examined - unexamined, excluded)
        slack = min(slack, present - examined - unexamined - excluded)
        rest, what = present - examined - unexamined - excluded - slack, "metadata-and-unallocated"
    else:
        rest, what = present - examined - unexamined - excluded - slack - free, "metadata"
    yield MediaPart(volume.id, "file-content", examined, examined=True)
    if unexamined:
        yield MediaPart(volume.id, "file-content", unexamined, examined=False, reason="not-whole")
    if excluded:
        yield MediaPart(volume.id, "file-content", excluded, examined=False, reason=EXCLUDED)
    yield MediaPart(volume.id, "slack", slack, examined=False, reason="not-examined-in-triage")
    if what == "metadata":
        free_part = "outside-members" if volume.reader == "zip" else "unallocated"
        yield MediaPart(volume.id, free_part, free or 0, examined=False, reason="not-examined-in-triage")
    if rest >= 0:  # a negative rest is no part: the equation then does not reconcile, and that is the finding
        yield MediaPart(volume.id, what, rest, examined=False, reason="structures-are-read-not-examined")


def _inner_parts(
    store: Store, outer: Volume, present: int, inner: list[tuple[int, int | None, Volume]]
) -> Iterator[MediaPart]:
    """A physical volume: what its logical volumes hold, and the rest of it."""
    left = present
    for number, free, volume in inner:
        size = min(left, volume.size) if volume.size is not None else left
        if volume.status is VolumeStatus.OPENED:
            parts = tuple(_volume_parts(store, number, volume, size, free, truncated=volume.reader != "tsk"))
            if volume.reader != "tsk":  # volumes of one APFS container share its space: only content is theirs alone
                parts = parts[:1]
            yield from parts
            left -= sum(part.size for part in parts)
        elif volume.size is not None:
            yield MediaPart(volume.id, _closed(volume), size, examined=False, reason=str(volume.status))
            left -= size
    yield MediaPart(outer.id, "metadata-and-unallocated", left, examined=False, reason="frame-of-inner-volumes")
