"""The calibration: expectation, temperature and gain; shares; what was predicted and came true."""

from __future__ import annotations

import math

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.class_shares import ClassShare
from xent_cli.analysis.calibration.reliability import Bin, Reliability
from xent_cli.render.document import Block, Column, Document, Fact, Facts, Row, Table
from xent_cli.render.documents.explanation import left_out
from xent_cli.render.documents.report import describe, describe_inputs
from xent_cli.render.text import decimal, percent, signed
from xent_cli.render.view import View

_SHOWN = 20
_TRACK = 21
_RENORMALIZING = 1e-6

_NAME = Column("name", "class", "class")
_N = Column("n", "n", "count")
_GAP, _SE = Column("gap", "gap", "delta"), Column("se", "± se", "error")
_P = Column("p", "p (Holm)", "p")
_SHARES = (
    _NAME,
    Column("predicted", "predicted", "share"),
    Column("observed", "observed", "share"),
    *(_GAP, _SE, _P),
)
_BINS = (
    Column("range", "predicted", "word"),
    _N,
    Column("predicted", "mean", "probability"),
    Column("observed", "observed", "probability"),
    _GAP,
    Column("noise", "± noise", "error"),
    _P,
    Column(
        "track", "predicted |, observed o", "word", without=("markdown", "csv", "html"), spare=1
    ),
)
_SECOND = (
    _NAME,
    _N,
    Column("cross_entropy", "cross entropy", "loss"),
    Column("after", "at T", "loss"),
    Column("delta", "delta", "delta"),
    _SE,
)
_PARTS = (
    _NAME,
    Column("score", "log score", "loss"),
    Column("miscalibration", "miscali-\nbration", "loss"),
    Column("expected", "if\ncalibrated", "loss"),
    Column("discrimination", "discrimi-\nnation", "loss"),
    Column("uncertainty", "uncer-\ntainty", "loss"),
    Column("ece", "ECE", "loss", spare=2),
    Column("ece_floor", "ECE if\ncalibrated", "loss", spare=2),
)


def document(found: Calibration, view: View) -> Document:
    """Return what was found; the view says how many classes to show."""
    top = _SHOWN if view.top is None else view.top
    blocks: list[Block] = [Facts(tuple(_facts(found)), name="calibration"), _shares(found, top)]
    if found.comparison is not None:
        blocks.append(_second(found, top))
    series = found.reliability if found.per_class else found.reliability[:1]
    blocks += [_bins(each) for each in series]
    blocks.append(_parts(found, top))
    return Document(
        _headline(found),
        tuple(blocks),
        found.report.signature,
        remarks=(describe(found.report), *describe_inputs(found.report.inputs)),
        warnings=found.warnings,
        notes=found.report.notes,
    )


def _headline(found: Calibration) -> str:
    gain = found.recoverable
    if gain.shown and gain.share is not None:
        rest = f"a temperature would recover {percent(gain.share)} of the loss"
    elif gain.share is not None and _is_likely(found):
        rest = f"a temperature would recover about {percent(gain.share)} of the loss"
    else:
        rest = "a temperature would not clearly recover any loss"
    return f"calibration: {found.verdict}; {rest}"


def _facts(found: Calibration) -> list[Fact]:
    unit = found.report.tally.spec.unit
    facts = [
        Fact("cross entropy", _finite(found.loss), "loss", unit, tone="strong"),
        Fact(
            "own expectation",
            found.own_expectation,
            "loss",
            "mean loss that the model itself expects",
        ),
        Fact("gap", _finite(found.gap.value), "delta", _gap(found)),
        Fact("temperature", _finite(found.temperature.value), "loss", _temperature(found)),
        _recoverable(found),
    ]
    if abs(found.renormalizing) > _RENORMALIZING:
        said = "part of the loss that comes from rows that do not sum to 1"
        facts.insert(1, Fact("renormalizing", found.renormalizing, "delta", said))
    return facts


def _gap(found: Calibration) -> str:
    gap, ends = found.gap, found.gap.interval(0.95)
    if gap.se is None or ends is None:
        return f"no standard error: {gap.reason}" if gap.reason else ""
    p = gap.p_value()
    shown = "" if p is None else f", p {p:.2g}"
    return f"± {decimal(gap.se)}, 95% interval {_ends(ends)}{shown}: {found.verdict}"


def _temperature(found: Calibration) -> str:
    temperature = found.temperature
    if temperature.reason and temperature.interval is None:
        return temperature.reason
    said = ""
    if temperature.interval is not None:
        low, high = temperature.interval
        said = f"95% interval {decimal(low)} to {decimal(high)}"
        if low <= 1 <= high:
            return f"{said}; 1 is inside, so the effect is not clear"
    effect = "softens" if (temperature.value or 1.0) > 1 else "sharpens"
    return f"{said}; dividing the logits by it {effect} the model"


def _recoverable(found: Calibration) -> Fact:
    gain, value = found.recoverable, None
    if gain.share is not None and _is_likely(found):
        value = gain.value
        said = f"{percent(gain.share)} of the loss; {gain.reason}"
    elif found.of_one_pass and gain.value is not None:
        said = "not clear: 1 may be the best temperature"
    elif gain.interval is None:
        said = gain.reason
    elif not gain.shown:
        said = f"not clearly above 0: 95% interval {' to '.join(map(decimal, gain.interval))}"
    else:
        value = gain.value
        share = "" if gain.share is None else f", {percent(gain.share)} of the loss"
        ends = " to ".join(map(decimal, gain.interval))
        said = f"95% interval {ends}{share}; expected on new rows"
    return Fact("recoverable", value, "loss", said)


def _is_likely(found: Calibration) -> bool:
    """Say whether one look at the rows shows that there is something to gain, if not how sure."""
    ends, gain = found.temperature.interval, found.recoverable.value
    some = gain is not None and gain > 0
    return found.of_one_pass and some and ends is not None and not ends[0] <= 1 <= ends[1]


def _ends(ends: tuple[float, float]) -> str:
    return f"{signed(ends[0])} to {signed(ends[1])}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _shares(found: Calibration, top: int) -> Table:
    rows = sorted(found.shares.classes, key=_size, reverse=True)
    if len(rows) <= _SHOWN:
        rows = list(found.shares.classes)
    shown = rows[:top] if top else rows
    note = ""
    if len(rows) > len(shown):
        note = f"The classes with the clearest gaps are shown. {left_out(len(rows) - len(shown))}"
    cells = tuple(
        Row(
            {
                "name": each.name,
                "predicted": each.predicted,
                "observed": each.observed,
                "gap": each.gap.value,
                "se": each.gap.se,
                "p": each.p,
            }
        )
        for each in shown
    )
    return Table(
        _SHARES, cells, "class shares: mean predicted probability and share of rows", note, "shares"
    )


def _size(each: ClassShare) -> float:
    return abs(each.gap.value) / each.gap.se if each.gap.se else 0.0


def _second(found: Calibration, top: int) -> Table:
    pair = found.comparison
    if pair is None:
        return Table()
    rows = []
    for at, (before, after) in enumerate(
        zip(pair.baseline.classes, pair.candidate.classes, strict=True)
    ):
        delta = pair.difference(at)
        rows.append(
            Row(
                {
                    "name": before.name,
                    "n": before.n,
                    "cross_entropy": before.cross_entropy,
                    "after": after.cross_entropy,
                    "delta": None if delta is None else delta.value,
                    "se": None if delta is None else delta.se,
                }
            )
        )
    shown = tuple(rows[:top] if top else rows)
    note = left_out(len(rows) - len(shown))
    applied = found.temperature.applied
    return Table(_SECOND, shown, f"classes at temperature {applied:.4g}", note)


def _bins(series: Reliability) -> Table:
    what = "the predicted class" if series.name is None else f"class {series.name}"
    rows = tuple(
        Row(
            {
                "range": f"{each.low:g} to {each.high:g}",
                "n": each.n,
                "predicted": each.predicted,
                "observed": each.observed,
                "gap": each.gap,
                "noise": each.noise,
                "p": each.p,
                "track": _track(each),
            }
        )
        for each in series.bins
    )
    return Table(_BINS, rows, f"reliability of {what}", name="reliability")


def _track(each: Bin) -> str:
    """Draw mean and share on a line from 0 to 1.

    Examples
    --------
    >>> _track(Bin(low=0.2, high=0.3, n=9, predicted=0.25, observed=0.75, gap=0.5))
    '.....|.........o.....'
    """
    marks = ["."] * _TRACK
    here, there = (round(value * (_TRACK - 1)) for value in (each.predicted, each.observed))
    for place in range(min(here, there) + 1, max(here, there)):
        marks[place] = "-" if abs(each.gap) > 2 * (each.noise or math.inf) else "."
    marks[here] = "|"
    marks[there] = "*" if here == there else "o"
    return "".join(marks)


def _parts(found: Calibration, top: int) -> Table:
    rows = tuple(
        Row(
            {
                "name": "(top)" if each.name is None else each.name,
                "score": each.log.score,
                "miscalibration": each.log.miscalibration,
                "expected": each.log.expected_miscalibration,
                "discrimination": each.log.discrimination,
                "uncertainty": each.log.uncertainty,
                "ece": each.ece,
                "ece_floor": each.ece_floor,
            }
        )
        for each in found.reliability
    )
    shown = rows[: top + 1] if top else rows
    note = (
        "Log score = miscalibration - discrimination + uncertainty. Each class is "
        "scored against all others; (top) is the predicted class."
    )
    return Table(_PARTS, shown, "parts of the log score, in nats", note)
