"""A rule author's mistakes, one at a time: is the message alone enough to mend each?

Every case changes one thing in the pack that ``rules new`` makes, and says which exit code, place and words must come.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import helpers

_RULE, _TOML = "pack.yar", "pack.toml"
_MATCH, _NEAR = "tests/Pack/match/sample.toml", "tests/Pack/no-match/near.toml"
_CONDITION = "filesize < 1MB and all of them"
_FIRST = '"words that only such a file has"'
_CHECK = ("check", "pack", "--fail-level", "note")
_TEST = ("test", "pack")

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class Mistake:
    """What the author does wrong, and what has to be said."""

    name: str
    edit: Edit
    code: int
    place: str
    """File in the pack and its line, as ``file:line``; without a line where there is none."""
    words: tuple[str, ...]
    """What is wrong, and what to do, in this order."""
    command: tuple[str, ...] = _CHECK


def _put(file: str, old: str, new: str) -> Edit:
    def edit(pack: Path) -> None:
        text = (pack / file).read_text("utf-8")
        assert old in text
        (pack / file).write_text(text.replace(old, new, 1), "utf-8")

    return edit


def _add(file: str, text: str) -> Edit:
    return lambda pack: _write(pack / file, ((pack / file).read_text("utf-8") + text).encode())


def _new(file: str, text: str | bytes) -> Edit:
    return lambda pack: _write(pack / file, text if isinstance(text, bytes) else text.encode())


def _all(*edits: Edit) -> Edit:
    def edit(pack: Path) -> None:
        for one in edits:
            one(pack)

    return edit


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _condition(text: str) -> Edit:
    return _put(_RULE, _CONDITION, text)


def _also(text: str) -> Edit:
    return _condition(f"{_CONDITION} and {text}")


def _first(text: str) -> Edit:
    return _put(_RULE, _FIRST, text)


def _meta(text: str) -> Edit:
    return _put(_RULE, '        severity = "medium"\n', f"        {text}\n")


def _piece(text: str) -> Edit:
    return _put(_MATCH, '[[piece]]\ntext = "and other', f'{text}"and other')


def _excuse(text: str) -> Edit:
    return _put(_RULE, "        $first", f"        {text}\n        $first")


_SYNTAX = (
    Mistake("brace", _put(_RULE, "them\n}", "them\n"), 1, f"{_RULE}:18", ("neither engine", '"}"', "expecting '}'")),
    Mistake("first brace", _put(_RULE, "Pack\n{", "Pack\n"), 1, f"{_RULE}:5", ("neither engine", '"{"', '"meta"')),
    Mistake("quote", _put(_RULE, 'file has"', "file has"), 1, f"{_RULE}:12", ("unclosed literal string",)),
    Mistake("colon", _put(_RULE, "condition:", "condition"), 1, f"{_RULE}:16", ('expecting ":"', '"filesize"')),
    Mistake("undefined string", _also("$third"), 1, f"{_RULE}:16", ('unknown pattern "$third"', "not declared")),
    Mistake("unused string", _condition("$first"), 1, f"{_RULE}:13", ('unused pattern "$second"',)),
    Mistake("regex", _first("/words (only/"), 1, f"{_RULE}:12", ("invalid regular expression", "unclosed group")),
    Mistake("repetition", _first("/words{5,2}/"), 1, f"{_RULE}:12", ("bad repeat interval", "hint: mend it")),
    Mistake("hex string", _first("{ 41 42 4 }"), 1, f"{_RULE}:12", ('found "4"', "uneven number of digits")),
    Mistake("escape", _first('"C:\\Windows"'), 1, f"{_RULE}:12", ("invalid escape sequence",)),
    Mistake(
        "rule twice",
        _add(_RULE, "rule Pack { condition: filesize < 2KB }\n"),
        1,
        f"{_RULE}:18",
        ('duplicate rule "Pack"',),
    ),
    Mistake("string twice", _put(_RULE, "$second", "$first"), 1, f"{_RULE}:13", ('duplicate pattern "$first"',)),
    Mistake(
        "module", _put(_RULE, "// What", 'import "pee"\n// What'), 1, f"{_RULE}:1", ('module "pee"', "misspelt?", "pe,")
    ),
    Mistake("no import", _also("pe.is_pe"), 1, f"{_RULE}:16", ('"pe" is no rule', 'import "pe"', "is missing")),
    Mistake("wrong type", _also('filesize == "a"'), 1, f"{_RULE}:16", ("mismatching types", '"integer"', '"string"')),
    Mistake(
        "external",
        _also('site == "a"'),
        1,
        f"{_RULE}:16",
        ('"site"', "no declared external", "declare it in pack.toml"),
    ),
    Mistake("name", _put(_RULE, "rule Pack", "rule My-Pack"), 1, f"{_RULE}:3", ('found "-"',)),
    Mistake("keyword", _put(_RULE, "rule Pack", "rule all"), 1, f"{_RULE}:3", ("expecting identifier", '"all"')),
    Mistake("include", _put(_RULE, "//", 'include "a.yar"\n//'), 1, f"{_RULE}:1", ('"a.yar"', "the file's own folder")),
    Mistake("not UTF-8", _new("latin.yar", b"// caf\xe9\n"), 1, "latin.yar", ("not UTF-8", "save it as UTF-8")),
)
_METADATA = (
    Mistake("missing", _put(_RULE, "author =", "writer ="), 1, f"{_RULE}:3", ("no metadata author", "minimal asks")),
    Mistake("malformed", _meta('modified = "x"\n        date = "1.5.2024"'), 1, f"{_RULE}:10", ("YYYY-MM-DD",)),
    Mistake("in the future", _meta('modified = "2099-01-01"'), 1, f"{_RULE}:9", ("in the future: 2099-01-01",)),
    Mistake("no hash", _meta(f'hash = "{"a" * 31}"'), 1, f"{_RULE}:9", ("no hash: it has 31 digits", "32 (MD5)")),
    Mistake(
        "severity", _meta('severity = "hihg"'), 1, f"{_RULE}:9", ("hihg would count as medium", "write one of info")
    ),
    Mistake("sensitive", _meta('sensitive = "yes"'), 1, f"{_RULE}:9", ("nothing would be masked", "sensitive = true")),
)
_STRINGS = (
    Mistake("short", _first('"ab"'), 1, f"{_RULE}:12", ("has 2 bytes", "make it longer")),
    Mistake("slow", _first("/[a-z]+[0-9]+/"), 1, f"{_RULE}:12", ("slow pattern", "four fixed characters")),
    Mistake("no bound", _first("/words that.*has/"), 1, f"{_RULE}:12", ("without a bound", "{0,100}")),
    Mistake("the same", _put(_RULE, '"other words that stand beside them"', _FIRST), 1, f"{_RULE}:13", ("remove one",)),
    Mistake("never", _condition("filesize < 1MB and 3 of them"), 1, f"{_RULE}:16", ("always false", "3 matching")),
    Mistake("no size", _also("filesize > 2MB"), 1, f"{_RULE}:16", ("can't be met", "one of the two")),
    Mistake("no such size", _also("filesize >= 0"), 1, f"{_RULE}:16", ("always met", "at least 0", "leave it out")),
    Mistake("always", _condition("true or all of them"), 1, f"{_RULE}:16", ("always true",)),
    Mistake("no guard", _condition("all of them"), 1, f"{_RULE}:3", ("every kind and size", "filesize <")),
)
_EXCUSES = (
    Mistake("no reason", _excuse("// cfr:allow CFR030"), 1, f"{_RULE}:12", ("has no reason", "CFR030 reason")),
    Mistake(
        "no code", _excuse("// cfr:allow CFR999 so"), 1, f"{_RULE}:12", ('"CFR999" is no code', "cfr:allow CFR012")
    ),
    Mistake(
        "not needed", _excuse("// cfr:allow CFR030 so"), 1, f"{_RULE}:12", ("not said any more", "remove the comment")
    ),
)
_MANIFEST = (
    Mistake("syntax", _put(_TOML, '"0.1.0"', "0.1.0"), 1, f"{_TOML}:2", ("Expected newline", "quotation marks")),
    Mistake("unknown key", _add(_TOML, 'license = "MIT"\n'), 1, f"{_TOML}:6", ("license is no key", "licence")),
    Mistake("twice", _add(_TOML, 'name = "b"\n'), 1, f"{_TOML}:6", ("a second time",)),
    Mistake("name", _put(_TOML, '"pack"', '""'), 1, f"{_TOML}:1", ("name must be one line", "not empty")),
    Mistake("version", _put(_TOML, '"0.1.0"', "1"), 1, f"{_TOML}:2", ("version must be one line of text",)),
    Mistake("licence", _put(_TOML, '"Apache-2.0"', "true"), 1, f"{_TOML}:3", ("licence must be one line of text",)),
    Mistake("authors", _put(_TOML, '["A. Author"]', '"A"'), 1, f"{_TOML}:4", ("authors must be a list",)),
    Mistake("description", _put(_TOML, '"What', '"\\nWhat'), 1, f"{_TOML}:5", ("description must be one line",)),
    Mistake("source", _add(_TOML, 'source = ["a"]\n'), 1, f"{_TOML}:6", ("source must be one line of text",)),
    Mistake("tlp", _add(_TOML, 'tlp = "TLP:RED"\n'), 1, f"{_TOML}:6", ("tlp must be one of", "AMBER+STRICT")),
    Mistake("profile", _add(_TOML, 'profile = "a"\n'), 1, f"{_TOML}:6", ("profile must be one of", "cccs")),
    Mistake("engine", _add(_TOML, '[engines]\nyara = ""\n'), 1, f"{_TOML}:7", ("engines.yara is no engine", "yara-x")),
    Mistake("range", _add(_TOML, '[engines]\nyara-x = "1.x"\n'), 1, f"{_TOML}:7", ("a range of versions like",)),
    Mistake("no engine", _add(_TOML, '[engines]\nyara-x = ">=99"\n'), 1, _TOML, ("no engine that is here", "widen")),
    Mistake("type", _add(_TOML, '[externals.a]\ntype = "b"\n'), 1, f"{_TOML}:7", ("externals.a.type", "integer")),
    Mistake(
        "default", _add(_TOML, '[externals.a]\ntype = "text"\ndefault = 1\n'), 1, f"{_TOML}:8", ("of the type text",)
    ),
    Mistake("severity", _add(_TOML, '[severity.words]\na = "b"\n'), 1, f"{_TOML}:7", ("must be one of info, low",)),
    Mistake("known-good", _add(_TOML, "[budgets]\nknown-good = -1\n"), 1, f"{_TOML}:7", ("0 or more",)),
    Mistake("cost", _add(_TOML, '[budgets]\ncost = "5"\n'), 1, f"{_TOML}:7", ('"5%"', '"3x"')),
)
_SAMPLES = (
    Mistake("does not compile", _also("$x"), 30, f"{_RULE}:16", ("can't be used", "$x", "rules check"), _TEST),
    Mistake(
        "stale",
        _first('"words that were lost"'),
        1,
        f"{_RULE}:3",
        ("does not match its sample", "mend the rule"),
        _TEST,
    ),
    Mistake("none", lambda pack: (pack / _MATCH).unlink(), 0, f"{_RULE}:3", ("No sample", "tests/Pack/match/"), _TEST),
    Mistake(
        "none where it must",
        _all(lambda pack: (pack / _MATCH).unlink(), _add(_TOML, 'profile = "cccs"\n')),
        1,
        f"{_RULE}:3",
        ("error", "No sample", "tests/Pack/match/"),
        _TEST,
    ),
    Mistake(
        "near miss", _condition("filesize < 1MB and any of them"), 1, f"{_RULE}:3", ("must not match", "narrow"), _TEST
    ),
    Mistake("renamed", _put(_RULE, "rule Pack", "rule Other"), 1, "tests/Pack", ("belong to no rule", "rename"), _TEST),
    Mistake(
        "misplaced", _new("tests/Pack/a.toml", "a"), 1, "tests/Pack/a.toml", ("is no sample", "tests/<rule>"), _TEST
    ),
    Mistake(
        "hex", _new("tests/Pack/match/a.hex", "41\n4x\n"), 1, "tests/Pack/match/a.hex:2", ("hexadecimal digits",), _TEST
    ),
    Mistake(
        "offset",
        _new("tests/Pack/match/a.hex", "0000: 41\n0004: 41\n"),
        1,
        "tests/Pack/match/a.hex:2",
        ("says offset 0x0004 where 0x1 bytes", "form of hex dumps"),
        _TEST,
    ),
    Mistake("recipe", _piece("[[piece]]\ntext = x"), 1, f"{_MATCH}:7", ("is no TOML", "form of hex dumps"), _TEST),
    Mistake("key", _piece("[[piece]]\ntxt = "), 1, f"{_MATCH}:7", ("has 'txt', which is no key", "utf16"), _TEST),
    Mistake("two", _piece('[[piece]]\nhex = "41"\ntext = '), 1, _MATCH, ("exactly one of text",), _TEST),
    Mistake("digits", _piece("[[piece]]\nhex = "), 1, f"{_MATCH}:7", ("else than hexadecimal",), _TEST),
    Mistake("xor", _piece("[[piece]]\nxor = 300\ntext = "), 1, f"{_MATCH}:7", ("has an xor", "0 to 255"), _TEST),
    Mistake("repeat", _piece('[[piece]]\nrepeat = "3"\ntext = '), 1, f"{_MATCH}:7", ("has a repeat", "number"), _TEST),
    Mistake("external of a sample", _add(_NEAR, "[externals]\na = 1\n"), 1, _NEAR, ("sets externals.a",), _TEST),
    Mistake(
        "known good",
        _new("good/a.txt", "words that only such a file has, other words that stand beside them"),
        1,
        f"{_RULE}:3",
        ("matches 1 known-good", "/a.txt", "known-good in the [budgets]"),
        (*_TEST, "--goodware", "pack/good"),
    ),
    Mistake(
        "budget",
        _add(_TOML, '[budgets]\ncost = "0.1x"\n'),
        1,
        f"{_RULE}:3",
        ("0.1x is borne", "says what helps"),
        ("bench", "pack"),
    ),
)
_EVERY = [
    pytest.param(one, id=f"{kind}: {one.name}")
    for kind, group in (
        ("syntax", _SYNTAX),
        ("metadata", _METADATA),
        ("strings", _STRINGS),
        ("excuses", _EXCUSES),
        ("manifest", _MANIFEST),
        ("samples", _SAMPLES),
    )
    for one in group
]


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert helpers.inside("rules", "new", "pack", "--author", "A. Author").returncode == 0
    return Path("pack")


@pytest.mark.parametrize("mistake", _EVERY)
def test_the_message_alone_is_enough(mistake: Mistake, pack: Path) -> None:
    mistake.edit(pack)
    done = helpers.inside("rules", *mistake.command)
    said = done.stdout + done.stderr
    assert done.returncode == mistake.code, said
    file, _, line = mistake.place.partition(":")
    place = re.escape(os.fspath(pack / file)) + (f":{line}" if line else "")
    assert re.search(rf"^ *{place}:", said, re.MULTILINE), said
    pattern = ".*".join(re.escape(word) for word in mistake.words)
    assert re.search(pattern, said, re.DOTALL), said
