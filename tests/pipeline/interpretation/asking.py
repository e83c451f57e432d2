"""Asking: tables written as text become the question which of their columns is what."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd

from xent_cli.io.formats.in_memory import wrap_object
from xent_cli.pipeline.infer import ask
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.roles import named_columns


def table(text: str) -> pd.DataFrame:
    """Read rows with semicolons between, the names first: `p_a p_b; 0.7 0.3; 0.4 0.6`."""
    return pd.read_csv(io.StringIO(text.replace("; ", "\n")), sep=" ")


def question(preds: Any, labels: Any = None, **options: Any) -> Question:
    """Ask about predictions and labels, as text or arrays; without labels they are in one input."""
    ours, theirs = (
        None if data is None else wrap_object(table(data) if isinstance(data, str) else data, role)
        for data, role in ((preds, "preds"), (labels, "labels"))
    )
    assert ours is not None
    said = EvalOptions(**options)
    named = named_columns(
        ours.columns,
        None if theirs is None else theirs.columns,
        pred_cols=said.pred_cols,
        label_cols=said.label_col,
    )
    return ask(ours, theirs or ours, named, said)


def chosen(preds: Any, labels: Any = None, **options: Any) -> Interpretation:
    """Return the interpretation that is taken."""
    found = choose(question(preds, labels, **options))
    assert found.chosen is not None, found
    return found.chosen


def classes_of(reading: Interpretation, labels: Any) -> list[int]:
    """Return the position of the class that each label of a column names."""
    values = wrap_object(pd.DataFrame({"y": labels}), "labels")
    block = next(values.blocks({"y": "label"}))
    return [int(code) for code in reading.index.encode(block.label("y"))]


THREE = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]])
