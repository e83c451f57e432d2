"""JSON Schema: whether a document is what a schema of this package says. Standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

Check = Callable[[Any, str], str]
"""Takes a value and its path; returns what is wrong with it, or nothing."""

Schema = Mapping[str, Any]
Sizes = tuple[type, ...]

_LARGEST = 1 << 64
"""Whole numbers from here on are of no use: those of NumPy and Arrow are below."""

_SHOWN = 40

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),  # A tuple where no text of it was made yet.
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
_SAID_ELSEWHERE = {"$schema", "$id", "$defs", "title", "description"}


@lru_cache
def document_check(name: str) -> Check:
    """Return the check of documents of a kind, by ``schemas/<name>.schema.json``.

    Of JSON Schema it knows what the schemas of this package use, and no more: a keyword that it
    does not know is a ValueError. Numbers must be finite, and whole ones below 2**64.

    Examples
    --------
    >>> document_check("report")({"format": "xent.report"}, "")
    'format_version is missing'
    """
    from importlib.resources import files  # Takes its time, and only who reads documents needs it.

    text = files("xent_cli").joinpath("schemas", f"{name}.schema.json").read_text("utf-8")
    schema = json.loads(text)
    return compile_schema(schema, schema.get("$defs", {}))


def compile_schema(schema: Schema, defs: Schema) -> Check:
    """Turn a schema, with the definitions that it refers to, into a check.

    Examples
    --------
    >>> check = compile_schema({"type": "array", "items": {"type": "integer", "minimum": 1}}, {})
    >>> check([1, 2], "n"), check([1, 0], "n"), check([True], "n")
    ('', 'n[1] must be at least 1', 'n[0] must be of type integer')
    """
    words = [word for word in schema if word not in _SAID_ELSEWHERE]
    words.sort(key=lambda word: word != "type")
    checks = [_compile_keyword(word, schema, defs) for word in words]
    return checks[0] if len(checks) == 1 else partial(_all, checks)


def _compile_keyword(word: str, schema: Schema, defs: Schema) -> Check:
    said = schema[word]
    if word in _LIMITS:
        return partial(_LIMITS[word], said)
    inner = partial(compile_schema, defs=defs)
    match word:
        case "type":
            names = [said] if isinstance(said, str) else said
            kinds = tuple(kind for name in names for kind in _TYPES[name])
            return partial(_typed, kinds, " or ".join(names))
        case "properties":
            return partial(_members, {name: inner(each) for name, each in said.items()})
        case "additionalProperties":
            known = frozenset(schema.get("properties", ()))
            return partial(_others, known, inner({} if said is True else said))
        case "items":
            return partial(_items, inner(said))
        case "anyOf":
            return partial(_any, [inner(each) for each in said])
        case "$ref":
            return inner(defs[said.removeprefix("#/$defs/")])
    raise ValueError(f"the keyword {word} is not known")


def _all(checks: list[Check], value: Any, path: str) -> str:
    return next((wrong for check in checks if (wrong := check(value, path))), "")


def _any(checks: list[Check], value: Any, path: str) -> str:
    found = [check(value, path) for check in checks]
    return "" if "" in found else found[-1]


def _typed(types: tuple[type, ...], said: str, value: Any, path: str) -> str:
    kind = type(value)  # Exactly: True is no integer.
    if kind not in types:
        return f"{path or 'it'} must be of type {said}"
    if kind is float and not math.isfinite(value):
        return f"{path} is too large"
    return f"{path} is too large" if kind is int and abs(value) >= _LARGEST else ""


def _members(members: Mapping[str, Check], value: Any, path: str) -> str:
    if type(value) is not dict:
        return ""
    found = ((name, check) for name, check in members.items() if name in value)
    return next((wrong for k, check in found if (wrong := check(value[k], _below(path, k)))), "")


def _others(known: frozenset[str], check: Check, value: Any, path: str) -> str:
    if type(value) is not dict:
        return ""
    found = (name for name in value if name not in known)
    return next((wrong for k in found if (wrong := check(value[k], _below(path, k)))), "")


def _items(check: Check, value: Any, path: str) -> str:
    if not isinstance(value, list | tuple):
        return ""
    # Paths are made where something is wrong: most lists are long and right.
    return next((check(v, f"{path}[{i}]") for i, v in enumerate(value) if check(v, path)), "")


def _required(names: list[str], value: Any, path: str) -> str:
    lacking = [n for n in names if n not in value] if type(value) is dict else []
    return f"{_below(path, lacking[0])} is missing" if lacking else ""


def _const(only: Any, value: Any, path: str) -> str:
    return _enum([only], value, path)


def _enum(some: list[Any], value: Any, path: str) -> str:
    alike = (value == each and type(value) is type(each) for each in some)
    return "" if any(alike) else f"{path} must be one of {', '.join(map(str, some))}"


def _pattern(pattern: str, value: Any, path: str) -> str:
    # In JSON Schema $ is the end, and not what stands before a last line end.
    fits = not isinstance(value, str) or re.search(pattern.replace("$", r"\Z"), value)
    return "" if fits else f"{path} is not what it should be"


def _minimum(least: float, value: Any, path: str) -> str:
    return f"{path} must be at least {least}" if _is_number(value) and value < least else ""


def _maximum(most: float, value: Any, path: str) -> str:
    return f"{path} must be at most {most}" if _is_number(value) and value > most else ""


def _above(least: float, value: Any, path: str) -> str:
    return f"{path} must be above {least}" if _is_number(value) and value <= least else ""


def _under(most: float, value: Any, path: str) -> str:
    return f"{path} must be below {most}" if _is_number(value) and value >= most else ""


def _at_least(kinds: Sizes, least: int, value: Any, path: str) -> str:
    return f"{path} is too short" if type(value) in kinds and len(value) < least else ""


def _at_most(kinds: Sizes, most: int, value: Any, path: str) -> str:
    return f"{path} is too long" if type(value) in kinds and len(value) > most else ""


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _below(path: str, name: str) -> str:
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
    return f"{path}.{shown}" if path else shown


_LIMITS: dict[str, Callable[[Any, Any, str], str]] = {
    "required": _required,
    "const": _const,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "maximum": _maximum,
    "exclusiveMinimum": _above,
    "exclusiveMaximum": _under,
    "minItems": partial(_at_least, (list, tuple)),
    "maxItems": partial(_at_most, (list, tuple)),
    "minLength": partial(_at_least, (str,)),
    "minProperties": partial(_at_least, (dict,)),
}
