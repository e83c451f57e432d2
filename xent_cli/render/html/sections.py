"""Sections: the blocks of a result in the order of a page, each with its figure, if it has one."""

from __future__ import annotations

from collections.abc import Iterator
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
    """Yield what a page shows of a gate beside its verdicts."""
    if type(result).__name__ != "GateResult":
        return
    from xent_cli.render.documents import comparison, report

    if (pair := result.comparison) is not None:
        yield comparison.class_changes(pair, "candidate")
        yield from comparison.slice_changes(pair, "candidate", view.min_n)
    yield report.class_table(result.report, view)


def _figure(result: Any, block: Block, index: int, view: View) -> Figure | None:
    kind, report = type(result).__name__, getattr(result, "report", result)
    match block.name:
        case "overall":
            from xent_cli.render.html.figures import axis

            return axis.draw(report)
        case "classes":
            from xent_cli.render.html.figures import class_bars

            return class_bars.draw(report)
        case "slices" if isinstance(block, Table):
            from xent_cli.render.html.figures import slices

            return slices.draw(block, report.cross_entropy, report.tally.spec.unit)
        case "differences" | "slice-differences":
            return _forest(result, block, index, view)
        case "models":
            from xent_cli.render.documents.comparison import short_names
            from xent_cli.render.html.figures import models

            return models.draw(short_names(result.names), result.reports, result.best)
        case "training":
            from xent_cli.analysis.comparison.training_curve import find_trend
            from xent_cli.render.html.figures import training

            unit = result.baseline.tally.spec.unit
            errors = [each.overall.se for each in result.reports]
            return training.draw(find_trend(result), errors, unit)
        case "pairs" if kind == "Explanation":
            from xent_cli.render.html.figures import pairs

            return pairs.draw(result.pairs, result.n_pairs)
        case "rows" if kind == "Explanation":
            from xent_cli.render.documents.explanation import band_range
            from xent_cli.render.html.figures import row_bands

            names = [band_range(band) for band in result.bands]
            return row_bands.draw(result.bands, names, result.top, report.tally.spec.unit)
    return None


def _forest(result: Any, block: Block, index: int, view: View) -> Figure | None:
    """Draw the differences that a table of changes lists."""
    from xent_cli.render.documents.comparison import class_differences, slice_differences
    from xent_cli.render.html.figures import forest

    if hasattr(result, "comparisons"):
        pair = result.comparisons[(result.best or len(result.comparisons)) - 1]
    else:
        pair = result.comparison
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
