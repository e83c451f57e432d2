"""Types: the words that options are made of, with the standard library alone."""

from __future__ import annotations

from typing import Literal

from xent_cli.schema import file_formats

Scale = Literal["probs", "logits", "logprobs"]


DEFAULT_EPS = 2.0**-52


Mode = Literal["binary", "categorical", "sparse"]


RowSums = Literal["check", "renormalize", "ignore"]


Invalid = Literal["error", "drop"]


Align = Literal["name", "position", "value"]


Unit = Literal["nats", "bits", "hartleys"]


Unmatched = Literal["error", "drop"]


Header = Literal["auto", "yes", "no"]


InputFormat = file_formats.InputFormat


Engine = Literal["local", "dask", "ray", "spark"]


LARGEST_WEIGHT = 1e70
"""Squares of a row weight times a class weight times a loss must stay far below overflow."""


Where = Literal["correct", "wrong"]


Sort = Literal["loss", "share", "n", "name"]
