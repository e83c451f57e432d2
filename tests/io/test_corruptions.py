"""Damaged files: whatever happens to a file, xent says what is wrong or counts what is there.

Good files are damaged at random, from a seed. For each, `evaluate` must raise an XentError or agree
with `slow_reader`, which shares no code with it. XENT_CORRUPTIONS sets how many files are damaged,
XENT_SEED the seed.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.io.slow_reader import Refusal, read_slowly, slow_cross_entropy
from xent_cli import XentError, evaluate

RUNS = int(os.environ.get("XENT_CORRUPTIONS", "300"))
SEED = int(os.environ.get("XENT_SEED", "20"))
SHARDS = 10
TEXT = ("csv", "tsv", "csv.gz", "csv.bz2", "csv.xz", "csv.zst", "jsonl")
FORMATS = (*TEXT, "parquet", "orc", "arrow", "feather.arrow", "stream.arrow", "npy", "npz")

Table = dict[str, list[Any]]


# Good files ---------------------------------------------------------------------------------------


def good_tables(rng: random.Random) -> tuple[Table, Table]:
    """Make predictions and labels, of one of the shapes that real files have."""
    rows, k = rng.randint(3, 40), rng.randint(1, 4)
    classes = rng.choice(
        [["cat", "dog", "ox", "hen"], ["7", "8", "9", "10"], ["a b", "c", "d", "e"]]
    )
    names = [f"p_{name}" for name in classes[:k]]
    matrix = [_simplex(rng, k) for _ in range(rows)]
    preds: Table = {name: [row[i] for row in matrix] for i, name in enumerate(names)}
    kind = rng.choice(["position", "text", "onehot"]) if k > 1 else rng.choice(["bits", "soft"])
    truth = [rng.randrange(max(k, 2)) for _ in range(rows)]
    labels: Table = {"label": list(truth)}
    if kind == "soft":
        labels = {"label": [round(rng.random(), 5) for _ in truth]}
    if kind == "text" or (kind == "position" and classes[0] == "7"):
        labels = {"label": [classes[t] for t in truth]}
    if kind == "onehot":
        order = rng.sample(range(k), k)
        labels = {f"y_{classes[c]}": [int(t == c) for t in truth] for c in order}
    if rng.random() < 0.4:
        ids = [1000 + i for i in range(rows)]
        preds, labels = {"id": ids, **preds}, {"id": list(ids), **labels}
    if rng.random() < 0.2:
        preds["note"] = [rng.choice(["ok", 'a "note"', "x, y"]) for _ in range(rows)]
    return preds, labels


def _simplex(rng: random.Random, k: int) -> list[float]:
    if k == 1:
        return [round(rng.random(), 6)]
    cuts = sorted(rng.randrange(0, 10**6 + 1) for _ in range(k - 1))
    return [(b - a) / 10**6 for a, b in zip([0, *cuts], [*cuts, 10**6], strict=True)]


def write_table(table: Table, kind: str, rng: random.Random) -> bytes:
    """Return the bytes of a file of that kind."""
    if kind.startswith(("csv", "tsv")):
        return _compressed(_text(table, "\t" if kind == "tsv" else rng.choice(",,,;|"), rng), kind)
    if kind == "jsonl":
        rows = zip(*table.values(), strict=True)
        return "".join(
            json.dumps(dict(zip(table, row, strict=True))) + "\n" for row in rows
        ).encode()
    sink = io.BytesIO()
    if kind in ("npy", "npz"):
        _write_arrays(table, kind, sink)
        return sink.getvalue()
    _write_arrow(pa.table(table), kind, sink, rng)
    return sink.getvalue()


def _text(table: Table, delimiter: str, rng: random.Random) -> bytes:
    quote_all, end = rng.random() < 0.15, rng.choice(["\n", "\n", "\r\n"])

    def field(value: Any) -> str:
        text = repr(value) if isinstance(value, float) else str(value)
        if quote_all or any(c in text for c in f'{delimiter}"\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [
        delimiter.join(map(field, row)) for row in [list(table), *zip(*table.values(), strict=True)]
    ]
    text = end.join(lines) + ("" if rng.random() < 0.2 else end)
    return (b"\xef\xbb\xbf" if rng.random() < 0.1 else b"") + text.encode()


def _compressed(data: bytes, kind: str) -> bytes:
    if kind.endswith(".gz"):
        return gzip.compress(data)
    if kind.endswith(".bz2"):
        return bz2.compress(data)
    if kind.endswith(".xz"):
        return lzma.compress(data)
    return pa.compress(data, codec="zstd", asbytes=True) if kind.endswith(".zst") else data


def _write_arrays(table: Table, kind: str, sink: io.BytesIO) -> None:
    numbers = [name for name in table if name not in ("id", "note")]
    array = np.array([table[name] for name in numbers or table]).T
    array = array[:, 0] if array.shape[1] == 1 else array
    if kind == "npy":
        np.save(sink, array)
    else:
        np.savez(sink, values=array)


def _write_arrow(table: pa.Table, kind: str, sink: io.BytesIO, rng: random.Random) -> None:
    if kind == "parquet":
        compression = rng.choice(["none", "snappy", "zstd"])
        pq.write_table(table, sink, compression=compression, row_group_size=rng.choice([5, 1000]))
    elif kind == "orc":
        orc.write_table(table, sink, compression=rng.choice(["uncompressed", "snappy", "zstd"]))
    elif kind == "feather.arrow":
        pa_feather.write_feather(table, sink, compression="lz4", chunksize=rng.choice([5, 1000]))
    else:
        new = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with new(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=rng.choice([5, 1000]))


# Damage -------------------------------------------------------------------------------------------


def damage_bytes(data: bytes, rng: random.Random) -> bytes:
    """Flip, cut, cut out, repeat or insert bytes."""
    raw, at = bytearray(data), rng.randrange(len(data))
    length = rng.choice([1, 1, 2, 8, 50])
    match rng.randrange(7):
        case 0 | 1:
            raw[at] ^= 1 << rng.randrange(8)
        case 2:
            del raw[at:]
        case 3:
            del raw[at : at + length]
        case 4:
            raw[at:at] = raw[at : at + length]
        case 5:
            raw[at:at] = rng.randbytes(length)
        case _:
            raw[at : at + length] = bytes(min(length, len(raw) - at))
    return bytes(raw)


def damage_text(data: bytes, rng: random.Random) -> bytes:
    """Do to lines, fields and the encoding what people, spreadsheets and crashed jobs do."""
    end = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.split(end)
    at = rng.randrange(len(lines))
    mark = next((m for m in (b"\t", b";", b"|", b",") if m in lines[0]), b",")
    fields = lines[at].split(mark)
    spot = rng.randrange(len(fields))
    match rng.randrange(13):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines.insert(at, b"")
        case 3:
            lines.insert(rng.randrange(len(lines)), lines[0])
        case 4:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case 5:
            lines = [_without(line.split(mark), spot, mark) for line in lines]
        case 6:
            lines = [mark.join([*line.split(mark), line.split(mark)[0]]) for line in lines]
        case 7:
            swap = rng.choice([b",", b";", b"\t", b"|", b" "])
            chosen = lines if rng.random() < 0.5 else [lines[at]]
            swapped = {id(line) for line in chosen}
            lines = [line.replace(mark, swap) if id(line) in swapped else line for line in lines]
        case 8:
            return data.decode("utf-8-sig").encode(rng.choice(["utf-16", "utf-16-le", "utf-8-sig"]))
        case 9:
            fields[spot] += rng.choice(
                [b'"', b"\xe9", b"\xff", b"\0", b"\xc2\xa0", b" ", b"#", b"e"]
            )
            lines[at] = mark.join(fields)
        case _:
            fields[spot] = rng.choice(_ODD_FIELDS)
            lines[at] = mark.join(fields)
    return end.join(lines)


_ODD_FIELDS = (
    *(b"abc", b"", b"NaN", b"nan", b"NULL", b"NA", b"inf", b"-inf", b"-0.5", b"1e308", b"1e400"),
    *(b"1,234", b'"1,234"', b"0,5", b"1_0", b"0x1", b"-", b"--", b"1e", b"+0.25", b" 0.25 ", b".5"),
    *(
        b'"',
        b'"a',
        b'a"b',
        b'""',
        b"5.",
        b"1.000001",
        b"1.5",
        b"-1",
        b"99",
        b"true",
        b"0.5.1",
        b"\xd9\xa1",
    ),
)


def _without(fields: list[bytes], spot: int, mark: bytes) -> bytes:
    return mark.join(field for i, field in enumerate(fields) if i != spot)


def damage_table(table: Table, rng: random.Random) -> Table:
    """Damage values, rows and columns before they are written."""
    table = {name: list(values) for name, values in table.items()}
    name = rng.choice(list(table))
    rows = len(table[name])
    at, other = rng.randrange(rows), rng.randrange(rows)
    match rng.randrange(7):
        case 0:
            for values in table.values():
                del values[at]
        case 1:
            for values in table.values():
                values.insert(at, values[other])
        case 2:
            for values in table.values():
                values[at], values[other] = values[other], values[at]
        case 3 if len(table) > 1:
            del table[name]
        case 4:
            table = {"copy": list(table[name]), **table}
        case _:
            table[name][at] = rng.choice([None, float("nan"), -0.5, 1e30, float("inf"), 2, -1, 0.5])
            if any(isinstance(value, str) for value in table[name]):
                table[name][at] = rng.choice([None, "abc", ""])
            elif not isinstance(table[name][at], int) and None not in table[name]:
                table[name] = [float(value) for value in table[name]]
    return table


# The run ------------------------------------------------------------------------------------------


def damaged_pair(rng: random.Random, folder: Path) -> tuple[Path, Path, str]:
    """Write two files, one of them damaged (or both swapped), and say what was done."""
    tables = list(good_tables(rng))
    kinds = [rng.choice(FORMATS), rng.choice(FORMATS)]
    kinds = [k if k[:2] != "np" or _plain_labels(tables[1]) else "parquet" for k in kinds]
    which, way = rng.randrange(2), rng.choice(["bytes", "content", "content", "table"])
    if rng.random() < 0.02 and not _soft(tables[1]):
        tables.reverse()
        way = "swap"
    if way == "table":
        tables[which] = damage_table(tables[which], rng)
    data = [write_table(table, kind, rng) for table, kind in zip(tables, kinds, strict=True)]
    kind = kinds[which]
    if way == "bytes":
        data[which] = damage_bytes(data[which], rng)
    elif way == "content" and kind in TEXT:
        inner = write_table(tables[which], kind.split(".")[0], rng)
        data[which] = _compressed(damage_text(inner, rng), kind)
    elif way == "content":
        data[which] = damage_bytes(data[which], rng)
    paths = [
        folder / f"{role}.{kind}" for role, kind in zip(("preds", "labels"), kinds, strict=True)
    ]
    for path, raw in zip(paths, data, strict=True):
        path.write_bytes(raw)
    return paths[0], paths[1], f"{way} of {paths[which].name}"


def _plain_labels(labels: Table) -> bool:
    return not any(isinstance(value, str) for values in labels.values() for value in values)


def _soft(labels: Table) -> bool:
    return any(isinstance(value, float) for values in labels.values() for value in values)


def verdict_on(preds: Path, labels: Path) -> str:
    """Return what xent made of two files; fail if it is a wrong number or a foreign exception."""
    try:
        report = evaluate(str(preds), str(labels))
    except XentError as error:
        return type(error).__name__ if error.message.strip() and "\n" not in str(error) else "MUTE"
    try:
        unused = {"note"} if any(n.code == "ids" for n in report.notes) else {"note", "id"}
        tables = read_slowly(preds, without=unused), read_slowly(labels, without=unused)
        expected, n = slow_cross_entropy(*tables)
    except Refusal as refusal:
        pytest.fail(f"{report.cross_entropy} of {report.n} rows, but: {refusal}")
    assert report.n == n
    assert report.cross_entropy == pytest.approx(expected, rel=1e-9, abs=1e-12)
    return "number"


def one_case(seed: str, folder: Path) -> str:
    """Make, damage and judge the case of a seed."""
    rng = random.Random(seed)
    preds, labels, story = damaged_pair(rng, folder)
    try:
        found = verdict_on(preds, labels)
    except BaseException as error:
        error.add_note(f"seed {seed}: {story}")
        raise
    else:
        assert found != "MUTE", f"seed {seed}: {story}"
        assert not (story.startswith("swap") and found == "number"), f"seed {seed}: {story}"
    finally:
        preds.unlink()
        labels.unlink(missing_ok=True)
    return found


@pytest.mark.parametrize("shard", range(SHARDS))
def test_damaged_files_are_refused_or_counted_right(shard: int, tmp_path: Path) -> None:
    found = [one_case(f"{SEED}-{case}", tmp_path) for case in range(shard, RUNS, SHARDS)]
    assert len(found) == len(range(shard, RUNS, SHARDS))
    refused = sum(name != "number" for name in found)
    assert refused > len(found) / 4  # The damage is real ...
    assert refused < len(found)  # ... and some of it is harmless, so both ways are tried.


@pytest.mark.parametrize("kind", FORMATS)
def test_the_two_readers_agree_on_good_files(kind: str, tmp_path: Path) -> None:
    write: Callable[[Table, str, random.Random], bytes] = write_table
    for case in range(12):
        rng = random.Random(f"good-{kind}-{case}")
        preds, labels = good_tables(rng)
        if kind.startswith("np") and not _plain_labels(labels):
            continue
        if kind == "jsonl" or kind.startswith("np"):
            preds.pop("note", None)
        paths = tmp_path / f"preds.{kind}", tmp_path / f"labels.{kind}"
        paths[0].write_bytes(write(preds, kind, rng))
        paths[1].write_bytes(write(labels, kind, rng))
        assert verdict_on(*paths) == "number"
