"""One row for each id and class: the line that the refusal shows gives each id one row.

Every number expected here is computed from the probabilities by NumPy alone.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.hints.following import in_shell
from tests.shapes.running import Answer, run

from .test_objections import NAMES, SHUFFLED, SPARSE, THREE, Y3, N, assert_asked, assert_number

IDS = [f"k{i:02d}" for i in range(N)]
LABELS = pd.DataFrame({"id": IDS, "label": NAMES[Y3]})
_HINT = re.compile(
    r"Pivot them: (.*) ; then give wide.csv in place of ([^ ]+?)(?:, with (.*?))?\. \["
)


def long(value: str = "probability", cls: str = "class") -> pd.DataFrame:
    """Return a row for each id and class, with its place among the ids and the classes."""
    rows = [(i, k, IDS[i], NAMES[k], THREE[i, k]) for i in range(N) for k in range(3)]
    return pd.DataFrame(rows, columns=["i", "k", "id", cls, value])


def follow(folder: Path, command: str) -> Answer:
    """Run a command, the line that its refusal shows, and the command with the new file."""
    answer = run(command, folder)
    assert_asked(answer, "holds one row for each")
    found = _HINT.search(answer.err)
    assert found, answer.err
    made = in_shell(found[1].replace("python", shlex.quote(sys.executable), 1), folder)
    assert made.code == 0, made.err
    return run(f"{command.replace(found[2], 'wide.csv')} {found[3] or ''}", folder)


@pytest.mark.parametrize(
    ("order", "kind"),
    [("by id", "csv"), ("by class", "tsv"), ("any", "parquet"), ("any", "jsonl")],
)
def test_beside_labels_with_ids(tmp_path: Path, order: str, kind: str) -> None:
    table = long()[["id", "class", "probability"]]
    table = table.sort_values("class") if order == "by class" else table
    table = table.sample(frac=1, random_state=3) if order == "any" else table
    path = tmp_path / f"long.{kind}"
    if kind == "parquet":
        table.to_parquet(path)
    elif kind == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_csv(path, index=False, sep="\t" if kind == "tsv" else ",")
    LABELS.iloc[SHUFFLED].to_csv(tmp_path / "y.csv", index=False)
    assert_number(follow(tmp_path, f"xent eval {path.name} y.csv"), SPARSE)


def test_classes_are_numbers_and_rows_have_the_order_of_the_labels(tmp_path: Path) -> None:
    table = long().sort_values(["k", "i"]).rename(columns={"i": "row", "k": "variable"})
    table[["row", "variable", "probability"]].to_csv(tmp_path / "melt.csv", index=False)
    pd.DataFrame({"y": Y3}).to_csv(tmp_path / "y.csv", index=False)
    assert_number(follow(tmp_path, "xent eval melt.csv y.csv"), SPARSE)


@pytest.mark.parametrize("beside", ["label", "truth", "is_true", "target"])
def test_labels_in_the_same_file(tmp_path: Path, beside: str) -> None:
    table = long(value="score", cls="category")
    flag = table["k"] == Y3[table["i"]]
    own = flag if beside == "target" else flag * 1
    table[beside] = NAMES[Y3[table["i"]]] if beside in ("label", "truth") else own
    table.drop(columns=["i", "k"]).to_csv(tmp_path / "long.csv", index=False)
    assert_number(follow(tmp_path, "xent eval long.csv"), SPARSE)


def test_two_columns_that_sum_to_1_by_id_may_be_meant_as_they_are(tmp_path: Path) -> None:
    """As of one document against another: whoever names the column means every row."""
    p = np.round(np.random.default_rng(2).uniform(0.1, 0.9, N), 3)
    y = np.arange(2 * N) % 2
    table = {"pair": np.repeat(IDS, 2), "side": ["left", "right"] * N}
    table |= {"p": np.c_[p, 1 - p].ravel(), "clicked": y}
    pd.DataFrame(table).to_csv(tmp_path / "a.csv", index=False)
    assert_asked(run("xent eval a.csv", tmp_path), "holds one row for each pair and side")
    truth = float(-np.log(np.where(y == 1, table["p"], 1 - np.asarray(table["p"]))).mean())
    assert_number(run("xent eval a.csv --pred-cols p --label-col clicked", tmp_path), truth)
