"""Console: a page of text that Rich fills, without reading names as markup."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.text import Text

from xent_cli.render.view import View
from xent_cli.render.words import clean

NARROWEST = 76
"""Below this the numbers of a row no longer fit; the terminal may wrap, but nothing is cut."""

_OFF_TERMINAL = 10_000
PLUS_MINUS = "+-"
_ASCII = str.maketrans({"±": PLUS_MINUS, "·": "|", "…": "."})


class Page:
    """Text to be printed later, as wide as the view allows or as need be."""

    def __init__(self, view: View) -> None:
        self.width = _OFF_TERMINAL if view.width is None else max(view.width, NARROWEST)
        self._view = view
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=self.width,
            height=100,
            color_system="standard" if view.color else None,
            force_terminal=view.color,
            force_jupyter=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            safe_box=True,
            _environ={},
        )

    def print(self, what: object = "") -> None:
        """Add something that Rich can draw."""
        self._console.print(what)

    def say(self, text: str, style: str = "", *, fold: bool = False) -> None:
        """Add a paragraph; `fold` breaks it anywhere, and only where the terminal must."""
        if fold:
            self._console.print(Text(clean(text), style=style, overflow="fold"), soft_wrap=True)
        else:
            self._console.print(Text(clean(text), style=style))

    def text(self) -> str:
        """Return all of it, without blanks at the ends of lines."""
        lines = self._buffer.getvalue().splitlines()
        text = "\n".join(line.rstrip() for line in lines) + "\n"
        return text.translate(_ASCII) if self._view.ascii_only else text
