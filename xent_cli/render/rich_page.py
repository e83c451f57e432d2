"""Rich page: a page for a terminal, in its width and with its colours, which Rich fills."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xent_cli.render.document import LEFT, Facts, Tone
from xent_cli.render.layout import Laid
from xent_cli.render.page import STYLES, Page
from xent_cli.render.text import clean, show
from xent_cli.render.view import View

NARROWEST = 76
"""Below this the numbers of a row no longer fit; the terminal may wrap, but nothing is cut."""

_OFF_TERMINAL = 10_000


class RichPage(Page):
    """Text that Rich breaks into lines, without reading names as markup."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.width = _OFF_TERMINAL if view.width is None else max(view.width, NARROWEST)
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

    def gap(self) -> None:
        """Add a blank line."""
        self._console.print("")

    def say(self, text: str, style: str = "") -> None:
        """Add a paragraph, broken between words."""
        self._console.print(Text(clean(text), style=style))

    def sign(self, text: str) -> None:
        """Add a line that is broken anywhere, by the terminal itself."""
        self._console.print(Text(clean(text), style="dim", overflow="fold"), soft_wrap=True)

    def facts(self, block: Facts) -> None:
        """Add figures below each other, their remarks broken into lines."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True, justify="right")
        grid.add_column(style="dim", overflow="fold")
        for fact in block.facts:
            style, value = STYLES[fact.tone], clean(show(fact.value, fact.kind))
            texts = (Text(clean(fact.title), style=style), Text(value, style=style))
            grid.add_row(*texts, Text(clean(fact.remark)))
        self._console.print(grid)

    def table(self, columns: Sequence[Laid], tones: Sequence[Tone]) -> None:
        """Add a table, its rows in the styles of their tones."""
        drawn = Table(
            box=box.ASCII if self.view.ascii_only else box.SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
            padding=(0, 0, 0, 1),
        )
        for item in columns:
            kind = item.column.kind
            drawn.add_column(
                Text("\n".join(item.title)),
                justify="left" if kind in LEFT else "right",
                no_wrap=item.exact,
                min_width=item.width,
                max_width=item.width if item.exact else None,
                overflow="fold",
                style="cyan" if kind == "bar" else "",
            )
        for tone, *cells in zip(tones, *(item.texts for item in columns), strict=True):
            drawn.add_row(*map(Text, cells), style=STYLES[tone])
        self._console.print(drawn)

    def lines(self) -> list[str]:
        """Return all lines as Rich has broken them."""
        return self._buffer.getvalue().splitlines()
