"""Figures: positions are those of the numbers; titles say what one sees."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli import UsageError, calibrate, compare, evaluate, explain, gate
from xent_cli.analysis.comparison.training_curve import Trend
from xent_cli.analysis.to_json import Result
from xent_cli.numerics.estimates import Estimate
from xent_cli.render.html.figures import forest, training
from xent_cli.render.html.svg import (
    GREEN,
    GREY,
    RED,
    Figure,
    Line,
    Mark,
    Scale,
    draw_marks,
    scale_of,
)

SVG = "{http://www.w3.org/2000/svg}"
Q = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25], [0.3, 0.3, 0.4]] * 20)
Y = np.array([0, 1, 1, 2] * 20)
NAMES = {"classes": ["cat", "dog", "owl"]}


def read(figure: Figure) -> ET.Element:
    return ET.fromstring(figure.standalone())


def across(root: ET.Element, tag: str, name: str) -> list[float]:
    return [float(e.attrib[name].rstrip("%")) for e in root.iter(SVG + tag)]


def texts(root: ET.Element) -> list[str]:
    return [e.text or "" for e in root.iter(SVG + "text")]


@given(st.lists(st.floats(-1e9, 1e9) | st.just(math.inf), max_size=9), st.booleans())
def test_an_axis_holds_its_values_and_has_round_ticks(values: list[float], zero: bool) -> None:
    scale = scale_of(values, zero=zero)
    finite = [value for value in values if math.isfinite(value)]
    assert all(scale.low <= value <= scale.high for value in finite)
    ticks = scale.ticks
    assert 1 <= len(ticks) <= 7
    assert all(0 <= scale.part(tick) <= 1 for tick in ticks)


def test_bars_begin_at_zero_and_end_at_their_values() -> None:
    marks = [Mark("a", 1.0, "1", (0.5, 1.5)), Mark("b", 2.0, "2"), Mark("c", None, "-")]
    height, body = draw_marks(marks, Scale(0.0, 4.0), lines=[Line(3.0, "limit")])
    root = read(Figure("t", height, body))
    assert across(root, "rect", "width")[1:] == [25, 50]  # The first is the page.
    whiskers = {(e.get("x1"), e.get("x2")) for e in root.iter(SVG + "line")}
    assert ("12.5%", "37.5%") in whiskers
    assert ("75%", "75%") in whiskers
    assert [t for t in texts(root) if t in {*"abc"}] == ["a", "b", "c"]


def test_points_lie_at_their_values_and_colours_say_what_is_sure() -> None:
    parts = [
        ("up", Estimate(0.5, 0.1, 9)),
        ("down", Estimate(-0.5, 0.1, 9)),
        ("open", Estimate(0.1, 0.9, 9)),
    ]
    figure = forest.draw(Estimate(0.2, None, 9, "one row"), parts, "class", unit="nats")
    assert figure is not None
    root = read(figure)
    assert figure.title == "Difference to the baseline by class: up worsened most (+0.5000)"
    colours = [e.attrib["fill"] for e in root.iter(SVG + "circle")]
    overall, up, down, unsure = colours
    assert (overall, up, down, unsure) == (GREY, RED, GREEN, GREY)
    places = across(root, "circle", "cx")
    assert places[2] < places[3] < places[0] < places[1]
    none = forest.draw(None, [("down", Estimate(-0.5, 0.1, 9))], "class", unit="nats")
    assert none is not None
    assert none.title.endswith("none got worse")
    assert forest.draw(None, [], "class", unit="nats") is None


@pytest.mark.parametrize("count", [1, 2, 12, 3000])
def test_a_training_has_few_points_and_its_best(count: int) -> None:
    losses = tuple(abs(i - count // 3) / count + 1 for i in range(count))
    names = tuple(map(str, range(count)))
    figure = training.draw(Trend(names, losses, count // 3, None), [0.1] * count, "nats")
    assert figure is not None
    root = read(figure)
    assert len(across(root, "circle", "cx")) <= 503
    assert f"{count // 3} is best (1.0000)" in figure.title
    assert "best" in texts(root)


def test_infinite_steps_are_left_out() -> None:
    trend = Trend(("a", "b"), (math.inf, 1.0), 1, None)
    figure = training.draw(trend, [None, None], "nats")
    assert figure is not None
    assert len(across(read(figure), "circle", "cx")) == 1
    assert training.draw(Trend(("a",), (math.inf,), 0, None), [None], "nats") is None


def title_of(svg: str) -> str:
    found = re.search("<title>(.*?)</title>", svg)
    assert found
    return found[1]


def test_titles_say_what_one_sees() -> None:
    report = evaluate(Q, Y, by={"place": ["KR", "US"] * 40}, **NAMES)
    share = next(row.share for row in report.classes if row.name == "dog")
    assert title_of(report.to_svg("classes")) == (
        f"Cross entropy by class: dog costs most ({share:.1%} of the loss)"
    )
    lower = 1 - (report.overall.normalized_entropy or 0)
    assert title_of(report.to_svg("overall")) == (
        f"The loss is {lower:.1%} below that of always predicting the class frequencies"
    )
    assert title_of(report.to_svg("slices")) == "Cross entropy by place: highest in KR"
    found = explain(Q, Y, **NAMES)
    pair = next(pair for pair in found.pairs if pair.true != pair.predicted)
    assert f"{pair.true} predicted as {pair.predicted}" in title_of(found.to_svg("pairs"))
    assert "of the rows have" in title_of(found.to_svg("rows"))


def test_a_number_is_called_a_class() -> None:
    assert "class 1 costs most" in title_of(evaluate(Q, Y).to_svg("classes"))


def results() -> Sequence[tuple[Result, set[str]]]:
    by = {"by": {"place": ["KR", "US"] * 40}}
    old = Q[::-1]
    require = {"require": ["delta <= 0.1 @95%"]}
    return [
        (evaluate(Q, Y, **by), {"overall", "classes", "slices"}),
        (
            compare(old, Q, labels=Y, **by),
            {"models", "differences", "slice-differences"},
        ),
        (gate(Q, Y, baseline=old, **require), {"differences", "classes"}),
        (explain(Q, Y), {"classes", "pairs", "rows"}),
        (calibrate(Q, Y), {"calibration", "reliability"}),
    ]


def test_every_result_has_its_figures_as_files() -> None:
    for result, figures in results():
        for name in figures:
            root = ET.fromstring(result.to_svg(name))
            assert root.tag == SVG + "svg"
        with pytest.raises(UsageError, match=", ".join(sorted(figures)[:1])):
            result.to_svg("nothing")


def test_infinite_losses_are_drawn() -> None:
    report = evaluate([[1.0, 0.0], [0.5, 0.5]], [1, 0], eps=0)
    assert math.isinf(report.cross_entropy)
    for name in ("overall", "classes"):
        assert "inf" in texts(ET.fromstring(report.to_svg(name)))
    assert "Cross entropy inf nats" in report.to_html()
