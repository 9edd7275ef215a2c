"""The test record: what is right passes, whatever is wrong fails, and what can't be tried says so.

Expected verdicts come from the change that the test makes to a truth or to an observation, not from an earlier record.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberforensics import pipeline, report, validating
from cyberforensics.assertions import (
    ASSERTIONS,
    Answer,
    Observed,
    Outcome,
    Subject,
    Truth,
    damaged_e01,
    known_differences,
    new_requirements,
    read_requirements,
    read_truth,
)
from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.lab import proving
from cyberforensics.model.validation import FileDigest, LaboratoryPart, Requirement, ValidationRecord
from tests import helpers
from tests.report.schema_check import violations

EXT2_MD5, NTFS_MD5 = "196066add11fb71c4c49cf1bb50d6d24", "8b4382280340597b7930b4b34742afba"
IDS = [one.id for one in ASSERTIONS]
CHECKS = {one.id: one.check for one in ASSERTIONS}
LABORATORY = LaboratoryPart(
    "Laboratory North", "R. Okafor", "", (Requirement("R1", "List #let every *file*.", "", ("A02",)),)
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ValidationRecord, dict[str, Subject]]:
    """A validation with two of the images and those that it makes, and what its assertions were given."""
    folder = tmp_path_factory.mktemp("validation") / "out"
    subjects: dict[str, Subject] = {}
    found = validating._cases

    def kept(subject: Subject, trouble: str) -> Any:
        subjects[subject.name] = subject
        return found(subject, trouble)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(validating, "_cases", kept)
        record = validating.validate(folder, laboratory=LABORATORY, only=("fat16", "cut-short"))
    return folder, record, subjects


def test_nothing_fails_and_what_was_not_tried_says_so(
    made: tuple[Path, ValidationRecord, dict[str, Subject]],
) -> None:
    _, record, _ = made
    assert [one.id for one in record.cases if one.verdict == "FAIL"] == []
    assert {one.assertion for one in record.cases} == set(IDS)
    for one in record.cases:
        assert (one.verdict == "NOT RUN") == bool(one.reason) == (one.compared == 0), one.id
        assert one.origin or one.verdict == "NOT RUN", one.id
    unrun = {one.assertion for one in record.cases if one.verdict == "NOT RUN"}
    assert unrun <= {"A05", "A10"}  # no counts in these truths; ewfverify may not be installed


def test_the_record_is_of_its_schema(made: tuple[Path, ValidationRecord, dict[str, Subject]]) -> None:
    folder, record, _ = made
    document = json.loads((folder / validating.JSON).read_bytes())
    schema: Any = report.record_schema()
    assert list(violations(document, schema, schema["$defs"])) == []
    assert document["laboratory"]["conclusion"] is None
    assert [image["name"] for image in document["images"]] == ["cut-short", "fat16", "damaged", "encrypted"]
    assert str(folder) not in json.dumps(document)
    broken = {**document, "score": 98}
    assert list(violations(broken, schema, schema["$defs"])) != []
    assert len(record.cases) == len(document["cases"])


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed (apt: coreutils)")
def test_the_digests_of_the_record_are_those_of_sha256sum(
    made: tuple[Path, ValidationRecord, dict[str, Subject]],
) -> None:
    folder, record, _ = made
    digests = {file.name: file.sha256 for image in record.images for file in image.files}
    for name in ("fat16.raw", "damaged.E01", "encrypted.raw"):
        done = subprocess.run(["sha256sum", folder / "images" / name], capture_output=True, text=True, check=True)
        assert done.stdout.split()[0] == digests[name]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_the_paper_prints_the_same(made: tuple[Path, ValidationRecord, dict[str, Subject]]) -> None:
    folder, record, _ = made
    command = ["pdftotext", "-layout", str(folder / validating.PDF), "-"]
    text = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    for expected in (
        f"{record.count('PASS')} PASS, 0 FAIL, {record.count('NOT RUN')} NOT RUN",
        "Laboratory Laboratory North",
        "R1. List #let every *file*.",
        "Acceptance NOT SUPPLIED",
        "Conclusion NOT SUPPLIED",
        "Assertions that no requirement names: A01, A03,",
        "/deleted/_HORT.TXT",
        "END OF THE TEST RECORD",
    ):
        assert expected in text
    assert "%" not in text


def test_an_identical_record_is_printed_with_identical_bytes(
    made: tuple[Path, ValidationRecord, dict[str, Subject]], tmp_path: Path
) -> None:
    folder, record, _ = made
    with (tmp_path / "again.pdf").open("wb") as out:
        report.write_record_pdf(record, out)
    assert (tmp_path / "again.pdf").read_bytes() == (folder / validating.PDF).read_bytes()


# Images of the training lab


def test_images_of_the_lab_are_held_to_their_truth(tmp_path: Path) -> None:
    record = validating.validate(tmp_path / "out", only=("lab-ntfs",), seed="another")
    assert {one.image for one in record.cases if one.image not in ("encrypted", "none")} == {"lab-ntfs"}
    assert [one.id for one in record.cases if one.verdict == "FAIL"] == []
    verdicts = {one.assertion: one for one in record.cases if one.image == "lab-ntfs"}
    assert {name for name, one in verdicts.items() if one.verdict == "PASS"} >= {
        "A01", "A02", "A03", "A04", "A06", "A07", "A08", "A09", "A12", "A13",
    }  # fmt: skip
    assert verdicts["A02"].compared == 15
    assert "truth.json" in verdicts["A02"].origin
    (image,) = [one for one in record.images if one.name == "lab-ntfs"]
    assert [file.name for file in image.files] == ["ntfs.E01", "ntfs.raw"]
    assert image.truth is not None
    truth = tmp_path / "out" / "images" / "lab" / image.truth.name
    assert image.truth.sha256 == hashlib.sha256(truth.read_bytes()).hexdigest()


# A wrong truth


def _entry(truth: Truth, path: str) -> dict[str, Any]:
    """An entry of a truth that is a copy, to be changed."""
    return next(dict_ for volume in truth.volumes for dict_ in volume["entries"] if dict_["path"] == path)


def _first_planted(truth: Truth) -> dict[str, Any]:
    readable = [entry for volume in truth.volumes for entry in volume["entries"] if entry.get("content_readable", True)]
    return next(entry for entry in readable if entry["planted"] != "innocuous")


def _changed(truth: Truth, change: Callable[[Truth], None]) -> Truth:
    copy = replace(
        truth,
        media=dict(truth.media),
        containers=tuple(json.loads(json.dumps(truth.containers))),
        volumes=tuple(json.loads(json.dumps(truth.volumes))),
    )
    change(copy)
    return copy


FILE = "/files/library.pdf"
WRONG_TRUTHS: list[tuple[str, str, Callable[[Truth], Any]]] = [
    ("A01", "file system", lambda truth: truth.volumes[0].update(file_system="FAT12")),  # type: ignore[attr-defined]
    ("A01", "place", lambda truth: truth.volumes[0].update(offset=512)),  # type: ignore[attr-defined]
    ("A02", "name", lambda truth: _entry(truth, FILE).update(path="/files/Library.pdf")),
    ("A02", "size", lambda truth: _entry(truth, FILE).update(size=130)),
    ("A02", "state", lambda truth: _entry(truth, FILE).update(name_state="deleted")),
    ("A02", "kind", lambda truth: _entry(truth, FILE).update(kind="directory")),
    ("A02", "gone", lambda truth: _entry(truth, FILE).update(name_state="gone")),
    ("A03", "md5", lambda truth: _entry(truth, FILE).update(md5="0" * 32)),
    ("A03", "sha256", lambda truth: _entry(truth, FILE).update(sha256="0" * 64)),
    ("A03", "not readable", lambda truth: _entry(truth, FILE).update(content_readable=False)),
    ("A04", "moment", lambda truth: _entry(truth, FILE)["times"][0].update(time="2025-01-01T00:00:00")),
    ("A04", "zone basis", lambda truth: _entry(truth, FILE)["times"][0].update(zone_basis="utc")),
    ("A04", "a time too few", lambda truth: _entry(truth, FILE)["times"].pop()),
    ("A04", "precision", lambda truth: truth.volumes[0].update(file_system="NTFS")),  # type: ignore[attr-defined]
    ("A05", "count", lambda truth: truth.volumes[0].update(counts={"files": 1})),  # type: ignore[attr-defined]
    ("A07", "planted", lambda truth: _entry(truth, "/names/tab\there.txt").update(planted="eicar")),
    ("A07", "not planted", lambda truth: _first_planted(truth).update(planted="innocuous")),
    ("A09", "stored", lambda truth: truth.containers[0].update(stored_md5="0" * 32)),  # type: ignore[attr-defined]
    ("A09", "media", lambda truth: truth.media.update(sha256="0" * 64)),  # type: ignore[attr-defined]
]


@pytest.mark.parametrize(("assertion", "what", "change"), WRONG_TRUTHS, ids=lambda value: str(value)[:24])
def test_a_wrong_truth_fails(
    made: tuple[Path, ValidationRecord, dict[str, Subject]],
    assertion: str,
    what: str,
    change: Callable[[Truth], None],
) -> None:
    subject = made[2]["fat16"]
    assert subject.truth is not None
    wrong = CHECKS[assertion](replace(subject, truth=_changed(subject.truth, change)))
    assert wrong is not None
    assert wrong.differences
    right = CHECKS[assertion](subject)
    assert right is None or not right.differences


def test_a_wrong_media_size_fails(made: tuple[Path, ValidationRecord, dict[str, Subject]]) -> None:
    subject = made[2]["fat16"]
    assert subject.truth is not None
    wrong = CHECKS["A06"](replace(subject, truth=replace(subject.truth, media_size=4_194_305)))
    assert wrong is not None
    assert [(one.where, one.expected, one.observed) for one in wrong.differences] == [("media", "4194305", "4194304")]


# A wrong observation


def _seen(subject: Subject, **changes: Any) -> Subject:
    assert subject.first is not None
    return replace(subject, first=replace(subject.first, **changes))


def _fails(outcome: Outcome | None) -> bool:
    return outcome is not None and bool(outcome.differences)


def test_a_wrong_observation_fails(made: tuple[Path, ValidationRecord, dict[str, Subject]]) -> None:
    subjects = made[2]
    fat, damaged, encrypted = subjects["fat16"], subjects["damaged"], subjects["encrypted"]
    assert fat.first is not None
    assert fat.again is not None
    assert fat.raw is not None
    assert encrypted.first is not None
    assert damaged.first is not None
    lost = {**fat.first.results, "entries.jsonl": "0" * 64}
    assert _fails(CHECKS["A13"](replace(fat, again=replace(fat.again, results=lost))))
    assert _fails(CHECKS["A08"](replace(fat, raw=replace(fat.raw, entries=fat.raw.entries[1:]))))
    other = ({**fat.raw.entries[0], "size": 7}, *fat.raw.entries[1:])
    assert _fails(CHECKS["A08"](replace(fat, raw=replace(fat.raw, entries=other))))
    assert _fails(CHECKS["A12"](_seen(fat, after=(FileDigest("fat16.E01", 144914, "0" * 64),))))
    assert _fails(CHECKS["A12"](_seen(fat, after=())))
    for algorithm in ("md5", "sha1", "sha256"):
        assert _fails(CHECKS["A10"](replace(fat, answer=Answer("x", {algorithm: "0" * 64}))))
    assert _fails(CHECKS["A10"](replace(_seen(fat, digest_checks=()), answer=Answer("x", {"sha256": "0" * 64}))))
    assert _fails(CHECKS["A11"](_seen(damaged, problems=())))
    moved = tuple({**one, "offset": 0} for one in damaged.first.problems)
    assert _fails(CHECKS["A11"](_seen(damaged, problems=moved)))
    assert _fails(CHECKS["A14"](_seen(encrypted, problems=())))
    opened = tuple({**one, "status": "no-file-system"} for one in encrypted.first.volumes)
    assert _fails(CHECKS["A14"](_seen(encrypted, volumes=opened)))
    assert _fails(CHECKS["A06"](_seen(fat, coverage=_without_unreadable(fat.first))))
    assert _fails(CHECKS["A07"](_seen(fat, findings=())))


def _without_unreadable(observed: Observed) -> Any:
    (exhibit,) = json.loads(json.dumps(observed.coverage))
    exhibit["entries"]["whole"]["count"] -= 1
    return (exhibit,)


def test_a_documented_anomaly_must_be_observed_as_documented(
    made: tuple[Path, ValidationRecord, dict[str, Subject]],
) -> None:
    subject = made[2]["fat16"]
    right = CHECKS["A02"](subject)
    assert right is not None
    assert len(right.anomalies) == len([one for one in subject.known if one.assertion == "A02"]) == 6
    undocumented = CHECKS["A02"](replace(subject, known=()))
    assert undocumented is not None
    assert undocumented.anomalies == ()
    assert len(undocumented.differences) == 6
    other = tuple(replace(one, observed=f"{one.observed}!") for one in subject.known)
    assert _fails(CHECKS["A02"](replace(subject, known=other)))


def test_documented_anomalies_name_a_document_and_an_assertion() -> None:
    assert known_differences()
    for known in known_differences():
        assert (helpers.ROOT / known.documented).is_file(), known
        assert known.assertion in IDS
        assert (helpers.FIXTURES / "truth" / f"{known.image}.json").is_file(), known


# What is made, and what other programs say


@pytest.mark.skipif(shutil.which("ewfverify") is None, reason="ewfverify (apt: ewf-tools) is not installed")
def test_another_program_finds_the_made_image_damaged(
    made: tuple[Path, ValidationRecord, dict[str, Subject]],
) -> None:
    folder, _, subjects = made
    done = subprocess.run(["ewfverify", folder / "images" / "damaged.E01"], capture_output=True, text=True, check=False)
    offset, size = subjects["damaged"].damaged or (0, 0)
    assert done.returncode != 0
    assert f"at sector(s): {offset // 512} - {(offset + size) // 512 - 1}" in done.stdout.replace("  ", " ")


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_no_bytes_crash_the_making_of_damage(some: bytes, place: int, value: int) -> None:
    whole = (helpers.FIXTURES / "no-file-system.E01").read_bytes()
    changed = whole[:13] + whole[13 : 13 + place] + bytes([value]) + whole[14 + place :]
    for data in (some, whole[:13] + some, changed, whole[: 13 + 10 * place]):
        made = damaged_e01(data, 131_072)
        assert made is None or len(made.data) == len(data)


def test_a_made_image_is_always_the_same() -> None:
    data = (helpers.FIXTURES / "fat16.E01").read_bytes()
    one, two = damaged_e01(data, 4_194_304), damaged_e01(data, 4_194_304)
    assert one is not None
    assert one == two
    assert sum(a != b for a, b in zip(data, one.data, strict=True)) == 1


@pytest.mark.skipif(shutil.which("ewfverify") is None, reason="ewfverify (apt: ewf-tools) is not installed")
def test_the_answer_of_another_program(made: tuple[Path, ValidationRecord, dict[str, Subject]]) -> None:
    answer = pipeline.ewfverify(helpers.FIXTURES / "fat16.E01")
    truth = json.loads((helpers.FIXTURES / "truth" / "fat16.json").read_text())
    assert answer.digests == truth["media"]
    assert answer.tool.startswith("ewfverify 20")


def test_a_missing_tool_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    answer = pipeline.ewfverify(helpers.FIXTURES / "fat16.E01")
    assert "not installed" in answer.missing
    empty = Observed(1, (), (), (), (), (), (), {}, (), ())
    subject = Subject("x", "y", first=empty, answer=Answer(answer.tool, answer.digests, answer.missing))
    outcome = CHECKS["A10"](subject)
    assert outcome is not None
    case = validating._case(ASSERTIONS[9], "x", outcome)
    assert (case.verdict, case.reason) == ("NOT RUN", answer.missing)


def test_public_images_against_what_was_stated_and_measured(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts and digests of ../shared/evidence/TRUTH.md: of fls 4.11, ewfverify and the publishers."""
    monkeypatch.setattr(validating, "_shipped", lambda _: iter(()))
    stated: tuple[tuple[str, str, str, str | None, dict[str, int]], ...] = (
        ("ext2", "log2timeline_dfvfs/ext2.E01", "ext2", EXT2_MD5, {"files": 3, "directories": 2, "links": 1}),
        (
            "streams",
            "velocidex_go-ewf/test.ntfs.dd.E01",
            "NTFS",
            NTFS_MD5,
            {"files": 24, "directories": 11, "streams": 6},
        ),
        ("fat12", "velocidex_go-fat/testcases/fat12.dd", "FAT12", None, {"files": 395}),
    )
    for name, path, system, md5, counts in stated:
        shutil.copy(images / path, tmp_path / f"{name}{Path(path).suffix}")
        container = {"format": "EWF" if md5 else "raw", "segments": [f"{name}{Path(path).suffix}"]}
        truth = {
            "truth_format": 1, "image": name, "origin": "TRUTH.md",
            "containers": [container | ({"stored_md5": md5} if md5 else {})],
            "volumes": [{"slot": "whole", "offset": 0, "file_system": system, "counts": counts}],
        }  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(truth))
    record = validating.validate(tmp_path / "out", images=tmp_path)
    verdicts = {one.id: one.verdict for one in record.cases}
    assert {name: verdicts[f"A05/{name}"] for name in ("ext2", "streams", "fat12")} == dict.fromkeys(
        ("ext2", "streams", "fat12"), "PASS"
    )
    assert verdicts["A09/ext2"] == verdicts["A09/streams"] == verdicts["A01/fat12"] == "PASS"
    assert [(one.id, one.differences) for one in record.cases if one.verdict == "FAIL"] == []


# From the outside


def _own_images(folder: Path, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> Path:
    folder.mkdir()
    truth = json.loads((helpers.FIXTURES / "truth" / "no-file-system.json").read_text())
    truth |= {"image": "mine", "origin": "measured with mmls of The Sleuth Kit 4.11"}
    truth["containers"] = truth["containers"][:1]
    change(truth)
    (folder / "mine.json").write_text(json.dumps(truth))
    shutil.copy(helpers.FIXTURES / "no-file-system.raw.gz", folder)
    return folder


@pytest.fixture
def no_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of the images of somebody else need not wait for ours."""
    monkeypatch.setattr(validating, "_shipped", lambda _: iter(()))


def test_the_truth_file_of_the_documentation_is_of_its_form(tmp_path: Path) -> None:
    text = (helpers.ROOT / "docs" / "validation.md").read_text("utf-8")
    (tmp_path / "x.json").write_text(text.partition("```json\n")[2].partition("```")[0])
    assert read_truth(tmp_path / "x.json").image == "cfreds-1"


def test_a_shipped_image_that_is_gone_is_named_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(helpers.FIXTURES / "truth", tmp_path / "fixtures" / "truth")
    monkeypatch.setattr(validating, "shipped_images", lambda: tmp_path / "fixtures")
    with pytest.raises(UsageError, match="is not in") as raised:
        validating.validate(tmp_path / "out")
    assert "virus scanner" in raised.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_shipped")
def test_images_of_somebody_else(tmp_path: Path) -> None:
    images = _own_images(tmp_path / "images")
    (tmp_path / "r.toml").write_text('conclusion = "Fit."\n')
    done = helpers.inside(
        "validate", "-o", tmp_path / "out", "--images", images, "--requirements", tmp_path / "r.toml", "--json"
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    cases = {one["id"]: one for one in document["cases"]}
    assert cases["A01/mine"]["verdict"] == "PASS"
    assert cases["A01/mine"]["origin"] == "measured with mmls of The Sleuth Kit 4.11"
    assert cases["A02/mine"]["verdict"] == "NOT RUN"
    assert cases["A11/none"]["verdict"] == "NOT RUN"  # made of a shipped image
    assert document["laboratory"]["conclusion"] == "Fit."


@pytest.mark.usefixtures("no_shipped")
def test_a_wrong_truth_ends_in_ten(tmp_path: Path) -> None:
    images = _own_images(tmp_path / "images", lambda truth: truth["media"].update(sha256="0" * 64))
    done = helpers.inside("validate", "-o", tmp_path / "out", "--images", images)
    assert done.returncode == 10
    assert "FAIL  A09/mine: media: sha256: expected 0000" in done.stdout
    assert "1 FAIL" in done.stdout


@pytest.mark.usefixtures("no_shipped")
def test_an_image_that_can_not_be_opened_fails(tmp_path: Path) -> None:
    images = _own_images(tmp_path / "images", lambda truth: truth["containers"].append(_broken()))
    (images / "broken.E01").write_bytes(b"EVF\x09\x0d\x0a\xff\x00" + bytes(100))
    done = helpers.inside("validate", "-o", tmp_path / "out", "--images", images)
    assert done.returncode == 10
    assert "FAIL  A01/mine: mine: image: expected opened, observed could not be opened: evidence." in done.stdout


def _broken() -> dict[str, Any]:
    return {"format": "EWF-E01", "segments": ["broken.E01"]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda truth: truth.pop("origin"), "origin: missing"),
        (lambda truth: truth.update(truth_format=2), "truth_format: 2"),
        (lambda truth: truth.update(sha=1), "sha: unknown key"),
        (lambda truth: truth["volumes"][0].pop("offset"), "volumes[0].offset: missing"),
        (lambda truth: truth["volumes"][0].update(offset=True), "volumes[0].offset: a value of another type"),
        (lambda truth: truth["volumes"][0].update(entries=[{"size": 1}]), "volumes[0].entries[0].path: missing"),
        (lambda truth: truth["containers"][0].update(segments=["../x"]), "containers[0].segments"),
        (lambda truth: truth["containers"][0].update(segments=["x.raw"]), "x.raw is not in"),
        (lambda truth: truth.update(image="../mine"), "image: '../mine'"),
    ],
)
def test_a_truth_file_that_is_not_of_its_form(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    images = _own_images(tmp_path / "images", change)
    done = helpers.inside("validate", "-o", tmp_path / "out", "--images", images)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


@given(st.binary(max_size=400) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["truth_format", "image", "origin", "containers", "volumes", "segments", "entries", "path"]),
        inner, max_size=8,
    ), max_leaves=20,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_bytes_crash_the_reading_of_a_truth(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(data)
    try:
        read_truth(path, "origin")
    except UsageError as error:
        assert str(error).startswith(str(path))  # noqa: PT017 - a truth that is of its form is right, too


@given(st.binary(max_size=200) | st.text(alphabet='[]=" \nrequirmntida.#1', max_size=80).map(str.encode))
def test_no_bytes_crash_the_reading_of_requirements(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    try:
        read_requirements(path, IDS)
    except UsageError as error:
        assert str(error).startswith(str(path))  # noqa: PT017 - what is of its form is right, too


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("laboratory = 1", "laboratory: a text in quotes"),
        ("lab = 'x'", "lab: unknown key"),
        ("[requirement]\nid = 'R1'", "[[requirement]]"),
        ("[[requirement]]\ntext = 'x'", "requirement[1].id: missing"),
        ("[[requirement]]\nid = 'R1'\nassertions = ['A99']", "'A99' is none"),
        ("[[requirement]]\nid = 'R1'\n[[requirement]]\nid = 'R1'", "two have the id 'R1'"),
        ("laboratory =", "not TOML"),
    ],
)
def test_requirements_that_are_not_of_their_form(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_requirements(path, IDS)
    assert says in str(raised.value)


def test_the_template_is_of_its_form_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "requirements.toml"
    done = helpers.inside("validate", "--new", path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n")
    assert read_requirements(path, IDS) == LaboratoryPart()
    filled = "\n".join(line.removeprefix("# ") for line in path.read_text().splitlines()[10:])
    path.write_text(filled)
    (requirement,) = read_requirements(path, IDS).requirements
    assert requirement.assertions == ("A02", "A06")
    with pytest.raises(CannotWrite):
        new_requirements(path)
    assert path.read_text() == filled


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    done = helpers.inside("validate", "-o", tmp_path)
    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_one_of_two_options_is_needed(tmp_path: Path) -> None:
    assert helpers.inside("validate").returncode == 2
    assert helpers.inside("validate", "-o", tmp_path / "x", "--new", tmp_path / "y").returncode == 2


def test_a_packed_image_that_is_cut(tmp_path: Path) -> None:
    images = _own_images(tmp_path / "images")
    whole = (images / "no-file-system.raw.gz").read_bytes()
    (images / "no-file-system.raw.gz").write_bytes(whole[:2000])
    (tmp_path / "out" / "images").mkdir(parents=True)
    with pytest.raises(UsageError, match="can't be unpacked"):
        validating._ready(tmp_path / "out", images, ["no-file-system.raw.gz"])


def test_an_installation_has_the_images_and_not_their_makers(tmp_path: Path) -> None:
    command = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", f"-w{tmp_path}"]
    done = subprocess.run(
        [sys.executable, *command, str(helpers.ROOT)], capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode and "setuptools" in done.stderr:
        pytest.skip("the pinned setuptools is not installed")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    inside = {name.removeprefix("cyberforensics/fixtures/") for name in names if "/fixtures/" in name}
    there = {
        str(path.relative_to(helpers.FIXTURES))
        for path in helpers.FIXTURES.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert inside == there
    assert "cyberforensics/assertions/known.toml" in names
    assert "cyberforensics/report/paper/test-record.typ" in names


# The project's own record


KEPT = helpers.ROOT / "docs" / "validation"


def _kept() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((KEPT / validating.JSON).read_bytes())
    return loaded


def test_the_kept_record_is_of_the_present_lists_and_has_no_fail() -> None:
    record, schema = _kept(), report.record_schema()
    definitions: Any = schema["$defs"]
    assert list(violations(record, schema, definitions)) == []
    assert [one["id"] for one in record["cases"] if one["verdict"] == "FAIL"] == []
    assert [(one["id"], one["says"]) for one in record["assertions"]] == [(one.id, one.says) for one in ASSERTIONS]
    laboratory = read_requirements(KEPT / "requirements.toml", IDS)
    written = [(one.id, one.text, one.acceptance, list(one.assertions)) for one in laboratory.requirements]
    kept = [
        (one["id"], one["text"], one["acceptance"], one["assertions"]) for one in record["laboratory"]["requirements"]
    ]
    assert kept == written
    assert {one for requirement in laboratory.requirements for one in requirement.assertions} == set(IDS)
    settings = tomllib.loads((helpers.ROOT / "pyproject.toml").read_text("utf-8"))
    assert record["product_version"] == settings["project"]["version"]
    assert [one["verdict"] for one in record["cases"] if one["assertion"] == "A10"].count("PASS") > 10


def test_the_kept_record_is_about_the_present_images_and_truths() -> None:
    record = _kept()
    lines = (helpers.FIXTURES / "SHA256SUMS").read_text("ascii").splitlines()
    sums = {line.partition("  ")[2]: line.partition("  ")[0] for line in lines}
    shipped = [image for image in record["images"] if image["origin"] == "comes with the product"]
    kept = {file["name"]: file["sha256"] for image in shipped for file in image["files"]}
    shared = sums.keys() & kept.keys()
    assert len(shared) > 15
    assert {name: sums[name] for name in shared} == {name: kept[name] for name in shared}
    truths = {image["truth"]["name"]: image["truth"]["sha256"] for image in shipped}
    assert {image["name"] for image in record["images"]} > set(proving.names())
    there = (helpers.FIXTURES / "truth").glob("*.json")
    assert truths == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in there}
    anomalies = {
        (one["assertion"], one["image"], anomaly["where"], anomaly["what"])
        for one in record["cases"]
        for anomaly in one["anomalies"]
    }
    assert anomalies == {(one.assertion, one.image, one.path, one.what) for one in known_differences()}


def test_the_readable_page_is_that_of_the_record() -> None:
    names: dict[str, Any] = {"__name__": "make", "__file__": str(KEPT / "make.py")}
    exec(compile((KEPT / "make.py").read_text("utf-8"), "make.py", "exec"), names)  # noqa: S102 - our own script
    assert (KEPT / "README.md").read_text("utf-8") == names["page"](_kept())


def test_every_assertion_is_documented() -> None:
    text = (helpers.ROOT / "docs" / "validation.md").read_text("utf-8")
    for one in ASSERTIONS:
        assert f"| {one.id} | {one.says.rstrip('.')}" in text, one.id
