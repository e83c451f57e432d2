"""Logarithms to base 10 or 2: read as natural ones or as logits, they would cost something else."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from xent_cli import evaluate
from xent_cli.errors import RangeError, RowSumError

RANDOM = np.random.default_rng(4)
P = RANDOM.dirichlet(np.ones(4), size=50)
Y = RANDOM.integers(0, 4, size=50)


@pytest.mark.parametrize("base", [10, 2])
@pytest.mark.parametrize("scale", ["logits", "logprobs", "probs"])
def test_they_are_refused_whatever_they_are_said_to_be(base: int, scale: str) -> None:
    logs = np.round(np.log(P) / math.log(base), 5)
    lists = pd.DataFrame({"scores": list(logs), "y": Y})
    for data in ((logs, Y), (lists,)):
        with pytest.raises((RangeError, RowSumError), match=f"to base {base}") as caught:
            evaluate(*data, scale=scale)
        factor = float(caught.value.hint.split("Multiply them by ")[1].split(" to ")[0])
        assert factor == math.log(base)
    natural = evaluate(logs * math.log(base), Y, scale="logprobs")
    assert natural.cross_entropy == pytest.approx(-np.log(P[np.arange(50), Y]).mean(), rel=1e-4)


def test_others_are_not() -> None:
    sure = np.full((30, 3), 1e-6)
    sure[np.arange(30), Y[:30] % 3] = 1 - 2e-6
    for logits in (np.log(P), RANDOM.normal(size=(50, 4)) - 3, np.log(sure)):
        assert evaluate(logits, Y[: len(logits)] % logits.shape[1], scale="logits").n
