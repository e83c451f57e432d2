"""Page: what a document says, line by line. Here without colours, and as wide as need be."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from xent_cli.render.document import LEFT, Facts, Tone
from xent_cli.render.layout import Laid, cell_len
from xent_cli.render.text import break_lines, clean, show
from xent_cli.render.view import View

PLUS_MINUS = "+-"
_ASCII = str.maketrans({"±": PLUS_MINUS, "·": "|", "…": "."})
STYLES: dict[Tone, str] = {
    "": "",
    "title": "bold",
    "strong": "bold",
    "pass": "green",
    "fail": "bold red",
    "inconclusive": "yellow",
}


class Page:
    """Lines to be printed later. Files and pipes take them as they are: Rich is slow to import."""

    width = sys.maxsize

    def __init__(self, view: View) -> None:
        self.view = view
        self._lines: list[str] = []

    def gap(self) -> None:
        """Add a blank line."""
        self._lines.append("")

    def say(self, text: str, _style: str = "") -> None:
        """Add a paragraph, in a style if there are any."""
        self._lines.append(clean(text))

    def sign(self, text: str) -> None:
        """Add a line that is broken anywhere, and only where a terminal must."""
        self.say(text)

    def facts(self, block: Facts) -> None:
        """Add figures below each other."""
        columns = (
            [fact.title for fact in block.facts],
            [show(fact.value, fact.kind) for fact in block.facts],
            [fact.remark for fact in block.facts],
        )
        cells = [_aligned(map(clean, column), left=at != 1) for at, column in enumerate(columns)]
        self._lines += map("  ".join, zip(*cells, strict=True))

    def table(self, columns: Sequence[Laid], _tones: Sequence[Tone]) -> None:
        """Add a table, and the tones of its rows."""
        ascii_only = self.view.ascii_only
        height = max(len(item.title) for item in columns)
        cells = [
            _aligned(
                [*[""] * (height - len(item.title)), *item.title, *item.texts],
                left=item.column.kind in LEFT,
                least=item.width,
            )
            for item in columns
        ]
        lines = list(map(("| " if ascii_only else "  ").join, zip(*cells, strict=True)))
        line, between = ("-", "+-") if ascii_only else ("─", "──")
        lines.insert(height, between.join(line * cell_len(column[0]) for column in cells))
        self._lines += lines

    def lines(self) -> list[str]:
        """Return all lines as they are printed."""
        return self._lines

    def text(self) -> str:
        """Return all of it, without blanks at the ends of lines."""
        # Where a name was broken into lines, a command may begin one.
        text = break_lines("\n".join(line.rstrip() for line in self.lines())) + "\n"
        return text.translate(_ASCII) if self.view.ascii_only else text


def _aligned(texts: Iterable[str], *, left: bool, least: int = 0) -> list[str]:
    """Fill texts with blanks to the width of the longest."""
    texts = list(texts)
    widths = [cell_len(text) for text in texts]
    width = max([least, *widths])
    blanks = (" " * (width - each) for each in widths)
    return [text + more if left else more + text for text, more in zip(texts, blanks, strict=True)]
