"""Two product: a product of floats and what rounding it cut off. NumPy only."""

from __future__ import annotations

from xent_cli.numerics.arrays import Floats


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return p and e with p = fl(a * b) and p + e = a * b exactly.

    Dekker, "A floating-point technique for extending the available precision", 1971. Exact while
    nothing under- or overflows (factors between 2**-480 and 2**500).

    Examples
    --------
    >>> import numpy as np
    >>> from fractions import Fraction
    >>> p, e = two_product(np.array([0.1]), np.array([0.1]))
    >>> Fraction(float(p[0])) + Fraction(float(e[0])) == Fraction(0.1) ** 2
    True
    """
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = (a_high, a_low) if b is a else _halves(b)
    error = a_high * b_high
    error -= product
    error += a_high * b_low
    error += a_low * b_high
    error += a_low * b_low
    return product, error


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """Split into 26 + 26 bits (Veltkamp); 2**27 + 1 is the constant for a 53-bit significand."""
    scaled = a * 134217729.0
    high = scaled - (scaled - a)
    return high, a - high
