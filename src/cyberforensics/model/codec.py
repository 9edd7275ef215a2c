"""Dataclasses to JSON and back, checked: for what lies in a store, and for what a worker says.

Fields stand by name, tuples are lists, bytes base64, enums their values. A value of another shape than its type says is
refused.
"""

import base64
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class BadShape(Exception):
    """A value is not of the shape that its type says."""


Code = Callable[[Any], Any]

CHECK = "check"
"""In the metadata of a field: how its value is checked, where that is not by its type."""

_INTEGERS = 1 << 63  # what a store holds; anything beyond is refused before it comes there


def encoder(hint: Any) -> Code:  # noqa: ANN401 - a codec works on every type
    """How to turn values of a type into what JSON has, made once for each type."""
    return _encoder(hint)


def decoder(hint: Any) -> Code:  # noqa: ANN401
    """How to check values from JSON and turn them into their type; it raises `BadShape`."""
    return _decoder(hint)


def integer(bits: int) -> Code:
    """A check: an integer of at most so many bits, and its sign."""
    return lambda value: _checked(value, type(value) is int and value.bit_length() <= bits)


def integers(bits: int) -> Code:
    """A check: a list of such integers, which becomes a tuple."""
    one = integer(bits)
    return lambda value: tuple([one(part) for part in _list(value)])


def _same(value: Any) -> Any:  # noqa: ANN401 - a codec works on every type
    return value


@cache
def _encoder(hint: Any) -> Code:  # noqa: ANN401
    """How to turn a value of a type into what JSON has."""
    if is_dataclass(hint):
        return _dataclass_encoder(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        options = [option for option in get_args(hint) if option is not type(None)]
        if len(options) == 1:
            only = _encoder(options[0])
            return lambda value: None if value is None else only(value)
        if all(option in (str, int, bool, float) for option in options):
            return _same
        raise TypeError(f"no codec for {hint}")
    if origin is tuple:
        item = get_args(hint)
        if len(item) == 2 and item[1] is Ellipsis:
            each = _encoder(item[0])
            return lambda value: [each(part) for part in value]
        parts = [_encoder(kind) for kind in item]
        return lambda value: [code(part) for code, part in zip(parts, value, strict=True)]
    if origin is not None and issubclass(origin if isinstance(origin, type) else object, Mapping):
        return dict
    if hint is bytes:
        return lambda value: base64.b64encode(value).decode()
    return _same


@cache
def _decoder(hint: Any) -> Code:  # noqa: ANN401 - one branch for each kind of type
    """How to check a value from JSON, and turn it into its type."""
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union_decoder(hint)
    if origin is tuple:
        item = get_args(hint)
        if len(item) == 2 and item[1] is Ellipsis:
            each = decoder(item[0])
            return lambda value: tuple([each(part) for part in _list(value)])
        parts = [decoder(kind) for kind in item]
        return lambda value: tuple([code(part) for code, part in zip(parts, _list(value), strict=True)])
    if origin is Literal:
        allowed = frozenset(get_args(hint))
        return lambda value: _checked(value, isinstance(value, str) and value in allowed)
    if origin is not None and issubclass(origin if isinstance(origin, type) else object, Mapping):
        return _text_mapping
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint is bytes:
        return lambda value: base64.b64decode(_checked(value, isinstance(value, str)), validate=True)
    if hint is int:
        return lambda value: _checked(value, type(value) is int and -_INTEGERS <= value < _INTEGERS)
    if hint in (str, bool):
        return lambda value: _checked(value, type(value) is hint)
    raise TypeError(f"no codec for {hint}")


def _dataclass_encoder(hint: Any) -> Code:  # noqa: ANN401
    codes: list[tuple[str, Code]] = []

    def encode_dataclass(value: Any) -> Any:  # noqa: ANN401
        if not codes:  # at first use, since a type may hold itself
            codes.extend((field.name, _encoder(kind)) for field, kind in _fields(hint))
        return {name: code(getattr(value, name)) for name, code in codes}

    return encode_dataclass


def _dataclass_decoder(hint: Any) -> Code:  # noqa: ANN401
    codes: dict[str, Code] = {}

    def decode_dataclass(value: Any) -> Any:  # noqa: ANN401
        if not codes:
            codes.update((field.name, field.metadata.get(CHECK) or decoder(kind)) for field, kind in _fields(hint))
        if type(value) is not dict or value.keys() != codes.keys():
            raise BadShape("a field is missing or unknown")
        return hint(**{name: code(value[name]) for name, code in codes.items()})

    return decode_dataclass


def _union_decoder(hint: Any) -> Code:  # noqa: ANN401
    options = [option for option in get_args(hint) if option is not type(None)]
    optional = type(None) in get_args(hint)
    if len(options) == 1:
        only = decoder(options[0])
        return lambda value: None if value is None else only(value)
    if all(option in (str, int, bool, float) for option in options):
        kinds = tuple(options)
        return lambda value: _checked(value, (value is None and optional) or type(value) in kinds)
    raise TypeError(f"no codec for {hint}")


def _fields(hint: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    hints = get_type_hints(hint)
    return [(field, hints[field.name]) for field in fields(hint)]


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    if type(value) is not list:
        raise BadShape("a list was expected")
    return value


def _checked(value: Any, good: bool) -> Any:  # noqa: ANN401
    if not good:
        raise BadShape("a value of another type was expected")
    return value


def _text_mapping(value: Any) -> Mapping[str, str]:  # noqa: ANN401
    if type(value) is not dict or not all(type(part) is str for part in value.values()):
        raise BadShape("a mapping of texts was expected")
    return types.MappingProxyType(value)
