"""Products of floats with their rounding error, against exact rational arithmetic."""

import random
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.numerics.two_product import two_product


class TestTwoProduct:
    @given(
        st.floats(2.0**-480, 2.0**500) | st.floats(-(2.0**500), -(2.0**-480)),
        st.floats(2.0**-480, 2.0**500),
    )
    def test_product_and_error_are_exact(self, a, b):
        product, error = two_product(np.array([a, a]), np.array([b, -b]))
        for p, e, sign in zip(product, error, (1, -1), strict=True):
            assert p == a * b * sign
            assert Fraction(float(p)) + Fraction(float(e)) == Fraction(a) * Fraction(b) * sign

    @given(st.floats(0, 1e6))
    def test_squares_share_their_halves(self, a):
        values = np.array([a if a == 0 or a > 1e-100 else 1.0])
        product, error = two_product(values, values)
        assert Fraction(float(product[0])) + Fraction(float(error[0])) == Fraction(values[0]) ** 2

    def test_seeded_crowd(self):
        rng = random.Random(3)
        a = np.array([rng.uniform(0, 40) for _ in range(500)])
        b = np.array([rng.uniform(0, 3) for _ in range(500)])
        product, error = two_product(a, b)
        exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a, b, strict=True))
        assert sum(map(Fraction, product.tolist() + error.tolist())) == exact
        assert error.any()
