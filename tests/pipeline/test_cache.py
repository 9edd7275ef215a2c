"""The content cache: what goes in comes out, nothing else, and a damaged one is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.model.codec import encoder
from cyberforensics.model.examination import Finding, StringMatch
from cyberforensics.pipeline.cache import CacheFile, Row, cache_file, open_cache
from cyberforensics.pipeline.cache_update import update_cache
from cyberforensics.pipeline.known import Known
from cyberforensics.triage import Options, triage
from tests import helpers

FINDING = Finding("yara", "pack", "file", "Rule", "high", ("tag",), (("a", 1),), (StringMatch("$a", 3, 2, b"\0\xff"),))
LIST = json.dumps([encoder(Finding)(FINDING)])

# few digests, so that the same come again, and of the same digest another size
ROWS = some.dictionaries(
    some.tuples(some.sampled_from([bytes([number]) * 32 for number in (0, 1, 2, 127, 128, 255)]), some.integers(0, 3)),
    some.tuples(
        some.sampled_from(["text/plain", "image/png"]),
        some.sampled_from([None, LIST]),
        some.sampled_from([None, "[3]", "[0,17]"]),
    ),
)


def _rows(these: dict[tuple[bytes, int], tuple[str, str | None, str | None]]) -> list[Row]:
    return [(*key, *these[key]) for key in sorted(these)]


@given(parts=some.lists(ROWS, max_size=4))
def test_what_goes_in_comes_out(
    parts: list[dict[tuple[bytes, int], tuple[str, str | None, str | None]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = cache_file(tmp_path_factory.mktemp("cache"), {"rules": "some"})
    expected: dict[tuple[bytes, int], tuple[str, str | None, str | None]] = {}
    for part in parts:
        update_cache(file, _rows(part))
        expected = {**part, **expected}
    cache = open_cache(file)
    assert (cache is None) == (not parts)
    for digest in (bytes([number]) * 32 for number in range(256)):
        for size in range(4):
            found = None if cache is None else cache.recall((digest.hex(), size))
            if (digest, size) not in expected:
                assert found is None
            else:
                kind, findings, left_open = expected[digest, size]
                kept = () if findings is None else (FINDING,)
                assert found == Known(kind, kept, tuple(json.loads(left_open or "[]")), from_cache=True)
    assert {path.name for path in file.folder.iterdir()} <= {".lock", file.path.name}


def _made(folder: Path) -> CacheFile:
    file = cache_file(folder / "cache", {"rules": "some"})
    update_cache(file, [(b"\1" * 32, 5, "text/plain", LIST, None)])
    return file


def test_it_is_nobody_elses(tmp_path: Path) -> None:
    file = _made(tmp_path)
    assert file.folder.stat().st_mode & 0o777 == 0o700
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    file = _made(tmp_path)
    sound = file.path.read_bytes()
    for place in range(len(sound)):
        file.path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x40]) + sound[place + 1 :])
        with pytest.raises(UsageError, match="damaged"):
            cache_file(file.folder, {"rules": "some"})
        file.path.write_bytes(sound[:place])
        with pytest.raises(UsageError, match="damaged"):
            cache_file(file.folder, {"rules": "some"})
    file.path.write_bytes(sound)
    cache_file(file.folder, {"rules": "some"})


def test_other_rules_have_another_cache(tmp_path: Path) -> None:
    file = _made(tmp_path)
    other = cache_file(file.folder, {"rules": "others"})
    assert open_cache(other) is None
    file.path.rename(other.path)
    with pytest.raises(UsageError, match="other rules"):
        open_cache(other)


def test_a_folder_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite):
        cache_file(tmp_path / "file", {})
    file = _made(tmp_path)
    before = file.path.read_bytes()
    file.path.with_name(f".{file.path.name}.part").mkdir()  # in the way
    with pytest.raises(CannotWrite):
        update_cache(file, [(b"\2" * 32, 5, "text/plain", None, None)])
    assert file.path.read_bytes() == before


RULES = """
rule Held { strings: $a = "example" condition: $a }
"""
BY_NAME = """
rule Named { condition: extension == ".txt" }
rule Beside { strings: $a = "example" condition: $a }
"""


def test_a_second_case_gives_the_same(tmp_path: Path) -> None:
    """Every table of the case is the same with and without it; the second case takes from it what the first learned."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "content.yar").write_text(RULES)
    (tmp_path / "pack" / "name.yar").write_text(BY_NAME)
    options = Options(rule_packs=(tmp_path / "pack",), workers=2)
    caching = replace(options, cache=tmp_path / "cache")
    plain = helpers.made(tmp_path / "plain", helpers.STICK, options=options)
    first, second = (
        triage([helpers.STICK], tmp_path / name, caching).document.exhibits[0] for name in ("first", "second")
    )
    assert helpers.shown(tmp_path / "first") == helpers.shown(tmp_path / "second") == helpers.shown(plain)
    assert helpers.shown(plain)["findings"].count(b'"Held"')
    assert helpers.shown(plain)["findings"].count(b'"Named"')
    assert helpers.shown(plain)["findings"].count(b'"Beside"')
    assert first.passes[0].from_cache == 0
    # nothing of the stick is read in part, and none of its contents has a problem
    assert second.passes[0].from_cache == second.coverage.whole.count > 20
    log = (tmp_path / "second" / "examination-log.jsonl").read_text()
    assert f'"contents from cache":{second.passes[0].from_cache}' in log
    assert f'"fromCache":{second.passes[0].from_cache}' in (tmp_path / "second" / "reports" / "report.html").read_text()
    assert '"nameRules":1' in (tmp_path / "second" / "reports" / "report.html").read_text()
    (kept,) = (tmp_path / "cache").glob("*.cache")
    names = {
        entry["path"].rpartition("/")[2] for entry in map(json.loads, helpers.shown(plain)["entries"].splitlines())
    }
    assert not [name for name in names if len(name) > 4 and name.encode() in kept.read_bytes()]


def test_what_was_not_examined_whole_does_not_enter(tmp_path: Path) -> None:
    """A bad checksum in an E01: the contents that it touches are examined in part, in every case."""
    damaged = bytearray(helpers.STICK.read_bytes())
    place = damaged.index(b"\x78\x9c", 4096)  # the head of a compressed chunk
    damaged[place + 40] ^= 0xFF
    (tmp_path / "stick.E01").write_bytes(damaged)
    options = Options(rule_packs=(), workers=1, cache=tmp_path / "cache")
    cases = [triage([tmp_path / "stick.E01"], tmp_path / name, options).document.exhibits[0] for name in "ab"]
    assert helpers.shown(tmp_path / "a") == helpers.shown(tmp_path / "b")
    assert cases[1].passes[0].from_cache == cases[1].coverage.whole.count


def test_a_damaged_one_stops_a_run_before_it_begins(tmp_path: Path) -> None:
    arguments = ("triage", helpers.STICK, "--no-rules", "--cache", tmp_path / "cache", "--case")
    assert helpers.run(*arguments, tmp_path / "first").returncode == 0
    (kept,) = (tmp_path / "cache").glob("*.cache")
    kept.write_bytes(kept.read_bytes()[:-1])
    result = helpers.run(*arguments, tmp_path / "second")
    assert result.returncode == 2
    assert "damaged" in result.stderr
    assert not (tmp_path / "second").exists()
