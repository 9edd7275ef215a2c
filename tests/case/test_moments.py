"""The moments that SQL computes are those of `decode`, for every encoding and at every edge."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.case import rows, store
from cyberforensics.model.times import ENCODINGS

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
    query = f"SELECT {rows._MOMENT}, {exact_too} FROM times, exhibit"  # noqa: S608 - our own text
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
