"""Asking one system in a test."""

from collections.abc import Mapping

from cyberforensics.model.orientation import Fact
from cyberforensics.model.problem import Problem
from cyberforensics.parsers.orientation import File, System, orient


def ask(
    system: System, files: Mapping[str, bytes], links: Mapping[str, str] | None = None, folders: tuple[str, ...] = ()
) -> tuple[list[Fact], list[Problem]]:
    """What it answers, and the problems."""
    given = {path.lower(): File(f"id of {path}", f"/{path}", data) for path, data in files.items()}
    given |= {path: File(f"id of {path}", f"/{path}", link_target=to) for path, to in (links or {}).items()}
    given |= {path.lower(): File(f"id of {path}", f"/{path}", is_folder=True) for path in folders}
    items = list(orient(system, "/", given))
    return [item for item in items if isinstance(item, Fact)], [item for item in items if isinstance(item, Problem)]


def values(facts: list[Fact], question: str) -> list[str | None]:
    return [fact.value for fact in facts if fact.question == question and fact.state == "found"]


def states(facts: list[Fact]) -> dict[str, str]:
    return {fact.question: fact.state for fact in facts}
