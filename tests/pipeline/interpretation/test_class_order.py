"""Labels: numbers in names are names, never positions, unless the columns have no names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xent_cli.errors import InputError
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.refusal import refuse

from .asking import THREE, chosen, classes_of, question

ROWS = "; 0.7 0.2 0.1; 0.2 0.5 0.3; 0.1 0.1 0.8; 0.3 0.4 0.3"


@pytest.mark.parametrize(
    ("columns", "labels", "codes"),
    [
        ("class1 class2 class3", [1, 2, 3, 1], [0, 1, 2, 0]),
        ("p_3 p_1 p_2", [1, 2, 3, 1], [1, 2, 0, 1]),
        ("p_2 p_1 p_0", [0, 1, 2, 0], [2, 1, 0, 2]),
        ("p_10 p_9 p_2", [2, 9, 10, 9], [2, 1, 0, 1]),
        ("p_c p_a p_b", ["a", "b", "c", "a"], [1, 2, 0, 1]),
        ("p_a p_b p_c", [0, 1, 2, 0], [0, 1, 2, 0]),  # Words: positions, from a 0 that is seen.
        ("V1 V2 V3", [0, 1, 2, 0], [0, 1, 2, 0]),  # R's names are none.
        ("0 1 2", [2, 1, 0, 2], [2, 1, 0, 2]),
    ],
)
def test_which_class_a_label_names(columns: str, labels: list[Any], codes: list[int]) -> None:
    text = f"y; {'; '.join(map(str, labels))}"
    reading = chosen(columns + ROWS, text)
    assert classes_of(reading, labels) == codes
    assert reading.by_name is not (columns in ("p_a p_b p_c", "V1 V2 V3"))


def test_columns_without_names_are_counted() -> None:
    assert classes_of(chosen(THREE, np.array([0, 1, 2, 0])), [2, 0]) == [2, 0]


@pytest.mark.parametrize(
    ("columns", "labels", "options", "says"),
    [
        ("p_a p_b p_c", "1 2 1 2", {}, "Do the labels count from 0 or from 1"),
        ("p_a p_b p_c", "1 2 3 3", {}, "not one of the classes"),
        ("k1 k2 k3", "0 1 2 0", {}, "count from 1, but the labels count from 0"),
        ("p_a p_b p_c", "a b c a", {"classes": ("b", "a", "c")}, "contradicts the columns"),
        ("p_3 p_1 p_2", "1 2 3 1", {"label_base": 1}, "contradicts the columns"),
        ("p_a p_b p_c", "a b c a", {"classes": ("a", "b")}, "2 class names, but 3 prediction"),
    ],
)
def test_names_and_positions_that_disagree(
    columns: str, labels: str, options: dict[str, Any], says: str
) -> None:
    asked = question(columns + ROWS, f"y; {'; '.join(labels.split())}", **options)
    found = choose(asked)
    assert found.chosen is None
    assert found.doomed is not None
    error = found.doomed.error
    assert isinstance(error, InputError)
    if says == "not one of the classes":
        assert error.message == "No class has that name."
    else:
        assert says in str(refuse(asked, found)) + error.message


@pytest.mark.parametrize("columns", ["p_no p_yes", "p_yes p_no", "P(0) P(1)", "P(1) P(0)"])
@pytest.mark.parametrize("labels", ["0 1", "no yes", "False True"])
def test_no_and_yes_are_0_and_1_in_either_order(columns: str, labels: str) -> None:
    no, yes = labels.split()
    reading = chosen(f"{columns}; 0.7 0.3; 0.4 0.6", f"y; {no}; {yes}")
    negative = columns.split().index(next(c for c in columns.split() if "no" in c or "0" in c))
    assert classes_of(reading, [no, yes]) == [negative, 1 - negative]


def test_numbers_within_words_must_not_belie_positions() -> None:
    found = choose(question("2_owl 0_cat 1_dog" + ROWS, "y; 0; 1; 0; 2"))
    assert found.doomed is not None
    assert "Is label 0 the column 0_cat, or 2_owl" in str(found.doomed.error)
    found = choose(question("cat0 dog2 owl5" + ROWS, "y; 0; 2; 0; 2"))
    assert "Is label 2 the column dog2, or owl5" in str(found.doomed and found.doomed.error)
    for columns, labels in (
        ("0_cat 1_dog 2_owl", "0; 1; 0; 2"),
        ("1_cat 2_dog 3_owl", "0; 1; 0; 2"),
        ("cat2 dog7 owl1", "0; 1; 0; 2"),
        ("x1_2 x2_0 x3_1", "0; 1; 0; 2"),
        ("v0_cat v0_dog v1_owl", "0; 1; 0; 0"),
        ("cat0 dog1 owl7", "0; 1; 0; 0"),
    ):
        reading = chosen(columns + ROWS, f"y; {labels}", pred_cols=("*",))
        assert classes_of(reading, [0, 1, 2]) == [0, 1, 2]
    said = chosen("2_owl 0_cat 1_dog" + ROWS, "y; 0; 1; 0; 2", label_base=0)
    assert classes_of(said, [0, 1]) == [0, 1]
