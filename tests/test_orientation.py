"""Orientation through whole runs: images and folders with known answers, and evidence that does not want to answer."""

import json
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import case, orienting, pipeline, report
from cyberforensics.model.orientation import Fact
from cyberforensics.model.run import Limits, Options, Progress
from cyberforensics.model.scope import Scope
from cyberforensics.pipeline import orient, wire
from cyberforensics.triage import triage
from tests import helpers
from tests.parsers.orientation import hives
from tests.parsers.orientation.test_linux import record
from tests.report.schema_check import violations

Facts = list[dict[str, object]]


def windows_folder(folder: Path) -> Path:
    """What a Windows leaves: SYSTEM dirty, with the last change in its log alone."""
    config = folder / "Windows/System32/config"
    config.mkdir(parents=True)
    old, new = hives.system_hive("OLD-NAME-0000", sequence=(8, 7)), hives.system_hive("ORCHARD-DESK1")
    (config / "SYSTEM").write_bytes(old)
    (config / "SYSTEM.LOG1").write_bytes(hives.write_log(old, [(7, hives.difference(old, new))]))
    (config / "SYSTEM.LOG2").write_bytes(b"")
    (config / "SOFTWARE").write_bytes(hives.software_hive())
    (config / "SAM").write_bytes(hives.sam_hive())
    (folder / "Users/apfel/AppData/Roaming/Electrum/wallets").mkdir(parents=True)
    (folder / "Users/apfel/Desktop").mkdir()
    for number in range(7):
        (folder / f"Users/apfel/Desktop/{number}.kdbx").write_bytes(b"safe %d" % number)
    return folder


def facts_of(folder: Path) -> Facts:
    return [
        json.loads(line) for line in helpers.inside("show", "facts", folder, "--format", "jsonl").stdout.splitlines()
    ]


def values(facts: Facts, question: str) -> list[object]:
    return [fact["value"] for fact in facts if fact["question"] == question]


def run(source: Path, folder: Path, **options: object) -> list[Progress]:
    told: list[Progress] = []
    triage([source], folder, Options(rule_packs=(), **options), told.append)  # type: ignore[arg-type]
    return told


def told(source: Path, folder: Path) -> tuple[str, ...]:
    """What is said as soon as the volume is listed."""
    return next(progress.lines for progress in run(source, folder) if progress.stage == "orientation")


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return windows_folder(tmp_path_factory.mktemp("evidence") / "win")


def test_it_is_told_before_anything_else_is_done(windows: Path, tmp_path: Path) -> None:
    told = run(windows, tmp_path / "case")
    stages = [progress.stage for progress in told]
    assert stages.index("orientation") < stages.index("examining")
    lines = next(progress.lines for progress in told if progress.stage == "orientation")
    assert "  Computer name: ORCHARD-DESK1" in lines
    assert (
        "  Accounts: Administrator (disabled, no logon is recorded); apfel (last logon 2024-06-27T22:13:20.0000000Z)"
        in lines
    )
    facts = facts_of(tmp_path / "case")
    assert values(facts, "computer-name") == ["ORCHARD-DESK1"]
    schema: Any = report.schema()
    assert [broken for fact in facts for broken in violations(fact, schema["$defs"]["fact"], schema["$defs"])] == []
    assert sorted(map(str, values(facts, "user-profile"))) == ["/Users/apfel", "C:\\\\Users\\\\apfel"]
    notable = [fact for fact in facts if fact["question"] == "notable-path" and fact["system"] == "password store"]
    assert len(notable) == orienting.FIRST_PATHS
    assert {fact["count"] for fact in notable} == {7}
    with case.open_existing(tmp_path / "case") as store:
        known = {(row.id, row.entry.path) for row in case.entries(store)}
    assert {(fact["entry"], fact["path"]) for fact in facts if fact["entry"]} <= known


def test_the_answers_do_not_depend_on_the_number_of_workers(windows: Path, tmp_path: Path) -> None:
    for workers in (1, 3):
        run(windows, tmp_path / str(workers), workers=workers)
    first, second = (helpers.inside("show", "facts", tmp_path / name, "--format", "jsonl").stdout for name in "13")
    assert first == second != ""


def test_a_plan_that_begins_again_asks_again(windows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(case, "cut_batches", stop)
        with pytest.raises(KeyboardInterrupt):
            run(windows, tmp_path / "case")
    before = facts_of(tmp_path / "case")
    run(windows, tmp_path / "case")
    assert facts_of(tmp_path / "case") == before != []


def test_a_file_that_is_too_large_is_named(windows: Path, tmp_path: Path) -> None:
    copy = tmp_path / "win"
    shutil.copytree(windows, copy)
    with (copy / "Windows/System32/config/SOFTWARE").open("r+b") as hive:
        hive.truncate(orient.MOST_BYTES + 1)
    run(copy, tmp_path / "case")
    facts = facts_of(tmp_path / "case")
    assert {fact["state"] for fact in facts if fact["question"] in ("version", "operating-system")} == {"unreadable"}
    assert values(facts, "computer-name") == ["ORCHARD-DESK1"]
    problems = helpers.inside("show", "problems", tmp_path / "case").stdout
    assert "orientation.skipped" in problems


@pytest.mark.parametrize("scope", [Scope(exclude=("/Windows/System32/config/SAM",)), Scope(categories=("picture",))])
def test_what_the_scope_leaves_out_is_not_read(windows: Path, tmp_path: Path, scope: Scope) -> None:
    run(windows, tmp_path / "case", scope=scope)
    facts = facts_of(tmp_path / "case")
    (account,) = [fact for fact in facts if fact["question"] == "account"]
    assert (account["state"], account["note"]) == ("unreadable", "the scope of the run leaves it out")
    assert values(facts, "computer-name") == ([None] if scope.categories else ["ORCHARD-DESK1"])


def test_hostile_hives_end_in_problems(windows: Path, tmp_path: Path) -> None:
    """A root key that is its own sub key, a list of sub keys that lies outside of the hive, and rubbish."""
    copy = tmp_path / "win"
    shutil.copytree(windows, copy)
    config = copy / "Windows/System32/config"
    data = bytearray(hives.software_hive())
    root = 4096 + struct.unpack_from("<I", data, 36)[0] + 4
    leaf = 4096 + struct.unpack_from("<I", data, root + 28)[0] + 4
    struct.pack_into("<I", data, leaf + 4, root - 4096 - 4)
    (config / "SOFTWARE").write_bytes(data)
    sam = bytearray(hives.sam_hive())
    root = 4096 + struct.unpack_from("<I", sam, 36)[0] + 4
    struct.pack_into("<I", sam, root + 28, 0x7FFFFF00)
    (config / "SAM").write_bytes(sam)
    (config / "SYSTEM").write_bytes(b"regf" * 4096)
    run(copy, tmp_path / "case", limits=Limits(seconds=20))
    facts = facts_of(tmp_path / "case")
    asked = {fact["question"]: fact["state"] for fact in facts}
    assert {asked[question] for question in ("computer-name", "account")} == {"unreadable"}
    assert asked["version"] in ("not-found", "unreadable")
    assert "parser.malformed" in helpers.inside("show", "problems", tmp_path / "case").stdout


def test_a_worker_that_dies_costs_its_answer_alone(
    windows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def dying(self: pipeline.Supervisor, job: object, *, size: int = 0) -> Iterator[object]:
        if isinstance(job, pipeline.OrientJob):
            calls.append(job)
            raise pipeline.WorkerStopped("worker.died")
        return original(self, job, size=size)  # type: ignore[arg-type]

    original = pipeline.Supervisor.run
    monkeypatch.setattr(pipeline.Supervisor, "run", dying)
    run(windows, tmp_path / "case")
    assert len(calls) == 2  # it is tried once more
    facts = facts_of(tmp_path / "case")
    assert {fact["state"] for fact in facts if fact["question"] != "notable-path"} == {"unreadable"}
    assert "worker.died" in helpers.inside("show", "problems", tmp_path / "case").stdout


def test_an_answer_about_other_names_is_refused(windows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(self: pipeline.Supervisor, job: object, *, size: int = 0) -> Iterator[object]:
        if isinstance(job, pipeline.OrientJob):
            fact = Fact("windows", "/", "account", "found", "planted", entry="of another", path="/x")
            return iter((wire.Oriented((fact,), ()),))
        return original(self, job, size=size)  # type: ignore[arg-type]

    original = pipeline.Supervisor.run
    monkeypatch.setattr(pipeline.Supervisor, "run", lying)
    run(windows, tmp_path / "case")
    facts = facts_of(tmp_path / "case")
    assert "planted" not in values(facts, "account")
    assert "worker.bad-reply" in helpers.inside("show", "problems", tmp_path / "case").stdout


@pytest.mark.skipif(shutil.which("mke2fs") is None, reason="mke2fs is not there to make an ext4 image")
def test_linux_in_an_image(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for folder in ("etc", "usr/lib", "home/mira", "var/log/installer"):
        (tree / folder).mkdir(parents=True)
    (tree / "etc/hostname").write_text("orchard-srv\n")
    (tree / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nmira:x:1000:1000::/home/mira:/bin/sh\n")
    (tree / "usr/lib/os-release").write_text('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    (tree / "etc/os-release").symlink_to("../usr/lib/os-release")
    (tree / "etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Tallinn")
    (tree / "var/log/installer/syslog").write_text("done\n")
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(tmp_path / "linux.raw"), "16M"], check=True)
    run(tmp_path / "linux.raw", tmp_path / "case")
    facts = facts_of(tmp_path / "case")
    assert values(facts, "computer-name") == ["orchard-srv"]
    assert values(facts, "operating-system") == ["Debian GNU/Linux 12 (bookworm)"]
    assert values(facts, "time-zone") == ["Europe/Tallinn"]
    assert sorted(map(str, values(facts, "account"))) == ["mira", "root"]
    assert values(facts, "user-profile") == ["/home/mira"]
    (installed,) = [fact for fact in facts if fact["question"] == "install-date"]
    assert "consistent with" in str(installed["note"])
    assert installed["path"] == "/var/log/installer/syslog"


@pytest.mark.skipif(
    shutil.which("mkntfs") is None or shutil.which("ntfs-3g") is None or not Path("/dev/fuse").exists(),
    reason="mkntfs, ntfs-3g or /dev/fuse is not there to make an NTFS image",
)
def test_windows_in_an_image(windows: Path, tmp_path: Path) -> None:
    image, mount = tmp_path / "windows.raw", tmp_path / "mount"
    with image.open("wb") as out:
        out.truncate(24 << 20)
    subprocess.run(["mkntfs", "-q", "-F", "-s", "512", "-p", "0", "-H", "16", "-S", "63", str(image)], check=True)
    mount.mkdir()
    mounted = subprocess.run(["ntfs-3g", str(image), str(mount)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("ntfs-3g could not mount an image here")
    try:
        shutil.copytree(windows, mount, dirs_exist_ok=True)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
    run(image, tmp_path / "case")
    facts = facts_of(tmp_path / "case")
    assert values(facts, "computer-name") == ["ORCHARD-DESK1"]
    assert sorted(map(str, values(facts, "account"))) == ["Administrator", "apfel"]
    assert {fact["state"] for fact in facts} == {"found"}


def test_what_has_no_installation_says_so(tmp_path: Path) -> None:
    result = helpers.inside("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    assert "no installation of Windows, Linux or macOS was recognised" in result.stdout
    assert "by category" in result.stdout


def test_the_latest_logon_of_each_name_is_told(tmp_path: Path) -> None:
    """Times by `date -u -d @…`; the struct of lastlog by bits/utmp.h: 4, 32 and 256 bytes."""
    tree = tmp_path / "pc"
    (tree / "etc").mkdir(parents=True)
    (tree / "var/log").mkdir(parents=True)
    (tree / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nmira:x:1000:1000::/home/mira:/bin/sh\n")
    assert "  Last logons: NOT FOUND" in told(tree, tmp_path / "none")
    (tree / "var/log/lastlog").write_bytes(struct.pack("<i32s256s", 1_747_700_000, b"tty1", b""))  # 2025-05-20 00:13:20
    later = ((b"root", 1_779_174_000), (b"alice", 1_779_354_900))  # 2026-05-19 07:00:00, 2026-05-21 09:15:00
    (tree / "var/log/wtmp").write_bytes(b"".join(record(7, name, seconds) for name, seconds in later))
    lines = told(tree, tmp_path / "case")
    assert "  Accounts: root (last logon 2026-05-19T07:00:00Z); mira" in lines
    assert "  Last logons of names that are no listed account: alice (2026-05-21T09:15:00Z)" in lines
    recorded = [fact["subject"] for fact in facts_of(tmp_path / "case") if fact["question"] == "last-logon"]
    assert sorted(map(str, recorded)) == ["alice", "root", "root"]
