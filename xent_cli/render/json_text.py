"""JSON text: plain data as indented JSON, in parts; iterators are lists that are never whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from xent_cli.render.text import break_in_json

_AT_ONCE = 512
_LONG = 1 << 16
_STEP = "  "


def json_parts(value: Any) -> Iterator[str]:
    r"""Yield what ``json.dumps(value, indent=2, allow_nan=False)`` returns, and a line end.

    Commands for runners of CI are broken. Items of iterators must not hold iterators themselves.

    Examples
    --------
    >>> "".join(json_parts({"a": iter([1, [2.5, None]]), "b": {}}))
    '{\n  "a": [\n    1,\n    [\n      2.5,\n      null\n    ]\n  ],\n  "b": {}\n}\n'
    """
    waiting, length = [], 0
    for part in _parts(value, "\n"):
        waiting.append(part)
        length += len(part)
        if length >= _LONG:
            yield break_in_json("".join(waiting))
            waiting, length = [], 0
    yield break_in_json("".join(waiting)) + "\n"


def _parts(value: Any, line: str) -> Iterator[str]:
    """Yield the parts of a value whose last line begins as `line` does."""
    inner = line + _STEP
    if isinstance(value, dict) and value:
        between = "{"
        for key, item in value.items():
            yield f"{between}{inner}{quoted(key)}: "
            yield from _parts(item, inner)
            between = ","
        yield f"{line}}}"
    elif isinstance(value, list | tuple) and value:
        between = "["
        for item in value:
            yield between + inner
            yield from _parts(item, inner)
            between = ","
        yield f"{line}]"
    elif isinstance(value, Iterator):
        between = "["
        while some := list(islice(value, _AT_ONCE)):
            yield between + inner
            yield _texts(some, inner)
            between = ","
        yield "[]" if between == "[" else f"{line}]"
    else:
        leaf = _LEAVES.get(type(value))
        yield json.dumps(value, allow_nan=False) if leaf is None else leaf(value)


def _texts(items: list[Any], line: str) -> str:
    """Return items that hold no iterators as texts; the leaves of all are written at once, in C."""
    leaves: list[Any] = []
    forms = _forms(items, leaves)
    # No text of a leaf has a line end.
    texts = json.dumps(leaves, allow_nan=False, separators=("\n", ":"))[1:-1].split("\n")
    together = f",{line}".join([_template(form, line) for form in forms])
    return together % (tuple(texts) if leaves else ())


def _forms(values: Collection[Any], leaves: list[Any]) -> tuple[Any, ...]:
    """Return what values look like without their leaves, which are put behind the other ones.

    None is a leaf; others are their names, None for a list, and the forms of what they hold.
    """
    if _LEAVES.keys() >= {*map(type, values)}:  # Long lists of texts, and short ones of numbers.
        leaves += values
        return (None,) * len(values)
    found: list[Any] = []
    for value in values:
        if type(value) not in _LEAVES and isinstance(value, dict):
            found.append((tuple(value), _forms(value.values(), leaves)))
        elif type(value) not in _LEAVES and isinstance(value, list | tuple):
            found.append((None, _forms(value, leaves)))
        else:
            leaves.append(value)
            found.append(None)
    return tuple(found)


@lru_cache(maxsize=64)  # As a rule the items of an iterator have the same few forms.
def _template(form: Any, line: str) -> str:
    """Return the text of a form with %s in place of its leaves."""
    if form is None:
        return "%s"
    names, forms = form
    inner = line + _STEP
    items = [_template(each, inner) for each in forms]
    if names is not None:
        said = (quoted(name).replace("%", "%%") for name in names)
        items = [f"{name}: {item}" for name, item in zip(said, items, strict=True)]
    start, end = "[]" if names is None else "{}"
    return f"{start}{inner}{f',{inner}'.join(items)}{line}{end}" if items else start + end


def _finite(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("NaN and infinity are not JSON")
    return repr(value)


_LEAVES: dict[type, Callable[[Any], str]] = {
    str: quoted,
    float: _finite,
    int: repr,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
