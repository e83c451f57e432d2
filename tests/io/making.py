"""Files for the tests of xent_cli.io: one set of numbers, written in every way."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from xent_cli import evaluate
from xent_cli.io.block import Block
from xent_cli.io.open import open_source
from xent_cli.io.source import Source

P = [[0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.6, 0.1, 0.3], [0.05, 0.05, 0.9]]
Y = [1, 0, 2, 2]
NAMES = ("p_cat", "p_dog", "p_ox")
EXPECTED = float(np.mean([-np.log(0.7), -np.log(0.6), -np.log(0.3), -np.log(0.9)]))

PREDS = "p_cat,p_dog,p_ox\n0.2,0.7,0.1\n0.6,0.2,0.2\n0.6,0.1,0.3\n0.05,0.05,0.9\n"
LABELS = "label\ndog\ncat\nox\nox\n"


def write(path: Path, content: str | bytes) -> str:
    """Write a file and return its path as text."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def table(**more: Any) -> pa.Table:
    """Return the predictions as an Arrow table, with further columns behind them."""
    columns = dict(zip(NAMES, map(list, zip(*P, strict=True)), strict=True))
    return pa.table({**columns, **more})


def json_lines(rows: Sequence[dict[str, Any]]) -> str:
    """Return JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def npy_bytes(array: Any, **rest: Any) -> bytes:
    """Return the bytes of an npy file."""
    sink = io.BytesIO()
    np.save(sink, array, **rest)
    return sink.getvalue()


def read_all(source: Source, wanted: dict[str, Any]) -> list[Block]:
    """Read a source to its end."""
    return list(source.blocks(wanted))


def read_column(path: str, name: str, use: Any = "text", **how: Any) -> list[Any]:
    """Return a column of a file as Python values."""
    blocks = read_all(open_source(path, "preds", **how), {name: use})
    return [value for block in blocks for value in block.data.column(name).to_pylist()]


def cross_entropy(preds: Any, labels: Any = None, **options: Any) -> float:
    """Return the cross entropy of two inputs."""
    return evaluate(preds, labels, **options).cross_entropy
