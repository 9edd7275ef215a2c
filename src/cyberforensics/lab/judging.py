"""An answer beside what is right: how much of the points it gets, and why. Answers are text to judge, nothing else."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cyberforensics.lab.truth import Asked
from cyberforensics.lab.wording import Wording

_TIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?", re.I
)
_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_FARTHEST = 14 * 3600
_QUARTER = 900
_ROUNDING = 1e-6  # seconds: moments are compared as floats


@dataclass(frozen=True, slots=True)
class Judged:
    """How right an answer is."""

    share: float
    """Of the points, from 0 to 1."""
    why: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as somebody wrote it."""

    seconds: float
    """Since 1970, in UTC where the zone is known, else of the clock."""
    zone_known: bool


def right_answer(question: Asked) -> str:
    """What somebody writes who knows everything."""
    return "; ".join(question.answer) if question.kind == "list" else question.answer[0]


def judge(question: Asked, answer: str, words: Wording) -> Judged:
    """Judge one answer; why is told in the language of the words."""
    answer = " ".join(unicodedata.normalize("NFKC", answer).split())
    if not answer:
        return Judged(0, words["no answer"])
    return dict(JUDGES)[question.kind](question, answer, words)


def moment_of(text: str) -> Moment | None:
    """A moment such as ``2026-03-17 09:12:40.5 +05:30``; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(found[number]) for number in range(1, 6))
    try:
        clock = datetime(year, month, day, hour, minute, int(found[6] or 0), tzinfo=UTC)
    except ValueError:
        return None
    seconds = (clock - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1) + float(f"0.{found[7] or 0}")
    zone = found[8]
    if zone is None or zone.upper() in ("Z", "UTC", "GMT"):
        return Moment(seconds, zone is not None)
    digits = zone[1:].replace(":", "")
    offset = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return Moment(seconds - (offset if zone[0] == "+" else -offset), zone_known=True)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _text(question: Asked, answer: str, words: Wording) -> Judged:
    right = _plain(answer).rstrip(".") in {_plain(one).rstrip(".") for one in question.answer}
    return Judged(1, words["right"]) if right else Judged(0, words["other text"])


def _number(question: Asked, answer: str, words: Wording) -> Judged:
    try:
        given, right = (float(one.replace(" ", "").replace(",", "")) for one in (answer, question.answer[0]))
    except ValueError:
        return Judged(0, words["no number"])
    return Judged(1, words["right"]) if given == right else Judged(0, words["other number"])


def path_of(text: str) -> str:
    """A path so that two ways to write it are the same: slashes of both kinds, with and without a drive letter."""
    plain = re.sub(r"^[a-z]:", "", _plain(text).replace("\\", "/"))
    return "/" + "/".join(part for part in plain.split("/") if part)


def _path(question: Asked, answer: str, words: Wording) -> Judged:
    given, right = path_of(answer), {path_of(one) for one in question.answer}
    if given in right:
        return Judged(1, words["right"])
    names = {one.rpartition("/")[2] for one in right}
    if given.rpartition("/")[2] in names:
        return Judged(0.5, words["other folder"])
    return Judged(0, words["other path"])


def _digest(question: Asked, answer: str, words: Wording) -> Judged:
    given = _plain(answer).removeprefix("sha256:").removeprefix("md5:").strip()
    if not _DIGEST.fullmatch(given):
        return Judged(0, words["other digest"])
    return Judged(1, words["right"]) if given == _plain(question.answer[0]) else Judged(0, words["other digest"])


def _time(question: Asked, answer: str, words: Wording) -> Judged:
    given, right = moment_of(answer), moment_of(question.answer[0])
    if given is None or right is None:
        return Judged(0, words["no moment"])
    off = abs(given.seconds - right.seconds)
    allowed = (question.precision + question.within) / 1_000_000_000
    near = off < allowed + _ROUNDING
    if near and (given.zone_known or not right.zone_known):
        return Judged(1, words.say("right within", seconds=f"{allowed:g}"))
    if near:
        return Judged(0.5, words["no zone"])
    rest = min(off % _QUARTER, _QUARTER - off % _QUARTER)
    if off <= _FARTHEST and rest < allowed + _ROUNDING:
        return Judged(0.5, words.say("other zone", hours=f"{off / 3600:g}"))
    return Judged(0, words["other moment"])


def _list(question: Asked, answer: str, words: Wording) -> Judged:
    given = {_item(one) for one in re.split("[;|]", answer) if one.strip()}
    right = {_item(one) for one in question.answer}
    hits, false = len(given & right), len(given - right)
    if not right:
        return Judged(0, words["nothing to name"])
    why = words.say("named too much" if false else "named", hits=hits, all=len(right), wrong=false)
    return Judged(max(0, hits - false) / len(right), why)


def _item(text: str) -> str:
    return path_of(text) if "/" in text or "\\" in text else _plain(text)


JUDGES: tuple[tuple[str, Callable[[Asked, str, Wording], Judged]], ...] = (
    ("text", _text),
    ("choice", _text),
    ("number", _number),
    ("path", _path),
    ("digest", _digest),
    ("time", _time),
    ("list", _list),
)
"""Every kind of answer, and who judges it."""
