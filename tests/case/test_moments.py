"""The moments that SQL computes are those of `decode`, for every encoding and at every edge."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics import case, triage
from cyberforensics.case import moments, store
from cyberforensics.model.case_document import TimelineRow
from cyberforensics.model.times import ENCODINGS
from tests import helpers

_EDGES = {
    "filetime": 116_444_736_000_000_000,  # 1970
    "posix": 0,
    "posix-ns": 0,
    "apfs": 0,
    "hfs": 2_082_844_800,  # 1970
    "host-ns": 0,
}


def _moment(raw: int | str, encoding: str) -> tuple[int | None, int | None]:
    """In SQL's arithmetic, and by `decode`."""
    database = sqlite3.connect(":memory:")
    database.create_function("instant", 3, store._instant, deterministic=True)
    database.execute("CREATE TABLE times (raw ANY, encoding TEXT) STRICT")
    database.execute("CREATE TABLE exhibit (zone TEXT)")
    database.execute("INSERT INTO times VALUES (?, ?)", (raw, encoding))
    database.execute("INSERT INTO exhibit VALUES (NULL)")
    exact_too = "instant(times.raw, times.encoding, NULL)"
    query = f"SELECT {moments.MOMENT}, {exact_too} FROM times, exhibit"  # noqa: S608 - our own text
    fast, exact = database.execute(query).fetchone()
    database.close()
    return fast, exact


@pytest.mark.parametrize("encoding", sorted(_EDGES))
@pytest.mark.parametrize("distance", [-(10**10), -1001, -1000, -999, -11, -10, -9, -1, 0, 1, 9, 10, 999, 1000, 10**10])
def test_around_1970(encoding: str, distance: int) -> None:
    fast, exact = _moment(_EDGES[encoding] + distance, encoding)
    assert fast == exact


@given(st.sampled_from(sorted(_EDGES)), st.integers(-(2**63), 2**63 - 1))
def test_any_value(encoding: str, raw: int) -> None:
    fast, exact = _moment(raw, encoding)
    assert fast == exact


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_zero(encoding: str) -> None:
    fast, exact = _moment(0, encoding)
    assert fast == exact


def test_what_is_longer_than_64_bits_stands_as_text() -> None:
    raw = str(int.from_bytes(b"2011070516073250" + bytes([8]), "big"))
    fast, exact = _moment(raw, "iso9660-long")
    assert fast == exact == 1_309_874_852_500_000


ZONE = "Asia/Colombo"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[case.Store]:
    """NTFS, ext4, ISO 9660 and FAT twice: once with a zone declared for it, once without."""
    named = {name: helpers.FIXTURES / f"{name}.E01" for name in ("ntfs", "ext4", "iso-rockridge", "fat16")}
    named["fat-in-zone"] = named["fat16"]
    folder = tmp_path_factory.mktemp("times") / "case"
    triage.triage(named, folder, triage.Options(rule_packs=(), zones={"fat-in-zone": ZONE}, workers=2))
    with case.open_existing(folder) as found:
        yield found


def _key(row: TimelineRow) -> tuple[bool, int, int, str, str, int]:
    """The order that docs/case-format.md promises, from the decoded moment."""
    instant, exact = row.moment.instant, row.timestamp.encoding in ("filetime", "posix-ns", "apfs", "host-ns")
    microseconds = 0 if instant is None else instant // 1000
    raw = row.timestamp.raw
    return instant is None, microseconds, raw if exact else 0, row.place.entry, row.meaning, raw


def _same(row: TimelineRow) -> tuple[str, str, int, str]:
    return row.place.entry, row.meaning, row.timestamp.raw, row.timestamp.encoding


def test_every_time_stands_in_its_place(opened: case.Store) -> None:
    rows = list(case.timeline(opened))
    assert rows == sorted(rows, key=_key)
    stored = sorted(
        (entry.id, time.meaning, time.timestamp.raw, time.timestamp.encoding)
        for entry in case.entries(opened)
        for time in entry.entry.times
    )
    events = sorted(row_id for row_id, *_ in case.events(opened))
    files = [row for row in rows if row.description != "windows:recycle_bin:deleted"]
    assert sorted(map(_same, files)) == stored
    assert len(rows) - len(files) == len(events)


def test_equal_values_of_two_exhibits_keep_their_zones(opened: case.Store) -> None:
    """FAT's "not set" is 0 on both, and both stand side by side at the end."""
    bases: dict[str, set[str]] = {"fat16": set(), "fat-in-zone": set()}
    zeros: dict[str, set[str]] = {"fat16": set(), "fat-in-zone": set()}
    for row in case.timeline(opened):
        if row.place.exhibit in bases and row.timestamp.encoding.startswith("fat"):
            bases[row.place.exhibit].add(row.moment.zone_basis)
            if row.timestamp.raw == 0:
                zeros[row.place.exhibit].add(row.moment.zone_basis)
    assert bases == {"fat16": {"local-unknown"}, "fat-in-zone": {"local-declared"}}
    assert zeros == bases


@pytest.mark.parametrize("of", [0, 1, 2, 3, 5, 8, 10])
def test_the_latest_are_those_of_the_latest_moments(of: int, opened: case.Store) -> None:
    """Where moments are equal, of the entry that was listed later; what has no moment comes first of all."""
    numbers = dict(opened.database.execute("SELECT id, number FROM entry"))
    rows = list(case.timeline(opened))
    count = len(rows) * of // 10 + (of == 0)

    def weight(row: TimelineRow) -> tuple[bool, int, int, str, int]:
        instant = row.moment.instant
        meaning = "" if row.description == "windows:recycle_bin:deleted" else row.meaning
        return (
            instant is not None,
            0 if instant is None else instant // 1000,
            numbers[row.place.entry],
            meaning,
            row.timestamp.raw,
        )

    chosen = sorted(rows, key=weight, reverse=True)[:count]
    with case.sorted_times(opened) as times, case.unsorted_times(opened) as unsorted:
        found = list(case.latest(times, count))
        assert list(case.latest(unsorted, count)) == found
    assert found == [row for row in rows if row in chosen]
    assert len(found) == count


def test_between_two_moments(opened: case.Store) -> None:
    rows = list(case.timeline(opened))
    instants = [row.moment.instant // 1000 for row in rows if row.moment.instant is not None]
    start, end = instants[len(instants) // 4], instants[len(instants) // 2]
    expected = [row for row in rows if row.moment.instant is not None and start <= row.moment.instant // 1000 < end]
    assert list(case.timeline(opened, start, end)) == expected
    assert 0 < len(expected) < len(rows)


def test_two_timelines_at_once_do_not_disturb_each_other(opened: case.Store) -> None:
    """Each has a table of its own, which is gone when it was read to its end or given up."""
    first, second = case.timeline(opened), case.timeline(opened)
    pairs = list(zip(first, second, strict=True))
    assert all(one == other for one, other in pairs)
    given_up = case.timeline(opened)
    next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    assert opened.database.execute("SELECT count(*) FROM temp.sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
def test_the_plot_knows_how_many_times_of_a_day_are_of_an_unknown_zone(tmp_path: Path, zone: str | None) -> None:
    """What is counted in SQL is what the decoded rows say, one by one; with a zone declared there is none."""
    options = triage.Options(rule_packs=(), zones={"demo-stick.E01": zone} if zone else {})
    helpers.made(tmp_path / "case", options=options)
    with case.open_existing(tmp_path / "case") as opened:
        shown = {each.day: each.local_unknown for each in case.case_document(opened).activity}
        rows = [row.moment for row in case.timeline(opened) if row.moment.text is not None]
    told = Counter(moment.text[:10] for moment in rows if moment.text and moment.zone_basis == "local-unknown")
    assert {day: count for day, count in shown.items() if count} == dict(told)
    assert bool(told) is (zone is None)
