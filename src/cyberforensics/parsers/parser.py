"""What every parser says of itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cyberforensics.model.event import Event
from cyberforensics.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Parser:
    """One artifact: how to find it, how to read it, and what is not read of it."""

    name: str
    title: str
    patterns: tuple[str, ...]
    """GLOBs of the display path in lower case, as `fnmatch` takes them."""
    parse: Callable[[BinaryIO], Iterator[Event | Problem]]
    """Raises `MalformedData` where the bytes contradict the format."""
    references: tuple[str, ...]
    """Where the format is described."""
    limitations: tuple[str, ...]
    verified_on: tuple[str, ...]
    """Which samples of which origin it was tried on."""
