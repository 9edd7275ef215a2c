"""The graph of CASE/UCO: read back as plain JSON, and validated by the community's own tool where it is installed."""

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from cyberforensics.model.source import source
from cyberforensics.triage import Options
from tests import helpers

_VALIDATE = os.environ.get("CASE_VALIDATE") or shutil.which("case_validate")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("graph")
    options = Options(rule_packs=(helpers.rule_file(place),), workers=2, examiner="A. Example")
    made = helpers.made(place / "case", helpers.DEMO, options=options)
    assert helpers.inside("report", made, "--case-jsonld").returncode == 0
    return made


def _graph(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "reports/case.jsonld").read_text("ascii"))["@graph"])


def _objects(what: str, folder: Path) -> list[dict[str, Any]]:
    shown = helpers.inside("show", what, folder, "--format", "jsonl").stdout
    return [json.loads(line) for line in shown.splitlines()]


def test_every_finding_and_its_file_are_in_the_graph(folder: Path) -> None:
    graph = _graph(folder)
    findings = {found["id"]: found for found in _objects("findings", folder)}
    assert {item["uco-core:name"] for item in graph if item["@type"] == "uco-core:Annotation"} == findings.keys()
    entries = {entry["id"]: entry for entry in _objects("entries", folder)}
    files = [item for item in graph if item["@type"] == "uco-observable:File"]
    assert len(files) == len({found["entry"] for found in findings.values()})
    digests = {
        each["uco-types:hashValue"]["@value"]
        for item in files
        for facet in item["uco-core:hasFacet"]
        for each in facet.get("uco-observable:hash", ())
        if each["uco-types:hashMethod"] == "SHA256"
    }
    assert digests == {entries[found["entry"]]["sha256"] for found in findings.values()} - {None}
    (bundle,) = [item for item in graph if item["@type"] == "uco-core:Bundle"]
    assert f"{len(findings):,} of {len(findings):,} findings" in bundle["uco-core:description"]
    assert f"of {len(entries):,} entries" in bundle["uco-core:description"]


def test_each_step_is_an_action_and_every_reference_leads_somewhere(folder: Path) -> None:
    graph = _graph(folder)
    actions = [item for item in graph if item["@type"] == "case-investigation:InvestigativeAction"]
    assert [item["uco-core:name"] for item in actions] == ["open", "examine", "report"]
    assert "uco-action:performer" in actions[1]
    (record,) = [item for item in graph if "case-investigation:exhibitNumber" in item]
    assert record["case-investigation:exhibitNumber"] == "demo.E01"
    ids = [item["@id"] for item in graph]
    assert len(set(ids)) == len(ids)
    for identity in ids:
        assert uuid.UUID(identity[-36:]).version == 5

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [one for part in value for one in references(part)]
        if isinstance(value, dict):
            return [value["@id"]] if value.keys() == {"@id"} else references(list(value.values()))
        return []

    assert set(references(graph)) <= set(ids)


def test_the_tool_names_its_source(folder: Path) -> None:
    (tool,) = [item for item in _graph(folder) if item["@type"] == "uco-tool:Tool"]
    assert tool["uco-core:description"] == f"Source of the passes: {source()}"


def test_labels_stand_on_files_and_findings(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "case"))
    finding = _objects("findings", copied)[0]
    others = {found["entry"] for found in _objects("findings", copied)}
    entry = next(
        found for found in _objects("entries", copied) if found["id"] not in others and found["kind"] == "file"
    )
    for item in (finding["id"], entry["id"]):
        assert helpers.inside("tag", copied, item, "key-evidence").returncode == 0
    assert helpers.inside("report", copied, "--case-jsonld").returncode == 0
    graph = _graph(copied)
    (annotation, file) = [item for item in graph if item.get("uco-core:tag") == ["key-evidence"]][::-1]
    if annotation["@type"] != "uco-core:Annotation":
        annotation, file = file, annotation
    assert annotation["uco-core:name"] == finding["id"]
    assert file["uco-core:hasFacet"][0]["uco-observable:filePath"] == entry["path"]
    assert len(graph) == len(_graph(folder)) + 2  # that file, and where it lies
    if _VALIDATE is not None:
        done = subprocess.run([_VALIDATE, copied / "reports/case.jsonld"], capture_output=True, text=True, check=False)
        assert "Conforms: True" in done.stdout, done.stdout


def test_the_same_case_gives_the_same_bytes(folder: Path) -> None:
    before = (folder / "reports/case.jsonld").read_bytes()
    assert helpers.inside("report", folder, "--case-jsonld").returncode == 0
    assert (folder / "reports/case.jsonld").read_bytes() == before


@pytest.mark.skipif(_VALIDATE is None, reason="case_validate (package case-utils) is not installed: CASE_VALIDATE=PATH")
def test_the_community_s_validator_finds_nothing_wrong(folder: Path, tmp_path: Path) -> None:
    assert _VALIDATE is not None
    path = folder / "reports/case.jsonld"
    done = subprocess.run([_VALIDATE, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Conforms: True" in done.stdout
    wrong = tmp_path / "wrong.jsonld"
    wrong.write_text(path.read_text().replace("uco-types:hashValue", "uco-types:hashWert"))
    assert subprocess.run([_VALIDATE, wrong], capture_output=True, check=False).returncode != 0
