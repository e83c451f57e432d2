"""Tables into files: text with several delimiters, JSON, Parquet, Arrow, and nested columns."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .problem import Number, Table

SUFFIX = {
    "csv": "csv",
    "csv quoted": "csv",
    "csv bom crlf": "csv",
    "semicolon": "csv",
    "decimal comma": "csv",
    "tab": "tsv",
    "tab txt": "txt",
    "gzip": "csv.gz",
    "jsonl": "jsonl",
    "json": "json",
    "parquet": "parquet",
    "parquet dictionary": "parquet",
    "parquet float32": "parquet",
    "arrow": "arrow",
}
TEXT = ("csv", "csv quoted", "csv bom crlf", "semicolon", "decimal comma", "tab", "tab txt", "gzip")
NESTED = ("jsonl", "json", "parquet", "arrow")


def file_name(stem: str, container: str) -> str:
    """Return the name a file of a container has."""
    return f"{stem}.{SUFFIX[container]}"


def write(table: Table, container: str, *, header: bool = True) -> bytes:
    """Return the bytes of a table in a container."""
    if container in TEXT:
        return _text(table, container, header=header)
    if container == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in _records(table)).encode()
    if container == "json":
        return json.dumps(_records(table), indent=1).encode()
    arrow = pa.table({name: _arrow(cells, container) for name, cells in table})
    out = io.BytesIO()
    if container == "arrow":
        with pa.ipc.new_file(out, arrow.schema) as writer:
            writer.write_table(arrow)
    else:
        pq.write_table(arrow, out)
    return out.getvalue()


def npy(values: Any) -> bytes:
    """Return an array as np.save writes it."""
    out = io.BytesIO()
    np.save(out, np.asarray(values))
    return out.getvalue()


def npz(**arrays: Any) -> bytes:
    """Return arrays as np.savez writes them."""
    out = io.BytesIO()
    np.savez(out, **{name: np.asarray(values) for name, values in arrays.items()})
    return out.getvalue()


def plain(cell: Any) -> Any:
    """Return a cell as its value: a written number as a float."""
    if isinstance(cell, Number):
        return float(cell)
    if isinstance(cell, dict):
        return {name: plain(item) for name, item in cell.items()}
    if isinstance(cell, list | tuple):
        return [plain(item) for item in cell]
    return cell


def _records(table: Table) -> list[dict[str, Any]]:
    names = [name for name, _ in table]
    columns = [[plain(cell) for cell in cells] for _, cells in table]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _arrow(cells: Sequence[Any], container: str) -> Any:
    if isinstance(cells, pa.Array):
        return cells
    array = pa.array([plain(cell) for cell in cells])
    if container == "parquet float32" and isinstance(cells[0], Number):
        return array.cast(pa.float32())
    texts = pa.types.is_string(array.type)
    return array.dictionary_encode() if texts and container == "parquet dictionary" else array


def _text(table: Table, container: str, *, header: bool) -> bytes:
    delimiter = {"semicolon": ";", "decimal comma": ";", "tab": "\t", "tab txt": "\t"}
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=delimiter.get(container, ","),
        lineterminator="\r\n" if container == "csv bom crlf" else "\n",
        quoting=csv.QUOTE_NONNUMERIC if container == "csv quoted" else csv.QUOTE_MINIMAL,
    )
    if header:
        writer.writerow([name for name, _ in table])
    for row in zip(*(cells for _, cells in table), strict=True):
        writer.writerow([_cell(cell, container) for cell in row])
    body = out.getvalue().encode("utf-8-sig" if container == "csv bom crlf" else "utf-8")
    return gzip.compress(body, mtime=0) if container == "gzip" else body


def _cell(cell: Any, container: str) -> Any:
    if container == "decimal comma" and isinstance(cell, Number | float):
        return str(cell).replace(".", ",")
    if container == "csv quoted" and isinstance(cell, Number) and cell[-1:].isdigit():
        return float(cell)  # R quotes texts, not numbers
    return cell


def nest(how: str, names: Sequence[str], rows: Sequence[Sequence[Number]]) -> list[Any]:
    """Return one cell for each row that holds a whole family."""
    values = [[float(cell) for cell in row] for row in rows]
    if how == "list":
        return values
    if how == "struct":
        return [dict(zip(names, row, strict=True)) for row in values]
    if how == "label and score":
        pairs = [
            [{"label": name, "score": p} for name, p in zip(names, row, strict=True)]
            for row in values
        ]
        return [sorted(row, key=lambda item: -item["score"]) for row in pairs]
    if how == "classes and scores":
        return [{"classes": list(names), "scores": row} for row in values]
    msg = f"{how} is not a way of nesting"
    raise ValueError(msg)


def arrow_map(names: Sequence[str], rows: Sequence[Sequence[Number]]) -> pa.Array:
    """Return a column of maps from class to probability."""
    cells = [[(n, float(p)) for n, p in zip(names, row, strict=True)] for row in rows]
    return pa.array(cells, pa.map_(pa.string(), pa.float64()))


def spark_vectors(rows: Sequence[Sequence[Number]]) -> list[dict[str, Any]]:
    """Return dense vectors as Spark's VectorUDT stores them."""
    return [
        {"type": 1, "size": None, "indices": None, "values": [float(p) for p in row]}
        for row in rows
    ]
