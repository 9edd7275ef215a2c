"""Packs to a document of diagnostics: checked, compared with a baseline, with paths as the reader of them has them."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics import pipeline
from cyberforensics.model.diagnostic import Diagnostic, Level, Tried
from cyberforensics.model.names import display_text
from cyberforensics.model.versions import product_version
from cyberforensics.report.diagnostics import Case, CodeHelp, Document, Suite, Told
from cyberforensics.rules.checking import Checked, CheckOptions, check, fingerprints
from cyberforensics.rules.checks import CODES, PROOFS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run said, and what it means for a pipeline."""

    document: Document
    everything: tuple[Told, ...]
    """With what the baseline knows."""
    gone: int
    """Entries of the baseline that nothing said."""

    @property
    def failed(self) -> bool:
        """Whether something reaches the gate."""
        return any(self.document.fails(one.diagnostic.level) for one in self.document.told)


def check_packs(
    paths: Sequence[Path],
    options: CheckOptions,
    *,
    fail_level: Level = Level.ERROR,
    baseline: frozenset[str] = frozenset(),
    workers: int | None = None,
    counter: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Outcome:
    """Check packs (folders, with or without ``pack.toml``, or rule files), one after the other.

    Args:
        workers: processes; None for one for each core.
        counter: is told what is under way, how much of it is done, and how much there is.

    Raises:
        RulePackError: one of them is no pack.
    """
    compiling = pipeline.compiling_with(workers or os.cpu_count() or 1, counter)
    checked = [check(path, options, compiling) for path in dict.fromkeys(paths)]
    everything = tuple(told for one in checked for told in _told(one))
    new = tuple(told for told in everything if told.fingerprint not in baseline)
    document = Document(
        version=product_version(),
        told=new,
        codes=tuple(CodeHelp(code.code, code.level, code.title, code.why) for code in CODES),
        files=tuple(_path(one.folder, name) for one in checked for name in one.files),
        rules=sum(one.rules for one in checked),
        known=len(everything) - len(new),
        excused=sum(one.excused for one in checked),
        fail_level=fail_level,
    )
    gone = len(baseline.difference(told.fingerprint for told in everything))
    return Outcome(document, everything, gone)


@dataclass(frozen=True, slots=True)
class PackSaid:
    """What a test or a measurement said of one pack."""

    pack: str
    base: Path
    """Below which its files lie."""
    rules: int
    files: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    tried: tuple[Tried, ...]
    notes: tuple[str, ...]


def as_document(results: Iterable[PackSaid], command: str) -> Document:
    """What tests of packs said, in the form that all formats are made of.

    Args:
        command: that was run, as ``rules test``.
    """
    everything: list[Told] = []
    suites, files, rules = [], list[str](), 0
    for one in results:
        marks = fingerprints(one.pack, one.diagnostics)
        told = {
            said: Told(said, _path(one.base, said.file), mark)
            for said, mark in zip(one.diagnostics, marks, strict=True)
        }
        everything += told.values()
        cases = tuple(
            Case(
                f"{one.pack}.{tried.group}", tried.name, tuple(told[said] for said in tried.diagnostics), tried.skipped
            )
            for tried in one.tried
        )
        suites.append(Suite(one.pack, cases, one.notes))
        files += [_path(one.base, name) for name in one.files]
        rules += one.rules
    page = "docs/rules-bench.md" if command == "rules bench" else "docs/rules-testing.md"
    return Document(
        version=product_version(),
        told=tuple(everything),
        codes=tuple(CodeHelp(code.code, code.level, code.title, code.why, page) for code in PROOFS),
        files=tuple(files),
        rules=rules,
        command=command,
        suites=tuple(suites),
    )


def _told(checked: Checked) -> list[Told]:
    marks = fingerprints(checked.pack, checked.diagnostics)
    return [
        Told(one, _path(checked.folder, one.file), mark) for one, mark in zip(checked.diagnostics, marks, strict=True)
    ]


def _path(folder: Path, name: str) -> str:
    """Relative to where the command runs; of what lies outside of that folder, the path as it was given."""
    relative = os.path.relpath(folder)
    shown = folder.as_posix() if relative.startswith("..") else Path(relative).as_posix()
    return name if shown == "." else f"{display_text(shown)}/{name}"
