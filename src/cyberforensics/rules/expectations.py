"""What a pack is expected to find in disk images: ``tests/images/*.toml``.

image = "../../../fixtures/demo.E01"    # beside this file
[[finding]]                             # all of them: what is not listed must not be found
rule = "Eicar_Test_File"
path = "/Downloads/eicar.com"
stream = "Zone.Identifier"              # optional
volume = "p1"                           # optional: the slot

Or, of a scenario of the training lab, whose truth says what must be found:

scenario = "office"                     # its folder beside this file, or a case that ships
seed = "1"                              # optional
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.diagnostic import Diagnostic, Level
from cyberforensics.model.names import display_text
from cyberforensics.rules.packs import SAMPLES
from cyberforensics.rules.places import about_file, about_rule
from cyberforensics.rules.proofs import Index, Places
from cyberforensics.rules.recipes import BrokenSample
from cyberforensics.rules.samples import IMAGES

_KEYS = ("rule", "path", "stream", "volume")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched in an image or a folder; ordered by place."""

    volume: str
    """The slot, without the exhibit."""
    path: str
    stream: str
    """Empty for the main one."""
    namespace: str
    rule: str

    def __str__(self) -> str:
        """Where it was."""
        return display_text(f"{self.path}:{self.stream}" if self.stream else self.path)


Hits = Mapping[Hit, Places]


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that is expected; None leaves open what it is."""

    rule: str
    path: str
    stream: str
    volume: str | None

    def fits(self, hit: Hit) -> bool:
        """Whether it is this one."""
        same = (self.rule, self.path, self.stream) == (hit.rule, hit.path, hit.stream)
        return same and self.volume in (None, hit.volume)


@dataclass(frozen=True, slots=True)
class ExpectedImage:
    """An image, and all that the pack finds in it."""

    path: Path
    """Of the list."""
    image: Path
    findings: tuple[Expected, ...]
    apart: frozenset[str] = frozenset()
    """Paths in which nothing is compared."""


@dataclass(frozen=True, slots=True)
class ExpectedScenario:
    """A scenario whose images are made when they are tested."""

    path: Path
    """Of the list."""
    scenario: Path
    """A folder, or the bare name of a case that ships."""
    seed: str


def image_lists(folder: Path) -> tuple[Path, ...]:
    """The lists of a pack's folder, in the order of their names."""
    return tuple(sorted((folder / SAMPLES / IMAGES).glob("*.toml")))


def read_image_list(path: Path) -> ExpectedImage | ExpectedScenario:
    """Read a list.

    Raises:
        BrokenSample: it is not of its form, or the image is not there.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise BrokenSample(f"can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise BrokenSample(f"is no TOML: {error}") from error
    if "scenario" in content:
        return _scenario(path, content)
    image = content.get("image")
    findings = content.get("finding", [])
    if set(content) - {"image", "finding"} or not isinstance(image, str) or not isinstance(findings, list):
        raise BrokenSample('needs image = "…" and a [[finding]] for each that is expected, and has no other key')
    if not (path.parent / image).exists():
        raise BrokenSample(f"names the image {image}, which is not there")
    return ExpectedImage(path, path.parent / image, tuple(map(_expected, findings)))


def _scenario(path: Path, content: Mapping[str, object]) -> ExpectedScenario:
    scenario, seed = content["scenario"], content.get("seed", "1")
    if set(content) - {"scenario", "seed"} or not isinstance(scenario, str) or not isinstance(seed, str):
        raise BrokenSample('with scenario = "…" it has nothing else but seed = "…": what is found, the truth says')
    beside = path.parent / scenario
    return ExpectedScenario(path, beside if beside.is_dir() else Path(scenario), seed)


def _expected(finding: object) -> Expected:
    if (
        not isinstance(finding, dict)
        or set(finding) - set(_KEYS)
        or not {"rule", "path"} <= set(finding)
        or not all(isinstance(value, str) for value in finding.values())
    ):
        raise BrokenSample(f"a [[finding]] has a rule and a path, and maybe {' and '.join(_KEYS[2:])}, all texts")
    return Expected(finding["rule"], finding["path"], finding.get("stream", ""), finding.get("volume"))


def image_diagnostics(index: Index, expected: ExpectedImage, hits: Iterable[Hit]) -> Iterator[Diagnostic]:
    """Where the findings in an image are not those that are expected."""
    name = index.pack.name_of(expected.path)
    found = sorted(frozenset(hits), key=_order)
    for one in expected.findings:
        if any(one.fits(hit) for hit in found):
            continue
        message = f"{name}: expected in {display_text(one.path)}, and not found."
        placed = index.named(one.rule)
        for rule in placed:
            yield about_rule(index.pack, rule, "CFR908", Level.ERROR, message, "mend the rule, or the list")
        if not placed:
            text = f"The rule {one.rule} is expected to match, and the pack has none of that name."
            yield about_file(index.pack, expected.path, "CFR908", Level.ERROR, text, "mend the list")
    for hit in found:
        if not any(one.fits(hit) for one in expected.findings):
            message = f"{name}: found in {hit}, where it is not expected."
            for rule in index.named(hit.rule)[:1]:
                yield about_rule(index.pack, rule, "CFR909", Level.ERROR, message, "narrow the rule, or mend the list")


def known_good_diagnostics(index: Index, hits: Iterable[Hit]) -> Iterator[Diagnostic]:
    """Rules that match known-good files more often than the pack's budget bears."""
    by_rule: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(frozenset(hits), key=_order):
        by_rule.setdefault((hit.namespace, hit.rule), []).append(hit)
    budget = index.pack.manifest.budgets.known_good
    for (namespace, rule), places in sorted(by_rule.items()):
        level = Level.ERROR if len(places) > budget else Level.NOTE
        shown = ", ".join(map(str, places[:_SHOWN])) + (f" and {len(places) - _SHOWN} more" if places[_SHOWN:] else "")
        message = f"The rule matches {len(places)} known-good files, and {budget} are borne: {shown}."
        found = index.named(rule)
        placed = next((one for one in found if index.pack.namespace_of(one.path) == namespace), None) or found[0]
        hint = "narrow the rule, or raise known-good in the [budgets] of pack.toml"
        yield about_rule(index.pack, placed, "CFR907", level, message, hint)


_SHOWN = 5


def _order(hit: Hit) -> tuple[str, str, str, str, str]:
    return hit.volume, hit.path, hit.stream, hit.namespace, hit.rule
