"""Rows that are numbered out of order, beside rows that are in order: pandas would align them."""

from __future__ import annotations

import math
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.shapes.running import run

RNG = np.random.default_rng(5)
N = 40
Q = RNG.dirichlet(np.ones(3), N)
Y = RNG.integers(0, 3, N)
TRUTH = float(-np.log(Q[np.arange(N), Y]).mean())
FRAME = pd.DataFrame(Q, columns=["0", "1", "2"])
SHUFFLED = FRAME.iloc[RNG.permutation(N)]
AS_IT_IS = float(-np.log(SHUFFLED.to_numpy()[np.arange(N), Y]).mean())


@pytest.fixture(autouse=True)
def truths(tmp_path: Path) -> None:
    named = pd.DataFrame({"label": Y})
    named.to_parquet(tmp_path / "y.parquet")
    named.to_csv(tmp_path / "y.csv", index=False)
    named.iloc[::-1].to_parquet(tmp_path / "turned.parquet")
    np.save(tmp_path / "y.npy", Y)


@pytest.mark.parametrize("labels", ["y.parquet", "y.npy"])
@pytest.mark.parametrize("written", ["parquet", "named", "csv", "jsonl"])
def test_both_ways_out_of_another_order_work(written: str, labels: str, tmp_path: Path) -> None:
    name = {"named": "p.parquet"}.get(written, f"p.{written}")
    if written == "csv":
        SHUFFLED.to_csv(tmp_path / name)
    elif written == "jsonl":
        SHUFFLED.reset_index(names="idx").to_json(tmp_path / name, orient="records", lines=True)
    else:
        SHUFFLED.rename_axis("row" if written == "named" else None).to_parquet(tmp_path / name)
    answer = run(f"xent eval {name} {labels}", tmp_path)
    assert answer.code == 2
    assert f"row 1 has the number {SHUFFLED.index[0]} in {name} and 0 in {labels}" in answer.err
    lines = re.findall(r"python -c '.*?'(?= ;)", answer.err)
    for line, expected in zip(lines, (TRUTH, AS_IT_IS), strict=True):
        subprocess.run([sys.executable, *shlex.split(line)[1:]], cwd=tmp_path, check=True)
        (made,) = tmp_path.glob("ordered.*")
        found = run(f"xent eval {made.name} {labels}", tmp_path)
        made.unlink()
        assert math.isclose(found.headline()[0], expected, rel_tol=1e-9), found.err


def test_an_order_that_only_metadata_tell(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "p.parquet")
    answer = run("xent eval p.parquet turned.parquet", tmp_path)
    assert answer.code == 2
    assert "sort turned.parquet" in answer.err


def test_order_beyond_the_first_rows(tmp_path: Path) -> None:
    many = pd.concat([FRAME] * 60, ignore_index=True)
    order = np.roll(np.arange(len(many)), 1200)  # No number of the first rows is 0 or 1.
    pd.DataFrame({"label": np.tile(Y, 60)}).to_csv(tmp_path / "long.csv", index=False)
    many.iloc[order].to_csv(tmp_path / "p.csv")
    answer = run("xent eval p.csv long.csv", tmp_path)
    assert answer.code == 2
    assert "has the number 1200 in p.csv and 0 in long.csv" in answer.err


@pytest.mark.parametrize(
    "numbers", [np.arange(N), np.arange(N) + 1, np.arange(N)[::-1] * 2, np.arange(N) // 2]
)
def test_what_does_not_number_rows_out_of_order(numbers: np.ndarray, tmp_path: Path) -> None:
    """In order, of a part of other rows, or of groups."""
    FRAME.set_axis(numbers).to_csv(tmp_path / "p.csv")
    FRAME.set_axis(numbers).to_parquet(tmp_path / "p.parquet")
    for name in ("p.csv", "p.parquet"):
        answer = run(f"xent eval {name} y.csv", tmp_path)
        assert math.isclose(answer.headline()[0], TRUTH, rel_tol=1e-9), answer.err


def test_rows_with_the_same_ids_are_in_the_same_order(tmp_path: Path) -> None:
    ids = [f"u{row}" for row in range(N)]
    SHUFFLED.assign(key=ids).to_csv(tmp_path / "p.csv")
    pd.DataFrame({"label": Y, "key": ids}).to_csv(tmp_path / "l.csv", index=False)
    answer = run("xent eval p.csv l.csv", tmp_path)
    assert math.isclose(answer.headline()[0], AS_IT_IS, rel_tol=1e-9), answer.err
