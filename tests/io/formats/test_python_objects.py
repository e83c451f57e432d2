"""What Python's libraries hold in memory, against the same numbers in an array."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse

from tests.io.making import EXPECTED, NAMES, P, Y, cross_entropy, table
from xent_cli import evaluate
from xent_cli.errors import ColumnError, DuplicateColumnError, MissingValueError

CLASSES = ("cat", "dog", "ox")
COLUMNS = dict(zip(NAMES, np.array(P).T, strict=True))
WORDS = [CLASSES[y] for y in Y]
CATS = [dict(zip(CLASSES, row, strict=True)) for row in P]


class Tensor:
    """Memory of the processor that speaks DLPack and nothing else."""

    def __init__(self, values: Any, device: int = 1) -> None:
        self.values, self.device = np.asarray(values), device

    def __dlpack__(self, **how: Any) -> Any:
        return self.values.__dlpack__(**how)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device, 0


class Copied(Tensor):
    """Memory that is copied for NumPy if it is the processor's, as CuPy has it."""

    def __array__(self, *_: Any, **how: Any) -> Any:
        if self.device == 2:
            raise TypeError("Implicit conversion to a NumPy array is not allowed.")
        return self.values


class Array:
    """What NumPy can make an array of, and nothing else."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __array__(self, *_: Any, **how: Any) -> Any:
        return self.values


class Stream:
    """What Arrow can read as a stream, and nothing else."""

    def __arrow_c_stream__(self, schema: Any = None) -> Any:
        return table(label=WORDS).__arrow_c_stream__(schema)


def read_only(values: Any) -> Any:
    array = np.array(values)
    array.setflags(write=False)
    return array


class Frame:
    """A frame that speaks the interchange protocol and nothing else."""

    def __dataframe__(self, **how: Any) -> Any:
        return table(label=WORDS).__dataframe__(**how)


SCORED = [[{"label": name, "score": p} for name, p in row.items()][::-1] for row in CATS]


@pytest.mark.parametrize(
    "data",
    [
        {**COLUMNS, "label": WORDS},
        {**COLUMNS, "label": np.array(Y)},
        {"probs": np.array(P), "label": Y},
        {"probs": P, "label": pd.Series(Y, index=[5, 6, 7, 8])},
        {"probs": Tensor(P), "label": Tensor(Y)},
        {"probs": Copied(P), "label": Array(Y)},
        Stream(),
        {"cats": CATS, "label": WORDS},
        {"cats": CATS, "label": pd.Series(WORDS, dtype="category")},
        {"out": SCORED, "label": WORDS},
        {"probs": P, "label": pl.Series(Y)},
        {"probs": pa.array(P), "label": pa.chunked_array([Y[:1], Y[1:]])},
        [{"cats": row, "label": word} for row, word in zip(CATS, WORDS, strict=True)],
        [dict(zip(NAMES, row, strict=True)) | {"label": y} for row, y in zip(P, Y, strict=True)],
        pl.DataFrame({**COLUMNS, "label": WORDS}),
        pl.DataFrame({**COLUMNS, "label": WORDS}).lazy(),
        pl.DataFrame({"cats": CATS, "label": WORDS}),
        pl.DataFrame({"probs": P, "label": Y}, schema_overrides={"probs": pl.Array(pl.Float64, 3)}),
        pd.DataFrame({"cats": CATS, "label": WORDS}),
        pd.DataFrame({"probs": P, "label": Y}),
        pd.DataFrame({"probs": list(np.array(P)), "label": Y}),
        Frame(),
        np.rec.fromarrays([*np.array(P).T, np.array(Y)], names=",".join([*NAMES, "label"])),
    ],
)
def test_both_in_one(data: Any) -> None:
    assert cross_entropy(data, label_col="label") == EXPECTED


@pytest.mark.parametrize(
    ("preds", "labels"),
    [
        (Tensor(P), Tensor(Y)),
        (Tensor(P, 3), Tensor(Y, 11)),
        (Copied(P), Array(Y)),
        (Copied(P, 4), Y),
        (read_only(P), read_only(Y)),
        (np.array(P, dtype=">f8"), np.array(Y, dtype=">i4")),
        ([Tensor(row) for row in P], Y),
        (CATS, WORDS),
        (SCORED, WORDS),
        (pd.Series(CATS), WORDS),
        (pl.Series(P), Y),
        (P, {"label": Y}),
        (pa.array(P), pa.chunked_array([Y])),
    ],
)
def test_two_objects(preds: Any, labels: Any) -> None:
    assert cross_entropy(preds, labels) == EXPECTED


def test_several_levels_of_names() -> None:
    levels = pd.MultiIndex.from_tuples([*(("proba", name) for name in CLASSES), ("label", "")])
    data = pd.DataFrame([[*row, word] for row, word in zip(P, WORDS, strict=True)], columns=levels)
    assert cross_entropy(data, label_col="label") == EXPECTED


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        ({"p": [0.5], "y": [1, 0]}, ColumnError, "differ in length: p has 1, y has 2 rows"),
        ({"p": np.zeros((2, 2, 2))}, ColumnError, r"preds, p: an array of shape \(2, 2, 2\)"),
        ({"p": "abc"}, ColumnError, "preds, p: xent does not read a str as a column"),
        ({1: [0.5], "1": [1]}, DuplicateColumnError, "name '1'"),
        ({"p": ["a", 1.0]}, ColumnError, "cannot be read"),
        (Tensor(P, 2), ColumnError, r"the tensor is on device 2 of DLPack.*\.cpu\(\)"),
        ({"p": Tensor(P, 2)}, ColumnError, "preds, p: the tensor is on device 2"),
        (Copied(P, 2), ColumnError, r"the tensor is on device 2 of DLPack.*\.cpu\(\)"),
        (scipy.sparse.csr_matrix(P), ColumnError, r"Pass the result of its \.toarray\(\)"),
        ([[{"a": 1}, 2]], ColumnError, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(data: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        evaluate(data)


def test_a_record_without_a_class_is_a_missing_value() -> None:
    with pytest.raises(MissingValueError, match="row 5, column"):
        evaluate([*CATS, {"cat": 0.5, "dog": 0.5}], [*WORDS, "cat"])


TORCH = """
import json, torch
from xent_cli import evaluate
P, Y = json.loads(input())
p, y = torch.tensor(P, dtype=torch.float64), torch.tensor(Y)
ways = {
    "plain": p, "gradient": p.clone().requires_grad_(), "turned": p.T.contiguous().T,
    "single": p.float(), "half": p.half(), "bfloat16": p.bfloat16(), "sparse": p.to_sparse(),
    "rows": [row for row in p], "rows with gradients": list(p.clone().requires_grad_()),
}
print(json.dumps({name: evaluate(way, y).cross_entropy for name, way in ways.items()}))
print(json.dumps(evaluate({"logits": p.log().requires_grad_(), "labels": y}, scale="logits",
                          label_col="labels").cross_entropy))
try:
    evaluate(torch.empty(2, 2, device="meta"), y)
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def test_tensors_of_torch() -> None:
    """In a process of its own: torch takes seconds to import and threads of its own."""
    pytest.importorskip("torch")
    found = subprocess.run(
        [sys.executable, "-c", TORCH],
        input=json.dumps([P, Y]),
        check=True,
        capture_output=True,
        text=True,
    )
    ways, logits, error = map(json.loads, found.stdout.splitlines())
    exact = ("plain", "gradient", "turned", "sparse", "rows", "rows with gradients")
    assert {name: ways[name] for name in exact} == dict.fromkeys(exact, EXPECTED)
    assert ways["single"] == pytest.approx(EXPECTED, rel=1e-6)
    assert ways["half"] == pytest.approx(EXPECTED, rel=2e-3)
    assert ways["bfloat16"] == pytest.approx(EXPECTED, rel=1e-2)
    assert logits == pytest.approx(EXPECTED, rel=1e-14)
    assert error == ["ColumnError", error[1]]
    assert "the tensor is on meta" in error[1]


def test_what_mappings_hold_is_not_copied_into_texts() -> None:
    assert evaluate({"p": [0.25, None, 0.5], "y": [0, 1, 1]}, invalid="drop").n == 2
    assert evaluate(table(label=WORDS)).cross_entropy == EXPECTED
