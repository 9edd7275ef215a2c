"""Orientation: whose computer, which system, which zone, which users, from the files that record it.

Parsers never open files: `orient` is given what was read of one installation.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace

from cyberforensics.errors import MalformedData
from cyberforensics.model.orientation import Fact, Question
from cyberforensics.model.problem import Problem, Severity, Stage
from cyberforensics.parsers.orientation.linux import LINUX
from cyberforensics.parsers.orientation.macos import MACOS
from cyberforensics.parsers.orientation.system import File, Files, System
from cyberforensics.parsers.orientation.windows import WINDOWS

SYSTEMS: tuple[System, ...] = (WINDOWS, LINUX, MACOS)
"""Every system that is asked, in this order."""

__all__ = ["SYSTEMS", "File", "Files", "System", "orient"]

_log = logging.getLogger(__name__)


def orient(system: System, root: str, files: Files) -> Iterator[Fact | Problem]:
    """Yield what the files of one installation answer, and for every other question that there is no answer."""
    answered: set[Question] = set()
    malformed: set[str] = set()
    try:
        for item in system.read(files):
            if isinstance(item, Fact):
                answered.add(item.question)
                item = replace(item, system=system.name, root=root)
            elif item.code == "parser.malformed" and item.path is not None:
                malformed.add(item.path)
            yield item
    except MalformedData as error:
        yield Problem(Stage.PARSE, "parser.malformed", f"{system.title}: {error}", offset=error.offset)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a bug in one system must not end the others
        _log.exception("orientation of %s", system.name)
        message = f"the orientation of {system.title} stopped: a bug of ours"
        yield Problem(Stage.PARSE, "parser.crashed", message, Severity.ERROR)
    for question, paths in system.asks.items():
        if question not in answered:
            yield _unanswered(Fact(system.name, root, question, "not-found"), files, paths, malformed)


def _unanswered(fact: Fact, files: Files, paths: tuple[str, ...], malformed: set[str]) -> Fact:
    given = [files[path] for path in paths if path in files]
    troubled = next((file for file in given if file.trouble or file.path in malformed), None)
    if troubled is not None:
        note = troubled.trouble or "the file contradicts its format, or has no such record"
        return replace(fact, state="unreadable", entry=troubled.entry, path=troubled.path, note=note)
    below = "" if fact.root == "/" else fact.root
    asked = ", ".join(f"{below}/{path}" for path in paths)
    if given:
        note = f"no answer in {', '.join(file.path for file in given)}"
        return replace(fact, entry=given[0].entry, path=given[0].path, note=note)
    return replace(fact, note=f"there is no {asked}")
