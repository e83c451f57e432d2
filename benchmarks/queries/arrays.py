"""NumPy on whole arrays, read by pyarrow, by Polars or by NumPy itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from queries.figures import EPS, Figures, check_range, check_sums, gather

Floats = NDArray[np.floating]
Labels = NDArray[np.int64]


def measure(task: str, path: str) -> Figures:
    """Measure a table that pyarrow reads, or an npy file with its labels beside it."""
    if path.endswith(".npy"):
        labels, values = np.load(path.replace(".npy", ".labels.npy")), np.load(path).T
    else:
        labels, values = _read_with_pyarrow(path)
    return _measure(task, labels, values)


def measure_with_polars(task: str, path: str) -> Figures:
    """Measure a table that Polars reads, all of it."""
    import polars as pl

    table = pl.read_parquet(path) if path.endswith(".parquet") else pl.read_csv(path)
    values = table.drop("label").to_numpy(order="c")
    return _measure(task, table["label"].to_numpy(), values.T)


def _read_with_pyarrow(path: str) -> tuple[Labels, Floats]:
    if path.endswith(".parquet"):
        from pyarrow.parquet import ParquetFile

        table = ParquetFile(path).read()
    else:
        from pyarrow.csv import read_csv

        table = read_csv(path)
    names = [name for name in table.column_names if name != "label"]
    return table["label"].to_numpy(), np.stack([table[name].to_numpy() for name in names])


def _measure(task: str, labels: Labels, values: Floats) -> Figures:
    """Measure labels (n,) and predictions (K, n), in whichever memory order they come."""
    check_range(float(values.min()), float(values.max()), logits=task == "logits")
    if task == "binary":
        positive = labels == 1
        truth = np.where(positive, values[0], 1 - values[0])
        return _by_class(labels, -np.log(np.maximum(truth, EPS)), (values[0] > 0.5) == positive, 2)
    truth = values[labels, np.arange(len(labels))].astype(np.float64)
    if task == "logits":
        top = values.max(axis=0)
        losses = np.log(np.exp(values - top).sum(axis=0)) + top - truth
    else:
        check_sums(float(np.abs(values.sum(axis=0) - 1).max()))
        losses = -np.log(np.maximum(truth, EPS))
    return _by_class(labels, losses, values.argmax(axis=0) == labels, len(values))


def _by_class(labels: Labels, losses: Floats, right: NDArray[np.bool_], n_classes: int) -> Figures:
    n = np.bincount(labels, minlength=n_classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        loss = np.bincount(labels, losses, n_classes) / n
        spread = np.bincount(labels, (losses - loss[labels]) ** 2, n_classes)
        se = np.sqrt(spread / (n - 1) / n)
        accuracy = np.bincount(labels, right, n_classes) / n
    columns = (np.arange(len(n)), n, loss, se, accuracy)
    rows = zip(*(column[n > 0].tolist() for column in columns), strict=True)
    return gather(rows, n_classes)
