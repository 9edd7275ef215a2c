"""Workers that die, hang or lie cost what they must, and no more."""

import io
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from cyberforensics import disk, examining, pipeline
from cyberforensics.errors import CannotWrite, EvidenceError, WorkerError
from cyberforensics.model.entry import Content, Name, Status
from cyberforensics.model.event import Event
from cyberforensics.model.examination import Digests, Examination, Finding, StringMatch
from cyberforensics.model.problem import Problem, Stage
from cyberforensics.model.run import Limits
from cyberforensics.parsers import Parser
from cyberforensics.pipeline import plan
from cyberforensics.pipeline.frames import frames
from cyberforensics.pipeline.parse import run_parser
from cyberforensics.pipeline.supervise import Supervisor, WorkerStopped
from cyberforensics.pipeline.wire import (
    MAX_FRAME,
    BadReply,
    DigestProgress,
    Entries,
    Examinations,
    Examined,
    decode,
    encode,
)
from cyberforensics.triage import Options, triage
from tests import helpers
from tests.pipeline import poison


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return helpers.shown(helpers.made(tmp_path_factory.mktemp("sound") / "case"))


@pytest.fixture(autouse=True)
def _workers_find_the_tests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", helpers.environment()["PYTHONPATH"])
    monkeypatch.setenv("POISON_MARK", str(tmp_path / "mark"))
    (tmp_path / "once").touch()
    monkeypatch.setenv("POISON_ONCE", str(tmp_path / "once"))


def _poisoned_path(sound: dict[str, bytes]) -> str:
    entries = [json.loads(line) for line in sound["entries"].splitlines()]
    return str(sorted(entry["path"] for entry in entries if entry["status"] == "whole" and entry["allocated"])[3])


def _poisoned(
    monkeypatch: pytest.MonkeyPatch, folder: Path, act: str, path: str, options: Options | None = None
) -> dict[str, bytes]:
    monkeypatch.setattr(pipeline, "ExamineJob", poison.PoisonedExamine)
    monkeypatch.setenv("POISON", act)
    monkeypatch.setenv("POISON_PATH", path)
    return helpers.shown(helpers.made(folder, options=options))


def _all_but(found: dict[str, bytes], path: str) -> list[bytes]:
    return [line for line in found["entries"].splitlines() if json.loads(line)["path"] != path]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("die", "worker.died"),
        ("die-as-first", "worker.died"),
        ("die-as-third", "worker.died"),
        ("die-nowhere", "worker.died"),
        ("abort", "worker.died"),
        ("signal-40", "worker.died"),
        ("allocate", "worker.memory"),
        ("grow", "worker.memory"),
        ("hang", "worker.timed-out"),
        ("hang-in-c", "worker.timed-out"),
        ("not-json", "worker.bad-reply"),
        ("wrong-type", "worker.bad-reply"),
        ("wrong-shape", "worker.bad-reply"),
        ("surrogate", "worker.bad-reply"),
        ("too-long", "worker.bad-reply"),
        ("pickle", "worker.bad-reply"),
    ],
)
def test_a_content_that_no_worker_survives(
    act: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: dict[str, bytes]
) -> None:
    path = _poisoned_path(sound)
    limits = Limits(5.0, 0.0) if "hang" in act else Limits(memory=(poison.GROWN - 300) << 20)
    options = Options(rule_packs=(), workers=1, limits=limits)
    began = time.monotonic()
    found = _poisoned(monkeypatch, tmp_path / "case", act, path, options)
    assert time.monotonic() - began < 45  # the hanging ones sleep for a minute
    assert _all_but(found, path) == _all_but(sound, path)
    (lost,) = (json.loads(line) for line in found["entries"].splitlines() if json.loads(line)["path"] == path)
    assert (lost["status"], lost["status_reason"], lost["sha256"]) == ("unreadable", code, None)
    (problem,) = (json.loads(line) for line in found["problems"].splitlines() if json.loads(line)["stage"] == "worker")
    assert (problem["code"], problem["path"], problem["severity"]) == (code, path, "error")
    if code == "worker.died":
        assert {"abort": "SIGABRT", "signal-40": "signal 40"}.get(act, "SIGKILL") in problem["message"]
    coverage = json.loads(found["coverage"])["entries"]
    assert coverage["reconciles"]
    assert [part["reason"] for part in coverage["unreadable"]] == [code]
    assert not (tmp_path / "mark").exists()  # nothing was unpickled


def test_a_worker_killed_once_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: dict[str, bytes]
) -> None:
    found = _poisoned(monkeypatch, tmp_path / "case", "die-once", _poisoned_path(sound))
    assert (tmp_path / "once").stat().st_mtime == 0  # it died
    assert found == sound


@pytest.mark.parametrize(("name", "job"), [("WalkJob", poison.PoisonedWalk), ("OpenJob", poison.PoisonedOpen)])
def test_a_worker_killed_while_opening_or_walking_costs_nothing(
    name: str, job: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: dict[str, bytes]
) -> None:
    monkeypatch.setattr(plan, name, job)
    found = helpers.shown(helpers.made(tmp_path / "case"))
    assert (tmp_path / "once").stat().st_mtime == 0  # it died
    assert found == sound


@pytest.mark.parametrize(
    "act", ["", "die", "abort", "allocate", "hang", "not-json", "wrong-type", "too-long", "pickle"]
)
def test_workers_that_get_ready_cost_nothing_whatever_becomes_of_them(
    act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: dict[str, bytes]
) -> None:
    monkeypatch.setattr(pipeline, "ReadyJob", poison.PoisonedReady)
    monkeypatch.setattr(examining, "_WORTH_STARTING", 0)
    monkeypatch.setenv("POISON", act)
    limits = Limits(5.0) if act == "hang" else Limits(memory=(poison.GROWN - 300) << 20)
    found = helpers.shown(helpers.made(tmp_path / "case", options=Options(rule_packs=(), workers=2, limits=limits)))
    assert (tmp_path / "once").stat().st_mtime == 0  # they did get ready
    assert found == sound
    assert not (tmp_path / "mark").exists()


def test_workers_killed_from_outside_cost_an_entry_each_at_most(tmp_path: Path, sound: dict[str, bytes]) -> None:
    process = helpers.start(
        "triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules", SLOWED_BATCH="1", SLOWED_PAUSE="0.1"
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "examining" in line:
            break
    killed = 0
    while process.poll() is None and killed < 3:
        for worker in helpers.workers_of(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
        time.sleep(0.5)
    _, talk = process.communicate(timeout=helpers.SECONDS)
    assert process.returncode in (0, 10), talk
    assert killed >= 1
    found = helpers.shown(tmp_path / "case")
    lost = [line for line in found["entries"].splitlines() if line not in set(sound["entries"].splitlines())]
    assert len(lost) <= killed
    assert all(json.loads(line)["status_reason"] == "worker.died" for line in lost)
    assert len(found["entries"].splitlines()) == len(sound["entries"].splitlines())


def test_trouble_of_this_machine_is_never_held_against_the_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: dict[str, bytes]
) -> None:
    with pytest.raises(CannotWrite, match="no room"):
        _poisoned(monkeypatch, tmp_path / "case", "no-room", _poisoned_path(sound))
    helpers.assert_sound(tmp_path / "case")
    monkeypatch.undo()
    assert helpers.shown(helpers.made(tmp_path / "case")) == sound


def test_rules_that_vanish_are_trouble_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = helpers.rule_file(tmp_path)

    def remove(progress: object) -> None:
        for path in (tmp_path / "case" / "spool").glob("*.yarc"):
            path.unlink()

    with pytest.raises(WorkerError, match="rules of this run"):
        triage({"S": helpers.STICK}, tmp_path / "case", Options(rule_packs=(rules,)), remove)


def test_the_digest_survives_a_worker(tmp_path: Path, sound: dict[str, bytes]) -> None:
    """A worker killed while it computes the digests is replaced; nothing prints NOT COMPUTED in silence."""
    process = helpers.start("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    assert process.stderr is not None
    for line in process.stderr:
        if "computing digests" in line:
            break
    for worker in helpers.workers_of(process.pid):
        os.kill(worker, signal.SIGKILL)
    output, talk = process.communicate(timeout=helpers.SECONDS)
    assert process.returncode == 0, talk
    assert "MATCH" in output
    assert "NOT COMPUTED" not in output
    assert helpers.shown(tmp_path / "case") == sound


def test_no_worker_survives_opening() -> None:
    class Dead(Supervisor):
        def run(self, job: object, *, size: int = 0) -> object:  # type: ignore[override]
            raise WorkerStopped("worker.died")

    with pytest.raises(EvidenceError, match="no worker process survives"):
        pipeline.open_source(Dead(Limits()), disk.identify("S", helpers.STICK), None)


class Late(Supervisor):
    """Whose workers are all ended for their time, however fast the machine is."""

    tries = 0

    def run(self, job: object, *, size: int = 0) -> object:  # type: ignore[override]
        self.tries += 1
        raise WorkerStopped("worker.timed-out")


def test_a_time_that_is_too_short_to_open_is_not_called_damage() -> None:
    late = Late(Limits(2.5))
    with pytest.raises(
        EvidenceError, match=r"^exhibit S: it could not be opened within 2\.5 s, .* 3 times$"
    ) as refused:
        pipeline.open_source(late, disk.identify("S", helpers.STICK), None)
    assert late.tries == 3
    assert (refused.value.code, refused.value.exit_code) == ("evidence.not-opened-in-time", 20)
    assert refused.value.hint.startswith("a busy machine or slow storage needs more: triage --time-limit SECONDS")


def test_a_time_that_is_too_short_to_list_is_told_as_such() -> None:
    (volume,) = (found for found in pipeline.inspect(helpers.STICK).volumes if found.slot == "p1")
    told: list[object] = []
    pipeline.list_volume(Late(Limits(2.5)), disk.identify("S", helpers.STICK), volume, None, told.extend)
    assert [item.code for item in told if isinstance(item, Problem)] == ["walk.died"]
    assert "no answer within 2.5 s" in str(told[0])


def test_a_time_that_is_too_short_is_told_by_the_command(tmp_path: Path) -> None:
    """No machine starts a worker process and opens an image within a thousandth of a second."""
    limits = Limits(0.001)
    with pytest.raises(EvidenceError, match=r"within 0\.001 s"):
        triage({"S": helpers.STICK}, tmp_path / "one", Options(limits=limits, workers=1))
    log = (tmp_path / "one" / "examination-log.jsonl").read_text()
    assert '"code":"evidence.not-opened-in-time"' in log.replace(" ", "")


def test_a_job_larger_than_the_pipe() -> None:
    supervisor = Supervisor(Limits(30))
    try:
        for size in (0, 1, 65_536, 5_000_000):
            assert list(supervisor.run(poison.Large(b"x" * size))) == [DigestProgress(size)]
    finally:
        supervisor.stop()


def test_a_worker_that_takes_no_job_is_ended_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor = Supervisor(Limits(3.0))
    try:
        list(supervisor.run(poison.Large(b"")))
        (worker,) = helpers.workers_of(os.getpid())
        os.kill(worker, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(WorkerStopped, match=r"worker\.timed-out"):
            list(supervisor.run(poison.Large(b"x" * 5_000_000)))
        assert time.monotonic() - began < 10
        assert list(supervisor.run(poison.Large(b"xx"))) == [DigestProgress(2)]
    finally:
        supervisor.stop()


def test_answers_that_nobody_took_never_meet_the_next_job() -> None:
    supervisor = Supervisor(Limits(30))
    try:
        answers = supervisor.run(poison.Chatty())
        assert next(answers) == DigestProgress(0)
        answers.close()  # type: ignore[attr-defined]
        assert list(supervisor.run(poison.Large(b"abc"))) == [DigestProgress(3)]
    finally:
        supervisor.stop()


def test_descriptors_above_1023() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    supervisor = Supervisor(Limits(30))
    try:
        assert list(supervisor.run(poison.Large(b"a"))) == [DigestProgress(1)]
    finally:
        supervisor.stop()
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nothing_is_left_open() -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    for _ in range(3):
        supervisor = Supervisor(Limits(30))
        list(supervisor.run(poison.Large(b"a")))
        supervisor.stop()
        supervisor.stop()
    assert count() == before
    assert not helpers.workers_of(os.getpid())


def test_closing_from_another_thread_ends_a_hanging_job() -> None:
    supervisor = Supervisor(Limits(60))
    ended: list[str] = []

    def wait() -> None:
        try:
            list(supervisor.run(poison.Hang()))
        except WorkerStopped as stopped:
            ended.append(stopped.code)

    thread = threading.Thread(target=wait)
    thread.start()
    while not helpers.workers_of(os.getpid()):
        time.sleep(0.01)
    time.sleep(0.5)
    supervisor.close()
    thread.join(5)
    assert ended == ["worker.died"]
    with pytest.raises(WorkerStopped):
        list(supervisor.run(poison.Large(b"a")))
    supervisor.stop()


def test_a_rule_that_eats_the_memory_costs_one_entry(tmp_path: Path) -> None:
    """Three strings that match a million times each: the engine was measured to hold 450 MiB for them."""
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "greedy.bin").write_bytes(b"ABC" * 3_000_000)
    (tmp_path / "evidence" / "harmless.bin").write_bytes(b"nothing, and an A")
    rule = 'rule Greedy { strings: $a = "A" $b = "B" $c = "C" condition: any of them }'
    (tmp_path / "greedy.yar").write_text(rule)
    options = Options(rule_packs=(tmp_path / "greedy.yar",), workers=1, limits=Limits(memory=256 << 20))
    found = helpers.shown(helpers.made(tmp_path / "case", tmp_path / "evidence", options=options))
    entries = {entry["path"]: entry for entry in map(json.loads, found["entries"].splitlines())}
    greedy = entries["/greedy.bin"]
    assert (greedy["status"], greedy["status_reason"]) == ("unreadable", "worker.memory")
    assert entries["/harmless.bin"]["status"] == "whole"
    assert [json.loads(line)["path"] for line in found["findings"].splitlines()] == ["/harmless.bin"]


def test_a_parser_out_of_memory_is_no_crashed_parser() -> None:
    def parse(_: BinaryIO) -> Iterator[Event | Problem]:
        yield from (Problem(Stage.PARSE, "parser.malformed", str(size)) for size in bytearray(1 << 62))

    greedy = Parser("greedy", "", (), parse, (), (), ())
    with pytest.raises(MemoryError):
        list(run_parser(greedy, io.BytesIO(), "/x"))


def test_the_spool_file_of_a_dead_worker_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "content-1-of-another").touch()
    answers = Supervisor(Limits(30), writable=folder).run(poison.SpoolAndDie(folder))
    assert next(answers) == DigestProgress(2)  # its own, and the other
    with pytest.raises(WorkerStopped, match=r"worker\.died"):
        next(answers)
    assert [path.name for path in folder.iterdir()] == ["content-1-of-another"]


def test_the_time_of_an_entry() -> None:
    """By hand: 300 s, 1 s for each MiB, a day at most, whatever a file system claims."""
    limits = Limits()
    assert limits.seconds_for(0) == 300
    assert limits.seconds_for(10 << 20) == 310
    assert limits.seconds_for(1 << 40) == limits.seconds_for(2**63 - 1) == 86_400


@pytest.mark.parametrize("job", ["Hang", "Chatty"])
def test_a_busy_worker_does_not_outlive_its_parent(job: str) -> None:
    """Not even one that stays in a C library with the interpreter's lock."""
    code = (
        "from cyberforensics.model.run import Limits\n"
        "from cyberforensics.pipeline.supervise import Supervisor\n"
        "from tests.pipeline import poison\n"
        f"for _ in Supervisor(Limits()).run(poison.{job}()): break\n"
    )
    parent = subprocess.Popen([*helpers.command()[:1], "-c", code], env=helpers.environment())
    deadline = time.monotonic() + 10
    while not helpers.workers_of(parent.pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)
        if job == "Chatty" and parent.poll() is not None:
            break
    time.sleep(0.8)
    parent.kill()
    parent.wait()
    helpers.await_no_workers(parent.pid)


def test_modules_in_the_working_directory_are_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory may be evidence."""
    for name in ("magic.py", "yara.py", "json.py", "cyberforensics.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    helpers.made(tmp_path / "case")
    assert not (tmp_path / "mark").exists()


def test_frames_are_checked() -> None:
    assert decode(encode(DigestProgress(7))) == DigestProgress(7)
    for frame in (b"", b"[]", b"[1]", b'["DigestProgress"]', b'["DigestProgress",["7"]]', b'["DigestProgress",[1,2]]'):
        with pytest.raises(BadReply):
            decode(frame)
    deep = b'["DigestProgress",' + b"[" * 100_000
    with pytest.raises(BadReply):
        decode(deep)
    assert Examinations.__name__ in encode.__globals__["_TYPES"]
    assert MAX_FRAME < 2**32


def test_entries_too_long_for_a_frame_are_split() -> None:
    items = tuple(Problem(Stage.WALK, "walk.too-deep", str(number), path="/x" * 500) for number in range(100))
    parts = list(frames(Entries.of(items), most=20_000))
    assert len(parts) > 1
    assert max(map(len, parts)) <= 20_000
    messages = [decode(part) for part in parts]
    assert tuple(item for message in messages if isinstance(message, Entries) for item in message.items) == items


def _cut(examination: Examination, most: int) -> Examination:
    content = Content(7, "7", None, b"/x", 3, False, "tsk", None, (Name("id", "/x", None, None),))
    (frame,) = frames(Examinations((Examined(7, examination),)), (content,), most)
    assert len(frame) <= most
    message = decode(frame)
    assert isinstance(message, Examinations)
    return message.items[0].examination


def test_matched_strings_are_the_first_to_go() -> None:
    strings = tuple(StringMatch("$a", offset, 256, bytes(256)) for offset in range(100))
    findings = tuple(Finding("yara", "p", "n", f"r{number}", "low", strings=strings) for number in range(20))
    cut = _cut(Examination(Status.WHOLE, findings=findings), 200_000)
    assert cut.status is Status.WHOLE
    assert cut.problems == ()
    assert [(found.rule, len(found.strings), found.strings_left_out) for found in cut.findings] == [
        (f"r{number}", 10, 90) for number in range(20)
    ]


def test_what_is_left_out_of_an_answer_is_counted() -> None:
    findings = tuple(Finding("yara", "p", "n", f"r{number}" + "x" * 1000, "low") for number in range(100))
    digests = Digests("0" * 32, "0" * 40, "0" * 64)
    cut = _cut(Examination(Status.WHOLE, bytes_read=3, digests=digests, findings=findings), 100_000)
    assert (cut.status, cut.status_reason, cut.digests) == ("partial", "content.answer-cut", digests)
    assert cut.findings == findings[: len(cut.findings)]
    (problem,) = cut.problems
    assert (problem.code, problem.path) == ("content.answer-cut", "/x")
    assert f"; {100 - len(cut.findings)} findings are left out" in problem.message
    assert _cut(cut, 100_000) == cut
