"""Row losses: against 400-digit arithmetic, at the edges, and the same bits in any company."""

from __future__ import annotations

import math
import operator
from functools import reduce

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.metrics.rows.losses import (
    binary_losses,
    class_losses,
    first_highest,
    label_losses,
    neg_log,
    neg_log_complement,
    softplus,
    sum_over_classes,
    weigh,
)
from xent_cli.schema.types import DEFAULT_EPS

PROBABILITIES = [
    1e-300,
    2.0**-1074,
    1e-17,
    1e-16,
    DEFAULT_EPS,
    1e-9,
    0.1,
    0.25,
    0.5,
    0.75,
    0.9,
    1 - 1e-9,
    1 - 2.0**-53,
]
LOGITS = [1000.0, -745.0, -744.0, 745.0, 1e5, -1e5, 30.0, -30.0, 1e-17, -1e-17, 0.0, 2.5, -36.75]


@pytest.fixture(autouse=True)
def _enough_digits_for_one_plus_exp_minus_740():
    with mpmath.workdps(400):
        yield


def ulps(value: float, exact: mpmath.mpf) -> float:
    """How many units in the last place `value` misses `exact` by."""
    return float(abs(mpmath.mpf(float(value)) - exact) / mpmath.mpf(math.ulp(float(exact))))


class TestAgainstMpmath:
    @pytest.mark.parametrize("q", PROBABILITIES)
    def test_neg_log(self, q):
        assert ulps(neg_log(np.array([q]), 0.0)[0], -mpmath.log(q)) < 4

    @pytest.mark.parametrize("q", PROBABILITIES)
    def test_neg_log_complement(self, q):
        assert ulps(neg_log_complement(np.array([q]), 0.0)[0], -mpmath.log1p(-mpmath.mpf(q))) < 4

    @pytest.mark.parametrize("x", LOGITS)
    def test_softplus(self, x):
        assert ulps(softplus(np.array([x]))[0], mpmath.log1p(mpmath.exp(x))) < 4

    @pytest.mark.parametrize(
        "x", [-1e-300, -1e-17, -1e-3, -0.5, -0.693, -0.694, -1.0, -50.0, -740.0]
    )
    def test_binary_log_probability(self, x):
        negative, positive = binary_losses(np.array([x]), scale="logprobs")
        assert ulps(negative[0], -mpmath.log(-mpmath.expm1(x))) < 4
        assert positive[0] == -x

    @pytest.mark.parametrize(
        "row",
        [
            [1000.0, 0.0, -1000.0],
            [0.0, -745.0],
            [0.0, -740.0, -744.5],
            [1e5, -1e5, 0.0],
            [40.0, 0.0],
            [0.25, 0.25, 0.25],
            [-1000.0, -1000.5],
            [3.0, -2.0, 0.5, 36.0],
        ],
    )
    def test_log_softmax(self, row):
        losses = class_losses(np.array(row)[:, np.newaxis], scale="logits")[:, 0]
        log_sum = mpmath.log(mpmath.fsum(mpmath.exp(x) for x in row))
        for x, loss in zip(row, losses, strict=True):
            assert ulps(loss, log_sum - x) < 4

    @given(
        st.lists(
            st.lists(st.integers(-(2**25), 2**25), min_size=3, max_size=3), min_size=1, max_size=4
        )
    )
    def test_log_softmax_anywhere(self, rows):
        # Multiples of 2**-20, so that taking the maximum away is exact.
        x = np.array(rows, dtype=np.float64).T * 2.0**-20
        losses = class_losses(x, scale="logits")
        for row, got in zip(x.T, losses.T, strict=True):
            log_sum = mpmath.log(mpmath.fsum(map(mpmath.exp, row)))
            for value, loss in zip(row, got, strict=True):
                assert ulps(loss, log_sum - mpmath.mpf(value)) < 4


class TestEdges:
    def test_certain_truth_costs_exactly_positive_zero(self):
        certain = [
            neg_log(np.array([1.0]))[0],
            neg_log_complement(np.array([0.0]))[0],
            class_losses(np.array([0.0]), scale="logprobs")[0],
            label_losses(np.array([[1000.0], [0.0]]), np.array([0]), scale="logits")[0],
            binary_losses(np.array([0.0]), scale="logprobs")[1][0],
            binary_losses(np.array([-np.inf]), scale="logprobs")[0][0],
        ]
        assert certain == [0.0] * 6
        assert not np.signbit(certain).any()

    def test_default_eps_is_two_to_the_minus_52(self):
        assert DEFAULT_EPS == 2.220446049250313e-16
        assert neg_log(np.array([0.0]))[0] == 36.04365338911715
        assert neg_log_complement(np.array([1.0]))[0] == 36.04365338911715

    def test_values_just_below_eps_are_clipped_and_those_above_are_not(self):
        assert neg_log(np.array([1e-17]))[0] == 36.04365338911715
        assert neg_log(np.array([1e-15]))[0] == pytest.approx(34.53877639491068, rel=1e-15)
        assert neg_log(np.array([0.2]), 0.25)[0] == neg_log(np.array([0.25]))[0]

    def test_eps_zero_makes_a_zero_infinite(self):
        assert neg_log(np.array([0.0]), 0.0)[0] == math.inf
        assert neg_log_complement(np.array([1.0]), 0.0)[0] == math.inf

    def test_a_tiny_positive_costs_itself_at_the_negative_label(self):
        assert neg_log_complement(np.array([1e-17]))[0] == 1e-17
        assert binary_losses(np.array([-50.0]), scale="logprobs")[0][0] == pytest.approx(
            math.exp(-50), rel=1e-15
        )

    def test_values_a_little_outside_the_range_are_clipped(self):
        assert neg_log(np.array([1.005]))[0] == 0.0
        assert neg_log_complement(np.array([-1e-7]))[0] == 0.0
        negative, positive = binary_losses(np.array([1e-9]), scale="logprobs")
        assert (negative[0], positive[0]) == (math.inf, -1e-9)

    def test_logits_of_any_size(self):
        x = np.array([[1000.0, -np.inf, 1e308], [0.0, 2.0, -1e308], [-1000.0, -np.inf, 0.0]])
        assert class_losses(x, scale="logits").T.tolist() == [
            [0.0, 1000.0, 2000.0],
            [math.inf, 0.0, math.inf],
            [0.0, math.inf, 1e308],
        ]

    def test_a_sure_and_right_prediction_costs_its_true_tiny_loss(self):
        losses = label_losses(np.array([[50.0], [0.0]]), np.array([0]), scale="logits")
        assert losses[0] == pytest.approx(math.exp(-50), rel=1e-15)

    def test_log_probabilities_are_used_as_they_are_and_never_clipped(self):
        assert class_losses(np.array([-1e6]), scale="logprobs", eps=0.1)[0] == 1e6

    def test_logits_are_never_clipped(self):
        assert binary_losses(np.array([100.0]), scale="logits", eps=0.1)[0][0] == 100.0
        x = np.array([[0.0], [100.0]])
        assert class_losses(x, scale="logits", eps=0.1)[0, 0] == 100.0

    @pytest.mark.parametrize("x", [-np.inf, np.inf])
    def test_infinite_binary_logits(self, x):
        negative, positive = binary_losses(np.array([x]), scale="logits")
        assert (negative[0], positive[0]) == ((0.0, math.inf) if x < 0 else (math.inf, 0.0))

    def test_zero_times_infinity_is_zero(self):
        weights, losses = np.array([0.0, 0.0, 2.0]), np.array([np.inf, 3.0, np.inf])
        assert weigh(weights, losses).tolist() == [0.0, 0.0, math.inf]


class TestSameBitsInAnyCompany:
    """Rows cost the same whether they stand alone or among others."""

    @pytest.mark.parametrize("k", [2, 3, 7, 16, 65, 200])
    @pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
    def test_rows_do_not_see_their_neighbours(self, k, scale):
        rng = np.random.default_rng(k)
        x = rng.normal(0, 5, (k, 70))
        q = np.exp(x) / np.exp(x).sum(axis=0)
        values = {"probs": q, "logits": x, "logprobs": np.log(q)}[scale]
        labels = rng.integers(0, k, 70)
        every = class_losses(values, scale=scale)
        at_label = label_losses(values, labels, scale=scale)
        assert np.array_equal(at_label, every[labels, np.arange(70)])
        for n in range(1, 70):
            for cut in (slice(0, n), slice(70 - n, 70)):
                part = np.ascontiguousarray(values[:, cut])
                assert np.array_equal(class_losses(part, scale=scale), every[:, cut])
                assert np.array_equal(label_losses(part, labels[cut], scale=scale), at_label[cut])

    @pytest.mark.parametrize("k", [2, 8, 9, 127, 200])
    def test_sums_over_classes(self, k):
        x = np.random.default_rng(k).lognormal(0, 9, (k, 70))
        whole = sum_over_classes(x)
        one_by_one = [reduce(operator.add, column) for column in x.T.tolist()]
        assert whole.tolist() == one_by_one
        for n in range(1, 70):
            assert np.array_equal(sum_over_classes(np.ascontiguousarray(x[:, :n])), whole[:n])

    @pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
    def test_binary(self, scale):
        q = np.random.default_rng(5).uniform(1e-9, 1, 70)
        values = {"probs": q, "logits": np.log(q / (1 - q)), "logprobs": np.log(q)}[scale]
        whole = binary_losses(values, scale=scale)
        for n in range(1, 70):
            part = binary_losses(values[n:].copy(), scale=scale)
            assert np.array_equal(part[0], whole[0][n:])
            assert np.array_equal(part[1], whole[1][n:])


class TestScalesAgree:
    def test_the_same_model_said_three_ways(self):
        x = np.random.default_rng(1).normal(0, 2, (5, 40))
        from_logits = class_losses(x, scale="logits")
        q = np.exp(-from_logits)
        np.testing.assert_allclose(class_losses(q), from_logits, rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(class_losses(-from_logits, scale="logprobs"), from_logits)

    def test_a_binary_logit_is_a_pair_of_logits(self):
        x = np.array([-30.0, -1.0, 0.0, 0.5, 4.0, 700.0])
        negative, positive = binary_losses(x, scale="logits")
        pair = class_losses(np.vstack([np.zeros(6), x]), scale="logits")
        np.testing.assert_allclose(negative, pair[0], rtol=1e-15)
        np.testing.assert_allclose(positive, pair[1], rtol=1e-15)


@pytest.mark.parametrize("n_classes", [2, 3, 255, 256])
def test_the_first_of_the_highest_is_that_of_argmax(n_classes):
    matrix = np.random.default_rng(n_classes).integers(0, 4, (n_classes, 50)).astype(float)
    assert first_highest(matrix).tolist() == np.argmax(matrix, axis=0).tolist()


@pytest.mark.parametrize("decimals", [0, 8])
def test_logits_beside_any_number_of_others_cost_the_same(decimals):
    """Ties too, for which another way is taken."""
    rng = np.random.default_rng(decimals)
    q, labels = rng.normal(0, 3, (200, 700)).round(decimals), rng.integers(0, 200, 700)
    together = label_losses(q, labels, scale="logits")
    alone = [label_losses(q[:, [i]], labels[[i]], scale="logits")[0] for i in range(700)]
    assert together.tolist() == alone
    rest = [math.fsum(sorted(np.exp(row - row.max()))[:-1]) for row in q.T]
    expected = np.log1p(rest) - (q[labels, np.arange(700)] - q.max(axis=0))
    np.testing.assert_allclose(together, expected, rtol=1e-13)
