"""Packs to a document of diagnostics: checked, compared with a baseline, with paths as the reader of them has them."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyberforensics.model.diagnostic import Diagnostic, Level
from cyberforensics.model.names import display_text
from cyberforensics.model.versions import product_version
from cyberforensics.report.diagnostics import CodeHelp, Document, Told
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
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Check packs (folders, with or without ``pack.toml``, or rule files), one after the other.

    Raises:
        RulePackError: one of them is no pack.
    """
    checked = [check(path, options, progress) for path in dict.fromkeys(paths)]
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


def as_document(results: Iterable[tuple[Path, str, Sequence[Diagnostic]]], rules: int) -> Document:
    """What tests of packs said, in the form that all formats are made of.

    Args:
        results: of each pack its folder, its name and what is said of it.
        rules: how many there are in all.
    """
    told = tuple(
        Told(one, _path(folder if folder.is_dir() else folder.parent, one.file), mark)
        for folder, pack, diagnostics in results
        for one, mark in zip(diagnostics, fingerprints(pack, diagnostics), strict=True)
    )
    return Document(
        version=product_version(),
        told=told,
        codes=tuple(CodeHelp(code.code, code.level, code.title, code.why) for code in PROOFS),
        files=tuple(dict.fromkeys(one.path for one in told)),
        rules=rules,
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
