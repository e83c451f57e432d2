"""Lines that refusals show: each writes a file that is read, and gives the right number.

Every number expected here is computed from the probabilities by NumPy alone.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.hints.following import in_shell
from tests.shapes.running import Answer, run

from .test_objections import NAMES, SHUFFLED, SPARSE, THREE, Y3, N, assert_asked, assert_number

IDS = [f"k{i:02d}" for i in range(N)]
LABELS = pd.DataFrame({"id": IDS, "label": NAMES[Y3]})
_LINE = re.compile(r"(python -c .*?)(?: ;| \[)")
_NEW = re.compile(r'"(\w+\.(?:csv|npz))"')


def long(value: str = "probability", cls: str = "class") -> pd.DataFrame:
    """Return a row for each id and class, with its place among the ids and the classes."""
    rows = [(i, k, IDS[i], NAMES[k], THREE[i, k]) for i in range(N) for k in range(3)]
    return pd.DataFrame(rows, columns=["i", "k", "id", cls, value])


def follow(folder: Path, command: str) -> Answer:
    """Run a command, the line that its refusal shows, and the command with the new file."""
    answer = run(command, folder)
    found = _LINE.search(answer.err)
    assert answer.code == 2, answer.headline()
    assert found, answer.err
    made = in_shell(found[1].replace("python", shlex.quote(sys.executable), 1), folder)
    assert made.code == 0, made.err
    words = command.split()
    words[2] = _NEW.findall(found[1])[-1]
    joined = re.search(r", with (--id \S+)\.", answer.err)
    return run(" ".join([*words, joined[1] if joined else ""]), folder)


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


def test_classes_below_one_another_go_beyond_the_sample(tmp_path: Path) -> None:
    times = 60
    table = pd.concat([long().assign(id=lambda d, n=n: d["i"] + N * n) for n in range(times)])
    table["target"] = table["k"] == np.tile(Y3, times)[table["id"]]
    table = table.sort_values(["k", "id"])
    table[["id", "class", "probability", "target"]].to_csv(tmp_path / "long.csv", index=False)
    assert_number(follow(tmp_path, "xent eval long.csv"), SPARSE)


def test_two_columns_that_sum_to_1_by_id_may_be_meant_as_they_are(tmp_path: Path) -> None:
    """As of one document against another: whoever names the column means every row."""
    p = np.round(np.random.default_rng(2).uniform(0.1, 0.9, N), 3)
    y = np.arange(2 * N) % 2
    table = {"pair": np.repeat(IDS, 2), "side": ["left", "right"] * N}
    table |= {"p": np.c_[p, 1 - p].ravel(), "clicked": y}
    pd.DataFrame(table).to_csv(tmp_path / "a.csv", index=False)
    assert_asked(run("xent eval a.csv", tmp_path), "has one row per pair and side")
    truth = float(-np.log(np.where(y == 1, table["p"], 1 - np.asarray(table["p"]))).mean())
    assert_number(run("xent eval a.csv --pred-cols p --label-col clicked", tmp_path), truth)


ORDERS = np.array([np.random.default_rng(i).permutation(3) for i in range(N)])


@pytest.mark.parametrize("spelled", [json.dumps, repr])
@pytest.mark.parametrize("kind", ["object", "pairs", "lists"])
def test_objects_and_lists_in_cells(
    tmp_path: Path, spelled: Callable[[object], str], kind: str
) -> None:
    rows = [
        [(str(NAMES[k]), float(p[k])) for k in order]
        for p, order in zip(THREE, ORDERS, strict=True)
    ]
    table: dict[str, object] = {"truth": NAMES[Y3]}
    if kind == "object":
        table["probs"] = [spelled(dict(row)) for row in rows]
    elif kind == "pairs":
        table["probs"] = [spelled([{"label": c, "prob": p} for c, p in row]) for row in rows]
    else:
        table["labels"] = [spelled([c for c, _ in row]) for row in rows]
        table["scores"] = [spelled([p for _, p in row]) for row in rows]
    pd.DataFrame(table).to_csv(tmp_path / "a.csv", index=False)
    assert_number(follow(tmp_path, "xent eval a.csv"), SPARSE)


@pytest.mark.parametrize("spelled", ["['cow' 'ant' 'bee']", '["cow", "ant", "bee"]', "cow|ant|bee"])
def test_a_column_that_names_the_classes_of_lists(tmp_path: Path, spelled: str) -> None:
    lists = [f"[{' '.join(map(str, row))}]" for row in THREE[:, [2, 0, 1]]]
    table = pd.DataFrame({"probs": lists, "classes": spelled, "y": NAMES[Y3]})
    table.to_csv(tmp_path / "a.csv", index=False)
    assert_asked(run("xent eval a.csv", tmp_path), "Use --classes cow,ant,bee.")
    assert_number(run("xent eval a.csv --classes cow,ant,bee", tmp_path), SPARSE)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_labels_and_predictions_in_one_array(tmp_path: Path, kind: str, first: bool) -> None:
    array = np.c_[Y3, THREE] if first else np.c_[THREE, Y3]
    path = tmp_path / f"all.{kind}"
    np.savez(path, array) if kind == "npz" else np.save(path, array)
    assert_number(follow(tmp_path, f"xent eval {path.name}"), SPARSE)


def test_an_array_with_a_column_for_each_row(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", THREE.T)
    np.save(tmp_path / "y.npy", Y3)
    assert_asked(run("xent eval p.npy y.npy", tmp_path), "np.load('p.npy').T)")
