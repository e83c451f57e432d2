"""Sheet: tables and sentences, before they are drawn as text or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from xent_cli.notice import Notice


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts.

    Attributes
    ----------
    header : tuple of str
        Empty where the columns need no names.
    rows : tuple of tuple of str
    numbers : tuple of int
        Columns to set right.
    styles : tuple of str
        One a row, for terminals: "red", "bold" or "".
    names : tuple of int
        Columns that hold names from data, which Markdown must not read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    styles: tuple[str, ...] = ()
    names: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document says, in order: headline, tables, a last word on them, drawings and so on."""

    headline: str
    grids: tuple[Grid, ...]
    notices: tuple[Notice, ...] = ()
    signature: str = ""
    drawing: str = ""
    style: str = "bold"
    closing: str = ""
