"""What rules cost: measured in units of a plain rule, in turns with it, in one thread's CPU time.

A group of rules is measured together. The engine looks for all their strings in one pass, so a group costs at least
what its most costly rule costs: where the group is cheap, none of them is dear, and only the dear groups are halved.
"""

import heapq
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cyberforensics.errors import RulePackError
from cyberforensics.rules.corpus import Corpus
from cyberforensics.rules.engines import EXTERNALS, DoesNotCompile, Engine, ExternalValue, Rules
from cyberforensics.rules.engines.base import EngineFailed, OutOfTime
from cyberforensics.rules.groups import Part, texts_of

FIRST_GROUP = 16
"""Rules of the groups that a pack is cut into."""
SLACK = 2.0
"""A rule that costs so many times as much as the last of those that are listed is listed."""
_LOOK, _SURE = 3, 9
"""Rounds of a first look, and of a figure that is reported."""
_SECONDS = 600
_WARM = dict.fromkeys(EXTERNALS, "")


@dataclass(frozen=True, slots=True)
class Spread:
    """A ratio as it was measured again and again."""

    low: float
    """The first quartile."""
    median: float
    high: float
    """The third quartile."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule costs, alone, in plain rules."""

    part: int
    """Its number among the parts."""
    times: Spread


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    dear: tuple[Cost, ...]
    """All that were measured alone, the dearest first."""
    rest: float
    """No group of the others was measured to cost more plain rules than this, so none of them does."""


class Bench:
    """Measures rules of one pack with one engine on one corpus. Figures of one bench can be compared."""

    def __init__(
        self,
        engine: Engine,
        declared: Mapping[str, ExternalValue],
        corpus: Corpus,
        shared: Sequence[str],
        clock: Callable[[], float],
    ) -> None:
        """Compile the plain rule.

        Args:
            shared: modules that several rules use. What they cost, the pack pays once: it is no single rule's cost.
            clock: counts the CPU time of this thread, in seconds.
        """
        self._engine = engine
        self._declared = declared
        self._corpus = corpus
        self._clock = clock
        self._shared = shared
        self._references: dict[tuple[str, ...], Rules] = {}
        self._plain = self._reference(())
        self._time(self._plain)  # what is done once is done now

    def cost(self, parts: Sequence[Part], *, sure: bool = True) -> Spread:
        """What a group costs, in plain rules.

        Raises:
            RulePackError: it does not compile, alone or together.
        """
        rules, reference = self._compiled(texts_of(parts)), self._reference_of(parts)
        return _spread([self._round(rules, reference, turn) for turn in range(_SURE if sure else _LOOK)])

    def total(self, parts: Sequence[Part]) -> Spread:
        """What a pack costs with the modules that its rules share, in plain rules."""
        rules = self._compiled(texts_of(parts))
        return _spread([self._round(rules, self._plain, turn) for turn in range(_SURE)])

    def module(self, name: str) -> Spread:
        """What a module costs, in plain rules, whatever is asked of it."""
        return _spread([self._round(self._reference((name,)), self._plain, turn) for turn in range(_SURE)])

    def against(self, parts: Sequence[Part], before: Sequence[Part]) -> Spread:
        """What a group costs, in what another one costs."""
        rules, reference = self._compiled(texts_of(parts)), self._compiled(texts_of(before))
        ratios = []
        for turn in range(_SURE):
            first, second = (rules, reference) if turn % 2 else (reference, rules)
            one, two = self._time(first), self._time(second)
            ratios.append(one / two if turn % 2 else two / one)
        return _spread(ratios)

    def costs(self, parts: Sequence[tuple[int, Part]]) -> tuple[Cost, ...]:
        """What each rule costs: all of them in turns, so that what changes meanwhile changes for all."""
        compiled = [(number, self._compiled(texts_of([part])), self._reference_of([part])) for number, part in parts]
        ratios: dict[int, list[float]] = {number: [] for number, *_ in compiled}
        for turn in range(_SURE):
            for number, rules, reference in compiled if turn % 2 == 0 else reversed(compiled):
                ratios[number].append(self._round(rules, reference, turn))
        found = (Cost(number, _spread(values)) for number, values in ratios.items())
        return tuple(sorted(found, key=lambda cost: (-cost.times.median, cost.part)))

    def search(self, parts: Sequence[tuple[int, Part]], *, most: int, least: float) -> Iterator[int | Found]:
        """Find the dearest rules: as many as `most`, and every one that costs at least `least` plain rules.

        The dearest group is halved again and again, until what is left can't hold one that costs `SLACK` times as much
        as the last that is asked for. Yields how many measurements were made, and at last what was found.
        """
        waiting: list[tuple[float, int, Sequence[tuple[int, Part]]]] = []
        dear: list[Cost] = []
        made = 0
        for start in range(0, len(parts), FIRST_GROUP):
            self._put(waiting, dear, parts[start : start + FIRST_GROUP])
            yield (made := made + 1)
        while waiting:
            bound = -waiting[0][0]
            last = heapq.nlargest(most, (cost.times.median for cost in dear))[-1] if len(dear) >= most else 0.0
            if bound < least and bound <= SLACK * last:
                break
            _, _, group = heapq.heappop(waiting)
            middle = len(group) // 2
            self._put(waiting, dear, group[:middle])
            self._put(waiting, dear, group[middle:])
            yield (made := made + 2)
        dear.sort(key=lambda found: (-found.times.median, found.part))
        yield Found(tuple(dear), -waiting[0][0] if waiting else 0.0)

    def _put(
        self,
        waiting: list[tuple[float, int, Sequence[tuple[int, Part]]]],
        dear: list[Cost],
        group: Sequence[tuple[int, Part]],
    ) -> None:
        spread = self.cost([part for _, part in group], sure=False)
        if len(group) == 1:
            dear.append(Cost(group[0][0], spread))
        else:
            heapq.heappush(waiting, (-spread.median, group[0][0], group))

    def _round(self, rules: Rules, reference: Rules, turn: int) -> float:
        """One figure, in plain rules: what the rules cost beyond the reference, and the plain rule itself.

        All are measured in turns, so that what the machine does meanwhile meets all of them.
        """
        order = [rules, reference, self._plain] if turn % 2 else [self._plain, reference, rules]
        if reference is self._plain:
            order.remove(reference)
        took = {id(one): self._time(one) for one in order}
        return 1 + (took[id(rules)] - took[id(reference)]) / took[id(self._plain)]

    def _reference_of(self, parts: Sequence[Part]) -> Rules:
        return self._reference(
            tuple(module for module in self._shared if any(module in part.modules for part in parts))
        )

    def _reference(self, modules: tuple[str, ...]) -> Rules:
        """The plain rule in a file that imports these modules."""
        if modules not in self._references:
            imports = "".join(f'import "{module}"\n' for module in modules)
            self._references[modules] = self._compiled({"plain": imports + _PLAIN})
        return self._references[modules]

    def _time(self, rules: Rules) -> float:
        values = {**_WARM, **self._declared}
        began = self._clock()
        for content in self._corpus.contents:
            try:
                rules.match(content, values, seconds=_SECONDS, fast=True)
            except (OutOfTime, EngineFailed):
                continue  # its time counts, and that it is far too much shows
        return max(self._clock() - began, 1e-9)

    def _compiled(self, texts: dict[str, str]) -> Rules:
        try:
            rules = self._engine.compile(texts, {}, with_externals=True, declared=self._declared)
        except DoesNotCompile as error:
            raise RulePackError(
                f"{', '.join(sorted(texts))}: can't be measured, it does not compile: {error.reason}",
                hint="cyberforensics rules check names the line",
            ) from error
        return self._engine.load(rules.dump())


_PLAIN = 'rule plain { strings: $a = "7c4f0e9b-plain-rule-of-the-bench" condition: $a }'
"""One string that stands in no file, and nothing else: less no rule costs."""


def _spread(ratios: Sequence[float]) -> Spread:
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Spread(low, median, high)


def thread_clock() -> float:
    """CPU time of this thread, in seconds: other programs' time is not in it."""
    return time.thread_time()


def shared_modules(parts: Sequence[Part]) -> tuple[str, ...]:
    """Modules that more than one rule uses."""
    uses = Counter(module for part in parts for module in part.modules)
    return tuple(sorted(module for module, count in uses.items() if count > 1))


def shares(parts: Sequence[Part], count: int) -> Iterator[list[tuple[int, Part]]]:
    """The parts with their numbers, dealt out to so many workers."""
    numbered = list(enumerate(parts))
    for first in range(count):
        yield numbered[first::count]
