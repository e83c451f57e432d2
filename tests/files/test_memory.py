from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from making import EXPECTED, NAMES, P, Y, cross_entropy, table

from xent_cli import evaluate
from xent_cli.errors import (
    ColumnError,
    DuplicateColumnError,
    EmptyInputError,
    MissingValueError,
    UsageError,
)
from xent_cli.files import open_source

FRAME = pd.DataFrame(P, columns=list(NAMES))
TEXT = ["dog", "cat", "ox", "ox"]


@pytest.mark.parametrize(
    "preds",
    [
        P,
        tuple(map(tuple, P)),
        np.array(P),
        np.asfortranarray(P),
        FRAME,
        FRAME.convert_dtypes(),
        table(),
        table().to_batches()[0],
        pa.concat_tables([table().slice(0, 1), table().slice(1)]),
        pa.table({"probs": P}),
        pd.Series(P, name="probs"),
    ],
)
def test_predictions(preds: object) -> None:
    assert cross_entropy(preds, Y) == EXPECTED


@pytest.mark.parametrize(
    "labels",
    [
        TEXT,
        np.array(TEXT),
        np.array(TEXT, object),
        pd.Series(TEXT),
        pd.Series(TEXT, dtype="category"),
        pd.DataFrame({"label": TEXT}),
        pa.table({"label": TEXT}),
        Y,
        np.eye(3)[Y],
        pd.Series(Y, dtype="Int64"),
        np.ma.masked_array(Y, mask=False),
    ],
)
def test_labels(labels: object) -> None:
    assert cross_entropy(FRAME, labels) == EXPECTED


def test_both_in_one() -> None:
    assert cross_entropy(FRAME.assign(label=TEXT)) == EXPECTED


def test_whatever_speaks_arrow() -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return table(label=TEXT).__arrow_c_stream__(requested_schema)

    assert cross_entropy(Stream()) == EXPECTED


def test_weights_beside_one_or_two_inputs() -> None:
    weights = [1, 2, 3, 4]
    loss = -np.log([0.7, 0.6, 0.3, 0.9])
    expected = pytest.approx(np.average(loss, weights=weights), rel=1e-14)
    assert cross_entropy(P, Y, weight=weights) == expected
    assert cross_entropy(FRAME, pd.Series(Y), weight=np.array(weights)) == expected
    assert cross_entropy(FRAME.assign(label=TEXT), weight=weights) == expected
    with pytest.raises(UsageError, match="weights for 4 rows"):
        evaluate(P, Y, weight=[1, 2])


def test_what_a_mask_hides_is_missing() -> None:
    hidden = np.ma.masked_array(P, mask=np.eye(4, 3, dtype=bool))
    with pytest.raises(MissingValueError, match="preds, row 1"):
        evaluate(hidden, Y)
    with pytest.raises(MissingValueError, match="labels, row 2"):
        evaluate(P, np.ma.masked_array(Y, mask=[0, 1, 0, 0]))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_labels_of_pandas(missing: object) -> None:
    with pytest.raises(MissingValueError, match="labels, row 3"):
        evaluate(FRAME, pd.Series(["dog", "cat", missing, "ox"]))


@pytest.mark.parametrize(
    ("preds", "error", "words"),
    [
        ([], EmptyInputError, "no rows"),
        (FRAME[:0], EmptyInputError, "no rows"),
        (None, ColumnError, "0 dimensions"),
        ({"a": 1}, ColumnError, "0 dimensions"),
        (np.zeros((2, 2, 2)), ColumnError, "3 dimensions"),
        ([[0.5, 0.5], [1.0]], ColumnError, "cannot be read"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), DuplicateColumnError, "name 'a'"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), DuplicateColumnError, "name '1'"),
        (pd.DataFrame({"a": [1, "x", [2]]}), ColumnError, "cannot be read"),
        (np.array([[object()]]), ColumnError, "neither numbers nor labels"),
        (np.array(["2020-01-01"], "M8[D]"), ColumnError, "neither numbers nor labels"),
        (table(label=TEXT).rename_columns(["a", "a", "b", "c"]), DuplicateColumnError, "name 'a'"),
    ],
)
def test_objects_that_are_no_data(preds: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        evaluate(preds, Y)


def test_integer_columns_of_a_frame() -> None:
    frame = FRAME.assign(sample=[5, 6, 7, 8], flag=[0, 1, 1, 0])
    columns = {column.name: column.integral for column in open_source(frame, "preds").columns}
    assert columns == dict.fromkeys(NAMES, False) | {"sample": True, "flag": False}
