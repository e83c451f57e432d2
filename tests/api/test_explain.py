"""Explanations against sums by hand over all rows."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from xent_cli import evaluate, explain, to_dict
from xent_cli.analysis.explain.breakdown import LADDER
from xent_cli.analysis.explain.explanation import Explanation
from xent_cli.analysis.from_json import from_dict

EPS = 2.0**-52


def rows(n: int = 400, k: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Predictions of two decimals, zeros among them."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, k, n)
    z = rng.normal(size=(n, k)) * 3
    z[np.arange(n), y] += 3
    q = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return q.round(2), y


def frame(q: np.ndarray, y: np.ndarray, weight=1.0, eps: float = EPS) -> pd.DataFrame:
    with np.errstate(divide="ignore"):
        loss = -np.log(np.maximum(q[np.arange(len(y)), y], eps))
    return pd.DataFrame({"true": y, "predicted": q.argmax(axis=1), "loss": loss * weight})


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("base", ["e", "2"])
def test_pairs_bands_and_top(weighted: bool, base: str) -> None:
    q, y = rows()
    weight = np.random.default_rng(1).integers(0, 5, len(y)) / 2 if weighted else None
    found = explain(q, y, row_sums="ignore", base=base, weight=weight)
    by_hand = frame(q, y, 1.0 if weight is None else weight)
    by_hand["loss"] /= math.log(2) if base == "2" else 1
    total = by_hand["loss"].sum()
    grouped = by_hand.groupby(["true", "predicted"])["loss"].agg(["size", "sum"])
    assert found.n_pairs == len(found.pairs) == len(grouped)
    for pair in found.pairs:
        n, loss = grouped.loc[(int(pair.true), int(pair.predicted))]
        assert pair.n == n
        assert pair.cross_entropy == pytest.approx(loss / n)
        assert pair.share == pytest.approx(loss / total)
    shares = [pair.share for pair in found.pairs]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(1)
    for band in found.bands:
        high = math.inf if band.high is None else band.high
        inside = by_hand["loss"].between(band.low, high, inclusive="left")
        if band.high == 0:
            inside = by_hand["loss"] == 0
        elif band.low == 0:
            inside &= by_hand["loss"] > 0
        assert band.n == inside.sum()
        assert band.share_of_rows == pytest.approx(inside.mean())
        assert band.share == pytest.approx(by_hand["loss"][inside].sum() / total)
    assert sum(band.n for band in found.bands) == len(y)
    top = by_hand["loss"][by_hand["loss"] >= found.top.low]
    assert (found.top.n, found.top.share) == (len(top), pytest.approx(top.sum() / total))
    assert found.top.share >= 0.25
    less = by_hand["loss"].nlargest(found.top.n)
    assert less[less > found.top.low * 1.125].sum() < 0.25 * total


def test_the_ladder_of_eps() -> None:
    q, y = rows()
    found = explain(q, y, row_sums="ignore")
    assert tuple(rung.eps for rung in found.rungs) == LADDER
    at_label = q[np.arange(len(y)), y]
    for rung in found.rungs[1:]:
        assert rung.cross_entropy == evaluate(q, y, row_sums="ignore", eps=rung.eps).cross_entropy
        assert rung.n_below == (at_label < rung.eps).sum()
    assert (found.rungs[0].cross_entropy, found.rungs[0].n_below) == (
        math.inf,
        (at_label == 0).sum(),
    )
    assert found.rungs[1].cross_entropy == found.report.cross_entropy
    assert found.rungs[1].n_below > 0


@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_what_rounding_hides_is_found_again(tmp_path, decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    exact, y = rng.dirichlet(np.full(3, 0.5), size=500), rng.integers(0, 3, 500)
    stored = exact.round(decimals)
    pd.DataFrame(stored).to_csv(tmp_path / "q.csv", index=False, float_format=f"%.{decimals}f")
    pd.DataFrame({"y": y}).to_csv(tmp_path / "y.csv", index=False)
    found = explain(tmp_path / "q.csv", tmp_path / "y.csv", row_sums="ignore")
    truth = frame(exact, y)["loss"].mean()
    assert found.rounding.stored == f"{decimals} decimal{'s' * (decimals > 1)}"
    assert found.rounding.low <= truth <= found.rounding.high
    assert found.rounding.low <= found.report.cross_entropy <= found.rounding.high
    half, at_label = 0.5 * 10.0**-decimals, stored[np.arange(500), y]
    for end, moved in ((found.rounding.low, half), (found.rounding.high, -half)):
        assert end == pytest.approx(-np.log(np.clip(at_label + moved, EPS, 1)).mean())


def test_rounding_of_a_single_column_moves_both_labels() -> None:
    q, y = np.array([0.5, 0.25, 0.75], dtype=np.float16), [0, 1, 1]
    found = explain(q, y)
    assert found.rounding.stored == "float16"
    at_label, step = np.array([0.5, 0.25, 0.75]), np.array([0.5, 0.25, 0.75]) * 2**-11
    assert found.rounding.low == pytest.approx(-np.log(at_label + step).mean(), rel=1e-12)
    assert found.rounding.high == pytest.approx(-np.log(at_label - step).mean(), rel=1e-12)


def test_infinite_losses() -> None:
    found = explain([[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]], [0, 0, 0], eps=0)
    assert found.report.cross_entropy == math.inf
    assert (found.top, found.undefined["top"]) == (None, "a loss is infinite")
    last = found.bands[-1]
    assert (last.low, last.high, last.n, last.share) == (None, None, 1, None)
    assert [band.n for band in found.bands] == [1, 1, 1]
    assert found.order is None or not found.order.convincing


def test_no_loss_at_all() -> None:
    found = explain([[1.0, 0.0], [0.0, 1.0]], [0, 1])
    assert (found.top, found.undefined["top"]) == (None, "no loss")
    assert [(band.low, band.high, band.n) for band in found.bands] == [(0, 0, 2)]
    assert [pair.share for pair in found.pairs] == [None, None]


@pytest.mark.parametrize("scale", ["logits", "logprobs"])
def test_what_is_no_probability_is_not_clipped(scale: str) -> None:
    q, y = rows()
    found = explain(np.log(q + 0.001) - math.log(1.2), y, scale=scale, row_sums="ignore")
    assert (found.rungs, found.rounding) == ((), None)
    assert found.undefined["eps"] == f"{scale} are never clipped"


def test_labels_with_shares() -> None:
    q, shares = (
        np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]),
        np.array([[0.5, 0.5, 0], [0, 1, 0]]),
    )
    found = explain(q, shares)
    pairs = {(pair.true, pair.predicted): pair for pair in found.pairs}
    assert {key: pair.n for key, pair in pairs.items()} == {
        ("0", "0"): 1,
        ("1", "0"): 1,
        ("1", "1"): 1,
    }
    assert pairs["1", "0"].cross_entropy == pytest.approx(0.5 * math.log(4))
    assert math.fsum(pair.share for pair in found.pairs) == pytest.approx(1)


def test_several_labels_a_row() -> None:
    q, labels = rows(50, 3)[0], np.random.default_rng(0).integers(0, 2, (50, 3)).astype(float)
    found = explain(q, labels, mode="binary")
    assert (found.pairs, found.order) == ((), None)
    assert found.undefined["pairs"] == found.undefined["order"] == "several labels per row"
    assert found.rungs[1].cross_entropy == found.report.cross_entropy


def test_losses_too_large_for_pairs() -> None:
    found = explain([[1e130, 0.0], [0.0, 1.0]], [1, 1], scale="logits")
    assert (found.pairs, found.undefined["pairs"]) == ((), "a loss is too large")


@pytest.mark.parametrize("batch_rows", [1, 7, 100])
@pytest.mark.parametrize("jobs", [1, 2])
def test_any_batch_gives_the_same_bits(batch_rows: int, jobs: int) -> None:
    q, y = rows()
    weight = np.random.default_rng(1).random(len(y))

    def figures(**how) -> Explanation:
        return explain(q, y, row_sums="ignore", weight=weight, **how)

    assert figures(batch_rows=batch_rows, jobs=jobs) == figures()


def test_the_report_is_that_of_eval() -> None:
    q, y = rows()
    swapped = q[:, [1, 0, 2, 3]]
    found, report = explain(swapped, y, row_sums="ignore"), evaluate(swapped, y, row_sums="ignore")
    assert found.report.to_dict() == report.to_dict()
    assert found.order.convincing
    assert [w.code for w in report.warnings][-1] == "class-order"


def test_shares_of_bins_are_exact() -> None:
    q, y = rows(2_000)
    found = explain(q, y, row_sums="ignore")
    loss = [Fraction(x) for x in frame(q, y)["loss"]]
    large = [x for x in loss if x >= Fraction(found.top.low)]
    assert found.top.share == float(sum(large) / sum(loss))


def test_calibrate_is_named_where_it_would_tell_much() -> None:
    """Beyond doubt and large, in the unit of any base; a small or an uncertain gap says nothing."""
    random = np.random.default_rng(8)
    z = random.normal(size=(2000, 3))
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = (p.cumsum(axis=1) > random.random((2000, 1))).argmax(axis=1)

    def codes(factor: float, n: int, **options: object) -> list[str]:
        found = explain(factor * z[:n], y[:n], scale="logits", **options)
        assert to_dict(from_dict(to_dict(found))) == to_dict(found)
        return [notice.code for notice in found.advice]

    assert "calibration" not in codes(1.0, 2000)
    assert "calibration" not in codes(1.2, 2000)
    assert "calibration" not in codes(3.0, 6)
    assert "calibration" in codes(3.0, 2000)
    assert "calibration" in codes(3.0, 2000, base=2, batch_rows=7)
    assert "calibration" not in codes(3.0, 2000, class_weights=[1.0, 2.0, 3.0])
