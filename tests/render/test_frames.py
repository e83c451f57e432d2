"""Frames and what else results show in Python: unrounded, and one line."""

from __future__ import annotations

import numpy as np
import pytest

import xent_cli
from xent_cli import (
    Contrast,
    GateResult,
    InputError,
    Report,
    UsageError,
    calibrate,
    compare,
    evaluate,
    explain,
    gate,
    worst_rows,
)
from xent_cli.analysis.to_json import to_dict

OLD = [[0.7, 0.3], [0.2, 0.8], [0.6, 0.4], [0.55, 0.45]] * 10
NEW = [[0.8, 0.2], [0.1, 0.9], [0.6, 0.4], [0.5, 0.5]] * 10
Y = [0, 1, 1, 0] * 10
BY = {"g": ["KR", "US"] * 20}


def test_a_report() -> None:
    report = evaluate(NEW, Y, by=BY)
    frame = report.to_frame()
    assert frame.index.to_list() == ["0", "1"]
    assert frame["cross_entropy"].to_list() == [row.cross_entropy for row in report.classes]
    assert list(zip(frame["low"], frame["high"], strict=True)) == [r.ci95 for r in report.classes]
    slices = report.to_frame("slices")
    (table,) = report.slices()
    assert slices["name"].to_list() == ["KR", "US"]
    assert slices["delta"].to_list() == [one.delta.value for one in table.slices if one.delta]
    assert evaluate(NEW, Y).to_frame("slices").empty
    with pytest.raises(UsageError, match=r"It has: classes, slices\."):
        report.to_frame("verdicts")


def test_a_gate_and_a_comparison() -> None:
    require = ["ce <= 0.1", "class.*.delta <= 0.5 @95%"]
    result = gate(NEW, Y, baseline=OLD, require=require, by=BY)
    frame = result.to_frame()
    saved = to_dict(result)["verdicts"]
    assert frame["value"].to_list() == [item["value"] for item in saved]
    assert frame["outcome"].to_list() == ["fail", "pass", "pass"]
    assert frame["class"].to_list()[1:] == ["0", "1"]
    found = compare(OLD, NEW, labels=Y, by=BY)
    delta = found.comparisons[0].overall
    assert delta is not None
    models = found.to_frame()
    assert models["delta"].to_list()[1:] == [delta.value]
    assert models["p_holm"].to_list()[1:] == found.p_values
    differences = found.to_frame("differences")
    assert differences.drop(columns="model").equals(result.to_frame("differences"))
    parts = found.to_frame("slice-differences")
    assert np.allclose(parts["delta"], parts["candidate"] - parts["baseline"])
    assert gate(NEW, Y, require="n >= 1").to_frame("differences").empty


def test_explanations_calibrations_and_rows() -> None:
    found = explain(NEW, Y)
    assert len(found.to_frame()) == len(found.pairs)
    assert found.to_frame("rows")["n"].sum() == 40
    assert len(found.to_frame("eps")) == len(found.rungs)
    honest = calibrate(NEW, Y)
    assert len(honest.to_frame()) == sum(len(each.bins) for each in honest.reliability)
    assert honest.to_frame("shares")["class"].to_list() == ["0", "1"]
    assert worst_rows(NEW, Y, top=3).to_frame()["row"].to_list() == [3, 7, 11]


def test_one_line_each() -> None:
    results = [
        evaluate(NEW, Y),
        gate(NEW, Y, baseline=OLD, require="ce <= 0.1"),
        compare(OLD, NEW, labels=Y),
        explain(NEW, Y),
        calibrate(NEW, Y),
        worst_rows(NEW, Y),
    ]
    for result in results:
        text = repr(result)
        assert text.startswith(f"<{type(result).__name__}")
        assert len(text) < 160
        assert "\n" not in text
    assert repr(results[1]) == "<GateResult fail: 0 of 1 verdicts pass>"
    assert isinstance(results[0], Report)
    assert isinstance(results[1], GateResult)
    assert isinstance(results[2], Contrast)
    assert len(repr(results[2].comparisons[0])) < 160


def test_a_fragment_may_stand_twice_on_a_page() -> None:
    report = evaluate(NEW, Y)
    fragment = report._repr_html_()
    assert fragment.startswith('<div class="xent"><style>')
    assert not {" id=", "<html", "<script", "<h1", "<h2"} & {
        mark for mark in (" id=", "<html", "<script", "<h1", "<h2") if mark in fragment
    }
    rules = fragment[fragment.index("<style>") + 7 : fragment.index("</style>")]
    flat = [rule.split("{")[0] for rule in rules.replace("@media", "}@media").split("}")]
    selectors = [s for s in flat if s.strip() and not s.strip().startswith("@")]
    assert all(".xent" in selector for selector in selectors)


def test_errors_are_public() -> None:
    with pytest.raises(InputError):
        evaluate([[0.5, 0.5]], [0, 1])
    errors = [getattr(xent_cli, name) for name in xent_cli.__all__ if name.endswith("Error")]
    assert all(issubclass(error, xent_cli.XentError) for error in errors)
    defined = {n for n, e in vars(xent_cli.errors).items() if n.endswith("Error") and e.__module__}
    assert defined <= {*xent_cli.__all__}
