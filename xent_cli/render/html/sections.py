"""Sections: the blocks of a result in the order of a page, each with its figure, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xent_cli.render.document import Block, Document, Table
from xent_cli.render.html.svg import Figure, Line
from xent_cli.render.view import View

_TITLES = {
    "overall": "All rows",
    "compat": "What other tools print",
    "verdicts": "Verdicts",
    "evidence": "The difference",
    "worst": "Rows with the highest loss",
}
"""Of blocks without a figure or a title of their own."""
_BY = ("classes", "slices", "differences", "slice-differences")


@dataclass(frozen=True, slots=True)
class Section:
    """A block, the figure that draws it, and a title.

    Attributes
    ----------
    name : str
        By which `to_svg` knows the figure.
    """

    name: str
    title: str
    block: Block
    figure: Figure | None = None


def sections_of(result: Any, document: Document, view: View) -> list[Section]:
    """Return the sections of a page."""
    found: list[Section] = []
    counts: dict[str, int] = {}
    for block in (*document.blocks, *_more(result, view)):
        index = counts.get(block.name, 0)
        counts[block.name] = index + 1
        figure = _figure(result, block, index, view)
        title = _TITLES.get(block.name, "")
        if isinstance(block, Table) and block.title:
            title = block.title[0].upper() + block.title[1:]
        elif isinstance(block, Table) and block.name in _BY and figure is None and block.columns:
            title = f"By {block.columns[0].title}"
        name = block.name if not index else f"{block.name}-{index + 1}"
        found.append(Section(name, title if figure is None else figure.title, block, figure))
    return found


def _more(result: Any, view: View) -> Iterator[Block]:
    """Yield what a page shows of a gate, or of two models, that no other document has."""
    gate = type(result).__name__ == "GateResult"
    pair = _pair(result)
    if pair is not None:
        from xent_cli.render.documents import comparison, row_differences

        if gate:
            yield comparison.class_changes(pair, "candidate")
            yield from comparison.slice_changes(pair, "candidate", view.min_n)
        if (table := row_differences.row_changes(pair)).rows:
            yield table
    if gate:
        from xent_cli.render.documents import report

        yield report.class_table(result.report, view)


def _pair(result: Any) -> Any:
    """Return the comparison that a page looks into: of several models, that with the best."""
    if hasattr(result, "comparisons"):
        return result.comparisons[(result.best or len(result.comparisons)) - 1]
    return getattr(result, "comparison", None) if hasattr(result, "verdicts") else None


def _figure(result: Any, block: Block, index: int, view: View) -> Figure | None:
    draw = _FIGURES.get(block.name)
    return None if draw is None else draw(result, block, index, view)


def _axis(result: Any, *_: Any) -> Figure:
    from xent_cli.render.html.figures import axis

    return axis.draw(result)


def _class_bars(result: Any, *_: Any) -> Figure | None:
    from xent_cli.render.html.figures import class_bars

    return class_bars.draw(getattr(result, "report", result))


def _slices(report: Any, block: Any, *_: Any) -> Figure | None:
    from xent_cli.render.html.figures import slices

    return slices.draw(block, report.cross_entropy, report.tally.spec.unit)


def _models(found: Any, *_: Any) -> Figure:
    from xent_cli.render.documents.comparison import short_names
    from xent_cli.render.html.figures import models

    return models.draw(short_names(found.names), found.reports, found.best)


def _training(found: Any, *_: Any) -> Figure | None:
    from xent_cli.analysis.comparison.training_curve import find_trend
    from xent_cli.render.html.figures import training

    errors = [each.overall.se for each in found.reports]
    return training.draw(find_trend(found), errors, found.baseline.tally.spec.unit)


def _pairs(found: Any, *_: Any) -> Figure | None:
    from xent_cli.render.html.figures import pairs

    return pairs.draw(found.pairs, found.n_pairs)


def _row_bands(found: Any, *_: Any) -> Figure | None:
    from xent_cli.render.documents.explanation import band_range
    from xent_cli.render.html.figures import row_bands

    names = [band_range(band) for band in found.bands]
    return row_bands.draw(found.bands, names, found.top, found.report.tally.spec.unit)


def _expectation(found: Any, *_: Any) -> Figure:
    from xent_cli.render.html.figures import expectation

    return expectation.draw(found)


def _reliability(found: Any, _: Block, index: int, __: View) -> Figure | None:
    from xent_cli.render.html.figures import reliability

    return reliability.draw(found.reliability[index])


def _row_differences(result: Any, *_: Any) -> Figure | None:
    from xent_cli.analysis.comparison.difference_bands import difference_bands
    from xent_cli.render.documents.row_differences import size_of
    from xent_cli.render.html.figures import row_differences

    pair = _pair(result)
    bands = difference_bands(pair)
    unit = pair.candidate.tally.spec.unit
    return row_differences.draw(bands, list(map(size_of, bands)), pair.top_share(), unit)


def _forest(result: Any, block: Block, index: int, view: View) -> Figure | None:
    """Draw the differences that a table of changes lists."""
    from xent_cli.render.documents.comparison import class_differences, slice_differences
    from xent_cli.render.html.figures import forest

    pair = _pair(result)
    spec = pair.candidate.tally.spec
    if block.name == "differences":
        by, parts = "label" if spec.multilabel else "class", class_differences(pair)
    else:
        parts = slice_differences(pair, index, view.min_n)
        by = ", ".join(column.name for column in spec.by[index].columns)
    lines = [
        Line(rule.limit, f"{rule.metric} {rule.operator} {rule.limit:g}", "inconclusive")
        for rule in dict.fromkeys(each.rule for each in getattr(result, "verdicts", ()))
        if rule.metric == "delta" and (rule.class_name is None or block.name == "differences")
        and (rule.slice_name is None or block.name == "slice-differences")
    ]  # fmt: skip
    return forest.draw(pair.overall, parts, by, unit=spec.unit, limits=lines[:3])


_FIGURES: dict[str, Callable[[Any, Block, int, View], Figure | None]] = {
    "overall": _axis,
    "classes": _class_bars,
    "slices": _slices,
    "differences": _forest,
    "slice-differences": _forest,
    "row-differences": _row_differences,
    "models": _models,
    "training": _training,
    "pairs": _pairs,
    "rows": _row_bands,
    "calibration": _expectation,
    "reliability": _reliability,
}
"""Who draws the blocks of a name, of whatever result; imported when there is one."""
