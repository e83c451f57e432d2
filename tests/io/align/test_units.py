"""Units: what threads and clusters read side by side comes to the same as one after the other."""

import gzip
import itertools
import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from xent_cli import evaluate
from xent_cli.errors import BrokenFileError, EmptyInputError, RowCountError
from xent_cli.io.align import units
from xent_cli.io.align.units import make_partitions, make_units
from xent_cli.io.formats import npy, parquet, row_groups
from xent_cli.io.formats.csv import records
from xent_cli.io.piece import Piece
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.tally import merge_all
from xent_cli.pipeline.execute import read_batches
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.sides import sides_of
from xent_cli.pipeline.step import TallyStep
from xent_cli.schema.options import EvalOptions, Execution

ROWS = 900


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", 4000)
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", 300)
    monkeypatch.setattr(npy, "_PIECE_BLOCKS", 1)
    monkeypatch.setattr(npy, "block_rows", lambda _: 130)
    monkeypatch.setattr(units, "_PARTITION_VALUES", 600)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    q = pd.DataFrame(rng.dirichlet(np.ones(3), ROWS), columns=["p_a", "p_b", "p_c"])
    names = np.array(["a", "b", "c"])[rng.integers(0, 3, ROWS)]
    frame = q.assign(label=names, w=rng.random(ROWS))
    frame.loc[ROWS - 1, "label"] = "b"
    return frame


def write_arrow(frame: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table, max_chunksize=100)


def write_late_quote(frame: pd.DataFrame, path: Path) -> None:
    text = frame.to_csv(index=False)
    path.write_text('"b"'.join(text.rsplit("b", 1)))


WRITERS = {
    "f.csv": lambda frame, path: frame.to_csv(path, index=False),
    "crlf.csv": lambda frame, path: frame.to_csv(path, index=False, lineterminator="\r\n"),
    "late.csv": write_late_quote,
    "bom.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
    "f.csv.gz": lambda frame, path: path.write_bytes(
        gzip.compress(frame.to_csv(index=False).encode())
    ),
    "f.parquet": lambda frame, path: frame.to_parquet(path, row_group_size=70),
    "one.parquet": lambda frame, path: frame.to_parquet(path),
    "f.arrow": write_arrow,
    "f.jsonl": lambda frame, path: path.write_text(
        "".join(json.dumps(record) + "\n" for record in frame.to_dict("records"))
    ),
}
UNITS = {
    "f.csv": 6,
    "crlf.csv": 1,
    "late.csv": 1,
    "bom.csv": 6,
    "f.csv.gz": 1,
    "f.parquet": 5,
    "one.parquet": 1,
    "f.arrow": 1,
    "f.jsonl": 1,
}


def tally_of(preds: str, labels: str | None, again: int = 0, **options: object):
    """Tally the partitions of two inputs, each pickled on the way there and on the way back."""
    session = Session.open([preds], labels, EvalOptions(**options), Execution())
    step, plans = TallyStep(), session.plans
    units = make_partitions(*sides_of(plans), jobs=max(1, again), again=again > 0)
    cut = pickle.loads(pickle.dumps([(plans, step, unit) for unit in units]))
    parts = []
    for plans_there, step_there, unit in cut:
        measured = (
            [measure(batch, plan.spec) for batch, plan in zip(batches, plans_there, strict=True)]
            for _, batches in read_batches(plans_there, unit, 64)
        )
        parts.append(pickle.loads(pickle.dumps(step_there.gather(plans_there, measured))))
    return len(parts), merge_all(reversed(parts), plans[0].spec)


@pytest.mark.parametrize("name", WRITERS)
def test_partitions_of_one_input(name: str, frame: pd.DataFrame, tmp_path: Path) -> None:
    WRITERS[name](frame, tmp_path / name)
    path, options = str(tmp_path / name), {"label_col": ("label",), "weight": "w"}
    n_units, tally = tally_of(path, None, **options)
    assert n_units == UNITS[name]
    expected = evaluate(frame, label_col="label", weight="w", batch_rows=ROWS)
    assert tally == evaluate(path, label_col="label", weight="w", jobs=2).tally
    assert tally.sums == expected.tally.sums


@pytest.mark.parametrize("labels", ["f.csv", "late.csv", "f.parquet", "f.jsonl"])
@pytest.mark.parametrize("preds", ["f.csv", "f.parquet", "one.parquet", "f.csv.gz"])
def test_two_inputs(preds: str, labels: str, frame: pd.DataFrame, tmp_path: Path) -> None:
    WRITERS[preds](frame[["p_a", "p_b", "p_c"]], tmp_path / f"p-{preds}")
    WRITERS[labels](frame[["label", "w"]], tmp_path / f"y-{labels}")
    paths = str(tmp_path / f"p-{preds}"), str(tmp_path / f"y-{labels}")
    n_units, tally = tally_of(*paths, weight="w")
    assert n_units > 1 or "f.csv.gz" in preds or labels in ("late.csv", "f.jsonl") or "one" in preds
    expected = evaluate(frame, label_col="label", weight="w")
    assert tally.sums == evaluate(*paths, weight="w", jobs=2).tally.sums == expected.tally.sums


@pytest.mark.parametrize("labels", ["f.csv", "f.parquet", "one.parquet"])
def test_what_is_read_from_its_beginning_is_cut_for_several_workers(
    labels: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    """The last one reads to the end: rows that a file does not have are missed."""
    frame[["p_a", "p_b", "p_c"]].to_parquet(tmp_path / "p.parquet")
    WRITERS[labels](frame[["label", "w"]], tmp_path / labels)
    paths = str(tmp_path / "p.parquet"), str(tmp_path / labels)
    n_units, tally = tally_of(*paths, again=3, weight="w")
    assert n_units == 3 or labels == "f.csv"  # Only reading tells the rows of that.
    assert tally.sums == evaluate(*paths, weight="w").tally.sums
    frame.to_parquet(whole := str(tmp_path / "whole.parquet"))
    session = Session.open([whole], None, EvalOptions(label_col=("label",)), Execution())
    *_, last = make_partitions(*sides_of(session.plans), jobs=2, again=True)
    ((piece,),) = last.pieces
    longer = replace(last, pieces=((replace(piece, n_rows=(piece.n_rows or 0) + 1),),))
    with pytest.raises(BrokenFileError, match="but holds"):
        list(longer.blocks(50))


def test_arrays_and_folders(frame: pd.DataFrame, tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", frame[["p_a", "p_b", "p_c"]].to_numpy())
    labels = tmp_path / "y.npy"
    np.save(labels, frame.label.map({"a": 0, "b": 1, "c": 2}).to_numpy())
    n_units, tally = tally_of(str(tmp_path / "p.npy"), str(labels))
    assert n_units > 3
    assert tally == evaluate(str(tmp_path / "p.npy"), str(labels), jobs=2).tally
    for kind in ("csv", "parquet", "csv.gz"):
        for part in range(3):
            folder = tmp_path / kind / f"run={part}"
            folder.mkdir(parents=True)
            name = "f.parquet" if kind == "parquet" else f"f.{kind}"
            WRITERS[name](frame[part * 300 : part * 300 + 300], folder / name)
        n_units, there = tally_of(str(tmp_path / kind), None, label_col=("label",), weight="w")
        here = evaluate(str(tmp_path / kind), label_col="label", weight="w", jobs=2).tally
        assert (n_units > 1) == (kind != "csv.gz")
        assert there == here
        assert here.sums == evaluate(frame, label_col="label", weight="w").tally.sums


def test_labels_too_many_to_hold(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "_HELD_VALUES", 50)
    frame[["p_a", "p_b", "p_c"]].to_parquet(tmp_path / "p.parquet", row_group_size=300)
    frame[["label"]].to_parquet(tmp_path / "y.parquet", row_group_size=70)
    report = evaluate(str(tmp_path / "p.parquet"), str(tmp_path / "y.parquet"), jobs=2)
    assert report.tally.sums == evaluate(frame.drop(columns="w"), label_col="label").tally.sums


def test_blocks_of_one_part_are_read_when_they_are_asked_for(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, columns in (("p", ["p_a", "p_b", "p_c"]), ("y", ["label"])):
        frame[columns].to_parquet(tmp_path / f"{name}.parquet")
    monkeypatch.setattr(parquet, "block_rows", lambda _: 100)
    plans = Session.open(
        [str(tmp_path / "p.parquet")], str(tmp_path / "y.parquet"), EvalOptions(), Execution()
    ).plans
    seen: list[int] = []

    batches = parquet.ParquetSource._batches

    def counted(self: parquet.ParquetSource, *args: object) -> Iterator[pa.RecordBatch]:
        for data in batches(self, *args):
            seen.append(data.num_rows)
            yield data

    monkeypatch.setattr(parquet.ParquetSource, "_batches", counted)
    first = next(make_units(*sides_of(plans), jobs=2))
    assert len(next(first.blocks(200))[0]) == seen[0]
    assert len(seen) == 2 < ROWS / seen[0]


@pytest.mark.parametrize("longer", ["p", "y"])
@pytest.mark.parametrize(
    "kinds", [("f.csv", "f.csv"), ("f.parquet", "f.csv"), ("f.csv", "f.csv.gz")]
)
def test_unequal_counts(
    kinds: tuple[str, str], longer: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    rows = {"p": ROWS, "y": ROWS, longer: ROWS - 123}
    q, y = frame[["p_a", "p_b", "p_c"]][: rows["p"]], frame[["label"]][: rows["y"]]
    WRITERS[kinds[0]](q, tmp_path / kinds[0])
    WRITERS[kinds[1]](y, tmp_path / f"y-{kinds[1]}")
    with pytest.raises(RowCountError, match=rf"{rows['p']:,} rows and .* has {rows['y']:,}\."):
        evaluate(str(tmp_path / kinds[0]), str(tmp_path / f"y-{kinds[1]}"), jobs=2)
    if "gz" not in kinds[1]:
        with pytest.raises(RowCountError, match=rf"{rows['p']:,} rows and .* {rows['y']:,}"):
            tally_of(str(tmp_path / kinds[0]), str(tmp_path / f"y-{kinds[1]}"))


def test_nothing_to_read(frame: pd.DataFrame, tmp_path: Path) -> None:
    frame[:0].to_parquet(tmp_path / "none.parquet")
    with pytest.raises(EmptyInputError, match="has no rows"):
        evaluate(str(tmp_path / "none.parquet"), label_col="label")


def test_a_piece_that_is_not_whole() -> None:
    """Say, of a file that was cut off between being planned for and being read."""
    with pytest.raises(BrokenFileError, match="3 rows after row 10 but holds 0"):
        list(Piece("preds.parquet", 10, 3, lambda: iter(())).blocks())


@pytest.mark.parametrize(("most", "jobs", "want"), [(10_000, 1, 4), (2, 1, 2), (2, 3, 7)])
def test_many_rows_make_larger_partitions_but_not_for_one_machine(
    most: int,
    jobs: int,
    want: int,
    frame: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(units, "_MOST_PARTITIONS", most)
    frame.to_parquet(tmp_path / "f.parquet", row_group_size=70)
    options = EvalOptions(label_col=("label",))
    session = Session.open([str(tmp_path / "f.parquet")], None, options, Execution())
    cut = make_partitions(*sides_of(session.plans), jobs=jobs)
    assert len(cut) == want
    assert cut[0].rows[0] == 0
    assert all(a.rows[1] == b.rows[0] for a, b in itertools.pairwise(cut))
    assert cut[-1].rows[1] == len(frame)
