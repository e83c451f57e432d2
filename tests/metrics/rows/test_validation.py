"""Checks: what passes in silence, what is found, what is refused, and the words for it."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.errors import LabelError, MissingValueError, RangeError, RowSumError, WeightError
from xent_cli.metrics.rows.validation import (
    Findings,
    check_label_rows,
    check_predictions,
    check_weights,
    invalid_predictions,
    require_valid,
    sum_tolerance,
)

FOUND = st.builds(
    Findings,
    st.integers(1, 5),
    st.tuples(
        st.sampled_from([0.001, 0.002, 0.01]), st.integers(-4, 0), st.sampled_from([0.9, 1.1])
    ),
    st.sampled_from(["a, row 1", "b, row 1"]),
)
FINDINGS = st.just(Findings()) | FOUND


class TestFindings:
    @given(FINDINGS, FINDINGS, FINDINGS)
    def test_add_up_in_any_order(self, a, b, c):
        assert a + b == b + a
        assert (a + b) + c == a + (b + c)
        assert a + Findings() == a == Findings() + a
        assert (a + b).n_rows == a.n_rows + b.n_rows

    def test_the_larger_deviation_wins_and_of_equals_the_earlier_row(self):
        small, early, late = (
            Findings(1, (0.001, 0, 1.001), "row 1"),
            Findings(2, (0.002, -4, 0.998), "row 5"),
            Findings(1, (0.002, -9, 1.002), "row 10"),
        )
        assert small + late + early == Findings(4, (0.002, -4, 0.998), "row 5")


class TestTolerance:
    @pytest.mark.parametrize(
        ("k", "decimals", "bits", "want"),
        [
            (2, None, 53, 1e-6),
            (2, 17, 53, 1e-6),
            (10, 4, 53, 5e-4),
            (3, 2, 53, 0.015),
            (1000, 6, 53, 5e-4),
            (1000, None, 24, 1e-6),
            (1000, None, 11, 2.0**-11),
        ],
    )
    def test_rounded_storage_may_miss_one(self, k, decimals, bits, want):
        assert sum_tolerance(k, decimals=decimals, bits=bits) == pytest.approx(want, rel=1e-15)

    def test_every_rounded_row_passes(self):
        rng = np.random.default_rng(0)
        for k, decimals in [(3, 2), (10, 3), (50, 4)]:
            q = rng.dirichlet(np.ones(k), 300)
            off = np.abs(q.round(decimals).sum(axis=1) - 1).max()
            assert 1e-6 < off <= sum_tolerance(k, decimals=decimals)


class TestInvalid:
    @pytest.mark.parametrize(
        ("column", "scale", "bad"),
        [
            ([0.5, math.nan], "probs", True),
            ([0.5, math.inf], "probs", True),
            ([-math.inf, 0.5], "probs", True),
            ([math.nan, math.nan], "logits", True),
            ([math.inf, 0.0], "logits", True),
            ([math.inf, -math.inf], "logits", True),
            ([-math.inf, 0.0], "logits", False),
            ([-math.inf, -math.inf], "logits", True),
            ([-math.inf, 0.0], "logprobs", False),
            ([-math.inf, -math.inf], "logprobs", True),
            ([1e308, 1e308], "logits", False),
            ([-math.inf], "logits", False),
            ([math.inf], "logits", False),
            ([-math.inf], "logprobs", False),
            ([math.inf], "logprobs", True),
            ([math.nan], "logits", True),
        ],
    )
    def test_what_a_scale_cannot_mean(self, make_batch, spec_of, column, scale, bad):
        q = np.array([[0.25] * 3 for _ in column])
        q[:, 1] = column
        batch = make_batch(q.T if len(q) > 1 else q[0], [0, 0, 0])
        spec = spec_of("binary" if len(q) == 1 else "sparse", scale=scale)
        assert invalid_predictions(batch, spec).tolist() == [False, bad, False]

    def test_the_error_names_row_column_and_value(self, make_batch):
        batch = make_batch([[0.5, 0.5], [0.5, math.nan]], [0, 1], start=7, columns=("p_a", "p_b"))
        with pytest.raises(MissingValueError) as caught:
            require_valid(batch, np.array([False, True]))
        assert caught.value.message == (
            "preds.csv, row 9, column p_b: the prediction is missing (empty or NaN)."
        )
        assert 'invalid="drop"' in caught.value.hint

    def test_infinities_are_named(self, make_batch):
        batch = make_batch([[math.inf, 0.0]], [0], columns=("p_a", "p_b"))
        with pytest.raises(MissingValueError, match=r"row 1, column p_a: the prediction is inf\."):
            require_valid(batch, np.array([True]))

    def test_nothing_marked_nothing_raised(self, make_batch):
        assert require_valid(make_batch([[1.0, 0.0]], [0]), np.array([False])) is None


class TestRange:
    @pytest.mark.parametrize(
        ("value", "scale"),
        [
            (1.0101, "probs"),
            (-1.1e-6, "probs"),
            (-3.0, "probs"),
            (42.0, "probs"),
            (0.011, "logprobs"),
        ],
    )
    @pytest.mark.parametrize("mode", ["binary", "sparse"])
    def test_far_outside(self, make_batch, spec_of, value, scale, mode):
        other = [0.5] if scale == "probs" else [-0.5]
        rows = [[value], other] if mode == "binary" else [[value, 0.0], [*other, 0.0]]
        batch = make_batch(rows[::-1], [0, 1], columns=("p_a", "p_b"))
        with pytest.raises(RangeError) as caught:
            check_predictions(batch, spec_of(mode, scale=scale))
        noun = "a probability" if scale == "probs" else "a log-probability"
        assert caught.value.message == f"preds.csv, row 2, column p_a: {value:g} is not {noun}."
        assert caught.value.hint == "The predictions are p_a, p_b: is this row damaged?"

    def test_logits_have_no_range(self, make_batch, spec_of):
        batch = make_batch([[1e6, -1e6], [0.0, 3.0]], [0, 1])
        q, found = check_predictions(batch, spec_of("sparse", scale="logits"))
        assert q is batch.q
        assert found == Findings()

    @pytest.mark.parametrize("row_sums", ["check", "ignore"])
    def test_a_little_above_one_is_found(self, make_batch, spec_of, row_sums):
        batch = make_batch([[1.0, 0.0], [1.00001, 0.0]], [0, 0], start=3)
        q, found = check_predictions(batch, spec_of("sparse", row_sums=row_sums))
        assert (found.n_rows, found.place) == (1, "preds.csv, row 5")
        assert found.worst == (pytest.approx(1e-5), -4, pytest.approx(1.00001))
        assert q is batch.q

    def test_a_little_above_one_is_found_in_one_column(self, make_batch, spec_of):
        _, found = check_predictions(make_batch([0.5, 1.00001], [0, 1]), spec_of("binary"))
        assert (found.n_rows, found.place) == (1, "preds.csv, row 2")

    def test_log_probabilities_a_little_above_zero_are_found(self, make_batch, spec_of):
        batch = make_batch([-0.5, 1e-5], [0, 1])
        _, found = check_predictions(batch, spec_of("binary", scale="logprobs"))
        assert (found.n_rows, found.place) == (1, "preds.csv, row 2")

    @pytest.mark.parametrize("value", [-1e-6, -1e-9, 0.0, 1.0, 1 + 1e-7])
    def test_rounding_is_passed_in_silence(self, make_batch, spec_of, value):
        _, found = check_predictions(make_batch([value, 0.5], [0, 1]), spec_of("binary"))
        assert found == Findings()


class TestRowSums:
    @pytest.mark.parametrize(("miss", "n_found"), [(0, 0), (9e-7, 0), (2e-6, 1), (-0.0099, 1)])
    def test_near_one(self, make_batch, spec_of, miss, n_found):
        batch = make_batch([[0.5, 0.5], [0.25, 0.75 + miss]], [0, 1])
        q, found = check_predictions(batch, spec_of("sparse"))
        assert found.n_rows == n_found
        assert q is batch.q
        if n_found:
            assert found.place == "preds.csv, row 2"
            assert found.worst == (pytest.approx(abs(miss)), -1, pytest.approx(1 + miss))

    def test_far_from_one(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5], [0.25, 0.5], [0.1, 0.1]], [0, 1, 1], start=10)
        with pytest.raises(RowSumError) as caught:
            check_predictions(batch, spec_of("sparse"))
        assert caught.value.message == "preds.csv, row 12: the probabilities sum to 0.75, not 1."
        for way in ('row_sums="renormalize"', 'row_sums="ignore"'):
            assert way in caught.value.hint

    def test_the_edge_of_the_loose_tolerance(self, make_batch, spec_of):
        near, far = make_batch([[0.5, 0.4901]], [0]), make_batch([[0.5, 0.4899]], [0])
        assert check_predictions(near, spec_of("sparse"))[1].n_rows == 1
        with pytest.raises(RowSumError, match=r"0\.9899"):
            check_predictions(far, spec_of("sparse"))

    def test_a_coarse_file_may_miss_by_more(self, make_batch, spec_of):
        batch = make_batch([[0.3, 0.3, 0.3]], [0], sum_tolerance=0.15)
        assert check_predictions(batch, spec_of("sparse", 3))[1] == Findings()

    def test_ignored(self, make_batch, spec_of):
        batch = make_batch([[0.1, 0.1]], [0])
        q, found = check_predictions(batch, spec_of("sparse", row_sums="ignore"))
        assert q is batch.q
        assert found == Findings()

    def test_renormalized(self, make_batch, spec_of):
        batch = make_batch([[1.0, 3.0], [0.0, 0.5]], [0, 1])
        q, found = check_predictions(batch, spec_of("sparse", row_sums="renormalize"))
        assert q.T.tolist() == [[0.25, 0.75], [0.0, 1.0]]
        assert found == Findings()
        assert batch.q.T.tolist() == [[1.0, 3.0], [0.0, 0.5]]

    @pytest.mark.parametrize("row", [[0.0, 0.0], [1.7e308, 1.7e308]])
    def test_what_cannot_be_renormalized(self, make_batch, spec_of, row):
        batch = make_batch([[0.5, 0.5], row], [0, 1])
        with pytest.raises(RowSumError, match=r"preds\.csv, row 2: .* cannot be renormalized"):
            check_predictions(batch, spec_of("sparse", row_sums="renormalize"))

    def test_log_probabilities_are_summed_as_probabilities(self, make_batch, spec_of):
        rows = np.log([[0.5, 0.5], [0.25, 0.755]])
        spec = spec_of("sparse", scale="logprobs")
        assert check_predictions(make_batch(rows, [0, 1]), spec)[1].n_rows == 1
        with pytest.raises(RowSumError, match=r"row 1: the probabilities sum to 0\.5"):
            check_predictions(make_batch(np.log([[0.25, 0.25]]), [0]), spec)

    def test_log_probabilities_renormalize_without_underflow(self, make_batch, spec_of):
        batch = make_batch([[-1000.0, -1000.0], [math.log(0.1), math.log(0.3)]], [0, 1])
        spec = spec_of("sparse", scale="logprobs", row_sums="renormalize")
        q, _ = check_predictions(batch, spec)
        np.testing.assert_allclose(np.exp(q.T), [[0.5, 0.5], [0.25, 0.75]], rtol=1e-15)

    def test_findings_do_not_depend_on_the_batch(self, make_batch, spec_of):
        rows = [[1.001, 0.0], [0.5, 0.5], [0.5, 0.495], [0.502, 0.503], [1.00001, -1e-6]]
        spec = spec_of("sparse")
        whole = check_predictions(make_batch(rows, [0] * 5, sum_tolerance=0.004), spec)[1]
        parts = [
            check_predictions(make_batch([row], [0], start=i, sum_tolerance=0.004), spec)[1]
            for i, row in enumerate(rows)
        ]
        assert [part.n_rows for part in parts] == [1, 0, 1, 1, 1]
        assert sum(parts, Findings()) == whole
        assert sum(parts[::-1], Findings()) == whole
        assert whole.place in ("preds.csv, row 3", "preds.csv, row 4")


class TestWeights:
    @pytest.mark.parametrize("weight", [-1.0, -1e-300, 1e71])
    def test_refused(self, make_batch, weight):
        batch = make_batch([[0.5, 0.5]] * 3, [0, 0, 0], weight=[1.0, weight, -2.0])
        with pytest.raises(
            WeightError, match=re.escape(f"labels.csv, row 2: the weight is {weight:g}.")
        ):
            check_weights(batch)

    @pytest.mark.parametrize("weight", [None, [0.0, 1e50]])
    def test_accepted(self, make_batch, weight):
        assert check_weights(make_batch([[0.5, 0.5]] * 2, [0, 0], weight=weight)) is None


class TestLabelRows:
    def test_a_distribution(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]] * 2, [[0.3, 0.7], [0.0, 1.0]])
        assert check_label_rows(batch, spec_of("categorical")) == Findings()

    @pytest.mark.parametrize("value", [1.5, -0.5, 3.0])
    def test_outside_of_zero_to_one(self, make_batch, spec_of, value):
        batch = make_batch([[0.5, 0.5]] * 2, [[0.0, 1.0], [1.0 - value, value]], start=4)
        with pytest.raises(LabelError, match=r"labels\.csv, row 6: the label .* between 0 and 1"):
            check_label_rows(batch, spec_of("categorical"))

    @pytest.mark.parametrize(("row", "total"), [([1.0, 1.0], "2"), ([0.0, 0.0], "0")])
    def test_many_labels_or_none_suggest_binary_mode(self, make_batch, spec_of, row, total):
        batch = make_batch([[0.5, 0.5]] * 2, [[1.0, 0.0], row])
        with pytest.raises(LabelError) as caught:
            check_label_rows(batch, spec_of("categorical"))
        assert caught.value.message == (
            f"labels.csv, row 2: the labels of a row must sum to 1, but these sum to {total}."
        )
        assert 'mode="binary"' in caught.value.hint

    def test_fractions_that_do_not_sum_to_one_have_no_such_hint(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]], [[0.5, 0.25]])
        with pytest.raises(LabelError, match=r"sum to 0\.75\.$"):
            check_label_rows(batch, spec_of("categorical"))

    def test_nearly_one_is_found(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]] * 2, [[0.3, 0.7], [0.5, 0.505]])
        found = check_label_rows(batch, spec_of("categorical"))
        assert (found.n_rows, found.place) == (1, "labels.csv, row 2")

    def test_a_coarse_file_may_miss_by_more(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]], [[0.5, 0.45]], label_tolerance=0.1)
        assert check_label_rows(batch, spec_of("categorical")) == Findings()

    def test_binary_shares_need_not_sum_to_one(self, make_batch, spec_of):
        assert check_label_rows(make_batch([0.5, 0.5], [0.3, 0.9]), spec_of("binary")) == Findings()
        with pytest.raises(LabelError, match=r"row 2: the label 2 .* between 0 and 1"):
            check_label_rows(make_batch([0.5, 0.5], [0.3, 2.0]), spec_of("binary"))
