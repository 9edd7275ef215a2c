"""What people say about a case: the facts that a tool can't observe. They travel apart from what was observed."""

from dataclasses import dataclass

HANDLING_MARKS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""Of the Traffic Light Protocol, version 2.0 (FIRST, 2022)."""


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Who examined, and where. An empty text is one that nobody supplied, here and in all that follows."""

    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, by whom, and on which authority."""

    requester: str = ""
    text: str = ""
    authority: str = ""
    """Quoted, as it was given."""


@dataclass(frozen=True, slots=True)
class Dates:
    """RFC 3339 dates or moments, as they were written."""

    received: str = ""
    examined: str = ""
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The examiner."""

    name: str = ""
    role: str = ""
    qualification: str = ""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Who takes responsibility for the document, and since when."""

    name: str = ""
    role: str = ""
    date: str = ""

    @property
    def is_given(self) -> bool:
        """Whether a person and a date stand there; until then the document is NOT AUTHORISED."""
        return bool(self.name and self.date)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a version of the report changed."""

    version: int
    date: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The document as such."""

    title: str = ""
    version: int = 1
    handling: str = ""
    """Of `HANDLING_MARKS`."""


@dataclass(frozen=True, slots=True)
class Custody:
    """One handing over."""

    date: str = ""
    from_: str = ""
    to: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The device's clock, as somebody read it against a known one. No time of this tool's is changed by it."""

    device: str = ""
    """What the device's clock showed."""
    reference: str = ""
    """What the known clock showed at the same moment."""
    offset: str = ""
    """Device minus reference, ``+HH:MM:SS``."""
    zone: str = ""
    """IANA name of the zone in which the device kept its time."""


@dataclass(frozen=True, slots=True)
class ExhibitFacts:
    """One item that was received, examined or not."""

    id: str
    """That of ``--exhibit``, which joins what people say and what the tool observed."""
    number: str = ""
    make: str = ""
    model: str = ""
    serial: str = ""
    capacity: str = ""
    handed_over_by: str = ""
    working_copy: str = ""
    not_examined: str = ""
    """Why this item was received and not examined."""
    disposition: str = ""
    clock: Clock = Clock()
    custody: tuple[Custody, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements:
    """What the examiner states beyond what was observed."""

    declaration: str = ""
    """Of truth, and of the duty to the court."""
    opinion: str = ""
    deviations: str = ""
    work_by_others: str = ""
    validation: str = ""
    """Of this release, by the laboratory."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that people supplied: ``case.toml``."""

    laboratory: Laboratory = Laboratory()
    request: Request = Request()
    dates: Dates = Dates()
    examiner: Person = Person()
    authoriser: Authorisation = Authorisation()
    report: ReportFacts = ReportFacts()
    statements: Statements = Statements()
    exhibit: tuple[ExhibitFacts, ...] = ()
    amendment: tuple[Amendment, ...] = ()

    def of_exhibit(self, exhibit: str) -> ExhibitFacts:
        """What is said of one exhibit; nothing where its id is not among them."""
        return next((found for found in self.exhibit if found.id == exhibit), ExhibitFacts(exhibit))


NO_FACTS = CaseFacts()
"""Nobody supplied anything."""
