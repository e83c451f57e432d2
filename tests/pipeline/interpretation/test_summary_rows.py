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


@pytest.mark.parametrize("word", ["prior", "Ø", "", "NaN"])
@pytest.mark.parametrize("first", [False, True])
def test_an_end_that_no_number_names_is_no_row(tmp_path: Path, word: str, first: bool) -> None:
    for name, ids in ("id", RNG.permutation(N)), ("customer", np.arange(N) + 7):
        table = pd.DataFrame({name: ids, "p": P, "y": Y})
        end = pd.DataFrame([[word, 0.5, 1]], columns=table.columns)
        answer = ask(tmp_path, pd.concat([end, table] if first else [table, end]))
        assert answer.code == 2, answer.headline()
        assert f"row {1 if first else N + 1}, column {name}" in answer.err


def test_features_with_odd_ends_are_no_names(tmp_path: Path) -> None:
    table = pd.DataFrame({"age": P * 50, "room": np.arange(N) ** 2, "p": P, "y": Y}).astype(object)
    table.loc[0, "age"], table.loc[N - 1, "room"] = "", "B12"
    assert math.isclose(ask(tmp_path, table).headline()[0], TRUTH, rel_tol=1e-9)


@pytest.mark.parametrize("suffix", ["parquet", "feather", "jsonl", "xlsx", "orc"])
def test_a_summary_below_many_rows_of_other_formats_is_seen(tmp_path: Path, suffix: str) -> None:
    ids = [f"u{at}" for at in range(30 * N)]
    table = pd.DataFrame({"id": ids, "p": np.tile(P, 30), "y": np.tile(Y, 30)})
    for last, code in (["max", 0.98, 1], 2), ([None, 0.98, 1], 2), (["u", 0.98, 1], 0):
        rows, path = below(table, last).reset_index(drop=True), tmp_path / f"a.{suffix}"
        if suffix == "jsonl":
            rows.to_json(path, orient="records", lines=True)
        elif suffix == "xlsx":
            rows.to_excel(path, index=False)
        else:
            getattr(rows, f"to_{suffix}")(path)
        answer = run(f"xent eval {path.name}", tmp_path)
        assert answer.code == code, answer.err
        assert ("last row, column id" in answer.err) is (code == 2)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("value", [P.mean(), Y.mean(), 0.3])
def test_an_end_without_a_name_is_warned_of_by_its_values(
    tmp_path: Path, value: float, first: bool
) -> None:
    table = pd.DataFrame({"p": P, "y": Y})
    end = pd.DataFrame([[value, 1]], columns=table.columns)
    answer = ask(tmp_path, pd.concat([end, table] if first else [table, end]))
    said = f"row {1 if first else N + 1}: its predictions are the"
    assert (said in answer.out) == (value != 0.3)
    assert "summary-row" not in ask(tmp_path, table).out


def test_a_round_value_is_no_sign_of_a_summary(tmp_path: Path) -> None:
    halves = pd.DataFrame({"p": [0.5, 0.5, *P[1:]], "y": [1, *np.arange(N) % 2]})
    assert "summary-row" not in ask(tmp_path, halves).out
    assert "summary-row" in ask(tmp_path, halves.assign(p=[0.5, 0.51, *P[1:]])).out


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
