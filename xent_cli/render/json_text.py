"""JSON text: plain data as indented JSON, piece by piece; iterators are lists, never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from xent_cli.render.text import break_in_json

_AT_ONCE = 4096
_STEP = "  "


def json_parts(value: Any, indent: str = "") -> Iterator[str]:
    r"""Yield what ``json.dumps(value, indent=2, allow_nan=False)`` would return, in parts.

    Examples
    --------
    >>> "".join(json_parts({"a": iter([1, [2.5, None]]), "b": {}}))
    '{\n  "a": [\n    1,\n    [\n      2.5,\n      null\n    ]\n  ],\n  "b": {}\n}'
    """
    if not _holds_values(value):
        yield from _flat([value], "")
        return
    inner = indent + _STEP
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    parts = _members(value, inner) if isinstance(value, dict) else _items(value, inner)
    first = next(parts, None)
    if first is None:
        yield opening + closing
        return
    yield f"{opening}\n{inner}"
    yield first
    yield from parts
    yield f"\n{indent}{closing}"


def _members(value: dict[str, Any], indent: str) -> Iterator[str]:
    between = ""
    for key, item in value.items():
        head = f"{between}{break_in_json(json.dumps(key))}: "
        between = f",\n{indent}"
        if _holds_values(item):
            yield head
            yield from json_parts(item, indent)
        else:
            yield head + "".join(_flat([item], ""))


def _items(value: Iterable[Any], indent: str) -> Iterator[str]:
    between, rest = "", iter(value)
    while some := list(islice(rest, _AT_ONCE)):
        if any(map(_holds_values, some)):
            for item in some:
                yield between
                yield from json_parts(item, indent)
                between = f",\n{indent}"
        else:
            yield from chain((between,) if between else (), _flat(some, indent))
            between = f",\n{indent}"


def _flat(values: list[Any], indent: str) -> Iterator[str]:
    """Yield values that hold no others, by the fast encoder, which knows no indents."""
    text = json.dumps(values, separators=(f",\n{indent}", ": "), allow_nan=False)
    yield break_in_json(text[1:-1])


def _holds_values(value: Any) -> bool:
    return not (value is None or isinstance(value, str | int | float))
