"""As much of JSON Schema as our schema (draft 2020-12), that of SARIF and those of CI services (draft-07) use.

An unknown keyword is an error, so nothing is skipped; `format` is a note, as it is in both drafts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}
_NOTES = frozenset(
    {"$schema", "$defs", "definitions", "$id", "id", "title", "description", "markdownDescription", "$comment"}
    | {"default", "examples", "format"}
    | {"then", "else"}  # `if` looks at them
)


def violations(value: object, schema: Schema | bool, definitions: Schema, at: str = "$") -> Iterator[str]:
    """Every place where the value is not what the schema says."""
    if isinstance(schema, bool):
        if not schema:
            yield f"{at}: nothing may stand here"
        return
    for keyword, wanted in schema.items():
        if keyword not in _NOTES:
            yield from _KEYWORDS[keyword](value, wanted, schema, definitions, at)


def _reference(value: object, wanted: str, _: object, definitions: Schema, at: str) -> Iterator[str]:
    yield from violations(
        value, definitions[wanted.removeprefix("#/$defs/").removeprefix("#/definitions/")], definitions, at
    )


def _type(value: object, wanted: str | list[str], *rest: Any) -> Iterator[str]:
    names = [wanted] if isinstance(wanted, str) else wanted
    if not any(isinstance(value, _TYPES[name]) and (name == "boolean") == isinstance(value, bool) for name in names):
        yield f"{rest[-1]}: {value!r} is no {names}"


def _enum(value: object, wanted: list[object], *rest: Any) -> Iterator[str]:
    if value not in wanted:
        yield f"{rest[-1]}: {value!r} is not in {wanted}"


def _const(value: object, wanted: object, *rest: Any) -> Iterator[str]:
    if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
        yield f"{rest[-1]}: {value!r} is not {wanted!r}"


def _pattern(value: object, wanted: str, *rest: Any) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{rest[-1]}: {value!r} does not match {wanted}"


def _minimum(value: object, wanted: int, *rest: Any) -> Iterator[str]:
    if isinstance(value, int) and value < wanted:
        yield f"{rest[-1]}: {value} is under {wanted}"


def _maximum(value: object, wanted: int, *rest: Any) -> Iterator[str]:
    if isinstance(value, int) and value > wanted:
        yield f"{rest[-1]}: {value} is over {wanted}"


def _unique(value: object, wanted: bool, *rest: Any) -> Iterator[str]:
    if wanted and isinstance(value, list) and any(one in value[:place] for place, one in enumerate(value)):
        yield f"{rest[-1]}: an item is there twice"


def _required(value: object, wanted: list[str], *rest: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{rest[-1]}: {name} is missing" for name in wanted if name not in value)


def _properties(value: object, wanted: Schema, _: object, definitions: Schema, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted.keys() & value.keys():
            yield from violations(value[name], wanted[name], definitions, f"{at}.{name}")


def _additional(value: object, wanted: Any, schema: Schema, definitions: Schema, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in value.keys() - schema.get("properties", {}).keys():
        if any(re.search(pattern, name) for pattern in schema.get("patternProperties", {})):
            continue
        if wanted is False:
            yield f"{at}: {name} is not in the schema"
        elif wanted is not True:
            yield from violations(value[name], wanted, definitions, f"{at}.{name}")


def _patterns(value: object, wanted: Schema, _: object, definitions: Schema, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for pattern, schema in wanted.items():
            for name in value:
                if re.search(pattern, name):
                    yield from violations(value[name], schema, definitions, f"{at}.{name}")


def _if(value: object, wanted: Schema, schema: Schema, definitions: Schema, at: str) -> Iterator[str]:
    branch = "else" if any(violations(value, wanted, definitions, at)) else "then"
    yield from violations(value, schema.get(branch, True), definitions, at)


def _not(value: object, wanted: Schema, _: object, definitions: Schema, at: str) -> Iterator[str]:
    if not any(violations(value, wanted, definitions, at)):
        yield f"{at}: is what it must not be"


def _all_of(value: object, wanted: list[Schema], _: object, definitions: Schema, at: str) -> Iterator[str]:
    for schema in wanted:
        yield from violations(value, schema, definitions, at)


def _characters(value: object, _wanted: int, schema: Schema, _: object, at: str) -> Iterator[str]:
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters"


def _most_properties(value: object, wanted: int, *rest: Any) -> Iterator[str]:
    if isinstance(value, dict) and len(value) > wanted:
        yield f"{rest[-1]}: {len(value)} properties"


def _needs(value: object, wanted: Mapping[str, list[str]], *rest: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted.keys() & value.keys():
            yield from _required(value, wanted[name], *rest)


def _items(value: object, wanted: Schema, schema: Schema, definitions: Schema, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from violations(item, wanted, definitions, f"{at}[{place}]")


def _prefix(value: object, wanted: list[Schema], _: object, definitions: Schema, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, (item, schema) in enumerate(zip(value, wanted, strict=False)):
            yield from violations(item, schema, definitions, f"{at}[{place}]")


def _length(value: object, wanted: int, schema: Schema, _: object, at: str) -> Iterator[str]:
    if isinstance(value, list) and not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"


def _dependent(value: object, wanted: Schema, _: object, definitions: Schema, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted.keys() & value.keys():
            yield from violations(value, wanted[name], definitions, at)


def _one_of(value: object, wanted: list[Schema], _: object, definitions: Schema, at: str) -> Iterator[str]:
    fitting = [schema for schema in wanted if not any(violations(value, schema, definitions, at))]
    if len(fitting) != 1:
        yield f"{at}: fits {len(fitting)} of the kinds"


def _any_of(value: object, wanted: list[Schema], _: object, definitions: Schema, at: str) -> Iterator[str]:
    if all(any(violations(value, schema, definitions, at)) for schema in wanted):
        yield f"{at}: fits none of the kinds"


_KEYWORDS: Mapping[str, Any] = {
    "$ref": _reference,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "uniqueItems": _unique,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "prefixItems": _prefix,
    "minItems": _length,
    "maxItems": _length,
    "dependentSchemas": _dependent,
    "dependencies": _needs,
    "const": _const,
    "patternProperties": _patterns,
    "if": _if,
    "not": _not,
    "allOf": _all_of,
    "minLength": _characters,
    "maxLength": _characters,
    "maxProperties": _most_properties,
    "oneOf": _one_of,
    "anyOf": _any_of,
}
