"""Layout: how wide the columns of a table are in a terminal, and what gives way where room lacks.

Numbers are never cut. Bars give way first, then spare columns; names of classes are cut in the
middle, unless two would then look alike; other names, and those, are broken into lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.render.document import LEFT, Column

GAP = 2
"""Blanks between columns."""

NARROW_BAR = 8
WIDE_BAR = 30
_NARROW = lazy_pattern("[ -~\xa0-\xac\xae-\u02ff\u2580-\u259f…]*")
"""Characters that are known to take one column: of western languages, and of bars."""

_NARROW_CUT = 8
"""Names are cut to no less."""
_NARROW_NAME = 16
"""Names are broken into lines of no less while there are columns to leave out instead."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A column as it is drawn: its title in lines, its texts (a bar has none yet), its width.

    Columns without `exact` may be wider, and their texts are broken into lines where need be.
    """

    column: Column
    title: tuple[str, ...]
    texts: tuple[str, ...]
    width: int = 0
    exact: bool = False

    @property
    def natural(self) -> int:
        """The width that shows everything in one line."""
        width = self.column.width if self.column.kind == "bar" else 0
        return max((width, *map(cell_len, self.title), *map(cell_len, self.texts)))


def cell_len(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len as measured  # It holds the widths of all characters.

    return measured(text)


def lay_out(columns: Sequence[Laid], room: int, *, wide: bool = False) -> list[Laid]:
    """Return the columns that fit, with their widths.

    Parameters
    ----------
    columns : sequence of Laid
        All of them, without widths.
    room : int
        Columns of the terminal.
    wide : bool
        Whether bars may be wider than they are off terminals.
    """
    for width in (WIDE_BAR, None) if wide else (None,):
        whole = [_with_bar(item, width or item.column.width) for item in columns]
        if (found := _fit(whole, room, cut=False, narrow=room)) is not None:
            return found
    attempts = list(_attempts(columns))
    for cut in (True, False):
        for attempt in attempts:
            if (found := _fit(attempt, room, cut=cut)) is not None:
                return found
    for narrow in range(_NARROW_NAME - 1, 0, -1):
        if (found := _fit(attempts[-1], room, cut=False, narrow=narrow)) is not None:
            return found
    return [_least(item, 1, cut=False) for item in attempts[-1]]


def cut_middle(text: str, width: int) -> str:
    """Cut a text to a width, its beginning and end left.

    Examples
    --------
    >>> cut_middle("a_rather_long_name_01", 10), cut_middle("short", 10)
    ('a_rat…e_01', 'short')
    """
    if cell_len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{_start(text, width - 1 - tail)}…{_start(text[::-1], tail)[::-1]}"


def _start(text: str, width: int) -> str:
    """Return as much of the beginning as a width holds."""
    ends = accumulate(map(cell_len, text))
    return text[: sum(end <= width for end in ends)]


def _attempts(columns: Sequence[Laid]) -> Iterator[list[Laid]]:
    """Yield the columns with less and less beside names and numbers."""
    yield [_with_bar(item, min(NARROW_BAR, item.column.width)) for item in columns]
    kept = [item for item in columns if item.column.kind != "bar"]
    yield kept
    for spare in sorted(item.column.spare for item in kept if item.column.spare):
        kept = [item for item in kept if item.column.spare != spare]
        yield kept


def _with_bar(item: Laid, width: int) -> Laid:
    if item.column.kind != "bar":
        return item
    return replace(item, column=replace(item.column, width=width))


def _fit(
    columns: Sequence[Laid], room: int, *, cut: bool = True, narrow: int = _NARROW_NAME
) -> list[Laid] | None:
    """Return the columns with widths; None where they do not fit, or names would look alike."""
    least = [_least(item, narrow, cut=cut) for item in columns]
    left = room - GAP * (len(columns) - 1) - sum(item.width for item in least)
    if left < 0:
        return None
    cuts = [item for item in least if cut and item.column.kind == "class"]
    level = _level([item.natural for item in cuts], left + sum(item.width for item in cuts))
    laid = [_cut(item, level) if cut and item.column.kind == "class" else item for item in least]
    alike = any(len(set(a.texts)) < len(set(b.texts)) for a, b in zip(laid, least, strict=True))
    return None if alike else laid


def _least(item: Laid, narrow: int, *, cut: bool) -> Laid:
    """Return a column as narrow as it may be."""
    kind = item.column.kind
    if kind not in LEFT or kind in ("word", "bar"):
        return replace(item, width=item.natural, exact=True)
    if cut and kind == "class":
        return replace(item, width=min(item.natural, _NARROW_CUT))
    return replace(item, width=min(max(map(cell_len, item.texts), default=0), narrow))


def _level(widths: Iterable[int], room: int) -> int:
    """Return how wide the widest may be, so that all of them together have room."""
    rest = sorted(widths)
    for index, width in enumerate(rest):
        if width * (len(rest) - index) > room:
            return room // (len(rest) - index)
        room -= width
    return max(rest, default=0)


def _cut(item: Laid, level: int) -> Laid:
    width = min(item.natural, level)
    texts = tuple(cut_middle(text, width) for text in item.texts)
    return replace(item, texts=texts, width=width, exact=True)
