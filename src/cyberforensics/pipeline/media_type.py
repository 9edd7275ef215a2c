"""Media types from content: libmagic's answer, without asking the rules that cannot match.

libmagic tries some 3,300 rules on every content, one after the other, and for text compiles forty regular expressions
each time. Most of them cannot match, and a look at the content says so. This module asks libmagic with a database of
the few others, in their order. What a rule that cannot match would do is nothing, so the answer is the same. Some rules
for source code are decided here: where one matches, a rule with its answer stands in its place. Encodings, JSON, CSV,
tar and compound documents are not rules: libmagic looks at them itself, every time. docs/decisions/media-types.md says
why it is so, and how equality was proven.
"""

import ctypes
import sys
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

# The wheel's library, not the machine's: this import tells the next one where it is.
import pylibmagic

# isort: split
import magic

from cyberforensics.pipeline.media_clues import Clues
from cyberforensics.pipeline.media_exact import REACH, exact
from cyberforensics.pipeline.media_needs import Places, all_of
from cyberforensics.pipeline.media_rules import BINARY, INDIRECT, REGEX, SEARCH, STRING, TEXT, USE, Database, Rule, Test

HEAD = 1024 * 1024
"""Bytes from the start that libmagic is given: its own default."""
KNOWN_VERSION = 541
"""The libmagic whose code was read to say what its rules need; another one is asked with all its rules."""

_DATABASE = Path(str(pylibmagic.data)) / "magic.mgc"
_ENCODING = 64 * 1024  # bytes from the start that libmagic looks at to tell text from other content
_OF_TEXTS = b"\a\b\t\n\v\f\r\x1b" + bytes(range(32, 127)) + bytes(range(128, 256))  # `text_chars` in `encoding.c`
_MARK = b"\xef\xbb\xbf"  # libmagic takes it off
_SUBSETS = 512  # smaller databases kept, of some 30 KB each
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


class _Rules:
    """All rules, by what they need, and the smaller databases made of them."""

    def __init__(self) -> None:
        self._database = Database(_DATABASE)
        named = {rule.tests[0].name: rule for rule in self._database.named()}
        reach = {name: _closure(name, {n: _used(rule) for n, rule in named.items()}) for name in named}
        restarting = frozenset(
            name for name in named if any(test.kind == INDIRECT for n in reach[name] for test in named[n].tests)
        )
        self._named = {name: (rule.start, rule.end) for name, rule in named.items()}
        rules = list(self._database.rules())
        self._where = [(rule.start, rule.end) for rule in rules]
        self._names = [frozenset().union(*(reach[name] for name in _used(rule))) for rule in rules]
        self._restarts = {
            number: [all_of(path) for path in paths]
            for number, rule in enumerate(rules)
            if (paths := list(_paths(rule, restarting)))
        }
        kinds = [rule.tests[0].flags & (TEXT | BINARY) for rule in rules]
        binary = [(number, rules[number]) for number, kind in enumerate(kinds) if kind != TEXT]
        self._not_text = frozenset(number for number, _ in binary)
        texts = [(number, rules[number]) for number, kind in enumerate(kinds) if kind == TEXT]
        searching = [(number, rule) for number, rule in binary if rule.tests[0].kind in (REGEX, SEARCH)]
        self._binary = Places((number, rule) for number, rule in binary if rule.tests[0].kind not in (REGEX, SEARCH))
        self._searching = Clues(searching)
        self._beginning = Places(  # by the first test alone: further on, a text may have been converted
            (number, replace(rule, tests=rule.tests[:1])) for number, rule in texts if rule.tests[0].kind == STRING
        )
        self._exact = {number: decided for number, rule in texts if (decided := exact(rule)) is not None}
        self._text = Clues(
            [*searching, *((number, rule) for number, rule in texts if rule.tests[0].kind != STRING)], self._exact
        )
        self._always = frozenset(self._binary.anywhere).union(self._searching.without)
        self._always_text = self._always.union(self._beginning.anywhere, self._text.without)
        self.subset = lru_cache(maxsize=_SUBSETS)(self._make_subset)

    def asked(self, head: bytes) -> _Asked | None:
        """Libmagic with the rules that may match; None where all are to be asked."""
        nul = head.find(b"\0")
        answer = None
        if nul >= 0:
            if not _is_binary(head, nul):
                return None
            kept = self._always.union(self._binary.may_match(head), self._searching.may_match(head))
        else:
            if not _is_plain(head):
                return None
            text = head.removeprefix(_MARK)
            kept = self._always_text.union(
                self._binary.may_match(head), self._beginning.may_match(text), self._text.may_match(text)
            )
            if not kept.isdisjoint(self._exact) and head[:REACH].isascii():
                kept, answer = self._decided(kept, head[:_ENCODING])
        for number in kept & self._restarts.keys():
            if any(all(check(head) for check in checks) for checks in self._restarts[number]):
                return None  # a rule of this content starts all rules again, at another place
        return self.subset(kept, answer)

    def _decided(self, kept: frozenset[int], text: bytes) -> tuple[frozenset[int], str | None]:
        """The rules to ask, without those that are decided here, and the answer of the first of these that matches."""
        for number in sorted(kept.intersection(self._exact)):
            if self._exact[number].matches(text):
                left = {
                    other for other in kept if (other < number and other not in self._exact) or other in self._not_text
                }
                return frozenset(left), self._exact[number].mime
        return kept.difference(self._exact), None

    def _make_subset(self, kept: frozenset[int], answer: str | None) -> _Asked:
        names = frozenset().union(*(self._names[number] for number in kept))
        return _Asked(
            self._database.smaller(
                [self._where[number] for number in sorted(kept)], sorted(self._named[name] for name in names), answer
            )
        )


def _is_plain(head: bytes) -> bool:
    """Whether libmagic's text rules see these very bytes, or their conversion from an extension of ASCII."""
    if head[0] in b"\xfe\xff" or head.startswith(b"+/v"):
        return False
    return head.find(b" ", 0, _ENCODING) >= 0 or not head[:_ENCODING].translate(None, _OF_TEXTS)


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
