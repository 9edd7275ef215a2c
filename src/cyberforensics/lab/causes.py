"""What in a scenario is to be mended where a volume can't be written."""

import re
from collections.abc import Mapping

from cyberforensics.lab.lines import Path
from cyberforensics.lab.plan import CannotHold, NoRoom
from cyberforensics.lab.scenario import Scenario
from cyberforensics.lab.variant import fill


def cause_of(
    error: NoRoom | CannotHold, scenario: Scenario, values: Mapping[str, str], volume: str
) -> tuple[Path, str]:
    """The key whose value is to be mended, and what can be done.

    What a writer refuses begins with the path of the file that it is about: the last action of that path is meant.
    """
    said = str(error)
    number = next(place for place, one in enumerate(scenario.volumes) if one.id == volume)
    at: Path = ("volumes", number)
    if isinstance(error, NoRoom):
        return (*at, "size"), "make the volume larger, or let it hold less"
    if error.damage is not None:
        return _damage(said, scenario, values, volume, error.damage), "mend this damage, or take it out"
    for place in range(len(scenario.actions) - 1, -1, -1):
        action = scenario.actions[place]
        for key, text, where in (
            ("to", action.to, action.onto or action.volume),
            ("path", action.path, action.volume),
        ):
            if text and where == volume and said.startswith(f"{fill(text, values)}: "):
                return ("actions", place, key), "change what this line says, or take another file_system"
    if "segments; let them be larger" in said:
        return _packed(scenario, number), "write a larger one"
    if "label" in said.partition(": ")[0]:
        return (*at, "label"), "take a shorter one"
    if said.startswith("/"):
        return (*at, "background"), "take other folders, or another file_system"
    return (*at, "size"), "take another size, or another file_system"


def _packed(scenario: Scenario, volume: int) -> Path:
    """Where it is said how large the files of an image are."""
    for place, disk in enumerate(scenario.disks):
        if disk.id == scenario.volumes[volume].disk:
            return ("disks", place, "segment_size")
    return ("volumes", volume, "segment_size")


def _damage(said: str, scenario: Scenario, values: Mapping[str, str], volume: str, number: int) -> Path:
    """The key of the damage that what is said is about."""
    place = [place for place, one in enumerate(scenario.damage) if one.volume == volume][number]
    one = scenario.damage[place]
    if re.search(r"\bat \d", said):
        return ("damage", place, "at")
    named = (key for key, text in (("path", one.path), ("other", one.other)) if text and fill(text, values) in said)
    return ("damage", place, next(named, "do"))
