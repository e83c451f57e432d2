"""One column of labels, several of predictions: sparse mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xent_cli.pipeline.interpretation.class_order import FEW, against_hard, class_indexes
from xent_cli.pipeline.interpretation.families import (
    Family,
    closed,
    families_of_labels,
    structural_families,
)
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.ranked import (
    is_decided,
    is_ranked,
    misnamed,
    ranked_error,
)
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation
from xent_cli.pipeline.interpretation.settle import settle


def with_one_label(
    question: Question, label: str, values: tuple[str, ...], beside: tuple[str, ...]
) -> Iterator[Candidate]:
    """Yield readings of one column of labels beside several of predictions."""
    pool = question.pred_pool(beside)
    texts = question.labels.numbers(label) is None
    for family in families_among(question, values, pool):
        settled, left_out, against = settle(question, family, values)
        if settled is None:
            continue
        if is_decided(question, settled):
            continue
        ranked = is_ranked(question, settled)
        told = None if ranked else misnamed(question, settled)
        for index, by_name, found in class_indexes(question, settled, label, values):
            error = ranked_error(settled) if ranked else told or found
            if error is None and not by_name:
                error = against_hard(question, settled, index, label)
            reading = Interpretation(
                settled.columns,
                (label,),
                index,
                align="name" if texts or not index.by_position else "position",
                by_name=by_name,
                family=settled,
                left_out=left_out,
            )
            said = question.options.classes is not None or question.options.label_base is not None
            yield Candidate(reading, against, error, said=said and error is not None, ranked=ranked)


def known_labels(question: Question, values: Sequence[str], named: Sequence[str]) -> Sequence[str]:
    """Return the labels to look for: where an id joins rows, some may be of rows left out."""
    if question.aligned or len(values) > FEW or families_of_labels(values, named):
        return values
    return [value for value in values if families_of_labels([value], named)]


def families_among(
    question: Question, values: Sequence[str], pool: Sequence[str]
) -> Iterator[Family]:
    """Yield the families among some columns, those around the labels first."""
    for name in pool:
        if question.preds.kind(name) == "list":
            yield Family((name,), ())
    numbers = [name for name in pool if question.is_number(name)]
    if question.wanted_preds:
        if len(pool) > 1:
            yield wanted_family(values, tuple(pool))
        return
    if not question.preds.source.named:
        if len(numbers) > 1:
            yield Family(tuple(numbers), tuple(map(str, range(len(numbers)))))
        return
    seen = set()
    named = [name for name in pool if question.preds.kind(name) not in ("list", "other")]
    for family in (*families_of_labels(values, named), *structural_families(numbers)):
        if family.columns not in seen:
            seen.add(family.columns)
            yield family


def wanted_family(values: Sequence[str], wanted: tuple[str, ...]) -> Family:
    """Return the columns that the user named, in their order, with what each is called."""
    for family in families_of_labels(values, wanted):
        if set(family.columns) == set(wanted):
            names = dict(zip(family.columns, family.middles, strict=True))
            return replace(family, columns=wanted, middles=tuple(names[c] for c in wanted))
    return closed(wanted)
