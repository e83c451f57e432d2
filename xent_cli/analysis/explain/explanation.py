"""Explanation: where the loss sits, what would move it, and what others would print for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from xent_cli.analysis.explain.breakdown import LADDER, LossSum, Survey
from xent_cli.analysis.explain.column_order import Order, find_order
from xent_cli.analysis.explain.confusion_costs import MOST_CLASSES, Crossing
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.libraries import Tool
from xent_cli.metrics.compat.sums import CompatFigure, compat_figure
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.report.report import Drawn, Report
from xent_cli.metrics.rows.stored_precision import Precision
from xent_cli.schema.provenance import Notice

MOST_PAIRS = 1_000
_LEAST_SHARE = Fraction(1, 4)
_LOWEST_BAND, _HIGHEST_BAND = -6, 6
"""Bands of row losses are factors of two, from 1/64 to 64."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Rows of one class that were predicted as another, or as it. Losses in the report's unit."""

    true: str
    predicted: str
    n: int
    cross_entropy: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Rows whose (weighted) loss lies from `low` up to `high`, in the report's unit.

    `high` is None for the last, without bound; both are 0 for rows that cost nothing, and None for
    rows that cost infinity.
    """

    low: float | None
    high: float | None
    n: int
    share_of_rows: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Top:
    """The fewest rows, on a grid of losses, with a quarter of the loss: those from `low` on."""

    low: float
    n: int
    share_of_rows: float
    share: float


@dataclass(frozen=True, slots=True)
class Rung:
    """The loss by another eps, infinite where eps is 0 and a truth has none.

    `n_below` rows give the truth less than eps; 0, if eps is 0.
    """

    eps: float
    cross_entropy: float
    n_below: int


@dataclass(frozen=True, slots=True)
class Rounding:
    """How predictions are stored, and between what the loss may have lain before rounding."""

    stored: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Drawn):
    """Where the loss of a report sits. Losses are in the report's unit.

    Attributes
    ----------
    report : Report
    pairs : tuple of Pair
        The MOST_PAIRS with the largest share of the loss.
    n_pairs : int
        How many there are.
    bands : tuple of Band
        All rows by their loss, from the smallest.
    top : Top, optional
    rungs : tuple of Rung
        Empty where nothing is ever clipped.
    rounding : Rounding, optional
    order : Order, optional
        The order of the columns that the rows ask for; None if it is theirs.
    tools : tuple of CompatFigure
        In nats.
    undefined : dict of str to str
        Reasons for what is missing.
    advice : tuple of Notice
        What would tell more.
    """

    report: Report
    pairs: tuple[Pair, ...]
    n_pairs: int
    bands: tuple[Band, ...]
    top: Top | None
    rungs: tuple[Rung, ...]
    rounding: Rounding | None
    order: Order | None
    tools: tuple[CompatFigure, ...]
    undefined: dict[str, str]
    advice: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        return f"<Explanation of {self.report!r}>"

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Those of its report."""
        return self.report.warnings


def explanation_of(
    report: Report,
    survey: Survey,
    crossing: Crossing | None,
    tools: Sequence[Tool],
    precision: Precision,
) -> Explanation:
    """Turn sums over rows into figures."""
    spec = report.tally.spec
    undefined: dict[str, str] = {}
    pairs = _pairs(report, survey, undefined)
    rungs: tuple[Rung, ...] = ()
    rounding = None
    if spec.scale == "probs":
        rungs = tuple(
            Rung(eps, _mean(report, rung), rung.n_clipped + rung.n_infinite)
            for eps, rung in zip(LADDER, survey.rungs, strict=True)
        )
        low, high = (_mean(report, end) for end in survey.rounding)
        rounding = Rounding(str(precision), low, high)
    else:
        reason = f"{spec.scale} are never clipped"
        undefined |= {"eps": reason, "rounding": f"{spec.scale} are not probabilities"}
    if crossing is None:
        undefined["order"] = (
            "several labels per row" if spec.multilabel else f"more than {MOST_CLASSES:,} classes"
        )
    top = _top(report, survey)
    if top is None:
        undefined["top"] = "a loss is infinite" if report.tally.infinite[-1] else "no loss"
    return Explanation(
        report=report,
        pairs=pairs[:MOST_PAIRS],
        n_pairs=len(pairs),
        bands=tuple(_bands(report, survey)),
        top=top,
        rungs=rungs,
        rounding=rounding,
        order=None if crossing is None else find_order(crossing),
        tools=tuple(
            compat_figure(tool, sums, spec, report.tally.n)
            for tool, sums in zip(tools, survey.beside.tools, strict=True)
        ),
        undefined=undefined,
    )


def _mean(report: Report, total: LossSum) -> float:
    """Return the mean loss that a sum comes to, in the report's unit."""
    if total.n_infinite:
        return math.inf
    spec = report.tally.spec
    weight = report.tally.sums["weight"][spec.n_classes]
    return float(total.loss[0] / weight) / NATS_PER[spec.unit]


def _pairs(report: Report, survey: Survey, undefined: dict[str, str]) -> tuple[Pair, ...]:
    """Return the pairs of true and predicted class, those with the most loss first."""
    spec, sums = report.tally.spec, survey.pairs.settled()
    keys = sums.keys
    if spec.multilabel or sums.too_large:
        undefined["pairs"] = "several labels per row" if spec.multilabel else "a loss is too large"
        return ()
    nats = NATS_PER[spec.unit]
    total = float(report.tally.sums["loss"][spec.n_classes])
    rows = zip(*sums.differences(), sums.counts().tolist(), strict=True)
    found = [
        Pair(
            spec.classes[label],
            spec.classes[int(keys[predicted])],
            n,
            float(loss) / n / nats,
            float(loss) / total if total and not report.tally.infinite[-1] else None,
        )
        for predicted, label, loss, n in rows
    ]
    order = {name: index for index, name in enumerate(spec.classes)}
    return tuple(
        sorted(
            found,
            key=lambda pair: (
                -pair.n * pair.cross_entropy,
                order[pair.true],
                order[pair.predicted],
            ),
        )
    )


def _bands(report: Report, survey: Survey) -> list[Band]:
    """Put the grid of losses together to bands of a factor of two; none are empty at the ends."""
    n, infinite = report.n, report.tally.infinite[-1]
    bins = survey.sizes.by_size(0)
    total = sum((sums for _, _, sums in bins), Fraction(0))
    edges = [0.0, *(2.0**i for i in range(_LOWEST_BAND, _HIGHEST_BAND + 1)), math.inf]
    bands = []
    for low, high in pairwise(edges):
        inside = [(count, sums) for least, count, sums in bins if low <= least < high]
        count = sum(count for count, _ in inside)
        loss = sum((loss for _, loss in inside), Fraction(0))
        share = None if infinite or not total else float(loss / total)
        bands.append(Band(low, None if math.isinf(high) else high, count, count / n, share))
    used = [index for index, band in enumerate(bands) if band.n]
    bands = bands[used[0] : used[-1] + 1] if used else []
    if nothing := n - infinite - sum(count for _, count, _ in bins):
        bands.insert(0, Band(0.0, 0.0, nothing, nothing / n, 0.0 if total else None))
    if infinite:
        bands.append(Band(None, None, infinite, infinite / n, None))
    return bands


def _top(report: Report, survey: Survey) -> Top | None:
    bins = survey.sizes.by_size(0)
    total = sum((sums for _, _, sums in bins), Fraction(0))
    if not total or report.tally.infinite[-1]:
        return None
    count, loss = 0, Fraction(0)
    for low, n, sums in bins:
        count, loss = count + n, loss + sums
        if loss >= _LEAST_SHARE * total:
            return Top(low, count, count / report.n, float(loss / total))
    return None
