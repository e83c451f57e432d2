"""Columns: what the first rows of a text file say about each of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xent_cli.errors import ParseError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.csv.numerals import (
    MARKS,
    MISSING,
    NULLS,
    decimals_of,
    is_comma_number,
    is_grouped,
    is_number,
    may_be_thousands,
    numbers_among,
)
from xent_cli.schema.column import Column

_FRACTIONS, _INTEGERS = 0.1, 0.5
"""Share of numbers that makes a column one of numbers, if some have decimals, or none have.

A column of predictions that were taken for text because of a few damaged rows would be left out
without a word, and two classes would become one."""
TRUTHS = ("true", "false")
_LIST = re.compile(
    r"\s*(?:(?:array|tensor)\()?\s*(?:\[\s*\[([^\[\](){}]*)\]\s*\]|[\[(]([^\[\](){}]*)[\])])\s*\)?\s*\Z"
)
NUMPY_NUMBER = r"(?:np\.|numpy\.)float(?:16|32|64)\(([^()]*)\)"
TENSOR_ENDS = r",\s*(?:device|dtype|grad_fn|requires_grad)=[^\[\]]*$"
"""How NumPy 2 prints numbers in lists, and what PyTorch says behind the values of a tensor."""
_NUMPY_NUMBER, _TENSOR_ENDS = re.compile(NUMPY_NUMBER), re.compile(TENSOR_ENDS)
_APART = re.compile(r"\s*[,;\s]\s*")


@dataclass(frozen=True, slots=True)
class Cells:
    """How the cells of columns are written.

    Attributes
    ----------
    decimal : {".", ","}
    percents : frozenset of str
        Columns whose numbers have a percent sign: 90 % is 0.9.
    lists : frozenset of str
        Columns whose cells are lists of numbers as text.
    """

    decimal: str = "."
    percents: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()


def judge_columns(
    names: Sequence[str],
    body: Sequence[Sequence[str]],
    path: str,
    delimiter: str,
    *,
    commas: bool,
    percents: bool,
) -> tuple[tuple[Column, ...], Cells]:
    """Judge columns by the fields of the first rows, some of which may have `commas` or `percents`.

    Raises
    ------
    ParseError
        If numbers are written in several ways, or in one that may mean two numbers.
    """
    fields = [[row[at] for row in body if at < len(row)] for at in range(len(names))]
    decimal = _decimal_mark(names, fields, path, delimiter) if commas else "."
    columns, shares, lists = [], set(), set()
    for name, written in zip(names, fields, strict=True):
        texts = [to_point(text) for text in written] if decimal == "," else written
        if percents and (found := _percent_column(name, texts)):
            columns.append(found)
            shares.add(name)
            continue
        column = _column(name, texts)
        if column.kind == "text" and (found := _list_column(name, texts)):
            column = found
            lists.add(name)
        columns.append(column)
    return tuple(columns), Cells(decimal, frozenset(shares), frozenset(lists))


def to_point(text: str) -> str:
    """Return a number with a decimal point, and any other text as it is."""
    bare = text.rstrip(" \t%")
    return text.replace(",", ".") if is_comma_number(bare) else text


def parse_list(text: str) -> list[str] | None:
    """Return the numbers of a cell that holds a list, as texts; None if it holds none.

    Examples
    --------
    >>> parse_list("[0.1, 0.9]"), parse_list("[0.1 0.9]"), parse_list("0.1 0.9")
    (['0.1', '0.9'], ['0.1', '0.9'], ['0.1', '0.9'])
    >>> parse_list("[[0.1, 0.9]]"), parse_list("[np.float64(0.1), np.float64(0.9)]")
    (['0.1', '0.9'], ['0.1', '0.9'])
    >>> parse_list("tensor([0.1, 0.9], device='cuda:0')")
    ['0.1', '0.9']
    >>> parse_list("0.9"), parse_list("[a, b]")
    (None, None)
    """
    if "(" in text:
        text = _TENSOR_ENDS.sub(")", _NUMPY_NUMBER.sub(r"\1", text))
    match = _LIST.match(text)
    items = _APART.split((match[1] or match[2] or "" if match else text).strip())
    if (not match and (len(items) < 2 or "," in text)) or not all(map(is_number, items)):
        return None
    return items


def _decimal_mark(
    names: Sequence[str], fields: Sequence[Sequence[str]], path: str, delimiter: str
) -> str:
    """Return what stands before decimals in the whole file."""
    commas = {}
    for name, texts in zip(names, fields, strict=True):
        numbers = _comma_numbers(name, texts, path)
        if numbers:
            commas[name] = numbers
    if not commas:
        return "."
    one, numbers = next(iter(commas.items()))
    if all(may_be_thousands(text) for numbers in commas.values() for text in numbers):
        if delimiter == ",":
            return "."  # Amounts: they stay texts.
        raise ParseError(
            f"{path}, column {one}: {numbers[0].strip()!r} may have a decimal comma or a comma "
            "between thousands.",
            hint="Write numbers with a decimal point and without thousands separators.",
        )
    for other, texts in zip(names, fields, strict=True):
        point = next((t for t in texts if "." in t and is_number(t.rstrip(" \t%"))), None)
        if point is not None:
            raise ParseError(
                f"{path}: column {one} has decimal commas ({numbers[0].strip()}), but "
                f"column {other} has decimal points ({point.strip()}).",
                hint="Write all numbers of the file with decimal points.",
            )
    return ","


def _comma_numbers(name: str, texts: Sequence[str], path: str) -> list[str]:
    """Return the numbers of a column that have commas, if it is one of numbers."""
    bare = [text.rstrip(" \t%") for text in texts if "," in text]
    if not bare:
        return []
    if grouped := next(filter(is_grouped, bare), None):
        raise ParseError(
            f"{path}, column {name}: {grouped.strip()!r} has thousands separators.",
            hint="Write numbers without them, for example 1234.5.",
        )
    numbers = [text for text in bare if is_comma_number(text)]
    known = [text for text in texts if text.strip() not in MISSING]
    whole = len(numbers) + sum(is_number(text.rstrip(" \t%")) for text in known)
    points = sum("." in text for text in known)
    is_column = (
        10 * len(numbers) >= len(known)
        and 2 * whole >= len(known)
        and (
            len(numbers) >= points  # Else a damaged cell, which reading the column will name.
        )
    )
    return numbers if is_column else []


def _column(name: str, fields: Sequence[str]) -> Column:
    known = [field for field in fields if field.strip() not in NULLS]
    if not known and fields:
        return Column(name, "float")
    if all(field.strip().lower() in TRUTHS for field in known):
        return Column(name, "boolean")
    numbers, decimals = numbers_among(known)
    if 0 < len(numbers) < len(known):
        rest = [field for field in known if field.strip() not in MARKS]
        known = rest if len(rest) == len(numbers) else known
    counts = [count for count in decimals if count is not None]
    if len(numbers) < len(known) * (_FRACTIONS if counts else _INTEGERS):
        return Column(name, "text")
    if not counts:
        whole = any(field.strip() not in ("0", "1") for field in numbers)
        return Column(name, "integer", integral=whole)
    values = [float(field) for field in numbers]
    both = zip(values, decimals, strict=True)
    strong = [count for value, count in both if count is not None and 0.1 <= abs(value) < 1]
    # What else it holds is damage, which reading it will name.
    integral = all(map(float.is_integer, values)) and any(v not in (0, 1) for v in values)
    return Column(
        name,
        "float",
        decimals=max(strong, default=None),
        fine_decimals=max(counts),
        integral=integral,
    )


def _percent_column(name: str, fields: Sequence[str]) -> Column | None:
    """Describe a column most of whose cells are numbers with a percent sign."""
    known = [field.strip() for field in fields if field.strip() not in MISSING]
    numbers = [text[:-1] for text in known if text.endswith("%") and is_number(text[:-1])]
    if not numbers or 2 * len(numbers) < len(known):
        return None
    decimals = [(text, (decimals_of(text) or 0) + 2) for text in numbers]
    strong = [count for text, count in decimals if 10 <= abs(float(text)) < 100]
    return Column(
        name,
        "float",
        decimals=max(strong, default=None),
        fine_decimals=max(count for _, count in decimals),
    )


def _list_column(name: str, fields: Sequence[str]) -> Column | None:
    """Describe a column all of whose cells are lists of numbers."""
    known = [field for field in fields if field.strip() not in NULLS]
    lists = list(_lists(known))
    if not known or len(lists) < len(known):
        return None
    decimals = [d for items in lists for item in items if (d := decimals_of(item)) is not None]
    if not decimals and not all(_LIST.match(text) for text in known):
        return None  # Whole numbers with blanks between them may be anything.
    return Column(name, "list", width=len(lists[0]), fine_decimals=max(decimals, default=None))


def _lists(texts: Sequence[str]) -> Iterator[list[str]]:
    for text in texts:
        items = parse_list(text)
        if items is None:
            return
        yield items
