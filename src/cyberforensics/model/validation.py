"""A test record of the product, as NIST CFTT keeps them: requirement, assertion, case, expected, observed, verdict."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["PASS", "FAIL", "NOT RUN"]

RECORD_FORMAT = 1
"""Of ``test-record.json``."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a laboratory asks of the tool, in its own words."""

    id: str
    text: str
    acceptance: str
    """Acceptance criteria; empty where none were supplied."""
    assertions: tuple[str, ...]
    """Ids of the assertions that stand for it."""


@dataclass(frozen=True, slots=True)
class LaboratoryPart:
    """What a tool can't say: everything of it comes from ``requirements.toml``. An empty text was not supplied."""

    laboratory: str = ""
    operator: str = ""
    conclusion: str = ""
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file as it was read."""

    name: str
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class TestedImage:
    """One image of the record."""

    name: str
    about: str
    origin: str
    """Where it comes from."""
    files: tuple[FileDigest, ...]
    """Its segments, before the runs."""
    truth: FileDigest | None
    """The file that says what must come out; None for an image that the run made, whose truth is how it was made."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the expected one."""

    where: str
    """Path, volume, range or file."""
    what: str
    """Which value of it."""
    expected: str
    observed: str


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A difference that was documented before the run, and was observed exactly as documented."""

    where: str
    what: str
    expected: str
    observed: str
    why: str
    documented: str
    """Where it is documented."""


@dataclass(frozen=True, slots=True)
class TestCase:
    """One assertion tried on one image."""

    id: str
    """Assertion and image, as in ``A01/ntfs``."""
    assertion: str
    image: str
    expected: str
    origin: str
    """Where the expected value comes from; never from the product."""
    observed: str
    compared: int
    """Values that were compared; a case that compared none was not run."""
    verdict: Verdict
    reason: str
    """Why it was not run; else empty."""
    differences: tuple[Difference, ...]
    anomalies: tuple[Anomaly, ...]


@dataclass(frozen=True, slots=True)
class ValidationRecord:
    """The whole test record."""

    format: int
    product: str
    product_version: str
    date: str
    """RFC 3339 in UTC, on the clock of the machine that ran it."""
    account: str
    """The account that ran it, as the operating system names it."""
    system: str
    """Operating system and its release."""
    python: str
    architecture: str
    """Of the processor."""
    versions: tuple[tuple[str, str], ...]
    """Of every library that touches evidence, and of the other tools that gave expected values."""
    laboratory: LaboratoryPart
    assertions: tuple[tuple[str, str], ...]
    """Id and sentence of every assertion that the product has."""
    images: tuple[TestedImage, ...]
    cases: tuple[TestCase, ...]

    def count(self, verdict: Verdict) -> int:
        """How many cases came to it."""
        return sum(case.verdict == verdict for case in self.cases)
