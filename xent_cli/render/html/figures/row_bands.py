"""Row bands: how many rows have which loss, and what share of the loss they carry."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.analysis.explain.explanation import Band, Top
from xent_cli.render.html.escape import Attribute, Markup, el, join
from xent_cli.render.html.svg import BLUE, GREY, ROW, Figure, percentage, text
from xent_cli.render.text import percent


def draw(bands: Sequence[Band], names: Sequence[str], top: Top | None, unit: str) -> Figure | None:
    """Draw two bars per band: its share of the rows, and of the loss.

    Parameters
    ----------
    names : sequence of str
        Between what the losses of each band lie.
    top : Top, optional
        The fewest rows with a quarter of the loss; a line marks where they begin.
    """
    if not bands:
        return None
    parts, y = [_legend()], 26
    for band, name in zip(bands, names, strict=True):
        if top is not None and band.high is not None and band.high > top.low:
            parts.append(_quarter(top, y))
            y, top = y + 22, None
        parts.append(_band(band, name, y))
        y += ROW + 4
    note = f"Loss per row in {unit}, times its weight."
    return Figure(_title(bands), y, join(parts), note)


def _title(bands: Sequence[Band]) -> str:
    known = [band for band in bands if band.share is not None]
    if not known:
        return "Rows by loss"
    most = max(known, key=lambda band: band.share or 0.0)
    return (
        f"Rows by loss: {percent(most.share_of_rows)} of the rows have "
        f"{percent(most.share)} of the loss"
    )


def _legend() -> Markup:
    return join(
        [
            el("rect", x=0, y=4, width=11, height=8, fill=GREY),
            text(17, 13, "share of the rows", font_size=12),
            el("rect", x=140, y=4, width=11, height=8, fill=BLUE),
            text(157, 13, "share of the loss", font_size=12),
        ]
    )


def _quarter(top: Top, y: float) -> Markup:
    stroke: dict[str, Attribute] = {
        "stroke": "currentColor",
        "stroke_dasharray": "4 3",
        "stroke_opacity": 0.6,
    }
    line = f"rows with a loss of {top.low:.3g} or more have {percent(top.share)} of the loss"
    said = text("100%", y + 14, line, text_anchor="end", font_size=11)
    return join([el("line", x1=0, x2="100%", y1=y, y2=y, **stroke), said])


def _band(band: Band, name: str, y: float) -> Markup:
    shares = ((band.share_of_rows, GREY), (band.share or 0.0, BLUE))
    bars = [
        el("rect", x=0, y=y + 20 + 8 * i, width=percentage(share), height=7, fill=colour, rx=1)
        for i, (share, colour) in enumerate(shares)
    ]
    said = f"{percent(band.share_of_rows)} of rows · {percent(band.share)} of loss"
    hint = el("title", f"{band.n:,} rows")
    return el("g", hint, text(0, y + 14, name), text("100%", y + 14, said, text_anchor="end"),
              *bars)  # fmt: skip
