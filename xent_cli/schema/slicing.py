"""Slicing: by which columns rows are told apart, and what the slices are called. No NumPy."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

from xent_cli.errors import ColumnError, UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.name_suggestions import did_you_mean, listed

Part = str | int
Key = tuple[Part, ...]
"""What a slice's rows share: for each column a text, or the position of an interval. Where the
value is missing the text is empty, and the position the one behind the last interval."""

MISSING = "(missing)"
MOST_SLICES = 1 << 16
_MOST_PARTS = 1000
_CUT = re.compile(r"(?P<name>.*):(?P<how>[^:]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SliceColumn:
    """A column whose values tell slices apart.

    Attributes
    ----------
    name : str
    parts : int, optional
        Into how many parts of about as many rows its numbers are to be cut.
    points : tuple of float, optional
        Where its numbers are cut, increasing: a part holds what is at least one point and below the
        next.
    """

    name: str
    parts: int | None = None
    points: tuple[float, ...] | None = None

    @property
    def is_cut(self) -> bool:
        """Whether its values are numbers of which parts are made."""
        return self.parts is not None or self.points is not None

    def show(self, part: Part) -> str:
        """Name what the rows of a slice have in this column.

        Examples
        --------
        >>> age = SliceColumn("age", points=(18.0, 25.0))
        >>> [age.show(part) for part in (0, 1, 2, 3)]
        ['(-inf, 18)', '[18, 25)', '[25, inf)', '(missing)']
        """
        if self.points is None or isinstance(part, str):
            return str(part) or MISSING
        if part > len(self.points):
            return MISSING
        low = f"[{_number(self.points[part - 1])}" if part else "(-inf"
        high = _number(self.points[part]) if part < len(self.points) else "inf"
        return f"{low}, {high})"

    def __str__(self) -> str:
        if self.points is not None:
            return f"{self.name}:{'/'.join(map(_number, self.points))}"
        return self.name if self.parts is None else f"{self.name}:{self.parts}"


@dataclass(frozen=True, slots=True, repr=False)
class Slicing:
    """Columns whose values, taken together, say to which slice a row belongs.

    Examples
    --------
    >>> by = Slicing((SliceColumn("country"), SliceColumn("age", points=(18.0,))))
    >>> by.name, by.title(("KR", 1)), by.label(("KR", 2))
    ('country,age', 'country=KR,age=[18, inf)', 'KR, (missing)')
    """

    columns: tuple[SliceColumn, ...]

    @property
    def name(self) -> str:
        """The columns, as rules name them."""
        return ",".join(column.name for column in self.columns)

    def title(self, key: Key) -> str:
        """Name a slice in full, as rules do."""
        pairs = zip(self.columns, key, strict=True)
        return ",".join(f"{column.name}={column.show(part)}" for column, part in pairs)

    def label(self, key: Key) -> str:
        """Name a slice where its columns are known."""
        return ", ".join(column.show(part) for column, part in zip(self.columns, key, strict=True))

    @property
    def in_order(self) -> bool:
        """Whether the slices have an order of their own: the parts of a single column."""
        return len(self.columns) == 1 and self.columns[0].is_cut

    def signature(self) -> str:
        """Say in a few characters by what and where it is cut."""
        return ",".join(
            plain_name(column.name)
            + ("" if column.points is None else f":{_digest(column.points)}")
            for column in self.columns
        )

    def __str__(self) -> str:
        return ",".join(map(str, self.columns))

    def __repr__(self) -> str:
        return repr(str(self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` made of one."""
        return cls(
            tuple(
                SliceColumn(
                    str(column["name"]),
                    points=None
                    if column["points"] is None
                    else _require_points(tuple(map(float, column["points"]))),
                )
                for column in data["columns"]
            )
        )


def plain_name(name: str) -> str:
    """Return the name of a column without what could mean something in a signature or around it.

    Examples
    --------
    >>> plain_name("a|b `c`")
    'a_b__c_'
    """
    return re.sub(r"[^\w.:/-]", "_", name)


def read_slicings(said: Sequence[str | Slicing], known: Collection[str]) -> tuple[Slicing, ...]:
    """Read what the option `by` says, once the columns are known.

    Parameters
    ----------
    said : sequence of str or Slicing
        ``"country"``, ``"country,device"``, ``"age:10"`` for parts of equal size or
        ``"age:18/25/40"`` for cuts at these values. The name of a column counts as such, whatever
        it holds.
    known : collection of str
        The columns of both inputs.

    Raises
    ------
    ColumnError
        For a column that there is not, with the nearest name.
    UsageError
        For parts or points that cannot be, and columns that are named twice.

    Examples
    --------
    >>> read_slicings(["country,age:10", "age:18/25"], ["country", "age"])
    ('country,age:10', 'age:18/25')
    """
    found: list[Slicing] = []
    for item in said:
        slicing = item if isinstance(item, Slicing) else _read_slicing(item, known)
        if slicing.name in {other.name for other in found}:
            raise UsageError(
                f"{option('by', str(slicing))}: there are already slices by {slicing.name}."
            )
        found.append(slicing)
    return tuple(found)


def _read_slicing(text: str, known: Collection[str]) -> Slicing:
    pieces = [text] if text in known else [piece.strip() for piece in text.split(",")]
    columns = tuple(_read_column(text, piece, known) for piece in pieces)
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{option('by', text)}: the column {name} is named twice.")
    return Slicing(columns)


def _read_column(text: str, piece: str, known: Collection[str]) -> SliceColumn:
    if piece in known:
        return SliceColumn(piece)
    cut = _CUT.fullmatch(piece)
    name = cut["name"] if cut else piece
    if name not in known:
        raise ColumnError(
            f"{option('by', text)}: there is no column {name!r} among {listed(known)}.",
            hint=did_you_mean(name, known),
        )
    how = cut["how"].strip() if cut else ""
    if how.isdecimal() and 2 <= int(how) <= _MOST_PARTS:
        return SliceColumn(name, parts=int(how))
    if "/" in how:
        try:
            points = tuple(float(number) for number in how.split("/") if number.strip())
            return SliceColumn(name, points=_require_points(points))
        except ValueError as error:
            raise UsageError(
                f"{option('by', text)}: {error}.",
                hint=f"Write {name}:18/25/40, or {name}:18/ for one cut.",
            ) from error
    raise UsageError(
        f"{option('by', text)}: {how!r} is not a way to cut {name}.",
        hint=(
            f"Write {name}:10 for ten groups of equal size (2 to {_MOST_PARTS:,}), or "
            f"{name}:18/25/40 to cut at these values."
        ),
    )


def _require_points(points: tuple[float, ...]) -> tuple[float, ...]:
    if not all(map(math.isfinite, points)):
        raise ValueError("a value to cut at is not finite")
    if any(a >= b for a, b in pairwise(points)):
        raise ValueError("the values to cut at must increase")
    return points


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _digest(points: Sequence[float]) -> str:
    from hashlib import sha256  # It loads OpenSSL.

    return sha256("/".join(map(repr, points)).encode()).hexdigest()[:6]
