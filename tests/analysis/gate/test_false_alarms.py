"""False alarms: against flips of the rows themselves, and at the nominal rate."""

from __future__ import annotations

import numpy as np
import pytest

from tests.by_hand import float_moments
from xent_cli import evaluate, gate
from xent_cli.errors import UsageError
from xent_cli.numerics.one_more_draw import guarded_difference, unseen_difference

RNG = np.random.default_rng(41)
N, K = 600, 3
A = RNG.dirichlet(np.ones(K), N)
B = 0.7 * A + 0.3 * RNG.dirichlet(np.ones(K), N)
Y = RNG.integers(0, K, N)
USERS = RNG.integers(0, 40, N)
D = -np.log(B[np.arange(N), Y]) + np.log(A[np.arange(N), Y])


def by_flipping(limit: float, d: np.ndarray, flips: int = 500) -> float:
    """The rate at which delta <= limit @95% fails, every row (or cluster) flipped for itself."""
    signs = np.random.default_rng(1).choice((-1.0, 1.0), (flips, len(d)))
    both = -(np.log(A) + np.log(B))[np.arange(N), Y].sum()
    unseen = unseen_difference(len(d), np.abs(d).sum(), both)
    lows = [guarded_difference(float_moments(s), unseen).interval(0.95)[0] for s in signs * d]
    return float(np.mean(np.array(lows) > limit))


@pytest.mark.parametrize("limit", [-0.05, -0.02, 0.0, 0.02])
def test_rate_is_that_of_flipped_rows(limit):
    result = gate(B, Y, require=f"delta <= {limit} @95%", baseline=A, aa=4000)
    want = by_flipping(limit, D)
    assert result.false_alarms.rate == pytest.approx(want, abs=4 * (0.25 / 500) ** 0.5 * 0.6)
    assert result.false_alarms.flips == 4000


def test_nominal_rate():
    alarms = gate(B, Y, require="delta <= 0 @95%", baseline=A, aa=4000).false_alarms
    assert 0.015 < alarms.rate < 0.035
    assert alarms.failed + alarms.inconclusive + alarms.passed == 4000
    point = gate(B, Y, require="delta <= 0", baseline=A, aa=2000).false_alarms
    assert 0.45 < point.rate < 0.55  # what a gate on the point alone does


def test_classes_are_corrected():
    alarms = gate(B, Y, require="class.*.delta <= 0 @95%", baseline=A, aa=2000).false_alarms
    assert 0.005 < alarms.rate < 0.04


def test_clusters_change_sign_together():
    options = {"baseline": A, "aa": 2000, "require": ["delta <= 0 @95%", "class.0.delta <= 1"]}
    alarms = gate(B, Y, cluster=USERS, **options).false_alarms
    assert 0.003 < alarms.rate < 0.04
    assert alarms.rules == ("delta <= 0 @95%", "class.0.delta <= 1")


def test_relative_rules_and_weights():
    alarms = gate(
        B, Y, require="delta_rel <= 0 @95%", weight=RNG.uniform(0.5, 2, N), baseline=A, aa=2000
    ).false_alarms
    assert 0.01 < alarms.rate < 0.04


def test_batches_change_nothing():
    one, many = (
        gate(B, Y, require="delta <= 0 @95%", baseline=A, aa=300, batch_rows=rows).false_alarms
        for rows in (None, 7)
    )
    assert one == many


def test_the_same_model_passes():
    alarms = gate(A, Y, require="delta <= 0 @95%", baseline=A, allow_same=True, aa=50).false_alarms
    assert alarms.passed == 50


def test_an_empty_class_is_inconclusive():
    q = np.hstack([A * 0.9, np.full((N, 1), 0.1)])
    other = np.hstack([B * 0.9, np.full((N, 1), 0.1)])
    alarms = gate(q, Y, require="class.3.delta <= 0 @95%", baseline=other, aa=20).false_alarms
    assert alarms.inconclusive == 20


@pytest.mark.parametrize("baseline", ["none", "report"])
def test_needs_pairs(baseline):
    given = {"report": evaluate(A, Y), "none": None}[baseline]
    with pytest.raises(UsageError, match="there are none"):
        gate(B, Y, require="ce <= 9", baseline=given, aa=10)


def test_needs_rules_on_differences_and_finite_losses():
    with pytest.raises(UsageError, match="there are none"):
        gate(B, Y, require="ce <= 9", baseline=A, aa=10)
    sure = np.eye(K)[Y]
    sure[0] = np.roll(sure[0], 1)
    with pytest.raises(UsageError, match="infinite or too large"):
        gate(sure, Y, require="delta <= 9", baseline=A, aa=10, eps=0)
