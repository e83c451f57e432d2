"""One probability: which of two labels it is of, by its name or a predicted class beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xent_cli.errors import InputError
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.refusal import refuse

from .asking import chosen, classes_of, question


@pytest.mark.parametrize(
    ("name", "labels", "positive"),
    [
        ("p", "0 1", "1"),
        ("p_0", "0 1", "0"),
        ("prob_no", "no yes", "no"),
        ("negative", "False True", "False"),
        ("p_spam", "ham spam", "spam"),
        ("p_ham", "ham spam", "ham"),
        ("spam", "ham spam", "spam"),
        ("score", "-1 1", "1"),
    ],
)
def test_what_its_name_says(name: str, labels: str, positive: str) -> None:
    one, other = labels.split()
    reading = chosen(f"{name} y; 0.7 {one}; 0.4 {other}; 0.2 {other}")
    assert reading.binary
    assert classes_of(reading, [positive]) == [1]


@pytest.mark.parametrize(
    ("name", "labels", "says"),
    [
        ("score", "ham spam", "Which label is the probability for?"),
        ("model_neg_score", "0 1", "Which label is model_neg_score"),
        ("logit", "0 1", "has a name like logits"),
    ],
)
def test_names_that_leave_it_open(name: str, labels: str, says: str) -> None:
    one, other = labels.split()
    asked = question(f"{name} y; 0.7 {one}; 0.4 {other}; 0.2 {other}")
    found = choose(asked)
    assert found.chosen is None
    assert found.doomed is not None
    error = found.doomed.error or refuse(asked, found)
    assert isinstance(error, InputError)
    assert says in error.message


P = {
    "positive": "0.1 0.2 0.7 0.9 0.3 0.8",
    "confidence": "0.9 0.8 0.7 0.9 0.7 0.8",
    "negative": "0.9 0.8 0.3 0.1 0.7 0.2",
}


@pytest.mark.parametrize("meaning", P)
def test_beside_a_predicted_class(meaning: str) -> None:
    rows = zip(P[meaning].split(), "001101", "011001", strict=True)
    found = choose(question("score pred y; " + "; ".join(map(" ".join, rows))))
    if meaning == "negative":
        assert found.chosen is None
        return
    assert found.chosen is not None
    assert found.chosen.confidence == ("pred" if meaning == "confidence" else None)
    assert found.chosen.labels == ("y",)


def test_the_confidence_in_one_of_three_says_nothing_of_the_others() -> None:
    text = "conf pred y; 0.9 a a; 0.8 b c; 0.7 c c; 0.6 a b; 0.7 b b; 0.8 c a"
    assert choose(question(text)).chosen is None


def test_whole_numbers_beside_a_label_are_no_labels_where_they_are_many() -> None:
    """Each would be tried with each family of columns: two hundred took 20 seconds."""
    rng = np.random.default_rng(7)
    data = pd.DataFrame({f"f{k}": rng.integers(0, 9, 60) for k in range(200)})
    data["prob"], data["label"] = rng.random(60), rng.integers(0, 2, 60)
    asked = question(data)
    assert asked.single_labels() == ["label"]
    reading = choose(asked).chosen
    assert reading is not None
    assert (reading.preds, reading.labels) == (("prob",), ("label",))
