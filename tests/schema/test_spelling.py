"""Spelling: which texts are the same name of a class, and which never are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.schema.spelling import FOLDS, fold, is_missing, match_names


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("cat", "cat", "exact"),
        (" cat\t", "cat", "trim"),
        ('"cat"', "cat", "trim"),
        ("[1]", "1", "trim"),
        ("('cat')", "cat", "trim"),
        ("{ 'cat' }", "cat", "trim"),
        ("__label__cat", "cat", "trim"),
        ("1.0", "1", "number"),
        ("01", "1", "number"),
        ("+1", "1", "number"),
        ("1e2", "100", "number"),
        ("-0.5", "-.50", "number"),
        ("0", "-0", "number"),
        ("Cat", "cat", "case"),
        ("STRASSE", "straße", "case"),
        ("Non functional", "Non.functional", "dots"),
        ("non_functional", "Non-Functional", "dots"),
        ("X.50K", "X 50K", "dots"),
    ],
)
def test_what_is_one_name_and_by_which_fold(one: str, other: str, how: str) -> None:
    same = [fold(one, step) == fold(other, step) for step in FOLDS]
    assert same == [at >= FOLDS.index(how) for at in range(len(FOLDS))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cat", "cats"),
        ("cat", "c at"),
        ("non functional", "nonfunctional"),
        ("1", "10"),
        ("1", "-1"),
        ("1", "1.5"),
        ("1_0", "10"),
        ("1", "one"),
        ("١", "1"),
        ("é", "e"),
        ("label_cat", "cat"),
        ("[cat", "cat]x"),
        ("+", "-"),
        ("9007199254740993", "9007199254740992"),
    ],
)
def test_what_is_never_one_name(one: str, other: str) -> None:
    assert all(fold(one, how) != fold(other, how) for how in FOLDS)


@pytest.mark.parametrize(
    ("values", "names", "how"),
    [
        (["cat"], ["cat", "dog"], "exact"),
        (["Cat", "cat"], ["cat", "dog"], None),  # Two labels would be one class.
        (["Cat"], ["cat", "CAT"], None),  # One label would be either.
        (["cat", "Cat"], ["Cat", "cat"], "exact"),
        ([" cat ", "cat"], ["cat", "dog"], "trim"),  # Spaces tell nothing apart.
        (["1", "2"], ["1.0", "2.0", "3.0"], "number"),
        (["1", "1.0"], ["1", "2"], None),
        (["1"], ["01", "1"], "exact"),
        (["2"], ["01", "1", "02"], None),
        (["a.b"], ["a b", "a-b"], None),
        (["owl"], ["cat", "dog"], None),
        ([], ["cat"], "exact"),
    ],
)
def test_labels_match_by_the_first_fold_that_confuses_nothing(
    values: list[str], names: list[str], how: str | None
) -> None:
    assert match_names(values, names) == how


@given(st.text(max_size=12), st.text(max_size=12))
def test_what_a_fold_makes_one_every_further_fold_does_too(one: str, other: str) -> None:
    same = [fold(one, how) == fold(other, how) for how in FOLDS]
    assert same == sorted(same)


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_names_match_themselves(names: list[str]) -> None:
    assert match_names(reversed(names), names) == "exact"


@pytest.mark.parametrize("text", ["NA", " nan ", "NULL", "None", "<NA>", "#N/A", "n/a"])
def test_missing(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["", "na", "none", "Nan", "missing", "0", "-", "nil", "unknown"])
def test_not_missing(text: str) -> None:
    """Words that are classes in files of people: "none" is a kind of fault, "na" Narita."""
    assert not is_missing(text)
