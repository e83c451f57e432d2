"""`xent_cli.calibrate` against values computed apart from it, brute force, and laws."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp

from xent_cli import calibrate, evaluate, load, to_dict
from xent_cli.errors import UsageError

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/reference/calibration.json").read_text())
SMALL = VECTORS["small"]
RNG = np.random.default_rng(7)


def sample(name: str) -> tuple[str, str]:
    folder = ROOT / "sample_data" / name
    return f"{folder}.csv", str(folder.parent / "labels.csv")


@pytest.mark.parametrize("name", VECTORS["sample_data"])
def test_vectors_of_the_sample_data(name: str) -> None:
    found, want = calibrate(*sample(name)), VECTORS["sample_data"][name]
    exact = {
        "ce_renormalised": found.loss,
        "self_entropy": found.own_expectation,
        "gap": found.gap.value,
        "gap_se": found.gap.se,
        "T": found.temperature.value,
        "R_in": found.recoverable.in_sample,
        "rho": found.recoverable.root,
    }
    assert exact == {key: pytest.approx(want[key], rel=1e-9) for key in exact}
    assert found.recoverable.value == pytest.approx(want["R_loo_exact"], abs=1e-9)
    # At the temperature with six digits.
    assert found.recoverable.root_se == pytest.approx(want["se_rho"], rel=1e-4)
    assert found.recoverable.interval == pytest.approx(tuple(want["R_ci95_root"]), rel=1e-4)
    low, high = map(math.log, found.temperature.interval)
    assert (low, high) == pytest.approx(tuple(want["lnT_ci95"]), abs=2e-7)
    shares = found.shares
    assert [each.predicted for each in shares.classes] == pytest.approx(want["shares"]["predicted"])
    assert [each.gap.value for each in shares.classes] == pytest.approx(
        want["shares"]["gap"], abs=1e-14
    )
    assert [each.gap.se for each in shares.classes] == pytest.approx(want["shares"]["se"], rel=1e-9)
    assert shares.kl == pytest.approx(want["shares"]["kl_observed_predicted"], abs=1e-12)
    assert shares.variation == pytest.approx(want["shares"]["tv"], abs=1e-12)
    # The second model is the model at the temperature: its gain is what rows that chose it have.
    assert -found.comparison.overall.value == pytest.approx(want["R_in"], abs=1e-9)
    assert found.report.cross_entropy == evaluate(*sample(name)).cross_entropy


def test_small_vectors() -> None:
    case = SMALL["logits_7x3"]
    found, want = calibrate(case["logits"], case["labels"], scale="logits"), case["expected"]
    assert found.loss == pytest.approx(float(want["loss_at_1"]), rel=1e-14)
    assert found.temperature.value == pytest.approx(float(want["T"]), rel=1e-12)
    assert found.gap.value == pytest.approx(float(want["gap"]), rel=1e-13)
    assert found.gap.se == pytest.approx(float(want["gap_se"]), rel=1e-13)
    assert found.recoverable.in_sample == pytest.approx(float(want["R_in"]), rel=1e-12)
    assert found.recoverable.value == pytest.approx(float(want["R_loo"]), abs=1e-6)


def test_every_row_right_has_no_temperature() -> None:
    case = SMALL["all_right"]
    found = calibrate(case["logits"], case["labels"], scale="logits")
    assert found.temperature.value == 0
    assert found.temperature.interval is None
    assert "every row is predicted" in found.temperature.reason
    assert found.recoverable.value is None
    assert found.gap.value == pytest.approx(float(case["expected"]["dL_at_1"]))


def test_worse_than_uniform() -> None:
    case = SMALL["worse_than_uniform"]
    found = calibrate(case["logits"], case["labels"], scale="logits")
    assert found.temperature.value == math.inf
    assert "uniform" in found.temperature.reason
    assert found.recoverable.value is None


def test_what_rests_on_one_row() -> None:
    case = SMALL["binary_6"]
    found, want = calibrate(case["q"], case["labels"]), case["expected"]
    assert found.temperature.value == pytest.approx(float(want["T"]), rel=1e-12)
    assert found.recoverable.in_sample == pytest.approx(float(want["R_in"]), rel=1e-10)
    assert found.recoverable.value is None
    assert "a single row" in found.recoverable.reason


def test_clusters() -> None:
    preds, labels = map(pd.read_csv, sample("sparse/baseline"))
    found = calibrate(preds, labels, cluster=np.arange(1797) // 7)
    want = SMALL["sparse_baseline_clusters_of_7_by_position"]
    alone = calibrate(preds, labels)
    assert found.gap.df == want["G"] - 1
    assert found.gap.se == pytest.approx(want["gap_se"], rel=1e-9)
    beta = 1 / found.temperature.value
    assert found.temperature.ln_se * beta == pytest.approx(want["se_beta"], rel=1e-4)
    assert found.recoverable.root_se * abs(found.recoverable.root) == pytest.approx(
        want["R_se"], rel=1e-4
    )
    taken_off = found.recoverable.in_sample - found.recoverable.value
    assert taken_off == pytest.approx(want["correction_Jc_over_nH"], rel=0.05)  # To first order.
    assert found.temperature.value == alone.temperature.value
    assert all(each.se is None for each in found.reliability[0].bins)


def _logits(n: int, k: int, scale: float, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw logits, and labels for which `beta` is the best inverse temperature."""
    z = RNG.normal(size=(n, k)) * scale
    p = np.exp(log_softmax(beta * z, axis=1))
    return z, (p.cumsum(axis=1) > RNG.random((n, 1))).argmax(axis=1)


def _best(z: np.ndarray, y: np.ndarray, w: np.ndarray | None = None) -> tuple[float, float]:
    def loss(u: float) -> float:
        each = -log_softmax(z * math.exp(u), axis=1)[np.arange(len(y)), y]
        return float(np.average(each, weights=w))

    found = minimize_scalar(loss, bounds=(-6, 6), method="bounded", options={"xatol": 1e-12})
    return math.exp(found.x), found.fun


def _slopes(z: np.ndarray, y: np.ndarray, beta: np.ndarray | float) -> np.ndarray:
    """Return losses of rows and their first two derivatives by the inverse temperature, (3, n)."""
    d = z - z.max(axis=1, keepdims=True)
    scaled = d * np.reshape(beta, (-1, 1))
    q = np.exp(scaled - logsumexp(scaled, axis=1, keepdims=True))
    mean, truth = (q * d).sum(axis=1), d[np.arange(len(y)), y]
    variance = (q * (d - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return np.array([logsumexp(scaled, axis=1) - beta * truth, mean - truth, variance])


def _refitted(z: np.ndarray, y: np.ndarray, weight: np.ndarray, draw: np.ndarray) -> float:
    """Return the mean loss of draws at the inverse temperatures that Newton finds without them."""
    total, start = 0.0, 1.0
    for left_out in range(-1, draw.max() + 1):
        own, kept = draw == left_out, weight * (draw != left_out)
        beta = start
        for _ in range(60):
            _, first, second = _slopes(z, y, beta)
            step = (kept * first).sum() / (kept * second).sum()
            beta = min(max(beta - step, beta / 2), beta * 2)
            if abs(step) < 1e-14 * beta:
                break
        start = beta if left_out < 0 else start
        if left_out >= 0:
            total += (weight[own] * _slopes(z[own], y[own], beta)[0]).sum()
    return float(total / weight.sum())


@pytest.mark.parametrize(("n", "k"), [(20, 3), (60, 3), (120, 10), (90, 70)])
@pytest.mark.parametrize("weighted", [False, True])
def test_leaving_out_is_refitting(n: int, k: int, *, weighted: bool) -> None:
    z, y = _logits(n, k, 2.0, 0.6)
    weight = RNG.exponential(size=n) if weighted else np.ones(n)
    found = calibrate(z, y, scale="logits", weight=weight if weighted else None)
    want = found.loss - _refitted(z, y, weight, np.arange(n))
    assert found.recoverable.value == pytest.approx(want, abs=2e-10)


@pytest.mark.parametrize(
    ("n", "clusters", "within"), [(60, 15, 1e-4), (400, 50, 2e-6), (2_000, 400, 1e-9)]
)
def test_leaving_clusters_out_is_refitting(n: int, clusters: int, within: float) -> None:
    """The curve of a cluster is a polynomial: good where no cluster moves the temperature far."""
    z, y = _logits(n, 4, 2.0, 0.7)
    cluster, weight = RNG.integers(0, clusters, n), RNG.exponential(size=n)
    found = calibrate(z, y, scale="logits", weight=weight, cluster=cluster)
    want = found.loss - _refitted(z, y, weight, np.unique(cluster, return_inverse=True)[1])
    assert found.recoverable.value == pytest.approx(want, abs=within)


def test_the_interval_is_that_of_the_best_temperature_not_of_its_six_digits() -> None:
    """Near 1 what rows gain goes with the distance, of which rounding may take a good part."""
    z, y = _logits(500, 3, 2.0, 1.0)
    z *= _best(z, y)[0] * 1.0000145  # Six digits of its temperature are 1.00001.
    found = calibrate(z, y, scale="logits")
    beta = 1 / found.temperature.value
    gains = _slopes(z, y, 1.0)[0] - _slopes(z, y, beta)[0]
    root = math.sqrt(2 * gains.mean())
    assert found.recoverable.root_se == pytest.approx(
        gains.std(ddof=1) / math.sqrt(len(y)) / root, rel=1e-4
    )


def test_leaving_out_one_of_many_takes_two_looks() -> None:
    """With so many rows the curve between the points of the grid is good enough."""
    z, y = _logits(150_000, 3, 2.0, 0.8)
    found = calibrate(z, y, scale="logits")
    beta = 1 / found.temperature.value
    _, first, second = _slopes(z, y, beta)
    total, own = second.sum(), first / (second.sum() - second)
    third = (_slopes(z, y, beta + 1e-3)[2].sum() - _slopes(z, y, beta - 1e-3)[2].sum()) / 2e-3
    for _ in range(3):
        _, here, bend = _slopes(z, y, beta + own)
        others = total * own + third * own**2 / 2 - here
        own -= others / (total + third * own - bend)
    gain = found.loss - _slopes(z, y, beta + own)[0].mean()
    assert found.recoverable.value == pytest.approx(gain, abs=1e-10)
    assert found.recoverable.in_sample - found.recoverable.value < 1e-5


@pytest.mark.parametrize("kind", ["weights", "class_weights", "soft", "multilabel", "logprobs"])
def test_the_temperature_minimizes_the_loss_as_it_is_defined(kind: str) -> None:
    z, y = _logits(400, 4, 2.0, 0.5)
    options: dict[str, object] = {"scale": "logits"}
    labels, preds, own = y, z, None
    if kind == "weights":
        own = RNG.exponential(size=len(y))
        options["weight"] = own
    elif kind == "class_weights":
        options["class_weights"] = [1.0, 2.0, 0.5, 3.0]
        own = np.array([1.0, 2.0, 0.5, 3.0])[y]
    elif kind == "logprobs":
        preds, options["scale"] = log_softmax(z, axis=1), "logprobs"
    elif kind == "soft":
        labels = np.exp(log_softmax(z / 2 + RNG.normal(size=z.shape), axis=1))
    elif kind == "multilabel":
        labels = (RNG.random(z.shape) < 1 / (1 + np.exp(-z / 2))).astype(float)
        options["mode"] = "binary"
    found = calibrate(preds, labels, **options)

    def loss(temperature: float) -> float:
        return evaluate(z / temperature, labels, **(options | {"scale": "logits"})).cross_entropy

    t = found.temperature.value
    assert found.loss == pytest.approx(loss(1.0), rel=1e-12)
    assert loss(t) == pytest.approx(found.loss - found.recoverable.in_sample, rel=1e-10)
    assert loss(t) <= min(loss(t * 1.001), loss(t / 1.001))
    if own is not None:
        assert 1 / t == pytest.approx(_best(z, y, own)[0], rel=1e-6)


@pytest.mark.parametrize("factor", [1 / 900, 1 / 300, 0.01, 0.03, 0.2, 7, 30, 100, 300])
def test_scores_in_other_units_have_another_temperature(factor: float) -> None:
    z, y = _logits(150, 4, 2.0, 0.8)
    found, scaled = (calibrate(each, y, scale="logits") for each in (z, z * factor))
    assert scaled.temperature.value == pytest.approx(factor * found.temperature.value, rel=1e-11)
    assert scaled.recoverable.value - scaled.loss == pytest.approx(
        found.recoverable.value - found.loss, abs=1e-10
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.25, 2.0, 8.0]))
def test_laws(seed: int, factor: float) -> None:
    """Scaled scores change the temperature alone, and a constant added to a row nothing at all."""
    random = np.random.default_rng(seed)
    z = random.normal(size=(50, 3)) * 2
    y = (np.exp(log_softmax(z / 2, axis=1)).cumsum(axis=1) > random.random((50, 1))).argmax(axis=1)
    found = calibrate(z, y, scale="logits")
    scaled = calibrate(z * factor, y, scale="logits")
    moved = calibrate(z + random.normal(size=(50, 1)), y, scale="logits")
    if found.temperature.reason or scaled.temperature.reason:
        return
    assert scaled.temperature.value == pytest.approx(factor * found.temperature.value, rel=1e-8)
    best = found.loss - found.recoverable.in_sample
    assert scaled.loss - scaled.recoverable.in_sample == pytest.approx(best, rel=1e-9)
    assert moved.temperature.value == pytest.approx(found.temperature.value, rel=1e-9)
    assert moved.loss == pytest.approx(found.loss, rel=1e-12)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_rows_that_are_copies_tell_no_more(seed: int, times: int) -> None:
    """As clusters they count once: the same temperature, gain and intervals."""
    random = np.random.default_rng(seed)
    z = random.normal(size=(60, 3)) * 2
    y = (np.exp(log_softmax(z / 2, axis=1)).cumsum(axis=1) > random.random((60, 1))).argmax(axis=1)
    once = calibrate(z, y, scale="logits", cluster=np.arange(60))
    again = calibrate(
        np.tile(z, (times, 1)),
        np.tile(y, times),
        scale="logits",
        cluster=np.tile(np.arange(60), times),
    )
    if once.temperature.reason:
        return
    assert again.gap.se == pytest.approx(once.gap.se, rel=1e-10)
    assert again.temperature.value == pytest.approx(once.temperature.value, rel=1e-9)
    assert again.temperature.interval == pytest.approx(once.temperature.interval, rel=1e-7)
    assert again.recoverable.value == pytest.approx(once.recoverable.value, abs=1e-9)
    assert again.recoverable.interval == pytest.approx(
        once.recoverable.interval, rel=1e-6, abs=1e-12
    )


def test_the_gains_of_the_classes_add_up() -> None:
    found = calibrate(*sample("sparse/baseline"))
    classes = found.report.classes
    parts = [found.comparison.difference(at).value * row.n for at, row in enumerate(classes)]
    assert -math.fsum(parts) / found.report.n == pytest.approx(
        found.recoverable.in_sample, abs=1e-9
    )


def test_the_same_bits_for_any_batches_threads_and_order() -> None:
    frame = pd.read_csv(sample("sparse/candidate")[0]).assign(
        label=pd.read_csv(sample("sparse/candidate")[1])
    )
    found = to_dict(calibrate(frame))
    for other in (
        calibrate(frame, batch_rows=100),
        calibrate(frame, batch_rows=7, jobs=3),
        calibrate(frame.sample(frac=1, random_state=3)),
    ):
        again = to_dict(other)
        for key in ("cross_entropy", "own_expectation", "gap", "temperature", "shares", "verdict"):
            assert again[key] == found[key]
        assert again["reliability"] == found["reliability"]
        # Newton's steps of a row are its own.
        assert again["recoverable"] == found["recoverable"]


def test_progress_goes_on_from_pass_to_pass() -> None:
    seen: list[tuple[int, int | None]] = []
    calibrate(*sample("sparse/baseline"), progress=lambda *told: seen.append(told))
    later = [told for told in seen if told[1] is not None]
    assert later[-1] == (4 * 1797, 4 * 1797)  # Each row matters so much that they are read again.
    assert [rows for rows, _ in seen] == sorted(rows for rows, _ in seen)
    z, y = _logits(150_000, 2, 2.0, 0.5)
    seen.clear()
    calibrate(z, y, scale="logits", progress=lambda *told: seen.append(told))
    assert seen[-1] == (300_000, 300_000)
    z, y = _logits(300, 3, 2.0, 0.8)
    seen.clear()  # So far from 1 the second pass is repeated.
    calibrate(z * 100, y, scale="logits", progress=lambda *told: seen.append(told))
    assert [rows for rows, _ in seen] == sorted({rows for rows, _ in seen})
    assert seen[-1] == (5 * 300, 5 * 300)


def test_a_half_that_misses_its_last_bit_is_in_the_bin_of_the_half() -> None:
    low = np.nextafter(0.5, 0.0)
    q = np.array([[low, 1 - low], [0.5, 0.5], [0.4, 0.6]])
    found = calibrate(q, [0, 1, 1], mode="sparse")
    assert (found.temperature.value, found.recoverable.value) == (0, None)
    assert "or ties" in found.temperature.reason
    (_, first, _) = found.reliability
    assert [(each.low, each.n) for each in first.bins] == [(0.4, 1), (0.5, 2)]


def test_it_is_saved_and_read_back(tmp_path: Path) -> None:
    for arguments in (sample("binary/candidate"), ([[0.9, 0.1], [0.2, 0.8]], [0, 1])):
        found = calibrate(*arguments)
        path = tmp_path / "calibration.json"
        path.write_text(json.dumps(to_dict(found)))
        again = load(path)
        assert to_dict(again) == to_dict(found)
        assert repr(again) == repr(found)


def test_an_honest_model_is_honest_whatever_its_classes_weigh() -> None:
    """Weighted by what came true, its loss would be above what it expects: by 0.28 here."""
    random = np.random.default_rng(1)
    z = random.normal(size=(20_000, 3)) * 1.5 + np.array([1.5, 0.0, -1.0])
    y = (np.exp(log_softmax(z, axis=1)).cumsum(axis=1) > random.random((20_000, 1))).argmax(axis=1)
    plain = calibrate(z, y, scale="logits")
    found = calibrate(z, y, scale="logits", class_weights=[1.0, 2.0, 10.0])
    assert found.verdict == "no significant gap"
    assert (found.gap, found.own_expectation) == (plain.gap, plain.own_expectation)
    assert found.shares == plain.shares
    assert found.loss > plain.loss
    assert [notice.code for notice in found.warnings] == ["class-weights"]


def test_many_classes_are_worked_on_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    z, y = _logits(90, 6, 2.0, 0.7)
    few = calibrate(z, y, scale="logits")
    monkeypatch.setattr("xent_cli.metrics.rows.scores._FEW_CLASSES", 2)
    many = calibrate(z, y, scale="logits")
    for of in ("temperature", "recoverable", "gap"):
        ours, theirs = (getattr(found, of).value for found in (few, many))
        assert ours == pytest.approx(theirs, rel=1e-11)
    assert (
        to_dict(many)["recoverable"]
        == to_dict(calibrate(z, y, scale="logits", batch_rows=1))["recoverable"]
    )


@pytest.mark.parametrize(
    ("name", "with_them", "without"),
    [
        ("sparse/candidate", 0.71, 0.307),
        ("binary/candidate", 5.282, 0.585),
    ],
)
def test_a_few_clipped_rows_decide_the_temperature(
    name: str, with_them: float, without: float
) -> None:
    preds, labels = sample(name)
    found = calibrate(preds, labels)
    assert found.temperature.value == pytest.approx(with_them, rel=1e-3)
    assert found.temperature.without_clipped == pytest.approx(without, rel=2e-3)
    q, y = pd.read_csv(preds), pd.read_csv(labels)
    given = q.to_numpy()[:, -1] if q.shape[1] == 1 else None
    truth = y.to_numpy().ravel()
    if given is None:
        at_truth = q.to_numpy()[np.arange(len(y)), truth]
    else:
        at_truth = np.where(truth == "malignant", given, 1 - given)
    rest = calibrate(q[at_truth > 0], y[at_truth > 0])
    assert rest.temperature.applied == pytest.approx(found.temperature.without_clipped, rel=1e-5)
    said = {notice.code: notice.message for notice in found.warnings}
    assert "clipped row" in said["clipped-temperature"]
    assert rest.temperature.without_clipped is None


def test_smoothing_is_refused() -> None:
    with pytest.raises(UsageError, match="label_smoothing"):
        calibrate([[0.9, 0.1]], [0], label_smoothing=0.1)


def test_an_infinite_loss_has_no_temperature() -> None:
    found = calibrate([[-math.inf, 0.0], [0.0, -math.inf]], [0, 0], scale="logprobs")
    assert found.loss == math.inf
    assert found.temperature.value is None
    assert "probability 0" in found.temperature.reason


@pytest.mark.parametrize("rows", [1, 2])
def test_few_rows(rows: int) -> None:
    found = calibrate([[0.6, 0.4]] * rows, [0] * rows)
    assert found.gap.se is None
    assert found.temperature.value == 0
    found = calibrate([[0.6, 0.4], [0.7, 0.3]], [1, 0])
    losses = [-math.log(0.4), -math.log(0.7)]
    entropies = [-sum(q * math.log(q) for q in (top, 1 - top)) for top in (0.6, 0.7)]
    assert found.gap.value == pytest.approx((sum(losses) - sum(entropies)) / 2, rel=1e-12)


def test_the_temperature_of_scikit_learn() -> None:
    """It fits the same family, but adds 1e-12 inside the logarithm: zeros cost it less."""
    calibration = pytest.importorskip("sklearn.calibration")
    if not hasattr(calibration, "_TemperatureScaling"):
        pytest.skip("this scikit-learn has no temperature scaling")
    preds, labels = sample("sparse/baseline")
    q, y = pd.read_csv(preds).to_numpy(), pd.read_csv(labels).to_numpy().ravel()
    theirs = calibration._TemperatureScaling().fit(q, y)
    assert calibrate(preds, labels).temperature.value == pytest.approx(1 / theirs.beta_, rel=1e-5)
