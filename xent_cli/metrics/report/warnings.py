"""Cautions: what of a tally may make its figures mislead, as warnings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xent_cli.metrics.report.figures import Figures
from xent_cli.metrics.rows.validation import Findings
from xent_cli.metrics.tally.tally import Tally
from xent_cli.schema.provenance import Matches, Notice

FEW_ROWS = 10
HEAVY_SHARE = 0.5
"""Where half the variance lies in so few rows, Student's t interval covers too rarely: 0.63 of the
time with 1 clipped row expected, 0.86 with 3, 0.93 with 10 (benchmarks/coverage.py)."""


def cautions(tally: Tally, figures: Figures, matches: Matches | None = None) -> Iterator[Notice]:
    """Yield a warning for whatever in a tally, or in a join, may make its figures mislead."""
    n = tally.n[-1]
    if matches is not None:
        yield from matches.warnings()
    if tally.pred_sums.n_rows:
        alone = tally.spec.mode == "binary" or tally.spec.row_sums == "ignore"
        verb = "lie above 1" if alone else "do not sum to 1"
        yield Notice("row-sums", _say_sums(tally.pred_sums, n, f"predictions {verb}"))
    if tally.label_sums.n_rows:
        yield Notice("label-sums", _say_sums(tally.label_sums, n, "labels do not sum to 1"))
    if infinite := tally.infinite[-1]:
        yield Notice("infinite", f"{_rows(infinite, n)} put 0 on the truth: the loss is infinite.")
    elif tally.n_clipped:
        share = (
            "" if figures.clipped_share is None else f", {figures.clipped_share:.1%} of the loss"
        )
        each = -math.log(tally.spec.eps)
        yield Notice(
            "clipped",
            f"{_rows(tally.n_clipped, n)} put less than eps on the truth, clipped to "
            f"{each:.2f} nats each{share}.",
        )
        yield from _few_rows(tally, figures)
    if tally.n_invalid:
        count = f"{tally.n_invalid:,} row{'s' * (tally.n_invalid != 1)}"
        yield Notice("invalid", f"{count} dropped for missing values.")
    if tally.spec.smoothing:
        yield Notice(
            "smoothing",
            "With label smoothing the loss is a training objective, not a proper score: it no "
            "longer ranks honest models first.",
        )


def _few_rows(tally: Tally, figures: Figures) -> Iterator[Notice]:
    """Warn where a few clipped rows decide how wide the interval is, which is then too narrow.

    Their share of the squared losses is at least that of as many equal ones.
    """
    squared = tally.sums["loss_squared"][tally.spec.n_classes]
    if tally.n_clipped > FEW_ROWS or not squared or figures.overall.se is None:
        return
    share = float(tally.sums["clipped_loss"][0] ** 2 / tally.n_clipped / squared)
    if share > HEAVY_SHARE:
        rows = f"{tally.n_clipped:,} clipped row{'s' * (tally.n_clipped != 1)}"
        yield Notice(
            "few-rows",
            f"{rows} carr{'y' if tally.n_clipped != 1 else 'ies'} {share:.0%} of the squared "
            "losses: the interval is narrower than it should be.",
        )


def _say_sums(found: Findings, n: int, fault: str) -> str:
    worst = f"; the worst, {found.worst[2]:.7g}, in {found.place}" if found.worst else ""
    return f"{_rows(found.n_rows, n)} of the {fault}{worst}."


def _rows(count: int, n: int) -> str:
    return f"{count:,} row{'s' * (count != 1)} ({count / n:.2%})"
