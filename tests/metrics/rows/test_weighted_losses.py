"""Contributions: what single rows add, mode by mode, in numbers that can be checked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xent_cli.metrics.rows.weighted_losses import contribute

LN2, LN4 = math.log(2), math.log(4)


def rows_of(batch, spec):
    return contribute(batch, batch.q, spec)


class TestOneLabelARow:
    def test_plain(self, make_batch, spec_of):
        rows = rows_of(
            make_batch([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]], [0, 2]), spec_of("sparse", 3)
        )
        assert rows.groups.tolist() == rows.truth.tolist() == [0, 2]
        assert rows.loss.tolist() == [LN2, LN4]
        assert rows.correct.tolist() == [True, False]
        assert rows.probability.tolist() == [0.5, 0.25]
        assert rows.clipped.tolist() == [False, False]
        assert (rows.weight, rows.graded, rows.row_weight, rows.shares) == (None,) * 4

    def test_weights_of_rows_and_classes_multiply(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5], [0.25, 0.75]], [0, 0], weight=[3.0, 0.5])
        rows = rows_of(batch, spec_of("sparse", weighted=True, class_weights=(2.0, 7.0)))
        assert rows.weight.tolist() == rows.graded.tolist() == [6.0, 1.0]
        assert rows.loss.tolist() == [6 * LN2, LN4]
        assert rows.probability.tolist() == [3.0, 0.25]

    def test_binary(self, make_batch, spec_of):
        rows = rows_of(make_batch([0.75, 0.75, 0.5], [1, 0, 0]), spec_of("binary"))
        assert rows.loss.tolist() == [-math.log(0.75), -math.log1p(-0.75), LN2]
        assert rows.probability.tolist() == [0.75, 0.25, 0.5]
        assert rows.correct.tolist() == [True, False, True]

    @pytest.mark.parametrize(
        ("scale", "tie"), [("probs", 0.5), ("logits", 0.0), ("logprobs", math.log(0.5))]
    )
    def test_the_first_class_takes_a_tie(self, make_batch, spec_of, scale, tie):
        batch = make_batch([tie] * 2, [0, 1])
        assert rows_of(batch, spec_of("binary", scale=scale)).correct.tolist() == [True, False]
        above = make_batch([math.nextafter(tie, 9)] * 2, [0, 1])
        assert rows_of(above, spec_of("binary", scale=scale)).correct.tolist() == [False, True]
        many = make_batch([[0.4, 0.4, 0.2]] * 2, [0, 1])
        assert rows_of(many, spec_of("sparse", 3)).correct.tolist() == [True, False]

    @pytest.mark.parametrize("value", [0.0, 1e-16])
    def test_clipped_at_the_truth(self, make_batch, spec_of, value):
        rows = rows_of(make_batch([[value, 1.0]] * 2, [0, 1]), spec_of("sparse"))
        assert rows.clipped.tolist() == [True, False]
        assert rows.loss.tolist() == [36.04365338911715, 0.0]
        assert rows.probability.tolist() == [value, 1.0]
        ones = rows_of(make_batch([1.0 - value] * 2, [0, 1]), spec_of("binary"))
        assert ones.clipped.tolist() == [True, False]

    def test_exactly_eps_is_not_clipped(self, make_batch, spec_of):
        rows = rows_of(make_batch([[2.0**-52, 1.0]], [0]), spec_of("sparse"))
        assert rows.clipped.tolist() == [False]
        assert rows.loss.tolist() == [36.04365338911715]

    def test_eps_zero_clips_nothing(self, make_batch, spec_of):
        rows = rows_of(make_batch([[0.0, 1.0]], [0]), spec_of("sparse", eps=0.0))
        assert rows.loss.tolist() == [math.inf]
        assert rows.clipped.tolist() == [False]

    def test_logits_are_not_clipped(self, make_batch, spec_of):
        rows = rows_of(make_batch([[-1000.0, 0.0]], [0]), spec_of("sparse", scale="logits"))
        assert (rows.loss.tolist(), rows.clipped.tolist()) == ([1000.0], [False])

    def test_a_weight_of_zero_removes_an_infinite_loss(self, make_batch, spec_of):
        batch = make_batch([[0.0, 1.0]] * 2, [0, 1], weight=[0.0, 1.0])
        assert rows_of(batch, spec_of("sparse", eps=0.0)).loss.tolist() == [0.0, 0.0]

    def test_smoothing(self, make_batch, spec_of):
        rows = rows_of(make_batch([[0.5, 0.25, 0.25]], [0]), spec_of("sparse", 3, smoothing=0.25))
        assert rows.loss[0] == pytest.approx(0.75 * LN2 + 0.25 / 3 * (LN2 + 2 * LN4), rel=1e-15)
        assert rows.weight is None

    def test_smoothing_with_a_class_of_no_weight_and_no_probability(self, make_batch, spec_of):
        spec = spec_of("sparse", eps=0.0, smoothing=0.5, class_weights=(0.0, 2.0))
        rows = rows_of(make_batch([[0.0, 1.0], [0.5, 0.5]], [0, 1]), spec)
        assert rows.loss.tolist() == [0.0, pytest.approx(2 * LN2 * 0.75, rel=1e-15)]


class TestDistributions:
    def test_soft_labels(self, make_batch, spec_of):
        rows = rows_of(
            make_batch([[0.5, 0.25, 0.25]], [[0.25, 0.0, 0.75]]), spec_of("categorical", 3)
        )
        assert rows.groups is None
        assert rows.weight.ravel().tolist() == [0.25, 0.0, 0.75]
        assert rows.loss.ravel().tolist() == [0.25 * LN2, 0.0, 0.75 * LN4]
        assert rows.row_loss.tolist() == [0.25 * LN2 + 0.75 * LN4]
        assert rows.row_weight.tolist() == [1.0]
        assert rows.truth.tolist() == [2]
        assert rows.correct.tolist() == [False]
        assert rows.entropy[0] == pytest.approx(0.25 * LN4 - 0.75 * math.log(0.75), rel=1e-15)
        assert rows.probability.ravel().tolist() == [0.125, 0.0, 0.1875]

    def test_class_weights_multiply_each_term(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]], [[0.25, 0.75]], weight=[2.0])
        rows = rows_of(batch, spec_of("categorical", class_weights=(4.0, 1.0), weighted=True))
        assert rows.weight.ravel().tolist() == [2.0, 1.5]
        assert rows.row_weight.tolist() == [3.5]
        assert rows.graded.tolist() == [2.0]
        assert rows.row_loss[0] == pytest.approx(3.5 * LN2, rel=1e-15)

    def test_a_share_of_zero_on_a_zero_adds_nothing(self, make_batch, spec_of):
        batch = make_batch([[1.0, 0.0]], [[1.0, 0.0]])
        rows = rows_of(batch, spec_of("categorical", eps=0.0))
        assert rows.loss.ravel().tolist() == [0.0, 0.0]
        assert rows.clipped.tolist() == [False]
        logits = make_batch([[1.0, -np.inf]], [[1.0, 0.0]])
        assert rows_of(logits, spec_of("categorical", scale="logits")).row_loss.tolist() == [0.0]

    def test_clipped_where_a_share_meets_a_zero(self, make_batch, spec_of):
        batch = make_batch([[1.0, 0.0]] * 2, [[0.5, 0.5], [1.0, 0.0]])
        assert rows_of(batch, spec_of("categorical")).clipped.tolist() == [True, False]

    def test_binary_shares(self, make_batch, spec_of):
        rows = rows_of(make_batch([0.75], [0.5]), spec_of("binary"))
        assert rows.shares.ravel().tolist() == [0.5, 0.5]
        assert rows.row_loss[0] == pytest.approx(-(math.log(0.75) + math.log(0.25)) / 2, rel=1e-15)
        assert rows.truth.tolist() == [0]
        assert rows.entropy.tolist() == [pytest.approx(LN2, rel=1e-15)]

    @pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
    @pytest.mark.parametrize("smoothing", [0.0, 0.125])
    def test_one_hot_rows_add_the_bits_of_labels(self, make_batch, spec_of, scale, smoothing):
        rng = np.random.default_rng(4)
        q = rng.dirichlet(np.ones(4), 50)
        values = {"probs": q, "logits": np.log(q) + 1, "logprobs": np.log(q)}[scale]
        labels, weight = rng.integers(0, 4, 50), rng.uniform(0, 3, 50)
        rest = {
            "scale": scale,
            "smoothing": smoothing,
            "weighted": True,
            "class_weights": (0.5, 3.0, 0.0, 1.0),
        }
        by_label = rows_of(make_batch(values, labels, weight=weight), spec_of("sparse", 4, **rest))
        one_hot = rows_of(
            make_batch(values, np.eye(4)[labels], weight=weight), spec_of("categorical", 4, **rest)
        )
        at = (labels, np.arange(50))
        for name in ("weight", "loss", "probability"):
            matrix = getattr(one_hot, name)
            assert np.array_equal(matrix[at], getattr(by_label, name)), name
            assert np.count_nonzero(matrix) == np.count_nonzero(matrix[at]), name
        assert np.array_equal(one_hot.row_loss, by_label.loss)
        assert np.array_equal(one_hot.row_weight, by_label.weight)
        assert np.array_equal(one_hot.correct, by_label.correct)
        assert np.array_equal(one_hot.graded, by_label.graded)
        assert not one_hot.entropy.any()


class TestMultilabel:
    def test_each_column_is_a_task(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.25], [0.75, 0.5]], np.array([[1.0, 0.0], [0.0, 1.0]]))
        rows = rows_of(batch, spec_of("binary", multilabel=True))
        assert rows.groups is None
        assert rows.truth is None
        want = [[LN2, -math.log1p(-0.75)], [-math.log1p(-0.25), LN2]]
        assert rows.loss.tolist() == want
        assert rows.row_loss.tolist() == [want[0][0] + want[1][0], want[0][1] + want[1][1]]
        assert rows.row_weight.tolist() == [2.0, 2.0]
        assert rows.probability.tolist() == [[0.5, 0.25], [0.75, 0.5]]
        assert rows.positive.tolist() == [[1.0, 0.0], [0.0, 1.0]]
        # 0.5 is a tie, which the negative label takes.
        assert rows.correct.tolist() == [[False, False], [True, False]]

    def test_weights(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5]], np.array([[1.0, 0.0]]), weight=[3.0])
        spec = spec_of("binary", multilabel=True, class_weights=(1.0, 2.0), weighted=True)
        rows = rows_of(batch, spec)
        assert rows.weight.ravel().tolist() == [3.0, 6.0]
        assert rows.loss.ravel().tolist() == [3 * LN2, 6 * LN2]
        assert rows.row_weight.tolist() == [9.0]

    @pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
    def test_clipped_is_one_mark_a_row(self, make_batch, spec_of, scale):
        values = {"probs": [1e-17, 0.5], "logits": [-80.0, 0.0], "logprobs": [-80.0, -0.5]}[scale]
        batch = make_batch([values] * 3, np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.0]]))
        rows = rows_of(batch, spec_of("binary", multilabel=True, scale=scale))
        assert rows.clipped.tolist() == [scale == "probs", False, scale == "probs"]

    def test_smoothing_goes_half_to_each_side(self, make_batch, spec_of):
        batch = make_batch([[0.75, 0.75]], np.array([[1.0, 0.0]]))
        rows = rows_of(batch, spec_of("binary", multilabel=True, smoothing=0.5))
        own, other = -math.log(0.75), -math.log(0.25)
        assert rows.loss.ravel() == pytest.approx(
            [0.75 * own + 0.25 * other, 0.25 * own + 0.75 * other], rel=1e-15
        )


@pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
@pytest.mark.parametrize("n_classes", [1, 4])
@pytest.mark.parametrize(
    "options", [{}, {"smoothing": 0.1}, {"class_weights": (3.0, 1.0, 2.0, 5.0)}]
)
def test_rows_in_the_order_of_their_classes_are_the_same_rows(
    make_batch, spec_of, scale, n_classes, options
):
    rng = np.random.default_rng(n_classes)
    q = rng.integers(1, 4, (60, n_classes)) / 4.0  # With ties.
    weight = rng.random(60) if options else None
    batch = make_batch(
        q[:, 0] if n_classes == 1 else q, rng.integers(0, max(2, n_classes), 60), weight=weight
    )
    if options.get("class_weights"):
        options = {"class_weights": options["class_weights"][: max(2, n_classes)]}
    mode = "binary" if n_classes == 1 else "sparse"
    spec = spec_of(mode, max(2, n_classes), scale=scale, weighted=weight is not None, **options)
    rows, sorted_rows = (contribute(batch, batch.q, spec, by_class=way) for way in (False, True))
    order = np.argsort(batch.target, kind="stable")
    assert sorted_rows.by_class.places.tolist() == order.tolist()
    for name in (
        "groups",
        "truth",
        "weight",
        "loss",
        "correct",
        "probability",
        "graded",
        "clipped",
    ):
        ours, theirs = getattr(rows, name), getattr(sorted_rows, name)
        assert (ours is None) == (theirs is None)
        assert ours is None or ours[order].tolist() == theirs.tolist()
