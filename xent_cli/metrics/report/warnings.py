"""Warnings: what of a tally may make its figures mislead, as warnings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xent_cli.metrics.report.draws import moments_of_class
from xent_cli.metrics.report.figures import Figures
from xent_cli.metrics.report.mean_losses import NATS_PER, unseen_of
from xent_cli.metrics.rows.validation import Findings
from xent_cli.metrics.tally.tally import Tally
from xent_cli.numerics.one_more_draw import GuardedMean, guarded_loss
from xent_cli.numerics.rows_to_halve import is_widened, rows_to_halve
from xent_cli.schema.provenance import Matches, Notice

FEW_ROWS = "few-rows"
OLD_SUMS = "old-report"
COMPUTED = (FEW_ROWS, OLD_SUMS)
"""Warnings that follow from a tally and are not carried over when it is added to another."""


def cautions(tally: Tally, figures: Figures, matches: Matches | None = None) -> Iterator[Notice]:
    """Yield a warning for whatever in a tally, or in a join, may make its figures mislead."""
    n = tally.n[-1]
    if matches is not None:
        yield from matches.warnings()
    if tally.pred_sums.n_rows:
        alone = tally.spec.mode == "binary" or tally.spec.row_sums == "ignore"
        verb = "are above 1" if alone else "do not sum to 1"
        yield Notice("row-sums", _say_sums(tally.pred_sums, n, f"Predictions {verb}"))
    if tally.label_sums.n_rows:
        yield Notice("label-sums", _say_sums(tally.label_sums, n, "Labels do not sum to 1"))
    if infinite := tally.infinite[-1]:
        yield Notice(
            "infinite",
            f"{_rows(infinite, n)} gave the true class probability 0, so the loss is infinite.",
        )
    elif tally.n_clipped:
        share = (
            ""
            if figures.clipped_share is None
            else f"; together they are {figures.clipped_share:.1%} of the loss"
        )
        each = -math.log(tally.spec.eps)
        yield Notice(
            "clipped",
            f"{_rows(tally.n_clipped, n)} gave the true class a probability below eps. "
            f"Each is clipped to {each:.2f} nats{share}.",
        )
    yield from _wide(tally, figures)
    if tally.n_invalid:
        count = f"{tally.n_invalid:,} row{'s' * (tally.n_invalid != 1)}"
        yield Notice("invalid", f"{count} with missing values dropped.")
    if tally.spec.smoothing:
        yield Notice(
            "smoothing",
            "With label smoothing the loss is a training objective, not a proper "
            "score: it no longer prefers calibrated models.",
        )


def _wide(tally: Tally, figures: Figures) -> Iterator[Notice]:
    """Warn where the interval is wide for what the rows may not have shown."""
    if tally.is_old:
        yield Notice(
            OLD_SUMS,
            "The interval is Student's t, which is too narrow for skewed losses. xent "
            "0.1 saved this report without the sums that better intervals need. Create "
            "it again with xent eval.",
        )
        return
    k = tally.spec.n_classes
    draws = moments_of_class(tally, k)
    if figures.overall.ci95 is None or draws.n < 2:
        return
    nats = NATS_PER[tally.spec.unit]

    def unseen(n: int) -> float:
        return unseen_of(tally, k, n, of=draws.n)

    def bounds(n: int) -> GuardedMean:
        return guarded_loss(draws.of_size(n), unseen(n), scale=nats)

    mean = figures.overall.cross_entropy
    if is_widened(bounds(draws.n), mean):
        noun = "row" if tally.clusters is None else "cluster"
        needed = rows_to_halve(bounds, draws.n, mean)
        yield few_rows(
            "The interval", unseen(draws.n) / nats, tally.spec.unit, noun, draws.n, needed
        )


def few_rows(
    subject: str, unseen: float, unit: str, noun: str, n: int, needed: int | None
) -> Notice:
    """Return the warning that an interval allows for what n rows (or clusters) did not show.

    Examples
    --------
    >>> few_rows("The interval", 2.3, "nats", "row", 100, 230).message
    'The interval is wide. It allows for a rare row with a loss of 2.3 nats, which 100 rows may \
have missed. About 230 rows would halve the interval.'
    """
    more = f". About {needed:,} {noun}s would halve the interval" if needed else ""
    return Notice(
        FEW_ROWS,
        f"{subject} is wide. It allows for a rare {noun} with a loss of {unseen:.3g} "
        f"{unit}, which {n:,} {noun}s may have missed{more}.",
    )


def _say_sums(found: Findings, n: int, fault: str) -> str:
    worst = f"; the worst sum is {found.worst[2]:.7g}, in {found.place}" if found.worst else ""
    return f"{fault} in {_rows(found.n_rows, n)}{worst}."


def _rows(count: int, n: int) -> str:
    return f"{count:,} row{'s' * (count != 1)} ({count / n:.2%})"
