"""Types: the words that options are made of, with the standard library alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from xent_cli.schema import file_formats

Scale = Literal["probs", "logits", "logprobs", "percent"]
Mode = Literal["binary", "categorical", "sparse"]
RowSums = Literal["check", "renormalize", "ignore"]
LabelSums = Literal["check", "renormalize"]
Invalid = Literal["error", "drop"]
Unmatched = Literal["error", "drop"]
Align = Literal["name", "position", "value"]
Base = Literal["e", "2", "10"]
Unit = Literal["nats", "bits", "hartleys"]

InputFormat = file_formats.InputFormat
Header = Literal["auto", "yes", "no"]

Engine = Literal["local", "dask", "ray", "spark"]
Outcome = Literal["pass", "fail", "inconclusive"]
Where = Literal["correct", "wrong"]
Sort = Literal["loss", "share", "n", "name"]
Color = Literal["auto", "always", "never"]

Hold = Callable[[Iterator[Any]], Any]
"""What long lists are made with: ``list``, or ``iter`` for nothing that takes memory."""

DEFAULT_EPS = 2.0**-52
LARGEST_WEIGHT, LARGEST_CLASS_WEIGHT = 1e50, 1e10
"""The fifth power of a row weight times a class weight must stay below overflow."""

TOOLS = (
    "sklearn",
    "sklearn-float32",
    "sklearn-float16",
    "sklearn-1.1",
    "torch-nll",
    "torch-soft",
    "torch-bce",
    "keras",
    "keras-metric",
    "xgboost",
    "lightgbm",
    "spark",
)
"""Names of other tools whose numbers `xent_cli.metrics.compat` knows. That needs NumPy."""
