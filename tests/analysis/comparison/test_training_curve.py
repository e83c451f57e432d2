"""Trend: the order of steps, their short names, and where a loss begins to rise."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli import compare
from xent_cli.analysis.comparison.training_curve import find_trend, short_names


@pytest.mark.parametrize(
    ("names", "want"),
    [
        (["run/epoch-1.csv", "run/epoch-12.csv"], ("1", "12")),
        (["step_100.npy", "step_1000.npy"], ("100", "1000")),
        (["baseline.csv", "candidate.csv"], ("baseline", "candidate")),
        (["a", "a"], ("a", "a")),
        (["x1", "x1_2"], ("1", "1_2")),
    ],
)
def test_short_names(names, want):
    assert short_names(names) == want


def _models(levels, n=400):
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, n)
    noise = rng.normal(0, 0.3, n)
    found = []
    for level in levels:
        p = 1 / (1 + np.exp(-(level + noise)))
        q = np.empty((n, 2))
        q[np.arange(n), y], q[np.arange(n), 1 - y] = p, 1 - p
        found.append(q)
    return found, y


@pytest.mark.parametrize(
    ("levels", "best", "rises"),
    [((0, 1, 2, 1, 0), 2, 3), ((0, 1, 2), 2, None), ((2, 1, 0), 0, 1), ((0, 2, 1, 2), 1, None)],
)
def test_find_trend(levels, best, rises):
    models, y = _models(levels)
    trend = find_trend(compare(*models, labels=y, allow_same=True))
    assert (trend.best, trend.rises) == (best, rises)


def test_noise_is_no_rise():
    rng = np.random.default_rng(6)
    models, y = _models((0, 1))
    shaken = models[1] * rng.uniform(0.8, 1, (len(y), 1))
    shaken[:, 0] += 1 - shaken.sum(axis=1)
    trend = find_trend(compare(*models, np.clip(shaken, 0, 1), labels=y))
    assert trend.best == 1
    assert trend.rises in (None, 2)
