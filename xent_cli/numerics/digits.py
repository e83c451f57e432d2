"""Digits: long integers in NumPy arrays, 32 bits a digit and a column a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from xent_cli.numerics.arrays import Digits, Floats, Integers

BITS, BASE = 32, 1 << 32
_AT_ONCE = 1 << 14  # Numbers that are worked on together: few enough for a cache.


def digits_of(integers: Sequence[int]) -> Integers:
    """Return integers as digits (L, n), the lowest first: from 0 to 2**32 - 1, the last signed.

    Examples
    --------
    >>> digits_of([-1, 1 << 33]).tolist()
    [[4294967295, 0], [-1, 2]]
    """
    width = max((number.bit_length() for number in integers), default=0)
    length = 4 * (width // BITS + 1)
    signed = b"".join(number.to_bytes(length, "little", signed=True) for number in integers)
    digits = np.frombuffer(signed, "<u4").reshape(len(integers), length // 4).T.astype(np.int64)
    if len(digits):
        digits[-1] -= (digits[-1] >> (BITS - 1)) << BITS  # The sign.
    return digits


def integers_of(digits: Digits) -> Iterator[int]:
    """Yield the integers that digits (L, n) of any size stand for."""
    length = 4 * (len(digits) + 2)
    for start in range(0, digits.shape[1], _AT_ONCE):
        # The two's complement, digit by digit; what is carried out last has 64 bits.
        rows, carry = _carry(digits[:, start : start + _AT_ONCE])
        rows += [carry & (BASE - 1), (carry >> BITS) & (BASE - 1)]
        each = np.array(rows, dtype="<u4").T.copy().view(f"V{length}").ravel()
        yield from map(partial(int.from_bytes, byteorder="little", signed=True), each.tolist())


def floats_of(digits: Digits, low: int) -> Floats:
    """Return the numbers times ``2**(32 * low)``, within 1 ulp; equal ones give equal floats."""
    floats = np.empty(digits.shape[1])
    for start in range(0, len(floats), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        whole = carried(digits[:, some])
        negative = (whole[-1:] < 0).any(axis=0)
        total = np.zeros(whole.shape[1])
        for place, row in enumerate(carried(np.where(negative, -whole, whole)), low):
            scale = BITS * place  # A product with a power of two takes a fifth of the time.
            total += row * 2.0**scale if abs(scale) < 960 else np.ldexp(row, scale)
        floats[some] = np.where(negative, -total, total)
    return floats


def carried(digits: Digits) -> Integers:
    """Return the same numbers in digits from 0 to 2**32 - 1, but -1 at the end if negative."""
    rows, carry = _carry(digits)
    while carry.any():
        rows.append(np.where(carry == -1, carry, carry & (BASE - 1)))
        carry = (carry >> BITS) * (carry != -1)
    return np.array(rows, dtype=np.int64).reshape(len(rows), digits.shape[1])


def _carry(digits: Digits) -> tuple[list[Integers], Integers]:
    """Return each digit from 0 to 2**32 - 1, and what is carried out of the last."""
    rows, carry = [], np.zeros(digits.shape[1], dtype=np.int64)
    for row in digits:
        carry = carry + row
        rows.append(carry & (BASE - 1))
        carry >>= BITS
    return rows, carry
