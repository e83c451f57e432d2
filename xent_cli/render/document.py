"""Sheet: tables and sentences, before they are drawn as text or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from xent_cli.schema.provenance import Notice


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts.

    Attributes
    ----------
    header : tuple of str
        Empty where the columns need no names. A name may have several lines.
    rows : tuple of tuple of str
    numbers : tuple of int
        Columns to set right.
    styles : tuple of str
        One a row, for terminals: "red", "bold" or "".
    names : tuple of int
        Columns that hold names from data, which Markdown must not read.
    words : tuple of int
        Columns whose texts are not to be broken.
    spare : tuple of int
        Columns that narrow terminals do without, the first of them first.
    title, note : str
        What stands above and below it. Either may stand without rows.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    styles: tuple[str, ...] = ()
    names: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    spare: tuple[int, ...] = ()
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a document says, in order: headline, remarks, tables, drawings, notices, signature."""

    headline: str
    grids: tuple[Grid, ...]
    notices: tuple[Notice, ...] = ()
    signature: str = ""
    drawing: str = ""
    style: str = "bold"
    remarks: tuple[str, ...] = ()
