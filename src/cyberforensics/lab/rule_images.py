"""Images for the tests of rules, made of a scenario; what must be found in them comes from its truth."""

from collections.abc import Collection, Iterator
from pathlib import Path

from cyberforensics.errors import UsageError
from cyberforensics.lab.building import build
from cyberforensics.lab.scenario_file import ScenarioError, read_scenario
from cyberforensics.lab.shipped import folder_of
from cyberforensics.lab.truth import Planted
from cyberforensics.rules.expectations import Expected, ExpectedImage, ExpectedScenario
from cyberforensics.rules.recipes import BrokenSample

_MFT = "/$MFT"
_RULE = "rule:"


def built_images(listed: ExpectedScenario, rules: Collection[str], folder: Path) -> Iterator[ExpectedImage]:
    """Build the images into a folder that is there; each with all that the rules of a pack must find in it.

    On NTFS small files lie in ``$MFT``, so what matches there is not compared.

    Args:
        rules: names of those of the pack. What the scenario has for others is left out.

    Raises:
        BrokenSample: there is no such scenario, it has mistakes, or nothing in it is for a rule of the pack.
    """
    try:
        truth = build(read_scenario(folder_of(listed.scenario)), listed.seed, folder).truth
    except ScenarioError as error:
        details = "; ".join(error.details)
        raise BrokenSample(f"names the scenario {listed.scenario.name}, which can't be built: {details}") from error
    except UsageError as error:
        raise BrokenSample(f"names the scenario {listed.scenario.name}, which is not there") from error
    wanted = {one.id: _rules_of(one) & set(rules) for one in truth.planted}
    if not any(wanted.values()):
        raise BrokenSample(
            f"names the scenario {listed.scenario.name}, in which no rule of the pack must find anything"
        )
    for image in truth.images:
        findings = tuple(
            Expected(rule, one.path, one.stream or "", None)
            for one in truth.planted
            if truth.place_of(one.volume)[0] == image and one.content_readable and one.left == "whole"
            for rule in sorted(wanted[one.id])
        )
        yield ExpectedImage(listed.path, folder / image.file, findings, frozenset({_MFT}))


def _rules_of(one: Planted) -> set[str]:
    return {find.removeprefix(_RULE) for find in one.finds if find.startswith(_RULE)}
