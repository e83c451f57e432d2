"""Choice: one interpretation remains, or it is asked; and never the one with the lower loss."""

from __future__ import annotations

from itertools import permutations

import pytest

from xent_cli.pipeline.interpretation.choice import choose

from .asking import chosen, question, table


@pytest.mark.parametrize(
    ("text", "preds", "labels"),
    [
        ("p_a p_b age y; 0.7 0.3 31 a; 0.4 0.6 8 b; 0.2 0.8 9 a", "p_a p_b", "y"),
        ("p_a p_b pred y; 0.7 0.3 a a; 0.4 0.6 b b; 0.2 0.8 b a", "p_a p_b", "y"),
        ("p_a p_b p_max y; 0.7 0.3 0.7 a; 0.4 0.6 0.6 b; 0.2 0.8 0.8 a", "p_a p_b", "y"),
        (
            "a b y base_a base_b; 0.7 0.3 a .5 .5; 0.4 0.6 b .5 .5; 0.2 0.8 a .5 .5",
            "a b",
            "y",
        ),
        ("p_a p_b loss y; 0.7 0.3 0.36 a; 0.4 0.6 0.51 b; 0.2 0.8 1.61 a", "p_a p_b", "y"),
        ("id p_a p_b true_label; 1 0.7 0.3 a; 2 0.4 0.6 b; 3 0.2 0.8 a", "p_a p_b", "true_label"),
        ("species p_a p_b; a 0.7 0.3; b 0.4 0.6; a 0.2 0.8", "p_a p_b", "species"),
    ],
)
def test_what_remains(text: str, preds: str, labels: str) -> None:
    reading = chosen(text)
    assert (reading.preds, reading.labels) == (tuple(preds.split()), tuple(labels.split()))


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("lr_a lr_b dt_a dt_b y; 0.7 0.3 0.5 0.5 a; 0.4 0.6 0.75 0.25 b; 0.2 0.8 0.9 0.1 a", 2),
        ("p_a p_b one two; 0.7 0.3 a b; 0.4 0.6 a b; 0.2 0.8 b a", 2),
    ],
)
def test_several_that_are_not_one_number_are_all_named(text: str, n: int) -> None:
    found = choose(question(text))
    assert found.chosen is None
    assert len(found.open) == n


def test_several_that_are_one_number_are_one() -> None:
    """Two columns of the same labels, and a family beside its copy under other names."""
    reading = chosen("p_a p_b one two; 0.7 0.3 a a; 0.4 0.6 b b; 0.2 0.8 a a")
    assert reading.preds == ("p_a", "p_b")


@pytest.mark.parametrize(
    "text",
    [
        "p_b p_a y; 0.7 0.3 a; 0.4 0.6 b; 0.2 0.8 a; 0.9 0.1 b",
        "p_1 p_0 y; 0.7 0.3 0; 0.4 0.6 1; 0.2 0.8 0; 0.9 0.1 1",
        "m_a m_b n_a n_b y; 0.7 0.3 0.5 0.5 a; 0.4 0.6 0.1 0.9 b; 0.2 0.8 0.9 0.1 a; 0.6 0.4 0 1 b",
        "p y; 0.7 0; 0.4 1; 0.2 0; 0.9 1",
    ],
)
def test_the_labels_of_the_rows_do_not_matter(text: str) -> None:
    """Whichever row has which label, and so whatever the loss is, the reading is the same."""
    frame, readings = table(text), set()
    for order in permutations(range(len(frame))):
        frame["y"] = table(text)["y"].to_numpy()[list(order)]
        found = choose(question(frame))
        named = (found.chosen,) if found.chosen is not None else found.open
        readings.add(tuple((r.preds, r.labels, r.index.names) for r in named))
    assert len(readings) == 1
