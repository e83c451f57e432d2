"""Candidates: every interpretation that names and types allow, those that rows contradict too."""

from __future__ import annotations

from xent_cli.pipeline.interpretation.label_columns import with_label_columns
from xent_cli.pipeline.interpretation.one_column import with_one_column
from xent_cli.pipeline.interpretation.one_label_column import known_labels, with_one_label
from xent_cli.pipeline.interpretation.question import Question
from xent_cli.pipeline.interpretation.reading import Candidate


def candidates(question: Question) -> list[Candidate]:
    """List the interpretations of two inputs."""
    found: list[Candidate] = []
    for label in question.single_labels():
        beside = (label,) if question.one_input else ()
        values = question.label_values(label)
        known = tuple(known_labels(question, values, question.pred_pool(beside)))
        found += with_one_label(question, label, known, beside)
        found += with_one_column(question, label, values, beside)
    wanted = question.wanted_labels
    if len(wanted) != 1 or question.labels.kind(wanted[0]) == "list":
        found += with_label_columns(question)
    return found
