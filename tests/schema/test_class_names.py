"""What the names of columns say about classes."""

from __future__ import annotations

import pytest

from xent_cli.schema.class_names import (
    as_number,
    bare_names,
    match_columns,
    polarity,
)


@pytest.mark.parametrize(
    ("names", "bare"),
    [
        ("p_cat p_dog", "cat dog"),
        ("proba_class_0 proba_class_1", "0 1"),
        ("cat_prob dog_prob", "cat dog"),
        ("2_prob 0_prob 1_prob", "2 0 1"),
        ("c2 c0 c1", "2 0 1"),
        ("prob1 prob0", "1 0"),
        ("probability(1) probability(0)", "1 0"),
        ("P[1] P[0]", "1 0"),
        ("P(yes) P(no)", "yes no"),
        ("f(cat) f(dog)", "f(cat) f(dog)"),
        ("P(cat) Q(dog)", "P(cat) Q(dog)"),
        ("c1 c2 c3", "c1 c2 c3"),
        ("a0 b1", "a0 b1"),
        ("cat_a cat_b", "cat_a cat_b"),
        ("cat_prob dog", "cat_prob dog"),
    ],
)
def test_bare_names(names: str, bare: str) -> None:
    assert bare_names(names.split()) == bare.split()


@pytest.mark.parametrize(
    ("name", "bare"),
    [("p_spam", "spam"), ("spam_prob", "spam"), ("P(spam)", "spam"), ("p0", "p0"), ("p_0", "0")],
)
def test_a_single_name(name: str, bare: str) -> None:
    assert bare_names([name]) == [bare]


@pytest.mark.parametrize(
    ("preds", "labels", "order"),
    [
        ("bird cat dog", "Cat Dog Bird", [2, 0, 1]),
        ("bird_prob cat_prob dog_prob", "cat dog bird", [2, 0, 1]),
        ("P(b) P(a)", "y_a y_b", [1, 0]),
        ("a A", "A a", [1, 0]),
        ("a b", "a c", None),
    ],
)
def test_match(preds: str, labels: str, order: list[int] | None) -> None:
    assert match_columns(preds.split(), labels.split()) == order


@pytest.mark.parametrize(
    ("name", "side"),
    [("No", 0), ("0", 0), ("0.0", 0), ("FALSE", 0), ("neg", 0), ("yes", 1), ("1", 1), ("2", None)],
)
def test_polarity(name: str, side: int | None) -> None:
    assert polarity(name) == side


@pytest.mark.parametrize("text", ["1_0", "cat", "nan", "inf", "9007199254740993", "١"])
def test_no_numbers(text: str) -> None:
    assert as_number(text) is None
