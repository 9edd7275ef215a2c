"""Every exit code of docs/exit-codes.md that a command ends in today, through the real command line."""

import fcntl
import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberforensics.triage import Options
from tests import helpers

BROKEN = 'rule Fine { condition: false }\nrule Broken { strings: $a = "x" condition: $b }\n'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished case of the stick, without rules."""
    return helpers.made(tmp_path_factory.mktemp("whole") / "case")


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "case"))


def test_0_done(tmp_path: Path) -> None:
    result = helpers.run("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    assert result.returncode == 0, result.stderr
    assert "Both sides agree" in result.stdout
    assert str(tmp_path / "case" / "reports" / "report.html") in result.stdout


@pytest.mark.parametrize(("severity", "code"), [("critical", 0), ("high", 11), ("low", 11)])
def test_11_a_finding_that_was_asked_for(tmp_path: Path, severity: str, code: int) -> None:
    (tmp_path / "r.yar").write_text('rule one { meta: severity = "high" condition: filesize > 0 }')
    arguments = (helpers.STICK, "--case", tmp_path / "case", "--rules", tmp_path / "r.yar", "--fail-on", severity)
    result = helpers.run("triage", *arguments)
    assert result.returncode == code, result.stderr
    again = helpers.run("scan", tmp_path / "case", "--rules", tmp_path / "r.yar", "--fail-on", severity)
    assert again.returncode == code, again.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("triage", "--case", "x"),
        ("triage", "a", "b/a", "--case", "x"),
        ("triage", "a", "--case", "x", "--expect", "sha256:12"),
        ("triage", "a", "--case", "x", "--source-timezone", "Mars/Olympus"),
        ("triage", "a", "--case", "x", "--source-timezone", "other=UTC"),
        ("triage", "a", "--case", "x", "--rules", "r", "--no-rules"),
        ("triage", "a", "--case", "x", "--workers", "0"),
        ("triage", "--exhibit", "no-equals", "--case", "x"),
        ("triage", "--exhibit", "a\x1b[31m=b", "--case", "x"),
        ("show", "entries", "x", "--since", "yesterday"),
        ("show", "everything", "x"),
        ("timeline", "x", "--from", "soon"),
        ("export", "x", "-o", "y"),
        ("export", "x", "-o", "y", "--sha256", "12"),
        ("export", "x", "-o", "y", "--finding", "*"),
        ("verify-image", "a", "--expect", "crc32:0"),
        ("show", "findings", "x", "--tag", "two\nlines"),
        ("report", "x", "--only", ""),
        ("triage", "a", "--case", "x", "--fail-on", "bad"),
        ("triage", "a", "--case", "x", "--engine", "yara"),
        ("no-such-command",),
    ],
)
def test_2_usage(arguments: tuple[str, ...], tmp_path: Path) -> None:
    result = helpers.run(*arguments, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr
    assert not (tmp_path / "x").exists()  # caught before anything is made or opened


def test_2_filters_where_there_are_none(whole: Path) -> None:
    result = helpers.run("show", "volumes", whole, "--deleted")
    assert (result.returncode, result.stdout) == (2, "")


def test_10_one_of_several_sources_cannot_be_opened(tmp_path: Path) -> None:
    missing = tmp_path / "gone.E01"
    result = helpers.run("triage", helpers.STICK, missing, "--case", tmp_path / "case", "--no-rules")
    assert result.returncode == 10, result.stderr
    assert f"  - {missing}: there is no such file or folder" in result.stdout
    shown = helpers.run("show", "problems", tmp_path / "case", "--format", "jsonl")
    (problem,) = (json.loads(line) for line in shown.stdout.splitlines() if "gone.E01" in line)
    assert (problem["code"], problem["severity"], problem["stage"]) == ("evidence.not-found", "error", "open")
    assert "gone.E01" in (tmp_path / "case" / "reports" / "report.html").read_text()
    again = helpers.run("triage", helpers.STICK, missing, "--case", tmp_path / "case", "--no-rules")
    assert again.returncode == 10
    assert helpers.run("show", "problems", tmp_path / "case", "--format", "jsonl").stdout == shown.stdout
    helpers.assert_sound(tmp_path / "case")


def test_10_then_0_when_the_source_is_there(tmp_path: Path) -> None:
    source = tmp_path / "late.E01"
    arguments = ("triage", helpers.STICK, source, "--case", tmp_path / "case", "--no-rules")
    assert helpers.run(*arguments).returncode == 10
    shutil.copyfile(helpers.FIXTURES / "gpt.E01", source)
    result = helpers.run(*arguments)
    whole = helpers.made(tmp_path / "whole", helpers.STICK, source)
    assert str(source) not in result.stdout
    assert helpers.shown(tmp_path / "case") == helpers.shown(whole)


def test_10_a_stated_digest_that_differs(tmp_path: Path) -> None:
    arguments = ("--expect", f"sha256:{'0' * 64}")
    result = helpers.run("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules", *arguments)
    assert result.returncode == 10
    assert "MISMATCH" in result.stdout
    assert helpers.run("verify-image", helpers.STICK, *arguments).returncode == 10
    assert helpers.run("verify-image", helpers.STICK).returncode == 0


def test_10_a_stated_digest_of_what_has_no_media(tmp_path: Path) -> None:
    """A folder has none: that the expectation was not checked is said, by both commands."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("x")
    stated = f"sha256:{'0' * 64}"
    result = helpers.inside("verify-image", tmp_path / "source", "--expect", stated)
    assert result.returncode == 10
    assert result.stdout.endswith("NOT COMPUTED\n")
    result = helpers.inside(
        "triage", tmp_path / "source", "--case", tmp_path / "case", "--no-rules", "--expect", stated
    )
    assert "NOT COMPUTED" in result.stdout


def test_10_nothing_to_export(whole: Path, tmp_path: Path) -> None:
    result = helpers.run("export", whole, "-o", tmp_path / "out", "--path", "/nothing like it")
    assert result.returncode == 10
    assert "0 of 0 exported" in result.stderr


def test_20_no_source_can_be_opened(tmp_path: Path) -> None:
    junk = tmp_path / "junk.E01"
    junk.write_bytes(b"EVF\x09\x0d\x0a\xff\x00" + b"\x00" * 64)
    result = helpers.run("triage", junk, tmp_path / "gone", "--case", tmp_path / "case")
    assert result.returncode == 20
    assert result.stderr.count("error:") == 1
    assert helpers.run("triage", junk, "--case", tmp_path / "case").returncode == 20
    for name in ("info", "ls", "verify-image"):
        assert helpers.run(name, tmp_path / "gone").returncode == 20


def test_30_a_broken_rule(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "broken.yar").write_text(BROKEN)
    (rules / "good.yar").write_text(helpers.RULE)
    arguments = ("triage", helpers.STICK, "--case", tmp_path / "case", "--rules", rules)
    result = helpers.run(*arguments)
    assert result.returncode == 30
    assert f"{rules / 'broken.yar'}:2: undefined string" in result.stderr
    assert not (tmp_path / "case").exists()  # before anything is opened
    skipping = helpers.run(*arguments, "--skip-broken-rules")
    assert skipping.returncode == 10, skipping.stderr
    assert "broken.yar" in (tmp_path / "case" / "reports" / "report.html").read_text()
    problems = helpers.run("show", "problems", tmp_path / "case", "--format", "jsonl").stdout
    assert [json.loads(line)["code"] for line in problems.splitlines()] == ["rules.skipped"]


def test_40_another_run_works_on_it(copy: Path) -> None:
    with (copy / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = helpers.run("triage", helpers.STICK, "--case", copy, "--no-rules")
        assert result.returncode == 40
        assert "another run works on this case" in result.stderr
        assert helpers.run("show", "volumes", copy).returncode == 0
    assert helpers.run("triage", helpers.STICK, "--case", copy, "--no-rules").returncode == 0


def test_40_the_same_id_for_other_media(copy: Path) -> None:
    before = helpers.shown(copy)
    other = f"demo-stick.E01={helpers.FIXTURES / 'gpt.E01'}"
    result = helpers.run("triage", "--exhibit", other, "--case", copy, "--no-rules")
    assert result.returncode == 40
    assert "is other media" in result.stderr
    assert "--exhibit ID=SOURCE" in result.stderr
    assert helpers.shown(copy) == before


def test_40_an_unfinished_pass_with_other_settings(tmp_path: Path) -> None:
    folder, rules = tmp_path / "case", helpers.rule_file(tmp_path)
    process = helpers.start("triage", helpers.STICK, "--case", folder, "--no-rules", SLOWED_KILL="5")
    process.communicate(timeout=helpers.SECONDS)
    result = helpers.run(
        *("triage", helpers.STICK, "--case", folder, "--rules", rules),
        *("--source-timezone", "Asia/Colombo", "--verify", "both", "--expect", f"md5:{'a' * 32}"),
    )
    assert result.returncode == 40
    assert "has an unfinished pass with other settings" in result.stderr
    for difference in ("rule packs: none then", "rule engine:", "source time zone: none then, Asia/Colombo now"):
        assert difference in result.stderr
    assert "stated digest: none then, md5:aaaa" in result.stderr
    assert "media digest computed: once then, both now" in result.stderr
    assert helpers.run("triage", helpers.STICK, "--case", folder, "--no-rules").returncode == 0


def test_40_another_version(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    process = helpers.start("triage", helpers.STICK, "--case", folder, "--no-rules", SLOWED_KILL="5")
    process.communicate(timeout=helpers.SECONDS)
    code = (
        "from cyberforensics import cli, exhibit\n"
        "exhibit.result_versions = lambda: (('cyberforensics', '99'),)\n"
        "cli.main()\n"
    )
    arguments = ["-c", code, "triage", str(helpers.STICK), "--case", str(folder), "--no-rules"]
    result = _python(arguments)
    assert result.returncode == 40
    assert "versions:" in result.stderr
    assert "cyberforensics 99" in result.stderr


def test_40_a_finished_exhibit_with_other_rules(copy: Path, tmp_path: Path) -> None:
    before = helpers.shown(copy)
    result = helpers.run("triage", helpers.STICK, "--case", copy, "--rules", helpers.rule_file(tmp_path))
    assert result.returncode == 40
    assert "was examined with other settings; rule engine:" in result.stderr
    assert "hint: use the same settings, or a new case folder" in result.stderr
    assert helpers.shown(copy) == before


def test_40_no_case(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert helpers.run("show", "entries", tmp_path).returncode == 40
    assert helpers.run("triage", helpers.STICK, "--case", tmp_path).returncode == 40  # not empty


def test_0_a_finished_exhibit_again(copy: Path) -> None:
    database, reports = (copy / "case.sqlite").read_bytes(), helpers.digests(copy)
    result = helpers.run("triage", helpers.STICK, "--case", copy, "--no-rules")
    assert result.returncode == 0
    assert "examining" not in result.stderr
    assert (copy / "case.sqlite").read_bytes() == database
    assert helpers.digests(copy) == reports


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _emptied(_: bytes) -> bytes:
    return b""


def _no_database(_: bytes) -> bytes:
    return b"this is no database at all, " * 1000


def _flipped_magic(data: bytes) -> bytes:
    return b"\xff" + data[1:]


def _flipped_page(data: bytes) -> bytes:
    return data[:4096] + b"\xa5" * 4096 + data[8192:]


def _flipped_schema(data: bytes) -> bytes:
    return data[:100] + b"\xff" + data[101:]


@pytest.mark.parametrize("damage", [_truncated, _emptied, _no_database, _flipped_magic, _flipped_page, _flipped_schema])
def test_41_a_damaged_store(damage: object, copy: Path) -> None:
    store = copy / "case.sqlite"
    store.write_bytes(damage(store.read_bytes()))  # type: ignore[operator]
    show = [helpers.run("show", what, copy, "--format", "jsonl") for what in ("entries", "problems", "coverage")]
    assert 41 in [result.returncode for result in show]
    for result in (*show, helpers.run("report", copy)):
        assert result.returncode in (0, 41), result.stderr
        assert "Traceback" not in result.stderr
    if damage is not _flipped_page:  # of a table that a finished triage need not read
        assert helpers.run("triage", helpers.STICK, "--case", copy, "--no-rules").returncode == 41


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_42_the_disk_is_full(small_disk: Path) -> None:
    """What was recorded is kept, and goes on elsewhere."""
    case = small_disk / "case"
    (small_disk / "filler").write_bytes(b"x" * 700_000)
    result = helpers.run("triage", helpers.STICK, "--case", case, "--no-rules")
    assert result.returncode == 42, result.stderr
    assert "can't be written" in result.stderr
    assert "Traceback" not in result.stderr
    helpers.assert_sound(case)
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert helpers.run("triage", helpers.STICK, "--case", case, "--no-rules").returncode == 0
    assert helpers.shown(case) == helpers.shown(helpers.made(small_disk / "again"))


@pytest.mark.parametrize("size", [1_000, 30_000, 80_000, 200_000])
def test_42_a_file_must_not_grow(size: int, tmp_path: Path) -> None:
    """A limit of the file size stops the run at another place for each size."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    arguments = helpers.command("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules")
    result = subprocess.run(
        arguments, env=helpers.environment(), preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert result.returncode == 42, result.stderr
    assert "Traceback" not in result.stderr
    assert helpers.run("triage", helpers.STICK, "--case", tmp_path / "case", "--no-rules").returncode == 0
    assert helpers.shown(tmp_path / "case") == helpers.shown(helpers.made(tmp_path / "again"))


def test_42_a_note_and_a_label_for_which_there_is_no_room(small_disk: Path, whole: Path) -> None:
    """What can't be written through is not done: neither the log nor the store has it."""
    case = Path(shutil.copytree(whole, small_disk / "case"))
    entry = json.loads(helpers.run("show", "entries", case, "--format", "jsonl").stdout.splitlines()[0])["id"]
    before = (case / "examination-log.jsonl").read_bytes()
    left = os.statvfs(small_disk)
    (small_disk / "filler").write_bytes(b"x" * (left.f_bavail * left.f_frsize))
    for arguments in (("note", case, "x" * 9_000), ("tag", case, entry, "key", "--note", "y" * 9_000)):
        result = helpers.run(*arguments)
        assert result.returncode == 42, result.stderr
        assert result.stderr.count("error:") == 1
        assert "Traceback" not in result.stderr
    assert (case / "examination-log.jsonl").read_bytes() == before
    (small_disk / "filler").unlink()
    helpers.assert_sound(case)
    assert helpers.run("show", "tags", case).stdout == "no tags\n"
    assert helpers.run("note", case, "now there is room").returncode == 0


def test_42_a_folder_that_is_read_only(small_disk: Path, whole: Path) -> None:
    shutil.copytree(whole, small_disk / "case")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for arguments in (
        ("triage", helpers.STICK, "--case", small_disk / "new", "--no-rules"),
        ("triage", helpers.STICK, "--case", small_disk / "case", "--no-rules"),
        ("timeline", whole, "-o", small_disk / "timeline.csv"),
        ("export", whole, "-o", small_disk / "files", "--path", "*"),
        ("report", small_disk / "case"),
        ("note", small_disk / "case", "text"),
        ("tag", small_disk / "case", "0000", "key"),
    ):
        result = helpers.run(*arguments)
        assert result.returncode == 42, result.stderr
        assert "Traceback" not in result.stderr
    assert (
        helpers.run("show", "entries", small_disk / "case", "--format", "jsonl").stdout.encode()
        == (helpers.shown(whole)["entries"])
    )
    assert helpers.run("timeline", small_disk / "case").returncode == 0


def test_42_standard_output_is_full(whole: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        for name in (("show", "entries", whole), ("timeline", whole), ("info", helpers.STICK)):
            result = subprocess.run(
                helpers.command(*name), env=helpers.environment(), stdout=full, stderr=subprocess.PIPE, check=False
            )
            assert result.returncode == 42, result.stderr
            assert b"standard output" in result.stderr


def test_0_whoever_reads_has_had_enough(whole: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(
        helpers.command("show", "entries", whole),
        env=helpers.environment(),
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (result.returncode, result.stderr) == (0, b"")


def test_70_a_bug_of_ours(whole: Path) -> None:
    code = (
        "from cyberforensics import cli, query\n"
        "def broken(*_, **__): raise KeyError('planted')\n"
        "query.objects = broken\n"
        "cli.main()\n"
    )
    result = _python(["-c", code, "show", "entries", str(whole)])
    assert result.returncode == 70
    assert "KeyError: 'planted'" in result.stderr
    assert "please report it" in result.stderr


def _python(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*helpers.command()[:1], *arguments],
        env=helpers.environment(),
        capture_output=True,
        text=True,
        timeout=helpers.SECONDS,
        check=False,
    )


def test_the_coverage_statement_names_the_rules_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.yar").write_text(BROKEN)
    (tmp_path / "good.yar").write_text(helpers.RULE)
    options = Options(rule_packs=(tmp_path,), skip_broken_rules=True)
    folder = helpers.made(tmp_path / "case", options=options)
    assert "rules that do not compile were left out" in (folder / "reports" / "report.html").read_text()
