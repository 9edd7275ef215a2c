"""The media as a whole: volumes, coverage, digests, the source, and what was damaged or encrypted."""

from collections.abc import Iterator, Mapping

from cyberforensics.assertions.subject import Object, Outcome, Subject, not_run
from cyberforensics.assertions.volumes import opened, volume_ids
from cyberforensics.model.validation import Difference


def volumes(subject: Subject) -> Outcome | None:
    """Every volume is found at its place, and opened with its file system, or said to hold none."""
    if subject.truth is None or subject.first is None:
        return None
    differences: list[Difference] = []
    for volume in subject.truth.volumes:
        there = opened(subject.first, volume)
        name = f"{volume['slot']} at {volume['offset']}"
        if volume["file_system"] is None:
            if there:
                differences.append(Difference(name, "file system", "none", "opened"))
            continue
        expected = _plain(str(volume["file_system"]))
        found = [_plain(str(one["filesystem"])) for one in subject.first.volumes if one["id"] in there]
        if found != [expected]:
            said = [
                str(one["status"]) for one in subject.first.volumes if one["id"] in volume_ids(subject.first, volume)
            ]
            differences.append(Difference(name, "file system", expected, ", ".join(found or said) or "no volume there"))
    count = len(subject.truth.volumes)
    if not count:
        return not_run("the truth lists no volumes", subject.truth.origin)
    return Outcome(
        f"{count} volumes and gaps", subject.truth.origin, _sum(count, "places", differences), count, tuple(differences)
    )


def _plain(name: str) -> str:
    return name.lower().replace(" ", "")


def coverage(subject: Subject) -> Outcome | None:
    """Both equations add up: by entries (count and bytes), and by bytes of the media, whose size the truth has."""
    if subject.first is None:
        return None
    size = None if subject.truth is None else subject.truth.media_size
    differences: list[Difference] = []
    compared = 0
    for exhibit in subject.first.coverage:
        entries, media = _table(exhibit["entries"]), _table(exhibit["media"])
        for unit in ("count", "bytes"):
            compared += 1
            seen, accounted = _number(_table(entries["seen"])[unit]), _accounted(entries, unit)
            if seen != accounted:
                differences.append(Difference("entries", unit, f"{seen} seen", f"{accounted} accounted for"))
        parts = media["parts"]
        assert isinstance(parts, list)  # noqa: S101 - for the type checker
        total = sum(_number(part["bytes"]) for part in parts)
        if size is not None:
            compared += 1
            if total != size:
                differences.append(Difference("media", "bytes", str(size), str(total)))
    origin = "arithmetic" if size is None else "arithmetic; the media's size: " + _origin(subject)
    expected = "seen = whole + in part + skipped + unreadable, by count and by bytes"
    if size is not None:
        expected += f"; the parts of the media add up to {size} bytes"
    return Outcome(expected, origin, _sum(compared, "sums", differences), compared, tuple(differences))


def _accounted(entries: Object, unit: str) -> int:
    total = _number(_table(entries["whole"])[unit])
    for name in ("partial", "skipped", "unreadable"):
        parts = entries[name]
        assert isinstance(parts, list)  # noqa: S101 - for the type checker
        total += sum(_number(part[unit]) for part in parts)
    return total


def stored(subject: Subject) -> Outcome | None:
    """The digests that a container stores, or its maker stated of the media, are computed and found to match."""
    if subject.truth is None or subject.first is None:
        return None
    differences: list[Difference] = []
    compared = 0
    container = subject.truth.containers[0]
    held = {
        name.removeprefix("stored_"): container[name] for name in ("stored_md5", "stored_sha1") if name in container
    }
    computed = {check.algorithm: check for check in subject.first.digest_checks if check.subject == "media"}
    for algorithm, value in {**subject.truth.media, **held}.items():
        check = computed.get(algorithm)
        if check is None and algorithm not in held and algorithm != "sha256":
            continue  # MD5 and SHA-1 of the media are computed where something states them
        compared += 1
        found = None if check is None else check.computed
        if found != value:
            differences.append(Difference("media", algorithm, value, found or "not computed"))
        elif check is not None and algorithm in held and check.verdict != "MATCH":
            differences.append(Difference("media", f"stored {algorithm}", "MATCH", check.verdict))
    if not compared:
        return not_run("the truth has no digests of the media", subject.truth.origin)
    return Outcome(
        f"{compared} digests of the media; those stored in the container: MATCH",
        subject.truth.origin,
        _sum(compared, "digests", differences),
        compared,
        tuple(differences),
    )


def other_tool(subject: Subject) -> Outcome | None:
    """The media's digest is the one that another program computes from the same container."""
    if subject.answer is None or subject.first is None:
        return None
    if subject.answer.missing:
        return not_run(subject.answer.missing, subject.answer.tool)
    computed = {check.algorithm: check.computed for check in subject.first.digest_checks if check.subject == "media"}
    needed = computed.keys() | {"sha256"}  # MD5 and SHA-1 are computed where the container stores them
    said = {algorithm: value for algorithm, value in subject.answer.digests.items() if algorithm in needed}
    differences = tuple(
        Difference("media", algorithm, value, computed.get(algorithm) or "not computed")
        for algorithm, value in said.items()
        if computed.get(algorithm) != value
    )
    return Outcome(
        ", ".join(f"{name} {value}" for name, value in said.items()),
        subject.answer.tool,
        _sum(len(said), "digests", differences),
        len(said),
        differences,
    )


def unchanged(subject: Subject) -> Outcome | None:
    """SHA-256 of every file of the source is the same before and after every run on it."""
    runs = [run for run in (subject.first, subject.again, subject.raw) if run is not None]
    if not runs:
        return None
    differences: list[Difference] = []
    compared = 0
    for run in runs:
        after = {file.name: file for file in run.after}
        for file in run.before:
            compared += 1
            found = after.get(file.name)
            if found != file:
                differences.append(
                    Difference(file.name, "SHA-256", file.sha256, "gone" if found is None else found.sha256)
                )
    return Outcome(
        f"{compared} digests of files, as before the runs",
        "digested before each run, with Python's hashlib and none of the product's readers",
        _sum(compared, "digests", differences),
        compared,
        tuple(differences),
    )


def damage(subject: Subject) -> Outcome | None:
    """A damaged image is said to be damaged, and the damaged range of the media is named."""
    if subject.damaged is None or subject.first is None:
        return None
    offset, size = subject.damaged
    sectors = f"sectors {offset // 512} to {(offset + size) // 512 - 1}"
    differences: list[Difference] = []
    told = [one for one in subject.first.problems if str(one["code"]).startswith("evidence.chunk-")]
    places = [f"{one['code']} at {one['offset']}: {one['message']}" for one in told]
    if not any(one["offset"] == offset and sectors in str(one["message"]) for one in told):
        differences.append(Difference("media", "damaged range", sectors, "; ".join(places) or "no damage was named"))
    if len(told) > 1:
        differences.append(Difference("media", "damaged ranges", "one", "; ".join(places)))
    verdicts = {check.verdict for check in subject.first.digest_checks if check.subject == "media" and check.stated}
    if verdicts != {"MISMATCH"}:
        differences.append(Difference("media", "stored digests", "MISMATCH", ", ".join(sorted(verdicts)) or "none"))
    return Outcome(
        f"damage named at {sectors} of the media and nowhere else; the stored digests: MISMATCH",
        subject.origin,
        "; ".join(places) or "no damage was named",
        3,
        tuple(differences),
    )


def encrypted(subject: Subject) -> Outcome | None:
    """An encrypted volume is named, and all of its bytes are listed as not examined."""
    if not subject.encrypted or subject.first is None:
        return None
    differences = [one for offset, size in subject.encrypted for one in _encrypted(subject, offset, size)]
    said = [f"{one['id']}: {one['status']}" for one in subject.first.volumes if one["status"] == "encrypted"]
    return Outcome(
        "; ".join(f"encrypted, {size} bytes at {offset} not examined" for offset, size in subject.encrypted),
        subject.origin,
        "; ".join(said) or "no encrypted volume was named",
        3 * len(subject.encrypted),
        tuple(differences),
    )


def _encrypted(subject: Subject, offset: int, size: int) -> Iterator[Difference]:
    assert subject.first is not None  # noqa: S101 - for the type checker
    name = f"volume at {offset}"
    there = [one for one in subject.first.volumes if one["offset"] == offset and one["size"] == size]
    status = ", ".join(str(one["status"]) for one in there)
    if status != "encrypted":
        yield Difference(name, "status", "encrypted", status or "no such volume")
    ids = {one["id"] for one in there}
    if not any(one["code"] == "volume.encrypted" and one["offset"] == offset for one in subject.first.problems):
        yield Difference(name, "problem", "volume.encrypted", "none")
    left = 0
    for exhibit in subject.first.coverage:
        parts = _table(exhibit["media"])["parts"]
        assert isinstance(parts, list)  # noqa: S101 - for the type checker
        left += sum(_number(part["bytes"]) for part in parts if part["where"] in ids and not part["examined"])
    if left != size:
        yield Difference(name, "bytes not examined", str(size), str(left))


def _origin(subject: Subject) -> str:
    return subject.origin if subject.truth is None else subject.truth.origin


def _sum(compared: int, what: str, differences: object) -> str:
    assert isinstance(differences, list | tuple)  # noqa: S101 - for the type checker
    return f"{compared} {what} compared, {len(differences)} differ"


def _table(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)  # noqa: S101 - for the type checker
    return value


def _number(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - for the type checker
    return value
