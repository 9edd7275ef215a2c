"""Cells of the report's large tables: quickly made ones are the same as those made with every care."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyberforensics.report.html_json import embedded
from cyberforensics.report.html_rows import _cells

_CELL = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.text("a</>&\\\"'\x7f·é\n\u2028", max_size=9)
)


@given(st.lists(_CELL | st.lists(st.text(max_size=5), max_size=3) | st.tuples(st.text(max_size=5)), max_size=8))
@example(["plain", 5, None, True, ["a", "b"], ("c",)])
@example([2**63, -(2**63), 2**64, -(2**64), 10**40])
@example(["\ud800", "a"])
@example(["</script>", "a&b", "tab\t", "\x7f", "\\x00", '"'])
def test_the_same_text_either_way(row: list[object]) -> None:
    assert _cells(row) == embedded(row)[1:-1]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("/a b.txt", '"/a b.txt"'),
        ("<b>&", '"\\u003cb\\u003e\\u0026"'),
        ("é·", '"\\u00e9\\u00b7"'),
        ("\u202e", '"\\\\u{202e}"'),
        (2**64, "18446744073709551616"),
        (None, "null"),
        (("x", 3), '["x",3]'),
    ],
)
def test_cells_by_hand(cell: object, text: str) -> None:
    assert _cells([cell]) == text
