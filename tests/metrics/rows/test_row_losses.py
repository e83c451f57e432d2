"""RowLosses: what single rows cost, in every mode, and the order of the worst."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.rows.row_losses import RowLosses, named
from xent_cli.metrics.tally.tally import Tally
from xent_cli.schema.spec import Spec

RNG = np.random.default_rng(8)
N, K = 60, 4
Q = RNG.dirichlet(np.ones(K), N)
Y = RNG.integers(0, K, N)
SOFT = RNG.dirichlet(np.full(K, 0.5), N)
HOT = (RNG.uniform(size=(N, K)) < 0.4).astype(float)
W = RNG.exponential(1, N)
LOGITS = RNG.normal(0, 3, (N, K))
SPECS: dict[str, tuple[np.ndarray, np.ndarray, dict[str, object]]] = {
    "sparse": (Q, Y, {"mode": "sparse"}),
    "weighted": (Q, Y, {"mode": "sparse", "class_weights": (1.0, 2.0, 0.0, 0.5)}),
    "logits": (LOGITS, Y, {"mode": "sparse", "scale": "logits"}),
    "logprobs": (np.log(Q), Y, {"mode": "sparse", "scale": "logprobs"}),
    "smoothed": (Q, Y, {"mode": "sparse", "smoothing": 0.1}),
    "renormalized": (3 * Q, Y, {"mode": "sparse", "row_sums": "renormalize"}),
    "soft": (Q, SOFT, {"mode": "categorical"}),
    "binary": (Q[:, 0], Y % 2, {"mode": "binary"}),
    "binary logits": (LOGITS[:, 0], Y % 2, {"mode": "binary", "scale": "logits"}),
    "binary logprobs": (np.log(Q[:, 0]), Y % 2, {"mode": "binary", "scale": "logprobs"}),
    "binary soft": (Q[:, 0], SOFT[:, 0], {"mode": "binary"}),
    "multi-label": (Q, HOT, {"mode": "binary", "multilabel": True}),
    "multi-label logits": (LOGITS, HOT, {"mode": "binary", "multilabel": True, "scale": "logits"}),
}


def probabilities(q: np.ndarray, options: dict[str, object]) -> np.ndarray:
    """Return probabilities (n, K), by other means than the package's."""
    scale, alone = options.get("scale", "probs"), options["mode"] == "binary"
    if scale == "logits":
        p = 1 / (1 + np.exp(-q)) if alone else np.exp(q) / np.exp(q).sum(axis=1, keepdims=True)
    else:
        p = np.exp(q) if scale == "logprobs" else q
        p = p / p.sum(axis=1, keepdims=True) if options.get("row_sums") == "renormalize" else p
    return np.column_stack([1 - p, p]) if p.ndim == 1 else p


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("weight", [None, W])
def test_rows_are_those_that_are_summed(
    name: str, weight: np.ndarray | None, make_batch: Callable[..., Batch]
) -> None:
    q, target, options = SPECS[name]
    k = 2 if q.ndim == 1 else K
    spec = Spec(classes=tuple("abcd"[:k]), weighted=weight is not None, **options)
    batch = make_batch(q, target, weight=weight, start=5)
    measured = measure(batch, spec)
    found, tally = RowLosses.of(measured), Tally.of_measured(measured)
    assert found.rows.tolist() == list(range(5, 5 + N))
    assert math.fsum(found.loss) == pytest.approx(float(tally.sums["loss"][k]), rel=1e-14)
    p = probabilities(q, options)
    row = np.arange(N)
    if options.get("multilabel"):
        truth = target > 0.5
        p_label = np.where(truth, p, 1 - p).prod(axis=1)
        np.testing.assert_array_equal(found.label, truth.T)
        np.testing.assert_array_equal(found.predicted, (p > 0.5).T)
        np.testing.assert_allclose(found.p_predicted, np.maximum(p, 1 - p).prod(axis=1))
        assert found.correct.tolist() == ((p > 0.5) == truth).all(axis=1).tolist()
        if weight is None:
            np.testing.assert_allclose(found.loss, -np.log(p_label))
    else:
        full = np.column_stack([1 - target, target]) if name == "binary soft" else target
        truth = target if full.ndim == 1 else full.argmax(axis=1)
        p_label = p[row, truth]
        np.testing.assert_array_equal(found.label, truth)
        np.testing.assert_array_equal(found.predicted, p.argmax(axis=1))
        np.testing.assert_allclose(found.p_predicted, p.max(axis=1))
        assert found.correct.tolist() == (p.argmax(axis=1) == truth).tolist()
        if name in ("sparse", "logits", "logprobs", "renormalized", "binary"):
            scale = 1.0 if weight is None else weight
            np.testing.assert_allclose(found.loss, -np.log(p_label) * scale)
    np.testing.assert_allclose(found.p_label, p_label)


def test_a_row_without_probability_shows_none(make_batch: Callable[..., Batch]) -> None:
    spec = Spec("sparse", ("a", "b"), eps=0.0)
    found = RowLosses.of(measure(make_batch([[0.0, 1.0], [0.5, 0.5]], [0, 0]), spec))
    assert found.loss.tolist() == [math.inf, math.log(2)]
    assert found.p_label.tolist() == [0.0, 0.5]
    assert found.worst(1).rows.tolist() == [0]


@pytest.mark.parametrize("multilabel", [False, True])
def test_no_rows(multilabel: bool, make_batch: Callable[..., Batch]) -> None:
    spec = Spec("binary" if multilabel else "sparse", ("a", "b"), multilabel=multilabel)
    target = [[1.0, 0.0]] if multilabel else [1]
    batch = make_batch([[0.5, 0.5]], target)
    none = RowLosses.of(measure(batch.take(np.array([False])), spec))
    some = RowLosses.of(measure(batch, spec))
    assert (len(none), len(some), len(none + some)) == (0, 1, 1)
    assert len(none.worst(3)) == len(none.among(0, "wrong")) == 0
    assert (some + none).worst(1).label.tolist() == some.label.tolist()


@given(
    losses=st.lists(st.sampled_from([0.0, 0.5, 1.0, math.inf]), max_size=30),
    cuts=st.lists(st.integers(0, 30), max_size=4),
    n=st.integers(1, 8),
    data=st.data(),
)
def test_the_worst_of_parts_are_the_worst_of_all(
    losses: list[float], cuts: list[int], n: int, data: st.DataObject
) -> None:
    """However the rows are cut, and in whatever order the parts come."""
    want = sorted(range(len(losses)), key=lambda row: (-losses[row], row))[:n]
    edges = sorted({0, len(losses), *(cut for cut in cuts if cut < len(losses))})
    parts = data.draw(st.permutations(list(pairwise(edges))))
    total = RowLosses.zero(Spec("sparse", ("a", "b")))
    for first, behind in parts:
        total = (total + _rows(np.arange(first, behind), losses).worst(n)).worst(n)
    assert total.rows.tolist() == want
    assert total.loss.tolist() == [losses[row] for row in want]


def _rows(rows: np.ndarray, losses: list[float]) -> RowLosses:
    codes, loss = np.zeros(len(rows), np.intp), np.array([losses[row] for row in rows])
    return RowLosses(rows, codes, codes, loss, loss, loss, loss > 0.5, loss.astype(object))


def test_among() -> None:
    codes = np.array([0, 1, 1, 0])
    loss = np.array([0.5, 2.0, 0.25, 3.0])
    rows = RowLosses(np.arange(4), codes, codes, loss, loss, loss, loss < 1, loss)
    assert rows.among(None, None) is rows
    assert rows.among(1, None).rows.tolist() == [1, 2]
    assert rows.among(1, "wrong").rows.tolist() == [1]
    assert rows.among(None, "correct").rows.tolist() == [0, 2]
    several = np.array([[True, False, True, False], [False, False, True, True]])
    rows = RowLosses(np.arange(4), several, several, loss, loss, loss, loss < 1, loss)
    assert rows.among(1, None).rows.tolist() == [2, 3]
    assert named(several, ("cat", "dog")) == ["cat", "", "cat, dog", "dog"]
    assert named(codes, ("cat", "dog")) == ["cat", "dog", "dog", "cat"]
