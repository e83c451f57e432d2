"""Detect: which fold a nested column is, by its type and its first rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from xent_cli.errors import ColumnError
from xent_cli.io.arrow_types import columns_of, is_list, is_number, is_text, judge_integers
from xent_cli.io.nested.fold import (
    VECTOR,
    Coded,
    Fold,
    Members,
    Plain,
    Single,
    Spread,
    Vector,
    floats,
    list_lengths,
    storage,
)
from xent_cli.io.nested.pairs import Layout, Pairs, entries
from xent_cli.schema.column import Column

_CLASS = re.compile(
    r"(?:class|label|categor|name|key|tag|value|target|token|answer|choice|option|intent)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?:score|prob|conf|value|logit|likelihood|weight|pred|\Ap\Z)", re.IGNORECASE)
_LABEL_LISTS = re.compile(r"class|label|categor|choice|option|intent|names?\Z", re.IGNORECASE)
_FRACTION = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?\Z|[+-]?\d+[eE][+-]?\d+\Z")


def fold_of(name: str, data: pa.Array) -> Fold | None:
    """Return how the column `name` is unfolded; None if xent does not know its kind.

    Parameters
    ----------
    name : str
    data : pyarrow.Array
        Its first rows.

    Examples
    --------
    >>> fold = fold_of("cats", pa.array([{"cat": 0.75, "dog": 0.25}]))
    >>> [column.name for column in fold.columns]
    ['cats.cat', 'cats.dog']
    """
    data = storage(data)
    kind = data.type
    if pa.types.is_struct(kind):
        return _of_struct(name, data)
    if pa.types.is_map(kind):
        return pairs_of(name, data, "entries")
    if is_list(kind):
        return _of_list(name, data)
    column = judge_integers(
        columns_of(pa.schema([(name, kind)])), pa.RecordBatch.from_arrays([data], [name])
    )[0]
    if column.kind == "text" and is_text(kind) and _are_fractions(data):
        return Plain((Column(name, "float"),), pa.float64())
    return None if column.kind == "other" else Plain((column,))


def pairs_of(
    name: str, data: pa.Array, layout: Layout, key: int = 0, value: int = 1
) -> Fold | None:
    """Return pairs of a class and a value; None if the first rows do not name the same classes."""
    try:
        _, names, _ = entries(data, layout, key, value, _nowhere)
        keys = tuple(dict.fromkeys(names.to_pylist()))
        if not keys or None in keys:
            return None
        columns = tuple(Column(f"{name}.{key}", "float") for key in keys)
        found = Pairs(columns, keys, layout, key, value)
        found.arrays(data, (), _nowhere)
    except (ColumnError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return found


def side_by_side(data: Mapping[str, pa.Array]) -> dict[str, str]:
    """Return which list columns hold values for the classes that another lists, by their names.

    Examples
    --------
    >>> side_by_side({"labels": pa.array([["a", "b"]]), "scores": pa.array([[0.4, 0.6]])})
    {'scores': 'labels'}
    """
    lists = {name: array for name, array in data.items() if is_list(array.type)}
    named = [
        name
        for name, array in lists.items()
        if is_text(array.type.value_type) and _LABEL_LISTS.search(name)
    ]
    found = {}
    for name, array in lists.items():
        if _holds_numbers(array.type.value_type) and _VALUE.search(name):
            fits = [own for own in named if _same_lengths(array, lists[own])]
            if len(fits) == 1:
                found[name] = fits[0]
    return found


def label_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, tuple[str, ...]]:
    """Return what Hugging Face's ClassLabel columns call their numbers, by column.

    Examples
    --------
    >>> about = {"info": {"features": {"y": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    >>> label_names({b"huggingface": json.dumps(about).encode()})
    {'y': ('neg', 'pos')}
    """
    try:
        about = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        features = about.get("info", {}).get("features", {})
        return {
            name: tuple(feature["names"])
            for name, feature in features.items()
            if isinstance(feature, dict)
            and feature.get("_type") == "ClassLabel"
            and feature.get("names")
            and all(isinstance(text, str) for text in feature["names"])
        }
    except (ValueError, AttributeError, TypeError):
        return {}


def coded(column: Column, names: Sequence[str]) -> Fold:
    """Return labels that are numbers as the texts that they stand for."""
    return Coded((Column(column.name, "text", classes=tuple(names)),))


def spread(name: str, data: pa.Array, names: Sequence[str]) -> Fold | None:
    """Return lists of one value per class as columns of these names; None if lists are others."""
    if not is_list(data.type) or not _holds_numbers(data.type.value_type):
        return None
    lengths = list_lengths(data)
    if not len(lengths) or (lengths != len(names)).any():
        return None
    bits = columns_of(pa.schema([(name, data.type)]))[0].bits
    return Spread(tuple(Column(f"{name}.{text}", "float", bits=bits) for text in names))


def _of_struct(name: str, data: pa.Array) -> Fold | None:
    kind = data.type
    members = [kind.field(at) for at in range(kind.num_fields)]
    if {"type", "values"} <= {field.name for field in members} <= VECTOR:
        return _of_vector(name, data)
    arrays = [storage(values) for values in data.flatten()]
    if len(members) == 2 or all(is_list(field.type) for field in members):
        sides = side_by_side({f.name: a for f, a in zip(members, arrays, strict=True)})
        for value, key in sides.items() if len(sides) == 1 or len(members) == 2 else ():
            at = [field.name for field in members]
            return pairs_of(name, data, "sides", at.index(key), at.index(value))
    folds, columns = list[Fold | None](), list[Column]()
    for field, values in zip(members, arrays, strict=True):
        path = f"{name}.{field.name}"
        fold = None if _holds_bytes(field.type) else fold_of(path, values)
        folds.append(fold)
        columns += fold.columns if fold else columns_of(pa.schema([(path, field.type)]))
    if not any(folds):
        return None
    return Members(tuple(columns), tuple(folds))


def _of_vector(name: str, data: pa.Array) -> Fold | None:
    fold = Vector((Column(name, "list"),))
    try:
        (array,) = fold.arrays(data, (), _nowhere).values()
    except (ColumnError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    lengths = list_lengths(array)
    width = int(lengths.max(initial=0))
    return Vector((Column(name, "list", width or None),)) if width else None


def _of_list(name: str, data: pa.Array) -> Fold | None:
    inside = storage_type(data.type.value_type)
    if pa.types.is_struct(inside) and (members := _class_and_value(inside)):
        fold = pairs_of(name, data, "entries", *members)
        if fold is not None:
            return fold
    lengths = list_lengths(data)
    lengths = lengths[lengths >= 0]
    if len(lengths) and (lengths == 1).all():
        inner = fold_of(name, data.flatten())
        return None if inner is None else Single(inner.columns, inner)
    if _holds_numbers(inside):
        return Plain(_with_width(columns_of(pa.schema([(name, data.type)])), lengths))
    if is_text(inside) and _are_fractions(data.flatten()):
        target = pa.list_(pa.float64())
        return Plain(_with_width(columns_of(pa.schema([(name, target)])), lengths), target)
    return None


def _nowhere(_: int) -> str:
    """Name no row: what is raised of the first rows is caught here."""
    return ""


def _with_width(columns: tuple[Column, ...], lengths: Any) -> tuple[Column, ...]:
    width = int(lengths[0]) if len(lengths) else None
    return tuple(replace(column, width=column.width or width) for column in columns)


def _class_and_value(kind: pa.StructType) -> tuple[int, int] | None:
    """Return which two members are a class and its value; None if that is not plain."""
    fields = [(at, kind.field(at)) for at in range(kind.num_fields)]
    numbers = [at for at, field in fields if is_number(field.type) and _VALUE.search(field.name)]
    named = [
        at
        for at, field in fields
        if (is_text(field.type) or pa.types.is_integer(field.type) or _is_category(field.type))
        and _CLASS.search(field.name)
        and not (at in numbers and len(numbers) == 1)
    ]
    numbers = [at for at in numbers if at not in named or len(named) > 1]
    texts = [at for at in named if not is_number(kind.field(at).type)]
    named = texts if len(texts) == 1 else named
    if len(numbers) != 1 or len(named) != 1 or numbers == named:
        return None
    return named[0], numbers[0]


def _is_category(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind)) and is_text(kind.value_type)


def _holds_numbers(kind: pa.DataType) -> bool:
    return is_number(kind) or bool(pa.types.is_boolean(kind) or pa.types.is_null(kind))


def _holds_bytes(kind: pa.DataType) -> bool:
    """Say whether values may be pictures and the like, which are not read for a sample."""
    if pa.types.is_nested(kind):
        return any(_holds_bytes(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _same_lengths(first: pa.Array, second: pa.Array) -> bool:
    return bool(np.array_equal(list_lengths(first), list_lengths(second)))


def _are_fractions(data: pa.Array) -> bool:
    """Say whether texts are numbers, some of them with a point: whole ones may be ids."""
    texts = [text for text in data.to_pylist() if text is not None]
    try:
        floats(data)
    except pa.ArrowInvalid:
        return False
    return any(_FRACTION.match(text.strip()) for text in texts)


def storage_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that values of an extension type are stored as."""
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def holds_bytes(kind: pa.DataType) -> bool:
    """Say whether a nested type holds pictures and the like."""
    return _holds_bytes(storage_type(kind))
