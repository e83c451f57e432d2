"""Cells: numbers with percent signs and lists, from text to Arrow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from xent_cli.io.formats.csv.columns import (
    NUMPY_NUMBER,
    TENSOR_ENDS,
    TRUTHS,
    Cells,
    parse_list,
    to_point,
)
from xent_cli.io.formats.csv.numerals import MISSING, NULLS, are_plain, is_number
from xent_cli.io.numpy_arrow import array_to_arrow, texts_to_arrow


def convert_percents(texts: pa.Array, decimal: str) -> pa.Array:
    """Return what texts with percent signs mean: float(number) / 100.

    Raises
    ------
    pyarrow.ArrowInvalid
        If one has no percent sign, or is not a number.

    Examples
    --------
    >>> convert_percents(pa.array(["90.5%", ""]), ".").to_pylist()
    [0.905, None]
    """
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    texts = _known(pc.utf8_trim_whitespace(texts), MISSING)
    if not pc.all(pc.ends_with(texts, "%")).as_py() and texts.null_count < len(texts):
        raise pa.ArrowInvalid("a number without a percent sign")
    numbers = pc.utf8_rtrim(texts, "% ")
    if decimal == ",":
        numbers = pc.replace_substring(numbers, ",", ".")
    return pc.divide(numbers.cast(pa.float64()), 100.0)


def convert_lists(texts: pa.Array) -> pa.Array:
    """Return texts that hold lists of numbers as lists of float64.

    Raises
    ------
    pyarrow.ArrowInvalid
        If one holds something else.

    Examples
    --------
    >>> convert_lists(pa.array(["[0.1, 0.9]", "0.2 0.8", ""])).to_pylist()
    [[0.1, 0.9], [0.2, 0.8], None]
    """
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    texts = _known(pc.utf8_trim_whitespace(texts), NULLS)
    texts = pc.replace_substring_regex(texts, NUMPY_NUMBER, r"\1")
    texts = pc.replace_substring_regex(texts, TENSOR_ENDS, ")")
    bare = pc.replace_substring_regex(texts, r"^(array|tensor)?[\[( \t\r\n]+|[\]) \t\r\n]+$", "")
    items = pc.split_pattern_regex(bare, r"[\s]*[,;\s][\s]*")
    numbers = items.flatten().cast(pa.float64())
    lengths = pc.list_value_length(items).fill_null(0).to_numpy(zero_copy_only=False)
    offsets = [0, *lengths.cumsum().tolist()]
    known = [i if there else None for i, there in zip(offsets, _there(texts), strict=False)]
    return pa.ListArray.from_arrays(pa.array([*known, offsets[-1]], pa.int32()), numbers)


def sample_column(fields: Sequence[str], name: str, kind: str, cells: Cells) -> pa.Array:
    """Return the first fields of a column as reading them does.

    A damaged cell among fractions is missing here: reading the column says where it is, and a
    class must not get lost over it.
    """
    if name in cells.percents or name in cells.lists:
        good = [field if is_readable(field, name, cells) else "" for field in fields]
        texts = pa.array(good, pa.string())
        return (
            convert_lists(texts) if name in cells.lists else convert_percents(texts, cells.decimal)
        )
    if kind == "float" and are_plain(fields):
        return array_to_arrow(np.array([float(field) for field in fields]))
    if kind not in ("text", "boolean"):
        points = [to_point(field) for field in fields] if cells.decimal == "," else fields
        known = [None if field.strip() in MISSING else field for field in points]
        if kind == "float":
            known = [field if field is not None and is_number(field) else None for field in known]
        if kind == "float" or all(field is None or is_number(field) for field in known):
            return array_to_arrow(np.array([float(f or "nan") for f in known]))
    return texts_to_arrow(fields)


def is_readable(field: str, name: str, cells: Cells) -> bool:
    """Say whether a field of a column of numbers can be read."""
    if field.strip() in MISSING:
        return True
    if name in cells.lists:
        return parse_list(field) is not None
    if field.strip().lower() in TRUTHS:
        return True
    if cells.decimal == ",":
        if "." in field:
            return False
        field = to_point(field)
    if name in cells.percents:
        field = field.strip()
        return field.endswith("%") and is_number(field[:-1])
    return is_number(field)


def _known(texts: pa.Array, missing: frozenset[str]) -> pa.Array:
    import pyarrow.compute as pc  # Slow to import, and rarely needed.

    lost = pc.is_in(texts, pa.array(sorted(missing)))
    return pc.if_else(lost, pa.scalar(None, texts.type), texts)


def _there(texts: pa.Array) -> list[bool]:
    found: list[bool] = texts.is_valid().to_pylist()
    return found
