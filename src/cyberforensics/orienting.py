"""Orientation of one exhibit on its way: noticed while it is listed, asked behind the walk of each volume, recorded."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cyberforensics import case, disk, parsers, pipeline, report
from cyberforensics.model.entry import Content, Entry, Kind, Name
from cyberforensics.model.orientation import Fact
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Observer, Progress
from cyberforensics.model.volume import Volume

MOST_INSTALLATIONS = 8
"""Of one volume: previous ones, recovery folders, images of containers."""
MOST_WANTED = 20_000
"""Names of one volume that are kept for it."""
FIRST_PATHS = 5
"""Paths that are listed of each kind of notable paths; the others are counted."""

_WANTS = tuple(
    (system.name, want, is_proof)
    for system in parsers.SYSTEMS
    for wants, is_proof in ((system.proof, True), (system.companions, False))
    for want in wants
)
"""Every path that is asked for, with its system and whether it makes an installation."""

_Place = tuple[str, str]
"""System and root."""


@dataclass(slots=True)
class Orienting:
    """What was noticed in the volume that is being listed."""

    store: case.Store
    pass_state: case.PassState
    source: disk.Source
    supervisor: pipeline.Supervisor
    notable: pipeline.NotablePaths
    admits: Callable[[Entry], bool]
    """Whether the scope of the run lets an entry be read."""
    observer: Observer
    _globs: pipeline.PathGlobs = field(init=False)
    """Those of the notable paths by their kind, and behind them what is asked for."""
    _wanted: dict[_Place, dict[str, pipeline.Wanted]] = field(default_factory=dict)
    _proven: dict[_Place, None] = field(default_factory=dict)
    _kept: int = 0
    _left_out: int = 0
    _doubles: list[str] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)
    _first: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the expressions ready."""
        kinds = self.notable.kinds
        notable = [(glob, label) for label, kind in enumerate(kinds) for glob in kind.paths]
        wants = [
            (start + want, len(kinds) + place) for place, (_, want, _) in enumerate(_WANTS) for start in ("/", "/*/")
        ]
        self._globs = pipeline.PathGlobs([*notable, *wants])

    def look(self, items: Iterable[Entry | Problem]) -> None:
        """Notice what is asked for, and the notable paths."""
        labels, notable = self._globs.labels, len(self.notable.kinds)
        for item in items:
            if not isinstance(item, Entry):
                continue
            for label in labels(item.path):
                if item.stream is not None:
                    break
                if label >= notable:
                    if item.allocated:
                        self._want(item, *_WANTS[label - notable])
                    continue
                self._counts[label] = self._counts.get(label, 0) + 1
                first = self._first.setdefault(label, [])
                if len(first) < FIRST_PATHS:
                    first.append((item.id, item.path))

    def _want(self, entry: Entry, system: str, want: str, is_proof: bool) -> None:
        """Keep a name that belongs to an installation at the volume's root or in a folder right below it."""
        words = entry.path.split("/")[1:]
        depth = want.count("/") + 1
        above = words[:-depth]
        if is_proof and entry.kind is Kind.DIRECTORY:
            return
        if self._kept >= MOST_WANTED:
            self._left_out += 1
            return
        place = (system, "/" + "/".join(above))
        below = "/".join(words[-depth:]).lower()
        wanted = self._wanted.setdefault(place, {})
        if below in wanted:
            self._doubles.append(entry.path)
            return
        wanted[below] = _wanted(entry, below, admitted=self.admits(entry))
        self._kept += 1
        if is_proof:
            self._proven[place] = None

    def ask(self, number: int, volume: Volume) -> None:
        """Ask every installation that was noticed, record the answers, and tell them."""
        facts: list[Fact] = []
        problems: list[Problem] = []
        for system, root in list(self._proven)[:MOST_INSTALLATIONS]:
            wanted = self._wanted[system, root]
            job = pipeline.OrientJob(self.source, volume, system, root, tuple(wanted.values()))
            answers, trouble = pipeline.ask(self.supervisor, job)
            facts += answers
            problems += trouble
        problems += self._gaps()
        facts += self._notable_facts()
        located = case.add_facts(self.store, self.pass_state.number, number, volume, facts)
        case.record_problems(self.store, self.pass_state, volume.exhibit, volume.id, problems)
        self._forget()
        if located:
            lines = tuple(report.orientation_lines(located))
            self.observer(Progress("orientation", self.source.exhibit, lines=lines))

    def _gaps(self) -> Sequence[Problem]:
        """What was noticed and not asked."""
        problems = [
            Problem(Stage.PARSE, "orientation.skipped", "another name in other letters was asked instead", path=path)
            for path in self._doubles
        ]
        for system, root in list(self._proven)[MOST_INSTALLATIONS:]:
            message = f"{system} in {root}: not asked, the volume has more than {MOST_INSTALLATIONS} installations"
            problems.append(Problem(Stage.PARSE, "orientation.skipped", message))
        if self._left_out:
            message = f"{self._left_out} names that orientation asks for are beyond the first {MOST_WANTED}"
            problems.append(Problem(Stage.PARSE, "orientation.skipped", message, Severity.WARNING))
        return problems

    def _notable_facts(self) -> Sequence[Fact]:
        """For each kind how many paths fit, and the first of them."""
        return [
            Fact(
                system=kind.category,
                root="/",
                question="notable-path",
                state="found",
                value=path,
                subject=kind.label,
                count=self._counts[label],
                entry=entry,
                path=path,
                place="path",
                note=kind.note,
            )
            for label, kind in enumerate(self.notable.kinds)
            if label in self._counts
            for entry, path in self._first[label]
        ]

    def _forget(self) -> None:
        for kept in (self._wanted, self._proven, self._doubles, self._counts, self._first):
            kept.clear()
        self._kept = self._left_out = 0


def _wanted(entry: Entry, below: str, *, admitted: bool) -> pipeline.Wanted:
    content: Content | None = None
    if entry.content is not None and entry.status is None and admitted:
        content = Content(
            number=entry.number,
            meta_address=entry.meta_address,
            locator=entry.locator,
            path_raw=entry.path_raw,
            size=entry.size or 0,
            deleted=False,
            reader=entry.reader or "",
            first_address=entry.first_address,
            names=(Name(entry.id, entry.path, None, entry.owner),),
        )
    trouble = None
    if not admitted and entry.kind is Kind.FILE:
        trouble = "the scope of the run leaves it out"
    elif content is None and entry.kind is Kind.FILE and entry.size != 0:
        trouble = f"the entry is {entry.status or 'without content'} ({entry.status_reason or 'no reason given'})"
    return pipeline.Wanted(
        below_root=below,
        entry=entry.id,
        path=entry.path,
        content=content,
        link_target=entry.link_target if entry.kind is Kind.LINK else None,
        is_folder=entry.kind is Kind.DIRECTORY,
        modified=next((time.timestamp for time in entry.times if time.meaning == "modified"), None),
        trouble=trouble,
    )
