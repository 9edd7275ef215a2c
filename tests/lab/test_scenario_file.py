"""A scenario with a mistake on any line says which line, and what would be right."""

import shutil
from pathlib import Path

import pytest

from cyberforensics.lab.building import build
from cyberforensics.lab.lines import line_of, lines_of
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.variant import variant_of

LEAVER = Path(__file__).parents[2] / "src" / "cyberforensics" / "lab" / "cases" / "leaver"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LEAVER, tmp_path / "case"))


def test_the_case_has_no_mistake() -> None:
    written = read_scenario(LEAVER)
    assert written.scenario.name == "leaver"
    assert [texts.language for texts in written.texts] == ["en"]


MISTAKES = [
    ("minutes = 180", "minuets = 180", "did you mean minutes?"),
    ("minutes = 180", 'minutes = "long"', "a whole number that is not negative was expected"),
    ('begins = "2026-03-02"', 'begins = "2026-13-02"', 'such as "2026-03-02" was expected'),
    ('zone = "Asia/Colombo"', 'zone = "Asia/Colomba"', "none of the IANA database"),
    ('host = "laptop"', 'host = "labtop"', "did you mean laptop?"),
    ('size = "96 MiB"', 'size = "96 MB"', 'a size such as "64 MiB"'),
    ('file_system = "ntfs"', 'file_system = "nfts"', "one of ntfs, fat12"),
    ('at = "day 0 10:14:22"', 'at = "10:14:22"', 'a moment such as "day 3 09:12:40"'),
    ('at = "day 0 10:14:22"', 'at = "day 0 25:14:22"', "a moment such as"),
    ('do = "timestomp"', 'do = "timestamp"', "did you mean timestomp?"),
    ('do = "attach"', 'doo = "attach"', "did you mean do?"),
    ('kind = "table"', 'kind = "tables"', "one of text, picture, table"),
    (
        'path = "/Windows/INF/setupapi.dev.log"',
        'path = "Windows/setupapi.dev.log"',
        "a path from the root of the volume",
    ),
    ('url = "https://downloads.example.org/wiper/setup.txt"', 'hint = ""', "unknown"),
    ('times = "day 0 07:00:00"', 'text = "x"', "timestomp takes none"),
    ('plant = "letter"', 'plant = "copied"', "stands twice"),
    (
        'answer = "{plant.attached.modified}"',
        'answer = "{plant.atached.modified}"',
        "did you mean {plant.attached.modified}?",
    ),
    ('answer = "both"', 'answer = "all"', "not among the choices"),
    ('container = "e01"', 'container = "e02"', "one of raw, e01"),
    ('onto = "stick"', 'onto = "stik"', "did you mean stick?"),
    ("to = 999999999999 }", "to = 99 }", "the least first, were expected, as in { from = 100, to = 999 }"),
    ("to = 999999999999 }", "till = 999999999999 }", "two whole numbers up to"),
    ("from = 100000000000,", 'from = "1",', "two whole numbers up to"),
    ("thing = false ", 'thing = "no" ', "true or false was expected"),
    ('asks = "opinion"', 'asks = "opinon"', "one of fact, opinion"),
    ('asks = "opinion"', "wrong_costs = 2", "0 to 1 can be"),
    ('id = "wiped"', 'id = "not-examined"', "answer sheets have a row not-examined of their own"),
    ('customer = ["Harbour Freight"', 'customer = [7, "Harbour Freight"', "a text, or a list of texts"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES, ids=[wrong for _, wrong, _ in MISTAKES])
def test_a_mistake_names_its_line_and_what_would_be_right(folder: Path, right: str, wrong: str, message: str) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    assert right in text
    line = text[: text.index(right)].count("\n") + 1
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    found = [one for one in caught.value.details if message in one]
    assert found, caught.value.details
    at = int(found[0].split(":")[1])
    # What is missing is said of the table, whose head stands above.
    assert found[0].startswith("scenario.toml:")
    assert at == line or text.splitlines()[at - 1].startswith("[")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('title = "The leaver"', 'titel = "The leaver"', "did you mean title?"),
        ("wiped = ", "whiped = ", "there is none for wiped"),
        ("wiped = ", "whiped = ", "there is no whiped"),
        ("{person.leaver.name} worked", "{person.leaver.nam} worked", "did you mean {person.leaver.name}?"),
        ("{plant.copied.sha256}", "{plant.copied.sha}", "stands for nothing here"),
    ],
)
def test_a_mistake_in_a_text_names_its_file(folder: Path, right: str, wrong: str, message: str) -> None:
    path = folder / "texts" / "en.toml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    found = [one for one in caught.value.details if message in one]
    assert found, caught.value.details
    assert found[0].startswith("texts/en.toml:")


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('do = "wipe"', 'do = "wip"').replace('do = "delete"', 'do = "delet"'), "utf-8")
    with pytest.raises(ScenarioError, match="2 mistakes"):
        read_scenario(folder)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"= 3", b"[[actions]\n", b"a = 1\na = 2\n", b""])
def test_what_is_no_scenario_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "scenario.toml").write_bytes(data)
    with pytest.raises(ScenarioError):
        read_scenario(tmp_path)


def test_lines_of_tables_and_keys() -> None:
    text = 'a = 1\n# b = 2\n[t]\nc = """\nd = 3\n"""\ne.f = 4\n'
    text += "[[list]]\ng = 5\n[[list]]\ng = [\n  6,\n]\n[list.inner]\nh = 7\n"
    lines = lines_of(text)
    expected = {
        ("a",): 1, ("t",): 3, ("t", "c"): 4, ("t", "e", "f"): 7, ("list", 0): 8, ("list", 0, "g"): 9,
        ("list", 1): 10, ("list", 1, "g"): 11, ("list", 1, "inner"): 14, ("list", 1, "inner", "h"): 15,
    }  # fmt: skip
    assert dict(lines) == expected
    assert line_of(lines, ("list", 1, "inner", "absent")) == 14
    assert line_of(lines, ("absent",)) == 1


def test_a_variant_is_decided_by_its_seed_alone() -> None:
    scenario = read_scenario(LEAVER).scenario
    first, again, other = variant_of(scenario, "1"), variant_of(scenario, "1"), variant_of(scenario, "2")
    assert first == again
    assert first.values != other.values
    assert {variant_of(scenario, str(number)).values["project"] for number in range(80)} == {
        "Lighthouse", "Monsoon", "Granite", "Saffron", "Meridian", "Cobalt", "Tamarind", "Horizon",
    }  # fmt: skip


def test_a_range_gives_whole_numbers_from_one_end_to_the_other(folder: Path) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("{ from = 100, to = 999 }", "{ from = 100, to = 102 }"), "utf-8")
    scenario = read_scenario(folder).scenario
    assert {variant_of(scenario, str(number)).values["album"] for number in range(60)} == {"100", "101", "102"}


def test_days_lie_where_the_scenario_says() -> None:
    scenario = read_scenario(LEAVER).scenario
    days = {(variant_of(scenario, str(number)).first_day) for number in range(200)}
    assert min(days).isoformat() >= "2026-03-02"
    assert max(days).isoformat() <= "2026-05-01"
    assert len(days) > 40


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("things = -1", "a whole number that is not negative was expected"),
        ("things = 5000", "0 to 1,000 can be"),
        ("wrong_costs = 1.5", "0 to 1 can be"),
        ('wrong_costs = "all"', "a number that is not negative was expected"),
        ("wrong_cost = 0.5", "did you mean wrong_costs?"),
    ],
)
def test_mistakes_in_what_is_said_of_grading_are_named_with_their_line(folder: Path, wrong: str, message: str) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8") + "\n[grading]\n" + wrong + "\n"
    path.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    (found,) = caught.value.details
    assert found.startswith(f"scenario.toml:{text.count(chr(10))}: ")
    assert message in found


def test_a_list_has_no_cost_of_its_own_and_what_is_not_planted_can_not_be_left_unnamed(folder: Path) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8")
    for right, more, message in (
        ('id = "planted-list"', "wrong_costs = 0.5", "a list costs by what is named too much"),
        ('do = "delete"', "thing = false", "it is of what is planted"),
    ):
        path.write_text(text.replace(right, f"{right}\n{more}", 1), "utf-8")
        with pytest.raises(ScenarioError) as caught:
            read_scenario(folder)
        (found,) = caught.value.details
        line = text[: text.index(right)].count("\n") + 2
        assert found.startswith(f"scenario.toml:{line}: ")
        assert message in found


def test_what_is_said_of_grading_is_what_the_truth_has(folder: Path, tmp_path: Path) -> None:
    path = folder / "scenario.toml"
    text = path.read_text("utf-8") + "\n[grading]\nthings = 9\nwrong_costs = 0.1\n"
    path.write_text(text.replace('id = "wiped"', 'id = "wiped"\nwrong_costs = 1', 1), "utf-8")
    (tmp_path / "images").mkdir()
    truth = build(read_scenario(folder), "1", tmp_path / "images").truth
    assert truth.things == 9
    costs = {one.id: (one.wrong_costs, one.asks) for one in truth.questions}
    assert costs["wiped"] == (100, "fact")
    assert costs["stick-serial"] == (40, "fact")  # a tenth of four points
    assert costs["planted-list"] == (0, "fact")
    assert costs["why-disguised"] == (10, "opinion")
    assert [one.id for one in truth.planted if one.disclose] == ["prices"]
    assert [one.id for one in truth.planted if not one.thing] == ["resignation"]
