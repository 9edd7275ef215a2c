"""Locators: a dfVFS path specification as JSON, with ``evidence:<exhibit>/<segment>`` in place of a host path.

The volume's part is stored once a volume and the leaf with each entry; `join` puts them together again.
"""

import json
from functools import lru_cache
from typing import Any

Node = dict[str, Any]
"""One path specification as JSON, its parent inside it."""


def dumps(layer: Node) -> str:
    """Canonical JSON: sorted keys, no spaces, UTF-8 where it is valid."""
    return _canonical(layer)


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def loads(text: str) -> Node:
    """The inverse of `dumps`."""
    layer: Node = json.loads(text)
    return layer


def join(volume: str, leaf: str) -> str:
    """The whole locator of an entry, from its volume's part and its own."""
    layer = json.loads(leaf)
    if layer["type_indicator"] == "OS":
        return leaf  # logical evidence: the leaf is the whole
    innermost = layer
    while "parent" in innermost:
        innermost = innermost["parent"]
    innermost["parent"] = _parsed(volume)
    return dumps(layer)


@lru_cache(maxsize=1024)
def _parsed(volume: str) -> Node:
    """A volume's part, the same for each of its entries; not to be changed."""
    return loads(volume)
