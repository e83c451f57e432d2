"""One-hot and soft label columns: matched by name in any order, some among other columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xent_cli.pipeline.interpretation.choice import choose

from .asking import THREE, chosen, question

PREDS = "p_a p_b p_c; 0.7 0.2 0.1; 0.2 0.5 0.3; 0.1 0.1 0.8"


@pytest.mark.parametrize(
    ("labels", "columns", "order"),
    [
        ("a b c; 1 0 0; 0 1 0; 0 0 1", "a b c", (0, 1, 2)),
        ("c a b; 0 1 0; 0 0 1; 1 0 0", "c a b", (1, 2, 0)),
        ("y_c y_b y_a; 0 0 1; 0 1 0; 1 0 0", "y_c y_b y_a", (2, 1, 0)),
        ("id w b a c; 1 2 0 1 0; 2 2 1 0 0; 3 1 0 0 1", "b a c", (1, 0, 2)),
        ("a b c; True False False; False True False; False False True", "a b c", (0, 1, 2)),
        ("a b c; 0.8 0.2 0; 0 0.9 0.1; 0.25 0.25 0.5", "a b c", (0, 1, 2)),
        ("p_b p_a p_c; 0 1 0; 1 0 0; 0 0 1", "p_b p_a p_c", (1, 0, 2)),
    ],
)
def test_by_name(labels: str, columns: str, order: tuple[int, ...]) -> None:
    reading = chosen(PREDS, labels)
    assert reading.labels == tuple(columns.split())
    assert (reading.order, reading.by_name) == (order, True)


def test_by_position_without_names() -> None:
    reading = chosen(THREE, np.eye(3)[[0, 1, 2, 0]])
    assert (reading.order, reading.by_name) == ((0, 1, 2), False)


@pytest.mark.parametrize(
    ("labels", "options"),
    [
        ("a b c; 3 1 0; 0 2 2; 0 0 4", {}),  # Votes, unless they are said to be shares.
        ("a b c; 1 1 0; 0 1 0; 0 0 1", {}),  # Several labels, without the mode for them.
        ("a b; 1 0; 0 1; 0 1", {}),  # A class has no column.
        ("p_a p_b p_c; 0.7 0.2 0.1; 0.2 0.5 0.3; 0.1 0.1 0.8", {}),  # The predictions again.
    ],
)
def test_columns_that_are_no_labels(labels: str, options: dict[str, Any]) -> None:
    assert choose(question(PREDS, labels, **options)).chosen is None


def test_what_the_user_says_of_them() -> None:
    votes = "a b c; 3 1 0; 0 2 2; 0 0 4"
    assert chosen(PREDS, votes, label_sums="renormalize").shares
    assert chosen(PREDS, "a b c; 1 1 0; 0 1 0; 0 0 0", mode="binary").multilabel


def test_fractions_are_not_the_labels_beside_a_column_that_is_called_so() -> None:
    text = "a b logit_a logit_b label; 0.7 0.3 2.5 -1 0; 0.4 0.6 -1 2 1; 0.2 0.8 1 -0.5 0"
    for name, labels in (("label", "label"), ("actual", "actual"), ("x", "a b")):
        reading = chosen(text.replace(" label", f" {name}"), scale="logits")
        assert (reading.preds, reading.labels) == (("logit_a", "logit_b"), tuple(labels.split()))


def test_labels_and_predictions_in_one_input() -> None:
    reading = chosen("t_b t_a p_a p_b; 0 1 0.7 0.3; 1 0 0.4 0.6; 0 1 0.2 0.8")
    assert (reading.preds, reading.labels) == (("p_a", "p_b"), ("t_b", "t_a"))
    assert reading.order == (1, 0)
