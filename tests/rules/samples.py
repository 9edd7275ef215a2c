"""Samples of the shipped packs."""

from dataclasses import dataclass
from pathlib import Path

from cyberforensics.rules import Externals, read_sample, samples_in, shipped_packs
from cyberforensics.rules.samples import Kind


@dataclass(frozen=True, slots=True)
class Sample:
    """What a rule must, or must not, match."""

    pack: Path
    rule: str
    kind: Kind
    path: Path
    data: bytes
    externals: Externals

    @property
    def id(self) -> str:
        return f"{self.rule}-{self.kind}-{self.path.stem}"


def samples() -> list[Sample]:
    """Every sample of every shipped pack."""
    found = []
    for pack in shipped_packs():
        for sample in samples_in(pack):
            read = read_sample(sample)
            found.append(Sample(pack, sample.rule, sample.kind, sample.path, read.data, read.externals))
    return found
