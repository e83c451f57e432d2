"""Choices: what callers of the Python API may say, as options and opened inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from xent_cli.errors import UsageError
from xent_cli.io.formats.in_memory import require_same_index, with_column
from xent_cli.io.open import open_source
from xent_cli.io.source import Source
from xent_cli.schema.class_names import read_class_names, require_distinct
from xent_cli.schema.options import Options
from xent_cli.schema.types import (
    DEFAULT_EPS,
    Header,
    InputFormat,
    Invalid,
    Mode,
    RowSums,
    Scale,
    Unmatched,
)


class Choices(TypedDict, total=False):
    """Arguments that evaluating, comparing and gating share; `xent_cli.evaluate` explains them."""

    pred_cols: str | Sequence[str]
    label_col: str | Sequence[str]
    weight: Any
    cluster: Any
    id_col: str | None
    unmatched: Unmatched
    by: Any
    mode: Mode | None
    scale: Scale
    eps: float
    row_sums: RowSums
    invalid: Invalid
    base: str | int
    classes: str | Sequence[str] | None
    positive: str | None
    label_base: int | None
    class_weights: str | Mapping[str, float] | Sequence[float] | None
    ignore_label: Any
    label_smoothing: float
    input_format: InputFormat | None
    delimiter: str | None
    header: Header
    labels_header: Header | None


def read_options(choices: Choices) -> Options:
    """Check choices and return them as options.

    Raises
    ------
    UsageError, ClassesError
    """
    positive = choices.get("positive")
    return Options(
        pred_cols=listed(choices.get("pred_cols", ())),
        label_cols=listed(choices.get("label_col", ())),
        weight=_column(choices, "weight"),
        cluster=_column(choices, "cluster"),
        id=choices.get("id_col"),
        unmatched=choices.get("unmatched", "error"),
        by=listed(choices.get("by", ())),
        mode=choices.get("mode"),
        scale=choices.get("scale", "probs"),
        eps=choices.get("eps", DEFAULT_EPS),
        row_sums=choices.get("row_sums", "check"),
        invalid=choices.get("invalid", "error"),
        base=str(choices.get("base", "e")),
        classes=_class_names(choices.get("classes")),
        positive=None if positive is None else str(positive),
        label_base=choices.get("label_base"),
        class_weights=choices.get("class_weights"),
        ignore_labels=tuple(str(label) for label in listed(choices.get("ignore_label", ()))),
        label_smoothing=choices.get("label_smoothing", 0.0),
    )


def open_inputs(
    models: Sequence[Any], labels: Any, choices: Choices
) -> tuple[list[Source], Source]:
    """Open the predictions of one or more models, and their labels.

    Without `labels` the first model's input holds them too, and is the same source.

    Raises
    ------
    InputError
        If one cannot be opened.
    UsageError
        If two are standard input.
    """
    header = choices.get("header", "auto")

    def opened(data: Any, role: str, head: Header) -> Source:
        return open_source(
            data,
            role,
            input_format=choices.get("input_format"),
            delimiter=choices.get("delimiter"),
            header=head,
        )

    if sum(isinstance(data, str) and data == "-" for data in (*models, labels)) > 1:
        raise UsageError("Only one of PREDS and LABELS can be standard input.")
    if choices.get("id_col") is None:
        for model in models:
            require_same_index(model, labels)
    sources = [opened(model, "preds", header) for model in models]
    if labels is None:
        label_source = sources[0]
    else:
        label_source = opened(labels, "labels", choices.get("labels_header") or header)
    for name in ("weight", "cluster"):
        values = choices.get(name)
        if values is not None and not isinstance(values, str):
            label_source = with_column(label_source, name, values)
    by = choices.get("by")
    for name, values in by.items() if isinstance(by, Mapping) else ():
        label_source = with_column(label_source, str(name), values)
    if labels is None:
        sources[0] = label_source
    return sources, label_source


def listed(value: Any) -> tuple[Any, ...]:
    """Return several values as a tuple, and a single one as a tuple of it.

    Examples
    --------
    >>> listed("p_*"), listed(["a", "b"]), listed(None)
    (('p_*',), ('a', 'b'), ())
    """
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _column(choices: Choices, name: str) -> str | None:
    value: Any = choices.get(name)
    return value if value is None or isinstance(value, str) else name


def _class_names(classes: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if classes is None or isinstance(classes, str):
        return None if classes is None else read_class_names(classes)
    return require_distinct([str(name) for name in classes])
