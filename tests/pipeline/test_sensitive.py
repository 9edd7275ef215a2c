"""Bytes that a sensitive rule matched are sensitive in other rules' findings, too."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cyberforensics.model.examination import Finding, StringMatch
from cyberforensics.pipeline.sensitive import mark_overlaps

PLAIN = Finding("yara", "p", "n", "R", "low")
Spans = list[tuple[int, int]]


def finding(spans: Spans, *, sensitive: bool = False) -> Finding:
    return replace(PLAIN, sensitive=sensitive, strings=tuple(StringMatch("$", *span, b"") for span in spans))


def test_a_match_that_shares_a_byte() -> None:
    secret = finding([(10, 5), (12, 8), (40, 1)], sensitive=True)
    shared = [[(5, 6)], [(19, 1)], [(40, 1)], [(0, 100)], [(0, 1), (14, 1)]]
    apart = [[(5, 5)], [(20, 20)], [(41, 3)], [], [(0, 0)]]
    assert [found.sensitive for found in mark_overlaps((secret, *map(finding, shared)))] == [True] * 6
    assert [found.sensitive for found in mark_overlaps((*map(finding, apart), secret))] == [False] * 5 + [True]


def test_what_stands_around_a_keyword_counts() -> None:
    secret = finding([(10, 5)], sensitive=True)
    around = replace(PLAIN, source="keyword", strings=(StringMatch("$", 20, 3, b"key", b"12345 ", b" "),))
    apart = replace(around, strings=(replace(around.strings[0], before=b"5 : "),))
    assert [found.sensitive for found in mark_overlaps((secret, around, apart))] == [True, True, False]


def test_without_a_sensitive_rule_nothing_changes() -> None:
    findings = (finding([(0, 9)]), finding([(3, 3)]))
    assert mark_overlaps(findings) is findings


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=5)


@given(st.lists(st.tuples(SPANS, st.booleans()), max_size=5))
def test_it_is_what_counting_bytes_gives(made: list[tuple[Spans, bool]]) -> None:
    bytes_of = [{byte for start, length in spans for byte in range(start, start + length)} for spans, _ in made]
    secret = set().union(*(held for held, (_, sensitive) in zip(bytes_of, made, strict=True) if sensitive))
    expected = [sensitive or bool(held & secret) for held, (_, sensitive) in zip(bytes_of, made, strict=True)]
    findings = tuple(finding(spans, sensitive=sensitive) for spans, sensitive in made)
    assert [found.sensitive for found in mark_overlaps(findings)] == expected
