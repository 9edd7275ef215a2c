"""What leaves a process comes back the same, or is refused."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.codec import BadShape, decoder, encoder
from cyberforensics.model.entry import Entry, EntryTimes, Kind, NameState, Recovery, Status
from cyberforensics.model.examination import Digests, Examination, Finding, StringMatch
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.volume import Volume, VolumeStatus

ENTRY = Entry(
    volume="E/p1",
    id="00",
    parent=None,
    number=3,
    path="/a\\xff",
    path_raw=b"/a\xff",
    stream=None,
    kind=Kind.FILE,
    meta_address="5-5-128-1",
    allocated=True,
    name_state=NameState.ALLOCATED,
    recovery=Recovery.NOT_APPLICABLE,
    size=0,
    times=EntryTimes("modified:posix", (-5,)),
)
EXAMINATION = Examination(
    Status.PARTIAL,
    "content.short",
    5,
    Digests("a", "b", "c"),
    findings=(
        Finding(
            "yara",
            "p",
            "n",
            "r",
            "high",
            ("t",),
            (("k", 1), ("k", True), ("s", "x")),
            (StringMatch("$a", 0, 3, b"\0\xff"),),
        ),
    ),
    problems=(Problem(Stage.READ, "content.short", "x", Severity.WARNING, "/a", 0),),
    members=(Examination(Status.WHOLE),),
)
VOLUME = Volume("E", "p1", 0, None, "x", VolumeStatus.OPENED)


@pytest.mark.parametrize("value", [ENTRY, EXAMINATION, VOLUME])
def test_round_trip(value: object) -> None:
    text = json.dumps(encoder(type(value))(value))
    back = decoder(type(value))(json.loads(text))
    assert back == value
    assert [type(part) for part in vars_of(back)] == [type(part) for part in vars_of(value)]


def vars_of(value: object) -> list[object]:
    return [getattr(value, name) for name in value.__slots__]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Small:
    number: int
    text: str | None
    parts: tuple[bytes, ...]


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        [],
        [1, None],
        [1, None, [], 4],
        ["1", None, []],
        [True, None, []],
        [1.0, None, []],
        [1, 5, []],
        [1, None, {}],
        [1, None, ["not base64!"]],
        {"number": 1, "text": None},
        {"number": 1, "text": None, "parts": [], "more": 1},
    ],
)
def test_another_shape_is_refused(value: object) -> None:
    with pytest.raises((BadShape, ValueError)):
        decoder(_Small)(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(json_values)
def test_no_json_becomes_a_dataclass_of_another_shape(value: object) -> None:
    try:
        decoded = decoder(_Small)(value)
    except (BadShape, ValueError, TypeError):
        return
    assert type(decoded.number) is int
    assert decoded.text is None or type(decoded.text) is str
    assert all(type(part) is bytes for part in decoded.parts)
