"""Recycle Bin index files, made by hand after libyal's description of both versions."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import MalformedData
from cyberforensics.model.event import Event
from cyberforensics.model.problem import Problem
from cyberforensics.model.times import Timestamp, decode
from cyberforensics.parsers.windows.recycle_bin import RECYCLE_BIN
from cyberforensics.pipeline.parse import run_parser

# 2026-03-19 14:05:06.1234567 UTC: 13 418 402 706 seconds after 1601, worked out with `date -ud … +%s` + 11644473600
FILETIME = 134_184_027_061_234_567
PATH = r"C:\Users\mira\Documents\клиенты.xlsx"


def version_1(path: str = PATH, size: int = 48_128, filetime: int = FILETIME) -> bytes:
    return struct.pack("<QQq", 1, size, filetime) + path.encode("utf-16-le").ljust(520, b"\0")


def version_2(path: str = PATH, size: int = 48_128, filetime: int = FILETIME) -> bytes:
    name = (path + "\0").encode("utf-16-le")
    return struct.pack("<QQqI", 2, size, filetime, len(name) // 2) + name


def parsed(data: bytes) -> list[Event | Problem]:
    return list(RECYCLE_BIN.parse(io.BytesIO(data)))


@pytest.mark.parametrize("data", [version_1(), version_2()])
def test_both_versions(data: bytes) -> None:
    (event,) = parsed(data)
    assert isinstance(event, Event)
    assert event.timestamp == Timestamp(FILETIME, "filetime")
    assert decode(event.timestamp).text == "2026-03-19T14:05:06.1234567Z"
    assert event.meaning == "Deletion Time"
    assert event.data_type == "windows:recycle_bin:deleted"
    shown = PATH.replace("\\", "\\\\")
    assert dict(event.attributes) == {"original_path": shown, "original_size": 48_128}
    assert event.message == f"moved to the Recycle Bin: {shown}, 48128 bytes"


def test_sizes_and_times_at_their_ends() -> None:
    (event,) = parsed(version_2(size=2**64 - 1, filetime=-1))
    assert isinstance(event, Event)
    assert dict(event.attributes)["original_size"] == 2**64 - 1
    assert event.timestamp.raw == -1
    (empty,) = parsed(version_2(path=""))
    assert isinstance(empty, Event)
    assert dict(empty.attributes)["original_path"] == ""


def test_names_never_act() -> None:
    (event,) = parsed(version_2(path="C:\\a\x1b[31m\u202etxt\ud800"[:-1]))
    assert isinstance(event, Event)
    assert "\x1b" not in event.message
    assert "\u202e" not in event.message
    lone = struct.pack("<QQQI", 2, 0, 0, 2) + b"\x00\xd8a\x00"
    (surrogate,) = parsed(lone)
    assert isinstance(surrogate, Event)
    surrogate.message.encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "recycle_bin.truncated"),
        (version_1()[:23], "recycle_bin.truncated"),
        (version_2()[:26], "recycle_bin.truncated"),
        (version_2()[:-2], "recycle_bin.truncated"),
        (struct.pack("<QQQ", 3, 0, 0), "recycle_bin.unknown-version"),
        (struct.pack("<QQQI", 2, 0, 0, 0x8001), "recycle_bin.name-too-long"),
        (struct.pack("<QQQI", 2, 0, 0, 2**32 - 1), "recycle_bin.name-too-long"),
    ],
)
def test_malformed(data: bytes, code: str) -> None:
    with pytest.raises(MalformedData) as caught:
        parsed(data)
    assert caught.value.code == code
    (problem,) = run_parser(RECYCLE_BIN, io.BytesIO(data), "/x")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.path) == ("parser.malformed", "/x")


@given(
    st.one_of(st.binary(max_size=700), st.builds(lambda n, d: struct.pack("<Q", n) + d, st.integers(0, 3), st.binary()))
)
def test_no_bytes_crash_it(data: bytes) -> None:
    for found in run_parser(RECYCLE_BIN, io.BytesIO(data), "/x"):
        assert isinstance(found, Event) or found.code == "parser.malformed"
