"""Lists in whole runs: digests that other programs wrote, keywords in an image, what is known, and what it changes."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cyberforensics import rules
from cyberforensics.errors import CaseRefused, ListError, UsageError
from cyberforensics.model.codec import decoder, encoder
from cyberforensics.model.entry import Content, Name
from cyberforensics.model.examination import Examination, Finding, StringMatch
from cyberforensics.model.run import Limits
from cyberforensics.pipeline import spool
from cyberforensics.pipeline.examine import ExamineOptions, examine
from cyberforensics.pipeline.known import Memory
from cyberforensics.pipeline.windows import OVERLAP, WINDOW
from cyberforensics.triage import Options, Summary, triage
from tests import helpers

RULE = 'rule Held { strings: $a = "example" condition: $a }\nrule Named { condition: extension == ".txt" }\n'
FILES = {
    "wanted.txt": b"example: wanted",
    "known.txt": b"example: known",
    "again.bin": b"example: known",
    "both.txt": b"example: both",
    "other.txt": b"example: neither",
    "empty.dat": b"",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def listed(source: Path, tmp_path: Path) -> Callable[..., Path]:
    """Gives a list of some of the files, as a program writes it."""

    def write(program: str, *names: str) -> Path:
        if shutil.which(program) is None:
            pytest.skip(f"the program {program} is not there")
        done = subprocess.run([program, *names], cwd=source, capture_output=True, check=True)
        path = tmp_path / f"{program}-{len(list(tmp_path.iterdir()))}.txt"
        path.write_bytes(done.stdout)
        return path

    return write


@pytest.fixture
def options(tmp_path: Path) -> Options:
    (tmp_path / "held.yar").write_text(RULE)
    return Options(rule_packs=(tmp_path / "held.yar",), workers=2, list_index=tmp_path / "indexes")


def rows(folder: Path, what: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in helpers.shown(folder)[what].splitlines()]


def findings(folder: Path) -> set[tuple[str, str, str]]:
    """Path, source, and rule (of a digest: the list)."""
    return {
        (row["path"], row["source"], row["pack"] if row["source"] == "hash-list" else row["rule"])
        for row in rows(folder, "findings")
    }


def by_rules(*names: str) -> set[tuple[str, str, str]]:
    """What the rules say of some files."""
    held = {(f"/{name}", "yara", "Held") for name in names if FILES[name]}
    return held | {(f"/{name}", "yara", "Named") for name in names if name.endswith(".txt")}


def test_wanted_known_and_neither(source: Path, listed: Callable[..., Path], options: Options, tmp_path: Path) -> None:
    wanted, known = listed("sha1sum", "wanted.txt", "both.txt"), listed("hashdeep", "known.txt", "both.txt")
    chosen = replace(options, wanted=(wanted,), known=(known,))
    summary = triage([source], tmp_path / "case", chosen)
    hits = {("/wanted.txt", "hash-list", wanted.name), ("/both.txt", "hash-list", wanted.name)}
    assert findings(tmp_path / "case") == by_rules(*FILES) | hits
    entries = {row["path"]: row for row in rows(tmp_path / "case", "entries")}
    is_known = {path for path, row in entries.items() if row["known"]}
    assert is_known == {"/known.txt", "/again.bin", "/both.txt"}
    assert all(row["known"] in ([], [known.name]) for row in entries.values())
    assert not any(row["rules_skipped"] for row in entries.values())
    (exhibit,) = summary.document.exhibits
    assert (exhibit.known.count, exhibit.known.size) == (3, sum(len(FILES[path[1:]]) for path in is_known))
    assert exhibit.rules_skipped.count == 0
    assert _lists(summary) == [(wanted.name, "wanted", 2), (known.name, "known", 2)]
    page = (tmp_path / "case" / "reports" / "report.html").read_text("utf-8")
    digest = subprocess.run(["sha256sum", known], capture_output=True, text=True, check=True).stdout[:64]
    assert digest in page
    assert "3 contents (41 bytes) known, by digest" in page


def _lists(summary: Summary) -> list[tuple[str, str, int]]:
    (exhibit,) = summary.document.exhibits
    return [(found.name, found.kind, found.count) for found in exhibit.passes[0].lists]


def test_known_contents_may_be_left_out_and_are_counted(
    source: Path, listed: Callable[..., Path], options: Options, tmp_path: Path
) -> None:
    """What is wanted too is searched: a list of known files must not hide it."""
    wanted, known = listed("md5sum", "both.txt"), listed("sha256sum", "known.txt", "both.txt")
    (tmp_path / "words.txt").write_text("example\n")
    chosen = replace(options, wanted=(wanted,), known=(known,), keywords=(tmp_path / "words.txt",), skip_known=True)
    for workers in (1, 4):
        triage([source], tmp_path / f"case{workers}", replace(chosen, workers=workers))
    assert helpers.shown(tmp_path / "case1") == helpers.shown(tmp_path / "case4")
    searched = ("wanted.txt", "both.txt", "other.txt", "empty.dat")
    seen = {finding for finding in findings(tmp_path / "case1") if finding[1] == "yara"}
    assert seen == by_rules(*searched)
    words = {finding[0] for finding in findings(tmp_path / "case1") if finding[1] == "keyword"}
    assert words == {"/wanted.txt", "/both.txt", "/other.txt"}
    skipped = [row for row in rows(tmp_path / "case1", "entries") if row["rules_skipped"]]
    assert sorted(row["path"] for row in skipped) == ["/again.bin", "/known.txt"]
    assert {(row["status"], row["media_type"]) for row in skipped} == {("whole", "text/plain")}
    (coverage,) = rows(tmp_path / "case1", "coverage")
    assert coverage["known"] == {"count": 3, "bytes": 41}
    assert coverage["rules_skipped"] == {"count": 2, "bytes": 28}
    assert coverage["entries"]["reconciles"]


def test_the_command_says_all_of_it(source: Path, listed: Callable[..., Path], tmp_path: Path) -> None:
    known = listed("md5sum", "known.txt")
    (tmp_path / "words.txt").write_text("wanted\n")
    arguments: list[str | Path] = [
        "triage",
        source,
        "--case",
        tmp_path / "case",
        "--no-rules",
        "--known",
        known,
        "--skip-known",
    ]
    result = helpers.inside(*arguments, "--keywords", tmp_path / "words.txt", "--hashes", listed("md5sum", "other.txt"))
    assert result.returncode == 0, result.stderr
    assert (
        f"2 contents (28 bytes) known, by digest, to {known.name}; not searched because of that: 2 contents"
        in result.stdout
    )
    assert "2 contents (28 bytes) known by a list: no keywords were run, as asked for" in result.stdout
    assert "Content was searched only for what the keywords named under Method look for" in result.stdout
    assert "2 findings in 2 entries: 1 high and 1 medium." in result.stdout
    assert "A finding says which keyword or listed digest matched where." in result.stdout
    table = helpers.inside("show", "findings", tmp_path / "case").stdout
    assert "/wanted.txt  example: [wanted]" in table
    assert "same bytes as MD5 " in table
    shown = helpers.inside("show", "entries", tmp_path / "case", "--known").stdout
    assert ("/known.txt" in shown, "/other.txt" in shown) == (True, False)
    shown = helpers.inside("show", "entries", tmp_path / "case", "--not-known").stdout
    assert ("/known.txt" in shown, "/other.txt" in shown) == (False, True)
    page = (tmp_path / "case" / "reports" / "report.html").read_text("utf-8")
    assert all(word not in page.lower() for word in ("known good", "known-good", "malware"))
    summary = helpers.inside(*arguments[:3], tmp_path / "json", "--no-rules", "--known", known, "--json").stdout
    (found,) = json.loads(summary)["lists"]
    assert (found["kind"], found["count"], found["name"]) == ("known", 1, known.name)


def test_nothing_found_says_what_was_searched(source: Path, options: Options, tmp_path: Path) -> None:
    (tmp_path / "digests.txt").write_text("0" * 64 + "\n")
    result = helpers.inside(
        "triage", source, "--case", tmp_path / "case", "--no-rules", "--hashes", tmp_path / "digests.txt"
    )
    assert "No listed digest matched. This is bounded by what was searched: the lists of digests" in result.stdout
    assert "no rules were used; contents were digested and typed, not searched" in result.stdout


# The cache


def test_the_cache_takes_nothing_from_lists_of_digests(
    source: Path, listed: Callable[..., Path], options: Options, tmp_path: Path
) -> None:
    caching = replace(options, cache=tmp_path / "cache")
    known = listed("md5sum", "known.txt")
    triage([source], tmp_path / "first", replace(caching, wanted=(known,)))
    triage([source], tmp_path / "second", caching)
    assert findings(tmp_path / "second") == by_rules(*FILES)
    assert b"same bytes" not in b"".join(path.read_bytes() for path in (tmp_path / "cache").glob("*.cache"))


def test_what_no_rule_saw_does_not_enter_the_cache(
    source: Path, listed: Callable[..., Path], options: Options, tmp_path: Path
) -> None:
    caching = replace(options, cache=tmp_path / "cache")
    known = listed("md5sum", "known.txt", "wanted.txt", "both.txt", "other.txt")
    triage([source], tmp_path / "first", replace(caching, known=(known,), skip_known=True))
    second = triage([source], tmp_path / "second", caching)
    assert findings(tmp_path / "second") == by_rules(*FILES)
    assert second.document.exhibits[0].passes[0].from_cache == 1  # the empty file


def test_other_keywords_have_another_cache(source: Path, options: Options, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    chosen = replace(options, rule_packs=(), cache=tmp_path / "cache", keywords=(words,))
    for word, expected in (("wanted", {"/wanted.txt"}), ("neither", {"/other.txt"}), ("wanted", {"/wanted.txt"})):
        words.write_text(f"{word}\n")
        number = len(list(tmp_path.glob("case*")))
        triage([source], tmp_path / f"case{number}", chosen)
        assert {path for path, _, _ in findings(tmp_path / f"case{number}")} == expected
    assert len(list((tmp_path / "cache").glob("*.cache"))) == 2
    assert rows(tmp_path / "case0", "findings") == rows(tmp_path / "case2", "findings")


# Before the long work


def test_a_broken_list_stops_before_a_case_is_made(source: Path, options: Options, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("broken\n")
    for chosen in (
        replace(options, wanted=(path,)),
        replace(options, known=(path,)),
        replace(options, keywords=(source / "none",)),
    ):
        with pytest.raises(ListError):
            triage([source], tmp_path / "case", chosen)
    with pytest.raises(UsageError, match="no list says which"):
        triage([source], tmp_path / "case", replace(options, skip_known=True))
    shutil.move(path, source / "list.txt")
    with pytest.raises(UsageError, match="into the source"):
        triage([source], tmp_path / "case", replace(options, wanted=(source / "list.txt",), list_index=None))
    assert sorted(found.name for found in source.iterdir()) == sorted([*FILES, "list.txt"])
    assert not (tmp_path / "case").exists()
    result = helpers.inside("triage", source, "--case", tmp_path / "case", "--hashes", source / "list.txt")
    assert result.returncode == 2
    index = ("--list-index", tmp_path / "indexes")
    result = helpers.inside("triage", source, "--case", tmp_path / "case", "--hashes", source / "list.txt", *index)
    assert result.returncode == 30
    assert result.stderr.splitlines()[-1].startswith("hint: mend the line")


def test_other_lists_are_other_settings(source: Path, options: Options, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("0" * 32 + "\n")
    chosen = replace(options, wanted=(path,))
    triage([source], tmp_path / "case", chosen)
    assert triage([source], tmp_path / "case", chosen).already_examined
    with pytest.raises(CaseRefused, match=r"lists of digests: wanted list\.txt .* then, known list\.txt"):
        triage([source], tmp_path / "case", replace(chosen, wanted=(), known=(path,)))
    with pytest.raises(CaseRefused, match="rules not run on known contents: False then, True now"):
        triage([source], tmp_path / "case", replace(chosen, known=(path,), skip_known=True))
    path.write_text("1" * 32 + "\n")
    with pytest.raises(CaseRefused, match="lists of digests: "):
        triage([source], tmp_path / "case", chosen)


# Keywords in an image

TEXTS = {
    "utf8.txt": ("Мой Пароль: 12345", "UTF-8"),
    "utf16.txt": ("ПАРОЛЬ", "UTF-16LE"),
    "cp1251.txt": ("новый пАРОЛЬ и скот", "CP1251"),
    "koi8.txt": ("пароль в другой кодировке", "KOI8-R"),
    "cp1256.txt": ("هذه كلمة السر", "CP1256"),
    "german.txt": ("DIE STRASSE IST LANG", "ISO-8859-1"),
    "none.txt": ("nothing of it", "UTF-8"),
}
KEYWORDS = """# name: Case 17
[utf-8, utf-16le, windows-1251; any case]
пароль
[utf-8, windows-1251; whole words]
кот
[windows-1256]
كلمة السر
[windows-1252]
Straße
"""
EXPECTED = {
    ("/utf8.txt", "пароль", "$utf_8", len("Мой ".encode())),
    ("/utf16.txt", "пароль", "$utf_16le", 0),
    ("/cp1251.txt", "пароль", "$windows_1251", 6),
    ("/cp1256.txt", "كلمة السر", "$windows_1256", 4),
    ("/german.txt", "Straße", "$windows_1252", 4),
}
"""What the generator put there: not the word in KOI8-R, which was not asked for, and no cat within a beast."""


def test_keywords_in_an_image(tmp_path: Path) -> None:
    for program in ("mke2fs", "iconv"):
        if shutil.which(program) is None:
            pytest.skip(f"the program {program} is not there")
    (tmp_path / "files").mkdir()
    for name, (text, encoding) in TEXTS.items():
        raw = subprocess.run(["iconv", "-t", encoding], input=text.encode(), capture_output=True, check=True).stdout
        (tmp_path / "files" / name).write_bytes(raw)
    image = tmp_path / "image.raw"
    subprocess.run(
        ["mke2fs", "-q", "-t", "ext4", "-d", tmp_path / "files", image, "2M"], check=True, capture_output=True
    )
    (tmp_path / "words.txt").write_text(KEYWORDS)
    for workers in (1, 4):
        chosen = Options(rule_packs=(), keywords=(tmp_path / "words.txt",), workers=workers)
        triage({"E": image}, tmp_path / f"case{workers}", chosen)
    found = {
        (row["path"], row["meta"][0][1], match["identifier"], match["offset"])
        for row in rows(tmp_path / "case1", "findings")
        for match in row["strings"]
        if row["path"] in {f"/{name}" for name in TEXTS}
    }
    assert found == EXPECTED
    assert helpers.shown(tmp_path / "case1") == helpers.shown(tmp_path / "case4")
    (first,) = (row for row in rows(tmp_path / "case1", "findings") if row["path"] == "/utf8.txt")
    assert (first["source"], first["pack"], first["severity"]) == ("keyword", "Case 17", "medium")
    (match,) = first["strings"]
    assert bytes.fromhex(match["before"]).decode() == "Мой "
    assert bytes.fromhex(match["after"]) == b": 12345"
    page = (tmp_path / "case1" / "reports" / "report.html").read_text("utf-8")
    assert json.dumps(["Мой ", "Пароль", ": 12345"], separators=(",", ":")) in page


# Contents that do not fit


class _Reader:
    def __init__(self, data: bytes, damaged: bool = False) -> None:
        self._data = data
        self._damaged = damaged

    def blocks(self, _: Content) -> Iterator[bytes]:
        for place in range(0, len(self._data), 1 << 20):
            yield self._data[place : place + (1 << 20)]

    def damaged(self, _: Content) -> bool:
        return self._damaged


def _examined(
    data: bytes, folder: Path, scanner: rules.Scanner, lists: rules.Lists | None = None, *, damaged: bool = False
) -> Examination:
    content = Content(0, "0", None, b"/x", len(data), False, "host", None, (Name("id", "/x", None, None),))
    folder.mkdir(exist_ok=True)
    options = ExamineOptions(folder, Limits(), skip_known=True)
    return examine(content, _Reader(data, damaged), scanner, options, Memory(), None, lists)


def test_windows_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words on and around both ends of the overlap; where a window ends within a longer word, it is none."""
    step = WINDOW - OVERLAP
    data = bytearray(b"-" * (2 * step + OVERLAP + 5000))
    whole = []
    for edge in (step, WINDOW, 2 * step, 2 * step + OVERLAP):
        for place in (edge - 100, edge - 34, edge - 3, edge, edge + 29, edge + 40, edge + 100):
            data[place : place + 6] = b"needle"
            whole.append(place)
        data[edge + 60 : edge + 70] = b"aneedleneb"  # no whole word
    data[step - 1 : step + 6] = b"aneedle"  # its first letter is the last one before the second window
    data[WINDOW - 6 : WINDOW + 1] = b"needles"  # its last letter is the first one after the first window
    whole = [place for place in whole if data[place - 1] == data[place + 6] == ord("-")]
    (tmp_path / "words.txt").write_text("[utf-8; whole words]\nneedle\n")
    scanner = rules.open_compiled(rules.load([], keywords=[tmp_path / "words.txt"]).save(tmp_path))
    spooled = _examined(bytes(data), tmp_path / "spool", scanner)
    monkeypatch.setattr(spool, "RESERVE", 1 << 60)
    windowed = _examined(bytes(data), tmp_path / "spool", scanner)
    assert spooled.status_reason is None
    assert windowed.status_reason == "content.windowed"
    assert windowed.findings == spooled.findings
    assert [match.offset for match in spooled.findings[0].strings] == whole
    for match in spooled.findings[0].strings:
        assert match.before == data[match.offset - 32 : match.offset]
        assert match.after == data[match.offset + 6 : match.offset + 38]


def test_a_digest_of_what_was_scanned_in_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known only behind the last window: nothing was left out, and nothing says so."""
    data = bytes(17 << 20) + b"needle"
    (tmp_path / "words.txt").write_text("needle\n")
    (tmp_path / "data").write_bytes(data)
    digest = subprocess.run(["sha256sum", tmp_path / "data"], capture_output=True, check=True).stdout
    (tmp_path / "list.txt").write_bytes(digest)
    scanner = rules.open_compiled(rules.load([], keywords=[tmp_path / "words.txt"]).save(tmp_path))
    wanted = rules.open_lists(rules.load_hash_lists([tmp_path / "list.txt"], []))
    known = rules.open_lists(rules.load_hash_lists([], [tmp_path / "list.txt"]))
    spooled = _examined(data, tmp_path / "spool", scanner, known)
    assert (spooled.known, spooled.rules_skipped, spooled.findings) == (("list.txt",), True, ())
    monkeypatch.setattr(spool, "RESERVE", 1 << 60)
    windowed = _examined(data, tmp_path / "spool", scanner, known)
    assert (windowed.known, windowed.rules_skipped) == (("list.txt",), False)
    assert [found.source for found in windowed.findings] == ["keyword"]
    windowed = _examined(data, tmp_path / "spool", scanner, wanted)
    assert [found.source for found in windowed.findings] == ["hash-list", "keyword"]


def test_digests_of_damaged_content_are_not_looked_up(tmp_path: Path) -> None:
    """What a container calls damaged is digested as it was read, which is not what was once written."""
    data = b"a needle"
    (tmp_path / "data").write_bytes(data)
    (tmp_path / "words.txt").write_text("needle\n")
    digest = subprocess.run(["md5sum", tmp_path / "data"], capture_output=True, check=True).stdout
    (tmp_path / "list.txt").write_bytes(digest)
    scanner = rules.open_compiled(rules.load([], keywords=[tmp_path / "words.txt"]).save(tmp_path))
    lists = rules.open_lists(rules.load_hash_lists([tmp_path / "list.txt"], [tmp_path / "list.txt"]))
    found = _examined(data, tmp_path / "spool", scanner, lists, damaged=True)
    assert found.digest_note == "of-damaged"
    assert (found.known, [one.source for one in found.findings]) == ((), ["keyword"])
    found = _examined(data, tmp_path / "spool", scanner, lists)
    assert (found.known, [one.source for one in found.findings]) == (("list.txt",), ["hash-list", "keyword"])


def test_a_match_travels_and_is_stored_with_its_context() -> None:
    match = StringMatch("$utf_8", 3, 2, b"ab", b"\xff", b"\0")
    finding = Finding("keyword", "p", "", "r", "medium", strings=(match,))
    assert decoder(Finding)(json.loads(json.dumps(encoder(Finding)(finding)))) == finding
