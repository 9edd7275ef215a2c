"""What workers answer, and what is looked at in a content: no bytes end the process that reads them."""

import io
import json
import struct
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Entry, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests, Examination, Finding, StringMatch
from cyberforensics.model.names import display_name, display_text
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.model.times import ENCODINGS, Encoding, Timestamp, decode
from cyberforensics.parsers.windows.recycle_bin import RECYCLE_BIN
from cyberforensics.pipeline import wire
from cyberforensics.pipeline.media_type import media_type
from tests.fuzz.counted import Patch, counted, patched, patches
from tests.hostile.checks import ACTING

_ENTRY = Entry(
    "X/whole", "id", None, 7, "/a", b"/a\xff", None, Kind.FILE, "12-1-128-0", True, NameState.ALLOCATED,
    Recovery.NOT_APPLICABLE, 5, EntryTimes("modified:filetime", (1,)), content=7, reader="tsk",
)  # fmt: skip
_FINDING = Finding("yara", "p", "n", "r", "low", meta=(("k", 1),), strings=(StringMatch("$a", 0, 1, b"x"),))
_EVENT = Event(Timestamp(5, "posix"), "Deletion Time", "a:b", "text", (("size", 3), ("none", None)))
_MESSAGES: tuple[wire.Message, ...] = (
    wire.Entries.of((_ENTRY, Problem(Stage.WALK, "walk.died", "text", offset=3))),
    wire.Examinations(
        (
            wire.Examined(
                7,
                Examination(
                    Status.WHOLE, bytes_read=5, digests=Digests("a", "b", "c"), findings=(_FINDING,), events=(_EVENT,),
                    members=(Examination(Status.SKIPPED, "reason"),),
                ),
            ),
            wire.Examined(8, Examination(Status.WHOLE)),
        )
    ),
    wire.FreeSpace(None),
    wire.SourceDigests({"md5": "x"}, ({"sha1": "y"},)),
    wire.Failed("evidence.unreadable", "text"),
    wire.Done(),
)  # fmt: skip
_FRAMES = tuple(wire.encode(message) for message in _MESSAGES)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=40,
)


def _answer(frame: bytes) -> None:
    """It is refused, or it is a message that the store can hold and the reports can print."""
    try:
        message = wire.decode(frame)
    except wire.BadReply:
        return
    assert isinstance(message, wire.Message)
    assert wire.decode(wire.encode(message)) == message
    for item in message.items if isinstance(message, wire.Entries) else ():
        if isinstance(item, Entry):
            for number in (item.number, item.size, item.content, item.first_address, item.allocated_size, item.mode):
                assert number is None or -(1 << 63) <= number < 1 << 63
            for time in item.times:
                decode(time.timestamp, "Asia/Colombo")


def test_frames_of_sound_messages() -> None:
    for message, frame in zip(_MESSAGES, _FRAMES, strict=True):
        assert wire.decode(frame) == message


@counted(200)
@given(st.binary(max_size=300))
def test_answers_of_any_bytes(frame: bytes) -> None:
    _answer(frame)


@counted(300)
@given(st.sampled_from(_FRAMES), patches(1 << 12))
def test_answers_of_damaged_frames(frame: bytes, changes: list[Patch]) -> None:
    _answer(patched(frame, [(at % len(frame), new) for at, new in changes]))


@counted(300)
@given(st.sampled_from([json.loads(frame)[0] for frame in _FRAMES]), _JSON)
def test_answers_of_any_shape(name: str, value: Any) -> None:
    _answer(json.dumps([name, value], separators=(",", ":")).encode())


@counted(300)
@given(st.sampled_from(_FRAMES), st.data())
def test_answers_with_one_value_replaced(frame: bytes, data: st.DataObject) -> None:
    """The shape of a sound answer, with one value of any kind in a place: what a worker taken over would try."""
    name, value = json.loads(frame)
    inner = value
    while isinstance(inner, list | dict) and inner:
        place = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if not isinstance(inner[place], list | dict) or not inner[place] or data.draw(st.booleans()):
            inner[place] = data.draw(_JSON | st.sampled_from([2**63, -(2**63) - 1, 2**200, "\ud800", "filetime", "x"]))
            break
        inner = inner[place]
    _answer(json.dumps([name, value], separators=(",", ":")).encode())


@counted(300)
@given(st.sampled_from(ENCODINGS), st.integers(-(1 << 136), 1 << 136), st.sampled_from([None, "Asia/Colombo"]))
def test_times_of_any_value(encoding: Encoding, raw: int, zone: str | None) -> None:
    for value in (raw, raw >> 72, raw >> 100):
        moment = decode(Timestamp(value, encoding), zone)
        assert moment.text is not None or moment.flag is not None
        assert moment.text is None or not ACTING.search(moment.text)


@counted(200)
@given(st.binary(max_size=200))
def test_names_of_any_bytes(raw: bytes) -> None:
    shown = display_name(raw)
    assert not ACTING.search(shown)
    assert "/" not in shown
    shown.encode()
    assert not ACTING.search(display_text(raw.decode("utf-16-le", "surrogatepass" if len(raw) % 2 == 0 else "replace")))


@counted(200)
@given(st.binary(max_size=700), st.sampled_from([b"", struct.pack("<Q", 1), struct.pack("<Q", 2)]))
def test_recycle_bin_of_any_bytes(data: bytes, version: bytes) -> None:
    try:
        events = list(RECYCLE_BIN.parse(io.BytesIO(version + data)))
    except MalformedData:
        return
    (event,) = events
    assert isinstance(event, Event)
    assert not ACTING.search(event.message)
    decode(event.timestamp)


@counted(150)
@given(
    st.sampled_from(
        [b"", b"MZ", b"PK\3\4", b"\x7fELF", b"%PDF-", b"{", b"<?xml ", b"#!/bin/sh\n", b"\xd0\xcf\x11\xe0"]
    ),
    st.binary(max_size=2000),
    st.integers(0, 3),
)
def test_media_types_of_any_bytes(head: bytes, data: bytes, repeat: int) -> None:
    kind = media_type(head + data * (1 + 7 * repeat))
    assert kind is None or not ACTING.search(kind)
