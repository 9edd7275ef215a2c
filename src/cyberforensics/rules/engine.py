"""The engine itself: compile, load, and which one it is."""

import re
from collections.abc import Mapping

import yara

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
"""Variables that a rule may use without declaring them: facts of the entry's name, from the evidence."""

_NO_VALUES = dict.fromkeys(EXTERNALS, "")
_PLACE = re.compile(r"(?:line |(?P<source>.*?)\()(?P<line>\d+)\)?: (?P<reason>.*)", re.DOTALL)


class DoesNotCompile(Exception):
    """The first mistake of a source text."""

    def __init__(self, reason: str, line: int | None = None, source: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.source = source
        """Key of the included text that has the mistake; None where it is the text itself."""


def compile_texts(texts: Mapping[str, str], includes: Mapping[str, str], *, with_externals: bool) -> yara.Rules:
    """Compile every text in the namespace that is its key; ``include "KEY"`` inserts an included text.

    Raises:
        DoesNotCompile: one of the texts has a mistake; which one is known only where it was compiled alone.
    """
    try:
        return yara.compile(
            sources=dict(texts),
            externals=_NO_VALUES if with_externals else {},
            include_callback=lambda wanted, _from, _namespace: includes.get(wanted),
        )
    except (yara.Error, ValueError) as error:
        place = _PLACE.fullmatch(str(error))
        if place is None:
            raise DoesNotCompile(str(error)) from error
        raise DoesNotCompile(place["reason"], int(place["line"]), place["source"]) from error


def engine_version() -> str:
    """Name and version of the rule engine, as every pass records it."""
    return f"yara-python {yara.__version__} (libyara {yara.YARA_VERSION})"
