"""What a pack's rules must and must not match: ``tests/<rule>/match/*`` and ``tests/<rule>/no-match/*``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cyberforensics.model.names import extension_of
from cyberforensics.rules.externals import Externals
from cyberforensics.rules.filetypes import file_type
from cyberforensics.rules.manifest import External
from cyberforensics.rules.packs import SAMPLES
from cyberforensics.rules.recipes import BrokenSample, build

Kind = Literal["match", "no-match"]
KINDS: tuple[Kind, ...] = ("match", "no-match")
IMAGES = "images"
"""Folder beside those of the rules: lists of what is expected in disk images."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a rule must, or must not, match; it may be pickled."""

    rule: str
    kind: Kind
    path: Path
    declared: tuple[External, ...] = ()
    """Externals of the pack, which a recipe may set."""


@dataclass(frozen=True, slots=True)
class SampleData:
    """A sample as the engine is given it."""

    data: bytes
    externals: Externals
    """With the pack's own: as the recipe says, else as the pack does."""


def samples_in(folder: Path, declared: tuple[External, ...] = ()) -> Iterator[Sample]:
    """The samples of a pack's folder, in the order of their names."""
    place = folder / SAMPLES
    rules = sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []
    for rule in rules:
        for kind in KINDS:
            if (rule / kind).is_dir():
                for path in sorted((rule / kind).iterdir()):
                    if not path.name.startswith("."):
                        yield Sample(rule.name, kind, path, declared)


def misplaced(folder: Path) -> Iterator[Path]:
    """What lies among the samples of a pack and is none: nothing would ever look at it."""
    place = folder / SAMPLES
    for rule in sorted(place.iterdir()) if place.is_dir() else ():
        if rule.name.startswith(".") or rule.name == IMAGES or rule.stem == "README":
            continue
        if not rule.is_dir():
            yield rule
            continue
        yield from (path for path in sorted(rule.iterdir()) if path.name not in KINDS and path.stem != "README")


def read_sample(sample: Sample) -> SampleData:
    """Put a sample together, with what it has in evidence: a name, a type, and what its recipe says.

    Raises:
        BrokenSample: it can't be.
    """
    built = build(sample.path)
    texts = {
        "filename": built.filename,
        "filepath": "/",
        "extension": extension_of(built.filename),
        "filetype": file_type(built.data),
        "owner": "",
    }
    kinds = {external.name: type(external.default) for external in sample.declared}
    declared = {external.name: external.default for external in sample.declared}
    for name, value in built.externals.items():
        if type(value) is int and value.bit_length() > 63:
            raise BrokenSample(f"sets externals.{name} to what does not fit into 64 bits")
        if name in texts and isinstance(value, str):
            texts[name] = value
        elif name in kinds and type(value) is kinds[name]:
            declared[name] = value
        elif name in texts or name in kinds:
            raise BrokenSample(f"sets externals.{name} to a value of another type than the external has")
        else:
            raise BrokenSample(
                f"sets externals.{name}, which is no external of the evidence, and pack.toml declares none"
            )
    return SampleData(built.data, Externals(**texts, declared=tuple(declared.items())))
