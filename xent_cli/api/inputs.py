"""Inputs: what callers of the Python functions say, as options and opened inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from xent_cli.errors import UsageError
from xent_cli.io.formats.in_memory import require_same_index, with_column
from xent_cli.io.open import open_source
from xent_cli.io.source import Source
from xent_cli.schema.class_names import read_class_names, require_distinct
from xent_cli.schema.declared import options_of
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.types import Header

Declared = TypeVar("Declared")


def read(declared: type[Declared], said: Mapping[str, Any]) -> Declared:
    """Make options out of the arguments of a call, of which others may be its own.

    One value stands for a sequence of one, and what is a text may be a number.

    Raises
    ------
    UsageError
    """
    values = {}
    for item in options_of(declared):
        if item.name in said:
            value = said[item.name]
            values[item.name] = tuple(map(str, listed(value))) if item.repeats else value
    return declared(**values)


def read_options(said: Mapping[str, Any]) -> EvalOptions:
    """Make options of the arguments of a call; values in place of a column get its name.

    Raises
    ------
    UsageError, ClassesError
    """
    weights = said["class_weights"]
    changed = {
        "class_weights": weights
        if isinstance(weights, str | Mapping)
        else list(weights)
        if weights is not None
        else None,
        "base": str(said["base"]),
        "classes": _class_names(said["classes"]),
        "positive": None if said["positive"] is None else str(said["positive"]),
    }
    for name in ("weight", "cluster"):
        changed[name] = said[name] if isinstance(said[name], str | None) else name
    return read(EvalOptions, {**said, **changed})


def given_columns(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that callers give as values, by name: weights, clusters and slices."""
    beside = {name: said[name] for name in ("weight", "cluster")}
    found = {name: v for name, v in beside.items() if not isinstance(v, str | None)}
    by = said.get("by")
    return {**found, **(dict(by) if isinstance(by, Mapping) else {})}


def open_inputs(
    models: Sequence[Any], labels: Any, options: EvalOptions, columns: Mapping[str, Any]
) -> tuple[list[Source], Source]:
    """Open the predictions of one or more models, and their labels.

    Without `labels` the first model's input holds them too, and is the same source.

    Parameters
    ----------
    columns : mapping of str to values
        Columns that stand in no input, to be put beside the labels.

    Raises
    ------
    InputError
        If one cannot be opened.
    UsageError
        If two are standard input.
    """

    def opened(data: Any, role: str, head: Header) -> Source:
        return open_source(
            data,
            role,
            input_format=options.input_format,
            delimiter=options.delimiter,
            header=head,
        )

    if sum(isinstance(data, str) and data == "-" for data in (*models, labels)) > 1:
        raise UsageError("Only one input can be standard input.")
    if options.id_col is None:
        for model in models:
            require_same_index(model, labels)
    sources = [opened(model, "preds", options.header) for model in models]
    if labels is None:
        label_source = sources[0]
    else:
        label_source = opened(labels, "labels", options.labels_header or options.header)
    for name, values in columns.items():
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


def _class_names(classes: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if classes is None or isinstance(classes, str):
        return None if classes is None else read_class_names(classes)
    return require_distinct([str(name) for name in classes])
