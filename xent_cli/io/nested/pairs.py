"""Pairs: a class and its value, in any order: maps, lists of structs, lists side by side."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.nested.fold import Fold, Where, floats, list_lengths, to_numpy
from xent_cli.io.numpy_arrow import array_to_arrow
from xent_cli.numerics.arrays import Floats

Layout = Literal["entries", "sides"]


@dataclass(frozen=True, slots=True)
class Pairs(Fold):
    """Every row names each class once, with its value; in which order, does not matter.

    Attributes
    ----------
    keys : tuple of str
        The classes, in the order of `columns`.
    layout : {"entries", "sides"}
        Lists (or maps) of pairs, or a struct of a list of classes and a list of values.
    key, value : int
        Which members of the struct they are.
    """

    keys: tuple[str, ...]
    layout: Layout
    key: int = 0
    value: int = 1

    def arrays(self, data: pa.Array, wanted: Container[str], where: Where) -> dict[str, pa.Array]:
        rows, names, values = entries(data, self.layout, self.key, self.value, where)
        matrix = self._matrix(len(data), rows, names, values, where)
        return {
            column.name: array_to_arrow(row)
            for column, row in zip(self.columns, matrix, strict=True)
        }

    def _matrix(
        self, n: int, rows: NDArray[np.int64], names: pa.Array, values: Floats, where: Where
    ) -> Floats:
        k, place = len(self.keys), {key: at for at, key in enumerate(self.keys)}
        coded = names.dictionary_encode()
        table = [place.get(text, -1) for text in coded.dictionary.to_pylist()]
        codes = np.array([*table, -1])[to_numpy(coded.indices.fill_null(len(table)))]
        if (codes < 0).any():
            at = int(np.argmax(codes < 0))
            known = ", ".join(self.keys[:5]) + (", ..." if k > 5 else "")
            raise ColumnError(
                f"{where(int(rows[at]))}: it names the class {names[at].as_py()!r}, but "
                f"the first rows name only {known}.",
                hint="Every row must name the same classes.",
            )
        counts = np.bincount(rows * k + codes, minlength=n * k).reshape(n, k)
        if (counts > 1).any():
            row, code = map(int, np.argwhere(counts > 1)[0])
            raise ColumnError(f"{where(row)}: it names the class {self.keys[code]!r} twice.")
        lacking = (counts == 0) & (counts.sum(axis=1, keepdims=True) > 0)
        if lacking.any():
            row, code = map(int, np.argwhere(lacking)[0])
            raise ColumnError(
                f"{where(row)}: it has no value for the class {self.keys[code]!r}.",
                hint=(
                    "Cross entropy needs the probability of every class in every row. "
                    "Write all classes, not only the most likely ones."
                ),
            )
        matrix = np.full((k, n), np.nan)
        matrix[codes, rows] = values
        return matrix


def entries(
    data: pa.Array, layout: Layout, key: int, value: int, where: Where
) -> tuple[NDArray[np.int64], pa.Array, Floats]:
    """Return the row, the class and the value of every pair, (m,) each.

    Raises
    ------
    ColumnError
        If a value is not a number, or lists side by side differ in length.
    """
    if layout == "entries":
        if pa.types.is_map(data.type):
            kind = data.type
            pair = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
            data = data.cast(pa.list_(pair))
        lengths = list_lengths(data)
        members = data.flatten().flatten()
        names, values = members[key], members[value]
    else:
        members = data.flatten()
        lengths, others = list_lengths(members[key]), list_lengths(members[value])
        if (lengths != others).any():
            row = int(np.argmax(lengths != others))
            raise ColumnError(
                f"{where(row)}: {max(lengths[row], 0)} classes and {max(others[row], 0)} values."
            )
        names, values = members[key].flatten(), members[value].flatten()
    rows = np.repeat(np.arange(len(data)), np.maximum(lengths, 0))
    return rows, _texts(names), _numbers(values, lambda at: where(int(rows[at])))


def _texts(names: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(names.type):
        names = names.dictionary_decode()
    return names.cast(pa.string())


def _numbers(values: pa.Array, where: Callable[[int], str]) -> Floats:
    try:
        return floats(values)
    except pa.ArrowInvalid:
        texts = values.cast(pa.string()).to_pylist()
        at = next(at for at, text in enumerate(texts) if not _is_number(text))
        raise ColumnError(f"{where(at)}: {str(texts[at])[:40]!r} is not a number.") from None


def _is_number(text: str | None) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True
