"""The documentation says what is: its examples run, its tables are complete, its links lead somewhere.

Where an output changed on purpose: ``python -m tests.docs.refresh``.
"""

import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cyberforensics import errors
from cyberforensics.case import schema as case_schema
from cyberforensics.cli.app import app
from cyberforensics.model import entry, examination, media_types, times
from cyberforensics.model.problem import PROBLEM_CODES, Severity, Stage
from cyberforensics.model.volume import VolumeStatus
from cyberforensics.parsers import PARSERS
from cyberforensics.report import schema
from cyberforensics.report.timeline import _COLUMNS as TIMELINE_COLUMNS
from tests.docs.consoles import DOCUMENTS, ROOT, blocks, examples, make_clone, matches, run_in, shown

DOCS = ROOT / "docs"
_ROW = re.compile(r"^\| (?P<first>.+?) \|(?P<rest>.*)\|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


def _name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def _section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search("^#+ ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def _prose(text: str) -> str:
    """All but the blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _first_cells(text: str) -> set[str]:
    """What stands as code in the first column of the tables."""
    return {name for row in _ROW.finditer(text) for name in _CODE.findall(row["first"])}


# Examples


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "clone"
    make_clone(folder)
    return folder


@pytest.mark.parametrize(
    "document", [found for found in DOCUMENTS if any(examples(found.read_text("utf-8")))], ids=_name
)
def test_examples_print_what_is_shown(document: Path, clone: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(clone, folder, symlinks=True)
    code = 0
    wrong = []
    for example in examples(document.read_text("utf-8")):
        done = run_in(folder, example.command, code)
        code = done.returncode
        if not matches(example.expected, done.stdout):
            wrong.append(f"line {example.line}: $ {example.command}\n{shown(done.stdout)}")
    assert not wrong, f"{_name(document)} shows another output; it is now:\n" + "\n".join(wrong)


@pytest.mark.parametrize("document", [ROOT / "README.md", DOCS / "library.md"], ids=_name)
def test_python_examples_run(document: Path, clone: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(clone, folder, symlinks=True)
    found = list(blocks(document.read_text("utf-8"), "python"))
    assert found
    for _, body in found:
        done = subprocess.run(
            [sys.executable, "-c", body], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_a_changed_output_is_noticed() -> None:
    text = "```console\n$ a \\\n    b\none\n…\nfour …\n$ c\n> d\n```\n"
    first, second = examples(text)
    assert (first.command, second.command) == ("a b", "c\nd")
    assert matches(first.expected, "one\ntwo\nthree\nfour 4\n")
    assert matches(first.expected, "one\nfour 4\n")
    assert not matches(first.expected, "one\ntwo\n")
    assert not matches(second.expected, "more\n")


# Commands, codes, fields


def _commands() -> Mapping[str, Any]:
    group: Any = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        within = getattr(command, "commands", {})
        found |= {f"{name} {inner}": one for inner, one in within.items()} or {name: command}
    return found


@pytest.mark.parametrize("command", list(_commands()))
def test_every_command_and_option_is_documented(command: str) -> None:
    section = _section((DOCS / "commands.md").read_text("utf-8"), command)
    options = {name for found in _commands()[command].params for name in found.opts if name.startswith("-")}
    documented = {name.split()[0] for name in _first_cells(section) if name.startswith("-")}
    assert documented - {"-h", "--help"} == options - {"-h", "--help"}
    ran = {example.command for example in examples(section)}
    assert any(f"cyberforensics {command} " in line for line in ran), "no example"
    usage = section.partition("\n\n")[2]
    for found in _commands()[command].params:
        if not found.opts[0].startswith("-"):
            assert (found.metavar or found.name).strip(".").upper() in usage, f"argument {found.name}"


def test_every_command_in_the_documentation_exists() -> None:
    headings = re.findall(r"^## (.+)$", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)
    assert set(_commands()) <= set(headings)
    for document in DOCUMENTS:
        for name in re.findall(r"cyberforensics ([a-z][a-z-]+)(?: |`|$)", document.read_text("utf-8")):
            if f"`cyberforensics {name}" in document.read_text("utf-8"):
                assert name in {known.split()[0] for known in _commands()}, f"{_name(document)}: {name}"


def test_every_problem_code_is_documented() -> None:
    assert _first_cells((DOCS / "problems.md").read_text("utf-8")) == set(PROBLEM_CODES)


def test_every_exit_code_is_documented() -> None:
    codes = {getattr(errors, name) for name in vars(errors) if name.startswith("EXIT_")}
    waiting: list[type[errors.Error]] = [errors.Error]
    while waiting:
        found = waiting.pop()
        codes.add(found.exit_code)
        waiting += found.__subclasses__()
    assert _first_cells((DOCS / "exit-codes.md").read_text("utf-8")) == {str(code) for code in codes}


_FORMAT = (DOCS / "case-format.md").read_text("utf-8")


@pytest.mark.parametrize("kind", list(schema()["$defs"]))  # type: ignore[call-overload]
def test_every_field_is_documented(kind: str) -> None:
    properties: Mapping[str, Any] = schema()["$defs"][kind]["properties"]  # type: ignore[index]
    section = _section(_FORMAT, f"`{kind}`")
    fields = [name for name in properties if not name.endswith("_missing")]
    documented = [_CODE.findall(row["first"])[0] for row in _ROW.finditer(section) if _CODE.search(row["first"])]
    assert documented == fields
    for row in _ROW.finditer(section):
        name = _CODE.findall(row["first"])
        if name:
            may_be_null = row["rest"].split("|")[1].strip()
            assert ("reason" in may_be_null) == (f"{name[0]}_missing" in properties), name[0]


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("kind", [*entry.Kind]),
        ("name_state", [*entry.NameState]),
        ("recovery", [*entry.Recovery]),
        ("status", [*entry.Status]),
        ("meaning", [*entry.TIME_MEANINGS]),
        ("severity", [*examination.FINDING_SEVERITIES]),
        ("problem", [*Severity, *Stage]),
        ("volume", [*VolumeStatus]),
        ("category", [*media_types.CATEGORIES]),
        ("encoding", [*times.ENCODINGS]),
        ("context", schema()["$defs"]["finding"]["properties"]["context"]["enum"]),  # type: ignore[index]
        ("table", re.findall(r"CREATE TABLE (\w+)", case_schema.TABLES)),
    ],
)
def test_every_value_is_documented(what: str, values: list[str]) -> None:
    written = set(_CODE.findall(_prose(_FORMAT)))
    assert [str(value) for value in values if str(value) not in written] == [], what


def test_every_column_of_the_timeline_is_documented() -> None:
    written = set(_CODE.findall(_prose((DOCS / "timelines.md").read_text("utf-8"))))
    assert set(TIMELINE_COLUMNS) <= written


def test_every_parser_is_documented() -> None:
    text = (DOCS / "limits.md").read_text("utf-8")
    for parser in PARSERS:
        assert parser.title in text
        assert all(limitation in text for limitation in parser.limitations)


# Links and words


def _slug(heading: str) -> str:
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    kept = "".join(character for character in plain if character in " -_" or unicodedata.category(character)[0] in "LN")
    return kept.replace(" ", "-")


def _links(text: str) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)\s]+)\)", _prose(text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(document: Path) -> None:
    for link in _links(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document if not path else document.parent / path
        assert target.resolve().is_relative_to(ROOT)
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            assert anchor in {_slug(heading) for heading in headings}, link


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_documents_name_no_machine(document: Path) -> None:
    """No index of packages, and no path of the machine on which it was written; Yuki lives in a training case."""
    found = re.search(
        r"pypi\.|pythonhosted|artifactory|index-url|(?<![\w.])/(?:work|root|tmp|home/(?!\*|yuki/))/?\w*",
        document.read_text("utf-8"),
    )
    assert not found, found


def test_every_document_can_be_found_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        reached.add(document)
        for link in _links(document.read_text("utf-8")):
            target = (document.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in reached:
                waiting.append(target)
    assert set(DOCUMENTS) <= reached


def test_the_two_commands_are_there() -> None:
    verbs = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    asked = set(re.findall(r"^\s*make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= asked <= verbs


def test_the_picture_is_small() -> None:
    picture = DOCS / "images" / "report.png"
    assert 0 < picture.stat().st_size < 300_000
    assert "docs/images/report.png" in (ROOT / "README.md").read_text("utf-8")
