"""Odd text files and archives: lists in cells, comments, indices, encodings, empty columns."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from .containers import file_name, write
from .family import AFFIXES, integer, order
from .problem import Draw, Problem, Shape, Table


def _table(draw: Draw, problem: Problem, columns: Any) -> Table:
    prefix, suffix = draw.pick("affix", AFFIXES)
    return [(f"{prefix}{name}{suffix}", problem.column(name)) for name in columns]


def odd_text(draw: Draw) -> Shape:
    """One file with labels, written in one of the odd ways that spreadsheets and scripts have."""
    how = draw.pick(
        "odd text",
        (
            "index",
            "index of both",
            "trailing comma",
            "utf-16",
            "latin-1",
            "zip",
            "sep line",
            "comment lines",
            "text twice",
            "no header",
            "padded with spaces",
            "all quoted",
            "empty last lines",
        ),
    )
    names = draw.names(
        draw.pick("names", ("words", "from 0", "gaps", "pair")), draw.pick("classes", (2, 3))
    )
    if how == "no header":
        names = draw.names("from 0", len(names))
    if how == "latin-1":
        names = ("gehörlos", "gesund")
    problem = draw.problem(names)
    table = _table(draw, problem, names if how == "no header" else order(draw, names))
    said = [integer(name) for name in problem.labels]
    label = ("label", said)
    late = how in {"index", "index of both", "trailing comma", "text twice", "all quoted"}
    name, command = "preds.csv", "xent eval preds.csv"
    files: dict[str, bytes] = {}
    numbers: list[Any] = list(range(problem.n))
    if how == "index":
        data = write([("", numbers), *table, label], "csv")
    elif how == "index of both":
        data = write([("", numbers), *table], "csv")
        files, command = (
            {"y.csv": write([("", numbers), label], "csv")},
            "xent eval preds.csv y.csv",
        )
    elif how == "trailing comma":
        data = write([*table, label, ("", [""] * problem.n)], "csv")
    elif how == "utf-16":
        data = write([*table, label], "tab").decode().encode("utf-16")
        name, command = "preds.txt", "xent eval preds.txt"
    elif how == "latin-1":
        data = write([*table, label], "csv").decode().encode("cp1252")
    elif how == "zip":
        data = _zip(write([*table, label], "csv"))
        name, command = "preds.csv.zip", "xent eval preds.csv.zip"
    elif how == "sep line":
        data = b"sep=;\n" + write([*table, label], "semicolon")
    elif how == "comment lines":
        data = b"# model 7, 2024-05-01\n# fold 3\n" + write([*table, label], "csv")
    elif how == "text twice":
        words: list[Any] = [f"text {i}" for i in numbers]
        data = write([("Tweet", words), ("Tweet", words), *table, label], "csv")
    elif how == "no header":
        data = write([*table, label], "csv", header=False)
    elif how == "padded with spaces":
        body = write([*table, label], "csv").decode()
        data = body.replace(",", ", ").encode()
    elif how == "all quoted":
        rows = write([*table, label], "tab").decode().splitlines()
        quoted = [",".join(f'"{cell}"' for cell in row.split("\t")) for row in rows]
        data = ("\n".join(quoted) + "\n").replace('""', '"').encode()
    else:
        data = write([*table, label], "csv") + b"\n\n"
    return Shape(
        kind=f"odd text: {how}",
        files={name: data, **files},
        command=command,
        figures=(problem.cross_entropy(),),
        refusal="late" if late else "fine",
        tags=dict(draw.tags),
    )


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("preds.csv", (2024, 5, 1, 0, 0, 0)), data)
    return out.getvalue()


def pairs_and_lists(draw: Draw) -> Shape:
    """Cells that hold lists as text, pairs of name and probability, Weka's marked columns."""
    how = draw.pick(
        "cells", ("python list", "numpy list", "autopilot", "fasttext", "weka", "huggingface")
    )
    names = (
        draw.names("words", 3)
        if how in {"autopilot", "fasttext", "weka"}
        else draw.names("from 0", 3)
    )
    problem = draw.problem(names, decimals=4)
    figure, n = problem.cross_entropy(), problem.n
    floats = [[float(p) for p in row] for row in problem.rows]
    label: Any = ("label", [integer(name) for name in problem.labels])
    files: dict[str, bytes]
    command = "xent eval preds.csv"
    if how in {"python list", "numpy list"}:
        texts = [str(row) if how == "python list" else str(row).replace(",", "") for row in floats]
        files = {"preds.csv": write([("id", list(range(n))), label, ("probs", texts)], "csv")}
    elif how == "autopilot":
        table: Table = [
            ("predicted_label", problem.guesses),
            ("probability", list(problem.confidences)),
            ("probabilities", [str(row) for row in floats]),
            ("labels", [str(list(names))] * n),
        ]
        files = {
            "preds.csv": write(table, "csv"),
            "y.csv": write([("species", problem.labels)], "csv"),
        }
        command = "xent eval preds.csv y.csv"
    elif how == "fasttext":
        lines = []
        for row in floats:
            ranked = sorted(zip(row, names, strict=True), reverse=True)
            lines.append(" ".join(f"__label__{name} {p}" for p, name in ranked))
        files = {
            "out.txt": ("\n".join(lines) + "\n").encode(),
            "y.txt": "".join(f"__label__{name}\n" for name in problem.labels).encode(),
        }
        command = "xent eval out.txt y.txt"
    elif how == "weka":
        lines = ["inst#,actual,predicted,error,distribution"]
        for i, (row, at) in enumerate(zip(floats, problem.truth, strict=True)):
            best = row.index(max(row))
            spread = ",".join(f"*{p}" if c == best else str(p) for c, p in enumerate(row))
            wrong = "" if best == at else "+"
            lines.append(f"{i + 1},{at + 1}:{names[at]},{best + 1}:{names[best]},{wrong},{spread}")
        files = {"preds.csv": ("\n".join(lines) + "\n").encode()}
    else:
        ranked_rows = [
            sorted(
                ({"label": f"LABEL_{c}", "score": p} for c, p in enumerate(row)),
                key=lambda x: -x["score"],
            )
            for row in floats
        ]
        files = {"preds.jsonl": write([("scores", ranked_rows), label], "jsonl")}
        command = "xent eval preds.jsonl"
    return Shape(
        kind=f"cells: {how}",
        files=files,
        command=command,
        figures=(figure,),
        refusal="fine",
        tags=dict(draw.tags),
    )


def wide_table(draw: Draw) -> Shape:
    """A table with names of several models' guesses, but one family of probabilities only."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "from 1")), draw.pick("classes", (2, 3))
    )
    problem = draw.problem(names)
    rng = draw.rng
    guesses = [
        (f"{model}_pred", [integer(rng.choice(problem.names)) for _ in problem.rows])
        for model in ("svm", "knn")
    ]
    table = [*_table(draw, problem, order(draw, names)), *guesses]
    table.append(("y_true", [integer(name) for name in problem.labels]))
    container = draw.pick("container", ("csv", "jsonl", "parquet"))
    name = file_name("preds", container)
    return Shape(
        kind="guesses of several models",
        files={name: write(table, container)},
        command=f"xent eval {name}",
        figures=(problem.cross_entropy(),),
        tags=dict(draw.tags),
    )
