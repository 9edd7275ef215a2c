"""What a test of a pack tried, one by one: what passed and what was left out as well as what is to be mended."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from cyberforensics.model.diagnostic import Diagnostic, Tried
from cyberforensics.rules.proofs import Index
from cyberforensics.rules.samples import Sample

UNPROVED = "no sample proves that the rule matches"


def tried_rules(
    index: Index, diagnostics: Sequence[Diagnostic], proved: AbstractSet[str], left_out: AbstractSet[str], why: str
) -> Iterator[Tried]:
    """Every rule, with all that is said of it; a rule that nothing proved was not tried.

    Args:
        left_out: names of rules that were not to be tried, for the reason `why`.
    """
    said: dict[tuple[str, str | None], list[Diagnostic]] = {}
    for one in diagnostics:
        said.setdefault((one.file, one.rule), []).append(one)
    for placed in index.rules:
        name, file = placed.rule.name, index.pack.name_of(placed.path)
        by_others = placed.rule.private and index.users(name) & proved
        skipped = why if name in left_out else "" if name in proved or by_others else UNPROVED
        yield Tried("rules", f"{file}: {name}", tuple(said.get((file, name), ())), skipped)


def tried_samples(
    index: Index, samples: Sequence[Sample], said: Mapping[Path, Sequence[Diagnostic]], why: str
) -> Iterator[Tried]:
    """Every sample; one of which nothing is known in `said` was left out, for the reason `why`."""
    for sample in samples:
        skipped = "" if sample.path in said else why
        yield Tried("samples", index.pack.name_of(sample.path), tuple(said.get(sample.path, ())), skipped)


def tried_files(diagnostics: Sequence[Diagnostic], told: AbstractSet[Diagnostic]) -> Iterator[Tried]:
    """The files of what nothing else stands for: those that don't compile, and what is no sample."""
    files: dict[str, list[Diagnostic]] = {}
    for one in diagnostics:
        if one not in told:
            files.setdefault(one.file, []).append(one)
    for file, said in files.items():
        yield Tried("files", file, tuple(said))
