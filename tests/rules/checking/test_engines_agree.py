"""What is complained of is what the engine refuses, whatever is done to a rule file."""

import pytest
import yara
import yara_x
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberforensics.rules.checking import libyara, yarax
from cyberforensics.rules.checking.complaints import Complaint, Sort
from cyberforensics.rules.engines import EXTERNALS
from cyberforensics.rules.syntax import parse
from tests.helpers import ROOT

_TEXTS = [path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*/*.yar"))]
_PIECES = (*'"{}/()$=:é0\n', "/*", "*/", "//", "rule ", "import ", " and ", "")
_VALUES = dict.fromkeys(EXTERNALS, "")
_UNTIMED = settings(deadline=None)
"""An example compiles a file many times over: on a busy machine that takes longer than Hypothesis allows for one."""


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """A shipped rule file in which some places were replaced."""
    text = draw(st.sampled_from(_TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from((0, 1, 5, 60)))
        text = text[:start] + draw(st.sampled_from(_PIECES)) + text[start + length :]
    return text


def _mistakes(found: list[Complaint], text: str) -> list[Complaint]:
    for one in found:
        assert 0 <= one.start <= one.end <= len(text)
    return [one for one in found if one.sort not in (Sort.WARNING, Sort.STRICT)]


@_UNTIMED
@given(_damaged())
def test_yara_python(text: str) -> None:
    try:
        yara.compile(source=text, externals=_VALUES, includes=False)
    except yara.Error:
        refused = True
    else:
        refused = False
    assert bool(_mistakes(libyara.complaints(parse(text), _VALUES), text)) == refused


@_UNTIMED
@given(_damaged())
def test_yara_x(text: str) -> None:
    compiler = yara_x.Compiler(relaxed_re_syntax=True, includes_enabled=False)
    for name in EXTERNALS:
        compiler.define_global(name, "")
    try:
        compiler.add_source(text)
    except yara_x.CompileError:
        refused = True
    else:
        refused = False
    assert bool(_mistakes(yarax.complaints(parse(text), _VALUES), text)) == refused


@pytest.mark.parametrize("number", range(len(_TEXTS)))
def test_one_broken_rule_in_a_shipped_file_is_the_only_one_named(number: int) -> None:
    text = _TEXTS[number]
    for place, rule in enumerate(parse(text).rules):
        last = rule.condition[-1]
        broken = text[: last.end] + " and no_such_name" + text[last.end :]
        for engine in (libyara, yarax):
            said = _mistakes(engine.complaints(parse(broken), _VALUES), broken)
            assert [(one.rule, broken[one.start : one.end]) for one in said] == [(place, "no_such_name")]
