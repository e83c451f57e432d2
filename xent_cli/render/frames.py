"""Frames: the figures of results as pandas DataFrames, unrounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from xent_cli.errors import UsageError
from xent_cli.numerics.estimates import Estimate

Record = Mapping[str, Any]


def frame_of(result: Any, of: str | None = None) -> pd.DataFrame:
    """Return what `Drawn.to_frame` says.

    Raises
    ------
    UsageError
        If the result has none of them.
    """
    known = _FRAMES[type(result).__name__]
    name = next(iter(known)) if of is None else of
    if name not in known:
        raise UsageError(f"This result has no {name}. It has: {', '.join(known)}.")
    frame = pd.DataFrame([dict(record) for record in known[name](result)])
    named = name == "classes" and not frame.empty
    return frame.set_index("name") if named else frame


def _classes(result: Any) -> Iterator[Record]:
    for row in getattr(result, "report", result).classes:
        record = asdict(row)
        ends = record.pop("ci95")
        yield {**record, **_ends(ends)}


def _slices(report: Any) -> Iterator[Record]:
    for table in report.slices():
        by = ",".join(column.name for column in table.slicing.columns)
        for one in table.slices:
            yield {
                "by": by,
                "name": one.name,
                "n": one.n,
                "weight_sum": one.weight_sum,
                "cross_entropy": one.cross_entropy,
                "se": one.se,
                **_ends(one.ci95),
                **_estimate(one.delta),
                "share": one.share,
                "accuracy": one.accuracy,
            }


def _verdicts(result: Any) -> Iterator[Record]:
    for verdict in result.verdicts:
        yield {
            "rule": verdict.rule.text.strip(),
            "class": verdict.class_name,
            "slice": verdict.slice_name,
            "value": verdict.value,
            **_ends(verdict.interval),
            "level": verdict.level,
            "operator": verdict.rule.operator,
            "limit": verdict.rule.limit,
            "margin": verdict.margin,
            "outcome": verdict.outcome,
            "reason": verdict.reason,
        }


def _models(found: Any) -> Iterator[Record]:
    pairs = [None, *found.comparisons]
    p_values = [None, *found.p_values]
    for name, report, pair, p in zip(found.names, found.reports, pairs, p_values, strict=True):
        overall = report.overall
        yield {
            "model": name,
            "cross_entropy": overall.cross_entropy,
            "se": overall.se,
            **_estimate(None if pair is None else pair.overall),
            "p_holm": p,
        }


def _differences(result: Any) -> Iterator[Record]:
    for model, pair in _pairs(result):
        classes = zip(pair.baseline.classes, pair.candidate.classes, strict=True)
        for index, (ours, theirs) in enumerate(classes):
            losses = {"baseline": ours.cross_entropy, "candidate": theirs.cross_entropy}
            yield {
                **model,
                "class": theirs.name,
                "n": theirs.n,
                **losses,
                **_estimate(pair.difference(index)),
            }


def _slice_differences(result: Any) -> Iterator[Record]:
    from xent_cli.analysis.comparison.pair_slices import SliceComparison

    for model, pair in _pairs(result):
        for which in range(len(pair.candidate.tally.spec.by)):
            both = SliceComparison(pair, which)
            by = ",".join(column.name for column in both.candidate.slicing.columns)
            for theirs in both.candidate.slices:
                ours = both.baseline.find(theirs.key)
                yield {
                    **model,
                    "by": by,
                    "name": theirs.name,
                    "n": theirs.n,
                    "baseline": None if ours is None else ours.cross_entropy,
                    "candidate": theirs.cross_entropy,
                    **_estimate(both.difference(theirs.key)),
                }


def _reliability(found: Any) -> Iterator[Record]:
    for series in found.reliability:
        yield from ({"class": series.name, **asdict(each)} for each in series.bins)


def _shares(found: Any) -> Iterator[Record]:
    for each in found.shares.classes:
        yield {
            "class": each.name,
            "predicted": each.predicted,
            "observed": each.observed,
            "gap": each.gap.value,
            "se": each.gap.se,
            "p_holm": each.p,
        }


def _pairs(result: Any) -> list[tuple[Record, Any]]:
    """Return the comparisons of a result, each with the name of its model, if it has several."""
    if hasattr(result, "comparisons"):
        named = zip(result.names[1:], result.comparisons, strict=True)
        return [({"model": name}, pair) for name, pair in named]
    return [] if result.comparison is None else [({}, result.comparison)]


def _estimate(found: Estimate | None) -> Record:
    if found is None:
        return {"delta": None, "delta_se": None, **_ends(None, "delta_")}
    return {
        "delta": found.value,
        "delta_se": found.se,
        **_ends(found.interval(0.95), "delta_"),
    }


def _ends(interval: tuple[float, float] | None, of: str = "") -> Record:
    low, high = (None, None) if interval is None else interval
    return {f"{of}low": low, f"{of}high": high}


def _items(name: str) -> Callable[[Any], Iterator[Record]]:
    def records(result: Any) -> Iterator[Record]:
        yield from (asdict(item) for item in getattr(result, name))

    return records


_FRAMES: dict[str, dict[str, Callable[[Any], Iterator[Record]]]] = {
    "Report": {"classes": _classes, "slices": _slices},
    "GateResult": {
        "verdicts": _verdicts,
        "classes": _classes,
        "differences": _differences,
        "slice-differences": _slice_differences,
    },
    "Contrast": {
        "models": _models,
        "differences": _differences,
        "slice-differences": _slice_differences,
    },
    "Explanation": {
        "pairs": _items("pairs"),
        "classes": _classes,
        "rows": _items("bands"),
        "eps": _items("rungs"),
    },
    "Calibration": {"reliability": _reliability, "shares": _shares, "classes": _classes},
    "Ranking": {"rows": _items("rows")},
}
