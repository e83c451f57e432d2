"""Our small validator of JSON Schema, against jsonschema."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xent_cli
from xent_cli.schema.json_schema import compile_schema, document_check

SCHEMAS = sorted((Path(xent_cli.__file__).parent / "schemas").iterdir())
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ab", "a\n"])
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from("abc"), v)
)
LEAVES: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 0, "maximum": 2},
    {"type": ["number", "null"], "exclusiveMinimum": -1, "exclusiveMaximum": 2},
    {"type": "string", "pattern": "^a", "minLength": 1},
    {"enum": ["a", None, 1]},
    {"const": 1},
    {"$ref": "#/$defs/some"},
    {"minProperties": 1},
    {},
]
SOME = {"type": ["boolean", "array"], "minItems": 1, "maxItems": 2}
NESTED = st.recursive(
    st.sampled_from(LEAVES),
    lambda s: st.one_of(
        s.map(lambda each: {"type": "array", "items": each, "maxItems": 2}),
        st.lists(s, min_size=1, max_size=2).map(lambda some: {"anyOf": some}),
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(st.sampled_from("ab"), s),
                "additionalProperties": s | st.just(True),
                "required": st.lists(st.sampled_from("ab"), unique=True),
                "minProperties": st.integers(0, 1),
            }
        ),
    ),
    max_leaves=6,
)


def test_keywords_as_jsonschema_judges_them() -> None:
    values = [
        None,
        True,
        -1.5,
        *range(-3, 4),
        "",
        "a",
        "ba",
        {},
        {"a": 1},
        *([0] * n for n in range(4)),
    ]
    for schema, value in itertools.product(LEAVES, values):
        _require_agreement(schema, value)


@given(NESTED, VALUES)
def test_as_jsonschema_judges(schema: dict[str, Any], value: Any) -> None:
    _require_agreement(schema, value)


def _require_agreement(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "$defs": {"some": SOME}}
    wrong = compile_schema(schema, {"some": SOME})(value, "it")
    assert (wrong == "") == jsonschema.Draft202012Validator(whole).is_valid(value), wrong


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_schemas_that_ship(path: Path) -> None:
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    wrong = document_check(path.name.removesuffix(".schema.json"))({}, "")
    assert wrong == f"{schema['required'][0]} is missing"


@pytest.mark.parametrize(
    ("schema", "value", "wrong"),
    [
        ({"type": "number"}, float("inf"), "x is too large"),
        ({"type": "number"}, float("nan"), "x is too large"),
        ({"type": "integer"}, 1 << 64, "x is too large"),
        ({"type": "integer"}, 1.0, "x must be of type integer"),
        ({"pattern": "^a$"}, "a\n", "x is not what it should be"),
        ({"properties": {"y": {"items": {"enum": ["z"]}}}}, {"y": ["z", 1]}, "x.y[1] must be one"),
        ({"additionalProperties": {"type": "null"}}, {"k" * 99: 1}, f"x.{'k' * 40}... must"),
    ],
)
def test_stricter_and_where(schema: dict[str, Any], value: Any, wrong: str) -> None:
    assert compile_schema(schema, {})(value, "x").startswith(wrong)


def test_a_keyword_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="uniqueItems is not known"):
        compile_schema({"items": {"uniqueItems": True}}, {})
