from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse

from tests.io.making import EXPECTED, NAMES, P, Y, cross_entropy, table
from xent_cli import evaluate
from xent_cli.errors import (
    ColumnError,
    DuplicateColumnError,
    EmptyInputError,
    IdMismatchError,
    MissingValueError,
    UsageError,
)
from xent_cli.io.formats.in_memory import require_same_index
from xent_cli.io.open import open_source

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
        np.array(P, dtype=object),
        np.array([[Decimal(str(p)) for p in row] for row in P]),
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
        np.array(Y, object),
        np.array([float(y) for y in Y], object),
        np.array(Y)[:, None],
        np.array(TEXT)[:, None],
        [[y] for y in Y],
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
    with pytest.raises(UsageError, match="values of weight for 4 rows"):
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
        (None, ColumnError, "does not read a NoneType. xent takes paths, arrays"),
        ({"a": 1}, ColumnError, "preds, a: xent does not read a int as a column"),
        (iter([0.5]), ColumnError, "does not read a list_iterator"),
        (
            scipy.sparse.csr_matrix(P),
            ColumnError,
            r"read a csr_matrix. Pass the result of its .toarray\(\)",
        ),
        (np.array(0.5), ColumnError, "0 dimensions"),
        (np.zeros((2, 2, 2)), ColumnError, "3 dimensions"),
        ([[0.5, 0.5], [1.0]], ColumnError, "cannot be read"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), DuplicateColumnError, "name 'a'"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), DuplicateColumnError, "name '1'"),
        (pd.DataFrame({"a": [1, "x", [2]]}), ColumnError, "cannot be read"),
        (np.array([["a", "b"]], object), ColumnError, "neither numbers nor labels"),
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


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_gaps_among_objects_are_missing(missing: object) -> None:
    with pytest.raises(MissingValueError, match="labels, row 3"):
        evaluate(P, np.array(["1", "0", missing, "2"], object))
    with pytest.raises(MissingValueError, match="labels, row 3"):
        evaluate(P, np.array([1, 0, missing, 2], object))
    with pytest.raises(MissingValueError, match="preds, row 1"):
        evaluate(np.array([missing, 0.5, 0.5, 0.5], object), [0, 1, 1, 0])


def test_objects_keep_their_kind() -> None:
    def kind(values: list[object]) -> tuple[str, object]:
        source = open_source(np.array(values, object), "labels")
        data = next(source.blocks({"values": "label"})).data
        return source.columns[0].kind, data.column(0).to_pylist()

    assert kind([True, np.False_]) == ("boolean", [True, False])
    assert kind([1, np.int8(2), True]) == ("integer", [1, 2, 1])
    assert kind([1, 0.5]) == ("float", [1.0, 0.5])
    assert kind([1, "a"]) == ("text", ["1", "a"])
    with pytest.raises(ColumnError, match="cannot be read"):
        kind([1 << 70])


def test_a_column_of_one_value_a_row_is_a_vector() -> None:
    probs = np.array([0.9, 0.2, 0.7])
    expected = cross_entropy(probs, [1, 0, 1])
    assert cross_entropy(probs[:, None], [[1], [0], [1]]) == expected
    assert cross_entropy(probs[:, None].astype(object), np.array([[1], [0], [1]])) == expected


def test_the_same_index_in_another_order() -> None:
    preds = pd.DataFrame({"p": [0.1, 0.2, 0.3]}, index=[5, 6, 7])
    labels = pd.Series([0, 1, 0], index=[5, 7, 6])
    with pytest.raises(IdMismatchError, match=r"row 2 is 6 in preds and 7 in .*loc\[preds.index"):
        require_same_index(preds, labels)
    require_same_index(preds, labels.loc[preds.index])
    require_same_index(preds, labels.set_axis(preds.index))
    with pytest.raises(IdMismatchError, match="row 1 is b in preds and a in labels"):
        require_same_index(preds.set_axis([*"bac"]), labels.set_axis([*"abc"]))
    pairs = pd.MultiIndex.from_tuples([(0, "a"), (0, "b"), (1, "a")])
    with pytest.raises(IdMismatchError, match="row 1 is"):
        require_same_index(preds.set_axis(pairs), labels.set_axis(pairs[::-1]))


@pytest.mark.parametrize(
    "index",
    [
        [0, 1, 2],
        [5, 6, 8],
        [5, 5, 7],
        ["5", "6", "7"],
        pd.date_range("2020", periods=3),
        pd.interval_range(0, 3)[::-1],
        [None, 6, 7],
    ],
)
def test_other_indexes_say_nothing(index: list[object]) -> None:
    preds = pd.DataFrame({"p": [0.1, 0.2, 0.3]}, index=[7, 5, 6])
    labels = pd.Series([0, 1, 0], index=index)
    require_same_index(preds, labels)
    require_same_index(labels, preds)
    require_same_index(preds.iloc[:2], labels)
    require_same_index(preds, [0, 1, 0])
    require_same_index(preds.to_numpy(), labels)
