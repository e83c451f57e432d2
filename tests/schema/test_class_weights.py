"""Class weights: every way of writing them, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from xent_cli import evaluate
from xent_cli.errors import WeightError
from xent_cli.schema.class_weights import balanced_weights, read_class_weights

CLASSES = ("cat", "dog", "a=b")


@pytest.mark.parametrize(
    ("given", "weights"),
    [
        ("dog=2.5", (1.0, 2.5, 1.0)),
        ("dog=2.5, cat=0", (0.0, 2.5, 1.0)),
        ("a=b=3", (1.0, 1.0, 3.0)),
        ({"cat": 2}, (2.0, 1.0, 1.0)),
        ({}, (1.0, 1.0, 1.0)),
        ([1, 2, 3], (1.0, 2.0, 3.0)),
        (np.array([0.5, 0, 1e10]), (0.5, 0.0, 1e10)),
    ],
)
def test_spellings(given, weights):
    assert read_class_weights(given, CLASSES) == weights


@pytest.mark.parametrize("header", ["", "class,weight\n"])
def test_a_file(tmp_path, header):
    path = tmp_path / "weights.csv"
    path.write_text(f'\ufeff{header}dog, 2.5\n\n"a=b",0.1\n', encoding="utf-8")
    assert read_class_weights(str(path), CLASSES) == (1.0, 2.5, 0.1)


def test_integer_names_as_keys():
    assert read_class_weights({1: 3.0}, ("0", "1")) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dogs=2", r"there is no class 'dogs'\. Did you mean dog\?"),
        ("zebra=2", r"there is no class 'zebra'\. Known: cat, dog, a=b\."),
        ("cat", r"class_weights=\"cat\": 'cat' does not have the form name=weight"),
        ("cat=two", r"the weight 'two' is not a number"),
        ("cat=-1", "must be between 0 and"),
        ("cat=nan", "must be between 0 and"),
        ("cat=inf", "must be between 0 and"),
        ("cat=1e71", "between 0 and 1e\\+10"),
        ([0, 0, 0], "not all 0"),
        ([1, 2], "2 class weights for 3 classes"),
        ([1, "x", 2], "the weight 'x' is not a number"),
        ({"cat": None}, "the weight 'None' is not a number"),
    ],
)
def test_refused(given, message):
    with pytest.raises(WeightError, match=message):
        read_class_weights(given, CLASSES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"cat,1\ndog\n", r"weights\.csv, line 2: a class and a weight were expected"),
        (b"cat,1\ndog,two\n", r"weights\.csv, line 2: the weight 'two' is not a number"),
        (b"\xff\xfe", r"weights\.csv cannot be read"),
    ],
)
def test_a_broken_file(tmp_path, content, message):
    path = tmp_path / "weights.csv"
    path.write_bytes(content)
    with pytest.raises(WeightError, match=message):
        read_class_weights(str(path), CLASSES)


class TestBalanced:
    @given(st.lists(st.integers(1, 1000), min_size=2, max_size=9))
    def test_every_class_carries_the_same(self, totals):
        weights = balanced_weights(totals)
        carried = [w * n for w, n in zip(weights, totals, strict=True)]
        assert carried == pytest.approx([sum(totals) / len(totals)] * len(totals), rel=1e-14)

    def test_is_scikit_learns(self):
        labels = np.repeat([0, 1, 2], [5, 1, 2])
        want = compute_class_weight("balanced", classes=np.arange(3), y=labels)
        assert balanced_weights([5, 1, 2]) == pytest.approx(list(want), rel=1e-15)

    def test_absent_classes_do_not_count(self):
        assert balanced_weights([1, 3, 0]) == (2.0, 2 / 3, 1.0)

    def test_balanced_cross_entropy_is_the_macro_one(self):
        rng = np.random.default_rng(1)
        q, labels = rng.dirichlet(np.ones(3), 40), rng.choice(3, 40, p=[0.7, 0.2, 0.1])
        plain = evaluate(q, labels)
        balanced = evaluate(q, labels, class_weights="balanced", batch_rows=7)
        assert balanced.cross_entropy == pytest.approx(plain.overall.macro_cross_entropy, rel=1e-13)
        assert balanced.overall.prior_entropy == pytest.approx(math.log(3), rel=1e-13)
        one_hot = evaluate(q, np.eye(3)[labels], class_weights="balanced")
        assert one_hot.cross_entropy == balanced.cross_entropy

    def test_ignored_rows_do_not_count(self):
        q = [[0.5, 0.5]] * 5
        report = evaluate(q, [0, 1, 1, -1, -1], ignore_label=-1, class_weights="balanced")
        assert report.tally.spec.class_weights == (1.5, 0.75)

    def test_soft_binary_labels_count_by_their_share(self):
        report = evaluate([0.5, 0.5, 0.5], [0.5, 1.0, 1.0], class_weights="balanced")
        assert report.tally.spec.class_weights == pytest.approx((3.0, 0.6), rel=1e-15)
