"""Choice: the one interpretation that remains, or an error that names those that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xent_cli.errors import ColumnError, InputError
from xent_cli.pipeline.interpretation.candidates import Candidate, candidates
from xent_cli.pipeline.interpretation.evidence import agreement, fit_of, same_rows
from xent_cli.pipeline.interpretation.families import rank_of_name
from xent_cli.pipeline.interpretation.question import (
    Question,
    rank_of_label,
    speaks_of_prediction,
)
from xent_cli.pipeline.interpretation.reading import Interpretation


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
    listed = candidates(question)
    standing = [candidate.reading for candidate in listed if candidate.stands]
    standing = _no_features(question, standing)
    hot = {name for r in standing if len(r.labels) > 1 and r.by_name for name in r.labels}
    standing = [r for r in standing if len(r.labels) > 1 or r.labels[0] not in hot]
    if not standing:
        return Choice(doomed=_likeliest(question, listed))
    best = min(_tier(reading) for reading in standing)
    kept = [reading for reading in standing if _tier(reading) == best]
    kept = _true_labels(question, kept)
    groups = _by_number(question, kept)
    if len(groups) > 1:
        return Choice(open=tuple(group[0] for group in groups))
    chosen = max(groups[0], key=lambda reading: len(reading.preds))
    if (unread := _better_label(question, chosen, listed)) is not None:
        return Choice(doomed=unread)
    return Choice(chosen)


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
        plain = [r for r in several if not _like_probabilities(question, r)]
        several = plain or several
    telling = [
        r
        for r in several
        if r.family is not None and rank_of_name(f"{r.family.prefix} {r.family.suffix}") > 0
    ]
    if not telling:
        widest = max((len(r.preds) for r in several), default=0)
        telling = [r for r in several if r.by_name or len(r.preds) == widest]
    return [r for r in standing if r.binary or len(r.preds) == 1 or r in telling]


def _like_probabilities(question: Question, reading: Interpretation) -> bool:
    q = question.preds.matrix(reading.preds)
    return q is not None and fit_of(q, "probs") == "fits"


def _true_labels(question: Question, kept: list[Interpretation]) -> list[Interpretation]:
    """Leave out readings whose labels are what the model said, or are named less like labels."""
    if len({reading.labels for reading in kept}) < 2:
        return kept
    said = {r.labels for r in kept if len(r.labels) == 1 and speaks_of_prediction(r.labels[0])}
    kept = [r for r in kept if r.labels not in said] or kept
    echoes = {r.labels for r in kept if _echoes(question, r)}
    kept = [r for r in kept if r.labels not in echoes] or kept
    ranks = {r.labels: _label_rank(r) for r in kept}
    top = max(ranks.values())
    return [r for r in kept if ranks[r.labels] == top]


def _label_rank(reading: Interpretation) -> int:
    if len(reading.labels) > 1:
        return 2
    name, rank = reading.labels[0], rank_of_label(reading.labels[0])
    family = reading.family
    stem = "" if family is None else f"{family.prefix}{family.suffix}".strip("_.:=() ").lower()
    return max(rank, 1) if stem and name.lower() in stem else rank


def _echoes(question: Question, reading: Interpretation) -> bool:
    """Say whether labels are the most likely class in every row: a hard prediction is."""
    if reading.order is not None or reading.binary or not question.one_input:
        return False
    values = question.labels.labels(reading.labels[0])
    q = question.preds.matrix(reading.preds)
    if values is None or q is None or q.shape[1] < 2:
        return False
    return agreement(reading.index.encode(values), q) == 1.0


def _by_number(question: Question, kept: list[Interpretation]) -> list[list[Interpretation]]:
    """Group readings that come to the same number in every row of the sample."""
    groups: list[list[Interpretation]] = []
    costs = []
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
        if len(labels) == 1 and labels != chosen.labels and rank_of_label(labels[0]) > max(rank, 1):
            if candidate.error is not None and not candidate.reading.binary:
                return candidate
    return None


def _likeliest(question: Question, listed: Sequence[Candidate]) -> Candidate | None:
    """Return the interpretation that an error should be about."""

    def rank(candidate: Candidate) -> tuple[int, ...]:
        reading = candidate.reading
        label = max(_label_rank(reading), 0)
        name = "" if reading.family is None else f"{reading.family.prefix} {reading.family.suffix}"
        speaks = rank_of_name(name or reading.preds[0])
        return (
            int(candidate.error is None and reading.by_name),
            label,
            int(candidate.against in ("fits", "missing", "percent")),
            int(not reading.binary),
            int(candidate.error is None),
            speaks,
            len(reading.preds),
        )

    return max(listed, key=rank, default=None)


def describe(question: Question, reading: Interpretation) -> str:
    """Return an interpretation in plain words.

    It says which columns are predictions, and which hold the labels.
    """
    if reading.family is not None and reading.family.middles:
        preds = reading.family.describe()
    else:
        preds = ", ".join(reading.preds)
    labels = ", ".join(reading.labels[:4]) + (", ..." if len(reading.labels) > 4 else "")
    return f"{preds} against {labels}"


def ambiguous(
    question: Question, readings: Sequence[Interpretation], commands: Sequence[str]
) -> InputError:
    """Return the error for interpretations that are not the same number."""
    shown = "; ".join(describe(question, reading) for reading in readings[:3])
    more = f"; and {len(readings) - 3} more" if len(readings) > 3 else ""
    same_labels = len({reading.labels for reading in readings}) == 1
    what = "Which columns are the predictions" if same_labels else "Which columns are meant"
    hint = "Say which: " + " or ".join(commands) + "." if commands else ""
    return ColumnError(
        f"{question.preds.source.path}: {what}? They may be {shown}{more}.", hint=hint
    )
