"""scikit-learn on the same data: log loss, D2 and accuracy for random shapes, types and weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, d2_log_loss_score, log_loss

from xent_cli import evaluate

SHAPES = {"k": st.integers(2, 30), "n": st.integers(2, 500), "seed": st.integers(0, 2**32 - 1)}
DTYPES = st.sampled_from([np.float64, np.float32, np.float16])


def rows(seed, k, n, dtype):
    """Predictions, labels of at least two classes, and weights."""
    rng = np.random.default_rng(seed)
    # Away from 0, where float16 rows would miss 1 by too much and the clipping rules differ.
    q = (rng.dirichlet(np.ones(k), n) + 0.01 / k) / 1.01
    labels = rng.integers(0, k, n)
    labels[:2] = [0, k - 1]
    return q.astype(dtype), labels, rng.exponential(1, n)


@pytest.mark.filterwarnings("ignore:The y_proba? values do not sum to one")
@settings(max_examples=50)
@given(dtype=DTYPES, weighted=st.booleans(), **SHAPES)
def test_integer_labels(k, n, seed, dtype, weighted):
    q, labels, weight = rows(seed, k, n, dtype)
    weight = weight if weighted else None
    report = evaluate(q, labels, weight=weight, row_sums="ignore")
    # As float64: scikit-learn clips at the precision of the type, and sums in it.
    theirs = {"labels": range(k), "sample_weight": weight}
    wide = q.astype(np.float64)
    assert report.cross_entropy == pytest.approx(log_loss(labels, wide, **theirs), rel=1e-12)
    d2 = d2_log_loss_score(labels, wide, **theirs)
    assert 1 - report.overall.normalized_entropy == pytest.approx(d2, rel=1e-10, abs=1e-10)
    accuracy = accuracy_score(labels, wide.argmax(axis=1), sample_weight=weight)
    assert report.overall.accuracy == pytest.approx(accuracy, rel=1e-12)


@settings(max_examples=25)
@given(weighted=st.booleans(), **SHAPES)
def test_text_labels(k, n, seed, weighted):
    q, labels, weight = rows(seed, k, n, np.float64)
    weight = weight if weighted else None
    # In alphabetical order, the only one that scikit-learn knows.
    names = [f"class {i:02d}" for i in range(k)]
    texts = [names[label] for label in labels]
    report = evaluate(q, texts, classes=names, weight=weight)
    want = log_loss(texts, q, labels=names, sample_weight=weight)
    assert report.cross_entropy == pytest.approx(want, rel=1e-12)


@settings(max_examples=25)
@given(weighted=st.booleans(), **SHAPES)
def test_each_class_is_the_log_loss_of_its_rows(k, n, seed, weighted):
    q, labels, weight = rows(seed, k, n, np.float64)
    report = evaluate(q, labels, weight=weight if weighted else None)
    for index, row in enumerate(report.classes):
        mine = labels == index
        assert row.n == mine.sum()
        if row.n:
            want = log_loss(
                labels[mine],
                q[mine],
                labels=range(k),
                sample_weight=weight[mine] if weighted else None,
            )
            assert row.cross_entropy == pytest.approx(want, rel=1e-12)


@settings(max_examples=25)
@given(n=SHAPES["n"], seed=SHAPES["seed"], dtype=DTYPES, weighted=st.booleans())
def test_binary(n, seed, dtype, weighted):
    q, labels, weight = rows(seed, 2, n, dtype)
    positive, weight = q[:, 1], weight if weighted else None
    wide = positive.astype(np.float64)
    report = evaluate(positive, labels, weight=weight)
    assert report.tally.spec.mode == "binary"
    want = log_loss(labels, wide, sample_weight=weight)
    assert report.cross_entropy == pytest.approx(want, rel=1e-12)
    accuracy = accuracy_score(labels, wide > 0.5, sample_weight=weight)
    assert report.overall.accuracy == pytest.approx(accuracy, rel=1e-12)


@settings(max_examples=25)
@given(weighted=st.booleans(), **SHAPES)
def test_one_hot_labels(k, n, seed, weighted):
    q, labels, weight = rows(seed, k, n, np.float64)
    weight = weight if weighted else None
    one_hot = np.eye(k)[labels]
    if k == 2:
        one_hot = one_hot.astype(int)
    report = evaluate(q, one_hot, weight=weight)
    assert report.tally.spec.mode == "categorical"
    want = log_loss(labels, q, labels=range(k), sample_weight=weight)
    assert report.cross_entropy == pytest.approx(want, rel=1e-12)


def test_clipping_at_zero_is_that_of_float64():
    q, labels = [[0.0, 1.0], [0.25, 0.75]], [0, 1]
    assert evaluate(q, labels).cross_entropy == pytest.approx(log_loss(labels, q), rel=1e-15)
    narrow = np.array(q, np.float16)
    assert evaluate(narrow, labels).cross_entropy == evaluate(q, labels).cross_entropy
    assert log_loss(labels, narrow) < 4 < evaluate(narrow, labels).cross_entropy


def test_no_upper_clip():
    # scikit-learn makes a perfect prediction cost 2.2e-16.
    perfect = [[1.0, 0.0], [0.0, 1.0]]
    assert evaluate(perfect, [0, 1]).cross_entropy == 0.0
    assert log_loss([0, 1], perfect) == pytest.approx(2.220446049250313e-16, rel=1e-9)
