"""The rule engines: compile, load, run, and which they are."""

from cyberforensics.errors import UsageError
from cyberforensics.rules.engines.base import (
    EXTERNALS,
    DoesNotCompile,
    Engine,
    ExternalValue,
    MappedFile,
    Match,
    Meta,
    Rules,
)
from cyberforensics.rules.engines.yara_python import YaraPython
from cyberforensics.rules.engines.yara_x import YaraX

__all__ = [
    "ENGINES",
    "EXTERNALS",
    "DoesNotCompile",
    "Engine",
    "ExternalValue",
    "MappedFile",
    "Match",
    "Meta",
    "Rules",
    "engine_named",
]

ENGINES: tuple[Engine, ...] = (YaraPython(), YaraX())
"""Every engine; the first runs when none is named."""


def engine_named(name: str) -> Engine:
    """The engine with this name.

    Raises:
        UsageError: there is none.
    """
    for engine in ENGINES:
        if engine.name == name:
            return engine
    raise UsageError(f"there is no rule engine {name!r}", hint=f"one of: {', '.join(e.name for e in ENGINES)}")
