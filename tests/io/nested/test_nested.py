"""Columns of lists, structs and maps, against numbers worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.io.making import EXPECTED, P, Y, cross_entropy
from xent_cli import evaluate
from xent_cli.errors import ColumnError, DuplicateColumnError, InputError, MissingValueError
from xent_cli.io.open import open_source

CLASSES = ("cat", "dog", "ox")
WORDS = [CLASSES[y] for y in Y]
VECTOR = pa.struct(
    [
        ("type", pa.int8()),
        ("size", pa.int32()),
        ("indices", pa.list_(pa.int32())),
        ("values", pa.list_(pa.float64())),
    ]
)


def as_struct(kind: pa.DataType | None = None) -> pa.Array:
    kind = kind or pa.float64()
    made = Decimal if pa.types.is_decimal(kind) else float
    rows = [{name: made(str(p)) for name, p in zip(CLASSES, row, strict=True)} for row in P]
    return pa.array(rows, pa.struct([(name, kind) for name in CLASSES]))


def turned() -> list[list[tuple[str, float]]]:
    """Return the pairs of each row, each in another order."""
    pairs = [list(zip(CLASSES, row, strict=True)) for row in P]
    return [row[at % 3 :] + row[: at % 3] for at, row in enumerate(pairs)]


def as_map() -> pa.Array:
    return pa.array(turned(), pa.map_(pa.string(), pa.float64()))


def as_pairs(label: str = "label", value: str = "score") -> pa.Array:
    return pa.array([[{value: p, label: name} for name, p in row] for row in turned()])


def as_sides() -> pa.Array:
    rows = [
        {"classes": [name for name, _ in row], "probs": [p for _, p in row]} for row in turned()
    ]
    return pa.array(rows)


def dense(row: list[float]) -> dict[str, Any]:
    return {"type": 1, "size": None, "indices": None, "values": row}


def sparse(row: list[float]) -> dict[str, Any]:
    places = [at for at, p in enumerate(row) if p]
    return {
        "type": 0,
        "size": len(row),
        "indices": places,
        "values": [row[at] for at in places],
    }


KINDS: dict[str, Callable[[], pa.Array]] = {
    "struct": as_struct,
    "decimals": lambda: as_struct(pa.decimal128(5, 3)),
    "map": as_map,
    "label and score": as_pairs,
    "label and prob": lambda: as_pairs("label", "prob"),
    "struct of lists side by side": as_sides,
    "list of one struct": lambda: pa.array([[row] for row in as_struct().to_pylist()]),
    "list of one list of pairs": lambda: pa.array([[row] for row in as_pairs().to_pylist()]),
}


def saved(data: pa.Table, how: str, folder: Path) -> Any:
    """Return a table in memory, or the path of a file of it, in several row groups."""
    if how == "memory":
        return data
    path = folder / f"data.{how}"
    if how == "parquet":
        pq.write_table(data, path, row_group_size=3)
    else:
        with pa.ipc.new_file(path, data.schema) as file:
            file.write_table(data, max_chunksize=3)
    return str(path)


@pytest.mark.parametrize("how", ["memory", "parquet", "arrow"])
@pytest.mark.parametrize("kind", KINDS)
def test_classes_are_named_by_what_holds_them(kind: str, how: str, tmp_path: Path) -> None:
    data = pa.table({"label": WORDS, "cats": KINDS[kind]()})
    file = saved(data, how, tmp_path)
    assert cross_entropy(file, label_col="label") == EXPECTED
    assert cross_entropy(file, label_col="label", pred_cols="cats") == EXPECTED


def test_lists_side_by_side_are_one_family(tmp_path: Path) -> None:
    rows = as_sides().to_pylist()
    columns = {"labels": [r["classes"] for r in rows], "scores": [r["probs"] for r in rows]}
    data = pa.table({"label": WORDS, **columns})
    assert cross_entropy(saved(data, "parquet", tmp_path), label_col="label") == EXPECTED


def test_values_are_read_in_processes_and_in_pieces(tmp_path: Path) -> None:
    path = saved(
        pa.table({"label": WORDS * 50, "cats": pa.chunked_array([as_map()] * 50)}),
        "parquet",
        tmp_path,
    )
    assert cross_entropy(path, label_col="label", jobs=2) == pytest.approx(EXPECTED, rel=1e-15)
    parts = open_source(path, "preds").parts({"cats.dog": "number"})
    assert sum(len(block) for part in parts for block in part.blocks()) == 200


def test_vectors_of_spark_dense_and_sparse(tmp_path: Path) -> None:
    rows = [[0.2, 0.7, 0.1], [1.0, 0.0, 0.0], [0.6, 0.1, 0.3], [0.0, 0.0, 1.0]]
    cells = [dense(rows[0]), sparse(rows[1]), dense(rows[2]), sparse(rows[3])]
    data = pa.table({"label": [1.0, 0.0, 2.0, 2.0], "probability": pa.array(cells, VECTOR)})
    found = evaluate(saved(data, "parquet", tmp_path), label_col="label", pred_cols="probability")
    assert found.cross_entropy == pytest.approx(-(np.log(0.7) + np.log(0.3)) / 4)


@pytest.mark.parametrize("left_out", [(), ("size", "indices")])
def test_vectors_that_are_all_dense(left_out: tuple[str, ...], tmp_path: Path) -> None:
    cells = [{k: v for k, v in dense(row).items() if k not in left_out} for row in P]
    data = pa.table({"label": Y, "probability": pa.array(cells)})
    assert cross_entropy(saved(data, "parquet", tmp_path), label_col="label") == EXPECTED


@given(st.data())
def test_a_sparse_vector_is_the_dense_one(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 5))
    value = st.sampled_from([0.0, 0.25, 1.0])
    rows = data.draw(st.lists(st.lists(value, min_size=width, max_size=width), min_size=1))
    cells = [data.draw(st.sampled_from([dense, sparse]))(row) for row in rows]
    cells += [None] * data.draw(st.integers(0, 2))
    source = open_source(pa.table({"p": pa.array(cells, VECTOR)}), "preds")
    found = next(source.blocks({"p": "number"})).numbers(["p"], width)
    np.testing.assert_array_equal(found[:, : len(rows)], np.array(rows).T)
    assert np.isnan(found[:, len(rows) :]).all()


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ([("cat", 0.5), ("dog", 0.5)], "row 1501.*no value for the class 'ox'"),
        (
            [("cat", 0.5), ("dog", 0.2), ("ox", 0.2), ("owl", 0.1)],
            "row 1501.*names the class 'owl'",
        ),
        ([("cat", 0.5), ("dog", 0.2), ("ox", 0.2), ("ox", 0.1)], "row 1501.*'ox' twice"),
    ],
)
@pytest.mark.parametrize("kind", ["map", "pairs"])
def test_a_late_row_with_other_classes_is_an_error(
    kind: str, odd: list[tuple[str, float]], said: str, tmp_path: Path
) -> None:
    cells: list[Any] = [list(zip(CLASSES, P[0], strict=True))] * 1500 + [odd]
    if kind == "pairs":
        cells = [[{"label": name, "score": p} for name, p in row] for row in cells]
    column = pa.array(cells, pa.map_(pa.string(), pa.float64()) if kind == "map" else None)
    path = saved(pa.table({"label": ["dog"] * 1501, "cats": column}), "parquet", tmp_path)
    with pytest.raises(ColumnError, match=said):
        evaluate(path, label_col="label")


def test_lists_of_the_best_few_are_unread_and_named() -> None:
    rows = [[("cat", 0.9), ("dog", 0.05)], [("ox", 0.8), ("cat", 0.1)]]
    column = pa.array([[{"label": a, "score": p} for a, p in row] for row in rows])
    source = open_source(pa.table({"label": ["cat", "ox"], "top": column}), "preds")
    found = source.column("top")
    assert found is not None
    assert found.kind == "other"
    assert found.stored.startswith("list<")
    with pytest.raises(InputError):
        evaluate(pa.table({"label": ["cat", "ox"], "top": column}))


def test_a_missing_row_is_a_missing_value() -> None:
    cells = [list(zip(CLASSES, row, strict=True)) for row in P]
    column = pa.array([*cells, None], pa.map_(pa.string(), pa.float64()))
    data = pa.table({"label": [*WORDS, "ox"], "cats": column})
    with pytest.raises(MissingValueError, match="row 5"):
        evaluate(data, label_col="label")
    assert evaluate(data, label_col="label", invalid="drop").cross_entropy == EXPECTED


@pytest.mark.parametrize("kind", [pa.list_(pa.float64()), pa.list_(pa.float32(), 1)], ids=str)
def test_lists_of_one_value_are_the_value(kind: pa.DataType) -> None:
    data = pa.table({"y": [[1], [0], [1]], "p": pa.array([[0.75], [0.25], [0.5]], kind)})
    expected = -(2 * np.log(0.75) + np.log(0.5)) / 3
    found = evaluate(data, label_col="y", pred_cols="p")
    assert found.cross_entropy == pytest.approx(expected, rel=1e-15)


def test_a_longer_list_among_lists_of_one_is_an_error() -> None:
    data = pa.table({"y": [1] * 1001, "p": [[0.75]] * 1000 + [[0.5, 0.5]]})
    with pytest.raises(ColumnError, match=r"row 1,?001.* 2 values"):
        evaluate(data, label_col="y", pred_cols="p")


def with_names(data: pa.Table, **names: list[str]) -> pa.Table:
    features = {name: {"names": own, "_type": "ClassLabel"} for name, own in names.items()}
    about = json.dumps({"info": {"features": features}}).encode()
    return data.replace_schema_metadata({b"huggingface": about})


def test_names_of_a_data_set_name_labels_and_lists(tmp_path: Path) -> None:
    data = with_names(pa.table({"label": Y, "probs": P}), label=list(CLASSES))
    report = evaluate(saved(data, "parquet", tmp_path), label_col="label")
    assert report.cross_entropy == EXPECTED
    assert [c.name for c in report.classes] == list(CLASSES)


def test_labels_with_names_find_columns_by_name() -> None:
    columns = {f"p_{name}": [row[at] for row in P] for at, name in enumerate(CLASSES)}
    swapped = {name: columns[name] for name in ("p_ox", "p_cat", "p_dog")}
    data = with_names(pa.table({"label": Y, **swapped}), label=list(CLASSES))
    assert cross_entropy(data, label_col="label") == EXPECTED


def test_a_label_beyond_the_names_is_an_error() -> None:
    rows = {"label": [0] * 1000 + [3], "probs": P[:1] * 1001}
    data = with_names(pa.table(rows), label=list(CLASSES))
    with pytest.raises(ColumnError, match=r"row 1,?001.*label 3 has no name"):
        evaluate(data, label_col="label")


def test_a_member_called_as_another_column_is_refused() -> None:
    data = pa.table({"cats": as_struct(), "cats.cat": [0.1] * 4})
    with pytest.raises(DuplicateColumnError, match=r"'cats\.cat'"):
        open_source(data, "preds")


def test_pictures_are_not_read() -> None:
    picture = pa.array([{"bytes": b"x", "path": "a"}] * 4)
    source = open_source(pa.table({"image": picture, "cats": as_struct()}), "preds")
    assert source.names() == ["image", "cats.cat", "cats.dog", "cats.ox"]


def test_an_unread_column_that_is_asked_for_says_its_type() -> None:
    source = open_source(pa.table({"words": [["a", "b"]], "cats": as_struct()[:1]}), "preds")
    with pytest.raises(ColumnError, match="words was not read: it holds list<"):
        list(source.blocks({"words": "number"}))


def test_flat_files_wait_for_nothing_nested(tmp_path: Path) -> None:
    data = pa.table({"label": Y, **{name: [row[at] for row in P] for at, name in enumerate("abc")}})
    path = saved(data, "parquet", tmp_path)
    code = f"""
import sys
from xent_cli.io.open import open_source
for block in open_source({path!r}, "preds").blocks(dict.fromkeys("abc", "number")):
    block.numbers("abc")
print([name for name in sys.modules if name.startswith("xent_cli.io.nested")])
"""
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_names_and_confidences_beside_ids(tmp_path: Path) -> None:
    """As Vertex AI writes predictions of pictures."""
    rows = [
        {"ids": ["7", "3"], "displayNames": ["cat", "dog"], "confidences": [0.75, 0.25]},
        {"ids": ["3", "7"], "displayNames": ["dog", "cat"], "confidences": [0.5, 0.5]},
    ]
    lines = "".join(json.dumps({"prediction": row}) + "\n" for row in rows)
    (tmp_path / "p.jsonl").write_text(lines)
    (tmp_path / "y.csv").write_text("label\ncat\ndog\n")
    found = evaluate(tmp_path / "p.jsonl", tmp_path / "y.csv").cross_entropy
    assert found == pytest.approx(-np.log([0.75, 0.5]).mean(), rel=1e-15)
