"""Row differences: how many rows became better, and how many worse, by how much."""

from __future__ import annotations

from collections.abc import Sequence

from xent_cli.analysis.comparison.difference_bands import DifferenceBand
from xent_cli.render.html.escape import Markup, el, join
from xent_cli.render.html.svg import GREEN, RED, ROW, Figure, percentage, text
from xent_cli.render.text import percent


def draw(
    bands: Sequence[DifferenceBand], names: Sequence[str], top_share: float | None, unit: str
) -> Figure | None:
    """Draw for each band a bar of the rows that became better to the left, and worse to the right.

    Parameters
    ----------
    names : sequence of str
        Between what the sizes of each band lie.
    top_share : float, optional
        Share of the 1 % of rows with the largest differences in the sum of all sizes.
    """
    if not bands:
        return None
    most = max(max(band.better, band.worse) for band in bands)
    parts, y = [_legend()], 26
    for band, name in zip(bands, names, strict=True):
        parts.append(_band(band, name, y, most))
        y += ROW
    note = (
        f"Size of the difference of a row in {unit}, times its weight. Bars count rows. "
        "Percentages are shares of the total |delta|. Rows with equal loss are not drawn."
    )
    return Figure(_title(bands, top_share), y + 4, join(parts), note)


def _title(bands: Sequence[DifferenceBand], top_share: float | None) -> str:
    better, worse = (sum(getattr(band, side) for band in bands) for side in ("better", "worse"))
    title = f"Rows by their difference: {worse:,} worse, {better:,} better"
    if top_share is not None:
        title += f"; 1% of the rows have {percent(top_share)} of the total |delta|"
    return title


def _legend() -> Markup:
    return join(
        [
            text("50%", 13, "← better", dx=-8, text_anchor="end", font_size=12),
            text("50%", 13, "worse →", dx=8, font_size=12),
        ]
    )


def _band(band: DifferenceBand, name: str, y: float, most: int) -> Markup:
    said = f"{band.better:,} better · {band.worse:,} worse · {percent(band.share)}"
    left, right = (0.5 * count / most for count in (band.better, band.worse))
    return el(
        "g",
        text(0, y + 14, name),
        text("100%", y + 14, said, text_anchor="end"),
        el(
            "rect", x=percentage(0.5 - left), y=y + 20, width=percentage(left), height=9, fill=GREEN
        ),
        el("rect", x="50%", y=y + 20, width=percentage(right), height=9, fill=RED),
        el("line", x1="50%", x2="50%", y1=y + 18, y2=y + 31, stroke="currentColor"),
    )
