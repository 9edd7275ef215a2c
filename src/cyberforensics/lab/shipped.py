"""The cases that ship, and a new scenario made of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.errors import CannotWrite, UsageError
from cyberforensics.lab.scenario_file import SCENARIO, read_scenario
from cyberforensics.lab.variant import fill, variant_of

START = "start"
"""A small scenario with a comment on everything, to start from."""
_CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class ShippedCase:
    """One case."""

    name: str
    minutes: int
    title: str


def cases() -> tuple[ShippedCase, ...]:
    """All of them, in the order of their names."""
    found = []
    for folder in sorted(_CASES.iterdir()):
        if (folder / SCENARIO).is_file():
            written = read_scenario(folder)
            title = fill(written.texts[0].title, variant_of(written.scenario, "").values)
            found.append(ShippedCase(folder.name, written.scenario.minutes, title))
    return tuple(found)


def folder_of(scenario: Path) -> Path:
    """The folder of a scenario; a bare name that is no folder is that of a case that ships.

    Raises:
        UsageError: there is none.
    """
    if scenario.is_dir():
        return scenario
    if len(scenario.parts) == 1 and (_CASES / scenario / SCENARIO).is_file():
        return _CASES / scenario
    raise UsageError(f"{scenario}: there is no scenario", hint="cyberforensics lab list, or lab new NAME")


def write_new(folder: Path, like: str) -> Iterator[Path]:
    """Copy a case into a new folder; gives the files that were written.

    Raises:
        UsageError: the folder is there already, or there is no such case.
        CannotWrite: it can't be written.
    """
    source = folder_of(Path(like))
    if folder.exists():
        raise UsageError(f"{folder}: is there already", hint="name a new folder")
    try:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                target = folder / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
                yield target
    except OSError as error:
        raise CannotWrite(f"{error.filename}: can't be written ({error.strerror})") from error
