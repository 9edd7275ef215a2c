"""Small plans of volumes, and what other readers say of what was written of them."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import pytsk3

from cyberforensics import case
from cyberforensics.lab.filesystems import WRITERS
from cyberforensics.lab.plan import Content, PlacedFile, PlannedFile, PlannedVolume, Stamps
from cyberforensics.model.times import decode
from cyberforensics.triage import Options, triage

SECOND = 1_000_000_000
MOMENT = 1_772_641_362_858_501_719
"""2026-03-04T16:22:42.858501719Z."""
STAMPS = Stamps(
    MOMENT, MOMENT + 86_400 * SECOND + 1, MOMENT + 2 * 86_400 * SECOND + 33 * SECOND, MOMENT + 3 * 86_400 * SECOND
)


def made(seed: str, size: int) -> bytes:
    """Bytes that look like nothing else."""
    return hashlib.shake_128(seed.encode()).digest(size)


def content(data: bytes, block: int = 1000) -> Content:
    """Content in odd pieces."""

    def blocks() -> Iterator[bytes]:
        for start in range(0, len(data), block):
            yield data[start : start + block]

    return Content(len(data), blocks)


def file(path: str, data: bytes, **more: Any) -> PlannedFile:
    """A file."""
    return PlannedFile(path, "file", more.pop("stamps", STAMPS), content(data), **more)


def folder(path: str, **more: Any) -> PlannedFile:
    """A folder."""
    return PlannedFile(path, "directory", more.pop("stamps", STAMPS), **more)


def volume(system: str, size: int, files: Sequence[PlannedFile], **more: Any) -> PlannedVolume:
    """A volume."""
    return PlannedVolume(system, size, "TRAINING", 0x7EA15E55, MOMENT - 30 * 86_400 * SECOND, tuple(files), **more)


def office(*, deletes: bool = True, cluster: int = 512) -> tuple[tuple[PlannedFile, ...], dict[str, bytes]]:
    """Files of every sort that most file systems have, and the content of each path."""
    data = {
        "/TRAINING.TXT": b"This is training material.\n",
        "/Users/mira/letter to the bank.txt": made("letter", 3 * cluster - 100),
        "/Users/mira/Überweisung – März.ods": made("ods", 5 * cluster),
        "/Users/mira/empty.txt": b"",
        "/Users/mira/one": b"1",
        "/hidden.ini": b"[hidden]\n",
        "/later.bin": made("later", 7 * cluster + 1),
    }
    files = [
        folder("/", stamps=replace(STAMPS, modified=MOMENT + 77 * SECOND)),
        file("/TRAINING.TXT", data["/TRAINING.TXT"]),
        folder("/Users"),
        folder("/Users/mira"),
        file("/Users/mira/letter to the bank.txt", data["/Users/mira/letter to the bank.txt"], slack=b"in the slack"),
        file("/Users/mira/Überweisung – März.ods", data["/Users/mira/Überweisung – März.ods"]),
        file("/Users/mira/empty.txt", b""),
        file("/Users/mira/one", b"1", stamps=replace(STAMPS, modified=MOMENT + 1_990_000_000)),
        file("/hidden.ini", b"[hidden]\n", hidden=True),
    ]
    if deletes:
        gone = {
            "/Users/mira/plan to go.docx": made("plan", 4 * cluster + 77),
            "/Users/mira/taken over.bin": made("taken", 2 * cluster),
            "/Users/old things/inner file.txt": made("inner", cluster + 5),
        }
        files += [
            file("/Users/mira/plan to go.docx", gone["/Users/mira/plan to go.docx"], deleted=True, slack=b"left"),
            file("/Users/mira/taken over.bin", gone["/Users/mira/taken over.bin"], deleted=True, overwritten=True),
            folder("/Users/old things", deleted=True),
            file("/Users/old things/inner file.txt", gone["/Users/old things/inner file.txt"], deleted=True),
        ]
        data |= gone
    files.append(file("/later.bin", data["/later.bin"]))
    return tuple(files), data


def write(plan: PlannedVolume, target: Path, offset: int = 0) -> tuple[PlacedFile, ...]:
    """Write a volume into a fresh file."""
    with target.open("w+b") as out:
        out.seek(offset)
        placed = WRITERS[plan.file_system](plan, out)
        assert out.tell() == offset + plan.size
    assert target.stat().st_size == offset + plan.size
    return placed


def in_memory(plan: PlannedVolume) -> tuple[bytes, tuple[PlacedFile, ...]]:
    """Write a volume into memory."""
    out = BytesIO()
    placed = WRITERS[plan.file_system](plan, out)
    return out.getvalue(), placed


def same_bytes(image: bytes, placed: Sequence[PlacedFile], plan: PlannedVolume, data: Mapping[str, bytes]) -> None:
    """What lies at the runs is the content, and behind it the slack."""
    slack = {planned.path: planned.slack for planned in plan.files}
    for one, planned in zip(placed, plan.files, strict=True):
        assert one.path == planned.path
        if planned.kind == "file" and not planned.overwritten:
            assert b"".join(image[at : at + length] for at, length in one.runs) == data[one.path], one.path
        if one.slack_at is not None:
            assert image[one.slack_at : one.slack_at + len(slack[one.path])] == slack[one.path]
        assert (one.slack_at is not None) == bool(slack[one.path])


def program(*command: str | Path, codes: Sequence[int] = (0,)) -> str:
    """What another program prints; the test is skipped where it is not there."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not there to read what was written")
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode in codes, (command, done.stdout, done.stderr)
    return done.stdout + done.stderr


def through_tsk(image: Path) -> Any:
    """The volume as The Sleuth Kit opens it."""
    return pytsk3.FS_Info(pytsk3.Img_Info(str(image)))


def tsk_content(system: Any, address: str) -> bytes:
    """The content of a record, read by The Sleuth Kit."""
    found = system.open_meta(int(address.partition("-")[0]))
    size = found.info.meta.size
    return bytes(found.read_random(0, size)) if size else b""


def agrees_with_triage(
    image: Path,
    placed: Sequence[PlacedFile],
    data: Mapping[str, bytes],
    work: Path,
    *,
    problems: Sequence[tuple[str, str | None]] = (),
    targets: Mapping[str, str] = MappingProxyType({}),
    state: str = "compared",
) -> None:
    """What the product records, read by two readers, is what was written.

    Args:
        problems: what is said of volumes where something was overwritten: codes, and the paths they are of.
        targets: of symbolic links.
        state: of the comparison of two readers.
    """
    summary = triage([image], work / "case", Options(rule_packs=(), workers=1, cross_check=True, verify="no"))
    assert summary is not None
    with case.open_existing(work / "case") as store:
        rows = {row.entry.path: row for row in case.entries(store)}
        found = list(case.cross_checks(store))
        troubles = [(problem.code, problem.path) for *_, problem in case.problems(store)]
    assert [one.state for one in found] == [state], found
    assert [one.different for one in found] == [0], found
    assert sorted(troubles, key=str) == sorted(problems, key=str), troubles
    orphans = {row.entry.meta_address: row for path, row in rows.items() if path.startswith("/$OrphanFiles/")}
    for one in placed:
        path = one.path
        if one.name_state == "gone":
            continue
        row = orphans[str(one.meta_address)] if one.name_state == "orphan" else rows[path]
        if one.meta_address is not None:
            assert row.entry.meta_address == one.meta_address, path
        assert str(row.entry.name_state) == one.name_state, path
        texts = {
            time.meaning: (moment.text, moment.precision, moment.zone_basis)
            for time in row.entry.times
            if (moment := decode(time.timestamp)).flag is None
        }
        assert texts == {time.meaning: (time.time, time.precision, time.zone_basis) for time in one.times}, path
        assert row.entry.link_target == targets.get(path), path
        if path in data and one.content_readable:
            assert row.entry.size == one.size == len(data[path])
            if one.size:
                assert row.digests is not None
                assert row.digests.sha256 == hashlib.sha256(data[path]).hexdigest(), path
