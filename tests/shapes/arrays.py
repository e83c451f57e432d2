"""Families in one column or none: lists, structs, maps, matrices and text without names."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .containers import arrow_map, file_name, nest, npy, npz, spark_vectors, write
from .family import integer
from .problem import INTEGERS, TEXTS, Draw, Problem, Shape, Table

KINDS = (*TEXTS, *INTEGERS)


NESTED = (
    "list",
    "struct",
    "label and score",
    "classes and scores",
    "map",
    "spark",
    "zero-shot",
    "list without order",
)


def nested(draw: Draw) -> Shape:
    """One column that holds the family: Spark, Hugging Face, spaCy, BigQuery, Vertex AI."""
    how = draw.pick("nested", NESTED)
    container = {"map": "parquet", "spark": "parquet"}.get(how) or draw.pick(
        "container", ("jsonl", "json", "parquet", "arrow")
    )
    positions = how in {"list", "spark"}
    names = draw.names(
        "from 0" if positions else draw.pick("names", KINDS), draw.pick("classes", (2, 3, 4))
    )
    problem = draw.problem(names, decimals=4)
    if how in {"zero-shot", "list without order"}:
        return _ranked_lists(draw, problem, container) if how == "zero-shot" else _unnamed(draw)
    cells: Any = (
        arrow_map(names, problem.rows)
        if how == "map"
        else spark_vectors(problem.rows)
        if how == "spark"
        else nest(how, names, problem.rows)
    )
    head = {"list": "probs", "struct": "cats", "map": "scores", "spark": "probability"}.get(
        how, "prediction"
    )
    label = "label" if head != "prediction" else "truth"
    table: Table = [("text", [f"t{i}" for i in range(problem.n)])]
    table += [(label, [integer(name) for name in problem.labels]), (head, cells)]
    if how == "spark":
        table[1] = (label, [float(name) for name in problem.labels])
        table += [("prediction", [float(name) for name in problem.guesses])]
    name = file_name("preds", container)
    return Shape(
        kind="nested",
        files={name: write(table, container)},
        command=f"xent eval {name}",
        figures=(problem.cross_entropy(),),
        refusal="late" if how in {"list", "struct"} else "fine",
        others=(f"xent eval {name} --label-col {label} --pred-cols {head}",),
        tags=dict(draw.tags),
    )


def _ranked_lists(draw: Draw, problem: Problem, container: str) -> Shape:
    """Return lists of labels and scores, each row ranked by itself (Hugging Face, zero-shot)."""
    rows = [
        sorted(zip(map(float, row), problem.names, strict=True), reverse=True)
        for row in problem.rows
    ]
    table: Table = [
        ("sequence", [f"t{i}" for i in range(problem.n)]),
        ("labels", [[name for _, name in row] for row in rows]),
        ("scores", [[p for p, _ in row] for row in rows]),
        ("truth", [integer(name) for name in problem.labels]),
    ]
    name = file_name("preds", container)
    return Shape(
        kind="nested: ranked lists",
        files={name: write(table, container)},
        command=f"xent eval {name}",
        figures=(problem.cross_entropy(),),
        refusal="fine",
        others=(f"xent eval {name} --label-col truth --pred-cols scores",),
        tags=dict(draw.tags),
    )


def _unnamed(draw: Draw) -> Shape:
    """Return lists of probabilities beside labels that are words: no order is known."""
    problem = draw.problem(draw.names("words", 3), decimals=4)
    table: Table = [("probs", nest("list", problem.names, problem.rows)), ("label", problem.labels)]
    return Shape(
        kind="nested: no order",
        files={"preds.jsonl": write(table, "jsonl")},
        command="xent eval preds.jsonl",
        figures=(),
        refusal="only",
        tags=dict(draw.tags),
    )


def matrices(draw: Draw) -> Shape:
    """Matrices without names: npy, npz, text without a header (Keras, torch, LightGBM, sktime)."""
    k = draw.pick("classes", (2, 3, 5))
    problem = draw.problem(draw.names("from 0", k), decimals=4)
    q = np.array([[float(p) for p in row] for row in problem.rows])
    y = np.array(problem.truth)
    hot = np.eye(k)[y]
    files: dict[str, bytes]
    how = draw.pick(
        "matrix",
        (
            "npy",
            "npy column",
            "npy one-hot",
            "npy bool",
            "npz",
            "csv",
            "tab",
            "spaces",
            "bracketed",
            "logits",
            "npy from 1",
            "words",
            "header on one",
        ),
    )
    command, refusal = "xent eval p.npy y.npy", "late"
    if how == "words":
        words = [("cat", "dog", "fox", "gnu", "jay")[at] for at in problem.truth]
        body = "\n".join(",".join(row) for row in problem.rows) + "\n"
        return Shape(
            kind="matrices of words",
            files={"preds.csv": body.encode(), "y.csv": _lines(["class", *words])},
            command="xent eval preds.csv y.csv",
            figures=(),
            refusal="only",
            tags=dict(draw.tags),
        )
    if how == "header on one":
        table: Table = [(name, problem.column(name)) for name in problem.names]
        files = {"preds.csv": write(table, "csv"), "y.txt": _lines(list(y))}
        command = "xent eval preds.csv y.txt"
    elif how == "npy from 1":
        files, refusal = {"p.npy": npy(q), "y.npy": npy(y + 1)}, "fine"
    elif how.startswith("npy"):
        shaped = {"npy": y, "npy column": y[:, None], "npy one-hot": hot, "npy bool": hot > 0.5}
        files = {"p.npy": npy(q), "y.npy": npy(shaped[how])}
    elif how == "npz":
        files = {"out.npz": npz(y_true=y, y_pred=q.argmax(axis=1), y_prob=q)}
        command = "xent eval out.npz"
    elif how == "logits":
        raw = (np.log(q + 1e-3) + draw.rng.random()).astype(np.float32)
        files = {"out.npz": npz(logits=raw, labels=y)}
        command = "xent eval out.npz --from logits"
        wide = raw.astype(float)
        figure = float(np.mean(np.log(np.exp(wide).sum(axis=1)) - wide[np.arange(len(y)), y]))
        return Shape(
            kind="matrices", files=files, command=command, figures=(figure,), tags=dict(draw.tags)
        )
    elif how == "bracketed":
        lines = [json.dumps([float(p) for p in row]) for row in problem.rows]
        files = {"preds.csv": ("\n".join(lines) + "\n").encode(), "y.csv": _lines(["y", *y])}
        command, refusal = "xent eval preds.csv y.csv", "fine"
    else:
        between = {"csv": ",", "tab": "\t", "spaces": " "}[how]
        body = "\n".join(between.join(row) for row in problem.rows) + "\n"
        files = {"preds.txt": body.encode(), "y.txt": _lines(list(y))}
        command = "xent eval preds.txt y.txt"
    return Shape(
        kind="matrices",
        files=files,
        command=command,
        figures=(problem.cross_entropy(),),
        refusal="fine" if refusal == "fine" else "late",
        tags=dict(draw.tags),
    )


def _lines(values: list[Any]) -> bytes:
    return "".join(f"{value}\n" for value in values).encode()
