"""Documents: JSON that is not one object a line - arrays, tables of pandas - as such lines."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xent_cli.errors import EncodingError, ParseError, ReportError
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.json_values import unique

_SPACE = re.compile(r"[ \t\r\n]*")
_HINT = "Write an array of objects, or JSON lines with one object per line."


@dataclass(frozen=True, slots=True)
class Document:
    """A table as JSON lines; `named` says whether the columns have names of their own."""

    lines: bytes
    named: bool = True


def read_document(data: bytes, path: str) -> Document | None:
    r"""Return the rows of one JSON document, or of several; None if there is but one object.

    Read are arrays of objects, of lists and of plain values; what pandas writes as "split",
    "table", "list" and "columns"; and objects or lists that follow each other, over several lines.

    Raises
    ------
    EncodingError, ParseError
        If it is not UTF-8 or no JSON, or if it may be one row as well as a table.
    ReportError
        If it is a result that xent has saved.

    Examples
    --------
    >>> read_document(b'[{"p": 0.5},\n {"p": 0.25}]', "p.json").lines
    b'{"p": 0.5}\n{"p": 0.25}\n'
    >>> read_document(b'{"columns": ["p"], "data": [[0.5]]}', "p.json").lines
    b'{"p": 0.5}\n'
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EncodingError(f"{path} is not UTF-8 text (byte {data[error.start]:#04x}).") from error
    try:
        spans, only = _rows(text)
    except RecursionError:
        raise ParseError(f"{path}: its JSON is nested too deeply.") from None
    except ValueError as error:
        raise ParseError(f"{path} is not valid JSON: {error}.", hint=_HINT) from error
    if only is not None:
        if str(only.get("format")).startswith("xent.") and "format_version" in only:
            raise ReportError(
                f"{path} is a result that xent has saved, and holds no rows.",
                hint="xent show reads it.",
            )
        records = _records(only, path)
        if records is not None:
            return Document(_joined(json.dumps(record) for record in records))
    objects = [text[start] == "{" for start, _ in spans]
    if any(objects) and not all(objects):
        row = objects.index(not objects[0]) + 1
        raise ParseError(
            f"{path}, row {row}: the array holds objects as well as other values.", hint=_HINT
        )
    parts = (text[start:end].replace("\r", " ").replace("\n", " ") for start, end in spans)
    if all(objects):
        return Document(_joined(parts))
    return Document(_joined(f'{{"values": {part}}}' for part in parts), named=False)


def _joined(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _rows(text: str) -> tuple[list[tuple[int, int]], dict[str, Any] | None]:
    """Return where each row begins and ends, and the object if the text is but one."""
    decoder = json.JSONDecoder(object_pairs_hook=unique)
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        spans, end = _items(text, at, decoder)
        if _skip(text, end) == len(text):
            return spans, None
    values, spans = list[Any](), list[tuple[int, int]]()
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        values = [value] if not spans else []
        spans.append((at, end))
        at = _skip(text, end)
    only = values[0] if len(spans) == 1 and isinstance(values[0], dict) else None
    return spans, only


def _items(text: str, at: int, decoder: json.JSONDecoder) -> tuple[list[tuple[int, int]], int]:
    """Return where each item of an array begins and ends, and where the array does."""
    spans = list[tuple[int, int]]()
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        return spans, at + 1
    while True:
        _, end = decoder.raw_decode(text, at)
        spans.append((at, end))
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            return spans, at + 1
        if text[at : at + 1] != ",":
            row = len(spans)
            msg = f"a comma or a bracket is missing after item {row} of the array"
            raise ValueError(msg)
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _records(document: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]] | None:
    """Return the rows of a table in one object; None if it is a row itself."""
    keys = document.keys()
    if {"columns", "data"} <= keys <= {"columns", "data", "index", "index_names", "column_names"}:
        return _split(document, path)
    if keys == {"schema", "data"} and isinstance(document["data"], list):
        return iter(document["data"])
    values = list(document.values())
    if values and all(isinstance(value, list) for value in values):
        found = _of_lists(document, path)
        return found if found is not None else _of_matrix(document)
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == 1 and len(lists[0]) > 1 and all(isinstance(row, dict) for row in lists[0]):
        return iter(lists[0])  # What is said besides is of no row.
    if any(map(_is_matrix, values)):
        return _of_matrix(document)
    if values and all(isinstance(value, dict) and value for value in values):
        return _of_objects(document, path)
    return None


def _split(document: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    names, rows = document["columns"], document["data"]
    if not isinstance(names, list) or not isinstance(rows, list):
        raise ParseError(f"{path}: columns and data must be lists.", hint=_HINT)
    texts = [name if isinstance(name, str) else json.dumps(name) for name in names]
    for row, cells in enumerate(rows, start=1):
        if not isinstance(cells, list) or len(cells) != len(texts):
            raise ParseError(f"{path}, row {row}: it does not have {len(texts)} values.")
        yield unique(list(zip(texts, cells, strict=True)))


def _of_lists(document: Mapping[str, list[Any]], path: str) -> Iterator[dict[str, Any]] | None:
    sizes = {len(value) for value in document.values()}
    if len(sizes) > 1:
        return None
    n = sizes.pop()
    _require_table(list(document.values()), n, path)
    return ({name: value[row] for name, value in document.items()} for row in range(n))


def _is_matrix(value: Any) -> bool:
    """Say whether a value is a list of lists, all as long as the first."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(row, list) and len(row) == len(value[0]) for row in value)
    )


def _of_matrix(document: Mapping[str, Any]) -> Iterator[dict[str, Any]] | None:
    """Return the rows of a matrix of predictions, with the lists that have a value for each.

    A list for its columns that may name them is in every row: texts, or whole numbers from 0 or 1
    on, which may have another order than the columns. What else is said is of no row.
    """
    matrices = [value for value in document.values() if _is_matrix(value)]
    sizes = {(len(value), len(value[0])) for value in matrices}
    if len(sizes) != 1:
        return None
    n, k = sizes.pop()
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    rows = {name: value for name, value in lists.items() if len(value) == n}
    inner = [value for value in document.values() if isinstance(value, dict)]
    named = {
        name: value
        for said in (*inner, lists)
        for name, value in said.items()
        if isinstance(value, list) and len(value) == k != n and _may_be_names(value)
    }
    if n == k:
        return None
    return ({name: value[at] for name, value in rows.items()} | named for at in range(n))


def _may_be_names(values: list[Any]) -> bool:
    """Say whether values are texts, or count from 0 or 1 on in any order."""
    if all(type(value) in (int, float) for value in values):
        return sorted(values) in ([*range(len(values))], [*range(1, len(values) + 1)])
    return all(isinstance(value, str) for value in values)


def _of_objects(
    document: Mapping[str, dict[str, Any]], path: str
) -> Iterator[dict[str, Any]] | None:
    first, *others = (list(value) for value in document.values())
    if any(set(other) != set(first) for other in others):
        return None
    if any(isinstance(cell, dict | list) for value in document.values() for cell in value.values()):
        return None
    _require_table([list(value.values()) for value in document.values()], len(first), path)
    return ({name: value[key] for name, value in document.items()} for key in first)


def _require_table(columns: Sequence[Sequence[Any]], n: int, path: str) -> None:
    """Raise ParseError if columns may as well be the cells of one row.

    Lists in one row are probabilities or one-hot labels: their numbers sum to 1. Lists of columns
    that all do so are not told from these.
    """
    numbers = [c for c in columns if all(isinstance(cell, int | float) for cell in c)]
    if n > 1 and numbers and all(math.isclose(math.fsum(c), 1, abs_tol=0.01) for c in numbers):
        raise ParseError(
            f"{path}: its only JSON object may be a single row, or {n} rows in columns.",
            hint=_HINT,
        )
