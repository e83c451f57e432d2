"""Settle: which columns of a family are its classes, by the sums of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.evidence import (
    Fit,
    fit_of,
    is_top,
    near_top,
    tolerance_of,
)
from xent_cli.pipeline.interpretation.families import (
    Family,
    closed,
)
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.sample import is_fractional, is_probability
from xent_cli.schema.spelling import fold, match_names


def settle(
    question: Question, family: Family, values: Sequence[str]
) -> tuple[Family | None, tuple[str, ...], Fit]:
    """Find out which columns of a family are its classes, by the sums of the rows.

    Returns
    -------
    family : Family, optional
        None if there are not two classes.
    left_out : tuple of str
        Columns that are derived from the others.
    against : Fit
    """
    if not family.middles:  # One column of lists.
        q = question.preds.matrix(family.columns)
        if q is None or len(q) < 2:
            return None, (), "fits"
        return family, (), fit_columns(question, family.columns, q)
    required = _required(family, values)
    if lost := {name for name in family.columns if not question.is_number(name)}:
        if lost & required:
            return family, (), "missing"
        family = family.only(set(family.columns) - lost)
    if question.wanted_preds or not question.preds.source.named:
        return family, (), fit_columns(question, family.columns)
    if not family.affixed:
        rest = [c for c in family.columns if c in required or not question.is_other(c)]
        family = family.only(rest)
    trials = list(_trials(question, family, required))
    for trial in trials:
        if len(trial.columns) > 1 and fit_columns(question, trial.columns) == "fits":
            kept = set(trial.columns)
            left_out = tuple(c for c in family.columns if c not in kept)
            own = affixed(trial) if left_out or not trial.affixed else trial
            return own, left_out, "fits"
    if len(family.columns) < 2:
        return None, (), "fits"
    return family, (), fit_columns(question, family.columns)


def affixed(family: Family) -> Family:
    """Return a family that was cut down, with the prefix and suffix that are left in common."""
    if family.affixed:  # Without pred, p_0 and p_1 begin with p_ and not with p alone.
        marks = {middle[:1] for middle in family.middles}
        if len(marks) == 1 and (mark := marks.pop()) in ("_", ".", "-", ":", " "):
            middles = tuple(middle[1:] for middle in family.middles)
            if all(middles):
                return replace(family, prefix=family.prefix + mark, middles=middles)
        return family
    found = closed(family.columns)
    return replace(family, prefix=found.prefix, suffix=found.suffix)


def _required(family: Family, values: Sequence[str]) -> set[str]:
    """Return the columns that some label names."""
    how = match_names(values, family.middles) if values else None
    if how is None:
        return set()
    wanted = {fold(value, how) for value in values}
    pairs = zip(family.columns, family.middles, strict=True)
    return {column for column, middle in pairs if fold(middle, how) in wanted}


def _trials(question: Question, family: Family, required: set[str]) -> Iterator[Family]:
    """Yield a family, then what is left of it when derived columns are taken out."""
    yield family
    if question.options.scale == "logits" or question.options.row_sums != "check":
        return
    columns = family.columns
    matrix = question.preds.matrix(columns)
    if matrix is None or len(columns) < 3:
        return
    for at in np.flatnonzero(near_top(matrix)).tolist():
        name = columns[at]
        if name not in required and is_top(matrix[at], np.delete(matrix, at, axis=0)):
            yield family.only(c for c in columns if c != name)
    if required and len(required) < len(columns):
        yield family.only(required)
    fractions = [c for c, row in zip(columns, matrix, strict=True) if is_fractional(row)]
    if required <= set(fractions) and 1 < len(fractions) < len(columns):
        yield family.only(fractions)
    if required and not family.affixed:
        yield from _runs(family, required, matrix)


def _runs(family: Family, required: set[str], matrix: Floats) -> Iterator[Family]:
    """Yield runs of neighbouring columns around the required ones that hold probabilities."""
    columns = family.columns
    places = [at for at, name in enumerate(columns) if name in required]
    first, last = min(places), max(places)
    good = [is_probability(row) for row in matrix]
    while first > 0 and good[first - 1]:
        first -= 1
        yield family.only(columns[first : last + 1])
    first = min(places)
    while last + 1 < len(columns) and good[last + 1]:
        last += 1
        yield family.only(columns[first : last + 1])
    while first > 0 and good[first - 1]:
        first -= 1
    yield family.only(columns[first : last + 1])


def fit_columns(question: Question, columns: tuple[str, ...], q: Floats | None = None) -> Fit:
    """Say whether the first rows of columns can be what they are said to be."""
    q = question.preds.matrix(columns) if q is None else q
    if q is None:
        return "missing"
    known = [question.preds.source.column(name) for name in columns]
    tolerance = tolerance_of([c.decimals if c else None for c in known], len(q))
    options = question.options
    if options.row_sums == "renormalize" and options.scale == "probs" and len(q) > 1:
        return "range" if (q < -1e-6).any() else "fits"  # Counts and shares of any total.
    return fit_of(q, options.scale, tolerance=tolerance, sums=options.row_sums == "check")
