"""Other libraries' numbers: against the libraries themselves, run before or right here."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from xent_cli import Report, evaluate
from xent_cli.errors import UsageError
from xent_cli.metrics.compat.libraries import TOOLS
from xent_cli.metrics.compat.sums import CompatFigure
from xent_cli.schema import types

REFERENCE = Path(__file__).parents[2] / "reference"
RUNS = json.loads((REFERENCE / "compat.json").read_text())["cases"]
VECTORS = {v["id"]: v for v in json.loads((REFERENCE / "vectors.json").read_text())}

ULP32 = 2.0**-23
TOLERANCE = {
    "sklearn": 1e-15,
    "sklearn-float32": ULP32,
    "sklearn-float16": 0.0,
    "sklearn-1.1": 1e-15,
    "torch-nll": 2 * ULP32,
    "torch-soft": 2 * ULP32,
    "torch-bce": 2 * ULP32,
    "keras": 2 * ULP32,
    "keras-metric": 2 * ULP32,
    "xgboost": 1e-8,
    "lightgbm": 1e-15,
    "spark": 1e-15,
}
"""How close the numbers are, relatively: sums of float32 depend on the order of addition."""


def figures(*arguments, **options) -> dict[str, CompatFigure]:
    report = evaluate(*arguments, compat=list(TOOLS), **options)
    assert [figure.name for figure in report.compat] == list(TOOLS)
    return {figure.name: figure for figure in report.compat}


@pytest.mark.parametrize("name", TOOLS)
def test_against_the_library(name: str) -> None:
    ran = [run for run in RUNS if name in run["values"]]
    assert len(ran) >= 20
    zeros = infinite = uneven = 0
    for run in ran:
        q, want = np.array(run["probs"]), run["values"][name]
        options = {} if run["weights"] is None else {"weight": np.array(run["weights"])}
        report = evaluate(q, run["labels"], row_sums="ignore", compat=name, **options)
        (got,) = report.compat
        zeros += report.tally.n_clipped > 0
        uneven += q.ndim == 2 and bool((abs(q.sum(axis=1) - 1) > 0.01).any())
        infinite += isinstance(want, str)
        if isinstance(want, str):
            assert (got.text, got.value) == (want, None)
        else:
            assert got.value == pytest.approx(want, rel=TOLERANCE[name], abs=0), run
    assert min(zeros, uneven) >= 3
    assert (infinite > 0) == (name in ("torch-nll", "torch-soft"))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", ["float64", "float32", "float16"])
def test_against_scikit_learn_here(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(2, 12)), int(rng.integers(12, 400))
    names = [f"c{i}" for i in range(k)]  # c10 sorts before c2
    q = rng.dirichlet(np.full(k, 0.2), size=n)
    q[rng.random(n) < 0.2] *= 0.9
    q[0], q[0, -1] = 0, 1
    labels = rng.choice(names, size=n)
    labels[:k] = names
    name = "sklearn" if kind == "float64" else f"sklearn-{kind}"
    report = evaluate(q, labels, classes=names, row_sums="ignore", compat=name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = log_loss(labels, q.astype(kind), labels=sorted(names))
    tolerance = {"float64": 2e-15, "float32": 4 * ULP32, "float16": 2.0**-10}[kind]
    assert report.compat[0].value == pytest.approx(want, rel=tolerance, abs=0)
    if k > 10 and kind == "float64":
        assert report.compat[0].value != pytest.approx(report.cross_entropy, rel=1e-3)


def test_texts_that_look_like_numbers_are_sorted_as_texts() -> None:
    rng = np.random.default_rng(4)
    q, numbers = rng.dirichlet(np.ones(3), size=60), rng.choice([9, 10, 11], size=60)
    for labels in (numbers, numbers.astype(str)):
        report = evaluate(q, labels, classes=["9", "10", "11"], compat="sklearn")
        assert report.compat[0].value == pytest.approx(log_loss(labels, q), rel=2e-15)


def test_scikit_learn_refuses_labels_without_a_class() -> None:
    q, labels = np.full((4, 3), 1 / 3), [0, 1, 0, 1]
    with pytest.raises(ValueError, match="different number of classes"):
        log_loss(labels, q)
    for name in ("sklearn", "sklearn-float32", "sklearn-float16", "sklearn-1.1"):
        (found,) = evaluate(q, labels, compat=name).compat
        assert (found.value, found.text) == (None, "-")
        assert found.reason == "fails without labels of 2, unless labels= is given"


def test_binary_labels_are_sorted_by_scikit_learn() -> None:
    q, labels = np.array([0.9, 0.2, 0.6]), ["no", "yes", "no"]
    report = evaluate(q, labels, positive="no", compat="sklearn")
    assert report.cross_entropy == pytest.approx(-np.log([0.9, 0.8, 0.6]).mean())
    assert report.compat[0].value == pytest.approx(log_loss(labels, q))


def test_zeros_at_the_truth() -> None:
    vector = VECTORS["TV12"]
    found = figures(vector["inputs"]["probs"], vector["inputs"]["labels"])
    expected = vector["expected"]
    for name, key in {
        "sklearn": "sklearn_f64",
        "sklearn-float32": "sklearn_f32",
        "sklearn-float16": "sklearn_f16",
        "sklearn-1.1": "sklearn<1.2_or_LightGBM_or_Spark_or_Kaggle_eps1e-15",
        "lightgbm": "sklearn<1.2_or_LightGBM_or_Spark_or_Kaggle_eps1e-15",
        "spark": "sklearn<1.2_or_LightGBM_or_Spark_or_Kaggle_eps1e-15",
        "xgboost": "xgboost_eps1e-16f",
        "keras": "keras_eps1e-7",
        "torch-bce": "torch_BCELoss_clamp",
    }.items():
        assert found[name].value == pytest.approx(expected[key], abs=vector["tol"]), name
    assert found["torch-nll"].text == expected["torch_nll"]
    assert found["torch-nll"].reason == "probability 0 for the true class in 2 rows"


@pytest.mark.parametrize("name", ["TV13", "TV14"])
def test_rows_that_do_not_sum_to_1(name: str) -> None:
    vector = VECTORS[name]
    found = figures(vector["inputs"]["probs"], vector["inputs"]["labels"], row_sums="ignore")
    renormalized = next(v for k, v in vector["expected"].items() if k.startswith("renormalise"))
    plain = next(v for k, v in vector["expected"].items() if k.startswith("no_renormalise"))
    lacking = {tool for tool, one in found.items() if one.reason.startswith("fails without labels")}
    assert all(tool.startswith("sklearn") for tool in lacking)
    for tool in {"keras", "keras-metric", "sklearn-1.1", "torch-soft"} - lacking:
        assert found[tool].value == pytest.approx(renormalized, rel=2 * ULP32)
    for tool in {"sklearn", "xgboost", "lightgbm", "spark", "torch-nll"} - lacking:
        assert found[tool].value == pytest.approx(plain, rel=2 * ULP32)


def test_class_weights_of_torch_on_indices_and_on_shares() -> None:
    vector = VECTORS["TV21"]
    found = figures(
        vector["inputs"]["logits"],
        vector["inputs"]["labels"],
        scale="logits",
        class_weights=vector["inputs"]["class_weight"],
    )
    assert found["torch-nll"].value == pytest.approx(vector["expected"]["index"], rel=2 * ULP32)
    assert found["torch-soft"].value == pytest.approx(vector["expected"]["onehot"], rel=2 * ULP32)
    assert found["torch-bce"].text == "-"


def test_weights_of_keras_as_loss_and_as_metric() -> None:
    vector = VECTORS["TV28"]
    q, one_hot = vector["inputs"]["probs"], np.array(vector["inputs"]["onehot"], float)
    found = figures(q, one_hot, weight=vector["inputs"]["sample_weight"])
    for tool, key in {
        "keras": "weighted_sum_over_N(keras loss)",
        "keras-metric": "weighted_mean(keras metric, TFMA)",
    }.items():
        assert found[tool].value == pytest.approx(vector["expected"][key], abs=vector["tol"])


def test_ignored_rows_of_keras() -> None:
    vector = VECTORS["TV30"]
    options = {"ignore_label": str(vector["inputs"]["ignore"])}
    found = figures(vector["inputs"]["probs"], vector["inputs"]["labels"], **options)
    kept, everything = vector["expected"]["kept_rows"], vector["expected"]["all_rows(keras metric)"]
    assert found["keras"].value == pytest.approx(kept, abs=vector["tol"])
    assert found["keras-metric"].value == pytest.approx(everything, abs=vector["tol"])
    weighted = figures(
        vector["inputs"]["probs"], vector["inputs"]["labels"], weight=[1, 2, 3], **options
    )
    assert weighted["keras-metric"].text == "-"
    assert weighted["keras"].value is not None


def test_soft_labels() -> None:
    q, shares = [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]]
    found = figures(q, shares)
    want = (0.5 * math.log(2) + 0.5 * math.log(4) + math.log(2)) / 2
    for tool in ("keras", "keras-metric", "torch-soft"):
        assert found[tool].value == pytest.approx(want, rel=2 * ULP32)
    for tool in ("sklearn", "torch-nll", "xgboost", "spark"):
        assert (found[tool].text, found[tool].reason) == ("-", "fails on 1 row")
    binary = figures([0.25, 0.5], [0.5, 1.0])
    assert binary["xgboost"].value == pytest.approx((0.5 * math.log(16 / 3) + math.log(2)) / 2)
    assert binary["lightgbm"].value == pytest.approx((math.log(4) + math.log(2)) / 2)


def test_several_labels_a_row() -> None:
    q, labels = np.array([[0.5, 0.25], [0.75, 0.5]]), np.array([[1.0, 0.0], [1.0, 1.0]])
    found = figures(q, labels, mode="binary")
    want = -np.log([0.5, 0.75, 0.75, 0.5]).mean()
    for tool in ("torch-bce", "keras", "keras-metric"):
        assert found[tool].value == pytest.approx(want, rel=2 * ULP32)
    assert found["sklearn"].reason == "takes one label per row"


@pytest.mark.parametrize("scale", ["logits", "logprobs"])
def test_logits_and_logarithms(scale: str) -> None:
    rng = np.random.default_rng(0)
    q, y = rng.dirichlet(np.ones(4), size=50), rng.integers(0, 4, 50)
    given = np.log(q) + (2 if scale == "logits" else 0)
    found, plain = figures(given, y, scale=scale), figures(q, y)
    for name in set(TOOLS) - {"torch-bce", "sklearn-float16"}:
        assert found[name].value == pytest.approx(plain[name].value, rel=1e-5), name
    one = np.log(q[:, 0] / (1 - q[:, 0])) if scale == "logits" else np.log(q[:, 0])
    labels = y % 2
    found, plain = figures(one, labels, scale=scale), figures(q[:, 0], labels)
    for name in set(TOOLS) - {"sklearn-float16"}:
        assert found[name].value == pytest.approx(plain[name].value, rel=1e-5), name
    sure = figures([[2000.0, 0.0], [0.0, 1.0]], [1, 1], scale="logits")
    assert sure["torch-nll"].value == pytest.approx((2000 + math.log1p(math.exp(-1))) / 2)
    assert sure["keras"].value == pytest.approx((2000 + math.log1p(math.exp(-1))) / 2)


def test_values_a_little_off_are_refused_where_the_tool_does() -> None:
    found = figures([[1.00001, 0.0], [0.5, 0.5]], [0, 1])
    refusing = {name for name, figure in found.items() if figure.reason == "fails on 1 row"}
    assert refusing == {name for name, tool in TOOLS.items() if tool.strict}


@pytest.mark.parametrize("batch_rows", [1, 3, 10_000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_any_batch_gives_the_same_bits(batch_rows: int, jobs: int) -> None:
    rng = np.random.default_rng(5)
    q, y = rng.dirichlet(np.ones(3), size=500), rng.integers(0, 3, 500)
    weight = rng.random(500)
    assert figures(q, y, weight=weight) == figures(
        q, y, weight=weight, batch_rows=batch_rows, jobs=jobs
    )


def test_the_number_of_xent_stays(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    q, y = rng.dirichlet(np.ones(3), size=50), rng.integers(0, 3, 50)
    alone, beside = evaluate(q, y), evaluate(q, y, compat=["keras", "keras", "spark"])
    assert [figure.name for figure in beside.compat] == ["keras", "spark"]
    assert alone.overall == beside.overall
    assert Report.from_dict(json.loads(json.dumps(beside.to_dict()))).compat == beside.compat
    assert "compat" not in alone.to_dict()


def test_names() -> None:
    assert tuple(TOOLS) == types.TOOLS
    with pytest.raises(UsageError, match='compat="jax": must be one of sklearn, '):
        evaluate([[0.5, 0.5]], [0], compat="jax")
