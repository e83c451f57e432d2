"""Session: models and labels that were opened and planned, and how they are to be read."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.open import open_source
from xent_cli.io.source import Source
from xent_cli.io.threads import available_cpus
from xent_cli.pipeline.infer import make_plan
from xent_cli.pipeline.operand import split_operand
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.sides import join_of
from xent_cli.schema.class_names import match_columns
from xent_cli.schema.options import EvalOptions, Execution
from xent_cli.schema.types import Header

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join


@dataclass(frozen=True)
class Session:
    """One model or several, the labels, everything decided about them, and how they are read.

    Attributes
    ----------
    plans : tuple of Plan
        One a model, all with the same labels; the first says what the others are to be like.
    execution : Execution
    """

    plans: tuple[Plan, ...]
    execution: Execution

    @classmethod
    def open(
        cls,
        models: Sequence[Any],
        labels: Any,
        options: EvalOptions,
        execution: Execution,
        columns: Mapping[str, Any] | None = None,
    ) -> Self:
        """Open the predictions of each model, and the labels, and plan how to read them.

        Parameters
        ----------
        models : sequence of path or data
        labels : path or data, optional
            Without them the first model's input holds the labels.
        columns : mapping of str to values, optional
            Columns that stand in no input, to be put beside the labels.

        Raises
        ------
        InputError
            If one cannot be opened, or they do not fit together, or leave a choice open.
        SignatureError
            If the rules for two models cannot be made the same.
        """
        split = [split_operand(model) for model in models]
        inputs, said = [data for data, _ in split], [names for _, names in split]
        if any(said) and options.pred_cols:
            raise UsageError(
                f"{option('pred_cols')}: there are also columns after a #.",
                hint="Give the columns only once.",
            )
        sources, label_source = open_inputs(inputs, labels, options, columns or {})
        return cls(tuple(plan_models(sources, label_source, options, said)), execution)

    @property
    def jobs(self) -> int:
        """How many threads or processes work."""
        return self.execution.jobs or available_cpus()

    @cached_property
    def join(self) -> Join | None:
        """All inputs but the first, read and held, if rows are found by an id."""
        return join_of(self.plans, self.plans[0].spec.unmatched, self.jobs)

    @property
    def at_hand(self) -> bool:
        """Whether any part of all inputs can be read at once, from files of this machine."""
        return all(plan.at_hand for plan in self.plans)

    def only(self, index: int) -> Session:
        """Return the session of one model."""
        if len(self.plans) == 1:
            return self
        plan = self.plans[index]
        if plan.preds is plan.labels:  # There is nothing to join it with.
            plan = replace(plan, spec=replace(plan.spec, unmatched=None))
        return replace(self, plans=(plan,))

    def require_unchanged(self) -> None:
        """Raise BrokenFileError if an input is another than when it was opened."""
        for plan in self.plans:
            plan.require_unchanged()


def open_inputs(
    models: Sequence[Any], labels: Any, options: EvalOptions, columns: Mapping[str, Any]
) -> tuple[list[Source], Source]:
    """Open the predictions of each model, and their labels.

    Without `labels` the first model's input holds them too, and is the same source.

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
            encoding=options.encoding,
        )

    if sum(isinstance(data, str) and data == "-" for data in (*models, labels)) > 1:
        raise UsageError("Only one input can be standard input.")
    if options.id_col is None and not all(isinstance(model, str) for model in models):
        from xent_cli.io.formats.in_memory import require_same_index

        for model in models:
            require_same_index(model, labels)
    sources = [opened(model, "preds", options.header) for model in models]
    at = _holder(models, labels)
    if labels is not None and options.labels_header not in (None, options.header):
        at = None  # It is to be read in two ways.
    if at is not None:
        label_source = sources[at]
    else:
        label_source = opened(labels, "labels", options.labels_header or options.header)
    for name, values in columns.items():
        from xent_cli.io.formats.in_memory import with_column

        label_source = with_column(label_source, str(name), values)
    if at is not None:
        sources[at] = label_source
    return sources, label_source


def _holder(models: Sequence[Any], labels: Any) -> int | None:
    """Return which model's input holds the labels: the first, unless they are named."""
    if labels is None:
        return 0
    paths = [os.fspath(data) if isinstance(data, str | os.PathLike) else "" for data in models]
    for at, model in enumerate(models):
        if model is labels or _is_same_file(paths[at], labels):
            return at
    return None


def _is_same_file(path: str, other: Any) -> bool:
    with suppress(OSError, ValueError):  # No file of this machine.
        return isinstance(other, str | os.PathLike) and os.path.samefile(path, other)
    return False


def plan_models(
    sources: Sequence[Source],
    labels: Source,
    options: EvalOptions,
    said: Sequence[tuple[str, ...]],
) -> list[Plan]:
    """Plan each model as the first is planned: the same label columns, the same order of classes.

    `said` are the prediction columns that users named for a model alone, if they did.

    Raises
    ------
    SignatureError
        If their rules cannot be made the same.
    """

    def planned(plan: Plan) -> Plan:
        """Return the plan of a model, whose input may have labels like those of another one."""
        if plan.preds is labels and len(sources) > 1 and plan.roles.id is not None:
            return replace(plan, spec=replace(plan.spec, unmatched=options.unmatched))
        if plan.preds is labels or labels not in sources:
            return plan
        from xent_cli.pipeline.repeated_labels import with_own_labels

        return with_own_labels(plan, options)

    first = planned(make_plan(sources[0], labels, _with_columns(options, said[0])))
    plans = [first]
    shared = replace(options, label_col=first.roles.labels, by=first.spec.by)
    names = first.roles.preds
    for source, columns in zip(sources[1:], said[1:], strict=True):
        alike = source.named and len(names) > 1 and set(names) <= set(source.names())
        own = _with_columns(shared, columns or (names if alike else ()))
        plan = planned(in_order(make_plan(source, labels, own), names, own))
        first.spec.require_equal(plan.spec)
        plans.append(plan)
    return plans


def _with_columns(options: EvalOptions, columns: tuple[str, ...]) -> EvalOptions:
    return replace(options, pred_cols=columns) if columns else options


def in_order(plan: Plan, names: Sequence[str], options: EvalOptions) -> Plan:
    """Return a plan whose prediction columns stand in the order of `names`, if they match them."""
    own = plan.roles.preds
    if not plan.preds.named or len(own) != len(names) or len(own) < 2:
        return plan
    order = match_columns(names, own)
    if order is None or order == list(range(len(order))):
        return plan
    columns = tuple(own[index] for index in order)
    return make_plan(plan.preds, plan.labels, replace(options, pred_cols=columns))
