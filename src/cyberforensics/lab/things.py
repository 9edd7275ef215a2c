"""What a trainee names beside what was planted: recall, precision, and the share of the points."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cyberforensics.lab.judging import path_of
from cyberforensics.lab.truth import Planted

_SEPARATORS = re.compile(r"[;|\r\n]")
_Thing = tuple[str, str]
"""Volume and path: two plants of one file are one thing, and one path on two volumes is two."""


@dataclass(frozen=True, slots=True)
class Named:
    """How much was named of what was to be."""

    all: int
    """Things that were to be named."""
    hits: int
    """Of them, those that were."""
    right: int
    """Names given that are of such a thing."""
    false: int
    """Names given that are of nothing that was planted."""

    @property
    def recall(self) -> float:
        """From 0 to 1."""
        return self.hits / self.all if self.all else 0.0

    @property
    def precision(self) -> float:
        """From 0 to 1; 0 where nothing was named, of which nobody can say it."""
        given = self.right + self.false
        return self.right / given if given else 0.0

    @property
    def share(self) -> float:
        """Of the points: one for each hit, and one less for each that is false, as in every list."""
        return max(0, self.hits - self.false) / self.all if self.all else 0.0


def names_in(text: str) -> frozenset[str]:
    """Paths of a row, each in one way to write it."""
    return frozenset(path_of(one) for one in _SEPARATORS.split(text) if one.strip())


def named(given: Iterable[str], wanted: Iterable[Planted], others: Iterable[Planted]) -> Named:
    """Hold names against things.

    Args:
        given: of `names_in`.
        wanted: what was to be named.
        others: what costs nothing where it is named, and brings nothing; nor do folders above a planted thing,
            and the file of a planted stream.
    """
    ways: dict[str, set[_Thing]] = {}
    free: set[str] = {"/"}
    for one in wanted:
        for way in _ways(one):
            ways.setdefault(way, set()).add((one.volume, path_of(one.place)))
        free.update(_above(one))
    for one in others:
        free.update((*_ways(one), *_above(one)))
    hits: set[_Thing] = set()
    right = false = 0
    for name in given:
        found = ways.get(name) or ways.get(name.rpartition(":")[0])  # another stream of a thing is a name of it
        if found:
            hits |= found
            right += 1
        elif name not in free and name.rpartition(":")[0] not in free:
            false += 1
    return Named(len(set().union(*ways.values())), len(hits), right, false)


def _ways(one: Planted) -> Iterator[str]:
    """How it may be written: one whose folder is gone has a name of the tool's."""
    place = path_of(one.place)
    yield place
    if one.name_state == "orphan":
        yield f"/$orphanfiles/{place.rpartition('/')[2]}"
        if one.meta_address is not None:
            yield f"/$orphanfiles/orphanfile-{one.meta_address.partition('-')[0]}"


def _above(one: Planted) -> Iterator[str]:
    path = path_of(one.path)
    if one.stream is not None:
        yield path
    while path.count("/") > 1:
        path = path.rpartition("/")[0]
        yield path
