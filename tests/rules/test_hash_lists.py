"""Lists of digests: every form that the field's programs write, the index as a set, and what is wrong with a list."""

import hashlib
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from cyberforensics.errors import CannotWrite, ListError, WorkerError
from cyberforensics.model.examination import Digests
from cyberforensics.rules import HashList, hash_index, load_hash_lists, open_lists
from cyberforensics.rules.hash_index import Damaged, HashIndex
from cyberforensics.rules.hash_list import HashListReader

ALGORITHMS = ("md5", "sha1", "sha256")


def digests_of(content: bytes) -> Digests:
    """All three, by Python's hashlib."""
    return Digests(*(hashlib.new(name, content, usedforsecurity=False).hexdigest() for name in ALGORITHMS))


def read(path: Path) -> list[str]:
    """The digests of a list."""
    return [digest.hex() for digest in HashListReader(path).digests()]


def written(folder: Path, text: str | bytes, name: str = "list.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# What programs write

FILES = {
    "plain.txt": b"one",
    "with blank.txt": b"two",
    "back\\slash\nline.txt": b"three",
    "empty": b"",
    "a,b.txt": b"4",
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("command", "algorithm"),
    [
        (["md5sum"], "md5"),
        (["md5sum", "--binary"], "md5"),
        (["sha1sum"], "sha1"),
        (["sha256sum"], "sha256"),
        (["sha256sum", "--tag"], "sha256"),
        (["md5sum", "--tag"], "md5"),
        (["openssl", "dgst", "-sha256"], "sha256"),
        (["openssl", "dgst", "-md5"], "md5"),
        (["md5deep"], "md5"),
        (["sha256deep"], "sha256"),
        (["hashdeep"], "sha256"),
        (["hashdeep", "-c", "md5"], "md5"),
        (["hashdeep", "-c", "md5,sha1"], "sha1"),
        (["hashdeep", "-c", "md5,sha1,sha256,tiger"], "sha256"),
    ],
    ids=" ".join,
)
def test_what_programs_write(command: list[str], algorithm: str, files: Path, tmp_path: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"the program {command[0]} is not there")
    names = [name for name in FILES if "\n" not in name or command[0].endswith("sum")]
    output = subprocess.run([*command, *names], cwd=files, capture_output=True, check=True).stdout
    found = read(written(tmp_path, output))
    assert sorted(found) == sorted(getattr(digests_of(FILES[name]), algorithm) for name in names)


def test_packages_of_debian(evidence: Path) -> None:
    for path in sorted((evidence / "hashsets" / "debian_known_good").iterdir()):
        # Every line is 32 digits, two blanks and a name: cut(1) would give the same.
        expected = [line[:32] for line in path.read_text("utf-8").splitlines()]
        assert read(path) == expected


TABLES = {
    "nsrl": '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\r\n'
    '"{sha1}","{md5}","CDB7F6D7","a ""quoted"", name.dll",1234,3095,"WIN",""\r\n',
    "semicolons": "Name;Size;sha256\na;1;{sha256}\n",
    "tabs": "name\tMD5\tcomment\nx\t{md5}\twanted since, 2019\n",
    "one column": "SHA256\n{sha256}\n",
    "byte order mark": "\ufeffHash,Path\n{md5},C:\\x\n",
    "named with hash": "sha256_hash,md5_hash\n{sha256},{md5}\n",
    "comment before it": "# name: A set\n# version: 7\nmd5,sha1\n{md5},{sha1}\n",
}
STRONGEST = {"semicolons": "sha256", "one column": "sha256", "named with hash": "sha256", "tabs": "md5"} | {
    "nsrl": "sha1",
    "byte order mark": "md5",
    "comment before it": "sha1",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str, tmp_path: Path) -> None:
    digests = digests_of(b"content")
    values = {algorithm: getattr(digests, algorithm) for algorithm in ALGORITHMS}
    text = TABLES[name].format(**{key: value.upper() for key, value in values.items()})
    assert read(written(tmp_path, text)) == [values[STRONGEST[name]]]


def test_utf_16_as_powershell_writes_it(tmp_path: Path) -> None:
    text = f"Algorithm,Hash,Path\r\nSHA256,{digests_of(b'x').sha256.upper()},C:\\Größe.txt\r\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        raw = ("\ufeff" + text).encode(encoding)
        assert read(written(tmp_path, raw)) == [digests_of(b"x").sha256]
    with pytest.raises(ListError, match="UTF-16"):
        read(written(tmp_path, ("\ufeff" + text).encode("utf-16-le")[:-1]))


def test_a_list_of_several_algorithms_and_its_name(tmp_path: Path) -> None:
    one, two = digests_of(b"1"), digests_of(b"2")
    text = (
        f"# name: Case 17\n% version: 2026-03\n\n{one.md5.upper()}\n{two.sha1} *x\n{one.sha256}|more\n# name: later\n"
    )
    reader = HashListReader(written(tmp_path, text))
    assert [digest.hex() for digest in reader.digests()] == [one.md5, two.sha1, one.sha256]
    assert (reader.name, reader.version) == ("Case 17", "2026-03")
    assert reader.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_rows_without_a_digest_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, f"name,md5,sha256\nfolder,,\nfile,{digests_of(b'1').md5},\n")
    (found,) = load_hash_lists([path], [])
    assert (found.record.count, found.record.without_digest) == (1, 1)


GOOD = digests_of(b"good").md5
BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "no digest": (f"{GOOD}\nnot a digest\n", 2, "begins with no digest"),
    "another length": (f"{GOOD}\n\n{'0' * 128}  x\n", 3, "128 hexadecimal digits"),
    "a digit too few": (f"{GOOD}\n{GOOD[:-1]}  x\n", 2, "31 hexadecimal digits"),
    "a digit too many": (f"{GOOD}0\n", 1, "33 hexadecimal digits"),
    "no hexadecimal": (f"{GOOD}\n{GOOD[:-1]}g\n", 2, "begins with no digest"),
    "another algorithm's tag": (f"MD5 (x) = {GOOD}\nSHA256 (x) = {GOOD}\n", 2, "begins with no digest"),
    "a cell": (f"name,md5\nx,{GOOD}\ny,{GOOD[:-1]}\n", 3, "no digest of column 2"),
    "a cell of another length": (f"name,sha256\nx,{GOOD}\n", 2, "no digest of column 2"),
    "too few cells": (f"name,md5\nx,{GOOD}\ny\n", 3, "fewer columns"),
    "an open quotation mark": (f'name,md5\nx,{GOOD}\n"y,{GOOD}\nz,{GOOD}\n', 3, "quotation marks"),
    "hashdeep": (
        f"%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n## Invoked from: /\n1,{GOOD},x\n{GOOD}\n",
        5,
        "no line of hashdeep's",
    ),
    "hashdeep without a digest": ("%%%% HASHDEEP-1.0\n%%%% size,tiger,filename\n", 2, "none of the digests"),
    "an image": (b"\x00" * 3_000_000, 1, "more than a million bytes"),
    "a program": (b"\x7fELF\x02\x01\n\x00\xff", 1, "begins with no digest"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_named(name: str, tmp_path: Path) -> None:
    text, line, why = BROKEN[name]
    path = written(tmp_path, text)
    with pytest.raises(ListError) as refused:
        load_hash_lists([path], [])
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.hint
    assert refused.value.exit_code == 30
    assert [found.name for found in tmp_path.iterdir()] == ["list.txt"]


@pytest.mark.parametrize("text", ["", "# name: x\n\n", "name,md5\n", "%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n"])
def test_a_list_without_a_digest_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ListError, match="holds no digest"):
        load_hash_lists([written(tmp_path, text)], [])


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ListError, match="can't be read"):
            load_hash_lists([], [path])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=some.binary(max_size=300))
@example(raw=b"\xff\xfe\x00")
@example(raw=b'md5\n"')
@example(raw=b"%%%% ,md5\n")
@example(raw=b"md5,\x00\n\x00,\x00")
def test_no_bytes_crash_it(raw: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, raw)
    try:
        found = read(path)
    except ListError:
        return
    assert all(len(digest) in (32, 40, 64) for digest in found)


# The index

_DIGEST = some.one_of(*(some.binary(min_size=size, max_size=size) for size in (16, 20, 32)))
_CLOSE = some.builds(
    lambda size, first, last: bytes([first]) + bytes(size - 2) + bytes([last]),
    some.sampled_from([16, 20, 32]),
    some.sampled_from([0, 1, 127, 254, 255]),
    some.integers(0, 255),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(listed=some.lists(some.one_of(_DIGEST, _CLOSE), min_size=1, max_size=60), asked=some.lists(_CLOSE, max_size=20))
def test_an_index_is_a_set(listed: list[bytes], asked: list[bytes], tmp_path: Path) -> None:
    path = written(tmp_path, "".join(f"{digest.hex()}\n" for digest in listed))
    index = tmp_path / "index"
    hash_index.build(path, index)
    opened = HashIndex(index)
    assert opened.head.count == len(set(listed))
    for digest in (*listed, *asked):
        assert (digest in opened) == (digest in set(listed))


def test_a_large_index_is_a_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million digests, in several parts through the temporary file; asked for 20,000 there and 20,000 not."""
    monkeypatch.setattr(hash_index, "_HELD", 9_000_000)
    some_digests = random.Random(17)  # noqa: S311 - the same ones every time
    listed = [some_digests.randbytes(20) for _ in range(1_000_000)]
    with (tmp_path / "list.txt").open("w") as out:
        out.writelines(f"{digest.hex()}  name\n" for digest in listed)
    (found,) = load_hash_lists([tmp_path / "list.txt"], [])
    assert found.record.count == 1_000_000
    index = HashIndex(found.index)
    assert all(digest in index for digest in some_digests.sample(listed, 20_000))
    everything = set(listed)
    others = [digest for _ in range(20_000) if (digest := some_digests.randbytes(20)) not in everything]
    near = [digest[:19] + bytes([digest[19] ^ 1]) for digest in listed[:20_000]]
    assert not any(digest in index for digest in others)
    assert all((digest in index) == (digest in everything) for digest in near)


def _load(path: Path) -> HashList:
    (found,) = load_hash_lists([path], [])
    return found


def test_it_is_built_once_and_again_when_the_list_changes(tmp_path: Path) -> None:
    path = written(tmp_path, f"{GOOD}\n")
    built: list[Path] = []

    def load() -> HashList:
        (found,) = load_hash_lists([path], [], building=built.append)
        return found

    first = load()
    assert load() == first
    assert built == [path]
    os.utime(path)  # the same bytes at another time
    assert load() == first
    assert built == [path]
    about = path.stat()
    path.write_text(f"{digests_of(b'other').md5}\n")  # as long as before, and made to look as old
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    second = load()
    assert built == [path, path]
    assert second.record.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() != first.record.sha256


def test_every_damaged_byte_of_it_is_noticed(tmp_path: Path) -> None:
    wanted = digests_of(b"wanted").sha256
    path = written(tmp_path, f"{wanted}\n")
    found = _load(path)
    sound = found.index.read_bytes()
    for place in range(len(sound)):
        if 40 + 8 < place < 40 + 8 * 250:
            continue  # the middle of the table is like the rest of it
        damaged = sound[:place] + bytes([sound[place] ^ 0x10]) + sound[place + 1 :]
        found.index.write_bytes(damaged)
        with pytest.raises(Damaged):
            assert bytes.fromhex(wanted) in HashIndex(found.index)
    for place in range(0, len(sound), 7):
        found.index.write_bytes(sound[:place])
        with pytest.raises(Damaged):
            HashIndex(found.index)
    found.index.write_bytes(sound[:-1] + b"?")
    again = _load(path)  # made anew
    assert again == found
    assert found.index.read_bytes() == sound


def test_a_run_never_searches_another_index(tmp_path: Path) -> None:
    found = _load(written(tmp_path, f"{GOOD}\n"))
    sound = found.index.read_bytes()
    found.index.write_bytes(sound[:8] + bytes(16) + sound[24:])
    lists = open_lists([found])
    with pytest.raises(WorkerError, match="damaged or was changed"):
        lists.match(digests_of(b"good"))
    _load(written(tmp_path, f"{digests_of(b'other').md5}\n"))
    with pytest.raises(WorkerError, match="damaged or was changed"):
        open_lists([found])
    found.index.unlink()
    with pytest.raises(WorkerError, match="damaged or was changed"):
        open_lists([found])


def test_where_it_lies(tmp_path: Path) -> None:
    folder, other = tmp_path / "indexes", tmp_path / "other"
    other.mkdir()
    paths = [written(tmp_path, f"{GOOD}\n"), written(other, f"{digests_of(b'other').md5}\n")]
    found = load_hash_lists(paths, paths[:1], folder)
    assert len(list(folder.iterdir())) == 2
    assert [record.name for record in (one.record for one in found)] == ["list.txt", "list.txt-2", "list.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["indexes", "list.txt", "other"]
    (tmp_path / "file").touch()
    with pytest.raises(CannotWrite) as refused:
        load_hash_lists(paths, [], tmp_path / "file")
    assert "--list-index" in refused.value.hint


def test_the_format_is_what_its_docstring_says(tmp_path: Path) -> None:
    """Read by hand, without the code that reads it."""
    values = sorted(hashlib.sha1(bytes([number]), usedforsecurity=False).digest() for number in range(200))
    raw = _load(written(tmp_path, "".join(f"{value.hex()}\n" for value in values))).index.read_bytes()
    assert raw[:8] == b"CFHASH01"
    assert raw[8 : 8 + 4000] == b"".join(values)
    table = [int.from_bytes(raw[4008 + 8 * place : 4016 + 8 * place], "big") for place in range(257)]
    assert table == [sum(value[0] < first for value in values) for first in range(257)]
    assert raw[4008 + 8 * 257 :][:32] == hashlib.sha256(b"".join(values)).digest()
    length = int.from_bytes(raw[-40:-32], "big")
    assert json.loads(raw[-40 - length : -40])["counts"] == [["sha1", 200]]
    assert raw[-32:] == hashlib.sha256(raw[4008:-32]).digest()


# What is asked of them


def test_wanted_and_known(tmp_path: Path) -> None:
    wanted, known, neither = (digests_of(content) for content in (b"wanted", b"known", b"neither"))
    first = written(tmp_path, f"# name: Set A\n# version: 3\n{wanted.md5}\n{wanted.sha256}\n{GOOD}\n", "a")
    second = written(tmp_path, f"{wanted.sha1}\n{known.sha1}\n", "b")
    lists = open_lists(load_hash_lists([first, second], [second]))
    hits = lists.match(wanted)
    assert [(hit.source, hit.pack, hit.rule, hit.severity) for hit in hits] == [
        ("hash-list", "Set A", f"same bytes as SHA-256 {wanted.sha256}", "high"),
        ("hash-list", "b", f"same bytes as SHA-1 {wanted.sha1}", "high"),
    ]
    assert dict(hits[0].meta) == {
        "list": "Set A",
        "version": "3",
        "algorithm": "SHA-256",
        "digest": wanted.sha256,
        "digests in the list": 3,
    }
    assert [lists.known(digests) for digests in (wanted, known, neither)] == [("b",), ("b",), ()]
    assert lists.match(neither) == ()
