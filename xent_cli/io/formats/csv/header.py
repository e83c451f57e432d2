"""Header: whether the first row of a text file names the columns or is data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xent_cli.io.formats.csv.numerals import NULLS, decimals_of, is_number, is_whole

_TYPES = {"continuous", "c", "discrete", "d", "string", "s", "time", "t"}
_ROLES = {"", "class", "meta", "i", "ignore", "weight", "instance_weight"}
"""What the second and the third line of Orange's header say."""


def has_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Say whether a first row is a header.

    It is if one of its fields is not a number, if it counts 0..K-1 over rows that do not, or if it
    holds the whole numbers that classes are called over fractions.

    Examples
    --------
    >>> has_header(["p_cat", "p_dog"], [["0.2", "0.8"]]), has_header(["0.4", "0.6"], [["1", "0"]])
    (True, False)
    >>> has_header(["1", "2", "3"], [["0.7", "0.2", "0.1"]])
    True
    """
    filled = [i for i, field in enumerate(first) if field.strip()]
    texts = [i for i in filled if not is_number(first[i])]
    if texts:
        numbers = sorted({*filled} - {*texts})
        written = any(decimals_of(first[i]) is not None for i in numbers)
        if written and not _are_classes(numbers, first, rest):
            return False  # 0.9,0.1,cat: nobody names a column 0.9.
        repeated = any(first[i] in {row[i] for row in rest if i < len(row)} for i in texts)
        if repeated and list(first) in map(list, rest):  # Joined files, each with its header?
            named = [i for i in texts if first[i].strip() not in NULLS]
            return any(is_number(row[i]) for row in rest for i in named if i < len(row))
        return not repeated  # cat over dog, cat, dog: a label, not the name of one.
    counted = [str(i) for i in range(len(filled))]
    if list(first) in (counted, ["", *counted]) and first:
        if len(first) > 1 and rest and all(_goes_on(row, at) for at, row in enumerate(rest, 1)):
            return False  # 0,1 over 1,0 and 2,1: the first row of an id and a label.
        if len(first) > 1:
            return list(first) not in [list(row) for row in rest]
        return any(decimals_of(row[0]) is not None for row in rest)
    if list(first) in [list(row) for row in rest]:
        return False
    if len(first) > 1 and first[0].strip() == "" and counts_rows(rest):
        return _are_classes(range(1, len(first)), first, rest)
    return _are_classes(range(len(first)), first, rest)


def header_lines(rows: Sequence[Sequence[str]]) -> int:
    """Return of how many lines a header is: pandas has one for each level, Orange three.

    Examples
    --------
    >>> header_lines([["p", "p", "y"], ["a", "b", ""], ["0.2", "0.8", "a"]])
    2
    >>> header_lines([["y", "p"], ["cat dog", "c"], ["class", ""], ["cat", "0.2"]])
    3
    """
    first, rest = rows[0], rows[1:4]
    if len(rest) < 2 or any(len(row) != len(first) for row in rest):
        return 1
    types, roles = ([cell.strip().lower() for cell in row] for row in rest[:2])
    if "class" in roles and {*roles} <= _ROLES and {*types} & _TYPES:
        return 3
    count = Counter(first)
    twice = [at for at, name in enumerate(first) if name.strip() and count[name] > 1]
    named = all(types[at] and not _may_be_value(types[at], rest[1][at]) for at in twice)
    return 2 if twice and named and len(set(joined(rows[:2]))) == len(first) else 1


def _may_be_value(text: str, below: str) -> bool:
    """Say whether a cell below a name may be a value: names of classes stand over fractions."""
    name = not is_number(text) or (is_whole(text) and decimals_of(text) is None)
    return not (name and is_number(below) and decimals_of(below) is not None)


def joined(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns, of whose header two lines are joined, and three are Orange's.

    Examples
    --------
    >>> joined([["p", "p", "y"], ["a", "b", ""]])
    ['p_a', 'p_b', 'y']
    """
    if len(lines) != 2:
        return list(lines[0])
    pairs = zip(*lines, strict=True)
    return ["_".join(filter(None, map(str.strip, pair))) for pair in pairs]


def _goes_on(row: Sequence[str], at: int) -> bool:
    return row[0] == str(at) and all(map(is_whole, row))


def counts_rows(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first fields of all rows are whole numbers, as an index of pandas is."""
    return all(decimals_of(row[0]) is None and is_whole(row[0]) for row in rows)


def _are_classes(
    places: Sequence[int], first: Sequence[str], rest: Sequence[Sequence[str]]
) -> bool:
    """Say whether the fields at these places are what classes are called, as in clf.classes_."""
    names = [first[i] for i in places]
    if not names or not all(map(is_whole, names)):
        return False
    values = [float(name) for name in names]
    if len(set(values)) < len(values):
        return False
    if len(values) == len(first) == 2 and set(values) == {0.0, 1.0}:
        return False  # A certain prediction is as likely.
    written = any(decimals_of(name) is not None for name in names)
    if written and (len(values) < 2 or values != sorted(values) or set(values) == {0.0, 1.0}):
        return False  # 1.0 may well be the first prediction; classes of floats come sorted.
    return all(_holds_fractions(i, rest, all_written=not written) for i in places)


def _holds_fractions(place: int, rest: Sequence[Sequence[str]], *, all_written: bool) -> bool:
    """Say whether a column has a value that is not whole, or (`all_written`) all have decimals.

    A class that is never predicted has only 0.0 in its column.
    """
    fields = [row[place] for row in rest if place < len(row) and row[place].strip() not in NULLS]
    decimals = [field for field in fields if decimals_of(field) is not None]
    if any(not is_whole(field) for field in decimals):
        return True
    return all_written and len(decimals) == len(fields) > 0
