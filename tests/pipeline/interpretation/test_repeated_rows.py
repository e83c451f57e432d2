"""Labels that come again in the same order: rows of several models, in one file or in several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.shapes.running import Answer, run

RNG = np.random.default_rng(3)
N = 40
Y = RNG.integers(0, 3, N)


def table(labels: np.ndarray) -> pd.DataFrame:
    q = RNG.dirichlet(np.ones(3), len(labels)).round(6)
    return pd.DataFrame({"p_0": q[:, 0], "p_1": q[:, 1], "p_2": q[:, 2], "label": labels})


def ask(folder: Path, *tables: pd.DataFrame) -> Answer:
    (folder / "runs").mkdir()
    for at, rows in enumerate(tables):
        rows.to_csv(folder / "runs" / f"epoch_{at}.csv", index=False)
    return run("xent eval runs", folder)


def loss(*tables: pd.DataFrame) -> float:
    rows = pd.concat(tables)
    q = rows[["p_0", "p_1", "p_2"]].to_numpy()
    return float(-np.log(q[np.arange(len(q)), rows["label"]]).mean())


def test_files_with_the_same_labels_are_warned_of(tmp_path: Path) -> None:
    tables = table(Y[::-1]), table(Y), table(Y)
    answer = ask(tmp_path, *tables)
    assert answer.headline()[0] == pytest.approx(loss(*tables), abs=1e-6)
    assert "repeated-rows" in answer.out
    assert "runs/epoch_1.csv and runs/epoch_2.csv have the same labels" in answer.out


def test_folders_of_labels_are_looked_at_too(tmp_path: Path) -> None:
    for name, columns in ("q", ["p_0", "p_1", "p_2"]), ("y", ["label"]):
        (tmp_path / name).mkdir()
        for at in range(2):
            table(Y)[columns].to_csv(tmp_path / name / f"{at}.csv", index=False)
    assert "y/0.csv and y/1.csv have the same labels" in run("xent eval q y", tmp_path).out


@pytest.mark.parametrize("times", [2, 5])
def test_parts_of_a_file_with_the_same_labels_are_warned_of(tmp_path: Path, times: int) -> None:
    assert f"the first {N} labels come {times} times" in ask(tmp_path, table(np.tile(Y, times))).out


@pytest.mark.parametrize(
    "labels",
    [Y, np.sort(Y), np.arange(N) % 3, np.repeat([0, 1], N // 2), Y[:10], np.zeros(N, dtype=int)],
    ids=["any", "sorted", "in turn", "halves", "few", "one class"],
)
def test_other_labels_are_not(tmp_path: Path, labels: np.ndarray) -> None:
    other = Y[::-1] if labels is Y else labels
    assert "repeated-rows" not in ask(tmp_path, table(labels), table(other)).out


@pytest.mark.parametrize("classes", [2, 3, 12])
def test_classes_in_turn_come_again_by_design(tmp_path: Path, classes: int) -> None:
    labels = np.tile(np.arange(classes) % 3, 20)
    assert "repeated-rows" not in ask(tmp_path, table(labels)).out


def test_nor_are_the_shards_of_one_file(tmp_path: Path) -> None:
    rows = table(Y)
    assert "repeated-rows" not in ask(tmp_path, rows[:25], rows[25:]).out
