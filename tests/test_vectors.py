"""Reference values of other tools, each with its source, and the traps that give other numbers."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.by_hand import moments
from xent_cli import evaluate
from xent_cli.numerics.estimates import Estimate, correlation
from xent_cli.numerics.significance import rows_needed, smallest_detectable

VECTORS = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parent / "reference" / "vectors.json").read_text(encoding="utf-8")
    )
}


class Vector:
    """A vector's inputs and expected values by name, and its tolerance for comparing."""

    def __init__(self, name: str) -> None:
        self.inputs = VECTORS[name]["inputs"]
        self.expected = VECTORS[name]["expected"]
        self._tolerance = VECTORS[name]["tol"]

    def near(self, value):
        return pytest.approx(value, abs=self._tolerance, rel=self._tolerance)

    def differs(self, got: float, *traps: str) -> bool:
        """Say whether `got` is none of the answers that other tools give."""
        return all(got != self.near(float(self.expected[trap])) for trap in traps)


def row_losses(preds, labels, **options) -> list[float]:
    """What each row costs when it stands alone."""
    return [
        evaluate([row], [label], **options).cross_entropy
        for row, label in zip(preds, labels, strict=True)
    ]


def of_losses(losses, **options):
    """A report with these row losses: log-probabilities of positive labels."""
    return evaluate([-x for x in losses], [1] * len(losses), scale="logprobs", **options)


@pytest.mark.parametrize("name", ["TV01", "TV02", "TV06"])
@pytest.mark.parametrize("one_hot", [False, True])
def test_mean_log_loss(name, one_hot):
    tv = Vector(name)
    probs, labels = tv.inputs["probs"], tv.inputs["labels"]
    if one_hot:
        labels = np.eye(len(probs[0]))[labels]
    assert evaluate(probs, labels).cross_entropy == tv.near(tv.expected)


def test_tv02_doubled_data_have_the_same_mean():
    tv = Vector("TV02")
    report = evaluate(tv.inputs["probs"] * 2, tv.inputs["labels"] * 2)
    assert report.cross_entropy == tv.near(tv.expected)
    assert report.cross_entropy * report.n == tv.near(6 * tv.expected)


@pytest.mark.parametrize("as_columns", [False, True])
def test_tv03_text_labels(as_columns):
    tv = Vector("TV03")
    probs, names = tv.inputs["probs"], tv.inputs["classes"]
    if as_columns:
        report = evaluate(
            pd.DataFrame(probs, columns=[f"p_{c}" for c in names]), tv.inputs["labels"]
        )
    else:
        report = evaluate(probs, tv.inputs["labels"], classes=names)
    assert report.cross_entropy == tv.near(tv.expected)
    assert [row.name for row in report.classes] == names


def test_tv03_in_one_column():
    tv = Vector("TV03")
    spam = pd.DataFrame({"p_spam": [row[1] for row in tv.inputs["probs"]]})
    assert evaluate(spam, tv.inputs["labels"]).cross_entropy == tv.near(tv.expected)


def test_tv07_sample_weights():
    tv = Vector("TV07")
    report = evaluate(tv.inputs["probs"], tv.inputs["labels"], weight=tv.inputs["sample_weight"])
    assert report.cross_entropy == tv.near(tv.expected)


def test_tv08_a_class_that_never_occurs():
    tv = Vector("TV08")
    report = evaluate(tv.inputs["probs"], tv.inputs["labels"])
    assert report.cross_entropy == tv.near(tv.expected)
    assert (report.classes[2].n, report.classes[2].cross_entropy) == (0, None)


@pytest.mark.parametrize("as_text", [False, True])
def test_tv10_classes_are_never_sorted_as_text(as_text):
    tv = Vector("TV10")
    labels = list(map(str, tv.inputs["labels"])) if as_text else tv.inputs["labels"]
    by_option = evaluate(tv.inputs["probs"], labels, classes=["2", "9", "10"])
    by_column = evaluate(pd.DataFrame(tv.inputs["probs"], columns=["2", "9", "10"]), labels)
    for report in (by_option, by_column):
        assert report.cross_entropy == tv.near(tv.expected["numeric_order"])
        assert tv.differs(report.cross_entropy, "lexicographic_order")
        assert [row.name for row in report.classes] == ["2", "9", "10"]


def test_tv11_columns_give_the_order():
    tv = Vector("TV11")
    by_option = evaluate(tv.inputs["probs"], tv.inputs["labels"], classes=tv.inputs["classes"])
    frame = pd.DataFrame(tv.inputs["probs"], columns=["p_dog", "p_cat"], dtype=float)
    for report in (by_option, evaluate(frame, tv.inputs["labels"])):
        assert report.cross_entropy == tv.expected["column_order_respected"]
        assert tv.differs(report.cross_entropy, "sklearn_sorted")


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, int])
def test_tv12_a_zero_at_the_truth(dtype):
    tv = Vector("TV12")
    probs = np.array(tv.inputs["probs"], dtype)
    assert row_losses(probs, tv.inputs["labels"], eps=0) == [float(tv.expected["exact"])] * 2
    for got in row_losses(probs, tv.inputs["labels"]):
        assert got == pytest.approx(tv.expected["sklearn_f64"], rel=1e-15)
        assert tv.differs(got, *(set(tv.expected) - {"sklearn_f64"}))


def test_tv12_other_tools_answers_are_other_eps():
    tv = Vector("TV12")
    eps = {
        "sklearn<1.2_or_LightGBM_or_Spark_or_Kaggle_eps1e-15": 1e-15,
        "xgboost_eps1e-16f": float(np.float32(1e-16)),
        "lightgbm_cross_entropy_eps1e-12": 1e-12,
        "keras_eps1e-7": 1e-7,
        "torch_BCELoss_clamp": math.exp(-100),
    }
    for tool, value in eps.items():
        report = evaluate(tv.inputs["probs"], tv.inputs["labels"], eps=value)
        assert report.cross_entropy == tv.near(tv.expected[tool]), tool


@pytest.mark.parametrize(
    ("name", "as_they_are", "renormalized"),
    [
        ("TV13", "no_renormalise", "renormalise"),
        (
            "TV14",
            "no_renormalise(sklearn warns, xgboost, torch nll)",
            "renormalise(keras, TFMA, kaggle)",
        ),
    ],
)
def test_rows_that_do_not_sum_to_one(name, as_they_are, renormalized):
    tv = Vector(name)
    data = (tv.inputs["probs"], tv.inputs["labels"])
    assert evaluate(*data, row_sums="ignore").cross_entropy == tv.near(tv.expected[as_they_are])
    divided = evaluate(*data, row_sums="renormalize").cross_entropy
    assert divided == tv.near(tv.expected[renormalized])
    assert tv.differs(divided, as_they_are)
    logprobs = evaluate(np.log(data[0]), data[1], scale="logprobs", row_sums="renormalize")
    assert logprobs.cross_entropy == tv.near(tv.expected[renormalized])


def test_tv15_logits():
    tv = Vector("TV15")
    logits, labels = tv.inputs["logits"], tv.inputs["labels"]
    assert row_losses(logits, labels, scale="logits") == tv.near(tv.expected)
    mean = evaluate(logits, labels, scale="logits").cross_entropy
    assert mean == tv.near(sum(tv.expected) / 4)


@pytest.mark.parametrize("one_hot", [False, True])
def test_tv17_class_weights_divide_by_their_sum(one_hot):
    tv = Vector("TV17")
    labels = np.eye(3)[tv.inputs["labels"]] if one_hot else tv.inputs["labels"]
    weights = tv.inputs["class_weight"]
    report = evaluate(tv.inputs["logits"], labels, scale="logits", class_weights=weights)
    assert report.cross_entropy == tv.near(tv.expected["mean"])
    assert tv.differs(report.cross_entropy, "sum", "sum_over_N")
    assert report.figures.weight_sum == 5.0
    assert report.cross_entropy * report.figures.weight_sum == tv.near(tv.expected["sum"])


@pytest.mark.parametrize(
    ("labels", "weighted", "expected"),
    [
        ("labels", False, "mean"),
        ("labels", True, "mean_class_weighted"),
        ("labels_with_ignore", False, "mean_ignore"),
        ("labels_with_ignore", True, "mean_class_weighted_ignore"),
    ],
)
def test_tv19_label_smoothing(labels, weighted, expected):
    tv = Vector("TV19")
    report = evaluate(
        tv.inputs["logits"],
        tv.inputs[labels],
        scale="logits",
        label_smoothing=0.1,
        ignore_label=-100,
        class_weights=tv.inputs["class_weight"] if weighted else None,
    )
    assert report.cross_entropy == tv.near(tv.expected[expected])
    assert tv.differs(report.cross_entropy, *(set(tv.expected) - {expected}))
    assert report.tally.n_ignored == tv.inputs[labels].count(-100)


def test_tv20_soft_labels():
    tv = Vector("TV20")
    logits, soft = tv.inputs["logits"], tv.inputs["soft_labels"]
    assert row_losses(logits, soft, scale="logits") == tv.near(tv.expected["per_row"])
    plain = evaluate(logits, soft, scale="logits")
    assert plain.cross_entropy == tv.near(tv.expected["mean"])
    smoothed = evaluate(logits, soft, scale="logits", label_smoothing=0.1)
    assert smoothed.cross_entropy == tv.near(tv.expected["mean_smoothed"])


def test_tv20_class_weights_stand_in_the_denominator_of_soft_labels_too():
    tv = Vector("TV20")
    weights = tv.inputs["class_weight"]
    report = evaluate(
        tv.inputs["logits"], tv.inputs["soft_labels"], scale="logits", class_weights=weights
    )
    assert tv.differs(report.cross_entropy, "mean_class_weighted")
    summed = report.cross_entropy * report.figures.weight_sum
    assert summed / report.n == tv.near(tv.expected["mean_class_weighted"])
    assert report.figures.weight_sum == pytest.approx(
        np.sum(tv.inputs["soft_labels"] @ np.array(weights))
    )


@pytest.mark.parametrize("one_hot", [False, True])
def test_tv21_an_index_and_its_one_hot_row_agree(one_hot):
    tv = Vector("TV21")
    labels = np.eye(3)[tv.inputs["labels"]] if one_hot else tv.inputs["labels"]
    weights = tv.inputs["class_weight"]
    got = evaluate(tv.inputs["logits"], labels, scale="logits", class_weights=weights)
    assert got.cross_entropy == tv.near(tv.expected["index"])
    assert tv.differs(got.cross_entropy, "onehot")


def test_tv23_a_logit_of_minus_infinity():
    tv = Vector("TV23")
    logits = [[float(x) for x in row] for row in tv.inputs["logits"]]
    target1, target2 = (evaluate(logits, [i], scale="logits").cross_entropy for i in (1, 2))
    assert target1 == tv.near(tv.expected["target1"])
    assert target2 == float(tv.expected["target2"])
    soft = evaluate(logits, [[0.5, 0.5, 0.0]], scale="logits").cross_entropy
    assert soft == tv.near(tv.expected["soft_[.5,.5,0]"])


def test_tv24_binary_logits():
    tv = Vector("TV24")
    logits, labels = tv.inputs["logits"], tv.inputs["labels"]
    assert row_losses(logits, labels, scale="logits") == tv.near(tv.expected["per_row"])
    assert evaluate(logits, labels, scale="logits").cross_entropy == tv.near(tv.expected["mean"])


def test_tv24_a_positive_weight_is_a_class_weight_with_another_denominator():
    tv = Vector("TV24")
    data = (tv.inputs["logits"], tv.inputs["labels"])
    report = evaluate(*data, scale="logits", class_weights=[1, 3])
    assert tv.differs(report.cross_entropy, "mean", "mean_pos_weight3_divides_by_N")
    assert report.figures.weight_sum == 7.0
    got = report.cross_entropy * 7 / 3
    assert got == tv.near(tv.expected["mean_pos_weight3_divides_by_N"])


def test_tv25_soft_binary_labels():
    tv = Vector("TV25")
    data = (tv.inputs["probs_positive"], tv.inputs["soft_labels"])
    assert row_losses(*data) == tv.near(tv.expected)
    assert evaluate(*data).cross_entropy == tv.near(sum(tv.expected) / 2)


@pytest.mark.parametrize(("smoothing", "expected"), [(0.0, "plain"), (0.1, "smoothed")])
def test_tv26_binary_weights_and_smoothing(smoothing, expected):
    tv = Vector("TV26")
    report = evaluate(
        tv.inputs["probs_positive"],
        tv.inputs["labels"],
        weight=tv.inputs["sample_weight"],
        label_smoothing=smoothing,
    )
    assert report.cross_entropy == tv.near(tv.expected[expected])


def test_tv28_a_weighted_mean_divides_by_the_weights():
    tv = Vector("TV28")
    data = (tv.inputs["probs"], tv.inputs["onehot"])
    assert evaluate(*data).cross_entropy == tv.near(tv.expected["mean"])
    weighted = evaluate(*data, weight=tv.inputs["sample_weight"]).cross_entropy
    assert weighted == tv.near(tv.expected["weighted_mean(keras metric, TFMA)"])
    assert tv.differs(weighted, "weighted_sum_over_N(keras loss)")


@pytest.mark.parametrize(("smoothing", "expected"), [(0.0, "plain"), (0.1, "smoothed")])
@pytest.mark.parametrize("one_hot", [False, True])
def test_tv29_smoothing_from_logits(smoothing, expected, one_hot):
    tv = Vector("TV29")
    labels = np.eye(3)[tv.inputs["labels"]] if one_hot else tv.inputs["labels"]
    report = evaluate(tv.inputs["logits"], labels, scale="logits", label_smoothing=smoothing)
    assert report.cross_entropy == tv.near(tv.expected[expected])


def test_tv30_ignored_rows_do_not_count():
    tv = Vector("TV30")
    report = evaluate(tv.inputs["probs"], tv.inputs["labels"], ignore_label=tv.inputs["ignore"])
    assert report.cross_entropy == tv.near(tv.expected["kept_rows"])
    assert tv.differs(report.cross_entropy, "all_rows(keras metric)")
    assert (report.n, report.tally.n_ignored) == (2, 1)


def test_tv32_multilabel():
    tv = Vector("TV32")
    report = evaluate(tv.inputs["probs"], tv.inputs["multihot"], mode="binary")
    assert report.cross_entropy == tv.near(tv.expected["elementwise_mean"])
    assert tv.differs(report.cross_entropy, "sum_over_labels_mean")
    assert report.cross_entropy != tv.near(1.5850428303493844)
    got = [row.cross_entropy for row in report.classes]
    assert got == tv.near(tv.expected["per_label"])


@pytest.mark.parametrize(("weight", "expected"), [(None, "plain"), ([5, 1], "weights[5,1]")])
def test_tv36_normalized_entropy(weight, expected):
    tv = Vector("TV36")
    overall = evaluate(tv.inputs["probs_positive"], tv.inputs["labels"], weight=weight).overall
    assert overall.normalized_entropy == tv.near(tv.expected[expected])


def test_tv40_log_loss_beyond_the_entropy_of_the_labels():
    tv = Vector("TV40")
    overall = evaluate(
        tv.inputs["probs_positive"], tv.inputs["soft_labels"], weight=tv.inputs["sample_weight"]
    ).overall
    assert overall.kl_divergence == tv.near(tv.expected)
    assert overall.cross_entropy - overall.label_entropy == tv.near(tv.expected)
    assert overall.label_entropy == pytest.approx(2 * math.log(2) / 5, rel=1e-15)


def test_tv44_standard_error():
    tv = Vector("TV44")
    overall = of_losses(tv.inputs["losses"]).overall
    assert overall.cross_entropy == tv.near(tv.expected["mean"])
    assert overall.se == tv.near(tv.expected["se_clt"])
    t95 = Estimate(overall.cross_entropy, overall.se, 9).interval(0.95)
    assert list(t95) == tv.near(tv.expected["t95"])
    from_probs = evaluate(np.exp([-x for x in tv.inputs["losses"]]), [1] * 10).overall
    assert from_probs.se == tv.near(tv.expected["se_clt"])


def test_tv44_clustered_standard_error():
    tv = Vector("TV44")
    found = moments(tv.inputs["losses"], None, tv.inputs["cluster"])
    assert float(found.u / found.w) == tv.near(tv.expected["mean"])
    assert found.standard_error() == tv.near(tv.expected["se_cluster_CR1"])
    assert tv.differs(found.standard_error(), "se_clt", "se_cluster_miller", "se_cluster_CR0")


def test_tv45_paired_difference():
    tv = Vector("TV45")
    a, b = (list(map(Fraction, tv.inputs[name])) for name in ("losses_a", "losses_b"))
    d = [y - x for x, y in zip(a, b, strict=True)]
    delta = moments(d)
    found = Estimate(float(delta.u / delta.w), delta.standard_error(), 9)
    assert found.value == tv.near(tv.expected["mean"])
    assert found.se == tv.near(tv.expected["se_paired"])
    assert tv.differs(found.se, "se_unpaired")
    assert found.p_value() == tv.near(tv.expected["p_t"])
    assert list(found.interval(0.95)) == tv.near(tv.expected["t95"])
    assert correlation(moments(a), moments(b), delta) == tv.near(tv.expected["corr"])
    assert smallest_detectable(found.se) == tv.near(tv.expected["MDE_80pct_5pct"])
    clustered = moments(d, None, tv.inputs["cluster"]).standard_error()
    assert clustered == tv.near(tv.expected["se_paired_cluster_CR1"])


def test_tv47_rows_needed():
    tv = Vector("TV47")
    se = math.sqrt(tv.inputs["omega2"] / 1000)
    power = {"level": 1 - tv.inputs["alpha"], "power": tv.inputs["power"]}
    exact = 1000 * (smallest_detectable(se, **power) / tv.inputs["delta"]) ** 2
    assert exact == tv.near(tv.expected)
    assert rows_needed(1000, se, tv.inputs["delta"], **power) == math.ceil(tv.expected)


def test_tv46_weighted_standard_error():
    tv = Vector("TV46")
    report = of_losses(tv.inputs["losses"], weight=tv.inputs["sample_weight"])
    assert report.cross_entropy == tv.near(tv.expected["mean"])
    assert report.overall.se == tv.near(tv.expected["se"])
    assert report.classes[1].se == tv.near(tv.expected["se"])
    weight, squared = (float(report.tally.sums[s][2]) for s in ("weight", "weight_squared"))
    assert weight**2 / squared == tv.near(tv.expected["ess"])


def test_tv49_soft_cross_entropy_is_entropy_plus_divergence():
    tv = Vector("TV49")
    overall = evaluate(tv.inputs["probs"], tv.inputs["soft_labels"]).overall
    assert overall.cross_entropy == tv.near(tv.expected["ce"])
    assert overall.label_entropy == tv.near(tv.expected["H"])
    assert overall.kl_divergence == tv.near(tv.expected["KL"])


def test_tv50_chunks_of_unequal_size():
    tv = Vector("TV50")
    losses = [loss for chunk in tv.inputs["losses_chunks"] for loss in chunk]
    for batch_rows in (1, 4, None):
        report = of_losses(losses, batch_rows=batch_rows)
        assert report.cross_entropy == tv.expected["right"]
        assert tv.differs(report.cross_entropy, "dask_ml_style")


def test_every_vector_is_used():
    """Read off the source: tests may be spread over processes that do not see each other."""
    used = set(re.findall(r'"(TV\d+)"', Path(__file__).read_text(encoding="utf-8")))
    assert used == set(VECTORS)
