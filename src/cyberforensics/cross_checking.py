"""The cross-check of one exhibit: every volume read by a second reader, compared with what was recorded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from itertools import islice

from cyberforensics import case, disk, pipeline
from cyberforensics.model.cross_check import (
    EVERYWHERE,
    FIELDS,
    Clock,
    Compared,
    CrossCheck,
    Difference,
    Field,
    Folded,
    NotCompared,
    SecondEntry,
    SecondGap,
    SecondTime,
)
from cyberforensics.model.entry import Kind
from cyberforensics.model.evidence import Container, Evidence
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.model.run import Observer, Progress
from cyberforensics.model.times import SECOND, Timestamp, decode, rfc3339
from cyberforensics.model.volume import Volume

MOST_LISTED = 100
"""Differences of one volume that its record lists; all are counted."""
_EXAMPLES = 20
"""Of them, those that are problems of their own; one more says how many there are."""
_MOST_GAPS = 100_000
_AT_ONCE = 256
"""Contents of one job."""
_MORE = 10_000
"""Entries that the second reader may list beyond twice those of the first, before its walk is ended."""
_NOT_LISTED = "not listed"
_CLOCKS: tuple[Clock, ...] = ("modified", "accessed", "changed", "created")
_HFS_EPOCH = 2_082_844_800  # seconds from 1904 to 1970
_FILETIME_EPOCH = 11_644_473_600  # seconds from 1601 to 1970


@dataclass(slots=True)
class CrossChecking:
    """What a cross-check needs, and what it does to each volume."""

    store: case.Store
    state: case.PassState
    source: disk.Source
    evidence: Evidence
    supervisor: pipeline.Supervisor
    observer: Observer
    time_is_over: Callable[[], bool]

    def every_volume(self) -> bool:
        """Compare all volumes that were walked, and record what came of each; whether the time sufficed."""
        for number, volume in case.opened_volumes(self.store, self.source.exhibit):
            if self.time_is_over():
                return False
            self.observer(Progress("cross-checking", self.source.exhibit))
            found = disk.back_end(volume)
            if found is None:
                result = self._result(volume, None, "not-cross-checked", _no_second(volume))
            else:
                second = f"{found.name} {metadata.version(found.distribution)}"
                answer = self._volume(number, volume, second)
                if answer is None:
                    return False
                result = answer
            case.record_cross_check(self.store, self.state, number, result, tuple(_problems(result)))
        return True

    def _result(self, volume: Volume, second: str | None, state: str, reason: str) -> CrossCheck:
        return CrossCheck(
            volume.exhibit,
            volume.id,
            state,  # type: ignore[arg-type]  # a literal of ours
            reason,
            _first_reader(volume),
            second,
        )

    def _volume(self, number: int, volume: Volume, second: str) -> CrossCheck | None:
        """None where the time is over."""
        first = case.count_first(self.store, number)
        case.begin_cross_check(self.store)
        gaps: dict[str, int | None] = {}
        listed = 0

        def take(entries: Sequence[SecondEntry], more: Sequence[SecondGap]) -> None:
            nonlocal listed
            listed += len(entries)
            case.add_second(self.store, entries)
            gaps.update({gap.path: gap.names for gap in islice(more, max(0, _MOST_GAPS - len(gaps)))})

        trouble = pipeline.relist(self.supervisor, self.source, volume, 2 * first + _MORE, take)
        if trouble and not listed:
            return self._result(volume, second, "not-cross-checked", trouble)
        if EVERYWHERE in gaps:
            trouble = f"the second reader lists more than {listed} entries: its walk was ended"
        if trouble:
            gaps[EVERYWHERE] = None
        case.pair_up(self.store, number, volume.filesystem or "")
        contents = case.to_redigest(self.store)
        while batch := tuple(islice(contents, _AT_ONCE)):
            if self.time_is_over():
                return None
            found = list(pipeline.redigest(self.supervisor, self.source, volume, batch))
            case.add_redigested(self.store, found)
            self.observer(Progress("cross-checking", self.source.exhibit))
        comparison = Comparison(volume.filesystem or "", gaps)
        for pair in case.pairs(self.store):
            comparison.pair(pair)
        for entry in case.only_second(self.store):
            comparison.only_second(entry)
        return CrossCheck(
            exhibit=volume.exhibit,
            volume=volume.id,
            state="incomplete" if trouble else "compared",
            reason=trouble,
            first=_first_reader(volume),
            second=second,
            entries_first=first,
            entries_second=listed,
            compared=tuple(
                Compared(
                    name,
                    comparison.counts[name, "agreed"]
                    + comparison.counts[name, "known"]
                    + comparison.counts[name, "different"],
                    comparison.counts[name, "agreed"],
                    comparison.counts[name, "known"],
                    comparison.counts[name, "different"],
                )
                for name in FIELDS
            ),
            known=tuple(
                Folded(known.name, known.sentence, known.reference, count, comparison.examples[known.name])
                for known in pipeline.KNOWN_DIFFERENCES
                if (count := comparison.known.get(known.name, 0))
            ),
            differences=tuple(comparison.differences),
            different=sum(comparison.counts[name, "different"] for name in FIELDS),
            not_compared=tuple(NotCompared(reason, count) for reason, count in sorted(comparison.left_out.items())),
            shared=tuple(_shared(volume, self.evidence)),
        )


@dataclass(slots=True)
class Comparison:
    """Compares entry by entry, in the order of the walk, and counts."""

    filesystem: str
    gaps: dict[str, int | None]
    """By directory: names that the second reader could not read; None where nothing is known of the rest."""
    counts: dict[tuple[Field, str], int] = field(
        default_factory=lambda: {(name, how): 0 for name in FIELDS for how in ("agreed", "known", "different")}
    )
    known: dict[str, int] = field(default_factory=dict)
    examples: dict[str, Difference] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    _unseen: set[str] = field(default_factory=set)
    """Directories that the second reader could not name: it lists nothing below them, or elsewhere."""

    def pair(self, pair: case.Pair) -> None:
        """Compare what both have of one stream of one name."""
        second = pair.second
        if second is None:
            self._only_first(pair)
            return
        self._name(pair, second)
        if pair.kind not in (Kind.FILE, Kind.LINK):
            self._leave_out("sizes of directories and devices: each reader counts its own structures", pair.size)
        elif second.size is not None and pair.size is not None:
            sizes = (pair.size, second.size)
            self._met(
                pair,
                pipeline.Met("size", f"{sizes[0]} bytes", f"{sizes[1]} bytes", pair.reader, sizes=sizes),
                same=sizes[0] == sizes[1],
            )
        else:
            self._leave_out("sizes that one reader alone gives", pair.size or second.size)
        if pair.stream is None:
            self._times(pair, second)
        self._digest(pair)

    def only_second(self, entry: SecondEntry) -> None:
        """Count what the second reader alone lists."""
        met = pipeline.Met("name", _NOT_LISTED, _name_of(entry.path), None)
        self._count(entry.path, entry.stream, met, "", same=False)

    def _only_first(self, pair: case.Pair) -> None:
        reason = pipeline.one_reader_alone(self.filesystem, pair.path, pair.meta_address)
        if reason is not None:
            self.left_out[reason] = self.left_out.get(reason, 0) + 1
            return
        if self._is_explained_by_a_gap(pair):
            reason = "entries whose name, or whose directory, the second reader could not read"
            self.left_out[reason] = self.left_out.get(reason, 0) + 1
            return
        self._count(
            pair.path, pair.stream, pipeline.Met("name", _name_of(pair.path), _NOT_LISTED, None), "", same=False
        )

    def _is_explained_by_a_gap(self, pair: case.Pair) -> bool:
        above = pair.path.rpartition("/")[0] or "/"
        explained = (
            EVERYWHERE in self.gaps or above in self._unseen or (pair.stream is not None and pair.path in self._unseen)
        )
        if not explained and above in self.gaps:
            left = self.gaps[above]
            explained = left is None or left > 0
            if left is not None and pair.stream is None:
                self.gaps[above] = max(0, left - 1)
        if explained and len(self._unseen) < _MOST_GAPS:
            self._unseen.add(pair.path)
        return explained

    def _name(self, pair: case.Pair, second: SecondEntry) -> None:
        names = (_name_of(pair.path), _name_of(second.path))
        self._met(pair, pipeline.Met("name", *names, pair.reader), same=names[0] == names[1])

    def _times(self, pair: case.Pair, second: SecondEntry) -> None:
        ours = {time.meaning: time.timestamp for time in pair.times}
        theirs = {time.meaning: time for time in second.times}
        for clock in _CLOCKS:
            if clock not in ours or clock not in theirs:
                if clock in ours or clock in theirs:
                    self._leave_out("times that one reader alone gives", 1)
                continue
            stamp, other = ours[clock], theirs[clock]
            if stamp.raw == 0 and other.raw == 0:
                self.counts["time", "agreed"] += 1
                continue
            met = pipeline.Met(
                "time", _time_text(stamp), _second_text(other), pair.reader, timestamp=stamp, raw=other.raw
            )
            self._met(pair, met, clock, same=_first_instant(stamp) == _second_instant(other))

    def _digest(self, pair: case.Pair) -> None:
        if pair.redigested is None:
            if pair.sha256 is not None:
                shared = pair.reader == "libfsntfs"
                reason = "both readers would be libfsntfs" if shared else "the sizes differ"
                self._leave_out(f"digests: {reason}", 1)
            elif pair.second is not None and pair.second.size is not None and pair.kind is Kind.FILE:
                self._leave_out("digests: the examination has none", 1)
            return
        sha256, why = pair.redigested
        met = pipeline.Met(
            "digest",
            f"SHA-256 {pair.sha256}",
            why if sha256 is None else f"SHA-256 {sha256}",
            pair.reader,
            all_zero=pair.all_zero,
        )
        self._met(pair, met, same=sha256 == pair.sha256)

    def _leave_out(self, reason: str, there: int | None) -> None:
        if there is not None:
            self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def _met(self, pair: case.Pair, met: pipeline.Met, detail: str = "", *, same: bool) -> None:
        self._count(pair.path, pair.stream, met, detail, same=same)

    def _count(self, path: str, stream: str | None, met: pipeline.Met, detail: str, *, same: bool) -> None:
        if same:
            self.counts[met.field, "agreed"] += 1
            return
        difference = Difference(met.field, path, stream, detail, met.first, met.second)
        known = pipeline.explain(self.filesystem, met)
        if known is not None:
            self.counts[met.field, "known"] += 1
            self.known[known.name] = self.known.get(known.name, 0) + 1
            self.examples.setdefault(known.name, difference)
            return
        self.counts[met.field, "different"] += 1
        if len(self.differences) < MOST_LISTED:
            self.differences.append(difference)


def _name_of(path: str) -> str:
    return path.rpartition("/")[2] or "/"


def _first_instant(stamp: Timestamp) -> int | None:
    """Nanoseconds since 1970, on the clock of the format."""
    if stamp.encoding == "filetime":
        return stamp.raw * 100 - _FILETIME_EPOCH * SECOND
    if stamp.encoding == "posix":
        return stamp.raw * SECOND
    if stamp.encoding == "hfs":
        return (stamp.raw - _HFS_EPOCH) * SECOND
    return decode(stamp).instant


def _second_instant(time: SecondTime) -> int:
    if time.unit == "filetime":  # libfsntfs gives the 64 bits as a signed number
        return time.raw % 2**64 * 100 - _FILETIME_EPOCH * SECOND
    if time.unit == "posix-ns":
        return time.raw
    if time.unit == "hfs":
        return (time.raw - _HFS_EPOCH) * SECOND
    return time.raw * 10_000_000 + pipeline.FAT_EPOCH


def _time_text(stamp: Timestamp) -> str:
    moment = decode(stamp)
    return f"{moment.text or 'no moment'} (raw {stamp.raw}, {stamp.encoding})"


def _second_text(time: SecondTime) -> str:
    text = rfc3339(_second_instant(time), 10_000_000 if time.unit == "fat-10ms" else 100) or "no moment"
    if time.unit == "fat-10ms":
        text = text.removesuffix("Z")
    return f"{text} (raw {time.raw}, {time.unit})"


def _first_reader(volume: Volume) -> str:
    if volume.reader == "tsk":
        return f"The Sleuth Kit (pytsk3 {metadata.version('pytsk3')})"
    if volume.reader == "zip":
        return "our own reading of the ZIP archive"
    return "the examining host" if volume.reader == "host" else f"the {volume.reader} back-end of dfVFS"


def _no_second(volume: Volume) -> str:
    if volume.reader == "host":
        return "files of the host are read by the host alone"
    if volume.reader in ("tsk", "zip"):
        return f"no second reader of {volume.filesystem} is at hand"
    return f"The Sleuth Kit does not open this {volume.filesystem} volume, and dfVFS alone reads it"


def _shared(volume: Volume, evidence: Evidence) -> Iterator[str]:
    """Layers of which the agreement of both readers says nothing."""
    yield "the source as it was received: the device, the cable, the file copied from it"
    if evidence.container not in (Container.RAW, Container.SPLIT_RAW, Container.DEVICE, Container.EWF):
        yield f"the container ({evidence.container}), which dfVFS opens for both"
    if volume.offset is None:
        yield "the logical volume, which dfVFS opens for both"
    elif volume.slot != "whole":
        yield "where the volume begins and ends, which our reading of the partition table tells both"
    yield "this machine: its memory, its operating system and Python, and the SHA-256 of OpenSSL"


def _problems(result: CrossCheck) -> Iterator[Problem]:
    slot = result.volume.removeprefix(f"{result.exhibit}/")
    if result.state == "not-cross-checked":
        yield Problem(
            Stage.VERIFY, "cross-check.not-compared", f"{slot}: not cross-checked: {result.reason}", Severity.INFO
        )
    if result.state == "incomplete":
        message = f"{slot}: the cross-check is incomplete: {result.reason}"
        yield Problem(Stage.VERIFY, "cross-check.incomplete", message)
    for found in result.differences[:_EXAMPLES]:
        what = f"{found.field} {found.detail}".strip()
        stream = "" if found.stream is None else f" of stream {found.stream}"
        message = f"{what}{stream}: {result.first} says {found.first}; {result.second} says {found.second}"
        yield Problem(Stage.VERIFY, "cross-check.difference", message, path=found.path)
    if result.different > _EXAMPLES:
        message = f"{slot}: {result.different} differences in all; cyberforensics show cross-check lists the first"
        yield Problem(Stage.VERIFY, "cross-check.difference", message)
