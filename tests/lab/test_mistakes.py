"""A mistake on any line of any file of a case that ships names that line, or is a change that may be made."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cyberforensics.lab import shipped
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.story import play
from cyberforensics.lab.trying import try_out
from cyberforensics.lab.variant import variant_of

NAMES = [one.name for one in shipped.cases()]
_KEY = re.compile(r"(?P<key>[\w-]+)( *= *)(?P<value>.*?)(?P<comment> +#.*)?$")


@dataclass(frozen=True)
class Line:
    """A line that begins a key, as the test sees it: by hand, not by the reader that is tested."""

    file: str
    number: int
    table: str
    """The head above it: ``[[actions]]`` and so on; empty at the top."""
    key: str
    value: str
    text: str

    @property
    def is_one_line(self) -> bool:
        """Whether the value ends where the line ends."""
        return not self.value.startswith('"""')


def _lines(file: str, text: str) -> Iterator[Line]:
    table, within = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if within:
            within = '"""' not in line
        elif line.startswith("["):
            table = line.split("#")[0].strip()
        elif (found := _KEY.match(line)) is not None and not line.startswith("#"):
            yield Line(file, number, table, found["key"], found["value"], line)
            within = found["value"].count('"""') == 1


def _with(line: Line, value: str) -> str:
    return f"{line.key} = {value}"


Mutation = Callable[[Line], str | None]

MUTATIONS: tuple[tuple[str, Mutation], ...] = (
    ("misspelt key", lambda line: line.text.replace(line.key, f"{line.key}x", 1)),
    ("no key", lambda line: line.text.replace(line.key, "", 1)),
    ("no value", lambda line: f"{line.key} =" if line.is_one_line else None),
    ("key twice", lambda line: f"{line.text}\n{line.text}" if line.is_one_line else None),
    (
        "quote not closed",
        lambda line: re.sub(r'"(\]?)$', r"\1", _with(line, line.value)) if '"' in line.value else None,
    ),
    ("wrong type", lambda line: _with(line, "true") if line.is_one_line else None),
    ("a date for a text", lambda line: _with(line, "2026-03-02") if line.is_one_line else None),
    ("empty", lambda line: _with(line, '""') if line.is_one_line else None),
    ("negative", lambda line: _with(line, "-1") if line.is_one_line else None),
    ("far too much", lambda line: _with(line, "1000000000000") if line.is_one_line else None),
    ("unknown word", lambda line: _with(line, '"no such thing"') if line.is_one_line else None),
    (
        "unknown placeholder",
        lambda line: (
            line.text.replace('"', '"{no.such}', 1) if line.value.startswith(('"', '["')) and line.is_one_line else None
        ),
    ),
    ("control character", lambda line: _with(line, '"/\\u0001"') if line.is_one_line else None),
    ("no such moment", lambda line: _with(line, '"day 1 24:00:00"') if line.is_one_line else None),
    ("no such day", lambda line: _with(line, '"2026-02-30"') if line.is_one_line else None),
)

_VALUES = frozenset({"unknown word", "no such moment", "no such day"})
"""Mutations that leave a text a text."""
LEGAL: tuple[tuple[str, str, frozenset[str], str], ...] = (
    (r"", r"name", frozenset({"no such day"}), "digits and - are a name"),
    (r"\[\[actions\]\]", r"text", _VALUES | {"control character"}, "a file can hold any characters"),
    (r"\[\[actions\]\]", r"url|stream", _VALUES, "an address or a stream may be named as one likes"),
    (r"\[\[actions\]\]", r"plant", frozenset({"no such day"}), "another name of a plant that nothing asks for"),
    (r"\[\[actions\]\]", r"thing", frozenset({"wrong type"}), "true is the other value that it has"),
    (r"\[\[questions\]\]", r"answer", _VALUES, "any text is an answer to a question of the kinds text and list"),
    (r"\[\[(hosts|persons)\]\]", r"name|login", _VALUES, "people and computers may be called as one likes"),
    (r"\[\[volumes\]\]", r"label", _VALUES, "its length depends on the file system: tested below, by its writer"),
    (r"\[vary\]", r".*", _VALUES, "values may be what one likes"),
    (r"(\[\w+\])?", r".*", _VALUES, "texts for people say what one likes"),
)
"""Changes that are no mistakes: tables, keys, mutations, and the reason. The last row is of texts/ only."""

ELSEWHERE: tuple[tuple[str, str, str], ...] = (
    (r"\[vary\]", r".*", "a name of its own is right: the lines are named that use the old one"),
    (r"\[\[(persons|hosts|volumes|questions)\]\]", r"id", "so is another id"),
    (r"\[\[actions\]\]", r"plant", "and another name of a plant"),
    (r"\[\[questions\]\]", r"choices", "the answer is not among them: nobody knows which of the two is wrong"),
)
"""Changes where lines that speak of the old name are named."""


def _is_legal(line: Line, label: str) -> bool:
    return any(
        re.fullmatch(table, line.table) and re.fullmatch(key, line.key) and label in labels
        for table, key, labels, _ in (LEGAL if line.file.startswith("texts") else LEGAL[:-1])
    )


def _is_elsewhere(line: Line, details: tuple[str, ...]) -> bool:
    old = line.key if line.table == "[vary]" else "answer" if line.key == "choices" else line.value.strip('"')
    return any(re.fullmatch(table, line.table) and re.fullmatch(key, line.key) for table, key, _ in ELSEWHERE) and all(
        old in one for one in details if "there is none for" not in one
    )


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped.folder_of(Path(request.param)), tmp_path / "case"))


@pytest.mark.parametrize("folder", NAMES, indirect=True)
def test_a_mistake_on_any_line_names_that_line(folder: Path) -> None:
    tried = 0
    for path in (folder / "scenario.toml", *sorted((folder / "texts").iterdir())):
        file, text = path.relative_to(folder).as_posix(), path.read_text("utf-8")
        rows = text.split("\n")
        for line in _lines(file, text):
            for label, mutate in MUTATIONS:
                changed = mutate(line)
                if changed is None or changed == line.text:
                    continue
                tried += 1
                path.write_text("\n".join((*rows[: line.number - 1], changed, *rows[line.number :])), "utf-8")
                _named(folder, line, label)
        path.write_text(text, "utf-8")
    assert tried > 900
    read_scenario(folder)


def _named(folder: Path, line: Line, label: str) -> None:
    what = (line.file, line.number, label)
    try:
        written = read_scenario(folder)
        if line.table == "[[actions]]":
            play(written, variant_of(written.scenario, "1"))
    except ScenarioError as error:
        details = error.details
    else:
        assert _is_legal(line, label), what
        return
    assert details, what
    for one in details:  # file, line, what is wrong; and what would be right
        assert re.fullmatch(r"(scenario|texts/\w+)\.toml:[1-9]\d*: [^\n]+[;,?] ?[^\n]*", one), one
    number = line.number + (label == "key twice")
    assert any(one.startswith(f"{line.file}:{number}: ") for one in details) or _is_elsewhere(line, details), (
        what,
        details,
    )


WHOLE = (
    # What is changed, to what, and the line that must be named: that of this text.
    (
        "check-out",
        'at = "day 5 09:04:41"',
        'at = "day 0 00:00:01"',
        'path = "/home/{person.owner.login}/pictures/{word} three.png"\nto',
        "create it before",
    ),
    (
        "start",
        'do = "copy"',
        'do = "rename"',
        'path = "/notes/{animal} plan.txt"\n\n# What',
        "create it before",
    ),  # deleted where it is not any more
    ("leaver", 'do = "wipe"', 'do = "wipe"', None, ""),
    (
        "leaver",
        'path = "/Projects/{project}/price list 2026.csv"\n\n[[actions]]\nat = "day 8 08:47:59"',
        'path = "/Projects/{project}"\n\n[[actions]]\nat = "day 8 08:47:59"',
        'path = "/Projects/{project}"\n',
        "is a folder",
    ),
    (
        "leaver",
        'to = "/photos/{archive_name} {album}.csv"',
        'to = "/TRAINING.txt"',
        'to = "/TRAINING.txt"',
        "is there already",
    ),
    (
        "small-office",
        'stream = "cfg"',
        'stream = "c/fg"',
        'path = "/ProgramData/{tool_name}{tool_number}/{tool_name}{tool_number}.log"\nstream',
        "a stream can't be named",
    ),
    ("start", 'label = "TRAINING"', 'label = "TRAINING STICK"', "label = ", "plain letters"),
    ("leaver", 'label = "TRAINING"', f'label = "TRAINING{"x" * 25}"', "label = ", "longer than 32"),
    ("start", 'size = "16 MiB"', 'size = "1 MiB"', "size = ", "make the volume larger"),
    ("start", 'size = "16 MiB"', 'size = "63 GiB"', "size = ", "too many"),
    ("start", 'size = "16 MiB"', 'size = "1000 B"', "size = ", "no whole sectors"),
    ("check-out", 'size = "30 KiB"', 'size = "60 MiB"', 'size = "40 MiB"', "make the volume larger"),
    ("start", '"fat16"', '"iso9660"', 'path = "/notes/{animal} plan.txt"\n\n# What', "nothing is ever deleted"),
    ("small-office", 'file_system = "ntfs"', 'file_system = "exfat"', 'stream = "cfg"', "no streams"),
    (
        "start",
        '"/pictures/2025/{animal} {photo}.png"',
        '"/pictures/2025/a?{animal} {photo}.png"',
        'to = "/pictures',
        "a name can't hold",
    ),
    ("check-out", 'begins = "2026-10-20"', 'begins = "2026-03-24"', None, ""),
    ("check-out", 'at = "day 5 00:00:20"', 'at = "day 159 02:30:00"', 'at = "day 159', "skips 2027-03-28 02:30:00"),
    ("check-out", "shift_seconds = [0, 7000]", "shift_seconds = [0, 86401]", "shift_seconds", "the least first"),
    (
        "check-out",
        '"{plant.third.modified}"',
        '"{plant.third.meta_address}"',
        'answer = "{plant.third.meta',
        "who writes it is not right",
    ),
    ("start", 'languages = ["en", "fr"]', 'languages = ["en", "xx"]', "languages = ", "there are no words"),
    ("start", 'kinds = ["text",', 'kinds = ["text", "film",', "kinds = ", "one of text"),
    ("start", "[volumes.background]", "[volumes.backround]", "[volumes.back", "did you mean background"),
    ("start", "hint_costs = 1", "hint_costs = 4", "hint_costs", "out of range"),
)
"""Mistakes that only show where the story is played, or a volume is written."""


@pytest.mark.parametrize(
    ("name", "right", "wrong", "line", "message"), WHOLE, ids=[f"{one[0]}: {one[2][:30]}" for one in WHOLE]
)
def test_a_mistake_of_the_story_or_of_a_volume_names_its_line(
    name: str, right: str, wrong: str, line: str | None, message: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shipped.folder_of(Path(name)), tmp_path / "case"))
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    assert right in text
    changed = text.replace(right, wrong, 1)
    path.write_text(changed, "utf-8")
    if line is None:
        try_out(read_scenario(folder))
        return
    with pytest.raises(ScenarioError) as caught:
        try_out(read_scenario(folder))
    number = changed[: changed.rindex(line)].count("\n") + 1
    if line.startswith(("label", 'size = "', "size", "kinds", "hint_costs")):  # the first of them was changed
        number = changed[: changed.index(line)].count("\n") + 1
    found = [one for one in caught.value.details if message in one]
    assert found, caught.value.details
    assert found[0].startswith(f"scenario.toml:{number}: "), (number, found)


def test_who_reads_no_toml_is_told_the_line_where_a_text_begins(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.folder_of(Path("leaver")), tmp_path / "case"))
    path = folder / "texts" / "en.toml"
    text = path.read_text("utf-8")
    for end in ('UTC+05:30). Write times with their zone."""', '{plant.copied.sha256}."""'):
        path.write_text(text.replace(end, end[:-3]), "utf-8")
        with pytest.raises(ScenarioError) as caught:
            read_scenario(folder)
        key = "task = " if "zone" in end else "debrief = "
        number = text[: text.index(key)].count("\n") + 1
        assert caught.value.details[0].startswith(f"texts/en.toml:{number}: not TOML"), caught.value.details
