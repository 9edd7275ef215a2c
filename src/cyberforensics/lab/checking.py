"""What is wrong in a scenario, beyond its form: names that stand for nothing, verbs that are none, files not there."""

import difflib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from cyberforensics.lab.damaging import KINDS
from cyberforensics.lab.reading import Reader, did_you_mean
from cyberforensics.lab.scenario import Action, Damage, Question, Scenario
from cyberforensics.lab.variant import placeholders, variant_of
from cyberforensics.lab.verbs import VERBS
from cyberforensics.model.training import MARK_WORD

PLANT_VALUES = ("path", "name", "sha256", "md5", "size", "created", "modified", "meta_address", "offset")
"""What placeholders such as ``{plant.note.path}`` may ask of a planted thing."""
IMAGE_VALUES = ("sha256", "md5", "name")
"""And ``{image.c.sha256}`` of the image of a volume."""
_CONTENT = ("text", "source", "kind")
_FIELDS = ("to", "onto", *_CONTENT, "size", "stream", "url", "times")


def check(reader: Reader, scenario: Scenario, folder: Path) -> None:
    """Note every mistake of the scenario."""
    if not scenario.volumes:
        reader.wrong((), "there is no volume; add [[volumes]] with id, host, file_system and size")
    for table in ("persons", "hosts", "volumes", "questions"):
        _unique(reader, table, [item.id for item in getattr(scenario, table)])
    _unique(reader, "actions", [action.plant for action in scenario.actions], key="plant")
    for number, host in enumerate(scenario.hosts):
        if not _is_zone(host.zone):
            message = f"zone: {host.zone!r} is none of the IANA database, such as Asia/Colombo"
            reader.wrong(("hosts", number, "zone"), message)
    for number, volume in enumerate(scenario.volumes):
        if not volume.label.startswith(MARK_WORD):
            message = f'label: the label of every volume begins with {MARK_WORD}, as in "{MARK_WORD}"'
            reader.wrong(("volumes", number, "label"), message)
        _known(reader, ("volumes", number, "host"), volume.host, [host.id for host in scenario.hosts])
    for key in ("shift_days", "shift_seconds"):
        least, most = getattr(scenario, key)
        if least > most:
            reader.wrong((key,), f"{key}: the least comes first, as in [0, 60]")
            return
    names = known_names(scenario)
    for number, action in enumerate(scenario.actions):
        _action(reader, number, action, scenario, folder, names)
    for number, damage in enumerate(scenario.damage):
        _damage(reader, number, damage, scenario, names)
    later = [*names, *later_names(scenario)]
    for number, question in enumerate(scenario.questions):
        _question(reader, number, question, scenario, later)


def known_names(scenario: Scenario) -> list[str]:
    """Placeholders that every variant has a value for."""
    return list(variant_of(scenario, "").values)


def later_names(scenario: Scenario) -> list[str]:
    """Placeholders whose values are known when the images are there."""
    plants = [action.plant for action in scenario.actions if action.plant]
    of_plants = [f"plant.{plant}.{value}" for plant in plants for value in PLANT_VALUES]
    return of_plants + [f"image.{volume.id}.{value}" for volume in scenario.volumes for value in IMAGE_VALUES]


def check_placeholders(reader: Reader, path: tuple[str | int, ...], text: str, known: Iterable[str]) -> None:
    """Note every placeholder of a text that stands for nothing."""
    known = list(known)
    for name in placeholders(text):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            can = f"did you mean {{{near[0]}}}?" if near else "a brace that is meant is written twice"
            reader.wrong(path, f"{path[-1]}: {{{name}}} stands for nothing here; {can}")


def _question(reader: Reader, number: int, question: Question, scenario: Scenario, known: list[str]) -> None:
    at: tuple[str | int, ...] = ("questions", number)
    if question.kind == "choice" and not set(question.answer) <= set(question.choices):
        reader.wrong((*at, "answer"), "answer: it is not among the choices; write it as it stands there")
    if question.kind != "list" and question.kind != "text" and len(question.answer) != 1:
        reader.wrong((*at, "answer"), f"answer: a question of the kind {question.kind} has one")
    for text in (*question.answer, *question.choices):
        check_placeholders(reader, (*at, "answer"), text, known)
    if question.stage not in {stage.number for stage in scenario.stages} | {1}:
        reader.wrong((*at, "stage"), f"stage: there is no stage {question.stage}; add it as [[stages]]")


def _action(
    reader: Reader, number: int, action: Action, scenario: Scenario, folder: Path, known: Iterable[str]
) -> None:
    at: tuple[str | int, ...] = ("actions", number)
    _known(reader, (*at, "volume"), action.volume, [volume.id for volume in scenario.volumes])
    if action.onto:
        _known(reader, (*at, "onto"), action.onto, [volume.id for volume in scenario.volumes])
    verbs = dict(VERBS)
    if action.do not in verbs:
        reader.wrong((*at, "do"), f"do: {action.do!r} is no verb; {did_you_mean(action.do, verbs)}")
        return
    verb = verbs[action.do]
    for key in ("path", *verb.needs):
        if not getattr(action, key):
            reader.wrong(at, f'{action.do}: {key} is missing; add {key} = "…"')
    for key in ("path", "to"):
        text = getattr(action, key)
        if text and (not text.startswith("/") or text.endswith("/") or "//" in text):
            message = f'{key}: a path from the root of the volume was expected, such as "/Users/a.txt", not "{text}"'
            reader.wrong((*at, key), message)
    for key in _FIELDS:
        if getattr(action, key) and key not in (*verb.needs, *verb.takes):
            takes = ", ".join(("path", *verb.needs, *verb.takes))
            reader.wrong((*at, key), f"{key}: {action.do} takes none; it takes {takes}")
    named = [key for key in _CONTENT if getattr(action, key)]
    if len(named) > 1:
        reader.wrong((*at, named[1]), f"{named[1]}: the content is named twice; keep one of {' and '.join(named)}")
    if action.source:
        place = PurePosixPath(action.source)
        if place.is_absolute() or ".." in place.parts or not (folder / place).is_file():
            reader.wrong((*at, "source"), f"source: there is no file {action.source} beside the scenario")
    for key in ("path", "to", "text", "url", "stream"):
        check_placeholders(reader, (*at, key), getattr(action, key), known)


def _damage(reader: Reader, number: int, damage: Damage, scenario: Scenario, known: list[str]) -> None:
    at: tuple[str | int, ...] = ("damage", number)
    _known(reader, (*at, "volume"), damage.volume, [volume.id for volume in scenario.volumes])
    kind = dict(KINDS)[damage.do]
    for key in kind.needs:
        if not getattr(damage, key):
            reader.wrong(at, f'{damage.do}: {key} is missing; add {key} = "…"')
    for key in ("path", "other", "structure", "at", "size"):
        if getattr(damage, key) and key not in (*kind.needs, *kind.takes):
            takes = ", ".join((*kind.needs, *kind.takes))
            reader.wrong((*at, key), f"{key}: {damage.do} takes none; it takes {takes}")
    if damage.structure == "record" and not damage.path:
        reader.wrong(at, 'structure: a record is that of a file; add path = "…"')
    for key in ("path", "other"):
        check_placeholders(reader, (*at, key), getattr(damage, key), known)


def _unique(reader: Reader, table: str, ids: list[str], *, key: str = "id") -> None:
    for number, identity in enumerate(ids):
        if identity and identity in ids[:number]:
            reader.wrong((table, number, key), f"{key}: {identity!r} stands twice; give each another one")


def _known(reader: Reader, path: tuple[str | int, ...], identity: str, known: list[str]) -> None:
    if identity not in known:
        reader.wrong(path, f"{path[-1]}: there is no {identity!r}; {did_you_mean(identity, known)}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
