"""Saved: a calibration as plain data for JSON, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.analysis.calibration.class_shares import ClassShare, ClassShares
from xent_cli.analysis.calibration.decomposition import Decomposition
from xent_cli.analysis.calibration.one_pass import figures_of_sums
from xent_cli.analysis.calibration.recoverable import Recoverable
from xent_cli.analysis.calibration.reliability import Bin, Reliability
from xent_cli.analysis.calibration.temperature import Temperature
from xent_cli.analysis.report_intervals import report_dict
from xent_cli.metrics.report.json_format import FORMAT_VERSION, from_fields
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.tally.calibration_sums import CalibrationSums
from xent_cli.numerics.estimates import Estimate

FORMAT = "xent.calibration"
_INFINITE = "infinite"


def to_dict(found: Calibration) -> dict[str, Any]:
    """Return a calibration as plain data, without the second model: `analysis.to_json` adds it."""
    report = found.report
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "signature": report.signature,
        "unit": report.tally.spec.unit,
        "n": report.n,
        "cross_entropy": _said(found.loss),
        "own_expectation": _said(found.own_expectation),
        "gap": _estimate(found.gap),
        "verdict": found.verdict,
        "temperature": _plain(found.temperature),
        "recoverable": _plain(found.recoverable) | {"shown": found.recoverable.shown},
        "shares": {
            "classes": [
                {**_plain(each), "gap": _estimate(each.gap)} for each in found.shares.classes
            ],
            "kl": found.shares.kl,
            "variation": found.shares.variation,
        },
        "reliability": [_series(each) for each in found.reliability],
        **({} if found.sums is None else {"sums": found.sums.to_dict()}),
        "warnings": [asdict(notice) for notice in found.warnings],
        "report": report_dict(report),
    }


def brief(found: Calibration) -> dict[str, Any]:
    """Return what rules may be about: neither the report nor the reliability."""
    data = to_dict(replace(found, reliability=(), sums=None))
    left_out = ("format", "format_version", "signature", "unit", "n", "warnings", "report")
    return {key: value for key, value in data.items() if key not in left_out}


def from_dict(data: Mapping[str, Any], report: Report) -> Calibration:
    """Return what `to_dict` wrote, without the second model; ValueError where it is damaged."""
    shares = data["shares"]
    recoverable = {key: value for key, value in data["recoverable"].items() if key != "shown"}
    found = Calibration(
        report=report,
        loss=_number(data["cross_entropy"]),
        own_expectation=_number(data["own_expectation"]),
        gap=_read_estimate(data["gap"]),
        temperature=from_fields(Temperature, _read(data["temperature"])),
        recoverable=from_fields(Recoverable, _read(recoverable)),
        shares=ClassShares(
            classes=tuple(
                from_fields(ClassShare, {**each, "gap": _read_estimate(each["gap"])})
                for each in shares["classes"]
            ),
            kl=shares["kl"],
            variation=shares["variation"],
        ),
        reliability=tuple(_read_series(each) for each in data["reliability"]),
    )
    if "sums" not in data:
        return found
    sums = CalibrationSums.from_dict(data["sums"], report.tally.spec)
    return replace(found, sums=sums, **figures_of_sums(sums, report))


def _series(found: Reliability) -> dict[str, Any]:
    return {
        "class": found.name,
        "bins": [asdict(each) for each in found.bins],
        "log": asdict(found.log),
        "brier": asdict(found.brier),
        "ece": found.ece,
        "ece_floor": found.ece_floor,
    }


def _read_series(data: Mapping[str, Any]) -> Reliability:
    log, brier = (from_fields(Decomposition, data[name]) for name in ("log", "brier"))
    return Reliability(
        name=data["class"],
        bins=tuple(from_fields(Bin, each) for each in data["bins"]),
        log=log,
        brier=brier,
        ece=data["ece"],
        ece_floor=data["ece_floor"],
    )


def _plain(found: Any) -> dict[str, Any]:
    """Return the fields of a dataclass; what JSON cannot say is said in words."""
    return {
        key: list(value) if isinstance(value, tuple) else _said(value)
        for key, value in asdict(found).items()
    }


def _said(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return _INFINITE if value > 0 else None
    return value


def _number(value: Any) -> float:
    return math.inf if value == _INFINITE else float(value)


def _end(value: Any) -> float | None:
    """Read an end of an interval."""
    return None if value is None else _number(value)


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        key: tuple(map(_end, value)) if isinstance(value, list) else value
        for key, value in data.items()
    }
    return {key: math.inf if value == _INFINITE else value for key, value in values.items()}


def _estimate(found: Estimate) -> dict[str, Any]:
    interval = found.interval(0.95)
    return {
        "value": _said(found.value),
        "se": found.se,
        "df": found.df,
        "ci95": None if interval is None else list(interval),
        "p_value": found.p_value(),
        "reason": found.reason,
    }


def _read_estimate(data: Mapping[str, Any]) -> Estimate:
    return Estimate(_number(data["value"]), data["se"], data["df"], data["reason"])
