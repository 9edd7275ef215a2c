"""Entries: listed with name, kind, size, state, recovery; digests of contents; times; counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cyberforensics.assertions.subject import Object, Observed, Outcome, Subject, not_run, outcome
from cyberforensics.assertions.truth import Table
from cyberforensics.assertions.volumes import Places, by_place, opened, path_of, stream_of, where
from cyberforensics.model.names import display_name
from cyberforensics.model.validation import Difference

LISTED, DIGESTS, TIMES, COUNTS = "A02", "A03", "A04", "A05"
"""Ids of the assertions of this module."""
NO_ENTRIES = "the truth lists no entries"


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry of the truth, and ours; None where it is not listed."""

    truth: Table
    volume: Table
    ours: Object | None


def listed(subject: Subject) -> Outcome | None:
    """Every entry that was put in is listed, and nothing whose last name is gone."""
    if subject.truth is None or subject.first is None:
        return None
    count = len(subject.truth.entries)
    if not count:
        return not_run(NO_ENTRIES, subject.truth.origin)
    differences = [one for pair in pairs(subject, subject.first) for one in _listing(pair)]
    expected = f"{count} entries, each with name, kind, size, state and recovery"
    return outcome(subject, LISTED, expected, "entries", count, differences)


def pairs(subject: Subject, observed: Observed) -> Iterator[Pair]:
    """Each entry of the truth with ours of the same volume, path, stream and state."""
    assert subject.truth is not None  # noqa: S101 - for the type checker
    places = by_place(observed)
    taken: set[object] = set()
    for volume, entry in subject.truth.entries:
        path = path_of(entry)
        renamed = (one.observed for one in subject.known if (one.path, one.what) == (path, "path"))
        shown = next(renamed, path)
        found = _ours(places, opened(observed, volume), shown, entry, taken)
        if found is not None:
            taken.add(found["id"])
        yield Pair(entry, volume, found)


def _ours(places: Places, volumes: frozenset[object], path: str, entry: Table, taken: set[object]) -> Object | None:
    there = [
        found for volume in sorted(map(str, volumes)) for found in places.get((volume, path, stream_of(entry)), ())
    ]
    state = entry.get("name_state", "allocated")
    free = [found for found in there if found["id"] not in taken]
    same = [found for found in free if found["name_state"] == state]
    if state == "gone":
        return free[0] if free else None
    return next(iter(same or free), None)


def _listing(pair: Pair) -> Iterator[Difference]:
    entry, ours = pair.truth, pair.ours
    at = where(entry)
    state = entry.get("name_state", "allocated")
    if state == "gone":
        if ours is not None:
            yield Difference(at, "listing", "not listed: no name of it is left", f"listed as {ours['name_state']}")
        return
    if ours is None:
        yield Difference(at, "listing", f"listed as {state}", "not listed")
        return
    if ours["path"] != path_of(entry):
        yield Difference(at, "path", path_of(entry), str(ours["path"]))
    expected: dict[str, object] = {
        "kind": entry.get("kind", "file"),
        "name_state": state,
        "allocated": state == "allocated",
        "recovery": entry.get("recovery", "not-applicable"),
    }
    if ours["recovery"] != "record-reused":  # nothing is known of what the record held
        if entry.get("size") is not None:
            expected["size"] = entry["size"]
        if entry.get("link_target") is not None:
            expected["link_target"] = display_name(entry["link_target"].encode()).replace("\\x2f", "/")
    for name, value in expected.items():
        if ours[name] != value:
            yield Difference(at, name, str(value), str(ours[name]))


def digests(subject: Subject) -> Outcome | None:
    """MD5, SHA-1 and SHA-256 of every content that the image gives; none of them for one that it does not."""
    if subject.truth is None or subject.first is None:
        return None
    differences: list[Difference] = []
    compared = 0
    names = ("md5", "sha1", "sha256")
    for pair in pairs(subject, subject.first):
        expected = {name: pair.truth[name] for name in names if pair.truth.get(name) is not None}
        ours = pair.ours
        if not expected or ours is None or pair.truth.get("name_state") == "gone":
            continue  # what is not listed is a difference of `listed`
        if not pair.truth.get("content_readable", True):
            compared += len(expected)
            differences += [
                Difference(where(pair.truth), name, "another digest, or none: the image does not give it", value)
                for name, value in expected.items()
                if ours[name] == value
            ]
            continue
        compared += len(expected)
        differences += [
            Difference(where(pair.truth), name, value, str(ours[name] or ours[f"{name}_missing"]))
            for name, value in expected.items()
            if ours[name] != value
        ]
    if not compared:
        return not_run("the truth has no digests", subject.truth.origin)
    expected_words = f"{compared} digests of contents (MD5, SHA-1, SHA-256)"
    return outcome(subject, DIGESTS, expected_words, "digests", compared, differences)


PRECISIONS: Mapping[tuple[str, str], int] = {
    ("fat", "created"): 10_000_000,
    ("fat", "modified"): 2_000_000_000,
    ("fat", "accessed"): 86_400_000_000_000,
    ("exfat", "created"): 10_000_000,
    ("exfat", "modified"): 10_000_000,
    ("exfat", "accessed"): 2_000_000_000,
    ("ntfs", ""): 100,
    ("ext4", ""): 1,
    ("ext4", "deleted"): 1_000_000_000,
    ("iso", ""): 1_000_000_000,
}
"""Nanoseconds between two times that the format can tell apart: Microsoft's FAT (2004) and exFAT specifications,
[MS-DTYP] 2.3.3, the ext4 disk layout of the Linux kernel, ECMA-119 9.1.5. The second part is the meaning."""
_PRECISION_ORIGIN = "precision: the published format"


def times(subject: Subject) -> Outcome | None:
    """Every recorded time: its meaning, the moment, its zone basis, its precision."""
    if subject.truth is None or subject.first is None:
        return None
    differences: list[Difference] = []
    compared = 0
    for pair in pairs(subject, subject.first):
        expected = pair.truth.get("times", ())
        ours = pair.ours
        if (
            ours is None
            or not expected
            or ours["recovery"] == "record-reused"
            or pair.truth.get("name_state") == "gone"
        ):
            continue
        shown = ours["times"]
        assert isinstance(shown, list)  # noqa: S101 - for the type checker
        found = {str(time["meaning"]): time for time in shown}
        system = str(pair.volume["file_system"]).lower()
        for time in expected:
            name = _meaning(time["meaning"])
            compared += 1
            differences += _time(where(pair.truth), name, time, found.pop(name, None), system)
        differences += [
            Difference(where(pair.truth), name, "no such time", str(time["time"])) for name, time in found.items()
        ]
    if not compared:
        return not_run("the truth has no times", subject.truth.origin)
    expected_words = f"{compared} times, each with moment, zone basis and precision"
    found_out = outcome(subject, TIMES, expected_words, "times", compared, differences)
    return replace(found_out, origin=f"{found_out.origin}; {_PRECISION_ORIGIN}")


def _time(at: str, name: str, expected: Table, ours: Mapping[str, object] | None, system: str) -> Iterator[Difference]:
    if ours is None:
        yield Difference(at, name, str(expected["time"]), "no such time")
        return
    for what in ("time", "zone_basis"):
        if _plain(expected[what]) != _plain(ours[what]):
            yield Difference(at, f"{name}: {what}", str(expected[what]), str(ours[what]))
    family = next((one for one, _ in PRECISIONS if system.startswith(one)), "")
    precision = expected.get("precision", PRECISIONS.get((family, name), PRECISIONS.get((family, ""))))
    if precision is not None and ours["precision"] != precision:
        yield Difference(at, f"{name}: precision", f"{precision} ns", f"{ours['precision']} ns")


def _plain(value: object) -> str:
    """A moment without the zeros at the end of its fraction, which are a matter of writing."""
    text = str(value)
    end = "Z" if text.endswith("Z") else ""
    text = text.removesuffix("Z")
    return (text.rstrip("0").removesuffix(".") if "." in text else text) + end


def _meaning(name: str) -> str:
    return name.replace("standard_information.", "").replace("file_name.", "fn-").replace("rock-ridge.", "")


def counts(subject: Subject) -> Outcome | None:
    """Files, directories, links and alternate streams in use, counted as ``fls`` of The Sleuth Kit counts them."""
    if subject.truth is None or subject.first is None:
        return None
    stated = [volume for volume in subject.truth.volumes if volume.get("counts")]
    if not stated:
        return None
    differences: list[Difference] = []
    compared = 0
    for volume in stated:
        there = opened(subject.first, volume)
        counted = _counted([entry for entry in subject.first.entries if entry["volume"] in there])
        for what, number in volume["counts"].items():
            compared += 1
            if counted[what] != number:
                differences.append(Difference(volume["slot"], what, str(number), str(counted[what])))
    return outcome(subject, COUNTS, f"{compared} counts", "counts", compared, differences)


def _counted(entries: list[Object]) -> Mapping[str, int]:
    """A name of a record once, however many streams it has; neither the root nor TSK's virtual folder of orphans."""
    used = [entry for entry in entries if entry["allocated"]]
    files = {(str(entry["meta_address"]).partition("-")[0], entry["path"]) for entry in used if entry["kind"] == "file"}
    main = [entry for entry in used if entry["stream"] is None]
    return {
        "files": len(files),
        "directories": sum(entry["kind"] == "directory" and entry["path"] != "/" for entry in main),
        "links": sum(entry["kind"] == "link" for entry in main),
        "streams": sum(entry["stream"] is not None and "-144-" not in str(entry["meta_address"]) for entry in entries),
    }
