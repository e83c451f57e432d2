"""View: how a reader wants to see a report, and the rows and words that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from xent_cli.errors import option, spell
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.types import Sort

if TYPE_CHECKING:  # Figures need NumPy, which takes its time; the command line needs Sort at once.
    from xent_cli.metrics.report.figures import ClassRow
    from xent_cli.metrics.report.slices import Slice, SliceTable

Row = TypeVar("Row", "ClassRow", "Slice")


MANY_CLASSES = 40
"""From more classes than this a table shows only the worst, unless told how many."""

WORST_CLASSES = 20


@dataclass(frozen=True, slots=True)
class View:
    """What a document may look like.

    Attributes
    ----------
    sort : {"loss", "share", "n", "name"}, optional
        Order of the classes, by default that of the columns, and of slices, by default the largest
        share of the loss first, but for the parts of a column, which have an order.
    top : int, optional
        How many classes, and slices, to show; 0 for all. By default all, or the worst 20 of more
        than 40.
    min_n : int
        Slices with fewer rows are shown in one line.
    width : int, optional
        Columns of the terminal; None off a terminal: as wide as need be.
    color : bool
        Whether escape sequences are welcome.
    ascii_only : bool
        Whether only ASCII characters can be shown.
    most : int, optional
        Rows that a table has room for, whatever `top` says.
    """

    sort: Sort | None = None
    top: int | None = None
    min_n: int = 0
    width: int | None = None
    color: bool = False
    ascii_only: bool = False
    most: int | None = None

    def choose(self, rows: Sequence[ClassRow]) -> tuple[list[ClassRow], str]:
        """Return the rows to show, in order, and a sentence on those left out (or "").

        Examples
        --------
        >>> View(top=0).choose([])
        ([], '')
        """
        return self._choose(len(rows), lambda *_: rows, self.sort, "classes")

    def choose_slices(self, table: SliceTable) -> tuple[list[Slice], str]:
        """Return the slices to show likewise, the small ones left out."""
        in_order = table.slicing.in_order and self.sort in (None, "name")
        sort = None if in_order else self.sort or "share"
        return self._choose(len(table), table.leading, sort, "slices")

    def _choose(
        self,
        n: int,
        leading: Callable[[Sort | None, int], Sequence[Row]],
        sort: Sort | None,
        nouns: str,
    ) -> tuple[list[Row], str]:
        top = self.top
        if top is None:
            top = WORST_CLASSES if n > MANY_CLASSES else 0
        full = self.most is not None and (top or n) > self.most
        if full:
            top = self.most
        if not top or top >= n:
            return sort_rows(leading(sort, n), sort), ""
        sort = sort or "share"
        left = n - top
        said = {"name": "first by name", "n": "most frequent", "loss": "highest cross entropy"}
        which = said.get(sort, "largest share of the loss")
        how = "in the JSON" if full else f"with {spell(option('top', 0))}"
        note = f"{top:,} of {n:,} {nouns} shown, {which}; {left:,} more {how}."
        return sort_rows(leading(sort, top), sort)[:top], note


def sort_rows(rows: Sequence[Row], sort: Sort | None) -> list[Row]:
    """Sort rows: the highest figure first, names from A; those without the figure last."""
    if sort is None:
        return list(rows)
    if sort == "name":
        return sorted(rows, key=lambda row: row.name)
    figures = {"loss": "cross_entropy", "share": "share", "n": "n"}
    name = figures[sort]

    def key(row: Row) -> tuple[bool, float]:
        value = getattr(row, name)
        return value is None, -(value or 0.0)

    return sorted(rows, key=key)
