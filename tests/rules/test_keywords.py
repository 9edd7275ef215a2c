# ruff: noqa: RUF001 - words in many scripts
"""Keywords: found in bytes that other encoders wrote, in any case, as whole words; and what is wrong with a list."""

import itertools
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from cyberforensics.errors import ListError
from cyberforensics.model.examination import MAX_CONTEXT, Finding
from cyberforensics.rules import Scanner, load
from cyberforensics.rules.keyword_list import read_keywords
from tests.rules.helpers import scanner_of, write_pack

PADDING = bytes(64)


def scanner(folder: Path, text: str, name: str = "words.txt") -> Scanner:
    path = folder / name
    path.write_text(text, "utf-8")
    return scanner_of(load([], keywords=[path]), folder / "compiled")


def found(scanner: Scanner, data: bytes) -> list[tuple[str, str, int, bytes]]:
    """Keyword, encoding, offset and matched bytes of every match."""
    result = scanner.scan(data, timeout=30)
    assert result.complete
    return [
        (
            str(finding.meta[0][1]),
            match.identifier,
            match.offset,
            match.data,
        )
        for finding in result.findings
        for match in finding.strings
    ]


def iconv(text: str, encoding: str) -> bytes:
    """Encoded by a program that shares nothing with Python's codecs."""
    if shutil.which("iconv") is None:
        pytest.skip("the program iconv is not there")
    command = ["iconv", "-f", "UTF-8", "-t", encoding]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


WORDS = {
    "пароль": ("utf-8", "utf-16le", "utf-16be", "windows-1251", "koi8-r", "cp866", "iso-8859-5"),
    "Überweisung": ("utf-8", "utf-16le", "windows-1252", "iso-8859-1", "cp850"),
    "μυστικός": ("utf-8", "utf-16le", "windows-1253", "iso-8859-7"),
    "كلمة السر": ("utf-8", "utf-16le", "windows-1256", "iso-8859-6"),
    "סיסמה": ("utf-8", "utf-16le", "windows-1255", "iso-8859-8"),
    "密码": ("utf-8", "utf-16le", "gbk", "gb18030", "big5"),
    "暗号": ("utf-8", "utf-16le", "shift_jis", "euc-jp"),
    "비밀번호": ("utf-8", "utf-16le", "euc-kr"),
    "รหัสผ่าน": ("utf-8", "utf-16le", "cp874"),
    "password": ("utf-8", "utf-16le", "utf-16be"),
}


@pytest.mark.parametrize(("word", "encoding"), [(word, one) for word, many in WORDS.items() for one in many])
def test_what_iconv_wrote_is_found(word: str, encoding: str, tmp_path: Path) -> None:
    if encoding == "big5":
        word = "密碼"
    scan = scanner(tmp_path, f"[{encoding}]\n{word}\n")
    for variant in {word, word.upper(), word.lower(), word.swapcase(), word.title()}:
        raw = iconv(variant, encoding)
        assert raw == variant.encode(encoding)  # two encoders of different hands agree
        data = PADDING + raw + PADDING
        hits = found(scan, data)
        assert [(hit[0], hit[2], hit[3]) for hit in hits] == [(word, 64, raw)]


def test_every_case_of_every_letter(tmp_path: Path) -> None:
    """All 64 ways to write a word of six Cyrillic letters, and nothing else, in each encoding."""
    scan = scanner(tmp_path, "[utf-8, utf-16le, windows-1251]\nпароль\n")
    for choice in itertools.product(*(("п", "П"), ("а", "А"), ("р", "Р"), ("о", "О"), ("л", "Л"), ("ь", "Ь"))):
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            raw = "".join(choice).encode(encoding)
            assert [hit[2:] for hit in found(scan, PADDING + raw + PADDING)] == [(64, raw)]
    for wrong in ("пaроль", "паролъ", "парол", "паро ль"):  # a Latin a; another last letter
        assert found(scan, PADDING + wrong.encode() + PADDING) == []


FOLDED = [("ß", "SS"), ("ß", "ss"), ("ß", "ẞ"), ("σ", "ς"), ("ς", "Σ"), ("ı", "I"), ("å", "Å"), ("ǆ", "ǅ"), ("ა", "Ა")]


@pytest.mark.parametrize(("letter", "other"), FOLDED)
def test_letters_with_more_cases_than_two(letter: str, other: str, tmp_path: Path) -> None:
    scan = scanner(tmp_path, f"prefix{letter}suffix\n")
    for encoding in ("utf-8", "utf-16-le"):
        raw = f"PREFIX{other}Suffix".encode(encoding)
        assert [hit[2:] for hit in found(scan, PADDING + raw + PADDING)] == [(64, raw)]


def test_exact_case(tmp_path: Path) -> None:
    scan = scanner(tmp_path, "[exact case]\nПароль\nPass\n")
    data = PADDING + "Пароль пароль ПАРОЛЬ Pass pass PASS".encode()
    assert sorted(hit[0] for hit in found(scan, data)) == ["Pass", "Пароль"]


def test_composed_and_decomposed(tmp_path: Path) -> None:
    scan = scanner(tmp_path, f"{unicodedata.normalize('NFD', 'Café')}\nNaïve\n")
    for form in ("NFC", "NFD"):
        data = PADDING + unicodedata.normalize(form, "CAFÉ naïve").encode("utf-16-le")
        assert {hit[0] for hit in found(scan, data)} == {"Cafe\u0301", "Naïve"}


WHOLE = [
    ("utf-8", "кот", "кот", True),
    ("utf-8", "кот", "кот.", True),
    ("utf-8", "кот", "-кот-", True),
    ("utf-8", "кот", "скот", False),
    ("utf-8", "кот", "котик", False),
    ("utf-8", "кот", "кот_", False),
    ("utf-8", "кот", "4кот", False),
    ("utf-8", "cafe", "cafe\u0301", False),
    ("utf-8", "cat", "котcat", False),
    ("utf-8", "cat", "“cat”", True),
    ("utf-8", "cat", "\U00010400cat", False),
    ("utf-16-le", "кот", "скот", False),
    ("utf-16-le", "кот", " кот ", True),
    ("utf-16-le", "cat", "\U00010400cat", False),
    ("utf-16-le", "cat", "cat\U00010400", False),
    ("utf-16-le", "cat", "cat\U0001f600", True),
    ("cp1251", "кот", "скот", False),
    ("cp1251", "кот", "«кот»", True),
    ("cp1251", "cat", "cat№", True),
    ("gbk", "密码", "的密码", False),
    ("gbk", "密码", "，密码。", True),
]


@pytest.mark.parametrize(("encoding", "word", "text", "whole"), WHOLE)
def test_whole_words(encoding: str, word: str, text: str, whole: bool, tmp_path: Path) -> None:
    scan = scanner(tmp_path, f"[{encoding}; whole words]\n{word}\n")
    raw = text.encode(encoding)
    for data in (raw, b"\r\n".join((b"", raw, b"")), PADDING + raw + PADDING):
        assert bool(found(scan, data)) == whole
    assert found(scanner(tmp_path, f"[{encoding}; anywhere]\n{word}\n"), raw)


def test_bytes_that_are_no_text_are_no_letters(tmp_path: Path) -> None:
    scan = scanner(tmp_path, "[utf-8; whole words]\ncat\n")
    assert found(scan, b"\xffcat\xfe")
    assert found(scan, b"\xc3cat\x80")


def test_context_is_what_stands_beside_it(tmp_path: Path) -> None:
    scan = scanner(tmp_path, "[utf-8]\nneedle\n")
    data = bytes(range(100)) + b"NEEDLE" + bytes(range(100, 110))
    (finding,) = scan.scan(data, timeout=30).findings
    (match,) = finding.strings
    assert (match.offset, match.length, match.data) == (100, 6, b"NEEDLE")
    assert match.before == bytes(range(100 - MAX_CONTEXT, 100))
    assert match.after == bytes(range(100, 110))


def test_expressions(tmp_path: Path) -> None:
    scan = scanner(tmp_path, "re:pass(word|wd)[0-9]{2}\n[utf-8; exact case; whole words]\nre:a/b\\/c\n")
    data = b"Password17 xa/b/c a/b/c. A/B/C" + b"\0" + "PASSWD99".encode("utf-16-le")
    assert sorted((hit[1], hit[3]) for hit in found(scan, data)) == [
        ("$utf_16le", "PASSWD99".encode("utf-16-le")),
        ("$utf_8", b"Password17"),
        ("$utf_8", b"a/b/c"),
    ]


def test_a_finding_says_what_was_searched_for(tmp_path: Path) -> None:
    scan = scanner(tmp_path, '# name: Case words\n[utf-8, windows-1251; whole words]\ncafé "\\n"\n')
    (finding,) = scan.scan('CAFÉ "\\N"'.encode(), timeout=30).findings
    assert (finding.source, finding.pack, finding.namespace) == ("keyword", "Case words", "keywords")
    # é is not in windows-1251: what was not searched for is not claimed
    assert finding.meta == (("keyword", 'café "\\n"'), ("searched", "utf-8; any case; whole words"))


def _findings(folder: Path, name: str, text: str, data: bytes) -> tuple[Finding, ...]:
    folder.mkdir()
    return scanner(folder, text, name).scan(data, timeout=30).findings


def test_the_lists_file_name_changes_nothing_but_the_name(tmp_path: Path) -> None:
    data = "один two".encode()
    one = _findings(tmp_path / "a", "a.txt", "# name: N\nодин\ntwo\n", data)
    two = _findings(tmp_path / "b", "other words.lst", "# name: N\n# a comment\ntwo\n\nодин\nтри\n", data)
    assert one == two != ()


def test_rules_and_keywords_are_one_pass(tmp_path: Path) -> None:
    """With rules for content, rules for names and rules for programs beside them: the same as each alone."""
    pack = write_pack(
        tmp_path / "pack",
        content='rule Content { strings: $a = "needle" condition: $a }',
        name="rule Named { condition: filename matches /x/ }",
        program='import "pe" rule Program { condition: pe.is_pe }',
    )
    (tmp_path / "words.txt").write_text("needle\n")
    together = load([pack], keywords=[tmp_path / "words.txt"])
    assert [record.name for record in together.packs] == ["pack"]
    assert [(record.name, record.kind, record.count) for record in together.keywords] == [("words.txt", "keywords", 1)]
    assert together.whole is not None
    data = b"a needle"
    alone = (
        *scanner(tmp_path, "needle\n").scan(data, timeout=30).findings,
        *scanner_of(load([pack]), tmp_path / "p").scan(data, timeout=30).findings,
    )
    result = scanner_of(together, tmp_path / "t").scan(data, timeout=30)
    assert sorted(result.findings, key=repr) == sorted(alone, key=repr)


BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "an expression": ("ok\nre:a(\n", 2, "no valid expression"),
    "an expression that is a comment": ("ok\nre:*a\n", 2, "no valid expression"),
    "a backslash at the end": ("re:a\\\n", 1, "no valid expression"),
    "an expression in a code page": ("[windows-1251]\nre:abc\n", 2, "UTF-8 and UTF-16LE only"),
    "an expression that is not ASCII": ("re:é+\n", 1, "written in ASCII"),
    "an encoding": ("# c\n[utf-9]\nx\n", 2, '"utf-9" is neither'),
    "an encoding with escapes": ("[iso-2022-jp]\n暗号\n", 1, '"iso-2022-jp" is neither'),
    "an encoding that is none": ("[rot13]\nabc\n", 1, '"rot13" is neither'),
    "an encoding that marks": ("[utf-8-sig]\nabc\n", 1, '"utf-8-sig" is neither'),
    "brackets": ("[utf-8\n", 1, "ends with ]"),
    "not in the encoding": ("[windows-1251]\nok\n密码\n", 3, "can't be written in windows-1251"),
    "one byte": ("a\n", 1, "one byte"),
    "too long": ("ok\n\n" + "x" * 201 + "\n", 3, "at most 200"),
    "too many": ("".join(f"word {number}\n" for number in range(10_001)), 10_001, "at most 10,000 keywords"),
    "a tab within": ("a\tb\n", 1, "does not show"),
    "nothing behind it": ("re:\n", 1, "nothing stands"),
    "no UTF-8": (b"ok\n\xff\xff\n", 2, "UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_named(name: str, tmp_path: Path) -> None:
    text, line, why = BROKEN[name]
    path = tmp_path / "words.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ListError) as refused:
        load([], keywords=[path])
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert why in str(refused.value)
    assert refused.value.hint


def test_a_list_without_keywords(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# nothing\n[utf-8]\n")
    for path, why in ((tmp_path / "words.txt", "holds no keyword"), (tmp_path / "none", "can't be read")):
        with pytest.raises(ListError, match=why):
            load([], keywords=[path])


def test_two_lists_of_one_name(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "w.txt").write_text(f"word {folder}\n")
    paths = [tmp_path / "a" / "w.txt", tmp_path / "b" / "w.txt", tmp_path / "a" / "w.txt"]
    assert [record.name for record in load([], keywords=paths).keywords] == ["w.txt", "w.txt-2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(raw=some.one_of(some.binary(max_size=60), some.text(max_size=40).map(str.encode)))
@example(raw=b"\xff\xfe\x00")
@example(raw=b"[\n")
@example(raw=b"[]\nab\n")
@example(raw=b're:"/ condition: true } rule x { strings: $a = /b')
@example(raw=b'"} rule x { condition: true }')
def test_no_bytes_crash_it(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(raw)
    try:
        rules = load([], keywords=[path])
    except ListError:
        return
    assert [record.count for record in rules.keywords] == [len(read_keywords(path).keywords)]
    assert rules.content is not None
    assert len(list(rules.content.names())) == len(read_keywords(path).keywords)  # no keyword smuggles in a rule


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(word=some.text(some.characters(categories=["Lu", "Ll", "Lt", "Nd", "Lo"]), min_size=2, max_size=12))
def test_every_word_is_found_in_its_own_bytes(word: str, tmp_path: Path) -> None:
    scan = scanner(tmp_path, f"text:{word}\n")
    for text in (word, word.upper(), word.lower()):
        if unicodedata.normalize("NFC", text) != text:
            continue
        for encoding in ("utf-8", "utf-16-le"):
            raw = text.encode(encoding)
            assert (64, raw) in [hit[2:] for hit in found(scan, PADDING + raw + PADDING)]
