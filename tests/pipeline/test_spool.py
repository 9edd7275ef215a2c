"""The spool: where it lies, what is left of it, and what becomes of a content that has no room or no end."""

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cyberforensics import rules
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.model.entry import Content, Name
from cyberforensics.model.examination import Examination
from cyberforensics.model.run import Limits
from cyberforensics.pipeline import spool
from cyberforensics.pipeline.examine import ExamineOptions, examine
from cyberforensics.pipeline.known import Memory
from cyberforensics.pipeline.spool_folder import PLACE, spool_folder
from cyberforensics.pipeline.windows import OVERLAP, WINDOW
from cyberforensics.triage import Options, triage
from tests import helpers

MIB = 1 << 20
MARK = b"<marked-here>"
RULES = """
rule marked { strings: $m = "<marked-here>" condition: $m }
rule start { strings: $h = "HEAD" condition: $h at 0 }
rule placed { strings: $m = "<marked-here>" condition: $m and filename == "x.bin" }
"""


class _Reader:
    """Blocks of a content, and what is done before each."""

    def __init__(self, blocks: Callable[[], Iterator[bytes]], before: Callable[[int], None] = lambda _: None) -> None:
        self._blocks = blocks
        self._before = before

    def blocks(self, _: Content) -> Iterator[bytes]:
        for number, block in enumerate(self._blocks()):
            self._before(number)
            yield block

    def damaged(self, _: Content) -> bool:
        return False


def _reader(data: bytes) -> _Reader:
    return _Reader(lambda: (data[place : place + MIB] for place in range(0, len(data), MIB)))


def _content(size: int, path: str = "/folder/x.bin") -> Content:
    return Content(0, "0", None, path.encode(), size, False, "host", None, (Name("id", path, None, None),))


@pytest.fixture
def scanner(tmp_path: Path) -> rules.Scanner:
    (tmp_path / "rules.yar").write_text(RULES)
    return rules.open_compiled(rules.load([tmp_path / "rules.yar"]).save(tmp_path))


def _examined(
    content: Content,
    reader: _Reader,
    folder: Path,
    scanner: rules.Scanner | None = None,
    limits: Limits | None = None,
    volume_size: int | None = None,
) -> Examination:
    return examine(content, reader, scanner, ExamineOptions(folder, limits or Limits()), Memory(), volume_size)


def _folder(parent: Path) -> Path:
    folder = parent / "spooled"
    folder.mkdir()
    return folder


# where it lies


def test_only_the_examiner_may_look(tmp_path: Path) -> None:
    with spool_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        with spool.Spool(folder, spool.IN_MEMORY + 1) as one:
            one.write(b"x")
            (file,) = folder.iterdir()
            assert file.stat().st_mode & 0o777 == 0o600
        assert list(folder.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_chosen_folder(tmp_path: Path) -> None:
    case, chosen = tmp_path / "case", tmp_path / "scratch"
    chosen.mkdir()
    (chosen / "somebody's").write_bytes(b"kept")
    helpers.made(case, options=Options(rule_packs=(helpers.rule_file(tmp_path),), workers=2, spool=chosen))
    assert [path.name for path in chosen.iterdir()] == ["somebody's"]
    assert not (case / PLACE).exists()
    assert not (case / "spool").exists()
    other = helpers.made(tmp_path / "other", options=Options(rule_packs=(helpers.rule_file(tmp_path),), workers=2))
    assert helpers.shown(case) == helpers.shown(other)


_KILLED = """
import os, signal, sys
from pathlib import Path
from cyberforensics.pipeline.spool_folder import spool_folder
with spool_folder(Path(sys.argv[1]), Path(sys.argv[2])) as folder:
    (folder / "content-1-left").write_bytes(b"left")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("later", ["same", "none", "other"])
def test_what_a_killed_run_left_is_removed(later: str, tmp_path: Path) -> None:
    case, chosen, other = (tmp_path / name for name in ("case", "sp\u00f8l", "other"))
    for folder in (case, chosen, other):
        folder.mkdir()
    neighbour = chosen / ("cyberforensics-spool-" + "0" * 32)  # of another case
    neighbour.mkdir()
    killed = subprocess.run([sys.executable, "-c", _KILLED, case, chosen], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(chosen.iterdir())) == 2
    with spool_folder(case, {"same": chosen, "none": None, "other": other}[later]) as folder:
        assert set(chosen.iterdir()) == ({neighbour, folder} if later == "same" else {neighbour})
        assert list(folder.iterdir()) == []
    assert list(chosen.iterdir()) == [neighbour]
    assert list(other.iterdir()) == []
    assert list(case.iterdir()) == []


@pytest.mark.parametrize("noted", ["{precious}", "{precious}/../precious", "relative", "\\u0000", "7", "not json"])
def test_nothing_is_removed_that_is_no_spool(noted: str, tmp_path: Path) -> None:
    """The case folder may come from somebody else."""
    precious, case = tmp_path / "precious", tmp_path / "case"
    for folder in (precious, case):
        folder.mkdir()
    (case / PLACE).write_text(noted if noted in ("7", "not json") else f'"{noted.format(precious=precious)}"')
    with spool_folder(case):
        pass
    assert precious.is_dir()
    assert not (case / PLACE).exists()


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="spool folder can't be made"):
        triage({"S": helpers.STICK}, tmp_path / "case", Options(rule_packs=(), spool=tmp_path / "missing"))
    assert not (tmp_path / "case" / PLACE).exists()


def test_the_spool_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "evidence" / "spool").mkdir(parents=True)
    options = Options(rule_packs=(), spool=tmp_path / "evidence" / "spool")
    with pytest.raises(UsageError, match="lies in the source"):
        triage({"S": tmp_path / "evidence"}, tmp_path / "case", options)
    assert not (tmp_path / "case").exists()


# room


@pytest.mark.parametrize("size", [0, 1, MIB, spool.IN_MEMORY, spool.IN_MEMORY + 1, 3 * spool.IN_MEMORY])
def test_memory_and_file_give_the_same(size: int, tmp_path: Path, scanner: rules.Scanner) -> None:
    data = (b"HEAD" + bytes(range(256)) * (1 + size // 256))[: max(0, size - len(MARK))] + MARK[:size]
    told = _examined(_content(size), _reader(data), _folder(tmp_path), scanner)
    assert told.status == "whole"
    assert told.digests is not None
    assert told.digests.sha256 == hashlib.sha256(data).hexdigest()
    wanted = {"start", "marked", "placed"} if size > len(MARK) + 4 else set()
    assert {found.rule for found in told.findings} == wanted
    assert {match.offset for found in told.findings for match in found.strings if match.identifier == "$m"} == (
        {size - len(MARK)} if wanted else set()
    )


def test_more_than_was_listed_goes_to_a_file(tmp_path: Path) -> None:
    """A file that grows while it is read must not fill the memory."""
    with spool.Spool(tmp_path, 1) as one:
        for _ in range(17):
            one.write(b"x" * MIB)
        assert len(list(tmp_path.iterdir())) == 1
        assert one.buffer()[:] == b"x" * (17 * MIB)


def _marked(size: int, *places: int) -> bytes:
    data = bytearray(b"HEAD" + b"." * (size - 4))
    for place in places:
        data[place : place + len(MARK)] = MARK
    return bytes(data)


def test_without_room_it_is_scanned_in_windows(
    tmp_path: Path, scanner: rules.Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = WINDOW - OVERLAP
    places = (100, second + 7, WINDOW - 5, WINDOW + 4 * MIB, 2 * second + OVERLAP - 6, 45 * MIB)
    data = _marked(50 * MIB + 3, *places)
    monkeypatch.setattr(spool, "RESERVE", 1 << 62)
    folder = _folder(tmp_path)
    told = _examined(_content(len(data)), _reader(data), folder, scanner)
    assert list(folder.iterdir()) == []
    assert (told.status, told.status_reason, told.bytes_read) == ("partial", "content.windowed", len(data))
    assert told.digests is not None
    assert told.digests.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    found = {finding.rule: finding for finding in told.findings}
    assert set(found) == {"marked", "placed", "start"}
    for rule in ("marked", "placed"):
        assert tuple(match.offset for match in found[rule].strings) == tuple(sorted(places))
        assert {match.data for match in found[rule].strings} == {MARK}
    assert found["placed"].entry == "id"
    assert [problem.code for problem in told.problems] == ["content.windowed"]


def test_a_hundred_matches_are_listed_of_all_windows(
    tmp_path: Path, scanner: rules.Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = tuple(range(1000, 40 * MIB, 600_000))
    data = _marked(40 * MIB, *places, *range(2000, 40 * MIB, 600_000))
    monkeypatch.setattr(spool, "RESERVE", 1 << 62)
    told = _examined(_content(len(data)), _reader(data), _folder(tmp_path), scanner)
    (marked,) = (finding for finding in told.findings if finding.rule == "marked")
    everywhere = sorted([*places, *(place + 1000 for place in places if place + 1000 < 40 * MIB)])
    assert [match.offset for match in marked.strings] == everywhere[:100]
    assert marked.strings_left_out >= len(everywhere) - 100


def test_without_rules_windows_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _marked(20 * MIB)
    whole = _examined(_content(len(data)), _reader(data), _folder(tmp_path))
    monkeypatch.setattr(spool, "RESERVE", 1 << 62)
    assert _examined(_content(len(data)), _reader(data), tmp_path / "spooled") == whole
    assert whole.status == "whole"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("reserve", [0, 4 * MIB])
def test_a_full_disk(reserve: int, small_disk: Path, scanner: rules.Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "RESERVE", reserve)
    data = _marked(40 * MIB, 30 * MIB)
    taken: list[int] = []

    def look(_: int) -> None:
        taken.append(sum(path.stat().st_blocks * 512 for path in small_disk.iterdir()))

    blocks = _Reader(lambda: (data[place : place + MIB] for place in range(0, len(data), MIB)), look)
    told = _examined(_content(len(data)), blocks, small_disk, scanner)
    assert (told.status, told.status_reason) == ("partial", "content.windowed")
    assert [match.offset for found in told.findings if found.rule == "marked" for match in found.strings] == [30 * MIB]
    assert max(taken) == 24 * MIB - reserve
    assert list(small_disk.iterdir()) == []


def test_holes_take_no_room(tmp_path: Path, scanner: rules.Scanner) -> None:
    size, folder = 300 * MIB, _folder(tmp_path)
    taken: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(size // MIB):
            yield MARK + bytes(MIB - len(MARK)) if number in (100, 299) else bytes(MIB)
            taken.append(sum(path.stat().st_blocks * 512 for path in folder.iterdir()))

    told = _examined(_content(size), _Reader(blocks), folder, scanner)
    assert (told.status, told.all_zero) == ("whole", False)
    assert MIB <= max(taken) < 3 * MIB
    (marked,) = (found for found in told.findings if found.rule == "marked")
    assert [match.offset for match in marked.strings] == [100 * MIB, 299 * MIB]


def test_a_spool_file_that_vanishes(tmp_path: Path, scanner: rules.Scanner) -> None:
    data, folder = _marked(20 * MIB, 5), _folder(tmp_path)

    def quarantine(number: int) -> None:
        if number == 10:
            for path in folder.iterdir():
                path.rename(tmp_path / "quarantine")

    blocks = _Reader(lambda: (data[place : place + MIB] for place in range(0, len(data), MIB)), quarantine)
    told = _examined(_content(len(data)), blocks, folder, scanner)
    assert (told.status, told.status_reason) == ("partial", "content.removed-by-host")
    assert told.digests is not None
    assert told.digests.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()


# what has no end


def _for_ever(block: bytes) -> _Reader:
    def blocks() -> Iterator[bytes]:
        while True:
            yield block

    return _Reader(blocks)


def test_zeros_without_end(tmp_path: Path) -> None:
    limits = Limits(zeros=40 * MIB)
    told = _examined(_content(2**63 - 1), _for_ever(bytes(MIB)), _folder(tmp_path), None, limits)
    assert (told.status, told.status_reason, told.bytes_read) == ("partial", "content.too-large", 40 * MIB)
    assert (told.digests, told.all_zero) == (None, True)


def test_content_that_leads_in_a_circle(tmp_path: Path) -> None:
    limits = Limits(zeros=4 * MIB)
    blocks = _for_ever(b"x" * MIB)
    told = _examined(_content(2**63 - 1), blocks, _folder(tmp_path), None, limits, volume_size=30 * MIB)
    assert (told.status, told.status_reason, told.bytes_read) == ("partial", "content.too-large", 30 * MIB)


def test_the_zeros_of_a_content_that_is_dense_are_not_too_many(tmp_path: Path) -> None:
    """Zeros count in blocks of nothing else: a megabyte of them that ends with a letter is content."""
    limits = Limits(zeros=MIB)
    data = (bytes(MIB - 1) + b"x") * 5
    told = _examined(_content(len(data)), _reader(data), _folder(tmp_path), None, limits, volume_size=MIB * 6)
    assert told.status == "whole"


def test_a_sparse_giant_of_a_real_file_system(tmp_path: Path) -> None:
    """1 TiB of holes with a word at either end, in an ext4 of 16 MiB: bounded, counted and said."""
    if shutil.which("mke2fs") is None:
        pytest.skip("mke2fs is not installed")
    files = tmp_path / "files"
    files.mkdir()
    with (files / "giant").open("wb") as out:
        out.write(MARK)
        out.seek((1 << 40) - len(MARK))
        out.write(MARK)
    (files / "small").write_bytes(b"small " + MARK)
    image = tmp_path / "image.dd"
    command = ["mke2fs", "-q", "-t", "ext4", "-d", str(files), str(image), "16M"]
    subprocess.run(command, check=True, capture_output=True, timeout=helpers.SECONDS)
    (tmp_path / "rules.yar").write_text('rule marked { strings: $m = "<marked-here>" condition: $m }')
    options = Options(rule_packs=(tmp_path / "rules.yar",), workers=1, limits=Limits(zeros=64 * MIB))
    found = helpers.shown(helpers.made(tmp_path / "case", image, options=options))
    entries = {entry["path"]: entry for entry in map(json.loads, found["entries"].splitlines())}
    giant = entries["/giant"]
    assert (giant["status"], giant["status_reason"]) == ("partial", "content.too-large")
    assert (giant["size"], giant["sha256"]) == (1 << 40, None)
    (problem,) = (json.loads(line) for line in found["problems"].splitlines() if b"too-large" in line)
    assert (problem["path"], problem["offset"]) == ("/giant", 65 * MIB)  # a block with the first word, and the zeros
    assert entries["/small"]["status"] == "whole"
    findings = [json.loads(line) for line in found["findings"].splitlines()]
    places = {finding["path"]: [match["offset"] for match in finding["strings"]] for finding in findings}
    assert places == {"/giant": [0], "/small": [6]}
    coverage = json.loads(found["coverage"])["entries"]
    assert coverage["reconciles"]
    assert [part["reason"] for part in coverage["partial"]] == ["content.too-large"]


# what the examiner chooses


def test_limits_are_stated_and_kept(tmp_path: Path) -> None:
    case, scratch = tmp_path / "case", tmp_path / "scratch"
    scratch.mkdir()
    arguments = ("triage", helpers.STICK, "--case", case, "--no-rules", "--spool", scratch)
    times = ("--time-limit", "100", "--time-limit-per-mib", "2.5", "--time-limit-most", "1000000")
    limits = (*times, "--memory-limit", "512", "--sparse-limit", "2")
    result = helpers.inside(*arguments, *limits)
    assert result.returncode == 0, result.stderr
    stated = (
        "100 s for each entry and 2.5 s more for each MiB of it, at most 1000000 s; 512 MiB of memory; 2 GiB of zeros"
    )
    assert stated in (case / "reports" / "report.html").read_text("utf-8")
    actions = [json.loads(line) for line in (case / "examination-log.jsonl").read_text("utf-8").splitlines()]
    assert [action["facts"]["options"]["limits"] for action in actions if action["action"] == "triage started"] == [
        stated
    ]
    assert helpers.inside(*arguments, "--sparse-limit", "2", "--memory-limit", "600").returncode == 0
    refused = helpers.inside(*arguments)
    assert refused.returncode == 40
    assert "zeros read of one content" in refused.stderr
