"""Arrays: the types of arrays that everything computes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Integers = NDArray[np.int64]
Digits = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]

TEXT = np.dtypes.StringDType()
Texts = NDArray[Any]
"""Texts as an array: sixteen bytes for a short one, where an object takes seventy. Or as bytes, if
all are short: see `compact_texts`."""


_SHORT = 24
"""Texts of no more characters are kept side by side, if they can be."""


def compact_texts(texts: Texts) -> Texts:
    """Return short plain texts as bytes of one width, which sort in the same order.

    That is half the memory or less, and sorting takes a tenth of the time. Texts with other
    characters than those of ASCII stay, as do those that end with a NUL, which bytes lose.

    Examples
    --------
    >>> compact_texts(np.array(["b", "a2"], dtype=TEXT)).tolist()
    [b'b', b'a2']
    """
    if texts.dtype.kind == "S":
        return texts
    width = int(np.strings.str_len(texts).max(initial=1))
    if width > _SHORT:
        return texts
    try:
        found: Texts = texts.astype(f"S{width}")
    except UnicodeEncodeError:
        return texts
    return found if np.array_equal(found.astype(TEXT), texts) else texts


def joined_texts(some: Sequence[Texts]) -> Texts:
    """Return texts behind each other, of one type."""
    if len({texts.dtype.kind for texts in some}) > 1:
        some = [texts.astype(TEXT) for texts in some]
    return np.concatenate(some)


def distinct_texts(texts: Texts) -> tuple[Texts, Labels]:
    """Return the distinct texts, sorted and compact, and the place of each text (n,) among them.

    NumPy's quicksort, which `np.unique` and ``argsort()`` take, ends the process with a
    segmentation fault on some texts: two sorted lists behind each other, for one (seen in 2.4).
    The stable sort does not, and takes linear time for those.

    Examples
    --------
    >>> found, places = distinct_texts(np.array(["b", "a", "b"], dtype=TEXT))
    >>> found.tolist(), places.tolist()
    ([b'a', b'b'], [1, 0, 1])
    """
    texts = compact_texts(texts)
    if texts.dtype.kind == "S" and texts.itemsize <= 8:
        # Eight bytes sort as one number does, several times faster.
        order = texts.astype("S8").view(">u8").astype(np.uint64).argsort()
    else:
        order = texts.argsort(kind="stable")
    ordered = texts[order]
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    places = np.empty(len(ordered), dtype=np.intp)
    places[order] = np.cumsum(is_first) - 1
    return ordered[is_first], places


def merge_sorted(a: Integers, b: Integers) -> Integers:
    """Return what occurs in either of two increasing arrays, increasing.

    NumPy's `union1d` makes a hash table, and takes a hundred times as long for a million numbers.

    Examples
    --------
    >>> merge_sorted(np.array([1, 3, 5]), np.array([2, 3])).tolist()
    [1, 2, 3, 5]
    """
    both = np.concatenate([a, b])
    both.sort(kind="stable")
    is_first = np.ones(len(both), dtype=np.bool_)
    is_first[1:] = both[1:] != both[:-1]
    return both[is_first]
