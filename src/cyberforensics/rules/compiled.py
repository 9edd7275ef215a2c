"""Compiled rules on their way from the main process to its workers."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cyberforensics.errors import WorkerError
from cyberforensics.rules.engines import Engine, Rules, engine_named
from cyberforensics.rules.scanner import Namespace, Scanner


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """A file of compiled rules and its digest.

    Compiled rules are code: a changed file would run in the process that loads it, so only the bytes that
    this run wrote are ever loaded.
    """

    path: Path
    sha256: str

    @classmethod
    def write(cls, path: Path, content: bytes) -> Self:
        """Write the file."""
        path.write_bytes(content)
        return cls(path, hashlib.sha256(content).hexdigest())

    def load(self, engine: Engine) -> Rules:
        """Load the rules, if they are still the ones that were written."""
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise WorkerError("The compiled rules were changed between the main process and its worker.")
        return engine.load(content)


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """What a worker needs to scan. It may be pickled."""

    engine: str
    """Its name."""
    content: CompiledFile | None
    """None where `whole` has them."""
    per_name: CompiledFile | None
    """None where `whole` and `again` have them."""
    whole: CompiledFile | None
    lean: CompiledFile | None
    again: CompiledFile | None
    again_lean: CompiledFile | None
    names: CompiledFile | None
    names_lean: CompiledFile | None
    namespaces: tuple[Namespace, ...]


def open_compiled(compiled: CompiledRules) -> Scanner:
    """Load compiled rules in the process that scans with them.

    Raises:
        WorkerError: a file is not the one that this run wrote.
    """
    engine = engine_named(compiled.engine)
    return Scanner(
        content=_load(compiled.content, engine),
        per_name=_load(compiled.per_name, engine),
        whole=_load(compiled.whole, engine),
        lean=_load(compiled.lean, engine),
        again=_load(compiled.again, engine),
        again_lean=_load(compiled.again_lean, engine),
        names=_load(compiled.names, engine),
        names_lean=_load(compiled.names_lean, engine),
        namespaces=compiled.namespaces,
    )


def _load(file: CompiledFile | None, engine: Engine) -> Rules | None:
    return None if file is None else file.load(engine)
