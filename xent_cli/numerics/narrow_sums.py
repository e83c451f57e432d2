"""Narrow sums: exact sums that wait, in half the memory or less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xent_cli.numerics.exact import ExactSums

_BITS = 32


def narrowed(sums: ExactSums) -> ExactSums:
    """Return a copy with digits of 32 bits, from -2**31 to 2**31 - 1, and no more than it needs.

    Examples
    --------
    >>> sums = narrowed(ExactSums.of_units([-3, 1 << 95]))
    >>> sums.digits.dtype, [int(x) for x in sums] == [-3, 1 << 95]
    (dtype('int32'), True)
    """
    rows: list[NDArray[np.int32]] = []
    carry, left = np.zeros(len(sums), dtype=np.int64), list(sums.digits)
    while left or carry.any():
        if left:
            carry = carry + left.pop(0)
        rows.append(carry.astype(np.uint32).view(np.int32))  # The lowest 32 bits, with a sign.
        carry = (carry - rows[-1]) >> _BITS
    used = [place for place, row in enumerate(rows) if row.any()]
    if not used:
        return ExactSums.zeros(len(sums))
    return ExactSums(np.array(rows[used[0] : used[-1] + 1]), sums.low + used[0])
