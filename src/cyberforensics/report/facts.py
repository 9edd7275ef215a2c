"""What people supplied, as reports show it."""

from dataclasses import fields, is_dataclass


def facts_object(facts: object) -> dict[str, object]:
    """A dataclass of facts as an object, under the names of ``case.toml``.

    A text is the list of its lines: none of them where nobody supplied it.
    """
    assert is_dataclass(facts)  # noqa: S101 - for the type checker
    return {field.name.rstrip("_"): _shown(getattr(facts, field.name)) for field in fields(facts)}


def _shown(value: object) -> object:
    if isinstance(value, tuple):
        return [facts_object(item) for item in value]
    if is_dataclass(value):
        return facts_object(value)
    return value.splitlines() if isinstance(value, str) else str(value)
