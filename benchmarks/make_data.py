"""Make the data of the cases: seeded, and streamed so that memory stays small.

A file holds the columns `label` (int64) and `p_0`, `p_1`, ... (one column `p` if binary). Labels
are drawn from the predicted distributions. Files with the same task and columns begin with the
same rows, whatever their length and format; a thousand columns are the exception.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from cases import Data, Task, chosen_cases
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Block = tuple[NDArray[np.int64], Floats]

DEFAULT_FOLDER = Path(__file__).parent / "data"
BLOCK_ROWS = 1 << 20
"""Rows of a row group by pyarrow's default; what is made, and written, at a time."""

SEED = 20240607
NOISE = {"old": 0.2, "older": 0.4}
"""Standard deviation of what worse models add to the scores."""


def make_blocks(data: Data) -> Iterator[Block]:
    """Yield labels (n,) and predictions (K, n) until there are `data.rows`."""
    rng = np.random.default_rng([SEED, data.columns])
    more = np.random.default_rng(SEED)
    for start in range(0, data.rows, BLOCK_ROWS):
        # A whole block is drawn even where fewer rows are wanted, so that short files are
        # beginnings of long ones; blocks of a thousand columns would be too large for that.
        wanted = min(BLOCK_ROWS, data.rows - start)
        drawn = BLOCK_ROWS if data.columns <= 10 else wanted
        scores = rng.standard_normal((data.columns, drawn))
        luck = rng.random(drawn)
        labels, values = _label(scores, luck, data.task)
        if noise := NOISE.get(data.task):
            values = 0.9 * np.log(values) + noise * more.standard_normal(values.shape)
            values = np.exp(values, out=values)
            values /= values.sum(axis=0)
        yield labels[:wanted], values[:, :wanted]


def _label(scores: Floats, luck: Floats, task: Task) -> Block:
    """Turn scores into predictions, and draw labels from what they predict."""
    if task == "binary":
        probs = 1 / (1 + np.exp(-scores))
        return (luck < probs[0]).astype(np.int64), probs
    kept = scores.copy() if task == "logits" else scores
    probs = np.exp(scores, out=scores)
    probs /= probs.sum(axis=0)
    labels = np.zeros(len(luck), dtype=np.int64)
    below = np.zeros(len(luck))
    for row in probs[:-1]:
        below += row
        labels += below < luck
    return labels, kept if task == "logits" else probs


def make(data: Data, folder: Path) -> None:
    """Write a data set unless it is there; a file under its final name is whole."""
    path, labels_path = folder / data.name, folder / data.labels_name
    if path.exists() and labels_path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if data.suffix == ".npy":
        with _whole(path) as preds_part, _whole(labels_path) as labels_part:
            _write_npy(data, preds_part, labels_part)
        return
    with _whole(path) as part:
        _write_table(data, part)


def _write_table(data: Data, path: Path) -> None:
    schema = pa.schema([("label", pa.int64()), *((name, pa.float64()) for name in _names(data))])
    rng = np.random.default_rng(SEED)
    make_writer = pq.ParquetWriter if data.suffix == ".parquet" else pc.CSVWriter
    written = schema
    if data.task == "rich":
        written = _enriched(schema.empty_table(), np.empty((data.columns, 0)), rng).schema
    with make_writer(path, written) as writer:
        for labels, values in make_blocks(data):
            table = pa.table([labels, *values], schema=schema)
            writer.write_table(_enriched(table, values, rng) if data.task == "rich" else table)


def _enriched(table: pa.Table, values: Floats, rng: np.random.Generator) -> pa.Table:
    """Add what a run may be asked to group, weigh or compare by."""
    n = len(table)
    labels = table["label"].to_numpy()
    soft = 0.9 * values  # Of other columns, they would make xent look for another order.
    soft[labels, np.arange(n)] += 0.1
    extra = {
        "user": rng.integers(0, 50_000, n),
        "shop": rng.integers(0, 10_000, n),
        "country": pa.array(np.array(["DE", "FR", "KR", "US"])[rng.integers(0, 4, n)]),
        "w": rng.exponential(1, n),
        **{f"s_{index}": row for index, row in enumerate(soft)},
    }
    for name, column in extra.items():
        table = table.append_column(name, pa.array(column))
    return table


def _write_npy(data: Data, preds: Path, labels: Path) -> None:
    with preds.open("wb") as preds_file, labels.open("wb") as labels_file:
        for file, dtype, shape in (
            (preds_file, "<f4", (data.rows, data.columns)),
            (labels_file, "<i8", (data.rows,)),
        ):
            header = {"descr": dtype, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
        for truth, values in make_blocks(data):
            values.T.astype("<f4", order="C").tofile(preds_file)
            truth.astype("<i8").tofile(labels_file)


def _names(data: Data) -> list[str]:
    return ["p"] if data.task == "binary" else [f"p_{index}" for index in range(data.columns)]


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a name to write to that becomes `path` when all is written."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def main() -> None:
    """Read the command line and make what is missing."""
    parser = argparse.ArgumentParser(description="Make the data of the benchmarks.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--scale", type=float, default=1.0, help="times the rows of every case")
    parser.add_argument("--cases", default="", help="comma-separated; all by default")
    args = parser.parse_args()
    wanted = {data.scaled(args.scale) for case in chosen_cases(args.cases) for data in case.data}
    for data in sorted(wanted):
        print(f"{args.folder / data.name}", flush=True)
        make(data, args.folder)


if __name__ == "__main__":
    main()
