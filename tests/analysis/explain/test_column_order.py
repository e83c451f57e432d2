"""Columns in another order are named, and bad models are not taken for them."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest

from xent_cli import Report, compare, evaluate, explain, gate
from xent_cli.analysis.explain.column_order import Order, find_order
from xent_cli.analysis.explain.confusion_costs import Crossing


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def model(rng, n: int, k: int, skill: float, prior=None) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated predictions of so much skill, and labels."""
    y = rng.choice(k, size=n, p=prior)
    z = rng.normal(size=(n, k))
    z[np.arange(n), y] += skill
    z = z * skill + (0 if prior is None else np.log(prior))
    return softmax(z), y


def doubts(report: Report) -> list[str]:
    return [notice.message for notice in report.warnings if notice.code == "class-order"]


def loss(q: np.ndarray, y: np.ndarray) -> float:
    return float(-np.log(np.maximum(q[np.arange(len(y)), y], 2**-52)).mean())


SIZES = [(3, 200, 3), (10, 500, 3), (1000, 20_000, 4)]


@pytest.mark.parametrize(("k", "n", "skill"), SIZES)
def test_two_columns_swapped(k: int, n: int, skill: float) -> None:
    q, y = model(np.random.default_rng(k), n, k, skill)
    assert not doubts(evaluate(q, y))
    names = [f"c{i}" for i in range(k)]
    order = np.arange(k)
    order[[1, k - 1]] = k - 1, 1
    report = evaluate(q[:, order], y, classes=names)
    (said,) = doubts(report)
    assert said.startswith(f"exchanging c1 and c{k - 1} would change the loss from ")
    mine = np.isin(y, (1, k - 1))
    figures = [float(x) for x in re.findall(r"[\d.]+(?= to)|(?<=to )[\d.]+", said)]
    bad = q[:, order]
    expected = [loss(bad[mine], y[mine]), loss(q[mine], y[mine]), loss(bad, y), loss(q, y)]
    assert figures == pytest.approx(expected, rel=1e-3)
    assert f"on the {mine.sum():,} rows of these classes" in said


@pytest.mark.parametrize(("k", "n", "skill"), SIZES)
def test_labels_counted_from_1(k: int, n: int, skill: float) -> None:
    q, y = model(np.random.default_rng(k), n, k, skill)
    q, y = q[y < k - 1], y[y < k - 1]
    (said,) = doubts(evaluate(q, y + 1))
    assert said.startswith("giving each class the previous column (label_base=1) would ")
    assert evaluate(q, y + 1, label_base=1).cross_entropy == evaluate(q, y).cross_entropy


@pytest.mark.parametrize(("k", "n", "skill"), SIZES[1:])
def test_columns_reversed_shifted_and_shuffled(k: int, n: int, skill: float) -> None:
    rng = np.random.default_rng(k)
    q, y = model(rng, n, k, skill)
    assert doubts(evaluate(q[:, ::-1], y))[0].startswith(
        f"reversing the {k:,} columns would change the loss"
    )
    (said,) = doubts(evaluate(np.roll(q, 1, axis=1), y))
    assert said.startswith("giving each class the next column would change the loss")
    (said,) = doubts(evaluate(q[:, rng.permutation(k)], y))
    assert said.startswith("another order of ")


@pytest.mark.parametrize("prior", [(0.5, 0.5), (0.95, 0.05), (0.05, 0.95)])
def test_the_probability_of_the_other_label(prior: tuple[float, float]) -> None:
    q, y = model(np.random.default_rng(1), 1_000, 2, 2.0, np.array(prior))
    words = np.array(["ham", "spam"])[y]
    assert not doubts(evaluate(q[:, 1], words, positive="spam"))
    (said,) = doubts(evaluate(q[:, 0], words, positive="spam"))
    assert said.startswith("using 1 - q instead of q would change the loss ")
    assert said.endswith(": is it the probability of ham instead of spam?")


@pytest.mark.parametrize("scale", ["probs", "logits", "logprobs"])
@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("base", ["e", "2"])
def test_any_mode_scale_and_unit(scale: str, one_hot: bool, base: str) -> None:
    q, y = model(np.random.default_rng(2), 300, 4, 3)
    given = {"probs": q, "logits": np.log(q) + 3, "logprobs": np.log(q)}[scale]
    labels = np.eye(4)[y] if one_hot else y
    (said,) = doubts(evaluate(given[:, [1, 0, 2, 3]], labels, scale=scale, base=base))
    before, after = (float(x) for x in re.findall(r"from ([\d.]+) to ([\d.]+)", said)[0])
    mine = y < 2
    nats = math.log(2) if base == "2" else 1
    assert after == pytest.approx(loss(q[mine], y[mine]) / nats, rel=1e-3)
    assert before > 2 * after


@pytest.mark.parametrize("batch_rows", [1, 7, 1_000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_any_batch_says_the_same(batch_rows: int, jobs: int, monkeypatch) -> None:
    monkeypatch.setattr("xent_cli.api.column_order_check._MOST_VALUES", 3_000)
    monkeypatch.setattr("xent_cli.api.column_order_check._STRIPE", 8)
    q, y = model(np.random.default_rng(3), 2_000, 3, 3)
    (said,) = doubts(evaluate(q[:, [1, 0, 2]], y, batch_rows=batch_rows, jobs=jobs))
    assert "(of 1,000 rows looked at)" in said
    assert said == doubts(evaluate(q[:, [1, 0, 2]], y))[0]


def test_gates_and_comparisons_doubt_too() -> None:
    q, y = model(np.random.default_rng(4), 300, 3, 3)
    bad = q[:, [1, 0, 2]]
    assert doubts(gate(bad, y, require="ce <= 9").report)
    paired = gate(bad, y, require="delta <= 9", baseline=q)
    assert doubts(paired.report)
    assert not doubts(paired.comparison.baseline)
    assert [bool(doubts(report)) for report in compare(q, bad, labels=y).reports] == [False, True]


def honest(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return predictions whose columns are in order, good or bad."""
    rng = np.random.default_rng(seed)
    k = int(rng.choice([2, 3, 4, 5, 10, 30, 100]))
    n = int(rng.choice([1, 2, 3, 5, 10, 30, 100, 300, 1_000]))
    prior = rng.dirichlet(np.full(k, rng.choice([0.05, 0.3, 1, 100])))
    y, z = rng.choice(k, size=n, p=prior), rng.normal(size=(n, k))
    own = np.arange(n), y
    if kind == "good":
        z[own] += 3
    elif kind == "weak":
        z[own] += 0.7
    elif kind == "overfit":
        z[own] += 0.5
        z *= 20
    elif kind == "blind and sure":
        z *= 40
    elif kind == "constant":
        z[:] = rng.normal(size=k) * 3
    elif kind == "one class predicted":
        z[:, rng.integers(k)] += 9
    elif kind == "one class true":
        y[:] = rng.integers(k)
        z[:, rng.integers(k)] += 9
    elif kind == "a class taken for another":
        seen = np.where(y == rng.integers(k), rng.integers(k), y)
        z[np.arange(n), seen] += 5
    elif kind == "shares without the row":
        counts = np.bincount(y, minlength=k) - np.eye(k)[y] + 1
        return counts / counts.sum(axis=1, keepdims=True), y
    return softmax(z), y


KINDS = (
    "good",
    "weak",
    "blind",
    "overfit",
    "blind and sure",
    "constant",
    "one class predicted",
    "one class true",
    "a class taken for another",
    "shares without the row",
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_honest_model_is_not_accused(kind: str) -> None:
    for seed in range(1_000 if kind == "good" else 150):
        q, y = honest(kind, seed)
        assert not doubts(evaluate(q, y)), (kind, seed)


def crossing(q: np.ndarray, y: np.ndarray) -> Crossing:
    """Cross rows by hand."""
    k = q.shape[1]
    found = Crossing.zero(k)
    for row, label in zip(q, y, strict=True):
        found.losses[label] += np.rint(-np.log(row) * 2**20).astype(np.int64)
        found.hits[label, row.argmax()] += 1
    return found


def best_by_hand(q: np.ndarray, y: np.ndarray) -> float:
    """Try every order of the columns."""
    k = q.shape[1]
    return min(loss(q[:, list(p)], y) for p in itertools.permutations(range(k)))


@pytest.mark.parametrize("seed", range(20))
def test_the_best_order_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, y = model(rng, 40, 5, 1.0)
    q = q[:, rng.permutation(5)]
    found = find_order(crossing(q, y))
    if found is None:
        assert loss(q, y) == pytest.approx(best_by_hand(q, y), abs=1e-6)
    elif not found.convincing:
        assert found.overall_after == pytest.approx(best_by_hand(q, y), abs=1e-5)
        assert found.overall_before == pytest.approx(loss(q, y), abs=1e-5)


def swapped(n: int, hits: int) -> Order | None:
    """Two classes of n rows each, of which `hits` point to the other's column."""
    found = Crossing.zero(3)
    found.losses[:] = np.array([[5 * n, n, 9 * n], [n, 5 * n, 9 * n], [9 * n, 9 * n, n]]) << 20
    found.hits[:] = [[n - hits, hits, 0], [hits, n - hits, 0], [0, 0, n]]
    return find_order(found)


def test_the_evidence_is_that_of_chernoff() -> None:
    order = swapped(20, 18)
    share, of_all = 18 / 20, 20 / 60
    divergence = share * math.log(share / of_all)
    divergence += (1 - share) * math.log((1 - share) / (1 - of_all))
    assert order.evidence == pytest.approx(2 * (20 * divergence - math.log(21)))
    assert order.needed == pytest.approx(math.log(3) + math.log(1e9))
    assert (order.kind, order.moved, order.n, order.convincing) == ("swap", (0, 1), 40, True)
    assert (order.before, order.after) == (5, 1)
    assert not swapped(10, 9).convincing
    assert not swapped(40, 12).convincing


def test_classes_that_were_never_learned_are_not_moved() -> None:
    rng = np.random.default_rng(0)
    q, y = model(rng, 4_000, 40, 4)
    seen = np.arange(40)
    seen[:4] = 10, 11, 12, 13
    for row in np.flatnonzero(y < 4):
        q[row, [y[row], seen[y[row]]]] = q[row, [seen[y[row]], y[row]]]
    few = (y >= 14) | (y < 4)
    assert not doubts(evaluate(q[few], y[few]))


def test_half_the_loss_must_go() -> None:
    found = Crossing.zero(2)
    found.hits[:] = [[0, 500], [500, 0]]
    found.losses[:] = np.array([[1000, 501], [501, 1000]]) << 20
    assert not find_order(found).convincing
    found.losses[:] = np.array([[1000, 300], [300, 1000]]) << 20
    assert find_order(found).convincing


def test_the_new_order_must_know_more_than_shares() -> None:
    found = Crossing.zero(3)
    found.hits[:] = [[0, 60, 0], [60, 0, 0], [150, 150, 0]]
    found.losses[:] = np.array([[600, 60, 600], [60, 600, 600], [3000, 3000, 3000]]) << 20
    assert find_order(found).moved == (0, 1)
    assert not find_order(found).convincing
    found.losses[2, 2] = 30 << 20
    assert find_order(found).convincing
    found.losses[2] = 3000 << 20
    found.hits[2] = [0, 0, 300]
    assert find_order(found).convincing


@pytest.mark.parametrize("prior", [(0.96, 0.02, 0.02), (0.4, 0.3, 0.3)])
def test_rare_classes_swapped(prior: tuple[float, ...]) -> None:
    q, y = model(np.random.default_rng(9), 5_000, 3, 3, np.array(prior))
    report = evaluate(q[:, [0, 2, 1]], y)
    assert doubts(report)[0].startswith("exchanging 1 and 2 would change the loss from ")


@pytest.mark.parametrize("skill", [0.3, 1.0, 3.0])
def test_no_second_look_at_models_in_order(skill: float, monkeypatch) -> None:
    def read_again(*_: object, **__: object) -> None:
        raise AssertionError("the rows were read again")

    monkeypatch.setattr("xent_cli.api.column_order_check.run", read_again)
    for k in (2, 10, 200):
        evaluate(*model(np.random.default_rng(k), 4_000, k, skill))


def test_one_class_taken_for_another_is_not_enough() -> None:
    found = Crossing.zero(3)
    found.hits[:] = [[0, 500, 0], [2, 1, 0], [0, 0, 500]]
    found.losses[:] = np.array([[5000, 50, 5000], [9, 12, 30], [5000, 5000, 50]]) << 20
    order = find_order(found)
    assert (order.kind, order.convincing) == ("swap", False)
    assert order.evidence > order.needed
    found.hits[1] = [20, 1, 0]
    assert find_order(found).convincing


def test_zeros_count_by_the_default_eps_without_one() -> None:
    q, y = np.eye(3)[[0, 1, 2] * 50], np.array([1, 0, 2] * 50)
    order = explain(q, y, eps=0).order
    assert order.convincing
    assert (order.before, order.after) == (pytest.approx(-math.log(2**-52), abs=1e-6), 0)
