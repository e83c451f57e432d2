"""An independent reading of prediction and label files: slow, plain, and nothing of xent_cli.

`slow_cross_entropy` follows the written rules (headers, columns, classes, checks) with the csv and
json modules, numpy.load and pyarrow's whole-file readers, and raises Refusal where they say so.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import math
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

EPS = 2.0**-52
NULLS = {
    "",
    "NA",
    "N/A",
    "n/a",
    "NaN",
    "nan",
    "-nan",
    "-NaN",
    "NULL",
    "Null",
    "null",
    "None",
    "#N/A",
}
NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*\Z")


class Refusal(Exception):
    """The rules call for an error."""


class Slow:
    """A table: names (or None where positions count) and columns of Python values."""

    def __init__(self, names: list[str], columns: list[list[Any]], *, named: bool) -> None:
        self.names = names
        self.columns = columns
        self.named = named


def read_slowly(path: Path, *, without: Collection[str] = ()) -> Slow:
    """Read a file whole, by its suffix; columns `without` need not be readable."""
    suffixes = "".join(path.suffixes)
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        raw = gzip.decompress(raw)
    elif raw.startswith(b"BZh"):
        raw = bz2.decompress(raw)
    elif raw.startswith(b"\xfd7zXZ\x00"):
        raw = lzma.decompress(raw)
    elif raw.startswith(b"\x28\xb5\x2f\xfd"):
        with pa.CompressedInputStream(pa.BufferReader(raw), "zstd") as stream:
            raw = stream.read()
    if ".csv" in suffixes or ".tsv" in suffixes:
        wide = raw[1:2] == b"\0"  # Damage may look like UTF-16, and is then read so.
        text = (
            raw.decode("utf-16-le")
            if wide
            else raw.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
        )
        return _read_text(text, "\t" if ".tsv" in suffixes else None)
    if ".jsonl" in suffixes:
        return _read_json(raw.decode("utf-8-sig"))
    if ".parquet" in suffixes:
        file = pq.ParquetFile(io.BytesIO(raw))
        names = [name for name in file.schema_arrow.names if name not in without]
        return _from_arrow(file.read(columns=names))
    if ".orc" in suffixes:
        names = [name for name in orc.ORCFile(io.BytesIO(raw)).schema.names if name not in without]
        return _from_arrow(orc.read_table(io.BytesIO(raw), columns=names))
    if ".arrow" in suffixes:
        opener = pa.ipc.open_file if raw.startswith(b"ARROW1") else pa.ipc.open_stream
        names = opener(pa.BufferReader(raw)).schema.names
        fields = [i for i, name in enumerate(names) if name not in without]
        options = pa.ipc.IpcReadOptions(included_fields=fields)
        return _from_arrow(opener(pa.BufferReader(raw), options=options).read_all())
    with io.BytesIO(raw) as stream:
        if ".npy" in suffixes:
            return _from_arrays({"values": np.load(stream, allow_pickle=False)}, named=False)
        # A zip archive is found from its end: bytes before it, which np.load refuses, do no harm.
        with zipfile.ZipFile(stream) as archive:
            arrays = {
                name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)))
                for name in archive.namelist()
            }
        return _from_arrays(arrays, named=True)


def _read_text(text: str, delimiter: str | None) -> Slow:
    for mark in [delimiter] if delimiter else [",", "\t", ";", "|", " "]:
        rows = _split(text, mark)
        if rows and len({len(row) for row in rows}) == 1 and len(rows[0]) > 1:
            break
    else:
        rows = _split(text, delimiter or ",")
    while rows and not rows[0]:
        del rows[0]
    if not rows or len({len(row) for row in rows}) > 1:
        raise Refusal("ragged, blank or empty")
    names = [str(i) for i in range(len(rows[0]))]
    named = _is_header(rows[0], rows[1:], names)
    if named:
        names = [name.strip() for name in rows.pop(0)]
    kept = [i for i, name in enumerate(names) if name != "id" or "id" not in names[:i]]
    names, rows = [names[i] for i in kept], [[row[i] for i in kept] for row in rows]
    if len(set(names)) < len(names) or not rows:
        raise Refusal("names twice, or no rows")
    columns = [[row[i] for row in rows] for i in range(len(names))]
    if named and names[0] == "" and all(re.fullmatch("[+-]?[0-9]+", x) for x in columns[0]):
        names, columns = names[1:], columns[1:]
    return Slow(names, [_numbers_or_texts(column) for column in columns], named=named)


def _split(text: str, mark: str) -> list[list[str]]:
    """Split text into fields; a line put behind it must come out as it is, else a quote is open."""
    text = text.strip("\r\n") + "\nthe end\n"
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    if rows.pop() != "the end".split(mark):
        raise Refusal("a quote is open")
    return rows


def _is_header(first: list[str], rest: list[list[str]], counted: list[str]) -> bool:
    texts = [i for i, field in enumerate(first) if field.strip() and not _is_number(field)]
    if texts:
        if any(NUMBER.match(field) and ("." in field or "e" in field.lower()) for field in first):
            return False
        return not any(row[i] == first[i] for row in rest for i in texts)
    if first not in (counted, ["", *counted[:-1]]):
        return _is_classes(first, rest)
    if len(first) == 1:
        return any("." in row[0] or "e" in row[0] for row in rest if NUMBER.match(row[0]))
    return first not in rest


def _is_classes(first: list[str], rest: list[list[str]]) -> bool:
    """Whole numbers, in no row below, over columns of fractions."""
    if any(not NUMBER.match(x) or float(x) % 1 for x in first) or first in rest:
        return False
    values, plain = [float(x) for x in first], not any("." in x or "e" in x.lower() for x in first)
    if len(set(values)) < len(values) or sorted(values) == [0, 1]:
        return False
    if not plain and (len(values) == 1 or values != sorted(values)):
        return False
    for i in range(len(first)):
        known = [row[i] for row in rest if row[i].strip() not in NULLS]
        written = [x for x in known if NUMBER.match(x) and ("." in x or "e" in x.lower())]
        if not any(float(x) % 1 for x in written) and not (plain and known and known == written):
            return False
    return True


def _is_number(field: str) -> bool:
    return bool(NUMBER.match(field)) or field.strip().lower().lstrip("+-") in (
        "nan",
        "inf",
        "infinity",
    )


def _numbers_or_texts(column: list[str]) -> list[Any]:
    known = [field for field in column if field.strip() not in NULLS]
    numbers = [field for field in known if _is_number(field)]
    if len(numbers) == len(known):
        return [float(f) if f.strip() not in NULLS else math.nan for f in column]
    decimals = any("." in field or "e" in field for field in numbers)
    if len(numbers) >= len(known) * (0.1 if decimals else 0.5):
        return [_Damaged(column[0]), *column[1:]]
    return list(column)


class _Damaged(str):
    """The first field of a column that mixes numbers and text."""

    __slots__ = ()


def _read_json(text: str) -> Slow:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise Refusal("a key twice")
        return dict(pairs)

    records = [json.loads(line, object_pairs_hook=once) for line in text.rstrip("\r\n").split("\n")]
    if not all(isinstance(record, dict) for record in records):
        raise Refusal("no objects")
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [[record.get(name) for record in records] for name in names]
    return _widen(names, columns, named=True)


def _from_arrow(table: pa.Table) -> Slow:
    table.validate(full=True)
    return _widen(table.column_names, [c.to_pylist() for c in table.columns], named=True)


def _from_arrays(arrays: dict[str, np.ndarray[Any, Any]], *, named: bool) -> Slow:
    columns = [array.tolist() for array in arrays.values()]
    return _widen(list(arrays), columns, named=named)


def _widen(names: list[str], columns: list[list[Any]], *, named: bool) -> Slow:
    """Let a single column of lists stand for K columns."""
    wide = [i for i, column in enumerate(columns) if any(isinstance(v, list) for v in column)]
    if len(wide) == 1 and len(names) == 1:
        rows = columns[wide[0]]
        if len({len(row) if isinstance(row, list) else -1 for row in rows}) != 1:
            raise Refusal("ragged lists")
        names = [str(i) for i in range(len(rows[0]))]
        return Slow(names, [list(column) for column in zip(*rows, strict=True)], named=False)
    return Slow(names, columns, named=named)


def slow_cross_entropy(preds: Slow, labels: Slow) -> tuple[float, int]:
    """Return the mean cross entropy and the number of rows, by the written rules."""
    shared = set(preds.names) & set(labels.names) & {"id"}
    for name in shared:
        ours = preds.columns[preds.names.index(name)]
        theirs = labels.columns[labels.names.index(name)]
        if [_key(value) for value in ours] != [_key(value) for value in theirs]:
            raise Refusal("ids differ")
    chosen = [i for i, column in enumerate(preds.columns) if _is_prediction(preds.names[i], column)]
    counts = [i for i in chosen if _counts(preds.columns[i])]
    chosen = [i for i in chosen if i not in counts] or chosen
    names = [preds.names[i] for i in chosen]
    q = [_floats(preds.columns[i]) for i in chosen]
    rest = [i for i, name in enumerate(labels.names) if name not in shared]
    rest = [i for i in rest if labels.names[i] != "copy"] or rest
    if len(rest) > 1:
        rest = [i for i in rest if labels.names[i] != "id"]
    if "label" in labels.names:
        rest = [labels.names.index("label")]
    target = [labels.columns[i] for i in rest]
    if not q or not target or len(q[0]) != len(target[0]):
        raise Refusal("nothing, or row counts differ")
    target = [[v.decode() if isinstance(v, bytes) else v for v in column] for column in target]
    if len(target) == 1:
        loss = _sparse(q, names, preds.named, target[0])
    else:
        loss = _categorical(q, names, [labels.names[i] for i in rest], target)
    return math.fsum(loss) / len(loss), len(loss)


def _key(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _is_prediction(name: str, column: list[Any]) -> bool:
    if name in ("id", "note", "copy"):
        return False
    return isinstance(column[0], _Damaged) or not any(isinstance(value, str) for value in column)


def _counts(column: list[Any]) -> bool:
    """Say whether a column holds whole numbers beyond 0 and 1: no probabilities."""
    known = [v for v in column if isinstance(v, int | float) and math.isfinite(v)]
    return (
        bool(known)
        and len(known) == len(column)
        and all(float(v).is_integer() for v in known)
        and any(v not in (0, 1) for v in known)
    )


def _floats(column: list[Any]) -> list[float]:
    for value in column:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Refusal(f"no number: {value!r}")
        if not math.isfinite(value):
            raise Refusal("not finite")
        if not -1e-6 <= value <= 1.01:
            raise Refusal("out of range")
    return [float(value) for value in column]


def _ln(value: float) -> float:
    return -math.log(min(1.0, max(EPS, value)))


def _sparse(q: list[list[float]], names: list[str], named: bool, labels: list[Any]) -> list[float]:
    if len(q) == 1:
        positive = re.sub(r"^p_", "", names[0])
        named = positive in labels and len(set(labels)) == 2
        if not named and all(
            isinstance(label, str) and NUMBER.match(label.strip()) for label in labels
        ):
            labels = [float(label) for label in labels]
        if any(isinstance(label, str) for label in labels):
            others = set(labels) - {positive}
            if len(others) > 1 or positive not in labels:
                raise Refusal("no two labels")
            labels = [int(label == positive) for label in labels]
        return [_binary(p, t) for p, t in zip(q[0], labels, strict=True)]
    _require_sums(q)
    plain = [re.sub(r"^p_", "", name) for name in names]
    loss = []
    for row, label in enumerate(labels):
        position = _class_of(label, plain, names, named)
        loss.append(_ln(q[position][row]))
    return loss


def _binary(p: float, label: Any) -> float:
    share = float(label)
    if not 0 <= share <= 1:
        raise Refusal("no binary label")
    rest = 36.04365338911715 if p >= 1 else min(-math.log1p(-max(p, 0.0)), -math.log(EPS))
    return share * _ln(p) + (1 - share) * rest


def _letters(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", ".", name.casefold()).strip(".")


def _class_of(label: Any, plain: list[str], names: list[str], named: bool) -> int:
    text = label.strip() if isinstance(label, str) else label
    if isinstance(text, str) and text in plain:
        return plain.index(text)
    if isinstance(text, str) and text in names:
        return names.index(text)
    if isinstance(text, str) and text.lower() in plain:  # CAT is cat, unless a class is called so.
        return plain.index(text.lower())
    folded = [_letters(name) for name in plain]
    if isinstance(text, str) and folded.count(_letters(text)) == 1 and not NUMBER.match(text):
        return folded.index(_letters(text))  # Non.functional is "non functional".
    if label is None or (isinstance(text, str) and not NUMBER.match(text)):
        raise Refusal(f"no class: {label!r}")
    number = float(text)
    if number != math.floor(number):
        raise Refusal("a fraction")
    if named and all(re.fullmatch(r"[+-]?\d+", name) for name in plain):
        values = [int(name) for name in plain]
        if int(number) not in values:
            raise Refusal("no class")
        return values.index(int(number))
    if not 0 <= number < len(plain):
        raise Refusal("no class")
    return int(number)


def _categorical(
    q: list[list[float]], names: list[str], label_names: list[str], target: list[list[Any]]
) -> list[float]:
    if len(q) != len(target):
        raise Refusal("columns do not match")
    ours = [re.sub(r"^p_", "", name) for name in names]
    theirs = [re.sub(r"^y_", "", name) for name in label_names]
    order = [theirs.index(n) for n in ours] if sorted(ours) == sorted(theirs) else range(len(ours))
    shares = [_floats(target[i]) for i in order]
    if any(not 0 <= value <= 1 for column in shares for value in column):
        raise Refusal("not a share")
    _require_sums(q)
    _require_sums(shares)
    rows = range(len(q[0]))
    return [
        math.fsum(p[r] * _ln(c[r]) for p, c in zip(shares, q, strict=True) if p[r]) for r in rows
    ]


def _require_sums(columns: list[list[float]]) -> None:
    if any(abs(sum(row) - 1) > 0.0100000001 for row in zip(*columns, strict=True)):
        raise Refusal("row sums")
