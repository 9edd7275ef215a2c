"""A scenario's folder: ``scenario.toml``, ``texts/<language>.toml``, and files that actions name."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyberforensics.errors import UsageError
from cyberforensics.lab.bounds import ranges_hold, without_control
from cyberforensics.lab.checking import check, check_placeholders, known_names, later_names
from cyberforensics.lab.lines import Path as KeyPath
from cyberforensics.lab.lines import begun_at, line_of
from cyberforensics.lab.reading import Mistake, Reader, did_you_mean
from cyberforensics.lab.scenario import Scenario
from cyberforensics.lab.wording import languages

SCENARIO = "scenario.toml"
_MOST = 1 << 20
_SENTENCES = ("title", "story", "task", "debrief")
_TABLES_OF_TEXTS = ("questions", "hints", "stages")
_AT_LINE = re.compile(r"\(at line (\d+)")
_AS_TOML = 'write key = "text in quotes", key = 7, or key = ["one", "two"]'
_REMEDIES = (
    ("Cannot overwrite", "the key stands twice; keep one"),
    ("Cannot declare", "the table stands twice; keep one, or write [[…]] for several"),
    ("Illegal character", "close the text with a quote in the line where it begins"),
    ('Expected \'"""\'', 'close the text with """'),
    ("Unescaped", "a backslash is written twice"),
)
_TABLES = ("persons", "hosts", "disks", "volumes", "actions", "questions", "stages", "damage")


class ScenarioError(UsageError):
    """A scenario has mistakes; `details` has a line ``file:line: what is wrong`` for each."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint="mend it, and look with: cyberforensics lab check FOLDER")
        self.details = details


@dataclass(frozen=True, slots=True)
class Texts:
    """What people read, in one language."""

    language: str
    title: str
    story: str
    task: str
    debrief: str
    questions: Mapping[str, str]
    hints: Mapping[str, str]
    stages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario as it lies in its folder, without mistakes."""

    folder: Path
    scenario: Scenario
    texts: tuple[Texts, ...]
    lines: Mapping[KeyPath, int]
    """Where each key stands in ``scenario.toml``."""

    def refused(self, path: KeyPath, message: str) -> ScenarioError:
        """What is raised where the story or a volume does not work; it names the line that is to be mended."""
        mistake = Mistake(SCENARIO, line_of(self.lines, path), message)
        return ScenarioError(f"{self.folder}: the scenario does not work", (str(mistake),))


def read_scenario(folder: Path) -> Written:
    """Read and check a scenario.

    Raises:
        ScenarioError: there is none, or it has mistakes: all of them are named.
    """
    reader, found = _toml(folder / SCENARIO, SCENARIO)
    scenario = _scenario(reader, found)
    mistakes: list[Mistake] = []
    texts: list[Texts] = []
    if scenario is not None:
        check(reader, scenario, folder)
        for language in scenario.languages:
            name = f"texts/{language}.toml"
            if language not in languages() or not (folder / name).is_file():
                continue  # said of its line by `check`
            text_reader, held = _toml(folder / name, name)
            texts.append(_texts(text_reader, held, language, scenario))
            mistakes += text_reader.mistakes
    mistakes += reader.mistakes
    if mistakes or scenario is None:
        lines = tuple(map(str, sorted(set(mistakes), key=lambda one: (one.file, one.line))))
        raise ScenarioError(f"{folder}: the scenario has {len(lines)} mistake{'s' * (len(lines) != 1)}", lines)
    return Written(folder, scenario, tuple(texts), reader.lines)


def _toml(path: Path, name: str) -> tuple[Reader, dict[str, Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{path}: can't be read ({error.strerror})") from error
    if len(data) > _MOST:
        raise ScenarioError(f"{path}: it has more than {_MOST:,} bytes")
    try:
        text = data.decode("utf-8")
        return Reader(name, text), tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{path}: not UTF-8", (f"{name}:{line}: not UTF-8; save it as UTF-8",)) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(f"{path}: not TOML", (str(_not_toml(name, text, str(error))),)) from error
    except ValueError as error:  # a number of thousands of digits, where Python does not say which
        raise ScenarioError(f"{path}: not TOML", (f"{name}:1: {error}; write a smaller number",)) from error


def _not_toml(name: str, text: str, said: str) -> Mistake:
    found = _AT_LINE.search(said)
    line = begun_at(text, int(found[1]) if found else text.count("\n") + 1)
    what = said.partition(" (at ")[0]
    known = (can for words, can in _REMEDIES if words in what)
    return Mistake(name, line, f"not TOML: {what}; {next(known, _AS_TOML)}")


def _scenario(reader: Reader, found: dict[str, Any]) -> Scenario | None:
    absent = {
        "shift_days": [0, 0],
        "shift_seconds": [0, 3000],
        "vary": {},
        "languages": ["en"],
        **{name: [] for name in _TABLES},
    }
    made = reader.table(Scenario, absent | found, ())
    return made if made is not None and ranges_hold(reader, made) else None


def _texts(reader: Reader, found: dict[str, Any], language: str, scenario: Scenario) -> Texts:
    for key in found:
        if key not in (*_SENTENCES, *_TABLES_OF_TEXTS):
            reader.wrong((key,), f"{key}: unknown; {did_you_mean(key, (*_SENTENCES, *_TABLES_OF_TEXTS))}")
    names = known_names(scenario)
    for name in _SENTENCES:
        if not isinstance(found.get(name), str) or not found[name].strip():
            reader.wrong((name,), f'{name}: a text is missing; add {name} = "…"')
        else:
            known = [*names, *later_names(scenario)] if name == "debrief" else names
            _shown(reader, (name,), found[name], known)
    wanted = {
        "questions": [question.id for question in scenario.questions],
        "hints": [question.id for question in scenario.questions if question.hint_costs],
        "stages": [str(stage.number) for stage in scenario.stages],
    }
    tables = {name: _by_id(reader, found.get(name, {}), name, ids, names) for name, ids in wanted.items()}
    sentences = {name: str(found.get(name, "")) for name in _SENTENCES}
    return Texts(
        language,
        sentences["title"],
        sentences["story"],
        sentences["task"],
        sentences["debrief"],
        tables["questions"],
        tables["hints"],
        tables["stages"],
    )


def _by_id(reader: Reader, held: object, name: str, ids: list[str], known: list[str]) -> Mapping[str, str]:
    if not isinstance(held, dict):
        reader.wrong((name,), f'{name}: texts by id were expected, as in [{name}] and q1 = "…"')
        return {}
    for identity in ids:
        if identity not in held:
            reader.wrong((name,), f'{name}: there is none for {identity}; add {identity} = "…"')
    for identity, text in held.items():
        if identity not in ids:
            reader.wrong((name, identity), f"{name}: there is no {identity} in {SCENARIO} that wants one; take it out")
        if not isinstance(text, str) or not text.strip():
            reader.wrong((name, identity), f'{name}: a text was expected, as in {identity} = "…"')
        else:
            _shown(reader, (name, identity), text, known)
    return held


def _shown(reader: Reader, path: KeyPath, text: str, known: list[str]) -> None:
    check_placeholders(reader, path, text, known)
    without_control(reader, path, text)
