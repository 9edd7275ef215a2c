"""Conditions as words and signs: comments are none of them, wherever they stand."""

import pytest

from cyberforensics.rules.conditions import tokens_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a /* b */", "a"),
        ("a // b", "a"),
        ("a /* b */ // c\n/* d\n */ \t", "a"),
        ("/* a */", ""),
        (" \n", ""),
        ("a/* * **/and// x\nnot b", "a and not b"),
        ("a matches /b\\/*c/i and $d*", "a matches /b\\/*c/i and $d*"),
        ("5or\\6", "5 or \\ 6"),
    ],
)
def test_comments_are_left_out(text: str, words: str) -> None:
    found = tuple(tokens_of(text, 0))
    assert " ".join(token.text for token in found) == words
    assert all(text[token.start : token.end] == token.text for token in found)
