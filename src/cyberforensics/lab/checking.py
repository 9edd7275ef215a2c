"""What is wrong in a scenario, beyond its form: names that stand for nothing, verbs that are none, files not there."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from zoneinfo import ZoneInfo

from cyberforensics.lab.answers import ROWS
from cyberforensics.lab.bounds import moments_exist, without_control
from cyberforensics.lab.damaging import KINDS
from cyberforensics.lab.disks import check_disks
from cyberforensics.lab.judging import judge, right_answer
from cyberforensics.lab.reading import Reader, did_you_mean
from cyberforensics.lab.scenario import Action, Damage, Question, Scenario, Volume
from cyberforensics.lab.truth import Asked
from cyberforensics.lab.variant import placeholders, variant_of
from cyberforensics.lab.verbs import VERBS
from cyberforensics.lab.wording import wording
from cyberforensics.model.training import MARK_WORD

PLANT_VALUES = ("path", "name", "sha256", "md5", "size", "created", "modified", "meta_address", "offset")
"""What placeholders such as ``{plant.note.path}`` may ask of a planted thing."""
IMAGE_VALUES = ("sha256", "md5", "name")
"""And ``{image.c.sha256}`` of the image of a volume."""
_CONTENT = ("text", "source", "kind")
VOLUME_VALUES = ("slot", "offset", "size", "first_sector", "last_sector")
"""And ``{volume.c.first_sector}`` of where it lies on its disk."""
FINDS = ("entry", "mismatch", "deleted", "stream", "rule:NAME")
"""What `finds` can be."""
_SECTOR = 512
_FORMS = {
    "text": "a text",
    "path": 'a path such as "/Users/a.txt"',
    "digest": "32 or 64 hexadecimal digits, or {image.ID.sha256}",
    "time": '"2026-03-17 09:12:40 UTC", or {plant.ID.created}',
    "number": '"4200"',
    "list": "several texts",
}
NOT_IN_ZIP: Mapping[str, str] = MappingProxyType(
    {
        "delete": "a collection has no deleted files",
        "wipe": "a collection has no deleted files",
        "hide": "a collection has no streams and no slack",
    }
)
"""Verbs of what a zip has no place for, and why."""
_FIELDS = ("to", "onto", *_CONTENT, "size", "stream", "url", "times")


def check(reader: Reader, scenario: Scenario, folder: Path) -> None:
    """Note every mistake of the scenario."""
    if not scenario.volumes:
        reader.wrong((), "there is no volume; add [[volumes]] with id, host, file_system and size")
    for table in ("persons", "hosts", "disks", "volumes", "questions"):
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
        if volume.size % _SECTOR:
            message = (
                f"size: {volume.size:,} bytes are no whole sectors of {_SECTOR}; take {volume.size // 512 * 512:,}"
            )
            reader.wrong(("volumes", number, "size"), message)
        _collection(reader, number, volume)
        _background(reader, number, volume, known_names(scenario))
    check_disks(reader, scenario)
    for language in scenario.languages:
        if not (folder / "texts" / f"{language}.toml").is_file():
            reader.wrong(("languages",), f"languages: there is no texts/{language}.toml; write one like those there")
    stages = [stage.number for stage in scenario.stages]
    for number, stage in enumerate(stages):
        if stage in stages[:number]:
            reader.wrong(("stages", number, "number"), f"number: {stage} stands twice; give each stage another one")
    if all(_is_zone(host.zone) for host in scenario.hosts):
        moments_exist(reader, scenario)
    names = known_names(scenario)
    for number, action in enumerate(scenario.actions):
        _action(reader, number, action, scenario, folder, names)
    for number, damage in enumerate(scenario.damage):
        _damage(reader, number, damage, scenario, names)
    later = [*names, *later_names(scenario)]
    for number, question in enumerate(scenario.questions):
        _question(reader, number, question, scenario, later)


def _collection(reader: Reader, number: int, volume: Volume) -> None:
    """A zip has files and no disk: what goes together, and what it does not have."""
    at: tuple[str | int, ...] = ("volumes", number)
    if volume.container == "zip" and volume.file_system != "zip":
        message = 'container: a zip holds files and no disk; write file_system = "zip", too, or take e01'
        reader.wrong((*at, "container"), message)
    elif volume.file_system == "zip" and volume.container != "zip":
        message = 'file_system: files without a file system lie in a zip; write container = "zip", too'
        reader.wrong((*at, "file_system"), message)
    elif volume.file_system == "zip" and volume.disk != "whole":
        reader.wrong((*at, "disk"), f'disk: a zip has no {volume.disk}; write disk = "whole", or leave it out')


def _background(reader: Reader, number: int, volume: Volume, known: list[str]) -> None:
    at: tuple[str | int, ...] = ("volumes", number, "background")
    if volume.background.files and not volume.background.kinds:
        reader.wrong((*at, "kinds"), 'kinds: there are files, but none of any kind; name some, as in ["text", "table"]')
    for folder in volume.background.folders:
        check_placeholders(reader, (*at, "folders"), folder, known)
        if not _is_path(folder):
            reader.wrong(
                (*at, "folders"), f'folders: a path such as "/notes" was expected, not {folder!r}', near=folder
            )


def known_names(scenario: Scenario) -> list[str]:
    """Placeholders that every variant has a value for."""
    return list(variant_of(scenario, "").values)


def later_names(scenario: Scenario) -> list[str]:
    """Placeholders whose values are known when the images are there."""
    plants = [action.plant for action in scenario.actions if action.plant]
    of_plants = [f"plant.{plant}.{value}" for plant in plants for value in PLANT_VALUES]
    images = [*(volume.id for volume in scenario.volumes), *(disk.id for disk in scenario.disks)]
    of_images = [f"image.{one}.{value}" for one in images for value in IMAGE_VALUES]
    return [
        *of_plants,
        *of_images,
        *(f"volume.{one.id}.{value}" for one in scenario.volumes for value in VOLUME_VALUES),
    ]


def check_placeholders(reader: Reader, path: tuple[str | int, ...], text: str, known: Iterable[str]) -> None:
    """Note every placeholder of a text that stands for nothing."""
    known = list(known)
    for name in dict.fromkeys(placeholders(text)):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            can = f"did you mean {{{near[0]}}}?" if near else "a brace that is meant is written twice"
            reader.wrong(path, f"{path[-1]}: {{{name}}} stands for nothing here; {can}", near=f"{{{name}}}")


def _question(reader: Reader, number: int, question: Question, scenario: Scenario, known: list[str]) -> None:
    at: tuple[str | int, ...] = ("questions", number)
    if question.id.casefold() in ROWS:
        message = (
            f"id: answer sheets have a row {question.id} of their own, as all of {', '.join(ROWS)} are; take another"
        )
        reader.wrong((*at, "id"), message)
    if question.kind == "list" and question.wrong_costs is not None:
        message = "wrong_costs: a list costs by what is named too much; leave it out"
        reader.wrong((*at, "wrong_costs"), message)
    if question.kind == "choice" and not set(question.answer) <= set(question.choices):
        reader.wrong((*at, "answer"), "answer: it is not among the choices; write it as it stands there")
    if question.kind != "list" and question.kind != "text" and len(question.answer) != 1:
        reader.wrong((*at, "answer"), f"answer: a question of the kind {question.kind} has one")
    for key in ("answer", "choices"):
        for text in getattr(question, key):
            check_placeholders(reader, (*at, key), text, known)
            without_control(reader, (*at, key), text)
    _form_of_answer(reader, at, question)
    if question.kind != "choice" and question.choices:
        reader.wrong(
            (*at, "choices"), f'choices: a question of the kind {question.kind} has none; write kind = "choice"'
        )
    if question.kind != "time" and question.within:
        reader.wrong((*at, "within"), f"within: it is of times, and this is a question of the kind {question.kind}")
    if question.stage not in {stage.number for stage in scenario.stages} | {1}:
        reader.wrong((*at, "stage"), f"stage: there is no stage {question.stage}; add it as [[stages]]")


def _form_of_answer(reader: Reader, at: tuple[str | int, ...], question: Question) -> None:
    """Whether somebody who writes what is right is judged right, as far as it can be told before the images are."""
    if not question.answer or not all(text.strip() for text in question.answer):
        reader.wrong((*at, "answer"), "answer: it is empty; write what is right")
        return
    if question.kind == "choice" or any(True for text in question.answer for _ in placeholders(text)):
        return
    asked = Asked(question.id, 1, question.kind, question.answer, 1, 0, 0, 0)
    if judge(asked, right_answer(asked), wording("en")).share < 1:
        kind = f"a question of the kind {question.kind}"
        reader.wrong(
            (*at, "answer"), f"answer: {question.answer[0]!r} is not right for {kind}; write {_FORMS[question.kind]}"
        )


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
    if action.do in NOT_IN_ZIP and action.volume in _collections(scenario):
        message = (
            f"do: {action.do}: {NOT_IN_ZIP[action.do]}, and {action.volume} is one; leave the action out, or give the "
            "volume another file_system"
        )
        reader.wrong((*at, "do"), message)
    for key in ("path", *verb.needs):
        if not getattr(action, key):
            reader.wrong(at, f'{action.do}: {key} is missing; add {key} = "…"')
    for key in ("path", "to"):
        text = getattr(action, key)
        if text and not _is_path(text):
            message = f'{key}: a path from the root of the volume was expected, such as "/Users/a.txt", not {text!r}'
            reader.wrong((*at, key), message)
    for key in _FIELDS:
        if getattr(action, key) and key not in (*verb.needs, *verb.takes):
            takes = ", ".join(("path", *verb.needs, *verb.takes))
            reader.wrong((*at, key), f"{key}: {action.do} takes none; it takes {takes}")
    named = [key for key in _CONTENT if getattr(action, key)]
    if len(named) > 1:
        reader.wrong((*at, named[1]), f"{named[1]}: the content is named twice; keep one of {' and '.join(named)}")
    for key in ("url", "stream"):
        without_control(reader, (*at, key), getattr(action, key))
    if action.size and action.kind is None:
        reader.wrong((*at, "size"), 'size: it is of content that is made up; add kind = "text", or leave it out')
    if action.encoding != "utf-8" and not action.text:
        reader.wrong((*at, "encoding"), "encoding: it is of a text; add text, or leave it out")
    if action.do == "hide" and not named:
        reader.wrong(at, 'hide: what is hidden is missing; add text = "…"')
    if action.finds and not action.plant:
        reader.wrong((*at, "finds"), 'finds: it is of what is planted; add plant = "…"')
    if not action.thing and not action.plant:
        reader.wrong((*at, "thing"), 'thing: it is of what is planted; add plant = "…"')
    for one in action.finds:
        if one not in FINDS and one[:5] != "rule:":
            reader.wrong((*at, "finds"), f"finds: {one!r} is nothing that a tool reports; {did_you_mean(one, FINDS)}")
    if action.source:
        place = PurePosixPath(action.source)
        if place.is_absolute() or ".." in place.parts or not (folder / place).is_file():
            reader.wrong((*at, "source"), f"source: there is no file {action.source} beside the scenario")
    for key in ("path", "to", "text", "url", "stream"):
        check_placeholders(reader, (*at, key), getattr(action, key), known)


def _damage(reader: Reader, number: int, damage: Damage, scenario: Scenario, known: list[str]) -> None:
    at: tuple[str | int, ...] = ("damage", number)
    _known(reader, (*at, "volume"), damage.volume, [volume.id for volume in scenario.volumes])
    if damage.volume in _collections(scenario):
        message = f"volume: {damage.volume} is a zip, which can't be damaged; name a volume with another file_system"
        reader.wrong((*at, "volume"), message)
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


def _collections(scenario: Scenario) -> list[str]:
    return [volume.id for volume in scenario.volumes if volume.file_system == "zip"]


def _unique(reader: Reader, table: str, ids: list[str], *, key: str = "id") -> None:
    for number, identity in enumerate(ids):
        if identity and identity in ids[:number]:
            reader.wrong((table, number, key), f"{key}: {identity!r} stands twice; give each another one")


def _known(reader: Reader, path: tuple[str | int, ...], identity: str, known: list[str]) -> None:
    if identity not in known:
        reader.wrong(path, f"{path[-1]}: there is no {identity!r}; {did_you_mean(identity, known)}")


def _is_path(text: str) -> bool:
    parts = text.split("/")
    return (
        not parts[0]
        and len(parts) > 1
        and all(part not in ("", ".", "..") for part in parts[1:])
        and not any(ord(character) < 32 or ord(character) == 127 for character in text)
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
