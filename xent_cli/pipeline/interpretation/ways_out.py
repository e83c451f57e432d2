"""Ways out: what predictions may be that are no probabilities, tried on the first rows.

Only what the values allow is named. Nothing is, if neither the labels nor their own names say that
the columns are predictions at all: features come with every scale, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from xent_cli.errors import option
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.choice import choose
from xent_cli.pipeline.interpretation.evidence import TO_NATURAL, log_base
from xent_cli.pipeline.interpretation.families import rank_of_name
from xent_cli.pipeline.interpretation.question import Question, rank_of_label
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.schema.class_names import as_number
from xent_cli.schema.types import LabelSums, RowSums, Scale

_LOGITS = re.compile(r"logit|margin|raw|decision|activation", re.IGNORECASE)
_PERCENT = 101.0
_FAR = 20.0
"""Percentages go beyond it; odds hardly do, and have many values below 1."""


def ways_out(question: Question, reading: Interpretation) -> str:
    """Return the ways to read columns whose values are no probabilities; empty if there is none.

    Each was tried: it leads to a reading of the same columns.
    """
    q = question.preds.matrix(reading.preds)
    if q is None or not _are_predictions(question, reading):
        return ""
    known = q[:, np.isfinite(q).all(axis=0)]
    if question.preds.divisor == 1 and (base := log_base(known)) is not None:
        return f"They look like logarithms to base {base}. {TO_NATURAL[base]}"
    if not known.size or question.options.scale != "probs" or question.preds.divisor != 1:
        return ""
    if (what := _of_other_kind(known)) is not None:
        return f"They look like {what}. Write probabilities instead."
    if way := _without_one(question, reading, known):
        return way
    scales, sums = _possible(known, reading)
    ways = [way for scale, way in scales if leads(question, reading, scale=scale)]
    ways += [way for rule, way in sums if leads(question, reading, row_sums=rule)]
    if ways:
        return f"Use {' or '.join(ways)}."
    return f"If these are the predictions, set {option('scale')} to what they hold."


def _are_predictions(question: Question, reading: Interpretation) -> bool:
    """Say whether the user, the labels or their names say that columns are predictions."""
    family = reading.family
    if question.wanted_preds or not question.preds.source.named:
        return True
    if reading.by_name:  # pixel0 and pixel1 beside labels 0 and 1 have numbers in common, no more.
        counted = family is not None and all(as_number(name) is not None for name in family.middles)
        if not (question.one_input and counted and family is not None and family.prefix):
            return True
        affix = f"{family.prefix} {family.suffix}"
        return rank_of_name(affix) > 0 or rank_of_label(affix.strip(" _")) > 0
    own = family is not None and bool(family.middles)
    if question.one_input and any(_may_be_others(question, reading)):
        return False
    names = [f"{family.prefix} {family.suffix}"] if own and family is not None else reading.preds
    return any(rank_of_name(name) > 0 or _LOGITS.search(name) for name in names)


def _may_be_others(question: Question, reading: Interpretation) -> Iterator[bool]:
    """Say of each column that is left alone whether it holds fractions, as predictions do."""
    for name in question.pred_pool(reading.labels):
        if name not in reading.preds and not question.is_other(name):
            values = question.preds.numbers(name)
            yield values is not None and is_fractional(values)


def _without_one(question: Question, reading: Interpretation, q: Floats) -> str:
    """Name the column without which every row (K, n) sums to 1; empty if there is none."""
    for at, name in enumerate(reading.preds if len(reading.preds) == len(q) > 2 else ()):
        if _sum_to(np.delete(q, at, axis=0), 1.0):
            rest = tuple(other for other in reading.preds if other != name)
            asked = replace(question, wanted_preds=rest)
            found = choose(asked).chosen
            if found is not None and not any("," in other for other in rest):
                way = option("pred_cols", ",".join(rest))
                return f"Without {name} every row sums to 1. Use {way} to leave it out."
            return (
                f"Without {name} every row sums to 1. Choose the others with {option('pred_cols')}."
            )
    return ""


def _of_other_kind(q: Floats) -> str | None:
    """Name what rows (K, n) of positive numbers are that become probabilities in another way."""
    if len(q) < 2 or (q < 0).any():
        return None
    if not (q > 1.01).any():
        ends = q[-1] if (q[-1] >= q[0]).all() else q[0]
        steps = np.diff(q, axis=0)
        ordered = bool((steps >= 0).all() or (steps <= 0).all())
        whole = bool((np.abs(ends - 1) <= 1e-6).all())
        return "cumulative probabilities" if len(q) > 2 and ordered and whole else None
    kinds = {"odds": q / (1 + q), "negative logarithms of probabilities": np.exp(-q)}
    return next((what for what, p in kinds.items() if _sum_to(p, 1.0)), None)


def _sum_to(q: Floats, total: float) -> bool:
    return bool((np.abs(q.sum(axis=0) - total) <= 0.01 * total).all())


def _possible(
    q: Floats, reading: Interpretation
) -> tuple[list[tuple[Scale, str]], list[tuple[RowSums, str]]]:
    """Return the scales, and the rules for sums, that finite values (K, n) may be meant for."""
    percent: tuple[Scale, str] = (
        "percent",
        f"{option('scale', 'percent')} if these are percentages",
    )
    logits: tuple[Scale, str] = "logits", f"{option('scale', 'logits')} if these are logits"
    logs: tuple[Scale, str] = (
        "logprobs",
        f"{option('scale', 'logprobs')} if these are logarithms of probabilities",
    )
    divide = f"{option('row_sums', 'renormalize')} to divide each row by its sum"
    ignore = f"{option('row_sums', 'ignore')} to keep the values"
    several, called = len(q) > 1, any(map(_LOGITS.search, reading.preds))
    if (q < 0).any():
        with np.errstate(over="ignore"):
            sure = several and _sum_to(np.exp(q), 1.0)
        may_be_logs = bool((q <= 0).all()) and not several and not called
        return [logs] * (sure or may_be_logs) + [logits] * (not sure), []
    if called:
        return [logits], []
    if not (q > 1.01).any():
        return [], [("renormalize", divide), ("ignore", ignore)] if several else []
    if several and not _sum_to(q, 100.0):
        counts = not is_fractional(q) or _sum_to(q, float(q[:, 0].sum()))
        return [], [("renormalize", divide)] if counts else []
    far = _FAR < q.max() <= _PERCENT and float(((q > 0) & (q < 1)).mean()) < 0.25
    return [percent] if several or far else [], []


def leads(
    question: Question,
    reading: Interpretation,
    *,
    scale: Scale | None = None,
    row_sums: RowSums | None = None,
    label_sums: LabelSums | None = None,
) -> bool:
    """Say whether an option leads to a reading of the same columns."""
    options, preds = question.options, question.preds
    if scale == "percent":
        preds = preds.divided(100.0)
    elif scale is not None:
        options = replace(options, scale=scale)
    if row_sums is not None:
        options = replace(options, row_sums=row_sums)
    if label_sums is not None:
        options = replace(options, label_sums=label_sums)
    labels = preds if question.one_input else question.labels
    found = choose(replace(question, options=options, preds=preds, labels=labels)).chosen
    return found is not None and set(found.preds) == set(reading.preds)
