"""JSON text: what the standard library writes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.render.json_text import json_parts

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES, st.lists(VALUES))
def test_it_is_that_of_the_standard_library(value: Any, items: list[Any]) -> None:
    """Iterators are lists, at every level of what holds them."""
    whole = {"value": value, "items": items, "nested": [{"items": items}]}
    lazy = {"value": value, "items": iter(items), "nested": [{"items": map(tuple_of, items)}]}
    wanted = json.dumps(whole, indent=2, allow_nan=False)
    assert json.loads("".join(json_parts(lazy))) == json.loads(wanted)
    if "##" not in wanted:
        lazy = {"value": value, "items": iter(items), "nested": [{"items": map(tuple_of, items)}]}
        assert "".join(json_parts(lazy)) == wanted + "\n"


def tuple_of(value: Any) -> Any:
    """Make a tuple of a list, which JSON writes as one."""
    return tuple(value) if isinstance(value, list) else value


def test_long_lists_come_in_parts() -> None:
    """No part is all of it."""
    items = [str(number) for number in range(50_000)]
    parts = list(json_parts({"items": iter(items)}))
    assert len(parts) > 3
    assert json.loads("".join(parts)) == {"items": items}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    """As a leaf, and within an iterator."""
    with pytest.raises(ValueError, match="JSON"):
        list(json_parts({"x": iter([[value]])}))
