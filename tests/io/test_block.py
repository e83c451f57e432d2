from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from xent_cli.errors import ColumnError
from xent_cli.io.block import Block
from xent_cli.schema.place import Place


def block(**columns: object) -> Block:
    return Block(pa.RecordBatch.from_pydict(columns), 10, Place("f", first=0))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([1.5, None]), [1.5, np.nan]),
        (pa.array([1.5, 2], pa.float16()), [1.5, 2]),
        (pa.array([1.5, None], pa.float16()), [1.5, np.nan]),
        (pa.array([1, 2], pa.int8()), [1, 2]),
        (pa.array([1, None], pa.uint64()), [1, np.nan]),
        (pa.array([True, None]), [1, np.nan]),
        (pa.nulls(2), [np.nan, np.nan]),
        (pa.array([Decimal("0.70"), None]), [0.7, np.nan]),
        (pa.array([0.5, 0.5]).dictionary_encode(), [0.5, 0.5]),
        (pa.array([0.0, 1.0, 2.0]).slice(1), [1, 2]),
    ],
)
def test_numbers_of_every_type(values: pa.Array, expected: list[float]) -> None:
    found = block(x=values).numbers(["x"])
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [expected])


def test_decimals_are_rounded_once() -> None:
    texts = [f"0.{i:04d}" for i in range(1000)]
    found = block(x=pa.array([Decimal(text) for text in texts])).numbers(["x"])[0]
    assert found.tolist() == [float(text) for text in texts]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float32()), pa.large_list(pa.int32()), pa.list_(pa.float64(), 2)]
)
def test_lists(kind: pa.DataType) -> None:
    data = block(x=pa.array([[0, 1], None, [2, 3], [4, 5]], kind))
    np.testing.assert_array_equal(data.numbers(["x"]), [[0, np.nan, 2, 4], [1, np.nan, 3, 5]])
    np.testing.assert_array_equal(data.slice(2, 2).numbers(["x"], 2), [[2, 4], [3, 5]])


def test_lists_without_any_value_have_the_width_that_is_said() -> None:
    empty = block(x=pa.array([None, None], pa.list_(pa.float64())))
    assert np.isnan(empty.numbers(["x"], 3)).all()
    assert empty.numbers(["x"], 3).shape == (3, 2)


def test_lists_of_another_width() -> None:
    data = block(x=[[1.0, 2.0], [1.0, 2.0]])
    with pytest.raises(
        ColumnError, match="f, row 11, column x: a list of 2 values, but other rows have 3"
    ):
        data.numbers(["x"], 3)
    with pytest.raises(ColumnError, match="row 12, column x: a list of 0 values"):
        block(x=[[1.0], []]).numbers(["x"])


def test_text_is_no_number() -> None:
    for values in (["a"], [[["a"]]], [b"a"]):
        with pytest.raises(ColumnError, match="column x holds"):
            block(x=values).numbers(["x"])


def test_labels() -> None:
    assert block(x=[True, False]).label("x").numbers.tolist() == [1, 0]
    texts = block(x=["b", None, "", " ", "b"]).label("x")
    assert [texts.codes[i] for i in (1, 2, 3)] == [-1, -1, -1]
    assert texts.at(0) == texts.at(4) == "b"
    for kind in (pa.int8(), pa.uint32()):
        column = pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1], kind), ["dog", "cat"])
        labels = block(x=column).label("x")
        assert [labels.at(row) for row in (0, 2, 3)] == ["cat", "dog", "cat"]
        assert labels.missing().tolist() == [False, True, False, False]
    numbers = block(x=pa.array([3, None, 3]).dictionary_encode()).label("x").numbers
    np.testing.assert_array_equal(numbers, [3, np.nan, 3])


def test_slices_of_rows_taken_know_theirs() -> None:
    part = block(x=[1, 2, 3, 4]).take(np.array([True, False, True, True]))
    assert (part.start, part.positions.tolist()) == (10, [10, 12, 13])
    cut = part.slice(1, 2)
    assert (cut.start, cut.positions.tolist()) == (12, [12, 13])
    assert cut.texts("x").to_pylist() == ["3", "4"]
    assert cut.ids("x", np.array([13]), whole=True).tolist() == [4]
    assert len(part.take(np.zeros(3, bool))) == 0


def test_slices_know_their_rows() -> None:
    part = block(x=[1, 2, 3]).slice(1, 2)
    assert (part.start, len(part), part.texts("x").to_pylist()) == (11, 2, ["2", "3"])
