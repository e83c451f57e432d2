"""JSON text: plain data as indented JSON, in parts; iterators are lists that are never whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
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
            yield f",{inner}".join([_text(item, inner) for item in some])
            between = ","
        yield "[]" if between == "[" else f"{line}]"
    else:
        yield _text(value, line)


def _text(value: Any, line: str) -> str:
    """Return a value that holds no iterators, as its type is written."""
    if (leaf := _LEAVES.get(type(value))) is not None:
        return leaf(value)
    inner = line + _STEP
    if isinstance(value, dict) and value:
        members = [f"{quoted(key)}: {_text(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}"
    if isinstance(value, list | tuple) and value:
        items = [_text(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]"
    return json.dumps(value, allow_nan=False)


def _finite(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("NaN and infinity are not JSON")
    return repr(value)


_LEAVES: dict[type, Callable[[Any], str]] = {
    str: quoted,
    float: _finite,
    int: repr,
    type(None): lambda _: "null",
}
