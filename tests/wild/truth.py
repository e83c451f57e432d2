"""The figures of the cases, computed a second time: pandas reads, a recipe says what it means.

Nothing here knows xent. A recipe is written from what the tool that wrote the file documents: which
column speaks of which label. Sums are math.fsum of -ln of the probability of each row's label.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from ast import literal_eval
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Figures = dict[str, float]
Recipe = Callable[[Path], Figures]
EPS = 2.0**-52


def loss(chances: Iterable[float], weights: Sequence[float] | None = None) -> float:
    """Return the mean of -ln p(label), a zero counted as 2**-52."""
    terms = [-math.log(max(float(p), EPS)) for p in chances]
    shares = [1.0] * len(terms) if weights is None else [float(w) for w in weights]
    return math.fsum(t * w for t, w in zip(terms, shares, strict=True)) / math.fsum(shares)


def of(truth: Iterable[Any], positive: Any, chances: Iterable[Any]) -> list[float]:
    """Return the probability of each row's label, given those of the positive class."""
    pairs = zip(truth, chances, strict=True)
    return [float(p) if label == positive else 1.0 - float(p) for label, p in pairs]


def text(path: Path, **how: Any) -> pd.DataFrame:
    """Read a table whose cells stay as they are written."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, **how)


def named(
    preds: str,
    pattern: str,
    labels: str,
    column: str,
    *,
    on: str | None = None,
    key: Callable[[str], str] = str,
    clean: Callable[[str], str] = str,
    **how: Any,
) -> Recipe:
    """Take each row's column called pattern.format(label); join the files by `on`, else by row."""

    def figures(case: Path) -> Figures:
        left = text(case / preds, **how)
        right = left if labels == preds else text(case / labels)
        if on is not None:
            order = {key(name): i for i, name in enumerate(right[on])}
            right = right.iloc[[order[key(name)] for name in left[on]]]
        truth = [clean(name) for name in right[column]]
        rows = zip(truth, left.to_dict("records"), strict=True)
        return {"cross_entropy": loss(float(row[pattern.format(label)]) for label, row in rows)}

    return figures


def single(preds: str, column: str, labels: str, label: str, positive: str, **how: Any) -> Recipe:
    """Take one column as the probability of the positive label."""

    def figures(case: Path) -> Figures:
        left, right = text(case / preds, **how), text(case / labels, **how)
        chances = [_fraction(cell) for cell in left[column]]
        return {"cross_entropy": loss(of(right[label], positive, chances))}

    return figures


def _fraction(cell: str) -> float:
    return float(cell[:-1]) / 100 if cell.endswith("%") else float(cell)


def confidence(preds: str, label: str, guess: str, column: str) -> Recipe:
    """Take one column as the probability of the predicted label, of two labels."""

    def figures(case: Path) -> Figures:
        rows = text(case / preds)
        sure = zip(rows[label], rows[guess], rows[column], strict=True)
        right = [float(p) if truth == said else 1.0 - float(p) for truth, said, p in sure]
        trap = of(rows[label], max(rows[label]), rows[column])
        return {"cross_entropy": loss(right), "trap": loss(trap)}

    return figures


def matrix(read: Callable[[Path], tuple[Any, Any]]) -> Recipe:
    """Take what a reader returns: q (n, K), and the position of each row's class."""

    def figures(case: Path) -> Figures:
        q, labels = read(case)
        rows = np.asarray(q, dtype=np.float64)
        at = np.asarray(labels, dtype=np.float64).ravel().astype(int)
        return {"cross_entropy": loss(rows[np.arange(len(at)), at])}

    return figures


def onehot(preds: str, labels: str, *, prefix: str = "", on: str | None = None) -> Recipe:
    """Match one-hot columns, as they are called after a prefix, to the columns of predictions."""

    def figures(case: Path) -> Figures:
        left = pd.read_csv(case / preds)
        parquet = labels.endswith(".parquet")
        right = pd.read_parquet(case / labels) if parquet else pd.read_csv(case / labels)
        if on is not None:
            right = right.set_index(on).loc[left[on]].reset_index()
        names = [name for name in left.columns if name != on]
        truth = right[[prefix + name for name in names]].to_numpy(float)
        return {"cross_entropy": loss((truth * left[names].to_numpy()).sum(axis=1))}

    return figures


def records(file: str, label: str, probability: Callable[[dict[str, Any]], float]) -> Recipe:
    """Take a function of each line of JSON as the probability of its label."""

    def figures(case: Path) -> Figures:
        body = (case / file).read_text("utf-8")
        rows = json.loads(body) if body.startswith("[") else map(json.loads, body.splitlines())
        whole = [row for row in rows if row[label] is not None]
        chances = [probability(row) for row in whole]
        return {"cross_entropy": loss(p for p in chances if not math.isnan(p))}

    return figures


def multilabel(preds: str, labels: str, **how: Any) -> Recipe:
    """Take the mean over rows and columns of the binary loss."""

    def figures(case: Path) -> Figures:
        left, right = pd.read_csv(case / preds, **how), pd.read_csv(case / labels, **how)
        return {"cross_entropy": loss(of(right.to_numpy().ravel(), 1, left.to_numpy().ravel()))}

    return figures


def complete(frame: pd.DataFrame, label: str) -> Figures:
    whole = frame.dropna()
    rows = zip(whole[label], whole.to_dict("records"), strict=True)
    return {"cross_entropy": loss(float(row[name]) for name, row in rows)}


def lumbar(case: Path) -> Figures:
    left, right = pd.read_csv(case / "sub.csv"), pd.read_csv(case / "solution.csv")
    assert list(left["row_id"]) == list(right["row_id"])
    names = ["normal_mild", "moderate", "severe"]
    q, weight = left[names].to_numpy(), list(right["sample_weight"])
    chances = (q * right[names].to_numpy()).sum(axis=1)
    return {
        "cross_entropy": loss(chances / q.sum(axis=1), weight),
        "raw": loss(chances, weight),
        "unweighted_raw": loss(chances),
    }


def balanced(case: Path) -> Figures:
    left, right = text(case / "sub.csv"), text(case / "greeks.csv")
    assert list(left["Id"]) == list(right["Id"])
    chances = of(right["Class"], "1", left["class_1"])
    pairs = list(zip(right["Class"], chances, strict=True))
    each = [loss(p for label, p in pairs if label == name) for name in "01"]
    return {"cross_entropy": loss(chances), "macro": math.fsum(each) / 2}


def deepfake(case: Path) -> Figures:
    left, right = text(case / "sub.csv"), text(case / "truth.csv")
    rows = left.merge(right, on="filename", suffixes=("_p", "_truth"), validate="1:1")
    return {"cross_entropy": loss(of(rows["label_truth"], "FAKE", rows["label_p"]))}


def unnormalized(case: Path) -> Figures:
    q, p = (pd.read_csv(case / name).to_numpy(float) for name in ("p.csv", "t.csv"))
    chances = (q * p).sum(axis=1)
    return {"cross_entropy": loss(chances), "renorm": loss(chances / q.sum(axis=1))}


def compared(case: Path) -> Figures:
    truth = pd.read_csv(case / "y.csv")["y"]
    first, second = (
        loss(of(truth, 1, pd.read_csv(case / f"{name}.csv")[f"{name}_proba"]))
        for name in ("lr", "dt")
    )
    return {"delta": second - first}


def choices(case: Path) -> Figures:
    rows = [json.loads(line) for line in (case / "samples.jsonl").read_text("utf-8").splitlines()]
    chances = []
    for row in rows:
        weights = [math.exp(float(pair[0])) for pair in row["filtered_resps"]]
        chances.append(weights[int(row["target"])] / math.fsum(weights))
    return {"cross_entropy": loss(chances)}


def written(case: Path) -> tuple[Any, Any]:
    frame = pd.read_csv(case / "preds.csv")
    return [literal_eval(cell) for cell in frame["probs"]], frame["label"]


def bracketed(name: str) -> Callable[[Path], tuple[Any, Any]]:
    def read(case: Path) -> tuple[Any, Any]:
        lines = (case / name).read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines], pd.read_csv(case / "y.csv")["priceRange"]

    return read


def loaded(case: Path) -> tuple[Any, Any]:
    return np.load(case / "p.npy"), np.load(case / "y.npy")


def zipped(case: Path) -> Figures:
    with zipfile.ZipFile(case / "preds.csv.zip") as archive:
        (name,) = archive.namelist()
        return complete(pd.read_csv(io.BytesIO(archive.read(name))), "label")


def fasttext(case: Path) -> Figures:
    truth = (case / "y.txt").read_text("utf-8").split()
    lines = [line.split() for line in (case / "out.txt").read_text("utf-8").splitlines()]
    chances = [dict(zip(cells[::2], cells[1::2], strict=True)) for cells in lines]
    return {
        "cross_entropy": loss(float(row[name]) for name, row in zip(truth, chances, strict=True))
    }


def spark(case: Path) -> Figures:
    frame = pd.read_parquet(case / "spark.parquet")
    chances = [cell["values"][1] for cell in frame["probability"]]
    return {
        "cross_entropy": loss(of(frame["label"], 1.0, chances)),
        "trap": loss(of(frame["label"], 1.0, frame["prediction"])),
    }


def npz(case: Path) -> tuple[Any, Any]:
    with np.load(case / "out.npz") as arrays:
        if "y_prob" in arrays:
            return arrays["y_prob"], arrays["y_true"]
        weights = np.exp(arrays["logits"].astype(float))
        return weights / weights.sum(axis=1, keepdims=True), arrays["labels"]


def ludwig(case: Path) -> tuple[Any, Any]:
    order = {"<UNK>": 0, "setosa": 1, "versicolor": 2, "virginica": 3}
    labels = pd.read_csv(case / "y.csv")["class"]
    return pd.read_csv(case / "class_probabilities.csv", header=None), labels.map(order)


def table(
    preds: str, labels: str, *, sep: str, header: int | None = None
) -> Callable[[Path], tuple[Any, Any]]:
    def read(case: Path) -> tuple[Any, Any]:
        return (
            pd.read_csv(case / preds, sep=sep, header=header),
            pd.read_csv(case / labels, header=None),
        )

    return read


def libsvm(case: Path) -> tuple[Any, Any]:
    q = text(case / "out.predict", sep=" ")
    names = ["1", "-1"]
    return q[names], [names.index(name) for name in text(case / "y.csv")["label"]]


def segments(case: Path) -> tuple[Any, Any]:
    q, labels = loaded(case)
    return np.moveaxis(q, 1, 2).reshape(-1, q.shape[1]), labels.ravel()
