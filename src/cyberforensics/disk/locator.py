"""Locators, made and opened: `open_locator` reads the bytes with dfVFS alone, so that anyone with dfVFS can."""

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from cyberforensics.errors import EvidenceError
from cyberforensics.model.locators import Node, dumps, join, loads

__all__ = ["Node", "dumps", "join", "loads", "node", "open_locator", "path_spec", "resolve"]

_BUFFER = 1 << 20


def node(type_indicator: str, parent: Node | None = None, **properties: object) -> Node:
    """One layer of a path specification; properties that are None are left out."""
    layer: Node = {"__type__": "PathSpec", "type_indicator": type_indicator}
    layer.update({name: value for name, value in properties.items() if value is not None})
    if parent is not None:
        layer["parent"] = parent
    return layer


def resolve(layer: Node, roots: Mapping[str, Path]) -> Node:
    """Put real paths in.

    Args:
        layer: a locator, or a layer of one.
        roots: by exhibit: the folder of its segments; or the first segment, the device or the folder itself.

    Raises:
        EvidenceError: the exhibit is unknown, or the locator names a place outside the exhibit's folder.
    """
    resolved = dict(layer)
    if layer["type_indicator"] == "OS":
        prefix, _, rest = str(layer["location"]).partition(":")
        exhibit, _, name = rest.partition("/")
        if prefix != "evidence" or exhibit not in roots:
            raise EvidenceError(f"locator of an exhibit that was not given: {rest!r}", code="evidence.not-found")
        root = roots[exhibit].resolve()
        place = root.joinpath(*name.split("/")) if name and root.is_dir() else root
        if not place.absolute().is_relative_to(root) or ".." in place.parts:
            raise EvidenceError(f"locator leaves its exhibit's folder: {rest!r}")
        resolved["location"] = str(place)
    if "parent" in layer:
        resolved["parent"] = resolve(layer["parent"], roots)
    return resolved


def path_spec(layer: Node) -> Any:  # noqa: ANN401 - dfVFS has no types
    """The dfVFS object of a resolved locator."""
    from dfvfs.path import factory

    properties = {name: value for name, value in layer.items() if name not in ("__type__", "type_indicator")}
    if "parent" in properties:
        properties["parent"] = path_spec(properties["parent"])
    if layer["type_indicator"] == "DATA_RANGE" and properties["range_offset"] == 0:
        # dfVFS reads a range that begins with the first byte, but takes its offset for a missing value (20260924)
        made = factory.Factory.NewPathSpec("DATA_RANGE", **{**properties, "range_offset": 1})
        made.range_offset = 0
        return made
    return factory.Factory.NewPathSpec(layer["type_indicator"], **properties)


class Opened:
    """What dfVFS has opened so far: given to `open_locator`, an image is opened once and not once a locator."""

    def __init__(self) -> None:
        from dfvfs.resolver import context

        self.context: Any = context.Context()
        self.latest: Any = None
        """Kept alive: dfVFS forgets a file system with the last file of it that is open."""


def open_locator(locator: str, roots: Mapping[str, Path], opened: Opened | None = None) -> BinaryIO:
    """Open the bytes that a locator names, with dfVFS.

    Raises:
        EvidenceError: the exhibit is unknown, or dfVFS can't open the place.
    """
    from dfvfs.lib import errors as dfvfs_errors
    from dfvfs.resolver import resolver

    specification = path_spec(resolve(json.loads(locator), roots))
    opened = opened or Opened()
    try:
        found = resolver.Resolver.OpenFileObject(specification, resolver_context=opened.context)
    except (OSError, RuntimeError, ValueError, dfvfs_errors.Error) as error:
        raise EvidenceError("the locator's bytes can't be opened") from error
    if found is None:
        raise EvidenceError("the locator's bytes can't be opened")
    opened.latest = found
    return io.BufferedReader(_Stream(found), _BUFFER)


class _Stream(io.RawIOBase):
    """What dfVFS opened, as Python's own kind of file."""

    def __init__(self, opened: Any) -> None:  # noqa: ANN401 - dfVFS has no types
        self._opened = opened

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - anything that bytes can be written to
        try:
            data: bytes = self._opened.read(len(buffer))
        except RuntimeError as error:  # libyal, on truncated sources
            raise OSError("the bytes could not be read") from error
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._opened.seek(offset, whence)
        return self.tell()

    def tell(self) -> int:
        return int(self._opened.get_offset())
