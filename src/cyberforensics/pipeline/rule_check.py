"""Compiling the files of a pack for a check, on every core."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from cyberforensics.pipeline.own_work import in_processes
from cyberforensics.rules.checking import CompileHeads, compile_heads
from cyberforensics.rules.checks import Remark
from cyberforensics.rules.packs import Pack
from cyberforensics.rules.syntax import SourceText, parse

_SHARES = 6
"""Jobs for each process, so that none waits long for the last."""
_WORTH_IT = 32
"""Files, from which on starting a process pays."""


@dataclass(frozen=True, slots=True)
class _Job:
    pack: Pack
    """With no other files than those that are compiled, and what they include."""
    heads: tuple[Path, ...]
    engines: frozenset[str]
    externals: Mapping[str, str | int | float | bool]
    out: Path
    """The remarks, as JSON."""


def compiling_with(processes: int, counter: Callable[[str, int, int], None]) -> CompileHeads:
    """What `check` compiles with: the remarks are those of one process, in the same order.

    Args:
        counter: is told how many files are compiled, and of how many.
    """

    def compiling(
        pack: Pack,
        sources: Mapping[Path, SourceText],
        heads: Sequence[Path],
        engines: AbstractSet[str],
        externals: Mapping[str, str | int | float | bool],
    ) -> Iterator[Remark]:
        if processes == 1 or len(heads) < _WORTH_IT:
            for number, head in enumerate(heads):
                counter("files compiled", number, len(heads))
                yield from compile_heads(pack, sources, (head,), engines, externals)
            return
        with tempfile.TemporaryDirectory(prefix="cyberforensics-check-") as folder:
            jobs = [
                _Job(
                    replace(pack, files={path: pack.files[path] for path in pack.closure(share)}),
                    share,
                    frozenset(engines),
                    externals,
                    Path(folder, f"{number}.json"),
                )
                for number, share in enumerate(_shares(heads, processes * _SHARES))
            ]
            done = 0
            counter("files compiled", 0, len(heads))
            for number in in_processes(_compile, jobs, processes):
                done += len(jobs[number].heads)
                counter("files compiled", done, len(heads))
            for job in jobs:
                yield from msgspec.convert(json.loads(job.out.read_bytes()), list[Remark])

    return compiling


def _shares(heads: Sequence[Path], most: int) -> Iterator[tuple[Path, ...]]:
    size = -(-len(heads) // most)
    for start in range(0, len(heads), size):
        yield tuple(heads[start : start + size])


def _compile(job: _Job) -> None:
    sources = {path: parse(file.text) for path, file in job.pack.files.items()}
    remarks = list(compile_heads(job.pack, sources, job.heads, job.engines, job.externals))
    job.out.write_text(json.dumps(msgspec.to_builtins(remarks)), "ascii")
