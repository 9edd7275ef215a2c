"""What is handed out: sheets as HTML and PDF in each language, marks of training, and challenges for CTFd."""

import csv
import hashlib
import html
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberforensics.errors import UsageError
from cyberforensics.lab import shipped, wording
from cyberforensics.lab.answers import ROWS
from cyberforensics.lab.handing_out import hand_out
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.steps import STEPS
from cyberforensics.lab.truth import Truth
from cyberforensics.model.training import MARK_PATH, MARK_SHA256, MARK_TEXT
from tests import helpers

MESSAGES = Path(wording.__file__).parent / "messages"
LANGUAGES = wording.languages()
CASES = shipped.cases()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("start") / "made"
    hand_out(read_scenario(shipped.folder_of(Path("start"))), "1", folder)
    return folder


def _leaves(value: object, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, (*place, key))
    else:
        yield place, str(value)


def _braces(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{[^{}]*\}", text)))


def _same_keys_and_braces(english: Path, other: Path) -> None:
    right, found = (dict(_leaves(tomllib.loads(path.read_text("utf-8")))) for path in (english, other))
    assert set(right) == set(found)
    for place, text in right.items():
        assert found[place].strip(), place
        assert _braces(found[place]) == _braces(text), place


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_words_of_english(language: str) -> None:
    assert {"en", "fr"} <= set(LANGUAGES)
    _same_keys_and_braces(MESSAGES / "en.toml", MESSAGES / f"{language}.toml")


@pytest.mark.parametrize("case", [one.name for one in CASES])
def test_each_language_of_a_case_has_the_texts_of_english(case: str) -> None:
    texts = shipped.folder_of(Path(case)) / "texts"
    for path in texts.iterdir():
        _same_keys_and_braces(texts / "en.toml", path)


def test_start_is_there_in_two_languages() -> None:
    assert read_scenario(shipped.folder_of(Path("start"))).scenario.languages == ("en", "fr")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ({"a": "x {b}", "c": "y"}, []),
        ({"a": "x {b}"}, ['"c" is missing']),
        ({"a": "x {b}", "c": " "}, ['"c" is missing']),
        ({"a": "x {d}", "c": "y"}, ['"a" has other names in braces; right would be {b}']),
        ({"a": "x {b}", "c": "y {b}"}, ['"c" has other names in braces; right would be none']),
        ({"a": "x {b}", "c": "y", "e": "z"}, ['"e" is unknown']),
    ],
)
def test_words_that_are_not_those_of_english_are_named(words: dict[str, object], wrong: list[str]) -> None:
    assert wording.differences({"a": "1 {b}", "c": "2"}, words) == wrong


def test_a_language_whose_file_lacks_a_word_is_refused_with_file_and_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "messages").mkdir()
    for language in ("en", "fr"):
        text = (MESSAGES / f"{language}.toml").read_text("utf-8")
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("trainee ="))
        (tmp_path / "messages" / f"{language}.toml").write_text(
            text if language == "fr" else (MESSAGES / "en.toml").read_text("utf-8"), "utf-8"
        )
    monkeypatch.setattr("cyberforensics.lab.wording.resources.files", lambda _: tmp_path)
    assert wording.wording("en")["trainee"] == "Trainee"
    with pytest.raises(UsageError, match=r'messages/fr\.toml: "trainee" is missing'):
        wording.wording("fr")


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(shipped.folder_of(Path("start")), folder / "mine"))


def test_a_language_that_a_scenario_names_must_be_there(tmp_path: Path) -> None:
    mine = _copy(tmp_path)
    scenario = mine / "scenario.toml"
    scenario.write_text(scenario.read_text("utf-8").replace('["en", "fr"]', '["en", "tlh"]'), "utf-8")
    with pytest.raises(ScenarioError) as raised:
        read_scenario(mine)
    assert raised.value.details == ("scenario.toml:10: languages: there are no words in 'tlh'; known here are en, fr",)


def test_a_text_that_is_missing_in_one_language_is_named_with_its_file(tmp_path: Path) -> None:
    mine = _copy(tmp_path)
    texts = mine / "texts" / "fr.toml"
    texts.write_text(re.sub("(?m)^amount = .*$", "", texts.read_text("utf-8")), "utf-8")
    with pytest.raises(ScenarioError) as raised:
        read_scenario(mine)
    (line,) = raised.value.details
    assert line.startswith("texts/fr.toml:")
    assert "amount" in line


def test_a_label_without_the_mark_is_refused(tmp_path: Path) -> None:
    mine = _copy(tmp_path)
    scenario = mine / "scenario.toml"
    scenario.write_text(scenario.read_text("utf-8").replace('label = "TRAINING"', 'label = "STICK"'), "utf-8")
    with pytest.raises(ScenarioError) as raised:
        read_scenario(mine)
    assert "label" in raised.value.details[0]


def _text(pdf: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here (Debian package poppler-utils)")
    printed = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout
    return printed.decode("utf-8")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sheets_say_the_same_as_pdf_and_as_html(start: Path, language: str) -> None:
    texts = tomllib.loads((shipped.folder_of(Path("start")) / "texts" / f"{language}.toml").read_text("utf-8"))
    words = tomllib.loads((MESSAGES / f"{language}.toml").read_text("utf-8"))
    truth = json.loads((start / "instructor" / "truth.json").read_text("utf-8"))
    brief = start / "handout" / f"brief.{language}"
    printed = " ".join(_text(brief.with_name(f"{brief.name}.pdf")).split())
    page = brief.with_name(f"{brief.name}.html").read_text("utf-8")
    for text in (*texts["questions"].values(), words["training mark"], truth["images"][0]["files"][0]["sha256"]):
        assert " ".join(text.split()) in printed
        assert text.replace("'", "&#x27;") in page
    notes = start / "instructor" / f"notes.{language}"
    printed = "".join(_text(notes.with_name(f"{notes.name}.pdf")).split())
    page = notes.with_name(f"{notes.name}.html").read_text("utf-8")
    for question in truth["questions"]:
        assert "".join(question["answer"][0].split()) in printed
        assert question["answer"][0] in page
    assert texts["hints"]["disguised"] in page
    assert f'lang="{language}"' in page


def test_sheets_are_a4_tagged_and_in_their_language(start: Path) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not here (Debian package poppler-utils)")
    for path in sorted(start.rglob("*.pdf")):
        printed = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
        assert re.search(r"Page size: +595\.\d+ x 841\.\d+ pts \(A4\)", printed), path
        assert re.search(r"Tagged: +yes", printed), path
        assert "CreationDate" not in printed
        assert f"/Lang({path.name.split('.')[1]})".encode() in path.read_bytes().replace(b" (", b"("), path


def test_answers_are_asked_in_each_language(start: Path) -> None:
    text = (start / "handout" / "answers.csv").read_text("utf-8-sig")
    assert text.startswith("question,answer,kind,hint,text en,text fr\n")
    assert "How much cash" in text
    assert "Quelle somme" in text
    rows = [row["question"] for row in csv.DictReader(text.splitlines())]
    assert rows == ["digest", "amount", "disguised", "when", "purpose", *ROWS]


def test_a_grade_is_told_in_another_language(start: Path, tmp_path: Path) -> None:
    (tmp_path / "Zoé.csv").write_text(
        "question;answer;kind;hint\namount;1414;fait;\ndisguised;/x/kite 837.png;;oui\n", "utf-8"
    )
    arguments = ("lab", "grade", "--truth", start / "instructor" / "truth.json", "--language", "fr")
    result = helpers.inside(*arguments, "-o", tmp_path / "notes", tmp_path / "Zoé.csv")
    assert result.returncode == 0, result.stderr
    assert re.search(r"amount +2 of 2 +juste", result.stdout)
    assert "1.5 avant déduction\u00a0; l’indice a coûté 1" in result.stdout
    page = (tmp_path / "notes" / "Zoé.html").read_text("utf-8")
    assert "pas de réponse" in page
    assert "EXERCICE (TRAINING)" in page
    printed = " ".join(_text(tmp_path / "notes" / "Zoé.pdf").split())
    assert "l’indice a coûté 1" in printed
    again = helpers.inside(*arguments, "-o", tmp_path / "again", tmp_path / "Zoé.csv")
    assert again.returncode == 0
    assert (tmp_path / "again" / "Zoé.pdf").read_bytes() == (tmp_path / "notes" / "Zoé.pdf").read_bytes()


VOLUMES = (
    ("fat12", "4 MiB", "whole", "raw"),
    ("fat16", "16 MiB", "mbr", "qcow2"),
    ("fat32", "40 MiB", "gpt", "e01"),
    ("exfat", "16 MiB", "mbr", "raw"),
    ("ext4", "16 MiB", "gpt", "qcow2"),
    ("ntfs", "16 MiB", "whole", "e01"),
    ("iso9660", "8 MiB", "whole", "raw"),
    ("zip", "1 MiB", "whole", "zip"),
)


def _scenario(folder: Path, volumes: tuple[tuple[str, str, str, str], ...]) -> Path:
    text = 'name = "marked"\nminutes = 5\nbegins = "2026-03-02"\n[[hosts]]\nid = "pc"\nname = "PC"\n'
    for file_system, size, disk, container in volumes:
        text += (
            f'[[volumes]]\nid = "{file_system}"\nhost = "pc"\nfile_system = "{file_system}"\nsize = "{size}"\n'
            f'disk = "{disk}"\ncontainer = "{container}"\n'
        )
    (folder / "texts").mkdir(parents=True)
    (folder / "scenario.toml").write_text(text, "utf-8")
    texts = 'title = "T"\nstory = "S"\ntask = "T"\ndebrief = "D"\n'
    (folder / "texts" / "en.toml").write_text(texts, "utf-8")
    return folder


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A case with every file system, kind of disk and container, triaged."""
    folder = tmp_path_factory.mktemp("marked")
    _scenario(folder / "scenario", VOLUMES)
    truth = hand_out(read_scenario(folder / "scenario"), "1", folder / "made")
    images = [folder / "made" / "handout" / image.file for image in truth.images]
    result = helpers.inside("triage", *images, "--case", folder / "case", "--pdf", "--no-rules", "--workers", "2")
    assert result.returncode == 0, result.stderr
    (folder / "printed.txt").write_text(result.stdout, "utf-8")
    return folder, truth


def test_the_mark_has_the_digest_that_reports_look_for() -> None:
    assert hashlib.sha256(MARK_TEXT.encode()).hexdigest() == MARK_SHA256


def test_every_image_says_training(marked: tuple[Path, Truth]) -> None:
    folder, truth = marked
    assert [image.volumes[0].file_system for image in truth.images] == [volume[0] for volume in VOLUMES]
    for image in truth.images:
        path = folder / "made" / "handout" / image.file
        found = json.loads(helpers.inside("info", path, "--json").stdout)
        listed = helpers.inside("ls", path).stdout
        assert MARK_PATH in listed, image
        if image.file.endswith(".E01"):
            metadata = list(found["container_metadata"].values())
            assert "TRAINING" in metadata
            assert "TRAINING marked" in metadata
        if image.file.endswith(".zip"):
            assert found["container_metadata"]["comment"].startswith("TRAINING")
        if image.file.endswith(".qcow2"):
            head = path.read_bytes()[:65536]
            place = head.index(b"TRNG")
            assert head[place + 8 : place + 16] == b"TRAINING"


def test_every_volume_has_the_label(tmp_path: Path) -> None:
    if shutil.which("blkid") is None:
        pytest.skip("blkid is not here (Debian package util-linux)")
    whole = tuple((file_system, size, "whole", "raw") for file_system, size, _, _ in VOLUMES if file_system != "zip")
    truth = hand_out(read_scenario(_scenario(tmp_path / "scenario", whole)), "1", tmp_path / "made")
    for image in truth.images:
        command = ["blkid", "-p", "-s", "LABEL", "-o", "value", str(tmp_path / "made" / "handout" / image.file)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert printed.strip() == "TRAINING", image


def test_every_report_bears_the_banner_of_every_exhibit(marked: tuple[Path, Truth]) -> None:
    folder, truth = marked
    reports = folder / "case" / "reports"
    printed = (folder / "printed.txt").read_text("utf-8")
    page = (reports / "report.html").read_text("utf-8")
    paper = " ".join(_text(reports / "report.pdf").split())
    again = helpers.inside("triage", *_images(marked), "--case", folder / "case", "--json", "--no-rules")
    summary = json.loads(again.stdout)
    assert len(summary["training"]) == len(truth.images)
    assert helpers.inside("report", "write", folder / "case", "--case-jsonld").returncode == 0
    graph = (reports / "case.jsonld").read_text("utf-8")
    for image in truth.images:
        sentence = f"TRAINING: exhibit {image.file} was made for an exercise, as"
        assert sentence in printed
        assert sentence in page
        assert sentence in paper
        assert sentence in graph
        assert sum(sentence in line for line in summary["training"]) == 1
    assert "TRAINING · Handling mark" in paper


def _images(marked: tuple[Path, Truth]) -> list[Path]:
    folder, truth = marked
    return [folder / "made" / "handout" / image.file for image in truth.images]


def test_a_label_and_a_name_alone_make_no_banner(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "TRAINING.txt").write_text("our training plan\n")
    result = helpers.inside(
        "triage", tmp_path / "evidence", "--case", tmp_path / "case", "--json", "--no-rules", "--workers", "1"
    )
    assert json.loads(result.stdout)["training"] == []
    assert "was made for an exercise" not in (tmp_path / "case" / "reports" / "report.html").read_text("utf-8")


CTFD_REQUIRED = frozenset({"name", "author", "category", "description", "attribution", "value", "type"})
"""Of ``challenge.yml``: what ``ctf challenge lint`` of ctfcli 0.1.8 requires, and the type."""
CTFD_OPTIONAL = frozenset({
    "image", "protocol", "host", "connection_info", "healthcheck", "solution", "attempts", "logic", "flags", "topics",
    "tags", "files", "hints", "requirements", "next", "scheduled_at", "module", "state", "version", "extra",
})  # fmt: skip
"""The others of its ``spec/challenge-example.yml``."""


@pytest.mark.parametrize("case", ["start", "check-out"])
def test_challenges_are_those_of_ctfcli(case: str, tmp_path: Path) -> None:
    truth = hand_out(read_scenario(shipped.folder_of(Path(case))), "1", tmp_path / "made")
    found = sorted((tmp_path / "made" / "instructor" / "ctfd").glob("*/challenge.yml"))
    assert len(found) == len(truth.questions)
    names = set()
    for path in found:
        challenge = json.loads(path.read_text("utf-8"))
        assert CTFD_REQUIRED <= set(challenge) <= CTFD_REQUIRED | CTFD_OPTIONAL
        assert all(challenge[key] for key in CTFD_REQUIRED)
        names.add(challenge["name"])
        question = next(one for one in truth.questions if one.id == path.parent.name)
        assert challenge["value"] == question.points
        assert challenge["version"] == "0.1"
        assert challenge["state"] == ("hidden" if question.kind in ("time", "list", "path") else "visible")
        flags = challenge["flags"]
        assert all(set(flag) == {"type", "content", "data"} for flag in flags)
        assert {flag["type"] for flag in flags} == {"static"}
        assert {flag["data"] for flag in flags} == {"case_insensitive"}
        assert question.answer[0] in [flag["content"] for flag in flags]
        if question.kind == "number":
            assert "1414" in [flag["content"] for flag in flags]
        assert all(choice in challenge["description"] for choice in question.choices)
        assert [hint["cost"] for hint in challenge["hints"]] == [question.hint_costs] * bool(question.hint_costs)
    assert len(names) == len(found)
    about = " ".join((tmp_path / "made" / "instructor" / "ctfd" / "README.txt").read_text("utf-8").split())
    assert "Not expressed in CTFd: what a wrong claim costs (no mark is below zero there)" in about


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_tells_the_points_that_steps_have(language: str) -> None:
    told = re.findall(r"\((\d+)\)", wording.wording(language)["points of steps"])
    assert [int(one) for one in told] == [points for _, points, _ in STEPS]


def test_a_brief_tells_what_wrong_answers_cost(tmp_path: Path) -> None:
    mine = _copy(tmp_path)
    path = mine / "scenario.toml"
    text = path.read_text("utf-8").replace("wrong_costs = 0.25 ", "wrong_costs = 0.4 ")
    path.write_text(text.replace('id = "amount"\n', 'id = "amount"\nwrong_costs = 0.75\n'), "utf-8")
    hand_out(read_scenario(mine), "1", tmp_path / "made")
    page = (tmp_path / "made" / "handout" / "brief.en.html").read_text("utf-8")
    assert "Wrong, it costs 1.5." in page  # three quarters of two points
    assert page.count("Wrong, it costs") == 1
    assert "A wrong answer costs 40 % of its points" in page
    assert "21 points" in page


def test_notes_tell_what_is_right_in_every_row(tmp_path: Path) -> None:
    truth = hand_out(read_scenario(shipped.folder_of(Path("leaver"))), "1", tmp_path / "made")
    page = html.unescape((tmp_path / "made" / "instructor" / "notes.en.html").read_text("utf-8"))
    laptop, stick = truth.images
    assert f"laptop.E01: {laptop.media_sha256}; stick.raw: {stick.media_md5}</td>" in page
    (prices,) = (one.path for one in truth.planted if one.id == "prices")
    assert f'<td class="name">not-examined</td><td class="exact">{prices}</td>' in page
    assert page.count("need not be named") == 1
    assert page.count('<td class="text">opinion</td>') == 1
