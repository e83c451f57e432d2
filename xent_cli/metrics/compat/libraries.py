"""Libraries: the cross entropies of others by name, and what sets their numbers apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.losses import (
    Given,
    Number,
    Reals,
    bce_rows,
    keras_rows,
    lightgbm_rows,
    nll_rows,
    old_sklearn_rows,
    sklearn_rows,
    soft_nll_rows,
    spark_rows,
    xgboost_rows,
)
from xent_cli.schema.spec import Spec


@dataclass(frozen=True, slots=True)
class Tool:
    """A function of another library that computes a cross entropy.

    Attributes
    ----------
    name : str
        What the option `compat` calls it.
    call : str
        The function.
    why : str
        What sets its number apart.
    rows : callable
        The loss of each row, (n,).
    number : type
        The type of its arithmetic, and so the digits of its result.
    soft : {"never", "alone", "always"}
        Whether it takes label distributions; ``"alone"``: if there is one column.
    multilabel : bool
        Whether it takes several labels per row.
    strict : bool
        Whether it refuses values outside of 0 to 1.
    needs_all : bool
        Whether it refuses labels among which a class does not occur.
    divisor : {"weight", "rows", "read"}
        What the sum is divided by: the weights; the rows, weighted or not; or all rows, the ignored
        ones too (weights, if no rows are ignored).
    weighs : bool
        Whether `rows` has multiplied class weights in already.
    products : type
        The type of a weight times a loss.
    weighted_number : type, optional
        The type of its result where rows are weighted, if that is another.
    """

    name: str
    call: str
    why: str
    rows: Callable[[Given], Reals]
    number: Number
    soft: Literal["never", "alone", "always"] = "never"
    multilabel: bool = False
    strict: bool = False
    needs_all: bool = False
    divisor: Literal["weight", "rows", "read"] = "weight"
    weighs: bool = False
    products: Number = np.float64
    weighted_number: Number | None = None

    def unfit(self, spec: Spec) -> str:
        """Say why there is no such number for an evaluation, or ""."""
        if spec.multilabel and not self.multilabel:
            return "takes one label per row"
        if spec.class_weights is not None and self.name == "torch-bce":
            return "takes no class weights"
        if self.divisor == "read" and spec.ignore and spec.weighted:
            return "also divides by the weights of ignored rows, which xent does not read"
        return ""


def _tools() -> Mapping[str, Tool]:
    float64, float32, float16 = np.float64, np.float32, np.float16
    log_loss = "sklearn.metrics.log_loss"
    tools = (
        Tool(
            "sklearn",
            f"{log_loss}, float64",
            "clips to 2.2e-16 and 1 - 2.2e-16; columns are the sorted labels",
            sklearn_rows(float64),
            float64,
            strict=True,
            needs_all=True,
        ),
        Tool(
            "sklearn-float32",
            f"{log_loss}, float32",
            "clips to 1.2e-07, the eps of the type; columns are the sorted labels",
            sklearn_rows(float32),
            float32,
            strict=True,
            needs_all=True,
            weighted_number=float64,
        ),
        Tool(
            "sklearn-float16",
            f"{log_loss}, float16",
            "clips to 9.8e-04, the eps of the type; columns are the sorted labels",
            sklearn_rows(float16),
            float16,
            strict=True,
            needs_all=True,
            weighted_number=float64,
        ),
        Tool(
            "sklearn-1.1",
            f"{log_loss} before 1.2",
            "clips to 1e-15, divides rows by their sum; columns are the sorted labels",
            old_sklearn_rows,
            float64,
            needs_all=True,
        ),
        Tool(
            "torch-nll",
            "torch nll_loss(log(q)), or cross_entropy of logits; classes as indices",
            "float32; no clipping: probability 0 for the true class costs infinity",
            nll_rows,
            float32,
            products=float32,
        ),
        Tool(
            "torch-soft",
            "torch cross_entropy(log(q)), classes as probabilities",
            "float32; divides rows by their sum; class weights in the numerator only; "
            "0 * inf is NaN",
            soft_nll_rows,
            float32,
            products=float32,
            soft="always",
            divisor="rows",
            weighs=True,
        ),
        Tool(
            "torch-bce",
            "torch BCELoss",
            "float32; each column is a separate task; clamps logarithms at -100",
            bce_rows,
            float32,
            products=float32,
            soft="always",
            multilabel=True,
            strict=True,
            divisor="rows",
        ),
        Tool(
            "keras",
            "keras CategoricalCrossentropy or BinaryCrossentropy, as a loss",
            "float32; divides rows by their sum, clips to 1e-07; weights in the numerator only",
            keras_rows,
            float32,
            products=float32,
            soft="always",
            multilabel=True,
            divisor="rows",
        ),
        Tool(
            "keras-metric",
            "the same, as a metric",
            "float32; divides rows by their sum, clips to 1e-07; ignored rows count in "
            "the denominator",
            keras_rows,
            float32,
            products=float32,
            soft="always",
            multilabel=True,
            divisor="read",
        ),
        Tool(
            "xgboost",
            "XGBoost mlogloss or logloss",
            "float32; clips to 1e-16",
            xgboost_rows,
            float64,
            products=float32,
            soft="alone",
        ),
        Tool(
            "lightgbm",
            "LightGBM multi_logloss or binary_logloss",
            "clips to 1e-15; any binary label above 0 is 1",
            lightgbm_rows,
            float64,
            soft="alone",
        ),
        Tool(
            "spark",
            "Spark MulticlassClassificationEvaluator, logLoss",
            "clips to 1e-15 at both ends",
            spark_rows,
            float64,
        ),
    )
    return {tool.name: tool for tool in tools}


TOOLS = _tools()
"""The tools by name."""
