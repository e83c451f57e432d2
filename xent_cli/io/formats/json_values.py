"""Values: what JSON nests - objects, lists of objects - as Arrow arrays of one type.

pyarrow's own reader leaves out, without a word, what a type does not name. Here a key that the
first rows do not have is an error where it holds a number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from xent_cli.errors import EncodingError, ParseError
from xent_cli.schema.place import Place

_HINT = 'JSON lines hold one object per line, like {"p": 0.9, "y": 1}.'


def load_record(line: bytes | str, place: Place, row: int) -> dict[str, Any]:
    """Read one line as an object.

    Raises
    ------
    EncodingError, ParseError
        If it is not UTF-8, or no object, or names a key twice, or is nested too deeply.
    """
    try:
        record = json.loads(line, object_pairs_hook=unique)
    except UnicodeDecodeError as error:
        raise EncodingError(f"{place.of_row(row)}: the line is not UTF-8.") from error
    except RecursionError:
        raise ParseError(f"{place.of_row(row)}: objects are nested too deeply.") from None
    except ValueError as error:
        raise ParseError(
            f"{place.of_row(row)}: not a JSON object ({error}).", hint=_HINT
        ) from error
    if not isinstance(record, dict):
        raise ParseError(
            f"{place.of_row(row)}: {type(record).__name__} instead of an object.", hint=_HINT
        )
    return record


def type_of(values: Sequence[Any]) -> pa.DataType | None:
    """Return the type that holds values of JSON; None if they have none in common.

    Objects of numbers are maps, for their keys are data; others are structs.

    Examples
    --------
    >>> type_of([{"cat": 0.5, "dog": 1}]), type_of([{"text": "a", "p": [0.5]}]), type_of([1, "a"])
    (MapType(map<string, double>), StructType(struct<text: string, p: list<item: double>>), None)
    """
    known = [value for value in values if value is not None]
    if not known:
        return pa.null()
    if all(isinstance(value, bool) for value in known):
        return pa.bool_()
    if all(isinstance(value, int) and abs(value) < 1 << 63 for value in known):
        return pa.int64()
    if all(isinstance(value, int | float) for value in known):
        return pa.float64()
    if all(isinstance(value, str) for value in known):
        return pa.string()
    if all(isinstance(value, list) for value in known):
        inside = type_of([item for value in known for item in value])
        return None if inside is None else pa.list_(_wide(inside))
    if all(isinstance(value, dict) for value in known):
        return _type_of_objects(known)
    return None


def to_arrow(
    values: Sequence[Any], kind: pa.DataType, where: Callable[[int], str], start: int
) -> pa.Array:
    """Return values of JSON as an Arrow array of a type; `where` names the rows, from `start` on.

    Raises
    ------
    ParseError
        If a value is of another kind, or an object has a number under a key that is new, with row.
    """
    rows = []
    for at, value in enumerate(values):
        try:
            rows.append(_fit(value, kind))
        except (ValueError, TypeError, RecursionError) as error:
            raise ParseError(f"{where(start + at)}: {error}.") from None
    return pa.array(rows, kind)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; ValueError if a key stands twice, or cannot be written in UTF-8."""
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        msg = f"the key {twice!r} occurs twice"
        raise ValueError(msg)
    for key in record:
        if not key.isascii() and any("\ud800" <= letter <= "\udfff" for letter in key):
            msg = f"the key {key!a} holds half of a surrogate pair"
            raise ValueError(msg)
    return record


def _wide(kind: pa.DataType) -> pa.DataType:
    """Return the type of numbers of a list: among later rows may be fractions."""
    return pa.float64() if pa.types.is_integer(kind) or pa.types.is_null(kind) else kind


def _type_of_objects(known: Sequence[dict[str, Any]]) -> pa.DataType | None:
    keys = list(dict.fromkeys(key for value in known for key in value))
    fields = [(key, type_of([value.get(key) for value in known])) for key in keys]
    if not fields:
        return None
    if all(kind is not None and _is_number(kind) for _, kind in fields):
        flags = all(pa.types.is_boolean(kind) for _, kind in fields)
        return pa.map_(pa.string(), pa.bool_() if flags else pa.float64())
    read = [(key, pa.float64() if pa.types.is_null(kind) else kind) for key, kind in fields if kind]
    return pa.struct(read) if read else None


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_null(kind)
        or pa.types.is_boolean(kind)
    )


def _fit(value: Any, kind: pa.DataType) -> Any:
    """Return a value as `pyarrow.array` takes it for a type; ValueError if it is another."""
    if value is None:
        return None
    fit = next((fit for is_it, fit in _FITS if is_it(kind)), _fit_nothing)
    return fit(value, kind)


def _fit_map(value: Any, kind: pa.MapType) -> list[tuple[str, Any]]:
    _require(isinstance(value, dict), value, "an object")
    return [(key, _fit(item, kind.item_type)) for key, item in value.items()]


def _fit_struct(value: Any, kind: pa.StructType) -> dict[str, Any]:
    _require(isinstance(value, dict), value, "an object")
    fields = {kind.field(at).name: kind.field(at).type for at in range(kind.num_fields)}
    for key in value.keys() - fields.keys():
        _require(not _is_numeral(value[key]), key, "a key of the first rows, and has a number")
    return {key: _fit(value.get(key), own) for key, own in fields.items()}


def _fit_list(value: Any, kind: pa.ListType) -> list[Any]:
    _require(isinstance(value, list), value, "a list")
    return [_fit(item, kind.value_type) for item in value]


def _fit_text(value: Any, _: pa.DataType) -> str:
    _require(not isinstance(value, dict | list), value, "a text")
    return value if isinstance(value, str) else json.dumps(value)


def _fit_flag(value: Any, _: pa.DataType) -> bool:
    _require(isinstance(value, bool), value, "true or false")
    return bool(value)


def _fit_float(value: Any, _: pa.DataType) -> float:
    _require(_is_numeral(value), value, "a number")
    return float(value)


def _fit_whole(value: Any, _: pa.DataType) -> int:
    _require(_is_numeral(value) and isinstance(value, int), value, "a whole number, as the first")
    return int(value)


def _fit_nothing(value: Any, _: pa.DataType) -> None:
    _require(False, value, "missing, as the first are")


_FITS: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any, Any], Any]], ...] = (
    (pa.types.is_map, _fit_map),
    (pa.types.is_struct, _fit_struct),
    (pa.types.is_list, _fit_list),
    (pa.types.is_string, _fit_text),
    (pa.types.is_boolean, _fit_flag),
    (pa.types.is_floating, _fit_float),
    (pa.types.is_integer, _fit_whole),
)


def _is_numeral(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require(fits: object, value: Any, noun: str) -> None:
    if not fits:
        msg = f"{json.dumps(value)[:60]} is not {noun}"
        raise ValueError(msg)


def stored_as(values: Sequence[Any]) -> str:
    """Say in words what values of JSON are that are not read.

    Examples
    --------
    >>> stored_as([{"a": 1}]), stored_as([["a"]]), stored_as([1, "a"])
    ('objects', 'lists of texts', 'values of several kinds')
    """
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, dict) for value in known):
        return "objects"
    if known and all(isinstance(value, list) for value in known):
        return f"lists of {stored_as([item for value in known for item in value])}"
    return "texts" if all(isinstance(value, str) for value in known) else "values of several kinds"
