"""From JSON: saved results as the objects that `to_json` wrote, so that they are drawn alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from xent_cli.analysis.calibration import saved as calibration_saved
from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.explain.column_order import Order
from xent_cli.analysis.explain.explanation import Band, Explanation, Pair, Rounding, Rung, Top
from xent_cli.analysis.gate.false_alarm_rate import FalseAlarms
from xent_cli.analysis.gate.metric_values import quantities
from xent_cli.analysis.gate.rules import parse_rule
from xent_cli.analysis.gate.verdicts import GateResult, Verdict
from xent_cli.analysis.to_json import Result, finite, to_dict
from xent_cli.analysis.worst_rows import RankedRow, Ranking
from xent_cli.errors import ReportError
from xent_cli.metrics.compat.sums import CompatFigure
from xent_cli.metrics.report.json_format import (
    KINDS,
    from_fields,
    rebuilding,
    require_alike,
    require_document,
)
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.report.to_json import alike
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.schema.provenance import Input, Notice
from xent_cli.schema.spec import Spec

Document = Mapping[str, Any]


def from_dict(data: object) -> Result:
    """Return the result that `to_dict` made a document of, whatever its kind.

    What follows from exact sums is computed anew and must agree with what was saved.

    Raises
    ------
    ReportError
        If it is no document of xent, of a later version, damaged, or edited by hand.
    """
    form = data.get("format") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(form, str) or form not in KINDS:
        raise ReportError(
            "This is not a result that xent saved.",
            hint="xent eval writes a report as JSON.",
        )
    if form == "xent.report":
        return Report.from_dict(data)
    require_document(data, form)
    with rebuilding(form):
        result = _READERS[form](data)
        fresh = to_dict(result)
    require_alike(data, fresh, form)
    return result


def _gate(data: Document) -> GateResult:
    report = Report.from_dict(data["report"])
    comparison = None
    if data["baseline"] is not None:
        baseline = Report.from_dict(data["baseline"])
        comparison = _comparison(baseline, report, data["comparison"]["sums"])
    looks, calibration = data.get("looks", 1), None
    if (saved := data.get("calibration")) is not None:
        calibration = calibration_saved.from_dict(saved, report)
    return GateResult(
        tuple(_verdict(item, looks, report, comparison, calibration) for item in data["verdicts"]),
        report,
        comparison,
        data["inconclusive"],
        None if data["false_alarms"] is None else _false_alarms(data["false_alarms"]),
        tuple(from_fields(Notice, item) for item in data["warnings"] if item["code"] == _UNJUDGED),
        looks,
        calibration,
    )


def _false_alarms(data: Document) -> FalseAlarms:
    if data["failed"] + data["inconclusive"] + data["passed"] != data["flips"]:
        raise ValueError("the number of outcomes is not the number of flips")
    return from_fields(FalseAlarms, {**data, "rules": tuple(data["rules"])})


_UNJUDGED = "small-slices"


def _verdict(
    data: Document,
    looks: int,
    report: Report,
    comparison: Comparison | None,
    calibration: Calibration | None,
) -> Verdict:
    """Return a verdict as it was given; ValueError where it is not about the figures beside it."""
    rule, value, outcome = parse_rule(data["rule"]).for_looks(looks), data["value"], data["outcome"]
    name = data["class"] if rule.slice_name is None else data.get("slice")
    found = dict(quantities(rule, report, comparison, calibration))
    if name in found:
        exact = found[name].value
        if not alike(value, finite(exact)):
            raise ValueError(f"{rule.text}: the value is not that of the report")
        if exact is not None and math.isinf(exact):
            value = exact
    elif value is not None:
        raise ValueError(f"{rule.text}: the report has no such figure")
    interval = None
    if data["interval"] is not None:
        low, high = data["interval"]
        interval = (-math.inf if low is None else low, math.inf if high is None else high)
    judged = (value,) if rule.level is None or interval is None else interval
    sides = [end is not None and rule.holds(end) for end in judged]
    if (outcome == "pass" and not all(sides)) or (outcome == "fail" and any(sides)):
        raise ValueError(f"{rule.text}: the verdict is not that of the value")
    return Verdict(rule, name, value, interval, data["interval_level"], outcome, data["reason"])


def _comparison(baseline: Report, candidate: Report, sums: Document | None) -> Comparison:
    """Put two reports together; ValueError where the sums of differences are of other rows."""
    delta = None if sums is None else Delta.from_dict(sums)
    if delta is not None:
        delta.spec.require_equal(candidate.tally.spec)
        if not delta.n == baseline.tally.n == candidate.tally.n:
            raise ValueError("the differences are those of other rows")
    return Comparison(baseline, candidate, delta)


def _calibration(data: Document) -> Calibration:
    found = calibration_saved.from_dict(data, Report.from_dict(data["report"]))
    if (second := data["second"]) is None:
        return found
    as_is, cooled = (Report.from_dict(second[name]) for name in ("as_is", "at_temperature"))
    return replace(found, comparison=_comparison(as_is, cooled, second["comparison"]["sums"]))


def _contrast(data: Document) -> Contrast:
    first, *others = data["models"]
    baseline = Report.from_dict(first["report"])
    return Contrast(
        tuple(model["name"] for model in data["models"]),
        tuple(
            _comparison(baseline, Report.from_dict(other["report"]), other["comparison"]["sums"])
            for other in others
        ),
        trend=data["trend"] is not None,
    )


def _explanation(data: Document) -> Explanation:
    report = Report.from_dict(data["report"])
    top, rounding, order = data["top"], data["rounding"], data["order"]
    if not data["eps"] and "eps" not in data["undefined"]:
        raise ValueError("eps is missing, and the reason too")
    return Explanation(
        report=report,
        pairs=tuple(from_fields(Pair, _infinite(item, "cross_entropy")) for item in data["pairs"]),
        n_pairs=data["n_pairs"],
        bands=tuple(from_fields(Band, item) for item in data["bands"]),
        top=None if top is None else from_fields(Top, top),
        rungs=tuple(from_fields(Rung, _infinite(item, "cross_entropy")) for item in data["eps"]),
        rounding=None
        if rounding is None
        else from_fields(Rounding, _infinite(rounding, "low", "high")),
        order=None if order is None else _order(order, report.tally.spec),
        tools=tuple(from_fields(CompatFigure, item) for item in data["compat"]),
        undefined=data["undefined"],
        advice=tuple(from_fields(Notice, each) for each in data.get("advice", ())),
    )


def _order(data: Document, spec: Spec) -> Order:
    place = {name: index for index, name in enumerate(spec.classes)}
    columns = list(range(spec.n_classes))
    for name, other in data["columns"].items():
        columns[place[name]] = place[other]
    if len({*columns}) < len(columns) or columns == sorted(columns):
        raise ValueError("this is no other order of the columns")
    means = ("before", "after", "overall_before", "overall_after")
    nats = {name: data[name] * NATS_PER[spec.unit] for name in means}
    return from_fields(Order, {**data, **nats, "columns": tuple(columns)})


def _ranking(data: Document) -> Ranking:
    infinite = data["cross_entropy"] is None
    return Ranking(
        signature=data["signature"],
        unit=data["unit"],
        n=data["n"],
        cross_entropy=math.inf if infinite else data["cross_entropy"],
        n_infinite=data.get("n_infinite") if infinite else 0,
        rows=tuple(from_fields(RankedRow, _infinite(row, "loss")) for row in data["rows"]),
        n_among=data["n_among"],
        share=data["share"],
        label=data["class"],
        where=data["where"],
        warnings=tuple(from_fields(Notice, item) for item in data["warnings"]),
        notes=tuple(from_fields(Notice, item) for item in data["notes"]),
        inputs=tuple(map(Input.from_dict, data["inputs"])),
    )


def _infinite(data: Document, *names: str) -> dict[str, Any]:
    """Put infinity where JSON had nothing for it."""
    return {**data, **{name: math.inf for name in names if data[name] is None}}


_READERS: dict[str, Callable[[Document], Result]] = {
    "xent.calibration": _calibration,
    "xent.gate": _gate,
    "xent.comparison": _contrast,
    "xent.explain": _explanation,
    "xent.rows": _ranking,
}
