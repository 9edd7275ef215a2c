"""A whole pack: read, compiled with the engines, looked at by our checks, excused."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cyberforensics.errors import RulePackError
from cyberforensics.model.diagnostic import Diagnostic, Level, Span
from cyberforensics.model.names import display_text
from cyberforensics.rules.checking import excuses
from cyberforensics.rules.checking.compiling import CompileHeads, compile_heads, compile_pack
from cyberforensics.rules.checking.complaints import ENGINES, Externals
from cyberforensics.rules.checks import BY_NAME, CHECKS, REMEDIES, Remark, View
from cyberforensics.rules.engines import ENGINES as INSTALLED
from cyberforensics.rules.engines import EXTERNALS
from cyberforensics.rules.manifest import MANIFEST
from cyberforensics.rules.packs import Pack, read_pack
from cyberforensics.rules.rule_file import shown
from cyberforensics.rules.syntax import Lines, SourceText, parse

MOST_LINES = 5
"""Lines of an excerpt."""
LONGEST_LINE = 400
"""Characters of a line of an excerpt."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check is held to."""

    today: date
    engines: AbstractSet[str] | None = None
    """None for those that the pack says it is for."""
    profile: str | None = None
    """A profile of metadata; None for the pack's own, empty for none."""
    externals: Externals = field(default_factory=dict)
    """Declared beside those that every rule may use."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was said of a pack."""

    pack: str
    folder: Path
    diagnostics: tuple[Diagnostic, ...]
    """In the order of files and places."""
    files: tuple[str, ...]
    rules: int
    excused: int


def check(path: Path, options: CheckOptions, compiling: CompileHeads = compile_heads) -> Checked:
    """Check a pack: a folder, with or without ``pack.toml``, or one rule file.

    `compiling` says what the engines have against the files.

    Raises:
        RulePackError: there is no pack.
    """
    try:
        pack = read_pack(path)
    except RulePackError as error:
        malformed = _manifest_mistake(path, error)
        if malformed is None:
            raise
        return Checked(path.name, path, (malformed,), (MANIFEST,), 0, 0)
    sources = {path: parse(file.text) for path, file in pack.files.items()}
    names = {path: pack.name_of(path) for path in sources}
    remarks: list[Remark] = [
        Remark("CFR006", pack.name_of(path), None, f"the file {defect.reason}", "save it as UTF-8")
        for path, defect in pack.defects.items()
        if path in pack.members
    ]
    if not any(pack.manifest.runs_on(engine) for engine in INSTALLED):
        have = " and ".join(engine.version() for engine in INSTALLED)
        message = "[engines] names no engine that is here, so that nothing can run the pack"
        remarks.append(Remark("CFR007", MANIFEST, None, message, f"widen the ranges: here are {have}"))
    own = {external.name: external.default for external in pack.manifest.externals}
    externals: Externals = {**dict.fromkeys(EXTERNALS, ""), **own, **options.externals}
    remarks += compile_pack(pack, sources, _engines(pack, options), externals, compiling)
    joined = {names[path] for path in sources if sources[path].includes}
    joined |= {names[step.target] for path in sources for step in pack.files[path].includes if step.target in names}
    broken = {(remark.file, remark.rule) for remark in remarks if BY_NAME[remark.code].level == Level.ERROR}
    view = View(
        files={names[path]: _sound(source, names[path], broken) for path, source in sources.items()},
        externals=frozenset(externals),
        profile=_profile(pack, options),
        today=options.today,
        joined=frozenset(joined),
        severities=frozenset(word for word, _ in pack.manifest.severity.words),
    )
    for one in CHECKS:
        remarks += one.run(view)
    unclear = {file for file, _ in broken}  # what a broken rule would have used is not known
    remarks = [remark for remark in remarks if remark.code != "CFR023" or remark.file not in unclear]
    diagnostics, excused = _placed(remarks, {names[path]: source for path, source in sources.items()})
    return Checked(
        pack.name,
        pack.folder,
        tuple(diagnostics),
        tuple(pack.name_of(path) for path in pack.members),
        sum(len(source.rules) for path, source in sources.items() if path in pack.members),
        excused,
    )


def _engines(pack: Pack, options: CheckOptions) -> AbstractSet[str]:
    if options.engines is not None:
        return options.engines
    return frozenset(pack.manifest.engines) or frozenset(ENGINES)


def _profile(pack: Pack, options: CheckOptions) -> str:
    if options.profile is not None:
        return options.profile
    return "" if pack.manifest_raw is None else pack.manifest.profile


def _sound(source: SourceText, name: str, broken: AbstractSet[tuple[str, str | None]]) -> SourceText:
    """Without the rules that don't compile: what else may be wrong with them is said when they do."""
    kept = tuple(rule for rule in source.rules if (name, rule.name) not in broken)
    return SourceText(source.text, source.imports, source.includes, kept, source.comments)


def _placed(remarks: Iterable[Remark], sources: Mapping[str, SourceText]) -> tuple[list[Diagnostic], int]:
    by_file: dict[str, list[Remark]] = {name: [] for name in sources}
    for remark in _once(remarks):
        by_file.setdefault(remark.file, []).append(remark)
    found: list[Diagnostic] = []
    total = 0
    for name in sorted(by_file):
        source = sources.get(name)
        if source is None:
            found += [_diagnostic(remark, None) for remark in by_file[name]]
            continue
        lines = Lines(source.text)
        said, wrong = excuses.read(name, source, lines)
        left, excused = excuses.apply(by_file[name], name, said, lines)
        total += excused
        found += sorted((_diagnostic(remark, lines) for remark in (*left, *wrong)), key=_order)
    return found, total


def _once(remarks: Iterable[Remark]) -> list[Remark]:
    """Without what is said twice: of a file that two others include, or of a string under two codes."""
    found = list(dict.fromkeys(remarks))
    told = {(remark.file, remark.span and remark.span[0], remark.code) for remark in found}

    def known(remark: Remark, *codes: str) -> bool:
        return any((remark.file, remark.span and remark.span[0], code) in told for code in codes)

    return [
        remark
        for remark in found
        if not (remark.code == "CFR023" and known(remark, "CFR004"))
        and not (remark.code == "CFR032" and known(remark, "CFR030"))
        and not (remark.code == "CFR038" and known(remark, "CFR032"))
        and not (remark.code == "CFR033" and remark.message.startswith("$") and _named(remark, found))
        and not (remark.code in ("CFR040", "CFR041") and _told_before(remark, found))
    ]


def _named(remark: Remark, found: Sequence[Remark]) -> bool:
    # libyara names the pattern, and no place in it: where we know the place as well, once is enough.
    return any(other.code == remark.code and other is not remark and other.rule == remark.rule for other in found)


def _told_before(remark: Remark, found: Sequence[Remark]) -> bool:
    # What an engine says of a comparison, and what our own check says of the same.
    if remark.span is None:
        return False
    start, end = remark.span
    known = (remark.code, remark.file, remark.rule)
    before = found[: next(place for place, other in enumerate(found) if other is remark)]
    spans = [other.span for other in before if (other.code, other.file, other.rule) == known]
    return any(span is not None and span[0] < end and start < span[1] for span in spans)


def _order(one: Diagnostic) -> tuple[int, int, str, str]:
    return (
        (0, 0, one.code, one.message) if one.span is None else (one.span.line, one.span.column, one.code, one.message)
    )


def _diagnostic(remark: Remark, lines: Lines | None) -> Diagnostic:
    span = None if remark.span is None or lines is None else lines.span(*remark.span)
    excerpt: tuple[str, ...] = ()
    if span is not None and lines is not None:
        last = min(span.end_line, span.line + MOST_LINES - 1)
        excerpt = tuple(_line(lines.text_of(number)) for number in range(span.line, last + 1))
    return Diagnostic(
        remark.code,
        remark.level or BY_NAME[remark.code].level,
        display_text(remark.message),
        remark.file,
        span,
        None if remark.rule is None else display_text(remark.rule),
        display_text(remark.hint or REMEDIES.get(remark.code, "")),
        excerpt,
    )


def _line(text: str) -> str:
    shortened = text[:LONGEST_LINE] + ("…" if len(text) > LONGEST_LINE else "")
    return display_text(shortened.replace("\t", " "))


_DETAIL = re.compile(r"(?::(?P<line>\d+))?: (?P<reason>.*)", re.DOTALL)
_AT = re.compile(r"at line (\d+), column (\d+)")


def _manifest_mistake(path: Path, error: RulePackError) -> Diagnostic | None:
    """What makes the manifest unreadable, with its line where that is known; None where something else is wrong."""
    place = path / MANIFEST
    if (
        not path.is_dir()
        or not place.exists()
        or not any(str(shown(place)) in text for text in (str(error), *error.details))
    ):
        return None
    reason = error.details[0] if error.details else str(error)
    said = _DETAIL.match(reason.removeprefix(str(shown(place))))
    line, column = 1 if said is None or said["line"] is None else int(said["line"]), 1
    exact = _AT.search(reason)
    if exact is not None:
        line, column = int(exact[1]), int(exact[2])
    text = place.read_bytes().decode("utf-8", "replace")
    lines = Lines(text)
    excerpt = (_line(lines.text_of(line)),)
    span = Span(line, column, line, max(column, len(lines.text_of(line)) + 1))
    message = f"the manifest can't be used: {reason if said is None else said['reason']}"
    return Diagnostic("CFR007", Level.ERROR, display_text(message), MANIFEST, span, hint=error.hint, excerpt=excerpt)
