"""Media types from content: libmagic's answer, without asking the rules that cannot match.

libmagic tries some 3,300 rules on every content, one after the other, and for text compiles forty regular expressions
each time. Most of them cannot match, and a look at the content says so. This module asks libmagic with a
database of the other rules, in their order. What a rule that cannot match would do is nothing, so the answer is the
same. Encodings, JSON, CSV, tar and compound documents are not rules: libmagic looks at them itself, every time.
docs/decisions/media-types.md says why it is so, and how equality was proven.
"""

import ctypes
import sys
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

# The wheel's library, not the machine's: this import tells the next one where it is.
import pylibmagic

# isort: split
import magic

from cyberforensics.pipeline.media_clues import clues
from cyberforensics.pipeline.media_needs import ANY, GROUPS, Bytes, Needs, exact_bytes, holds, may_match, needs
from cyberforensics.pipeline.media_rules import INDIRECT, USE, Database, Rule, Test

HEAD = 1024 * 1024
"""Bytes from the start that libmagic is given: its own default."""
KNOWN_VERSION = 541
"""The libmagic whose code was read to say what its rules need; another one is asked with all its rules."""

_DATABASE = Path(str(pylibmagic.data)) / "magic.mgc"
_ENCODING = 64 * 1024  # bytes from the start that libmagic looks at to tell text from other content
_SUBSETS = 48  # smaller databases kept, of some 1 MB each
_SEEN = 8  # binary contents that begin alike, before a smaller database pays
_LARGE = 16  # records: a rule of more that hardly ever matches is kept out of the smaller databases
_NAMES = 64  # named rules within each other: as python-magic sets it
_lock = threading.Lock()


class _Asked:
    """Libmagic with a database of some of its rules."""

    def __init__(self, database: bytes) -> None:
        self._database = database  # libmagic works on these very bytes
        self._cookie = magic.magic_open(magic.MAGIC_MIME_TYPE)
        weakref.finalize(self, magic.magic_close, self._cookie)
        address = ctypes.cast(ctypes.c_char_p(database), ctypes.c_void_p)
        load = magic.libmagic.magic_load_buffers
        load.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        if load(self._cookie, ctypes.byref(address), ctypes.byref(ctypes.c_size_t(len(database))), 1) != 0:
            raise magic.MagicException(magic.magic_error(self._cookie))
        magic.magic_setparam(self._cookie, magic.MAGIC_PARAM_NAME_MAX, _NAMES)

    def from_buffer(self, head: bytes) -> str:
        return magic.maybe_decode(magic.magic_buffer(self._cookie, head))


@dataclass(frozen=True, slots=True)
class _Known:
    """A rule, what it needs, and the named rules that it reaches."""

    place: tuple[int, int]
    needs: Needs
    names: frozenset[bytes]


class _Rules:
    """All rules with their needs, and the smaller databases made of them."""

    def __init__(self) -> None:
        self._database = Database(_DATABASE)
        named = {rule.tests[0].name: rule for rule in self._database.named()}
        reach = {name: _closure(name, {n: _used(rule) for n, rule in named.items()}) for name in named}
        restarting = frozenset(
            name for name in named if any(test.kind == INDIRECT for n in reach[name] for test in named[n].tests)
        )
        self._named = {name: (rule.start, rule.end) for name, rule in named.items()}
        self._known: list[_Known] = []
        self._alone: list[tuple[int, int, bytes]] = []
        self._restarts: tuple[list[tuple[Test, ...]], ...] = tuple([] for _ in ANY)
        for rule in self._database.rules():
            need = needs(rule)
            names = frozenset().union(*(reach[name] for name in _used(rule)))
            for path in _paths(rule, restarting):
                for byte in need.first:
                    self._restarts[byte].append(path)
            size = len(rule.tests) + sum(len(named[name].tests) for name in names)
            telling = exact_bytes(rule.tests[0]) if size >= _LARGE and need.first is ANY and not need.text else None
            if telling is not None and len(telling[1].strip(b"\0")) > 1:
                offset, value = telling
                self._alone.append((offset, offset + len(value), value))
            else:
                self._known.append(_Known((rule.start, rule.end), need, names))
        self._anywhere = [number for number, known in enumerate(self._known) if known.needs.text]
        self._beginning: tuple[list[int], ...] = tuple([] for _ in ANY)
        for number, known in enumerate(self._known):
            if known.needs.first is ANY:
                self._anywhere.append(number)
            else:
                for byte in known.needs.first:
                    self._beginning[byte].append(number)
        self._seen: Counter[frozenset[int]] = Counter()
        self._candidates = lru_cache(maxsize=_SUBSETS)(self._find_candidates)
        self.subset = lru_cache(maxsize=_SUBSETS)(self._make_subset)

    def asked(self, head: bytes) -> _Asked | None:
        """Libmagic with the rules that may match; None where all are to be asked."""
        for path in self._restarts[head[0]]:
            if all(holds(test, head) for test in path):
                return None  # a rule of this content starts all rules again, at another place
        for start, end, value in self._alone:
            if head[start:end] == value:
                return None
        nul = head.find(b"\0")
        if nul >= 0:
            group = GROUPS[head[0]]
            self._seen[group] += 1
            worth_it = self._seen[group] > _SEEN and _is_binary(head, nul)
            return self.subset(group, Bytes.ALL, 0) if worth_it else None
        if head[0] in b"\xfe\xff" or head.find(b" ", 0, _ENCODING) < 0:
            return None  # UTF-16, or perhaps EBCDIC, where 0x20 is no text: the text rules see other bytes than these
        return self.subset(GROUPS[head[0]], Bytes.ASCII if head.isascii() else Bytes.NO_NUL, clues(head))

    def _make_subset(self, first: frozenset[int], kind: Bytes, found: int) -> _Asked:
        kept = [known for known in self._candidates(first, kind) if not known.needs.clue or known.needs.clue & found]
        names = frozenset().union(*(known.names for known in kept))
        return _Asked(
            self._database.smaller([known.place for known in kept], sorted(self._named[name] for name in names))
        )

    def _find_candidates(self, first: frozenset[int], kind: Bytes) -> list[_Known]:
        numbers = sorted(set().union(self._anywhere, *(self._beginning[byte] for byte in first)))
        return [self._known[number] for number in numbers if may_match(self._known[number].needs, first, kind)]


def _is_binary(head: bytes, nul: int) -> bool:
    """Whether libmagic finds no text in a content with this NUL byte, for certain: it leaves NULs at the end aside."""
    if nul >= _ENCODING or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return False
    return bool(head[nul : nul + 4096].strip(b"\0"))


def _used(rule: Rule) -> frozenset[bytes]:
    return frozenset(test.name for test in rule.tests if test.kind == USE)


def _closure(name: bytes, uses: dict[bytes, frozenset[bytes]]) -> frozenset[bytes]:
    found, waiting = set[bytes](), [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(uses[name])
    return frozenset(found)


def _paths(rule: Rule, restarting: frozenset[bytes]) -> Iterator[tuple[Test, ...]]:
    """The tests that must hold before libmagic starts all rules again at another place of the content."""
    above: list[Test] = []
    for test in rule.tests:
        del above[test.level :]
        above.append(test)
        restarts = test.kind == INDIRECT or (test.kind == USE and test.name in restarting)
        if restarts and not any(parent.mime.strip(b"\0") for parent in above[:-1]):  # a media type ends the rule
            yield tuple(above[:-1])


@cache
def _whole() -> magic.Magic:
    """Libmagic with its whole database: loaded once a process, when it is first asked."""
    return magic.Magic(mime=True, magic_file=str(_DATABASE))


@cache
def _rules() -> _Rules | None:
    """None where this libmagic, or its database, is not the known one."""
    if magic.magic_version() != KNOWN_VERSION or sys.byteorder != "little":
        return None
    try:
        return _Rules()
    except ValueError:
        return None


def by_all_rules(head: bytes) -> str | None:
    """The answer of libmagic with its whole database: what `media_type` must answer as well."""
    with _lock:
        return _answer(_whole(), head)


def media_type(head: bytes) -> str | None:
    """The media type of a content that begins with `head` (at most `HEAD` bytes); None where libmagic fails."""
    rules = _rules()
    with _lock:
        asked = rules.asked(head) if rules is not None and head else None
        return _answer(asked or _whole(), head)


def _answer(asked: "_Asked | magic.Magic", head: bytes) -> str | None:
    try:
        return str(asked.from_buffer(head))
    except magic.MagicException:
        return None
