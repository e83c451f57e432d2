"""Figures: identities between them, units, and a reason for each that does not exist."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_cli import evaluate

LN2 = math.log(2)


def nulls(data) -> set[str]:
    """The paths of all figures that a report's JSON leaves null."""
    found = {f"overall.{name}" for name, value in data["overall"].items() if value is None}
    for index, row in enumerate(data["classes"]):
        found |= {f"classes[{index}].{name}" for name, value in row.items() if value is None}
    return found | ({"clipped_share"} if data["clipped_share"] is None else set())


class TestIdentities:
    @settings(max_examples=40)
    @given(seed=st.integers(0, 10**6), k=st.integers(2, 6), weighted=st.booleans())
    def test_overall_is_made_of_the_classes(self, seed, k, weighted):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 60))
        report = evaluate(
            rng.dirichlet(np.ones(k), n),
            rng.integers(0, k, n),
            weight=rng.exponential(1, n) if weighted else None,
            class_weights=list(rng.uniform(0.5, 2, k)) if weighted else None,
        )
        rows = [row for row in report.classes if row.n]
        overall = report.overall
        assert sum(row.n for row in rows) == n
        assert math.fsum(row.prior for row in rows) == pytest.approx(1, rel=1e-14)
        assert math.fsum(r.prior * r.cross_entropy for r in rows) == pytest.approx(
            overall.cross_entropy, rel=1e-13
        )
        assert math.fsum(row.share for row in rows) == pytest.approx(1, rel=1e-13)
        assert math.fsum(r.prior * r.accuracy for r in rows) == pytest.approx(
            overall.accuracy, rel=1e-13, abs=1e-15
        )
        assert overall.macro_cross_entropy == pytest.approx(
            np.mean([row.cross_entropy for row in rows]), rel=1e-13
        )
        assert overall.perplexity == pytest.approx(math.exp(overall.cross_entropy), rel=1e-13)
        low, high = overall.ci95
        assert 0 <= low < overall.cross_entropy < high

    def test_soft_labels_split_into_entropy_and_divergence(self):
        rng = np.random.default_rng(2)
        p, q = rng.dirichlet(np.ones(4), 30), rng.dirichlet(np.ones(4), 30)
        weight = rng.uniform(0, 2, 30)
        overall = evaluate(q, p, weight=weight).overall
        entropy = np.average(-(p * np.log(p)).sum(axis=1), weights=weight)
        divergence = np.average((p * np.log(p / q)).sum(axis=1), weights=weight)
        assert overall.label_entropy == pytest.approx(entropy, rel=1e-13)
        assert overall.kl_divergence == pytest.approx(divergence, rel=1e-12)
        assert overall.cross_entropy == pytest.approx(entropy + divergence, rel=1e-13)

    def test_class_weights_multiply_terms_of_soft_labels(self):
        rng = np.random.default_rng(3)
        p, q = rng.dirichlet(np.ones(3), 20), rng.dirichlet(np.ones(3), 20)
        w, v = rng.uniform(0, 2, 20), np.array([0.5, 1.0, 4.0])
        report = evaluate(q, p, weight=w, class_weights=tuple(v))
        terms = w[:, None] * v * p
        assert report.cross_entropy == pytest.approx((terms * -np.log(q)).sum() / terms.sum())
        for row, weight, loss in zip(report.classes, terms.T, -np.log(q).T, strict=True):
            assert row.cross_entropy == pytest.approx(np.average(loss, weights=weight), rel=1e-13)
            assert row.prior == pytest.approx(weight.sum() / terms.sum(), rel=1e-13)

    def test_by_hand(self):
        report = evaluate([[0.5, 0.5], [0.25, 0.75], [0.25, 0.75], [0.5, 0.5]], [0, 0, 1, 1])
        first, second = report.classes
        assert (first.n, first.weight_sum, first.prior) == (2, 2.0, 0.5)
        assert first.cross_entropy == 1.5 * LN2
        assert first.se == pytest.approx(LN2 / 2, rel=1e-15)
        assert first.accuracy == 0.5
        assert first.mean_probability == 0.375
        assert second.cross_entropy == pytest.approx((LN2 - math.log(0.75)) / 2, rel=1e-15)
        assert second.accuracy == 0.5
        assert second.mean_probability == 0.625
        assert report.overall.accuracy == 0.5
        assert report.overall.prior_entropy == LN2
        assert report.figures.weight_sum == 4.0

    def test_macro_leaves_out_classes_that_do_not_occur(self):
        report = evaluate([[0.5, 0.25, 0.25]] * 3, [0, 0, 1])
        assert report.overall.macro_cross_entropy == 1.5 * LN2
        assert report.cross_entropy == pytest.approx(LN2 * 4 / 3, rel=1e-15)

    def test_the_prior_model_has_normalized_entropy_one(self):
        labels = [0] * 5 + [1] * 3 + [2] * 2
        overall = evaluate([[0.5, 0.3, 0.2]] * 10, labels).overall
        assert overall.normalized_entropy == pytest.approx(1.0, rel=1e-15)

    def test_multilabel(self):
        q, y = np.array([[0.5, 0.75], [0.5, 0.25], [0.25, 0.25]]), [[1, 1], [1, 0], [0, 0]]
        report = evaluate(q, y, mode="binary")
        assert report.n == 3
        assert [row.n for row in report.classes] == [3, 3]
        assert [row.prior for row in report.classes] == [2 / 3, 1 / 3]
        loss = -np.log(np.where(np.array(y) == 1, q, 1 - q))
        assert report.cross_entropy == pytest.approx(loss.mean(), rel=1e-14)
        assert [r.cross_entropy for r in report.classes] == pytest.approx(loss.mean(axis=0))
        # The rows are the draws, whatever labels they have.
        assert report.overall.se == pytest.approx(loss.mean(axis=1).std(ddof=1) / math.sqrt(3))
        prior = -(2 / 3) * math.log(2 / 3) - math.log(1 / 3) / 3
        assert report.overall.prior_entropy == pytest.approx(prior, rel=1e-14)


class TestUnits:
    @pytest.mark.parametrize(("base", "nats"), [("2", math.log(2)), ("10", math.log(10))])
    def test_everything_but_perplexity(self, base, nats):
        rng = np.random.default_rng(0)
        q, p = rng.dirichlet(np.ones(3), 40), rng.dirichlet(np.ones(3), 40)
        plain, other = evaluate(q, p), evaluate(q, p, base=base)
        for name in (
            "cross_entropy",
            "se",
            "macro_cross_entropy",
            "prior_entropy",
            "label_entropy",
            "kl_divergence",
        ):
            got = getattr(other.overall, name)
            assert got == pytest.approx(getattr(plain.overall, name) / nats, rel=1e-12), name
        assert [x * nats for x in other.overall.ci95] == pytest.approx(plain.overall.ci95)
        assert other.overall.normalized_entropy == pytest.approx(plain.overall.normalized_entropy)
        assert other.overall.perplexity == pytest.approx(plain.overall.perplexity, rel=1e-13)
        assert other.overall.accuracy == plain.overall.accuracy
        for one, two in zip(plain.classes, other.classes, strict=True):
            assert two.cross_entropy == pytest.approx(one.cross_entropy / nats, rel=1e-14)
            assert two.se == pytest.approx(one.se / nats, rel=1e-14)
            assert two.share == one.share

    def test_a_fair_coin_costs_one_bit(self):
        overall = evaluate([0.5, 0.5], [0, 1], base="2").overall
        assert (overall.cross_entropy, overall.prior_entropy, overall.perplexity) == (1, 1, 2)


UNDEFINED = {
    "one row": {"preds": [[0.25, 0.75]], "labels": [0]},
    "one class": {"preds": [[0.25, 0.75], [0.5, 0.5]], "labels": [0, 0]},
    "no loss": {"preds": [[1.0, 0.0], [0.0, 1.0]], "labels": [0, 1]},
    "no variance": {"preds": [[0.3, 0.7]] * 4, "labels": [0] * 4},
    "a class without rows": {"preds": [[0.2, 0.3, 0.5]] * 3, "labels": [0, 1, 1]},
    "a class without weight": {
        "preds": [[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]],
        "labels": [0, 1, 1],
        "weight": [0, 1, 2],
    },
    "infinite": {"preds": [[0.0, 1.0], [0.5, 0.5], [0.3, 0.7]], "labels": [0, 1, 1], "eps": 0.0},
    "infinite, soft": {"preds": [[0.0, 1.0], [0.5, 0.5]], "labels": [[0.5, 0.5]] * 2, "eps": 0.0},
    "infinite, multi-label": {
        "preds": [[0.0, 1.0], [0.5, 0.5]],
        "labels": [[1, 0], [1, 0]],
        "eps": 0.0,
        "mode": "binary",
    },
    "too large to square": {"preds": [[1e300, 0], [0, 1]], "labels": [1, 1], "scale": "logits"},
    "too large for a perplexity": {
        "preds": [[800.0, 0], [0, 1]],
        "labels": [1, 0],
        "scale": "logits",
    },
    "smoothed": {"preds": [[0.2, 0.8]] * 2, "labels": [[0.5, 0.5], [0, 1]], "label_smoothing": 0.1},
    "multi-label": {"preds": [[0.2, 0.8]] * 2, "labels": [[1, 1], [0, 1]], "mode": "binary"},
    "all defined": {"preds": [[0.2, 0.8], [0.4, 0.6]] * 4, "labels": [[0.5, 0.5], [0.1, 0.9]] * 4},
}


class TestUndefined:
    @pytest.mark.parametrize("case", UNDEFINED)
    def test_every_null_has_its_reason_and_every_reason_its_null(self, case):
        data = evaluate(**UNDEFINED[case]).to_dict()
        json.dumps(data, allow_nan=False)
        assert set(data["undefined"]) == nulls(data)
        assert all(data["undefined"].values())
        assert (case == "all defined") == (not data["undefined"])

    def test_one_row(self):
        report = evaluate(**UNDEFINED["one row"])
        assert report.cross_entropy == -math.log(0.25)
        assert (report.overall.se, report.overall.ci95) == (None, None)
        assert report.figures.undefined["overall.se"] == "one row"

    def test_losses_that_do_not_vary(self):
        report = evaluate(**UNDEFINED["no variance"])
        assert report.overall.se is None
        assert report.figures.undefined["overall.se"] == "the losses do not vary"
        # One more row might cost something.
        assert report.overall.ci95[1] > report.cross_entropy

    @pytest.mark.parametrize("weight", [[0.1, 0.3, 0.7, 1.1], [1e-20, 1.0, 1e9, 3.3]])
    def test_the_rounding_of_weights_is_no_variance(self, weight):
        report = evaluate([[0.3, 0.7]] * 4, [0] * 4, weight=weight)
        assert report.cross_entropy == pytest.approx(-math.log(0.3), rel=1e-15)
        assert report.overall.se is None
        assert report.figures.undefined["overall.se"] == "the losses do not vary"

    def test_one_class_has_no_normalized_entropy(self):
        report = evaluate(**UNDEFINED["one class"])
        assert report.overall.prior_entropy == 0.0
        assert report.overall.normalized_entropy is None
        reason = report.figures.undefined["overall.normalized_entropy"]
        assert reason == "only one class occurs"

    def test_a_class_without_rows(self):
        row = evaluate(**UNDEFINED["a class without rows"]).classes[2]
        assert (row.n, row.weight_sum, row.prior, row.share) == (0, 0.0, 0.0, 0.0)
        assert (row.cross_entropy, row.se, row.accuracy, row.mean_probability) == (None,) * 4

    def test_a_class_without_weight(self):
        report = evaluate(**UNDEFINED["a class without weight"])
        assert report.classes[0].n == 1
        assert report.classes[0].cross_entropy is None
        assert report.figures.undefined["classes[0].cross_entropy"] == "no weight"
        assert report.overall.macro_cross_entropy == report.classes[1].cross_entropy

    def test_no_loss_at_all(self):
        report = evaluate(**UNDEFINED["no loss"])
        assert (report.cross_entropy, report.overall.perplexity) == (0.0, 1.0)
        assert report.figures.clipped_share is None
        assert report.figures.undefined["clipped_share"] == "the total loss is 0"
        assert [row.share for row in report.classes] == [None, None]

    def test_infinite(self):
        report = evaluate(**UNDEFINED["infinite"])
        assert report.cross_entropy == report.classes[0].cross_entropy == math.inf
        assert report.classes[1].cross_entropy == pytest.approx(-math.log(0.35) / 2, rel=1e-15)
        assert report.overall.se is None
        assert report.to_dict()["overall"]["cross_entropy"] is None
        for name in ("cross_entropy", "macro_cross_entropy", "normalized_entropy", "se"):
            reason = report.figures.undefined[f"overall.{name}"]
            assert reason == "infinite: a true class had predicted probability 0"

    def test_a_loss_too_large_to_square_leaves_a_mean(self):
        report = evaluate(**UNDEFINED["too large to square"])
        assert report.cross_entropy == 5e299
        assert report.overall.se is None
        assert report.figures.undefined["overall.se"] == "a loss is too large"

    def test_perplexity_too_large(self):
        report = evaluate(**UNDEFINED["too large for a perplexity"])
        assert report.overall.perplexity == pytest.approx(math.exp(400.65), rel=0.01)
        larger = evaluate([[1500.0, 0], [0, 1]], [1, 0], scale="logits")
        assert larger.overall.perplexity is None
        assert larger.figures.undefined["overall.perplexity"] == "too large"

    @pytest.mark.parametrize(
        ("case", "reason"), [("smoothed", "label smoothing"), ("multi-label", "multi-label")]
    )
    def test_no_label_entropy(self, case, reason):
        report = evaluate(**UNDEFINED[case])
        assert report.overall.label_entropy is None
        assert report.figures.undefined["overall.kl_divergence"] == reason

    def test_certain_labels_have_no_entropy(self):
        report = evaluate([[0.2, 0.8]] * 2, [[0, 1], [1, 0]])
        assert report.figures.undefined["overall.label_entropy"] == "the labels are certain"

    def test_a_class_that_is_never_likeliest_has_no_accuracy(self):
        report = evaluate([[0.5, 0.5]] * 2, [[0.4, 0.6], [0.1, 0.9]])
        assert report.classes[0].accuracy is None
        assert report.classes[0].cross_entropy == pytest.approx(LN2, rel=1e-15)
        assert (
            report.figures.undefined["classes[0].accuracy"]
            == "no row has it as the most likely label"
        )


class TestClipped:
    def test_share_of_the_loss(self):
        report = evaluate([[0.0, 1.0], [0.5, 0.5]], [0, 1])
        loss = 36.04365338911715
        assert report.figures.clipped_share == pytest.approx(loss / (loss + LN2), rel=1e-15)
        assert report.cross_entropy == pytest.approx((loss + LN2) / 2, rel=1e-15)

    def test_none_clipped(self):
        assert evaluate([[0.1, 0.9], [0.5, 0.5]], [0, 1]).figures.clipped_share == 0.0
