"""Ranked columns, the likeliest class first, are no classes: they are refused."""

from __future__ import annotations

import pytest

from xent_cli.pipeline.interpretation.choice import choose

from .asking import question

RANKED = "; a 0.7 b 0.3 a; b 0.6 a 0.4 b; a 0.8 b 0.2 b"


@pytest.mark.parametrize(
    "names", ["top1_label top1_prob top2_label top2_prob y", "c1 p1 c2 p2 label"]
)
def test_probabilities_that_fall_beside_columns_of_labels(names: str) -> None:
    assert choose(question(names + RANKED)).chosen is None


def test_a_family_that_happens_to_fall_is_none() -> None:
    found = choose(question("p_1 p_2 y; 0.7 0.3 1; 0.6 0.4 2; 0.8 0.2 1")).chosen
    assert found is not None
    assert found.preds == ("p_1", "p_2")
