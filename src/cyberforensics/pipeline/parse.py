"""The one boundary between parsers and the rest: whatever the bytes are, the examination goes on."""

import io
import logging
import mmap
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import BinaryIO, cast

from cyberforensics.errors import MalformedData
from cyberforensics.model.entry import Content
from cyberforensics.model.event import Event
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.parsers import PARSERS, Parser

run_log = logging.getLogger("cyberforensics.run")


def run_parsers(content: Content, data: bytes | mmap.mmap) -> Iterator[Event | Problem]:
    """Run every parser whose patterns fit one of the content's names."""
    for parser in _fitting(content):
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        yield from run_parser(parser, cast("BinaryIO", stream), content.names[0].path)


def has_parser(content: Content) -> bool:
    """Whether there is a parser for the content."""
    return any(True for _ in _fitting(content))


def _fitting(content: Content) -> Iterator[Parser]:
    if content.names[0].stream is not None:
        return
    paths = [name.path.lower() for name in content.names]
    for parser in PARSERS:
        if any(fnmatchcase(path, glob) for path in paths for glob in parser.patterns):
            yield parser


def run_parser(parser: Parser, stream: BinaryIO, path: str) -> Iterator[Event | Problem]:
    """Run a parser to its end, whatever the bytes are."""
    try:
        yield from parser.parse(stream)
    except MalformedData as error:
        yield Problem(
            Stage.PARSE, "parser.malformed", f"{parser.name}: {error.code}: {error}", path=path, offset=error.offset
        )
    except MemoryError:
        raise  # of the whole process, which ends with it
    except Exception:  # noqa: BLE001 - a bug in one parser must not end the examination
        run_log.exception("parser %s", parser.name)
        yield Problem(Stage.PARSE, "parser.crashed", f"{parser.name} stopped on this entry", Severity.ERROR, path)
