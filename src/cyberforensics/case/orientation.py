"""The facts of orientation, written when a volume is listed, and read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from cyberforensics.case.store import Store, insert, to_json
from cyberforensics.model.codec import decoder, encoder
from cyberforensics.model.identity import row_id
from cyberforensics.model.orientation import Fact, LocatedFact
from cyberforensics.model.volume import Volume

ORDERS: Mapping[str, str] = MappingProxyType({"id": "fact.id, fact.number", "asked": "fact.volume, fact.number"})


def add_facts(
    store: Store, pass_number: int, number: int, volume: Volume, facts: Sequence[Fact]
) -> tuple[LocatedFact, ...]:
    """Write what a volume answers; the facts with their ids. The same fact twice is told apart by its ordinal.

    Args:
        number: the volume's in the store.
    """
    located: list[LocatedFact] = []
    seen: dict[str, int] = {}
    with store.transaction() as database:
        for fact in facts:
            parts = (volume.id, fact.system, fact.root, fact.question, fact.subject, fact.entry or "", fact.place)
            plain = row_id("fact", *parts)
            ordinal = seen[plain] = seen.get(plain, -1) + 1
            identifier = plain if ordinal == 0 else row_id("fact", *parts, str(ordinal))
            insert(database, "fact", (pass_number, identifier, number, to_json(encoder(Fact)(fact))))
            located.append(LocatedFact(identifier, volume.exhibit, volume.id, fact))
    return tuple(located)


def facts(store: Store, exhibit: str | None = None, *, order: str = "id") -> Iterator[LocatedFact]:
    """What was asked of an exhibit, or of all; `order` is a key of `ORDERS`."""
    query = (
        "SELECT fact.id, volume.exhibit, volume.volume, fact.data FROM fact "
        "JOIN volume ON volume.number = fact.volume WHERE ?1 IS NULL OR volume.exhibit = ?1 "
        f"ORDER BY {ORDERS[order]}"
    )
    for identifier, of_exhibit, volume, data in store.database.execute(query, (exhibit,)):
        yield LocatedFact(identifier, of_exhibit, volume, decoder(Fact)(json.loads(data)))
