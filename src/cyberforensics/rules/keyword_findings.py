"""A match of a keyword's rule to a finding: what stands beside it, and whether it is a whole word."""

import heapq
import unicodedata
from collections.abc import Iterator
from itertools import islice
from mmap import mmap

from cyberforensics.model.examination import MAX_CONTEXT, MAX_MATCHES, Finding, StringMatch
from cyberforensics.rules.engines import Match
from cyberforensics.rules.findings import finding_of
from cyberforensics.rules.keyword_rules import WHOLE_WORDS, encoding_of

_LONGEST = 4  # bytes of a character, in all encodings that there are

_Place = tuple[int, str, int, bytes]


def keyword_finding(match: Match, pack: str, namespace: str, data: bytes | mmap) -> Finding | None:
    """Say what matched where, and what stands beside it; None where no match is a whole word and all must be."""
    if WHOLE_WORDS in match.tags:
        kept, count = _whole_words(match, data)
    else:  # places of one string are in the order of offsets, so the first of each suffice
        kept = sorted(_places(match, MAX_MATCHES))[:MAX_MATCHES]
        count = sum(string.count for string in match.strings)
    if not kept:
        return None
    strings = tuple(
        StringMatch(
            identifier,
            offset,
            length,
            found,
            data[max(0, offset - MAX_CONTEXT) : offset],
            data[offset + length : offset + length + MAX_CONTEXT],
        )
        for offset, identifier, length, found in kept
    )
    return finding_of(match, pack, namespace, per_name=False, source="keyword", places=(strings, count - len(kept)))


def _whole_words(match: Match, data: bytes | mmap) -> tuple[list[_Place], int]:
    """The first of the matches that are whole words, and how many these are; there may be millions."""
    count = 0

    def counted() -> Iterator[_Place]:
        nonlocal count
        for place in _places(match):
            if _is_whole_word(data, place):
                count += 1
                yield place

    return heapq.nsmallest(MAX_MATCHES, counted()), count


def _places(match: Match, most: int | None = None) -> Iterator[_Place]:
    """At most so many of each string."""
    for string in match.strings:
        for offset, length, data in islice(string.places(), most):
            yield offset, string.identifier, length, data


def _is_whole_word(data: bytes | mmap, place: _Place) -> bool:
    offset, identifier, length, _ = place
    encoding = encoding_of(identifier)
    before = data[max(0, offset - _LONGEST) : offset]
    after = data[offset + length : offset + length + _LONGEST]
    ends = [before[-count:] for count in range(min(_LONGEST, len(before)), 0, -1)]
    starts = [after[:count] for count in range(min(_LONGEST, len(after)), 0, -1)]
    return not (_is_of_word(ends, encoding) or _is_of_word(starts, encoding))


def _is_of_word(candidates: list[bytes], encoding: str) -> bool:
    """Whether the longest of these that is one character is a letter, a digit, a mark of one, or an underscore."""
    for candidate in candidates:
        try:
            text = candidate.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) == 1:
            return text.isalnum() or text == "_" or unicodedata.category(text).startswith("M")
    return False
