"""Ids that are the same in every run over the same evidence, for any number of workers."""

import hashlib

_LENGTH = 10  # bytes: two of 10 million entries share an id with a chance of 4 in 10^11


def root_id(exhibit: str, slot: str) -> str:
    """The id of a volume's root directory."""
    return _digest(b"volume", exhibit.encode(), slot.encode())


def child_id(parent: str, name: bytes, meta_address: str, state: str, stream: bytes, ordinal: int) -> str:
    """The id of an entry, from its directory's and what tells it from its neighbours.

    `ordinal` counts entries of one directory that are alike in everything else, in the walk's order.
    """
    return _digest(
        b"entry", parent.encode(), name, meta_address.encode(), state.encode(), stream, str(ordinal).encode()
    )


def finding_id(
    entry: str, source: str, pack: str, namespace: str, rule: str, places: tuple[tuple[str, int], ...]
) -> str:
    """The id of a finding: from where it is, the rule, and the identifiers and offsets that matched."""
    spelled = ",".join(f"{identifier}@{offset}" for identifier, offset in places)
    return _digest(
        b"finding", entry.encode(), source.encode(), pack.encode(), namespace.encode(), rule.encode(), spelled.encode()
    )


def row_id(kind: str, *parts: str) -> str:
    """The id of an event, a problem or a volume, from what tells it from its neighbours."""
    return _digest(kind.encode(), *(part.encode("utf-8", "surrogatepass") for part in parts))


def _digest(*parts: bytes) -> str:
    framed = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
    return hashlib.blake2b(framed, digest_size=_LENGTH).hexdigest()
