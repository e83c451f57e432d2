"""Refusal: what to say where no interpretation stands, or several do."""

from __future__ import annotations

from xent_cli.errors import ColumnError, InputError, UsageError
from xent_cli.metrics.rows.measure import measure
from xent_cli.pipeline.interpretation.choice import Choice, ambiguous
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.plan import Plan, line_up_roles


def refuse(question: Question, choice: Choice, plan: Plan | None = None) -> InputError | UsageError:
    """Return the error for columns that cannot be read as one thing."""
    if choice.open:
        return ambiguous(question, choice.open, ())
    if plan is None or choice.doomed is None:
        return _nothing(question)
    preds, labels = next(line_up_roles(plan.preds, plan.labels, plan.roles, 1 << 16))
    try:
        measure(plan.batch(preds, labels), plan.spec)
    except InputError as error:
        return error
    return choice.doomed.error or ColumnError("These columns cannot be read as predictions.")


def _nothing(question: Question) -> InputError | UsageError:
    """Say what is missing: numbers to be predictions, or a column to be labels."""
    ours, theirs = question.preds.source, question.labels.source
    numbers = [name for name in question.pred_pool() if question.is_number(name)]
    lists = [name for name in question.pred_pool() if question.preds.kind(name) == "list"]
    if not numbers and not lists:
        return ColumnError(
            f"{ours.path} has no column of numbers to take for predictions "
            f"(its columns: {', '.join(ours.names()[:10])}).",
            hint="Name them with --pred-cols.",
        )
    names = ", ".join(theirs.names()[:10])
    return ColumnError(
        f"Which of the columns {names} holds the labels?", hint="Name it with --label-col."
    )
