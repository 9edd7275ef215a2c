"""Scopes: what they leave out is counted with its reason, whatever is combined, and nothing else is left out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberforensics.model.scope import EXCLUDED, Scope
from tests import helpers
from tests.hostile.checks import OPTIONS, checked_triage, scratch
from tests.hostile.forked import forked_workers

IMAGES = {"ntfs": helpers.FIXTURES / "ntfs.E01", "demo-stick": helpers.STICK}
GLOBS = ("/*", "*.txt", "/HOLIDAY", "*/users", "*e*", "/$*", "*.JPG", "/no such path", "*/", "/holiday/lake*")
MOMENTS = (
    "1990-01-01T00:00:00+00:00",
    "2026-02-21T15:04:33+00:00",
    "2026-03-01T12:00:00+00:00",
    "2026-03-14T08:00:00+00:00",
    "2090-01-01T00:00:00+00:00",
)
Whole = Callable[[str], dict[tuple[str, str | None], dict[str, Any]]]
CATEGORIES = ("picture", "document", "text", "archive", "executable", "other")


def _micro(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _truth(image: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    document = json.loads((helpers.FIXTURES / "truth" / f"{image}.json").read_text("utf-8"))
    return {
        (entry["path"], entry["stream"]): entry
        for volume in document["volumes"]
        for entry in volume.get("entries", ())
        if entry["sha256"]
        and entry["kind"] == "file"
        and entry["name_state"] == "allocated"
        and _is_plain(entry["path"] + (entry["stream"] or ""))
    }


def _is_plain(name: str) -> bool:
    """Whether it is its own display form; those of the others have their own tests."""
    return name.isprintable() and "\\" not in name


def _fits(path: str, globs: tuple[str, ...]) -> bool:
    """Written without regular expressions: the path, or one of the folders above it, fits a GLOB."""
    lower = path.lower()
    above = [lower] + [lower[:place] for place, mark in enumerate(lower) if mark == "/" and place]
    whole = any(not glob.rstrip("/") for glob in globs)  # the root lies above every path
    return whole or any(fnmatchcase(one, glob.lower().rstrip("/")) for one in above for glob in globs)


def _spans(entry: dict[str, Any]) -> Iterator[tuple[datetime, datetime]]:
    """Earliest and latest moment of each time; other tests hold these times against the generators' and `istat`."""
    for time in entry["times"]:
        text = time["time"]
        if text is None:
            continue
        first = datetime.fromisoformat(text.replace("Z", "+00:00"))
        last = first + (timedelta(days=1) if len(text) == 10 else timedelta(seconds=2 if "." not in text else 0))
        if first.tzinfo is None:
            first, last = first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)
        if time["zone_basis"] == "local-unknown":
            first, last = first - timedelta(hours=14), last + timedelta(hours=12)
        yield first, last


scopes = st.builds(
    Scope,
    include=st.lists(st.sampled_from(GLOBS), max_size=2, unique=True).map(tuple),
    exclude=st.lists(st.sampled_from(GLOBS), max_size=2, unique=True).map(tuple),
    since=st.none() | st.sampled_from(MOMENTS).map(_micro),
    until=st.none() | st.sampled_from(MOMENTS).map(_micro),
    categories=st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True).map(tuple),
)


@pytest.fixture(scope="module")
def whole() -> Whole:
    """Every entry of an image, by its name, without a scope."""
    found = {}
    with forked_workers(), TemporaryDirectory(dir=scratch()) as folder:
        for name, image in IMAGES.items():
            (Path(folder) / name).mkdir()
            outcome = checked_triage({"E": image}, Path(folder) / name)
            assert not outcome.failures
            found[name] = {(row["path"], row["stream"]): row for row in outcome.rows["entries"]}

    def of(image: str) -> dict[tuple[str, str | None], dict[str, Any]]:
        return found[image]

    return of


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(image=st.sampled_from(sorted(IMAGES)), scope=scopes)
def test_every_combination(whole: Whole, image: str, scope: Scope) -> None:
    with forked_workers(), TemporaryDirectory(dir=scratch()) as folder:
        outcome = checked_triage({"E": IMAGES[image]}, Path(folder), replace(OPTIONS, scope=scope))
    assert not outcome.failures  # the equation reconciles, among all that must hold
    (coverage,) = outcome.rows["coverage"]
    assert coverage["media"]["reconciles"]
    left_out = {row["id"] for row in outcome.rows["entries"] if row["status_reason"] == EXCLUDED}
    assert bool(left_out) == any(part["reason"] == EXCLUDED for part in coverage["entries"]["skipped"])
    truth = _truth(image)
    names: dict[str, list[str]] = {}
    for path, stream in truth:
        row = whole(image)[path, stream]
        names.setdefault(row["id"] if stream else json.dumps(sorted(row["names"])), []).append(path)
    for path, stream in truth:
        row = whole(image)[path, stream]
        same = [path] if stream else names[json.dumps(sorted(row["names"]))]
        by_path = any(
            (not scope.include or _fits(one, scope.include)) and not _fits(one, scope.exclude) for one in same
        )
        by_type = not scope.categories or row["category"] in scope.categories
        by_time = _by_time(row, scope)
        if by_time is None and by_path and by_type:
            continue  # at the very edge of the format's precision
        assert (row["id"] in left_out) != (by_path and by_type and bool(by_time)), (path, stream, scope)
    for row in outcome.rows["entries"]:
        before = whole(image)[row["path"], row["stream"]]
        if row["id"] in left_out:
            assert row["status"] == "skipped"
            assert row["sha256"] is None
        else:
            assert (row["status"], row["sha256"]) == (before["status"], before["sha256"])


def _by_time(entry: dict[str, Any], scope: Scope) -> bool | None:
    """Whether a time lies in the window; None where it is within three seconds of its edge, or can't be told."""
    if scope.since is None and scope.until is None:
        return True
    edge = timedelta(seconds=3)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    since = datetime.min.replace(tzinfo=UTC) if scope.since is None else start + timedelta(microseconds=scope.since)
    until = datetime.max.replace(tzinfo=UTC) if scope.until is None else start + timedelta(microseconds=scope.until)
    spans = list(_spans(entry))
    if not spans:
        return True
    if any(time["time"] is None and int(time["raw"]) for time in entry["times"]):
        return None  # a moment beyond every calendar: it has no text to compare with
    inside = [last >= since and first < until for first, last in spans]
    if any(abs(moment - limit) < edge for span in spans for moment in span for limit in (since, until)):
        return None
    return any(inside)


def test_a_content_is_in_scope_where_one_of_its_names_is(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("a private", "b shared"):
        (source / name).mkdir(parents=True)
    (source / "a private" / "one").write_text("example one")
    (source / "b shared" / "two").hardlink_to(source / "a private" / "one")
    (source / "a private" / "alone").write_text("example alone")
    options = replace(OPTIONS, rule_packs=(helpers.rule_file(tmp_path),), scope=Scope(exclude=("/A Private",)))
    helpers.made(tmp_path / "case", source, options=options)
    entries = {row["path"]: row for row in map(json.loads, helpers.shown(tmp_path / "case")["entries"].splitlines())}
    assert {path for path, row in entries.items() if row["status_reason"] == EXCLUDED} == {"/a private/alone"}
    assert entries["/a private/one"]["sha256"] == entries["/b shared/two"]["sha256"] is not None


@pytest.mark.parametrize("image", ["demo-stick.E01", "ntfs.E01"])  # NTFS has what is never read, in any scope
@pytest.mark.parametrize("option", ["--include=/nowhere", "--category=virtual-disk"])
def test_a_scope_that_leaves_nothing(tmp_path: Path, image: str, option: str) -> None:
    result = helpers.inside(
        "triage", helpers.FIXTURES / image, "--case", tmp_path / "case", "--no-rules", "--verify=once", option
    )
    assert result.returncode == 10
    assert "The scope leaves nothing of the exhibit to examine" in result.stdout
    told = f'The scope leaves nothing of exhibit {image} to examine: only "/nowhere".'
    if option.startswith("--include"):  # known when all is listed, and told before the long work
        assert -1 < result.stderr.find(told) < result.stderr.find("computing digests")
    assert b"scope.leaves-nothing" in helpers.shown(tmp_path / "case")["problems"]


_PARTS = st.text("ab*?[]A/", max_size=5)


@given(st.lists(_PARTS, max_size=2), st.lists(_PARTS, min_size=1, max_size=3), st.lists(st.text("abA", max_size=3)))
def test_what_is_said_to_leave_nothing_admits_no_path(include: list[str], exclude: list[str], path: list[str]) -> None:
    scope = Scope(tuple(f"/{glob}" for glob in include), tuple(f"/{glob}" for glob in exclude))
    if scope.leaves_nothing:
        one = "/" + "/".join(path)
        assert not (_fits(one, scope.include) if include else True) or _fits(one, scope.exclude)


def test_the_wording_stands_in_every_report(tmp_path: Path) -> None:
    arguments = ("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules", "--exclude", "/HOLIDAY")
    result = helpers.inside(*arguments, "--scope-note", "Order 17/2026, section 2")
    assert 'without "/HOLIDAY"' in result.stdout
    assert "Order 17/2026, section 2" in result.stdout
    assert "Order 17/2026, section 2" in (tmp_path / "case" / "reports" / "report.html").read_text("utf-8")
    again = helpers.inside(*arguments)
    assert again.returncode == 40  # another scope is another pass
    assert "scope note" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--since", "2026-03-02", "--until", "2026-03-01"), "the scope leaves nothing"),
        (
            ("--include", "/a", "--exclude", "/a"),
            "every --include is left out by an --exclude: the scope leaves nothing",
        ),
        (("--include", "/users/jonas/*", "--exclude", "/Users/"), "the scope leaves nothing"),
        (("--exclude", "/"), "an --exclude leaves out every path: the scope leaves nothing"),
        (("--category", "pictures of cats"), "there is no such category"),
        (("--include", "Users/*"), "fits no path"),
        (("--since", "yesterday"), "is no moment"),
        (("--stop-after", "soon"), "is no duration"),
        (("--scope-note", "a limit"), "there is none"),
    ],
)
def test_what_can_be_seen_before_the_long_work(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    result = helpers.inside("triage", helpers.STICK, "--case", tmp_path / "case", *arguments)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert not (tmp_path / "case").exists()
