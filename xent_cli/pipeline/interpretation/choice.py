"""Choice: the one interpretation that remains, or an error that names those that do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xent_cli.fast_dataclass import dataclass
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.interpretation.candidates import candidates
from xent_cli.pipeline.interpretation.direction import better_named, by_names
from xent_cli.pipeline.interpretation.evidence import agreement, same_rows
from xent_cli.pipeline.interpretation.families import closed, rank_of_name
from xent_cli.pipeline.interpretation.objection import like_probabilities, objection
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_affix,
    rank_of_label,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation
from xent_cli.pipeline.interpretation.sample import is_fractional
from xent_cli.schema.types import Mode

_CALLED_LABELS = 2
"""From this rank on a column is called after labels: which of two such it is, no name says."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the columns come to: one interpretation, several, or none that stands.

    Attributes
    ----------
    chosen : Interpretation, optional
    open : tuple of Interpretation
        Those that remain, where they are not the same number.
    doomed : Candidate, optional
        Where none stands, the one that names speak for most: what an error is about.
    """

    chosen: Interpretation | None = None
    open: tuple[Interpretation, ...] = ()
    doomed: Candidate | None = None


def choose(question: Question) -> Choice:
    """Weigh the interpretations of two inputs.

    Names decide before positions, several columns before one; what the user said was never in
    doubt. What then remains must be one number.
    """
    listed = by_names(question, candidates(question))
    # What contradicts the user is weighed with the rest: it may be the one that names speak for.
    errors = {id(c.reading): c for c in listed if c.said}
    standing = [c.reading for c in listed if c.stands or (c.said and c.against == "fits")]
    standing = _no_features(question, standing)
    matrices = [c.reading for c in listed if len(c.reading.labels) > 1 and c.reading.by_name]
    hot = {name for reading in matrices for name in reading.labels}
    standing = [r for r in standing if len(r.labels) > 1 or r.labels[0] not in hot]
    if not question.wanted_preds:  # A family is taken whole or not at all.
        named = [c.reading for c in listed if _is_family(c)]
        members = {name for reading in named for name in reading.preds if len(reading.preds) > 1}
        standing = [r for r in standing if not (r.binary and r.preds[0] in members)]
    if mode := question.options.mode:
        standing = [r for r in standing if _mode_of(r) == mode] or standing
    if not standing:
        return Choice(doomed=_likeliest(question, listed))
    best = min(_tier(reading) for reading in standing)
    kept = [reading for reading in standing if _tier(reading) == best]
    kept = _not_constant(question, kept)
    kept = _true_labels(question, better_named(question, kept))
    groups = _by_number(question, kept)
    if len(groups) > 1:
        return Choice(open=tuple(group[0] for group in groups))
    chosen = max(groups[0], key=lambda reading: len(reading.preds))
    if (contradicted := errors.get(id(chosen))) is not None:
        return Choice(doomed=contradicted)
    if (unread := _better_label(question, chosen, listed)) is not None:
        return Choice(doomed=unread)
    if (doubt := objection(question, chosen)) is not None:
        return Choice(doomed=Candidate(chosen, error=doubt, said=True))
    return Choice(chosen)


def _is_family(candidate: Candidate) -> bool:
    """Say whether columns belong together: by the labels, or by their names and their sums."""
    reading, family = candidate.reading, candidate.reading.family
    if reading.binary or family is None:
        return False
    speaks = rank_of_name(f"{family.prefix} {family.suffix}") > 0
    return reading.by_name or (speaks and candidate.against == "fits")


def _mode_of(reading: Interpretation) -> Mode:
    if reading.binary or reading.multilabel:
        return "binary"
    return "sparse" if reading.order is None else "categorical"


def _tier(reading: Interpretation) -> int:
    if reading.by_name and not reading.binary:
        return 0
    return 2 if reading.binary else 1


def _no_features(question: Question, standing: list[Interpretation]) -> list[Interpretation]:
    """Leave out what may be anything: numbers without sums to check, and no name that speaks."""
    if question.wanted_preds or not question.preds.source.named:
        return standing
    scale = question.options.scale
    if scale == "probs" and question.options.row_sums == "check":
        return standing
    several = [r for r in standing if not r.binary and len(r.preds) > 1]
    if scale == "logits":
        plain = [r for r in several if r.by_name and not like_probabilities(question, r)]
        several = plain or several
    telling = [
        r
        for r in several
        if r.family is not None and rank_of_name(f"{r.family.prefix} {r.family.suffix}") > 0
    ]
    if not telling and question.one_input and scale == "logits":
        telling = [r for r in several if r.by_name or not _beside(question, r)]
    elif not telling:
        widest = max((len(r.preds) for r in several), default=0)
        telling = [r for r in several if r.by_name or len(r.preds) == widest]
    return [r for r in standing if r.binary or len(r.preds) == 1 or r in telling]


def _beside(question: Question, reading: Interpretation) -> list[str]:
    """Return the number columns that a reading leaves alone, and that may be predictions."""
    return [
        name
        for name in question.pred_pool(reading.labels)
        if name not in reading.preds
        and question.is_number(name)
        and not question.is_other(name)
        and not speaks_of_prediction(name)
    ]


def _not_constant(question: Question, kept: list[Interpretation]) -> list[Interpretation]:
    """Leave out columns that say the same in every row, where others do not: priors, base rates."""

    def varies(reading: Interpretation) -> bool:
        q = question.preds.matrix(reading.preds)
        return q is None or q.shape[1] < 2 or bool((q != q[:, :1]).any())

    return [reading for reading in kept if varies(reading)] or kept


def _true_labels(question: Question, kept: list[Interpretation]) -> list[Interpretation]:
    """Leave out readings whose labels are what the model said, or are named less like labels."""
    if len({reading.labels for reading in kept}) < 2:
        return kept
    said = {r.labels for r in kept if len(r.labels) == 1 and speaks_of_prediction(r.labels[0])}
    kept = [r for r in kept if r.labels not in said] or kept
    ranks = {r.labels: _label_rank(question, r) for r in kept}
    echoing = {r.labels for r in kept if echoes(question, r)}
    rest = [r for r in kept if r.labels not in echoing]
    others = max((ranks[r.labels] for r in rest), default=-1)
    # A perfect model, or what it said: other columns of the same classes leave that open.
    vocabularies = {frozenset(question.labels.distinct(labels[0])) for labels in echoing}
    rivals = [
        r
        for r in rest
        if (r.by_name and question.labels.kind(r.labels[0]) == "text")
        or (len(r.labels) == 1 and frozenset(question.labels.distinct(r.labels[0])) in vocabularies)
    ]
    doubted = {labels for labels in echoing if rivals and ranks[labels] > max(others, 1)}
    if question.one_input:  # A file of labels holds no predictions: all of its columns are open.
        lost = {labels for labels in echoing if ranks[labels] <= max(others, 1)}
        kept = [r for r in kept if r.labels not in lost] or kept
    top = max(ranks[r.labels] for r in kept)
    open_ = [r for r in kept if len(r.labels) == 1 and ranks[r.labels] >= _CALLED_LABELS]
    if any(ranks[labels] == top for labels in doubted):
        open_ += rivals
    return [r for r in kept if ranks[r.labels] == top or r in open_]


def _label_rank(question: Question, reading: Interpretation) -> int:
    family = reading.family
    if len(reading.labels) > 1:
        names = closed(reading.labels)
        target = question.labels.matrix(reading.labels)
        soft = question.one_input and target is not None and is_fractional(target)
        affix = f"{names.prefix} {names.suffix}".strip()
        called = rank_of_affix(affix) > rank_of_name(affix)
        return 0 if soft and not called else 2
    name, rank = reading.labels[0], rank_of_label(reading.labels[0])
    stem = "" if family is None else f"{family.prefix}{family.suffix}".strip("_.:=() ").lower()
    return max(rank, 1) if stem and name.lower() in stem else rank


def echoes(question: Question, reading: Interpretation) -> bool:
    """Say whether labels are the most likely class in every row: a hard prediction is."""
    if reading.order is not None or not question.aligned:
        return False
    values = question.labels.labels(reading.labels[0])
    q = question.preds.matrix(reading.preds)
    if values is None or q is None or reading.confidence is not None:
        return False
    if len(q) == 1 and reading.binary:
        half = 0.5 if question.options.scale == "probs" else 0.0
        q = np.vstack([2 * half - q, q]) if question.options.scale != "logprobs" else q
    n = min(q.shape[1], len(values))
    if n < 2 or len(q) < 2:
        return False
    return agreement(reading.index.encode(values)[:n], q[:, :n]) == 1.0


def _by_number(question: Question, kept: list[Interpretation]) -> list[list[Interpretation]]:
    """Group readings that come to the same number in every row of the sample."""
    if len(kept) == 1:
        return [kept]
    groups: list[list[Interpretation]] = []
    costs: list[Floats | None] = []
    for reading in kept:
        cost = (
            reading.losses(question.preds, question.labels, question.options.scale)
            if question.aligned
            else None
        )
        for group, known in zip(groups, costs, strict=True):
            if reading == group[0] or (
                cost is not None and known is not None and same_rows(cost, known)
            ):
                group.append(reading)
                break
        else:
            groups.append([reading])
            costs.append(cost)
    return groups


def _better_label(
    question: Question, chosen: Interpretation, listed: Sequence[Candidate]
) -> Candidate | None:
    """Return what was to be read of a column that is called a label, where another was chosen."""
    if question.wanted_labels or len(chosen.labels) != 1:
        return None
    rank = rank_of_label(chosen.labels[0])
    for candidate in listed:
        labels = candidate.reading.labels
        lost = candidate.error is not None and (rank < 0 or not candidate.reading.binary)
        other = len(labels) == 1 and labels != chosen.labels
        if lost and other and rank_of_label(labels[0]) > max(rank, 1):
            return candidate
    return None


def _likeliest(question: Question, listed: Sequence[Candidate]) -> Candidate | None:
    """Return the interpretation that an error should be about."""

    def rank(candidate: Candidate) -> tuple[int, ...]:
        reading = candidate.reading
        label = max(_label_rank(question, reading), 0)
        name = "" if reading.family is None else f"{reading.family.prefix} {reading.family.suffix}"
        speaks = rank_of_name(name or reading.preds[0])
        return (
            int(candidate.ranked and candidate.against == "fits"),
            int(candidate.error is None and reading.by_name),
            int(not reading.binary and len(reading.preds) > 1),
            label,
            int(candidate.against in ("fits", "missing", "percent")),
            int(not reading.binary),
            int(candidate.error is None),
            speaks,
            len(reading.preds),
        )

    return max(listed, key=rank, default=None)
