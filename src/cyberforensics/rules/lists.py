"""Lists of digests as a run uses them: named, indexed, asked for each content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cyberforensics.model.case_document import ListKind, ListRecord
from cyberforensics.model.examination import Digests, Finding
from cyberforensics.rules.hash_index import (
    Damaged,
    HashIndex,
    build,
    changed,
    index_path,
    open_unchanged,
    up_to_date,
)
from cyberforensics.rules.hash_list import ALGORITHMS, Algorithm

_WORDS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}


@dataclass(frozen=True, slots=True)
class HashList:
    """A list of digests with its index. It may be pickled; `open_lists` opens it."""

    record: ListRecord
    index: Path
    digest: str
    """Of the index, so that no other one is searched."""


def load_hash_lists(
    wanted: Sequence[Path],
    known: Sequence[Path],
    folder: Path | None = None,
    building: Callable[[Path], None] = lambda _: None,
) -> tuple[HashList, ...]:
    """Find the index of each list, or make it; a path given twice counts once.

    Args:
        wanted: lists whose hits are findings.
        known: lists whose hits are counted.
        folder: where indexes lie; None for beside each list.
        building: is told of a list before its index is made, which takes a minute for ten million digests.

    Raises:
        ListError: a list can't be read, is broken or empty.
        CannotWrite: an index can't be written.
    """
    kinds: tuple[tuple[ListKind, Sequence[Path]], ...] = (("wanted", wanted), ("known", known))
    return tuple(
        found for kind, paths in kinds for found in named([_load(path, kind, folder, building) for path in once(paths)])
    )


def once(paths: Sequence[Path]) -> list[Path]:
    """Each path once, as it was first given."""
    unique: dict[Path, Path] = {}
    for path in paths:
        unique.setdefault(path.resolve(), path)
    return list(unique.values())


def named(lists: Sequence[HashList]) -> list[HashList]:
    """The same lists, of which no two have one name: the second is called ``name-2``."""
    names = unique_names([found.record.name for found in lists])
    return [replace(found, record=replace(found.record, name=name)) for name, found in zip(names, lists, strict=True)]


def unique_names(names: Sequence[str]) -> list[str]:
    """The names, with ``-2`` and so on behind those that came before."""
    unique: list[str] = []
    for name in names:
        number, candidate = 2, name
        while candidate in unique:
            number, candidate = number + 1, f"{name}-{number}"
        unique.append(candidate)
    return unique


def _load(path: Path, kind: ListKind, folder: Path | None, building: Callable[[Path], None]) -> HashList:
    place = index_path(path, folder)
    index = up_to_date(path, place)
    if index is None:
        building(path)
        build(path, place)
        index = HashIndex(place)
    head = index.head
    record = ListRecord(head.name, head.version, kind, head.count, head.sha256, head.without_digest)
    return HashList(record, place.absolute(), index.digest)


@dataclass(frozen=True, slots=True)
class _OpenList:
    record: ListRecord
    index: HashIndex
    path: Path
    algorithms: tuple[Algorithm, ...]
    """Those of its digests, the strongest first."""

    def match(self, digests: Digests) -> tuple[Algorithm, str] | None:
        """The strongest digest that the list has, if it has one."""
        for algorithm in self.algorithms:
            value: str = getattr(digests, algorithm)
            try:
                if bytes.fromhex(value) in self.index:
                    return algorithm, value
            except Damaged as error:
                raise changed(self.path) from error
        return None


class Lists:
    """Open lists, ready to be asked. The answers depend on lists and digests alone."""

    def __init__(self, lists: Sequence[_OpenList]) -> None:
        self._wanted = [found for found in lists if found.record.kind == "wanted"]
        self._known = [found for found in lists if found.record.kind == "known"]

    def match(self, digests: Digests) -> tuple[Finding, ...]:
        """A finding for each wanted list that has the content, in the order of the lists.

        Raises:
            WorkerError: an index was changed meanwhile.
        """
        return tuple(
            _finding(found.record, *hit) for found in self._wanted if (hit := found.match(digests)) is not None
        )

    def known(self, digests: Digests) -> tuple[str, ...]:
        """Names of the known lists that have the content, in their order.

        Raises:
            WorkerError: an index was changed meanwhile.
        """
        return tuple(found.record.name for found in self._known if found.match(digests) is not None)


def open_lists(lists: Sequence[HashList]) -> Lists:
    """Open lists in the process that asks them.

    Raises:
        WorkerError: an index is not the one that `load_hash_lists` found or made.
    """
    return Lists([_open(found) for found in lists])


def _open(found: HashList) -> _OpenList:
    index = open_unchanged(found.index, found.digest)
    counts = dict(index.head.counts)
    return _OpenList(found.record, index, found.index, tuple(name for name in ALGORITHMS if counts.get(name)))


def _finding(record: ListRecord, algorithm: Algorithm, value: str) -> Finding:
    return Finding(
        source="hash-list",
        pack=record.name,
        namespace=algorithm,
        rule=f"same bytes as {_WORDS[algorithm]} {value}",
        severity="high",
        meta=(
            ("list", record.name),
            ("version", record.version or "not stated"),
            ("algorithm", _WORDS[algorithm]),
            ("digest", value),
            ("digests in the list", record.count),
        ),
    )
