"""What the checks must leave alone: each was seen in a public pack, or is close to what was."""

from datetime import date
from pathlib import Path

import pytest

from cyberforensics.rules.checking import CheckOptions, check


@pytest.mark.parametrize(
    ("code", "meta", "strings", "condition"),
    [
        ("CFR013", 'hash = "https://example.org/sample/d41d8cd98f00b204e9800998ecf8427"', "", "filesize == 0"),
        ("CFR013", 'hash = "see the report, page 3"', "", "filesize == 0"),
        ("CFR013", 'hash_type = "d41d8cd98f00b204e9800998ecf8427"', "", "filesize == 0"),
        ("CFR013", 'sha224 = "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"', "", "filesize == 0"),
        ("CFR014", 'date = "03042017"', "", "filesize == 0"),
        ("CFR014", 'date = "May 2016"', "", "filesize == 0"),
        ("CFR014", 'date = "2024/05/17"', "", "filesize == 0"),
        ("CFR030", "", '$a = "abc" base64', "filesize < 1KB and $a"),
        ("CFR030", "", "$a = { 4D 5A }", "filesize < 1KB and $a"),
        ("CFR031", "", '$a = "cmd.exe" $b = "unusual words"', "filesize < 1KB and all of them"),
        ("CFR031", "", '$ = "cmd.exe" $ = "unusual words"', "filesize < 1KB and 2 of them"),
        ("CFR031", "", '$a = "cmd.exe" $b = "unusual words"', "filesize < 1KB and $b and ($a or filesize > 10)"),
        ("CFR031", "", '$a = "Mozilla/5.0" xor', "filesize < 1KB and $a"),
        ("CFR033", "", r"$a = /example\.*test[.*]/", "filesize < 1KB and $a"),
        ("CFR038", "", "$a = /(90){2,20}/", "filesize < 1KB and $a"),
        ("CFR038", "", r"$a = /[a-z]+\.php|something/", "filesize < 1KB and $a"),
        ("CFR040", "", '$a = "unusual words"', "filesize < 1MB and filesize > 1KB and $a"),
        ("CFR040", "", '$a = "unusual words"', "uint16(0) == 1 and uint16(2) == 2 and $a"),
        ("CFR040", "", '$a = "unusual words"', "filesize < 1KB or filesize > 1MB and $a"),
        ("CFR041", "", '$a = "unusual words"', "filesize < 1KB and not $a"),
        ("CFR041", "", '$a = "unusual words"', "filesize > 1KB or $a"),
        ("CFR042", "", '$a = "unusual words"', "$a at 0"),
        ("CFR042", "", '$a = "unusual words"', "$a in (0..100)"),
        ("CFR042", "", '$a = "unusual words"', 'filename == "a" and $a'),
    ],
)
def test_it_is_left_alone(code: str, meta: str, strings: str, condition: str, tmp_path: Path) -> None:
    sections = "".join(f" {name}: {text}" for name, text in (("meta", meta), ("strings", strings)) if text)
    (tmp_path / "a.yar").write_text(f"rule Quiet {{{sections} condition: {condition} }}", "utf-8")
    found = check(tmp_path, CheckOptions(date(2025, 1, 1))).diagnostics
    assert [one for one in found if one.level == "error"] == []
    assert code not in {one.code for one in found}


def test_other_rules_and_modules_make_rules_differ(tmp_path: Path) -> None:
    for name, size in (("a", "1KB"), ("b", "2KB")):
        (tmp_path / f"{name}.yar").write_text(
            f"private rule Part {{ condition: filesize < {size} }}\n"
            f'rule {name.upper()} {{ strings: $a = "unusual words" condition: Part and $a }}',
            "utf-8",
        )
    found = check(tmp_path, CheckOptions(date(2025, 1, 1))).diagnostics
    assert {one.code for one in found} <= {"CFR020"}
