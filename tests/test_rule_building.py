"""Built packs: the same bytes for the same input, refused where a byte or a key is another, recorded in the case."""

import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from cyberforensics import rules, signing
from cyberforensics.errors import RulePackError, UsageError
from cyberforensics.rule_building import build
from cyberforensics.rule_opening import opened
from cyberforensics.rules.formatting import format_pack
from tests.helpers import FIXTURES, run
from tests.rules.helpers import write_pack

TEXT = """import "pe"

private rule Inner { condition: filesize > 0 }

rule Name {
  condition:
    Inner and filename == "eicar.com"
}
"""
OTHER = 'include "inc/c.yar"\nrule Other { strings: $a = "nowhere 7c4f" condition: $a or C }\n'


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = write_pack(tmp_path / "pack", a=TEXT, sub__b=OTHER, sub__inc__c="private rule C { condition: false }\n")
    (folder / "pack.toml").write_text('name = "Built"\nversion = "1.0"\n')
    (folder / "LICENSE").write_text("Apache-2.0")
    (folder / "tests" / "Name" / "match").mkdir(parents=True)
    (folder / "tests" / "Name" / "match" / "x.toml").write_text('filename = "eicar.com"\n[[piece]]\ntext = "x"')
    return folder


@pytest.fixture
def key(tmp_path: Path) -> signing.Key:
    return signing.make_key(tmp_path / "key")


def test_what_is_under_way_is_told(pack: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    build(pack, tmp_path / "a.zip", None, lambda *now: told.append(now))
    compiled = "engines that compiled the pack"
    assert told == [("reading the pack", 0, 0), (compiled, 0, 2), (compiled, 1, 2), ("writing the archive", 0, 0)]
    told.clear()
    formatted = list(format_pack(pack, lambda *now: told.append(now)))
    assert told == [("files laid out", done, len(formatted)) for done in range(len(formatted))]


def test_the_same_input_gives_the_same_bytes(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    built = [build(pack, tmp_path / name, key) for name in ("one.zip", "two.zip")]
    shutil.copytree(pack, tmp_path / "elsewhere" / "pack")
    built.append(build(tmp_path / "elsewhere" / "pack", tmp_path / "three.zip", key))
    assert len({(tmp_path / name).read_bytes() for name in ("one.zip", "two.zip", "three.zip")}) == 1
    assert {one.sha256 for one in built} == {hashlib.sha256((tmp_path / "one.zip").read_bytes()).hexdigest()}
    assert (built[0].pack, built[0].version, built[0].rules, built[0].files) == ("Built", "1.0", 4, 5)


def test_other_programs_read_it_and_check_its_signature(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    path = build(pack, tmp_path / "one.zip", key).path
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        lock = archive.read("manifest.json")
        signature = archive.read("manifest.json.sig")
        assert names[2:] == ["LICENSE", "a.yar", "pack.toml", "sub/b.yar", "sub/inc/c.yar"]
        for about in json.loads(lock)["files"]:
            data = (pack / about["name"]).read_bytes()
            assert archive.read(about["name"]) == data
            assert about["sha256"] == hashlib.sha256(data).hexdigest()
    of_a = next(about for about in json.loads(lock)["files"] if about["name"] == "a.yar")
    rule = TEXT[TEXT.index("rule Name") :].rstrip("\n")  # by hand: from its first word to its last brace
    assert of_a["rules"][1] == {"name": "Name", "line": 5, "sha256": hashlib.sha256(rule.encode()).hexdigest()}
    inner = "private rule Inner { condition: filesize > 0 }"
    assert of_a["rules"][0]["sha256"] == hashlib.sha256(inner.encode()).hexdigest()
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    (tmp_path / "sig").write_bytes(signature)
    (tmp_path / "allowed").write_text(signing.allowed_line("me", rules.NAMESPACE, key.blob))
    words = ["-f", str(tmp_path / "allowed"), "-I", "me", "-n", rules.NAMESPACE, "-s", str(tmp_path / "sig")]
    subprocess.run(["ssh-keygen", "-Y", "verify", *words], input=lock, check=True, capture_output=True)
    if shutil.which("unzip") is not None:
        subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)


def test_an_archive_is_the_pack_that_it_was_built_of(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    path = build(pack, tmp_path / "one.zip", key).path
    (found,) = opened([path], None)
    for engine in ("yara-python", "yara-x"):
        from_folder, from_archive = rules.load([pack], engine=engine), rules.load([found], engine=engine)
        assert from_archive.packs[0].signed_by == key.fingerprint
        assert from_folder.packs[0].signed_by is None
        assert from_folder.packs[0].sha256 == from_archive.packs[0].sha256
        assert from_folder.rules == from_archive.rules
        assert from_folder.key == from_archive.key
        assert [one.name for one in from_archive.rules] == ["Inner", "Name", "Other", "C"]


def test_a_changed_byte_anywhere_is_refused(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    data = build(pack, tmp_path / "one.zip", key).path.read_bytes()
    path = tmp_path / "changed.zip"
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(RulePackError):
            rules.load(opened([path], None))
    for damaged in (data + b"x", data[:-1], b"x" + data, data[: len(data) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(RulePackError):
            rules.load(opened([path], None))


def test_only_keys_that_are_allowed_are_taken(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    path = build(pack, tmp_path / "one.zip", key).path
    other = signing.make_key(tmp_path / "other")
    allowed = tmp_path / "allowed"
    allowed.write_text(signing.allowed_line("somebody", rules.NAMESPACE, key.blob))
    assert opened([path], allowed) == opened([path], None)
    for line in (
        signing.allowed_line("somebody", rules.NAMESPACE, other.blob),
        signing.allowed_line("somebody", "cyberforensics-manifest", key.blob),  # allowed to sign something else
        "",
    ):
        allowed.write_text(line)
        with pytest.raises(RulePackError, match="not among the allowed signers"):
            opened([path], allowed)
    unsigned = build(pack, tmp_path / "unsigned.zip", None).path
    assert rules.load(opened([unsigned], None)).packs[0].signed_by is None
    with pytest.raises(RulePackError, match="is not signed"):
        opened([unsigned], allowed)
    with pytest.raises(RulePackError, match="is no signed archive"):
        opened([pack], allowed)
    with pytest.raises(UsageError, match="can't be read"):
        opened([path], tmp_path / "nowhere")


def test_a_signature_of_another_manifest_is_refused(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    one = rules.read_archive(build(pack, tmp_path / "one.zip", key).path)
    (pack / "a.yar").write_text(TEXT.replace("eicar", "other"))
    two = rules.read_archive(build(pack, tmp_path / "two.zip", key).path)
    (tmp_path / "mixed.zip").write_bytes(rules.archive.archive_bytes(two.files, two.lock, one.signature))
    with pytest.raises(RulePackError, match="its signature is not valid"):
        opened([tmp_path / "mixed.zip"], None)
    (tmp_path / "mixed.zip").write_bytes(rules.archive.archive_bytes(two.files, one.lock, one.signature))
    with pytest.raises(RulePackError, match=r"a\.yar is not what the manifest locks"):
        opened([tmp_path / "mixed.zip"], None)


@pytest.mark.parametrize("name", ["../a.yar", "/a.yar", "sub/../a.yar", "a\\b.yar", "./a.yar"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    data = b"rule r { condition: true }"
    about = {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    lock = json.dumps({"format": rules.archive.FORMAT, "pack": {"name": "p"}, "files": [about]}).encode()
    (tmp_path / "x.zip").write_bytes(rules.archive.archive_bytes({name: data}, lock, None))
    with pytest.raises(RulePackError):
        rules.read_archive(tmp_path / "x.zip")


def test_nothing_outside_an_archive_is_read(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.yar").write_text("rule Outside { condition: true }")
    (pack / "d.yar").write_text('include "../outside.yar"\n')
    with pytest.raises(RulePackError, match="lies outside its folder"):
        build(pack, tmp_path / "one.zip", None)
    raw = (pack / "d.yar").read_bytes()
    about = {"name": "d.yar", "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "rules": []}
    lock = json.dumps({"format": rules.archive.FORMAT, "pack": {"name": "p"}, "files": [about]}).encode()
    (tmp_path / "x.zip").write_bytes(rules.archive.archive_bytes({"d.yar": raw}, lock, None))
    with pytest.raises(RulePackError) as caught:
        rules.load(opened([tmp_path / "x.zip"], None))
    assert "is not in the archive" in str(caught.value.details)


def test_any_other_zip_is_no_pack(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.yar", "rule r { condition: true }")
    (tmp_path / "x.zip").write_bytes(out.getvalue())
    with pytest.raises(RulePackError, match=r"x\.zip"):
        opened([tmp_path / "x.zip"], None)


def test_what_can_not_be_built_is_refused(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in the pack"):
        build(pack, pack / "one.zip", None)
    (pack / "d.yar").write_text("rule d { condition: nonsense }")
    with pytest.raises(RulePackError) as caught:
        build(pack, tmp_path / "one.zip", None)
    assert "d.yar:1" in str(caught.value.details)
    assert not (tmp_path / "one.zip").exists()


def test_a_case_records_the_pack_and_every_rule(pack: Path, tmp_path: Path) -> None:
    signing.make_key(tmp_path / "key")
    done = run("rules", "build", pack, "-o", tmp_path / "one.zip", "--key", tmp_path / "key", "--json")
    assert done.returncode == 0, done.stderr
    built = json.loads(done.stdout)
    case, image = tmp_path / "case", FIXTURES / "fat12.E01"
    done = run("triage", image, "--case", case, "--rules", tmp_path / "one.zip", "--engine", "yara-x")
    assert done.returncode in (0, 10), done.stderr
    with closing(sqlite3.connect(case / "case.sqlite")) as store:
        ((packs, engine),) = store.execute("SELECT packs, engine FROM pass").fetchall()
        found = store.execute("SELECT pack, namespace, name, file, line, sha256, text FROM rule ORDER BY 3").fetchall()
    (record,) = json.loads(packs)
    assert (record["name"], record["version"], record["signed_by"]) == ("Built", "1.0", built["key"])
    assert engine.startswith("yara-x ")
    assert [row[:5] for row in found] == [
        ("Built", "sub/b", "C", "sub/inc/c.yar", 1),
        ("Built", "a", "Inner", "a.yar", 3),
        ("Built", "a", "Name", "a.yar", 5),
        ("Built", "sub/b", "Other", "sub/b.yar", 2),
    ]
    texts = {row[2]: row[6] for row in found}
    assert texts == {"C": None, "Inner": None, "Name": TEXT[TEXT.index("rule Name") :].rstrip("\n"), "Other": None}
    assert found[2][5] == hashlib.sha256(texts["Name"].encode()).hexdigest()


def test_a_triage_refuses_what_does_not_verify(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    path = build(pack, tmp_path / "one.zip", key).path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = run("triage", FIXTURES / "fat12.E01", "--case", tmp_path / "case", "--rules", path)
    assert done.returncode == 30
    assert str(path) in done.stderr
    assert not (tmp_path / "case").exists()
    words = ("rules", "build", pack, "-o", tmp_path / "two.zip")
    assert run(*words).returncode == 2  # signed or not: it is to be said
    assert "not signed" in run(*words, "--unsigned").stdout


def test_a_case_made_with_an_archive_can_be_repeated(pack: Path, key: signing.Key, tmp_path: Path) -> None:
    path = build(pack, tmp_path / "one.zip", key).path
    done = run("triage", FIXTURES / "fat12.E01", "--case", tmp_path / "case", "--rules", path)
    assert done.returncode in (0, 10), done.stderr
    done = run("verify", tmp_path / "case", "--repeat")
    assert "is not where it was" not in done.stderr, done.stderr
    assert done.returncode in (0, 10), done.stderr
