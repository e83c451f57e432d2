"""How finely predictions are stored."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli.metrics.rows.stored_precision import Precision
from xent_cli.schema.column import Column


def columns(**known) -> list[Column]:
    return [Column("p", "float", **known), Column("q", "float", **known)]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"decimals": 1, "fine_decimals": 1}, "1 decimal"),
        ({"decimals": 4, "fine_decimals": 4}, "4 decimals"),
        ({"decimals": 3, "fine_decimals": 8}, "3 significant digits"),
        ({"fine_decimals": 5}, "5 decimals"),
        ({"decimals": 17, "fine_decimals": 23}, "float64"),
        ({"fine_decimals": 17}, "float64"),
        ({"bits": 24}, "float32"),
        ({"bits": 11}, "float16"),
        ({}, "float64"),
    ],
)
def test_what_is_said(known: dict, said: str) -> None:
    assert str(Precision.of(columns(**known))) == said


@pytest.mark.parametrize("decimals", [1, 2, 5])
def test_no_value_is_farther_than_half_a_step(decimals: int) -> None:
    exact = np.random.default_rng(0).random(1_000)
    stored = exact.round(decimals)
    step = Precision(decimals=decimals).half_step(stored)
    assert (abs(stored - exact) <= step * (1 + 1e-9)).all()
    assert (abs(stored - exact) > step * 0.9).any()


@pytest.mark.parametrize("digits", [1, 3, 6])
def test_significant_digits(digits: int) -> None:
    exact = 10.0 ** -np.random.default_rng(0).uniform(0, 9, size=1_000)
    stored = np.array([float(f"{x:.{digits - 1}e}") for x in exact])
    step = Precision(digits=digits).half_step(stored)
    assert (abs(stored - exact) <= step * (1 + 1e-9)).all()
    assert (abs(stored - exact) > step * 0.9).any()


@pytest.mark.parametrize(("kind", "bits"), [(np.float16, 11), (np.float32, 24)])
def test_floats(kind: type, bits: int) -> None:
    least = float(np.finfo(kind).smallest_subnormal)
    exact = np.concatenate([10.0 ** -np.random.default_rng(0).uniform(0, 4, 1_000), [least * 0.4]])
    stored = exact.astype(kind).astype(np.float64)
    step = Precision(bits=bits).half_step(stored)
    assert (abs(stored - exact) <= step).all()
    assert (step[:-1] <= stored[:-1] * 2.0**-bits).all()
    assert stored[-1] == 0 < step[-1] == least / 2
