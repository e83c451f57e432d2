"""pandas: the whole table in memory, figures by class from `groupby`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.figures import EPS, Figures, check_range, check_sums, gather

Floats = NDArray[np.float64]


def measure_with_sklearn(task: str, path: str) -> Figures:
    """Measure with pandas' default reader, and scikit-learn's `log_loss` over all rows.

    `log_loss` checks the range itself, so that is not done again.
    """
    from sklearn.metrics import log_loss

    table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    labels, probs = _split(table)
    if task == "binary":
        total = log_loss(labels, probs[:, 0], labels=[0, 1])
    else:
        check_sums(np.abs(probs.sum(axis=1) - 1).max())
        total = log_loss(labels, probs, labels=range(probs.shape[1]))
    return _by_class(labels, probs, task, cross_entropy=float(total))


def measure_with_pyarrow(task: str, path: str) -> Figures:
    """Measure with pandas' pyarrow readers, and without scikit-learn."""
    if path.endswith(".parquet"):
        table = pd.read_parquet(path, engine="pyarrow")
    else:
        table = pd.read_csv(path, engine="pyarrow")
    labels, probs = _split(table)
    check_range(probs.min(), probs.max())
    if task != "binary":
        check_sums(np.abs(probs.sum(axis=1) - 1).max())
    return _by_class(labels, probs, task)


def _split(table: pd.DataFrame) -> tuple[NDArray[np.int64], Floats]:
    """Return the labels (n,) and the predictions (n, K), which share memory with the table."""
    return table["label"].to_numpy(), table.drop(columns="label").to_numpy()


def _by_class(labels: NDArray[np.int64], probs: Floats, task: str, **total: float) -> Figures:
    if task == "binary":
        positive = labels == 1
        truth = np.where(positive, probs[:, 0], 1 - probs[:, 0])
        right = (probs[:, 0] > 0.5) == positive
    else:
        truth = np.take_along_axis(probs, labels[:, np.newaxis], axis=1)[:, 0]
        right = probs.argmax(axis=1) == labels
    losses = -np.log(np.maximum(truth, EPS))
    frame = pd.DataFrame({"label": labels, "loss": losses, "right": right})
    table = frame.groupby("label").agg(
        n=("loss", "size"), loss=("loss", "mean"), se=("loss", "sem"), right=("right", "mean")
    )
    rows: Any = table.reset_index().itertuples(index=False, name=None)
    return gather(rows, max(probs.shape[1], 2), **total)
