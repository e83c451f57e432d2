"""Names: what the columns of a text file are called, where its header leaves that open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xent_cli.errors import DuplicateColumnError, ParseError, option
from xent_cli.io.formats.csv.delimiter import lacks_a_name
from xent_cli.io.formats.csv.numerals import is_number
from xent_cli.schema.column import Column
from xent_cli.schema.id_columns import INDEX_NAMES

Rows = Sequence[Sequence[str]]


def names_of_header(header: Sequence[str], body: Rows) -> list[str]:
    """Return a name for every field of a row.

    A header may lack a name for R's row names, or for the empty field behind a comma that ends
    every line. Names are not unique yet.

    Examples
    --------
    >>> names_of_header(["a", "b"], [["1", "0.2", "0.8"]])
    ['', 'a', 'b']
    """
    names = [name.strip() for name in header]
    if body and all(len(row) == len(names) + 1 for row in body):
        if all(not row[-1].strip() for row in body):
            return [*names, ""]
        return ["", *names] if lacks_a_name([header, *body]) else names
    if len(names) > 1 and not names[-1] and all(len(row) == len(names) - 1 for row in body):
        return names[:-1]
    return names


def distinct_names(names: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Return unique names, as pandas makes them, and which of them stood twice.

    Examples
    --------
    >>> distinct_names(["t", "t", "p", "", ""])[0]
    ['t', 't.1', 'p', '', 'Unnamed: 4']
    """
    counts = Counter(names)
    if len(counts) == len(names):
        return list(names), frozenset()
    found: list[str] = []
    taken = set(names)
    for at, name in enumerate(names):
        new, number = name, 0
        while new in found or (number and new in taken):
            number += 1
            new = f"{name}.{number}" if name else f"Unnamed: {at}" + "_" * (number - 1)
        found.append(new)
    twice = {new for new, name in zip(found, names, strict=True) if name and counts[name] > 1}
    return found, frozenset(twice)


def set_apart(
    columns: Sequence[Column], names: Sequence[str], twice: frozenset[str], path: str
) -> tuple[Column, ...]:
    """Return columns of which those without a name of their own can be no predictions.

    Raises
    ------
    DuplicateColumnError, ParseError
        If they may be, for they hold numbers.
    """
    unnamed = [at for at, name in enumerate(names) if not name]
    found = []
    for at, column in enumerate(columns):
        kind = column.kind
        if column.name in twice:
            if column.kind != "text" and names[at].lower() not in INDEX_NAMES:
                raise doubled(names[at], path, names.count(names[at]))
            kind = "other"
        elif len(unnamed) > 1 and at in unnamed and column.kind in ("float", "list"):
            if column.fine_decimals is not None or column.kind == "list":
                raise ParseError(
                    f"{path}: {len(unnamed)} columns have no name, and column {at + 1} holds "
                    "fractions.",
                    hint="Give each column a name in the header.",
                )
            kind = "other"
        found.append(column if kind == column.kind else Column(column.name, kind))
    return tuple(found)


def doubled(name: str, path: str, count: int | None = None) -> DuplicateColumnError:
    """Return the error for a column whose name several have: `count`, if that is known."""
    several = f"{count} columns" if count else "several columns"
    return DuplicateColumnError(
        f"{path} has {several} with the name {name!r}.",
        hint=f"If the file has no header, use {option('header', 'no')}."
        if is_number(name)
        else "Rename one of them.",
    )
