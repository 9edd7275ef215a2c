"""A sealed case: other people's programs accept it, nothing can be added to it, and every change is found and named."""

import ast
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberforensics import case, sealing, signing, triage, verifying
from cyberforensics.case import log
from cyberforensics.errors import CannotWrite
from cyberforensics.replacing import replacing
from tests import helpers
from tests.signing import authority

IDENTITY = "examiner@lab.example"
PLACES = ("start", "middle", "end")
PAGE = helpers.ROOT / "src" / "cyberforensics" / "case" / "without_us.py"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key of the laboratory, and who may sign with it."""
    folder = tmp_path_factory.mktemp("keys")
    key = signing.make_key(folder / "lab")
    (folder / "allowed").write_text(f"{IDENTITY} {key.public}\n")
    return folder


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unsealed")
    options = triage.Options(rule_packs=(helpers.rule_file(folder),), workers=2)
    return helpers.made(folder / "case", options=options)


@pytest.fixture(scope="module")
def sealed(unsealed: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(unsealed, tmp_path_factory.mktemp("sealed") / "case"))
    done = helpers.inside("seal", folder, "--key", keys / "lab", "--identity", IDENTITY)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256((folder / case.MANIFEST).read_bytes()).hexdigest() in done.stdout
    return folder


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed, tmp_path / "case"))


@pytest.fixture(scope="module")
def stamped(sealed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, authority.Authority]:
    """A sealed case with a time stamp of an authority of our own."""
    folder = tmp_path_factory.mktemp("stamped")
    tsa = authority.made(folder / "tsa")
    copied = Path(shutil.copytree(sealed, folder / "case"))
    assert helpers.inside("stamp", copied, "--request", folder / "ask.tsq").returncode == 0
    tsa.reply(folder / "ask.tsq", folder / "reply.tsr")
    done = helpers.inside("stamp", copied, "--response", folder / "reply.tsr")
    assert done.returncode == 0, done.stderr
    return copied, tsa


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _verified(folder: Path, keys: Path | None = None, *more: str | Path) -> subprocess.CompletedProcess[str]:
    trusted = () if keys is None else ("--allowed-signers", keys / "allowed", "--identity", IDENTITY)
    return helpers.inside("verify", folder, *trusted, *more)


def _differences(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith(("DIFFERENT", "DAMAGED"))]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"the program {name} is not installed")
    return found


@pytest.fixture(scope="module")
def every_report(unsealed: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed case with every report that there is, all written before anybody knew of a seal."""
    folder = Path(shutil.copytree(unsealed, tmp_path_factory.mktemp("every") / "case"))
    item = json.loads(helpers.inside("show", "findings", folder, "--format", "jsonl").stdout.splitlines()[0])["id"]
    for arguments in (
        ("tag", folder, item, "key-evidence"),
        ("report", folder, "--pdf", "--case-jsonld"),
        ("report", folder, "--unmask"),
        ("report", folder, "--only", "key-evidence"),
        ("report", folder, "--only", "key-evidence", "--unmask"),
    ):
        assert helpers.inside(*arguments).returncode == 0, arguments
    (folder / case.REPORTS / "timesketch.jsonl").write_text("{}\n")
    done = helpers.inside("seal", folder, "--key", keys / "lab", "--identity", IDENTITY)
    assert done.returncode == 0, done.stderr
    return folder


REPORTS = (
    *("report.html", "report-unmasked.html", "timeline.csv", "report-only-key-evidence.html"),
    *("report-only-key-evidence-unmasked.html", "case.jsonld", "report.pdf"),
)


# Without us


def test_sha256sum_accepts_it(copy: Path) -> None:
    done = subprocess.run(
        [_program("sha256sum"), "-c", "--strict", case.MANIFEST], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    listed = {line.removesuffix(": OK") for line in done.stdout.splitlines()}
    assert listed == set(_files(copy)) - {case.MANIFEST, case.SIGNATURE, case.SIGNERS}


def test_names_are_escaped_as_coreutils_do_it(tmp_path: Path) -> None:
    """Names in a case are ours; a folder to which somebody added others must not fool the check either."""
    names = [
        b"plain",
        b"line\nfeed",
        b"back\\slash",
        b"\\n",
        b"not\xffutf-8",
        b" blank ",
        b"*star",
        b"-dash",
        "é".encode(),
    ]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(name)
    manifest = b"".join(case.manifest_lines(tmp_path))
    sums = subprocess.run(
        [_program("sha256sum"), "--", *sorted(names)], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    assert manifest == sums
    (tmp_path / case.MANIFEST).write_bytes(manifest)
    subprocess.run([_program("sha256sum"), "-c", "--strict", case.MANIFEST], cwd=tmp_path, check=True)
    assert case.check_manifest(tmp_path, manifest) == (len(names), ())
    done = subprocess.run([sys.executable, "-I", "-c", _page_of(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr


def _page_of(folder: Path) -> str:
    """The page's own check of the manifest of a folder that has no log."""
    return f"{PAGE.read_text()}\n".replace(
        'if __name__ == "__main__":\n    main()', f"print(list(check_manifest({os.fsencode(folder)!r})))"
    )


def test_ssh_keygen_accepts_it(copy: Path, keys: Path) -> None:
    arguments = ("-Y", "verify", "-f", keys / "allowed", "-I", IDENTITY, "-n", sealing.NAMESPACE)
    for message, code in ((b"", 0), (b"#", 255)):
        done = subprocess.run(
            [_program("ssh-keygen"), *map(str, arguments), "-s", str(copy / case.SIGNATURE)],
            input=(copy / case.MANIFEST).read_bytes() + message,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done.stderr


def test_a_signature_of_ssh_keygen_serves(unsealed: Path, keys: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    done = helpers.inside("seal", folder, "--unsigned")
    assert done.returncode == 0
    assert "anyone can write another" in done.stdout
    assert "NOT CHECKED  signature" in _verified(folder).stdout
    assert _differences(_verified(folder, keys)) == [f"DIFFERENT  signature: {case.SIGNATURE} is missing"]
    program = _program("ssh-keygen")
    manifest = str(folder / case.MANIFEST)
    subprocess.run([program, "-Y", "sign", "-f", str(keys / "lab"), "-n", sealing.NAMESPACE, manifest], check=True)
    done = _verified(folder, keys)
    assert done.returncode == 0, done.stdout


def test_openssl_accepts_the_stamp(stamped: tuple[Path, authority.Authority], keys: Path) -> None:
    folder, tsa = stamped
    said = authority.openssl(
        *("ts", "-verify", "-data", folder / case.MANIFEST, "-in", folder / case.TIME_STAMP, "-CAfile", tsa.root)
    )
    assert "Verification: OK" in said
    done = _verified(folder, keys, "--ca", tsa.root)
    assert (done.returncode, _differences(done)) == (0, [])
    assert "OK  time stamp: 'CN=Test TSA' says that this manifest was there at" in done.stdout
    assert "NOT CHECKED  time stamp" in _verified(folder, keys).stdout


def test_the_page_for_people_without_us(copy: Path) -> None:
    text = (copy / sealing.VERIFY).read_text()
    assert len(text.splitlines()) < 100
    imported = {name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names
    done = _page(copy)
    assert done.returncode == 0, done.stdout
    helpers.inside("stamp", copy, "--request", copy.parent / "ask.tsq")
    assert _page(copy).returncode == 0
    with (copy / case.AFTER).open("ab") as out:
        out.write(b'{"chain":"0"}\n')
    (copy / "added").touch()
    (copy / "run.log").unlink()
    lines = (copy / case.LOG).read_bytes().split(b"\n")
    (copy / case.LOG).write_bytes(b"\n".join([lines[0], *lines[2:]]))
    done = _page(copy)
    assert done.returncode == 10
    for said in ("'added' was added", "'run.log' is missing", "log.jsonl' was changed", "line 2 is not", "4"):
        assert said in done.stdout


def _page(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", str(folder / sealing.VERIFY)], capture_output=True, text=True, check=False
    )


# What a seal is


def test_it_verifies_and_verifying_changes_nothing(copy: Path, keys: Path) -> None:
    before = _files(copy)
    done = _verified(copy, keys)
    assert (done.returncode, _differences(done)) == (0, []), done.stdout
    assert f"which {keys / 'allowed'} has as that of {IDENTITY}" in done.stdout
    assert _files(copy) == before


def test_the_order_of_sealing(copy: Path) -> None:
    lines = (copy / case.LOG).read_bytes().splitlines(keepends=True)
    actions = [json.loads(line)["action"] for line in lines]
    assert actions[-3:] == ["sealing", "reports written", "sealed"]
    record = json.loads(lines[-1])["facts"]["seal"]
    assert record["log_lines"] == len(lines) - 2
    assert record["log_sha256"] == hashlib.sha256(b"".join(lines[:-2])).hexdigest()
    assert record["log_head"] == hashlib.sha256(lines[-3].rstrip(b"\n")).hexdigest() == json.loads(lines[-2])["chain"]
    assert record["store_sha256"] == hashlib.sha256((copy / case.STORE).read_bytes()).hexdigest()
    html = (copy / case.REPORTS / "report.html").read_text()
    for printed in (record["store_sha256"], record["log_sha256"], record["log_head"], record["key"]):
        assert printed in html
    assert "detects a change after sealing by anyone who does not have the key" in html
    assert (copy / case.STORE).read_bytes()[18:20] == b"\x01\x01"  # SQLite, file format 1.3: 1 is a rollback journal
    assert not [name for name in _files(copy) if name.startswith((".", f"{case.STORE}-"))]


def test_a_key_made_for_it_is_said_to_be(unsealed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    inside = helpers.inside("seal", folder, "--new-key", folder / "key")
    assert (inside.returncode, inside.stdout) == (2, "")
    assert "lies in the case folder" in inside.stderr
    assert helpers.inside("verify", folder).returncode == 10  # not sealed
    done = helpers.inside("seal", folder, "--new-key", tmp_path / "key", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["self_made"]
    assert "made for this case: whose it is, it does not show" in " ".join(said["limits"])
    assert "made for this case" in (folder / case.REPORTS / "report.html").read_text()
    assert b'"origin of the key":"made for this case"' in (folder / case.LOG).read_bytes()
    assert "self-made, as the log says" in helpers.inside("verify", folder).stdout


def test_nothing_can_be_added(copy: Path, tmp_path: Path) -> None:
    before = _files(copy)
    for arguments in (
        ("triage", helpers.STICK, "--case", copy),
        ("scan", copy, "--rules", helpers.rule_file(tmp_path)),
        ("report", copy),
        ("report", copy, "--unmask"),
        ("seal", copy, "--unsigned"),
        ("seal", copy, "--new-key", tmp_path / "key"),
    ):
        done = helpers.inside(*arguments)
        assert done.returncode == 40, arguments
        assert "the case is sealed" in done.stderr
        assert "hint:" in done.stderr
    assert not (tmp_path / "key").exists()
    assert helpers.inside("show", "entries", copy).returncode == 0
    assert helpers.inside("timeline", copy).returncode == 0
    assert _files(copy) == before


def test_what_comes_after_is_chained_to_the_manifest(copy: Path, tmp_path: Path) -> None:
    source = f"demo-stick.E01={helpers.STICK}"
    arguments = ("export", copy, "--path", "/words.txt", "--source", source, "-o", tmp_path / "out")
    assert helpers.inside(*arguments).returncode == 0
    lines = (copy / case.AFTER).read_bytes().splitlines()
    chains = [json.loads(line)["chain"] for line in lines]
    manifest = hashlib.sha256((copy / case.MANIFEST).read_bytes()).hexdigest()
    assert chains == [manifest, hashlib.sha256(lines[0]).hexdigest()]
    assert _verified(copy).returncode == 0
    (copy / case.AFTER).write_bytes(lines[0].replace(b"1", b"2") + b"\n" + lines[1] + b"\n")
    assert any("after-seal.jsonl: line 2" in line for line in _differences(_verified(copy)))


@pytest.mark.parametrize("after", [case.LOG, case.SIGNATURE, case.SIGNERS])
def test_an_interrupted_seal_goes_on(
    unsealed: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))

    def stop(path: Path, **more: object) -> None:
        raise CannotWrite("power failed")

    key = signing.load_key(keys / "lab")
    real = replacing
    order = [case.LOG, case.SIGNATURE, case.SIGNERS, case.MANIFEST]
    last = order[order.index(after) + 1]
    monkeypatch.setattr(
        sealing, "replacing", lambda path, **more: stop(path) if path.name == last else real(path, **more)
    )
    with pytest.raises(CannotWrite):
        sealing.seal(folder, key)
    monkeypatch.undo()
    seals = (folder / case.LOG).read_bytes().count(b'"sealed"')
    assert seals == 1
    for arguments in (("triage", helpers.STICK, "--case", folder), ("seal", folder, "--new-key", tmp_path / "other")):
        assert helpers.inside(*arguments).returncode == 40
    assert "was sealed, but manifest-sha256.txt is missing" in _verified(folder).stdout
    sealing.seal(folder, key)
    assert (folder / case.LOG).read_bytes().count(b'"sealed"') == 1
    assert _verified(folder).returncode == 0


# Reports


def test_every_report_is_written_with_the_seal_and_compared(every_report: Path, keys: Path) -> None:
    record = json.loads((every_report / case.LOG).read_bytes().splitlines()[-1])["facts"]["seal"]
    folder = every_report / case.REPORTS
    assert {path.name for path in folder.iterdir()} == {*REPORTS, "timesketch.jsonl"}
    for name in REPORTS:
        if name.endswith((".html", ".jsonld")):
            assert record["store_sha256"] in (folder / name).read_text("utf-8"), name
    before = _files(every_report)
    done = _verified(every_report, keys)
    assert (done.returncode, _differences(done)) == (0, []), done.stdout
    for name in REPORTS:
        assert f"OK  reports: reports/{name}: the store gives the same bytes" in done.stdout
    assert "NOT CHECKED  reports: reports/timesketch.jsonl: is no report that sealing writes" in done.stdout
    assert _files(every_report) == before


def test_the_sealed_pdf_prints_the_seal(every_report: Path) -> None:
    record = json.loads((every_report / case.LOG).read_bytes().splitlines()[-1])["facts"]["seal"]
    path = str(every_report / case.REPORTS / "report.pdf")
    done = subprocess.run([_program("pdftotext"), path, "-"], capture_output=True, check=True)
    shown = "".join(done.stdout.decode().split())
    for printed in (record["store_sha256"], record["log_sha256"], record["log_head"], record["key"]):
        assert printed in shown


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", REPORTS[3:])
def test_a_changed_report_is_found_by_the_store(every_report: Path, tmp_path: Path, name: str, place: str) -> None:
    folder = Path(shutil.copytree(every_report, tmp_path / "case"))
    path = folder / case.REPORTS / name
    data = bytearray(path.read_bytes())
    data[{"start": 0, "middle": len(data) // 2, "end": len(data) - 2}[place]] ^= 0x02
    path.write_bytes(data)
    points = [point for point in verifying.verify(folder) if point.subject == "reports" and point.verdict != "OK"]
    assert [point.message.split(":")[0] for point in points if point.verdict == "DIFFERENT"] == [f"reports/{name}"]


def test_another_typst_is_named(every_report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "typst_version", lambda: "99")
    points = [point for point in verifying.verify(every_report) if ".pdf" in point.message]
    assert [point.verdict for point in points] == ["NOT CHECKED"]
    assert "was made with typst 0." in points[0].message
    assert "this has 99" in points[0].message


def test_volumes_of_the_pdf_are_sealed_and_compared(unsealed: Path, keys: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    database = sqlite3.connect(folder / case.STORE)
    database.execute("CREATE TEMP TABLE one AS SELECT * FROM finding ORDER BY number LIMIT 1")
    for copied in range(1, 240):
        database.execute("UPDATE one SET number = ?, id = ?", (100_000 + copied, f"{copied:020x}"))
        database.execute("INSERT INTO finding SELECT * FROM one")
    database.commit()
    database.close()
    assert helpers.inside("report", folder, "--pdf").returncode == 0
    assert (folder / case.REPORTS / "report-findings-1.pdf").exists()
    assert helpers.inside("seal", folder, "--key", keys / "lab").returncode == 0
    said = helpers.inside("verify", folder).stdout
    for name in ("report.pdf", "report-findings-1.pdf"):
        assert f"OK  reports: reports/{name}: the store gives the same bytes" in said
    assert not (folder / case.REPORTS / "run.log").exists()


def test_a_report_whose_label_is_gone_is_refused(unsealed: Path, keys: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    item = json.loads(helpers.inside("show", "findings", folder, "--format", "jsonl").stdout.splitlines()[0])["id"]
    for arguments in (
        ("tag", folder, item, "spare"),
        ("report", folder, "--only", "spare"),
        ("tag", folder, item, "spare", "--remove"),
    ):
        assert helpers.inside(*arguments).returncode == 0
    done = helpers.inside("seal", folder, "--key", keys / "lab")
    assert done.returncode == 40
    assert "report-only-spare.html: nothing bears the label of this report any more" in done.stderr
    (folder / case.REPORTS / "report-only-spare.html").unlink()
    assert helpers.inside("seal", folder, "--key", keys / "lab").returncode == 0


# Tampering


_SEALED_FILES = (
    *(case.STORE, case.LOG, "reports/report.html", "reports/timeline.csv", sealing.VERIFY),
    *(case.MANIFEST, case.SIGNATURE, case.SIGNERS),
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", _SEALED_FILES)
def test_a_changed_byte_is_named(copy: Path, keys: Path, name: str, place: str) -> None:
    path = copy / name
    data = bytearray(path.read_bytes())
    at = {"start": 0, "middle": len(data) // 2, "end": len(data) - 2}[place]  # the last byte is a newline
    data[at] ^= 0x02
    path.write_bytes(data)
    done = _verified(copy, keys)
    assert done.returncode in ((10, 41) if name == case.STORE else (10,)), done.stdout
    assert any(name in line for line in _differences(done)), done.stdout
    if (name, place) == (case.STORE, "start"):
        assert done.returncode == 41
        assert "file is not a database" in done.stdout


def test_every_file_of_a_sealed_case_is_tried(sealed: Path) -> None:
    assert set(_files(sealed)) - {"run.log"} == set(_SEALED_FILES)  # that one is empty


@pytest.mark.parametrize("place", PLACES)
def test_a_changed_byte_of_the_stamp_is_named(
    stamped: tuple[Path, authority.Authority], tmp_path: Path, place: str
) -> None:
    folder, tsa = Path(shutil.copytree(stamped[0], tmp_path / "case")), stamped[1]
    data = bytearray((folder / case.TIME_STAMP).read_bytes())
    data[{"start": 0, "middle": len(data) // 2, "end": len(data) - 1}[place]] ^= 0x02
    (folder / case.TIME_STAMP).write_bytes(data)
    done = _verified(folder, None, "--ca", tsa.root)
    assert done.returncode == 10
    assert all(line.startswith(f"DIFFERENT  time stamp: {case.TIME_STAMP}") for line in _differences(done))


def _without(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def _with(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[0].replace(b'"facts"', b'"facts" '), *lines[1:]]


def _swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def _changed(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b'"operator"', b'"Operator"'), *lines[2:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without, "line 2 is not chained to line 1: line 1 was changed, or what stood between them was removed"),
        (_with, "line 3 is chained to line 1, not to line 2: lines were reordered, removed or added here"),
        (_swapped, "line 3 is chained to line 1, not to line 2: lines were reordered"),
        (_changed, "line 3 is not chained to line 2: line 2 was changed"),
        (lambda lines: lines[:-1], "its last, is not the seal"),
        (lambda lines: [lines[0], b"junk", *lines[2:]], "line 2 is no line of a log: it was changed"),
    ],
)
def test_a_tampered_log_is_named_by_its_line(
    copy: Path, change: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    lines = (copy / case.LOG).read_bytes().splitlines()
    (copy / case.LOG).write_bytes(b"\n".join(change(lines)) + b"\n")
    done = _verified(copy)
    assert done.returncode == 10
    assert any(f"{case.LOG}: line" in line and said in line for line in _differences(done)), done.stdout
    assert any(f"{case.LOG} was changed" in line for line in _differences(done))


def test_all_differences_are_named(copy: Path, keys: Path) -> None:
    (copy / "added\nname").write_text("x")
    (copy / "run.log").unlink()
    (copy / "reports" / "timeline.csv").rename(copy / "reports" / "times.csv")
    (copy / "reports" / "report.html").write_text("nothing was found")
    (copy / "link").symlink_to("case.sqlite")
    (copy / sealing.VERIFY).unlink()
    (copy / sealing.VERIFY).symlink_to(copy / "case.sqlite")
    done = _verified(copy, keys)
    assert done.returncode == 10
    text = done.stdout
    for said in (
        r"added\x0aname was added: it is not in manifest-sha256.txt",
        "run.log is in manifest-sha256.txt, but not in the folder: missing or renamed",
        "reports/timeline.csv is in manifest-sha256.txt, but not in the folder",
        "reports/times.csv was added",
        "reports/report.html was changed",
        "link was added",
        "verify.py is no file any more",
        "reports/report.html: is not what the store gives",
        "reports/timeline.csv: is not what the store gives",
    ):
        assert said in text, said


def test_who_seals_anew_with_another_key_is_named(copy: Path, keys: Path, tmp_path: Path) -> None:
    """All is made to fit, but the key is another: the log, which is in the manifest, says with which it was sealed."""
    other = signing.make_key(tmp_path / "other")
    manifest = (copy / case.MANIFEST).read_bytes()
    (copy / case.SIGNATURE).write_text(signing.sign(other, manifest, sealing.NAMESPACE))
    done = _verified(copy, keys)
    assert done.returncode == 10
    lab = signing.load_key(keys / "lab").fingerprint
    assert f"made with the key {other.fingerprint}, sealed with {lab}" in done.stdout
    assert f"does not have as that of {IDENTITY}" in done.stdout
    assert "allowed_signers is not the line of the key that signed" in done.stdout


def test_a_signature_of_another_file_or_purpose(copy: Path, keys: Path) -> None:
    key, manifest = signing.load_key(keys / "lab"), (copy / case.MANIFEST).read_bytes()
    for signature, said in (
        (signing.sign(key, b"another file", sealing.NAMESPACE), "is not the signature of this file"),
        (signing.sign(key, manifest, "file"), "made for the namespace b'file'"),
    ):
        (copy / case.SIGNATURE).write_text(signature)
        done = _verified(copy, keys)
        assert (done.returncode, len(_differences(done))) == (10, 1)
        assert said in done.stdout
    assert helpers.inside("verify", copy, "--allowed-signers", keys / "allowed").returncode == 2


@pytest.mark.parametrize("what", ["report", "store"])
def test_whoever_has_the_key_cannot_make_report_and_store_differ(copy: Path, keys: Path, what: str) -> None:
    """Manifest and signature fit; the report is not what the store gives."""
    if what == "report":
        html = copy / "reports" / "report.html"
        html.write_bytes(html.read_bytes().replace(b"words.txt", b"wordz.txt"))
    else:
        database = sqlite3.connect(copy / case.STORE)
        with database:
            database.execute("UPDATE examination SET sha256 = upper(sha256)")
        database.close()
    manifest = b"".join(case.manifest_lines(copy))
    (copy / case.MANIFEST).write_bytes(manifest)
    key = signing.load_key(keys / "lab")
    (copy / case.SIGNATURE).write_text(signing.sign(key, manifest, sealing.NAMESPACE))
    assert _differences(_verified(copy, keys)) == [
        "DIFFERENT  reports: reports/report.html: is not what the store gives"
    ]


def test_a_stray_row_is_damage(copy: Path) -> None:
    database = sqlite3.connect(copy / case.STORE)
    with database:
        database.execute("UPDATE finding SET pass = 77 WHERE number = 1")
    database.close()
    done = _verified(copy)
    assert done.returncode == 41
    assert "row 1 of finding names a row of pass that is not there" in done.stdout
    assert "NOT CHECKED  reports: not checked, since the store is damaged" in done.stdout


def test_rows_that_cannot_be_read_are_damage(copy: Path) -> None:
    database = sqlite3.connect(copy / case.STORE)
    with database:
        database.execute("UPDATE exhibit SET evidence = '[]'")
    database.close()
    done = _verified(copy)
    assert done.returncode == 41
    assert "its rows can't be read" in done.stdout


def test_coverage_that_does_not_add_up(copy: Path) -> None:
    database = sqlite3.connect(copy / case.STORE)
    with database:
        database.execute(
            "UPDATE examination SET status = 'no-content' WHERE content = (SELECT max(content) FROM examination)"
        )
    database.close()
    assert any("coverage: exhibit demo-stick.E01, entries: seen" in line for line in _differences(_verified(copy)))


# The log of a case that is not sealed


def test_a_torn_last_line_can_be_recovered_from(unsealed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    with (folder / case.LOG).open("ab") as out:
        out.write(b'{"action":"export sta')
    done = _verified(folder)
    assert "INFORMATION  log: examination-log.jsonl: line 5 was cut short while it was written" in done.stdout
    assert [line for line in _differences(done) if "log:" in line] == []
    log.append(folder, "exported", {})
    done = _verified(folder)
    assert "line 5 was cut short" in done.stdout
    assert [line for line in _differences(done) if "log:" in line] == []
    assert helpers.inside("seal", folder, "--new-key", tmp_path / "key").returncode == 0
    assert _verified(folder).returncode == 0


def test_a_clock_that_went_backwards_is_information(
    unsealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    monkeypatch.setattr(log, "now", lambda: "1999-12-31T23:59:59.000Z")
    log.append(folder, "exported", {})
    done = _verified(folder)
    assert "INFORMATION  log: examination-log.jsonl: line 5 the clock went backwards: 1999-12-31" in done.stdout
    assert [line for line in _differences(done) if "log:" in line] == []


def test_a_case_that_is_not_sealed_is_said_to_be(unsealed: Path) -> None:
    done = helpers.inside("verify", unsealed, "--json")
    assert done.returncode == 10
    points = json.loads(done.stdout)
    assert [point["message"] for point in points if point["verdict"] == "DIFFERENT"] == [
        "the case is not sealed: nothing shows whether it was changed"
    ]
    assert {point["subject"]: point["verdict"] for point in points}["reports"] == "NOT CHECKED"


def test_a_damaged_case_is_not_sealed(unsealed: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    lines = (folder / case.LOG).read_bytes().splitlines()
    (folder / case.LOG).write_bytes(b"\n".join(_without(lines)) + b"\n")
    done = helpers.inside("seal", folder, "--unsigned")
    assert done.returncode == 41
    assert "line 2 is not chained to line 1" in done.stderr
    assert not (folder / case.MANIFEST).exists()


def test_a_case_that_somebody_reads_is_not_sealed(unsealed: Path, tmp_path: Path) -> None:
    """The key made for it goes as well: used later, nothing would tell where it comes from."""
    folder = Path(shutil.copytree(unsealed, tmp_path / "case"))
    with case.open_existing(folder) as store:
        assert case.count_entries(store) > 0
        done = helpers.inside("seal", folder, "--new-key", tmp_path / "key")
    assert (done.returncode, "another command reads this case" in done.stderr) == (40, True)
    assert not (tmp_path / "key").exists()
    assert not (tmp_path / "key.pub").exists()
    assert helpers.inside("seal", folder, "--new-key", tmp_path / "key").returncode == 0


def test_a_lock_in_a_sealed_case_is_named(copy: Path) -> None:
    (copy / ".lock").write_text("hidden")
    assert any(".lock was added" in line for line in _differences(_verified(copy)))
    assert "'.lock' was added" in _page(copy).stdout


# Time stamps


def test_replies_that_are_not_taken(sealed: Path, copy: Path, tmp_path: Path) -> None:
    tsa = authority.made(tmp_path / "tsa")
    request, reply = tmp_path / "ask.tsq", tmp_path / "reply.tsr"
    request.write_bytes(signing.request("0" * 64)[0])
    assert "not the manifest of this case" in _refused(copy, tsa.reply(request, reply))
    manifest = hashlib.sha256((copy / case.MANIFEST).read_bytes()).hexdigest()
    request.write_bytes(signing.request(manifest)[0])
    assert "its nonce is not that of a request of this case" in _refused(copy, tsa.reply(request, reply))
    reply.write_bytes(b"no reply")
    assert "has not the form" in _refused(copy, reply) or "DER" in _refused(copy, reply)
    inside = helpers.inside("stamp", copy, "--request", copy / "ask.tsq")
    assert (inside.returncode, "lies in the sealed case" in inside.stderr) == (2, True)
    assert helpers.inside("stamp", copy, "--request", request).returncode == 0
    assert helpers.inside("stamp", copy, "--response", tsa.reply(request, reply)).returncode == 0
    assert "has a time stamp already" in _refused(copy, reply)
    other = authority.made(tmp_path / "other")
    done = _verified(copy, None, "--ca", other.root)
    assert (done.returncode, len(_differences(done))) == (10, 1)
    assert "no trusted certificate stands behind" in done.stdout
    assert _verified(sealed, None, "--ca", tsa.root).returncode == 10  # asked for, and there is none


def _refused(folder: Path, reply: Path) -> str:
    done = helpers.inside("stamp", folder, "--response", reply)
    assert done.returncode == 40, done.stderr
    assert not (folder / case.TIME_STAMP).exists() or "already" in done.stderr
    return done.stderr


def test_stamps_are_for_sealed_cases(unsealed: Path, tmp_path: Path) -> None:
    assert helpers.inside("stamp", unsealed, "--request", tmp_path / "ask.tsq").returncode == 40
    assert helpers.inside("stamp", unsealed).returncode == 2
    assert [point for point in verifying.verify(unsealed) if point.subject == "time stamp"] == []
