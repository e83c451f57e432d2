"""worst_rows: the whole flow, on data of any size and order."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from xent_cli import evaluate, worst_rows
from xent_cli.errors import (
    ClassesError,
    ColumnError,
    DuplicateIdError,
    OutputError,
    RangeError,
    UsageError,
)
from xent_cli.render.documents.worst_rows import describe_share

RNG = np.random.default_rng(31)
N, K = 700, 3
Q = RNG.dirichlet(np.ones(K), N)
Y = RNG.integers(0, K, N)
NAMES = ["cat", "dog", "elk"]
PREDS = pd.DataFrame(Q, columns=[f"p_{name}" for name in NAMES])
LABELS = pd.DataFrame({"label": np.array(NAMES)[Y], "w": RNG.exponential(1, N)})
LOSSES = -np.log(Q[np.arange(N), Y])


def worst(losses: np.ndarray, among: np.ndarray, n: int) -> list[int]:
    rows = sorted(np.flatnonzero(among), key=lambda row: (-losses[row], row))[:n]
    return [int(row) + 1 for row in rows]


@pytest.mark.parametrize("batch_rows", [1, 64, None])
@pytest.mark.parametrize("jobs", [1, 3])
def test_the_same_for_any_batches_and_threads(batch_rows: int | None, jobs: int) -> None:
    found = worst_rows(PREDS, LABELS, top=9, label_col="label", batch_rows=batch_rows, jobs=jobs)
    assert [row.row for row in found.rows] == worst(LOSSES, LOSSES > -1, 9)
    assert found.rows == worst_rows(PREDS, LABELS, top=9, label_col="label").rows
    first = found.rows[0]
    at = first.row - 1
    assert (first.label, first.predicted) == (NAMES[Y[at]], NAMES[Q[at].argmax()])
    assert (first.p_label, first.p_predicted) == (Q[at, Y[at]], Q[at].max())
    assert first.loss == LOSSES[at]
    assert first.share == pytest.approx(LOSSES[at] / LOSSES.sum(), rel=1e-14)
    assert found.share == pytest.approx(sum(row.share or 0 for row in found.rows), rel=1e-14)
    assert (found.n_among, found.n) == (N, N)


@pytest.mark.parametrize("label", [None, "dog"])
@pytest.mark.parametrize("where", [None, "correct", "wrong"])
def test_some_rows(label: str | None, where: str | None) -> None:
    among = np.ones(N, bool) if label is None else NAMES.index(label) == Y
    if where is not None:
        among &= (Q.argmax(axis=1) == Y) == (where == "correct")
    found = worst_rows(PREDS, LABELS, label_col="label", label=label, where=where, batch_rows=50)
    assert [row.row for row in found.rows] == worst(LOSSES, among, 20)
    assert found.n_among == among.sum()
    shares = [row.share for row in found.rows]
    assert shares == pytest.approx([row.loss / LOSSES.sum() for row in found.rows])


def planted_among(top: int, seed: int) -> int:
    """Flip 50 labels of 5,000 rows drawn from the sample data; count those among the worst rows."""
    rng = np.random.default_rng(seed)
    root = Path(__file__).parents[2] / "sample_data" / "sparse"
    preds, labels = pd.read_csv(root / "baseline.csv"), pd.read_csv(root / "labels.csv")
    rows = rng.integers(0, len(preds), 5000)
    q, y = preds.to_numpy()[rows], labels.label.to_numpy()[rows]
    planted = rng.choice(5000, 50, replace=False)
    y[planted] = (y[planted] + rng.integers(1, 10, 50)) % 10
    found = worst_rows(q, y, top=top)
    return len(set(planted + 1) & {row.row for row in found.rows})


def test_planted_errors_come_first() -> None:
    """The model is unsure of some rows, and errs on others: a label flipped there may hide."""
    found = [planted_among(100, seed) for seed in range(20)]
    assert max(found) == 50
    assert min(found) >= 46
    assert np.mean(found) >= 49


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("base", ["e", "2"])
def test_the_loss_of_every_row(form: str, base: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"losses.{form}")
    preds, labels = PREDS.assign(id=np.arange(N) + 7), LABELS.assign(id=np.arange(N) + 7)
    labels.loc[[3, 50], "label"] = "skip"
    found = worst_rows(
        preds,
        labels,
        weight="w",
        label_col="label",
        ignore_label="skip",
        base=base,
        batch_rows=60,
        jobs=3,
        where="wrong",
        write=[(form, path)],
    )
    if form == "parquet":
        rows = pq.read_table(path).to_pylist()
    elif form == "csv":
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    kept = [row for row in range(N) if row not in (3, 50)]
    names = ["row", "id", "label", "predicted", "p_label", "p_predicted", "loss"]
    assert list(rows[0]) == names
    assert [int(row["row"]) for row in rows] == [row + 1 for row in kept]
    assert [int(row["id"]) for row in rows] == [row + 7 for row in kept]
    assert [row["label"] for row in rows] == [NAMES[Y[row]] for row in kept]
    assert [float(row["p_label"]) for row in rows] == [Q[row, Y[row]] for row in kept]
    total = math.fsum(float(row["loss"]) for row in rows)
    weights = labels.w[kept].sum()
    assert total / weights == pytest.approx(found.cross_entropy, rel=1e-14)
    by_row = {int(row["row"]): float(row["loss"]) for row in rows}
    assert all(by_row[row.row] == row.loss for row in found.rows)
    if form != "csv":
        assert isinstance(rows[0]["id"], int)


def test_losses_of_several_labels(tmp_path: Path) -> None:
    hot = pd.DataFrame((RNG.random((N, K)) < 0.5).astype(int), columns=NAMES)
    path = tmp_path / "losses.parquet"
    found = worst_rows(PREDS, hot, mode="binary", label="dog", write=[("parquet", str(path))])
    rows = pq.read_table(path).to_pylist()
    assert rows[0]["label"] == ", ".join(hot.columns[hot.iloc[0] == 1])
    total = math.fsum(row["loss"] for row in rows)
    assert total / (N * K) == pytest.approx(found.cross_entropy, rel=1e-14)
    assert all("dog" in row.label.split(", ") for row in found.rows)


class TestIds:
    def test_joined(self, tmp_path: Path) -> None:
        ids = np.array([f"row {n}" for n in RNG.permutation(N)], dtype=object)
        labels = LABELS.assign(key=ids).sample(frac=1, random_state=3)
        path = tmp_path / "losses.jsonl"
        found = worst_rows(
            PREDS.assign(id=ids),
            labels[:-5],
            id_col="id=key",
            label_col="label",
            unmatched="drop",
            write=[("jsonl", str(path))],
            batch_rows=90,
        )
        lost = set(labels.key[-5:])
        kept = np.array([name not in lost for name in ids])
        assert [row.row for row in found.rows] == worst(LOSSES, kept, 20)
        assert [row.id for row in found.rows] == [ids[row.row - 1] for row in found.rows]
        written = [json.loads(line) for line in path.read_text().splitlines()]
        assert [row["row"] - 1 for row in written] == np.flatnonzero(kept).tolist()
        assert [row["id"] for row in written] == ids[kept].tolist()
        assert found.matches is not None
        assert found.matches.matched == N - 5

    def test_ids_of_text_files_are_numbers_where_they_look_it(self, tmp_path: Path) -> None:
        PREDS.assign(id=np.arange(N) * 2).to_csv(tmp_path / "p.csv", index=False)
        LABELS.assign(id=np.arange(N) * 2).to_csv(tmp_path / "y.csv", index=False)
        found = worst_rows(str(tmp_path / "p.csv"), str(tmp_path / "y.csv"), label_col="label")
        assert [row.id for row in found.rows] == [2 * (row.row - 1) for row in found.rows]
        text = (tmp_path / "p.csv").read_text().replace(",1396\n", ",x\n")
        (tmp_path / "p.csv").write_text(text)
        with pytest.raises(
            ColumnError, match=r"row 699 \(line 700\), column id: 'x' is not a whole"
        ):
            worst_rows(
                str(tmp_path / "p.csv"),
                LABELS,
                label_col="label",
                top=N,
            )

    def test_one_file_names_its_own_rows(self) -> None:
        both = PREDS.assign(label=LABELS.label, sample_id=np.arange(N) + 100, key="x")
        found = worst_rows(both)
        assert [row.id for row in found.rows] == [row.row + 99 for row in found.rows]
        found = worst_rows(both.assign(name=LABELS.label), id_col="name", label_col="label")
        assert [row.id for row in found.rows] == [row.label for row in found.rows]

    def test_nothing_names_the_rows(self) -> None:
        assert {row.id for row in worst_rows(Q, Y).rows} == {None}


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    ids = np.arange(N)
    path = tmp_path / "losses.csv"
    with pytest.raises(DuplicateIdError):
        worst_rows(
            pd.concat([PREDS.assign(id=ids), PREDS.assign(id=ids)[:1]]),
            LABELS.assign(id=ids),
            id_col="id",
            label_col="label",
            write=[("csv", str(path))],
        )
    assert not path.exists()


def test_infinite_and_perfect() -> None:
    found = worst_rows([[0.0, 1.0], [0.5, 0.5]], [0, 0], eps=0)
    assert [row.loss for row in found.rows] == [math.inf, math.log(2)]
    assert (found.share, found.rows[0].share) == (None, None)
    assert describe_share(found) == "1 of the 1 rows that cost infinity are listed."
    found = worst_rows([[1.0, 0.0], [0.0, 1.0]], [0, 1])
    assert [(row.row, row.loss, row.share) for row in found.rows] == [
        (1, 0.0, None),
        (2, 0.0, None),
    ]


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="top=0: must be at least 1"):
        worst_rows(Q, Y, top=0)
    with pytest.raises(UsageError, match='where="right": must be one of correct, wrong'):
        worst_rows(Q, Y, where="right")
    with pytest.raises(ClassesError, match=r"label=\"dgo\": .* cat, dog, elk\. Did you mean dog\?"):
        worst_rows(PREDS, LABELS, label_col="label", label="dgo")
    with pytest.raises(OutputError, match="nowhere"):
        worst_rows(Q, Y, write=[("csv", str(tmp_path / "nowhere" / "losses.csv"))])


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_file_is_written_whole_or_not_at_all(form: str, tmp_path: Path) -> None:
    bad = Q.copy()
    bad[-1] = [5, -4, 0]
    path = tmp_path / f"losses.{form}"
    path.write_text("before")
    with pytest.raises(RangeError, match="row 700"):
        worst_rows(bad, Y, batch_rows=50, write=[(form, str(path))])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "before"
    worst_rows(Q, Y, batch_rows=50, write=[(form, str(path))])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_size > 1000


def test_the_whole_is_that_of_an_evaluation() -> None:
    options = {"label_col": "label", "weight": "w", "class_weights": "balanced"}
    found, report = worst_rows(PREDS, LABELS, **options), evaluate(PREDS, LABELS, **options)
    for name in ("signature", "n", "cross_entropy", "warnings", "notes", "inputs", "matches"):
        assert getattr(found, name) == getattr(report, name), name
    assert (found.unit, found.n_infinite) == ("nats", 0)
