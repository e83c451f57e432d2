"""Column: what is known of a column before it is read."""

from __future__ import annotations

from typing import Literal

from xent_cli.fast_dataclass import dataclass

Kind = Literal["float", "integer", "text", "boolean", "list", "other"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an input.

    Attributes
    ----------
    name : str
    kind : {"float", "integer", "text", "boolean", "list", "other"}
        In text files, judged by the first rows.
    width : int, optional
        How many values an entry of a list column has.
    bits : int
        Significant bits of its floats: 11 for float16, 24 for float32, else 53.
    decimals, fine_decimals : int, optional
        Decimals that values of 0.1 and more carry in a text file, and that any value carries.
    integral : bool
        All first values are whole numbers, and some are neither 0 nor 1.
    stored : str
        What an "other" column holds, in words, if it is nested: it may be what is looked for.
    classes : tuple of str
        What a file says the values of a column of labels may be, in the order of their numbers.
    within : str
        The nested column of the file that it is a part of, if it is one.
    """

    name: str
    kind: Kind
    width: int | None = None
    bits: int = 53
    decimals: int | None = None
    fine_decimals: int | None = None
    integral: bool = False
    stored: str = ""
    classes: tuple[str, ...] = ()
    within: str = ""
