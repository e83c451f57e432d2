"""Pairs: a heat map of the loss by true and predicted class."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xent_cli.analysis.explain.explanation import Pair
from xent_cli.render.html.escape import Attribute, Markup, called, el, join, short_names
from xent_cli.render.html.svg import BLUE, Figure, percentage, text
from xent_cli.render.text import decimal, percent

_MOST = 20
_WRITTEN = 8
"""Up to so many classes a cell has room for its share."""
_LEFT = 0.26
"""Part of the width that the names of the rows have."""


def draw(pairs: Sequence[Pair], n_pairs: int) -> Figure | None:
    """Draw the share of the loss of each pair, of the 20 classes that have most of it."""
    known = [pair for pair in pairs if pair.share is not None]
    if not known:
        return None
    totals: dict[str, float] = {}
    for pair in known:
        for name in {pair.true, pair.predicted}:
            totals[name] = totals.get(name, 0.0) + (pair.share or 0.0)
    names = sorted(totals, key=lambda name: -totals[name])[:_MOST]
    place = {name: index for index, name in enumerate(names)}
    cells = [pair for pair in known if pair.true in place and pair.predicted in place]
    size = 36 if len(names) <= _WRITTEN else 22
    heads = short_names(names, 12)
    head = 24 + 7 * max(map(len, heads)) * (len(names) > _WRITTEN // 2)
    parts = [text(0, 12, "true ↓  predicted →", font_size=11)]
    for index, name in enumerate(heads):
        parts.append(_head(name, index, len(names), head))
        parts.append(text(0, head + size * (index + 0.5) + 4, name, font_size=12))
    most = max(pair.share or 0.0 for pair in cells) or 1.0
    written = len(names) <= _WRITTEN
    parts += [
        _cell(pair, place[pair.true], place[pair.predicted], len(names), head, size, most,
              written=written)
        for pair in cells
    ]  # fmt: skip
    left = 1 - sum(pair.share or 0.0 for pair in cells)
    note = (
        "Share of the loss. A stronger colour means more. Outlined cells are correct predictions."
    )
    if len(cells) < n_pairs:
        note += f" {percent(max(left, 0.0))} of the loss is in pairs that are not drawn."
    return Figure(_title(known), math.ceil(head + size * len(names) + 4), join(parts), note)


def _title(known: Sequence[Pair]) -> str:
    wrong = [pair for pair in known if pair.true != pair.predicted]
    title = "Loss by true and predicted class"
    if not wrong:
        return title
    most = max(wrong, key=lambda pair: pair.share or 0.0)
    true, predicted = called(most.true, "class"), called(most.predicted, "class")
    return f"{title}: {true} predicted as {predicted} has {percent(most.share)} of the loss"


def _x(index: float, count: int) -> str:
    return percentage(_LEFT + (1 - _LEFT) * index / count)


def _head(name: str, index: int, count: int, head: float) -> Markup:
    if count <= _WRITTEN // 2:
        return text(_x(index + 0.5, count), head - 6, name, text_anchor="middle", font_size=12)
    turned = text(0, 4, name, font_size=12, transform="rotate(-90)")
    return el("svg", turned, x=_x(index + 0.5, count), y=head - 6, overflow="visible")


def _cell(
    pair: Pair, row: int, column: int, count: int, head: float, size: float, most: float, *,
    written: bool,
) -> Markup:  # fmt: skip
    share = pair.share or 0.0
    same = pair.true == pair.predicted
    outline: dict[str, Attribute] = {"stroke": "currentColor", "stroke_width": 1.2} if same else {}
    parts = [
        el("title", f"{pair.true} predicted as {pair.predicted}: {percent(share)} of the loss, "
           f"{pair.n:,} rows, {decimal(pair.cross_entropy)} each"),
        el("rect", x=_x(column, count), y=head + size * row, height=size - 2, fill=BLUE,
           width=percentage((1 - _LEFT) / count * 0.96),
           fill_opacity=f"{0.05 + 0.75 * math.sqrt(share / most):.3f}", **outline),
    ]  # fmt: skip
    if written:
        parts.append(text(_x(column + 0.48, count), head + size * (row + 0.5) + 3, percent(share),
                          text_anchor="middle", font_size=12))  # fmt: skip
    return el("g", *parts)
