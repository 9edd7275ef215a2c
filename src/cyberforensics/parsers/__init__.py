"""Bytes → events, one file per artifact. Parsers never open files: they are given a stream."""

from cyberforensics.parsers.orientation import SYSTEMS
from cyberforensics.parsers.parser import Parser
from cyberforensics.parsers.windows.recycle_bin import RECYCLE_BIN

PARSERS: tuple[Parser, ...] = (RECYCLE_BIN,)
"""Every parser, in the order in which they run."""

__all__ = ["PARSERS", "SYSTEMS", "Parser"]
