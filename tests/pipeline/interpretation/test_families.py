"""Families of names: a common prefix and suffix, whatever they are, around distinct middles."""

from __future__ import annotations

import pytest

from xent_cli.pipeline.interpretation.families import (
    Family,
    closed,
    families_of_labels,
    structural_families,
)


@pytest.mark.parametrize(
    ("columns", "labels", "taken"),
    [
        ("p_cat|p_dog|age", "cat|dog", "p_cat|p_dog"),
        ("Status_C|Status_CL|Status_D", "C|D", "Status_C|Status_CL|Status_D"),
        ("ID|class1|class2|class3", "1|2", "class1|class2|class3"),
        (
            "Probability:Class=1|Probability:Class=2",
            "1|2",
            "Probability:Class=1|Probability:Class=2",
        ),
        ("bad_1_PREDICTION|bad_0_PREDICTION", "0|1", "bad_1_PREDICTION|bad_0_PREDICTION"),
        ("P (Churn=Yes)|P (Churn=No)", "Yes|No", "P (Churn=Yes)|P (Churn=No)"),
        ("setosa|virginica", "virginica|setosa", "setosa|virginica"),
        ("p_Cat|p_DOG", "cat|dog", "p_Cat|p_DOG"),
        ("p_New.York|p_Bonn", "New York|Bonn", "p_New.York|p_Bonn"),
        ("p_1.0|p_2.0", "1|2", "p_1.0|p_2.0"),
        ('p_"a"|p_"b"', "a|b", 'p_"a"|p_"b"'),
    ],
)
def test_the_family_that_labels_name(columns: str, labels: str, taken: str) -> None:
    found = families_of_labels(labels.split("|"), columns.split("|"))
    assert tuple(taken.split("|")) in [family.columns for family in found]


@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        ("p_cat|p_dog", "cat|owl"),  # A label without a column.
        ("p_a|p_A", "a|B"),
        ("c0|c1|c2", "1|3"),
        ("p_cat|q_dog", "cat|dog"),  # Nothing in common before or behind both.
    ],
)
def test_no_family_lacks_a_label(columns: str, labels: str) -> None:
    for family in families_of_labels(labels.split("|"), columns.split("|")):
        assert {m.strip("pq_c") for m in family.middles} >= set(labels.split("|"))


def test_case_does_not_count_unless_two_classes_would_become_one() -> None:
    assert families_of_labels(["a", "b"], ["p_A", "p_B"])[0].middles == ("A", "B")
    found = families_of_labels(["a", "A"], ["p_a", "p_A"])
    assert [family.middles for family in found] == [("a", "A")]


@pytest.mark.parametrize(
    ("columns", "family"),
    [
        (("p_a", "p_b"), Family(("p_a", "p_b"), ("a", "b"), "p_")),
        (("a_p", "b_p"), Family(("a_p", "b_p"), ("a", "b"), "", "_p")),
        (("p_10", "p_11"), Family(("p_10", "p_11"), ("10", "11"), "p_")),
        (("cat", "car"), Family(("cat", "car"), ("cat", "car"))),
    ],
)
def test_affixes_end_between_words(columns: tuple[str, ...], family: Family) -> None:
    assert closed(columns) == family


def test_each_model_of_one_file_is_a_family() -> None:
    found = {family.columns for family in structural_families(["lr_a", "lr_b", "dt_a", "dt_b"])}
    assert {("lr_a", "lr_b"), ("dt_a", "dt_b")} < found


@pytest.mark.parametrize(
    ("prefix", "middles", "counted"),
    [
        ("V", "1 2 3", True),
        ("x", "0 1", True),
        ("p_", "1 2", False),
        ("V", "2 3", False),
        ("V", "1 3", False),
    ],
)
def test_names_that_only_count(prefix: str, middles: str, counted: bool) -> None:
    numbers = tuple(middles.split())
    assert Family(numbers, numbers, prefix).counted is counted
