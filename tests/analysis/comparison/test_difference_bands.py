"""Difference bands: rows counted by sign and size, against NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from xent_cli import compare
from xent_cli.analysis.comparison.difference_bands import difference_bands
from xent_cli.numerics.log_histogram import BINS


@pytest.mark.parametrize(("base", "nats"), [("e", 1.0), ("2", np.log(2))])
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_are_counted_by_sign_and_size(base: str, nats: float, weighted: bool) -> None:
    rng = np.random.default_rng(4)
    old, new = (rng.dirichlet(np.ones(3) * 0.2, 3_000).clip(1e-6) for _ in range(2))
    new[:100] = old[:100]
    y = rng.integers(0, 3, 3_000)
    w = rng.uniform(0.1, 3, 3_000) if weighted else np.ones(3_000)
    options = {"row_sums": "ignore", "base": base} | ({"weight": w} if weighted else {})
    (found,) = compare(old, new, labels=y, **options).comparisons
    at = np.arange(3_000), y
    d = w * (np.log(old[at]) - np.log(new[at]))
    bands = difference_bands(found)
    assert sum(band.share for band in bands) == pytest.approx(1)
    assert sum(band.better + band.worse for band in bands) == (d != 0).sum()
    for band in bands:
        high = np.inf if band.high is None else band.high * nats
        inside = (np.abs(d) >= band.low * nats) & (np.abs(d) < high)
        assert band.better == (inside & (d < 0)).sum()
        assert band.worse == (inside & (d > 0)).sum()
        assert band.share == pytest.approx(np.abs(d[inside]).sum() / np.abs(d).sum())


def test_comparisons_without_signs_have_no_bands() -> None:
    (found,) = compare([[0.5, 0.5]] * 2, [[0.7, 0.3], [0.2, 0.8]], labels=[0, 0]).comparisons
    assert found.delta is not None
    sizes = found.delta.magnitudes
    kept = sizes.bins < 3 * BINS
    old = type(sizes)(sizes.bins[kept], sizes.counts[kept], sizes.sums.take(np.flatnonzero(kept)))
    assert difference_bands(replace(found, delta=replace(found.delta, magnitudes=old))) == []
    assert difference_bands(replace(found, delta=None)) == []
