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


_TEN, _ZERO = np.uint64(10), np.uint64(ord("0"))
_POWERS_OF_TEN = np.array([0, *(10**power for power in range(1, 20))], dtype=np.uint64)

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


def decimal_texts(values: Integers) -> Texts:
    """Return whole numbers as texts.

    Examples
    --------
    >>> decimal_texts(np.array([30, -7, 0])).tolist()
    [b'30', b'-7', b'0']
    """
    negative = values < 0
    left = np.abs(values).astype(np.uint64)  # Of -2**63 the bits of 2**63.
    lengths = np.searchsorted(_POWERS_OF_TEN, left, side="right") + negative
    width = int(lengths.max(initial=1))
    found = np.zeros((len(values), width), dtype=np.uint8)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        some = np.flatnonzero(lengths == length)
        rest = left[some]
        for place in reversed(range(length)):
            rest, digit = np.divmod(rest, _TEN)
            found[some, place] = digit + _ZERO
    found[negative, 0] = ord("-")
    return found.view(f"S{width}").reshape(-1)


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
    return told_apart(texts[order], order)


def merge_sorted(a: Integers, b: Integers) -> tuple[Integers, Labels, Labels]:
    """Return what occurs in either of two increasing arrays, increasing, and where each stands.

    NumPy's `union1d` makes a hash table, and takes a hundred times as long for a million numbers.

    Examples
    --------
    >>> [each.tolist() for each in merge_sorted(np.array([1, 3, 5]), np.array([2, 3]))]
    [[1, 2, 3, 5], [0, 2, 3], [1, 2]]
    """
    both = np.concatenate([a, b])
    order = both.argsort(kind="stable")  # Linear for two runs.
    found, places = told_apart(both[order], order)
    return found, places[: len(a)], places[len(a) :]


def told_apart(ordered: Texts | Integers, order: Labels) -> tuple[Any, Labels]:
    """Return the distinct ones of sorted values, and the place of each value (n,) among them.

    Parameters
    ----------
    ordered : (n,) array
    order : (n,) intp
        Where each of these stood.
    """
    is_first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    places = np.empty(len(ordered), dtype=np.intp)
    places[order] = np.cumsum(is_first) - 1
    return ordered[is_first], places


def in_order(values: Integers) -> tuple[Integers, Labels]:
    """Return integers sorted, and where each stood.

    Examples
    --------
    >>> [each.tolist() for each in in_order(np.array([70, -2, 70]))]
    [[-2, 70, 70], [1, 0, 2]]
    """
    bits = len(values).bit_length()
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if (high - low) >> (63 - bits):
        order = values.argsort()
        return values[order], order
    # To sort numbers that hold their places takes a third of the time of an argsort.
    packed = values - low
    packed <<= bits
    packed |= np.arange(len(values))
    packed.sort()
    order = packed & (1 << bits) - 1
    packed >>= bits
    packed += low
    return packed, order
