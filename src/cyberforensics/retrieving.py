"""What a pass was made with, found again: its rule packs and lists by their digests, its other settings as recorded."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyberforensics import case, rules
from cyberforensics.errors import CaseDamaged, CaseRefused, RulePackError, UsageError
from cyberforensics.model.evidence import StoredDigest
from cyberforensics.model.run import Limits, Options


@dataclass(frozen=True, slots=True)
class Given:
    """Files that the caller names, in place of those that the log of the case names."""

    rules: tuple[Path, ...] = ()
    hashes: tuple[Path, ...] = ()
    known: tuple[Path, ...] = ()
    keywords: tuple[Path, ...] = ()
    notable: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of file that findings depend on."""

    option: str
    """Of the command line, and of `Given`."""
    logged: str
    """Its name among the options in the log."""
    noun: str


_RULES = _Kind("rules", "rule_packs", "rule pack")
_WANTED = _Kind("hashes", "wanted", "list of digests")
_KNOWN = _Kind("known", "known", "list of known digests")
_KEYWORDS = _Kind("keywords", "keywords", "list of keywords")
_NOTABLE = _Kind("notable", "notable", "file of notable paths")

_Record = tuple[str, str]
"""Name and SHA-256, as the case has them."""


@dataclass(slots=True)
class Retrieval:
    """Finds what passes were made with, and remembers which of the given files had a part."""

    folder: Path
    given: Given
    passes: tuple[case.RecordedPass, ...]
    _used: set[Path] = field(default_factory=set)
    _digests: dict[Path, str | None] = field(default_factory=dict)

    def options(self, found: case.RecordedPass) -> Options:
        """The options of a pass, as far as results depend on them; what only says how it is run is left to the caller.

        Raises:
            CaseDamaged: its settings are not of their form.
            UsageError: a pack or a list is gone.
        """
        try:
            return self._options(found, _logged(self.folder, found))
        except (KeyError, TypeError, ValueError) as error:
            raise CaseDamaged(
                f"{self.folder / case.STORE}: the settings of pass {found.number} are not of their form",
                hint="go back to a copy of the case",
            ) from error

    def _options(self, found: case.RecordedPass, logged: Mapping[str, Any]) -> Options:
        key = found.run_key
        algorithm, _, stated = str(key.get("stated digest") or "").partition(":")
        zone, engine = key.get("source time zone"), str(key.get("rule engine", ""))
        return Options(
            rule_packs=self._files(_RULES, found, logged),
            engine=engine.partition(" ")[0] or Options().engine,
            skip_broken_rules=any(pack.left_out for pack in found.packs),
            wanted=self._files(_WANTED, found, logged),
            known=self._files(_KNOWN, found, logged),
            keywords=self._files(_KEYWORDS, found, logged),
            notable=self._files(_NOTABLE, found, logged),
            skip_known=bool(key.get("rules not run on known contents")),
            expected={found.exhibit: StoredDigest(algorithm, stated, "examiner")} if stated else {},
            verify=str(key.get("media digest computed", "no")),
            zones={} if zone is None else {found.exhibit: str(zone)},
            limits=_limits(key, logged),
            scope=found.scope,
            first=tuple(map(str, key.get("examined first", ()))),
            last=tuple(map(str, key.get("examined last", ()))),
            cross_check=bool(key.get("cross-check")),
        )

    def refuse_unused(self) -> None:
        """A file that was named for nothing is a slip.

        Raises:
            UsageError: there is one.
        """
        for kind in (_RULES, _WANTED, _KNOWN, _KEYWORDS, _NOTABLE):
            for path in getattr(self.given, kind.option):
                if path not in self._used:
                    names = sorted({name for found in self.passes for name, _ in _records(kind, found)})
                    raise UsageError(
                        f"--{kind.option} {path}: stands for no {kind.noun} of this case",
                        hint=f"the case was made with: {', '.join(names) or 'none'}",
                    )

    def _files(self, kind: _Kind, found: case.RecordedPass, logged: Mapping[str, Any]) -> tuple[Path, ...]:
        """For each recorded file the one that has its digest, else the one that stands in its place.

        What the caller names comes before what the log names: to repeat with another pack is to name it.
        """
        records = _records(kind, found)
        then = _paths(kind, logged)
        given: tuple[Path, ...] = getattr(self.given, kind.option)
        exact = {digest for other in self.passes for _, digest in _records(kind, other)}
        others = [path for path in given if self._digest(kind, path) not in exact]
        names = {path.name for other in self.passes for path in _paths(kind, _logged(self.folder, other))}
        chosen: list[Path] = []
        for at, (name, digest) in enumerate(records):
            before = then[at] if len(then) == len(records) else None
            instead = [path for path in others if path not in chosen and path.name not in names]
            candidates = [
                *(path for path in given if self._digest(kind, path) == digest),
                *(path for path in others if before is not None and path.name == before.name),
                *(path for path in instead if found.kind == case.TRIAGE and len(records) == 1),
                *(path for path in then if self._digest(kind, path) == digest),
                *instead,
                *(path for path in (before,) if path is not None and self._digest(kind, path) is not None),
            ]
            if not candidates:
                raise UsageError(
                    f"the {kind.noun} {name} (SHA-256 {digest}), with which exhibit {found.exhibit} was examined, "
                    "is not where it was",
                    hint=f"name it: --{kind.option} PATH",
                )
            chosen.append(candidates[0])
        self._used.update(chosen)
        return tuple(chosen)

    def _digest(self, kind: _Kind, path: Path) -> str | None:
        """As the case records it; None for what can't be read."""
        if path not in self._digests:
            self._digests[path] = (_digest_of_pack if kind is _RULES else _digest_of_file)(path)
        return self._digests[path]


def _paths(kind: _Kind, logged: Mapping[str, Any]) -> list[Path]:
    """Those that the log names, in their order."""
    named = logged.get(kind.logged)
    if named is None and kind is _RULES:
        return list(rules.shipped_packs())
    return [Path(str(path)) for path in named] if isinstance(named, list) else []


def _records(kind: _Kind, found: case.RecordedPass) -> list[_Record]:
    if kind is _RULES:
        return [(pack.name, pack.sha256) for pack in found.packs]
    if kind is _NOTABLE:  # the first is ours
        files = [str(text).rpartition(" ") for text in found.run_key.get("notable paths", [])]
        return [(name, digest) for name, _, digest in files[1:]]
    wanted = {_WANTED: "wanted", _KNOWN: "known", _KEYWORDS: "keywords"}[kind]
    return [(one.name, one.sha256) for one in found.lists if one.kind == wanted]


def _logged(folder: Path, found: case.RecordedPass) -> Mapping[str, Any]:
    """The options of the command that began a pass, as the log has them; nothing where it has lost them."""
    latest: Mapping[str, Any] = {}
    try:
        for line in case.read_log(folder):
            if line.record is None or line.record["action"] != f"{found.kind} started":
                continue
            facts = line.record["facts"]
            mine = tuple(facts.get("command", ())) == found.command and found.exhibit in facts.get("exhibits", ())
            if mine and (not latest or str(line.record["time"]) <= found.started):
                latest = facts.get("options", {})
    except CaseRefused:
        return {}
    return latest if isinstance(latest, dict) else {}


def _limits(key: Mapping[str, Any], logged: Mapping[str, Any]) -> Limits:
    values = dict(logged.get("limit_values") or {})
    if "zeros read of one content" in key:
        values["zeros"] = key["zeros read of one content"]
    return Limits(**values)


def _digest_of_pack(path: Path) -> str | None:
    try:
        if rules.is_archive(path):
            return rules.pack_of(rules.read_archive(path)).digest()
        return rules.read_pack(path).digest()
    except RulePackError:
        return None


def _digest_of_file(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
