"""Objection: what speaks against the only reading that is left, though the rows allow it."""

from __future__ import annotations

from collections.abc import Iterator

from xent_cli.errors import InputError, LabelError, RangeError, option
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.pipeline.interpretation.evidence import TO_NATURAL, fit_of, log_base
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_label,
    spaced,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.reading import Interpretation, describe
from xent_cli.pipeline.interpretation.sample import Sample, is_fractional, is_probability
from xent_cli.schema.class_names import polarity
from xent_cli.schema.id_columns import INDEX_NAMES

_PERCENT = lazy_pattern(
    r"%|(?:^|[^a-z])(?:pct|perc|percent|percents|percentage|prozent)(?:$|[^a-z])"
)
_CONFIDENCE = lazy_pattern(
    r"(?:^|[^a-z])(?:max|top|top ?1|best|highest|winning|winner|confidence|conf|certainty|sureness"
    r"|p pred|prob pred|pred prob|predicted prob)(?:$|[^a-z])"
)
_MANY = 20
"""So many rows on the same side of one half are not there by chance."""
_BOTH = 0.2
"""Each label has at least such a share of the rows where both are common."""


def objection(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if the only reading is one that nobody would mean."""
    return next((error for error in _objections(question, chosen) if error is not None), None)


def _objections(question: Question, chosen: Interpretation) -> Iterator[InputError | None]:
    """Yield what speaks against a reading; what is rarely needed is imported where it is."""
    yield _of_labels(question, chosen)
    if chosen.family is not None and not chosen.family.middles and not chosen.by_name:
        from xent_cli.pipeline.interpretation.packed_texts import listed_classes

        yield listed_classes(question, chosen)
    yield _of_logits(question, chosen)
    if chosen.binary or chosen.order is not None or _rest(question, chosen):
        from xent_cli.pipeline.interpretation.summary_rows import summary_rows

        yield summary_rows(question, chosen)
    if chosen.binary:
        yield from _of_binary(question, chosen)
    said = question.options.positive is not None or question.options.classes is not None
    if not said and question.preds.source.named and _of_outcomes(question, chosen):
        from xent_cli.pipeline.interpretation.outcome import opposite_outcome

        yield opposite_outcome(question, chosen)
    if len(chosen.preds) <= 2 and question.preds.source.named and not question.wanted_preds:
        texts = [c for c in question.preds.source.columns if c.kind in ("text", "integer")]
        if len(texts) > 1:
            from xent_cli.pipeline.interpretation.long_rows import long_rows

            yield long_rows(question)
    if question.aligned and question.preds.source.named and _rest(question, chosen):
        from xent_cli.pipeline.interpretation.stacked import stacked_models

        yield stacked_models(question, chosen)
    if question.aligned and not question.one_input:
        yield from _of_order(question, chosen)


def _of_binary(question: Question, chosen: Interpretation) -> Iterator[InputError | None]:
    """Yield what speaks against one column of probabilities."""
    yield _of_percent(question, chosen)
    yield _of_confidence(question, chosen)
    if question.options.scale == "probs" and len(chosen.preds) == len(chosen.labels) == 1:
        from xent_cli.pipeline.interpretation.long_rows import flat_rows

        yield flat_rows(question, chosen)
    if _rests_on_its_name(question, chosen):
        from xent_cli.pipeline.interpretation.silent_names import silent_name

        yield silent_name(question, chosen)


def _of_order(question: Question, chosen: Interpretation) -> Iterator[InputError | None]:
    """Yield what says that the rows of two inputs are not in the same order."""
    if _may_name_rows(question, chosen):
        from xent_cli.pipeline.interpretation.row_names import other_order

        yield other_order(question, chosen)
    if _may_be_numbered(question):
        from xent_cli.pipeline.interpretation.index_order import index_order

        yield index_order(question, chosen)


def _rests_on_its_name(question: Question, chosen: Interpretation) -> bool:
    """Say whether nothing but the name of one column says that it is a probability, and of what."""
    options = question.options
    said = question.wanted_preds or options.positive is not None or options.classes is not None
    return question.preds.source.named and not said and chosen.confidence is None


def _of_labels(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if labels may be what a model said."""
    name = chosen.labels[0]
    alone = question.one_input and not question.wanted_labels and len(chosen.labels) == 1
    if alone and speaks_of_prediction(name) and rank_of_label(name) < 0:
        return LabelError(
            f"{name} seems to hold predictions of a model, and no column holds the labels.",
            hint=f"Choose their column with {option('label_col')}, or give a file of labels.",
        )
    told = bool(question.wanted_preds and question.wanted_labels)
    if question.one_input and not told and len(chosen.labels) > 1 and chosen.family is not None:
        affix = f"{chosen.family.prefix} {chosen.family.suffix}"
        target = question.labels.matrix(chosen.labels)
        if target is not None and is_fractional(target) and rank_of_label(affix.strip()) > 0:
            return LabelError(
                "Which columns are the predictions, and which are the labels? "
                f"{describe(chosen)} may be the wrong way round.",
                hint=f"Choose them with {option('pred_cols')} and {option('label_col')}.",
            )
    return None


def _of_logits(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if what were said to be logits, or some columns of them, are none."""
    if question.options.scale != "logits":
        return None
    q = question.preds.matrix(chosen.preds)
    if q is not None and (base := log_base(q)) is not None:
        return RangeError(
            f"The predictions are logarithms of probabilities to base {base}, not "
            f"logits. In every row the powers of {base} sum to 1.",
            hint=TO_NATURAL[base],
        )
    if question.wanted_preds:
        return None
    others = [
        other
        for other in question.pred_pool(chosen.labels)
        if other not in chosen.preds and question.is_number(other)
    ]
    if others and len(chosen.preds) > 1 and like_probabilities(question, chosen):
        return LabelError(
            f"The columns {describe(chosen)} are probabilities, because every row sums to 1.",
            hint=(
                f"Leave out {option('scale', 'logits')}, or choose the columns of logits "
                f"with {option('pred_cols')}."
            ),
        )
    return None


def like_probabilities(question: Question, reading: Interpretation) -> bool:
    """Say whether the rows of a reading sum to 1."""
    q = question.preds.matrix(reading.preds)
    return q is not None and fit_of(q, "probs") == "fits"


def _of_percent(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if a column called after percentages holds what may be 0.4 or 40 of them."""
    name, source = chosen.preds[0], question.preds.source
    if question.options.scale != "probs" or question.wanted_preds or question.preds.divisor != 1:
        return None
    if not source.named or not _PERCENT.search(spaced(name)):
        return None
    if any(notice.code == "percent" for notice in source.notes):
        return None
    return RangeError(
        f"The column {name} has a name like percentages, but no value above 1. Does 0.4 "
        "mean 0.4 % or 40 %?",
        hint=(
            f"Use {option('scale', 'percent')} if it means 0.4 %. If it means 40 %, use "
            f"{option('pred_cols', name)}."
        ),
    )


def _of_confidence(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if a column that is never below one half may be of the predicted class."""
    options, name = question.options, chosen.preds[0]
    if chosen.confidence is not None or options.scale != "probs" or options.positive is not None:
        return None
    q, values = question.preds.matrix(chosen.preds), question.labels.labels(chosen.labels[0])
    if q is None or values is None or not is_probability(q[0]) or not (q[0] >= 0.5).all():
        return None
    codes = chosen.index.encode(values)
    ones = float((codes == 1).mean())
    both = bool((codes == 0).any()) and bool((codes == 1).any())
    called = question.preds.source.named and bool(_CONFIDENCE.search(spaced(name)))
    many = len(codes) >= _MANY and _BOTH <= ones <= 1 - _BOTH
    if not both or not ((called and len(codes) > 3) or many):
        return None
    found = (text for text in question.label_values(chosen.labels[0]) if chosen.index.find(text))
    positive = next(found, chosen.index.names[1])
    return LabelError(
        f"The column {name} is never below 0.5. Is it the probability of {positive}, or "
        "of the predicted class?",
        hint=(
            f"If it is the probability of {positive}, use "
            f"{option('positive', positive)}. Otherwise add the column of predicted "
            "classes."
        ),
    )


def _of_outcomes(question: Question, chosen: Interpretation) -> bool:
    """Say whether labels are 0 and 1, or no and yes, so that only names say what is 1."""
    if len(chosen.labels) > 1 or not question.labels.source.named:
        return False
    if not chosen.binary and (chosen.by_name or len(chosen.preds) != 2):
        return False
    values = question.label_values(chosen.labels[0])
    return all(polarity(value) is not None or value == "-1" for value in values)


def _rest(question: Question, chosen: Interpretation) -> bool:
    """Say whether some columns of the predictions have no role."""
    used = {*chosen.preds, *chosen.labels, *question.taken_preds}
    return any(name not in used for name in question.preds.source.names())


def _may_be_numbered(question: Question) -> bool:
    """Say whether the rows of an input may be numbered."""
    return any(
        b"pandas" in (source.metadata or ())
        or any(name.lower() in INDEX_NAMES for name in source.names())
        for source in (question.preds.source, question.labels.source)
        if source.named
    )


def _may_name_rows(question: Question, chosen: Interpretation) -> bool:
    """Say whether both inputs have columns that are left, and may name the rows."""

    def left(sample: Sample, used: set[str]) -> bool:
        return sample.source.named and any(
            column.kind in ("integer", "text") and column.name not in used
            for column in sample.source.columns
        )

    ours = {*chosen.preds, *question.taken_preds}
    return left(question.preds, ours) and left(
        question.labels, {*chosen.labels, *question.taken_labels}
    )
