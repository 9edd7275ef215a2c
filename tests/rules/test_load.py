"""Packs from disk: what is read, named, refused and left out."""

import os
from pathlib import Path
from typing import Any

import pytest

from cyberforensics.errors import RulePackError, WorkerError
from cyberforensics.rules import Scanner, load, open_compiled, shipped_packs
from cyberforensics.rules.engines.yara_python import YaraPython
from tests.rules.helpers import ALWAYS, scanner_of, write_pack

BROKEN = "rule sound { condition: true }\n\nrule broken {\n  condition: nonsense\n}\n"


def _names(scanner: Scanner, data: bytes = b"") -> list[tuple[str, str, str]]:
    return [(found.pack, found.namespace, found.rule) for found in scanner.scan(data, timeout=5).findings]


def test_a_folder_without_manifest_is_a_pack(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "loose", a=ALWAYS, sub__b="rule one { condition: true } private rule two { condition: true }"
    )
    rules = load([pack])
    (record,) = rules.packs
    assert (record.name, record.version, record.licence) == ("loose", "", "")
    assert (record.files, record.rules, record.left_out) == (2, 3, ())
    assert _names(scanner_of(rules, tmp_path / "c")) == [("loose", "a", "always"), ("loose", "sub/b", "one")]


def test_the_manifest_names_the_pack(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "folder", a=ALWAYS, tests__always__match__no_rule="this is a sample")
    (pack / "pack.toml").write_text('name = "Named"\nversion = "2.1"\nlicence = "MIT"\n')
    (record,) = load([pack]).packs
    assert (record.name, record.version, record.licence, record.files) == ("Named", "2.1", "MIT", 1)


@pytest.mark.parametrize("text", ["name = ", 'name = ""', "name = 3", 'name = "a\\nb"', 'version = ["1"]', "\udcff"])
def test_a_malformed_manifest_is_refused(tmp_path: Path, text: str) -> None:
    pack = write_pack(tmp_path / "p", a=ALWAYS)
    (pack / "pack.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RulePackError, match=r"pack\.toml"):
        load([pack])


def test_a_single_file_is_a_pack(tmp_path: Path) -> None:
    write_pack(tmp_path, one=ALWAYS, other=BROKEN)
    (record,) = load([tmp_path / "one.yar"]).packs
    assert (record.name, record.files) == ("one", 1)


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text(ALWAYS)
    for path in ("missing", "empty", "notes.txt"):
        with pytest.raises(RulePackError, match=path):
            load([tmp_path / path])


def test_nothing_to_load_finds_nothing(tmp_path: Path) -> None:
    scanner = scanner_of(load([]), tmp_path / "c")
    assert scanner.scan(b"x", timeout=1) == scanner.scan(b"", timeout=1)
    assert not scanner.scan(b"x", timeout=1).findings


def test_every_broken_file_is_named_with_line_and_reason(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", a=BROKEN, b=ALWAYS, c='rule c { strings: $a = "x" condition: true }')
    (pack / "d.yar").write_bytes(b"// one\n// \xff\nrule d { condition: true }")
    (pack / "e.yar").write_bytes(b"rule e { condition: true }\0")
    (pack / "f.yar").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RulePackError) as caught:
        load([pack])
    assert caught.value.exit_code == 30
    assert caught.value.details == (
        f'{pack}/a.yar:4: undefined identifier "nonsense"',
        f'{pack}/c.yar:1: unreferenced string "$a"',
        f"{pack}/d.yar:2: is not UTF-8 (byte 10)",
        f"{pack}/e.yar:1: holds a NUL byte",
        f"{pack}/f.yar: can't be read (No such file or directory)",
    )


def test_broken_files_are_left_out_on_request_and_listed(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", a=BROKEN, b=ALWAYS, c="rule c {", d="rule d { condition: filename == nonsense }")
    rules = load([pack], skip_broken=True)
    (record,) = rules.packs
    assert (record.left_out, record.files, record.rules) == (("a.yar", "c.yar", "d.yar"), 1, 1)
    assert [problem.code for problem in rules.problems] == ["rules.skipped"] * 3
    assert all(str(tmp_path) not in problem.message for problem in rules.problems)
    assert "a.yar of the pack p" in rules.problems[0].message
    assert _names(scanner_of(rules, tmp_path / "c")) == [("p", "b", "always")]


def test_a_pack_of_nothing_but_broken_files_is_refused_even_then(tmp_path: Path) -> None:
    with pytest.raises(RulePackError):
        load([write_pack(tmp_path / "p", a=BROKEN)], skip_broken=True)


def test_rules_of_the_same_name_live_in_their_files_and_packs(tmp_path: Path) -> None:
    first = write_pack(tmp_path / "x" / "same", a=ALWAYS, b=ALWAYS)
    second = write_pack(tmp_path / "y" / "same", a=ALWAYS)
    rules = load([first, second, first / ".." / "same"])
    assert [record.name for record in rules.packs] == ["same", "same-2"]
    assert _names(scanner_of(rules, tmp_path / "c")) == [
        ("same", "a", "always"),
        ("same", "b", "always"),
        ("same-2", "a", "always"),
    ]


def test_two_endings_of_one_name_are_both_loaded(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", a=ALWAYS)
    (pack / "a.yara").write_text(ALWAYS)
    assert _names(scanner_of(load([pack]), tmp_path / "c")) == [("p", "a", "always")] * 2


def test_a_rule_twice_in_one_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(RulePackError) as caught:
        load([write_pack(tmp_path / "p", a=f"{ALWAYS}\n{ALWAYS}")])
    assert 'a.yar:2: duplicated identifier "always"' in caught.value.details[0]


def test_included_files_belong_to_the_file_that_includes_them(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        head='// include "nowhere.yar"\ninclude "parts/one.yar"\nrule head { condition: one }',
        parts__one='include "two.yar"\nrule one { condition: two }',
        parts__two="private rule two { condition: true }",
    )
    rules = load([pack])
    assert (rules.packs[0].files, rules.packs[0].rules) == (3, 3)
    assert _names(scanner_of(rules, tmp_path / "c")) == [("p", "head", "head"), ("p", "head", "one")]


def test_files_outside_the_pack_can_be_included_and_count_for_its_digest(tmp_path: Path) -> None:
    write_pack(tmp_path, outside="rule outside { condition: true }")
    pack = write_pack(tmp_path / "p", a='include "../outside.yar"\nrule a { condition: outside }')
    before = load([pack])
    assert _names(scanner_of(before, tmp_path / "c")) == [("p", "a", "a"), ("p", "a", "outside")]
    write_pack(tmp_path, outside="rule outside { condition: false }")
    assert load([pack]).packs[0].sha256 != before.packs[0].sha256


def test_an_index_of_the_pack_adds_nothing(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", a=ALWAYS, b=ALWAYS, index='include "a.yar"\ninclude "b.yar"\n')
    rules = load([pack])
    assert (rules.packs[0].files, rules.packs[0].rules) == (2, 2)
    assert _names(scanner_of(rules, tmp_path / "c")) == [("p", "a", "always"), ("p", "b", "always")]


def test_mistakes_around_includes_are_named_where_they_are(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        circle_a='include "circle_b.yar"\nrule a { condition: true }',
        circle_b='include "circle_a.yar"\nrule b { condition: true }',
        missing='\ninclude "gone.yar"\nrule m { condition: true }',
        part="rule part {\n condition: nonsense }",
        whole='include "part.yar"\nrule whole { condition: part }',
    )
    with pytest.raises(RulePackError) as caught:
        load([pack])
    assert caught.value.details == (
        f"{pack}/circle_a.yar:1: includes circular reference",
        f"{pack}/circle_b.yar:1: includes circular reference",
        f'{pack}/missing.yar:2: the included file "gone.yar" can\'t be read (No such file or directory)',
        f'{pack}/part.yar:2: undefined identifier "nonsense"',
    )


def test_what_only_a_broken_file_includes_stands_alone(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", head=f'include "part.yar"\n{BROKEN}', part=ALWAYS)
    rules = load([pack], skip_broken=True)
    assert rules.packs[0].left_out == ("head.yar",)
    assert _names(scanner_of(rules, tmp_path / "c")) == [("p", "part", "always")]


def test_global_and_private_rules_act_in_their_own_file(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        a="global private rule only_text { condition: filesize < 4 } rule a { condition: true }",
        b=ALWAYS,
    )
    scanner = scanner_of(load([pack]), tmp_path / "c")
    assert _names(scanner, b"123456") == [("p", "b", "always")]
    assert _names(scanner, b"123") == [("p", "a", "a"), ("p", "b", "always")]


def test_every_module_of_the_engine_can_be_imported(tmp_path: Path) -> None:
    modules = ["pe", "elf", "math", "hash", "string", "time", "dotnet", "console"]
    text = "".join(f'import "{name}"\n' for name in modules)
    scanner = scanner_of(
        load([write_pack(tmp_path / "p", a=text + 'rule m { condition: math.entropy("AAAA") == 0.0 }')]), tmp_path / "c"
    )
    assert _names(scanner) == [("p", "a", "m")]


def test_words_of_externals_that_are_none_leave_a_file_in_the_content_set(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "p",
        comment="/* filename */ // owner\n" + ALWAYS,
        text='rule t { strings: $a = "filepath" $filetype = /extension/ condition: any of them }',
        rule="rule owner { condition: true } rule r { condition: owner }",
    )
    rules = load([pack])
    assert rules.per_name is None
    assert not scanner_of(rules, tmp_path / "c").looks_at_names


def test_the_digest_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    first = load([write_pack(tmp_path / "1" / "p", a=ALWAYS, b=ALWAYS)]).packs[0]
    again = load([write_pack(tmp_path / "2" / "p", b=ALWAYS, a=ALWAYS)]).packs[0]
    other_name = load([write_pack(tmp_path / "3" / "p", a=ALWAYS, c=ALWAYS)]).packs[0]
    assert first == again
    assert first.sha256 != other_name.sha256


def test_names_that_hurt_are_shown_and_used(tmp_path: Path) -> None:
    pack = tmp_path / "p"
    pack.mkdir()
    hostile = os.fsdecode(b'a"\xff\n.yar')
    (pack / hostile).write_text(ALWAYS)
    rules = load([pack])
    assert _names(scanner_of(rules, tmp_path / "c")) == [("p", 'a"\\xff\\x0a', "always")]
    (pack / hostile).write_text(BROKEN)
    with pytest.raises(RulePackError) as caught:
        load([pack])
    assert caught.value.details[0].isprintable()


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    load([write_pack(tmp_path / "p", a="\ufeff" + ALWAYS)])


def test_only_the_rules_that_were_compiled_are_loaded(tmp_path: Path) -> None:
    compiled = load([write_pack(tmp_path / "p", a=ALWAYS)]).save(tmp_path)
    assert compiled.content is not None
    content = bytearray(compiled.content.path.read_bytes())
    content[-1] ^= 1
    compiled.content.path.write_bytes(content)
    with pytest.raises(WorkerError, match="changed"):
        open_compiled(compiled)


def test_a_pack_of_many_files_loads_in_one_compilation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    compile_them = YaraPython.compile

    def counted(engine: YaraPython, texts: dict[str, str], includes: dict[str, str], **options: Any) -> object:
        calls.append(len(texts))
        return compile_them(engine, texts, includes, **options)

    monkeypatch.setattr(YaraPython, "compile", counted)
    load([write_pack(tmp_path / "p", **{f"f{number}": ALWAYS for number in range(50)})])
    assert calls == [50]


def test_the_shipped_packs_are_found() -> None:
    assert [path.name for path in shipped_packs()] == [
        "credential-theft",
        "extortion",
        "fraud-and-payment",
        "scripts-and-macros",
        "test-signals",
        "web-shells",
    ]
