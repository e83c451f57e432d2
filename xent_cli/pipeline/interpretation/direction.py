"""Direction: which of two groups of columns are the predictions, and which the labels, by name."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.pipeline.interpretation.families import rank_of_name
from xent_cli.pipeline.interpretation.question import Question, rank_of_affix
from xent_cli.pipeline.interpretation.reading import Candidate, Interpretation


def names_speak(reading: Interpretation) -> int:
    """Say how much names speak of predictions, and not of labels: above 0 they do."""
    family = reading.family
    affix = "" if family is None else f"{family.prefix} {family.suffix}"
    return rank_of_name(affix) - rank_of_affix(affix)


def by_names(question: Question, listed: list[Candidate]) -> list[Candidate]:
    """Leave out readings that names turn round, whatever the rows say: labels may be damaged."""
    found = [c.reading for c in listed]
    lost = [r for r in found if names_speak(r) <= 0 and _turned(question, r, found) > 0]
    return [c for c in listed if c.reading not in lost]


def better_named(question: Question, kept: list[Interpretation]) -> list[Interpretation]:
    """Leave out readings that names would rather turn round, among those that rows allow."""
    return [r for r in kept if names_speak(r) >= _turned(question, r, kept)]


def _turned(question: Question, one: Interpretation, readings: Sequence[Interpretation]) -> int:
    """Return how much names speak for a reading, or for it with both sides exchanged, at most."""
    own = names_speak(one)
    if not question.one_input or len(one.labels) < 2:
        return own
    sides = {*one.preds}, {*one.labels}
    others = [names_speak(r) for r in readings if ({*r.labels}, {*r.preds}) == sides]
    return max([own, *others])
