"""Means, totals and extremes below a table are no rows of it; nor may a few labels be fractions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.shapes.running import Answer, run

RNG = np.random.default_rng(8)
N = 40
P = RNG.uniform(0.02, 0.98, N).round(4)
Y = (RNG.random(N) < P).astype(int)
TRUTH = float(-np.log(np.where(Y == 1, P, 1 - P)).mean())


def ask(folder: Path, table: pd.DataFrame, options: str = "") -> Answer:
    table.to_csv(folder / "a.csv", index=False)
    return run(f"xent eval a.csv {options}", folder)


def below(table: pd.DataFrame, *rows: list[Any]) -> pd.DataFrame:
    return pd.concat([table, pd.DataFrame(rows, columns=table.columns)])


@pytest.mark.parametrize("word", ["mean", "Total", "Durchschnitt", "MAX", "Std. dev."])
@pytest.mark.parametrize("ids", [range(N), [f"u{at}" for at in range(N)]])
def test_a_last_row_that_is_called_a_summary_is_none(tmp_path: Path, word: str, ids: Any) -> None:
    table = pd.DataFrame({"id": ids, "p": P, "y": Y})
    for label in (1, 0.4, 17):
        answer = ask(tmp_path, below(table, [word, 0.5, label]))
        assert answer.code == 2, answer.headline()
        assert f"row {N + 1}" in answer.err
        assert "seems to name a summary" in answer.err


@pytest.mark.parametrize("named", [False, True])
def test_a_summary_below_many_rows_is_seen(tmp_path: Path, named: bool) -> None:
    ids = [f"u{at}" for at in range(30 * N)] if named else range(30 * N)
    table = pd.DataFrame({"id": ids, "p": np.tile(P, 30), "y": np.tile(Y, 30), "part": "all"})
    answer = ask(tmp_path, below(table, ["max", 0.98, 1, ""]))
    assert answer.code == 2, answer.headline()
    assert "a.csv, last row, column id: 'max' seems to name a summary" in answer.err
    assert math.isclose(ask(tmp_path, table).headline()[0], TRUTH, rel_tol=1e-9)


def test_words_among_other_words_are_rows(tmp_path: Path) -> None:
    words = [f"w{at}" for at in range(N)]
    words[3:6] = "total", "mean", "all"
    answer = ask(tmp_path, pd.DataFrame({"word": words, "p": P, "y": Y}))
    assert math.isclose(answer.headline()[0], TRUTH, rel_tol=1e-9), answer.err


@pytest.mark.parametrize("n", [1, 40])
def test_one_fraction_among_labels_of_0_and_1_is_asked_about(tmp_path: Path, n: int) -> None:
    table = pd.DataFrame({"p": np.tile(P, n), "y": np.tile(Y, n)})  # Beyond the sample, too.
    table = below(table, [0.5, 0.25])
    answer = ask(tmp_path, table)
    assert answer.code == 2, answer.headline()
    assert f"row {n * N + 1}" in answer.err
    assert "0.25 is between 0 and 1" in answer.err
    answer = ask(tmp_path, table, "--mode binary")
    soft = (n * N * TRUTH + math.log(2)) / (n * N + 1)
    assert math.isclose(answer.headline()[0], soft, rel_tol=1e-9)


def test_one_row_of_shares_among_one_hot_labels_is_asked_about(tmp_path: Path) -> None:
    table = pd.DataFrame({"p_a": P, "p_b": 1 - P, "is_a": Y, "is_b": 1 - Y}).astype(float)
    table = below(table, [0.5, 0.5, Y.mean(), 1 - Y.mean()])
    assert "the labels are between 0 and 1" in ask(tmp_path, table).err
    answer = ask(tmp_path, table, "--mode categorical")
    assert math.isclose(answer.headline()[0], (N * TRUTH + math.log(2)) / (N + 1), rel_tol=1e-9)


def test_many_shares_are_soft_labels(tmp_path: Path) -> None:
    shares = np.where(np.arange(N) % 5 == 0, 0.5, Y)
    answer = ask(tmp_path, pd.DataFrame({"p": P, "y": shares}))
    truth = -(shares * np.log(P) + (1 - shares) * np.log(1 - P)).mean()
    assert math.isclose(answer.headline()[0], truth, rel_tol=1e-9)
