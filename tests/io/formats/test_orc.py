from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import orc

from tests.io.making import EXPECTED, NAMES, PREDS, P, Y, cross_entropy, read_column, table, write
from xent_cli import evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    DuplicateColumnError,
    EmptyInputError,
    MissingValueError,
)
from xent_cli.io.formats import row_groups
from xent_cli.io.open import open_source


def save(path: Path, data: pa.Table, **how: object) -> str:
    orc.write_table(data, str(path), **how)
    return str(path)


def striped(path: Path, rows: int = 5000, **how: object) -> tuple[str, pa.Table]:
    """Write predictions and labels as many small stripes."""
    rng = np.random.default_rng(1)
    q = rng.dirichlet([1, 1, 1], rows)
    data = pa.table({**dict(zip(NAMES, q.T, strict=True)), "label": rng.integers(0, 3, rows)})
    settings = {"stripe_size": 1 << 15, "row_index_stride": 1000, "batch_size": 512} | how
    return save(path, data, **settings), data


@pytest.mark.parametrize("name", ["p.orc", "p"])
@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "zlib", "lz4", "zstd"])
def test_every_compression_with_or_without_suffix(
    compression: str, name: str, tmp_path: Path
) -> None:
    file = save(tmp_path / name, table(label=Y), compression=compression)
    assert open_source(file, "preds").format == "orc"
    assert cross_entropy(file, label_col="label") == EXPECTED


LABELS = [
    Y,
    pa.array(["dog", "cat", "ox", "ox"]),
    pa.array(["p_dog", "p_cat", "p_ox", "p_ox"], pa.large_string()),
    pa.array(Y, pa.int8()),
    pa.array(Y, pa.float32()),
    pa.array([b"dog", b"cat", b"ox", b"ox"]),
]


@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_labels_of_every_type(labels: object, tmp_path: Path) -> None:
    # A threshold of 1 writes texts by a dictionary, 0 one by one.
    for threshold in (0.0, 1.0):
        file = save(
            tmp_path / "p.orc", table(label=labels), dictionary_key_size_threshold=threshold
        )
        assert cross_entropy(file, label_col="label") == EXPECTED


PREDICTIONS = {
    "decimals": pa.table(
        {n: [Decimal(str(x)) for x in c] for n, c in zip(NAMES, zip(*P, strict=True), strict=True)}
    ),
    "lists": pa.table({"probs": pa.array(P)}),
    "fixed lists": pa.table({"probs": pa.array(P, pa.list_(pa.float64(), 3))}),
}


@pytest.mark.parametrize("shape", PREDICTIONS)
def test_predictions_of_every_shape(shape: str, tmp_path: Path) -> None:
    assert cross_entropy(save(tmp_path / "p.orc", PREDICTIONS[shape]), Y) == EXPECTED


def test_other_nested_columns_are_passed_over_and_refused_as_labels(tmp_path: Path) -> None:
    more = {"meta": [{"a": 1, "b": [2]}] * 4, "label": Y}
    file = save(tmp_path / "p.orc", table(**more))
    assert cross_entropy(file, label_col="label") == EXPECTED
    with pytest.raises(ColumnError, match="meta"):
        evaluate(file, label_col="meta")


@pytest.mark.parametrize("turned", [False, True])
def test_a_dot_in_a_name_is_no_path(turned: bool, tmp_path: Path) -> None:
    columns = {"a": pa.array([{"b": 9.0}] * 4), "a.b": pa.array([1.0, 2.0, 3.0, 4.0])}
    data = pa.table(dict(reversed(columns.items())) if turned else columns)
    assert read_column(save(tmp_path / "p.orc", data), "a.b", "number") == [1, 2, 3, 4]


def test_nulls_and_nan(tmp_path: Path) -> None:
    for bad in (None, float("nan")):
        data = table().set_column(1, "p_dog", pa.array([0.7, 0.2, bad, 0.05]))
        file = save(tmp_path / "p.orc", data)
        with pytest.raises(MissingValueError, match="row 3, column p_dog"):
            evaluate(file, Y)
        assert evaluate(file, Y, invalid="drop").n == 3


def test_rows_without_a_list_are_missing(tmp_path: Path) -> None:
    file = save(tmp_path / "p.orc", pa.table({"probs": pa.array([*P[:2], None, P[3]])}))
    with pytest.raises(MissingValueError, match=r"p\.orc, row 3"):
        evaluate(file, Y)


def test_integer_columns_beside_fractions_are_no_predictions(tmp_path: Path) -> None:
    report = evaluate(save(tmp_path / "p.orc", table(sample=[5, 6, 7, 8])), Y)
    assert report.cross_entropy == EXPECTED
    assert any("sample" in note.message for note in report.notes)


def test_stripes_are_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", 1)
    path, data = striped(tmp_path / "p.orc")
    stripes = orc.ORCFile(path).nstripes
    assert stripes > 3
    source = open_source(path, "preds")
    parts = source.parts({"p_cat": "number"})
    assert len(parts) == stripes
    starts = np.cumsum([0, *(part.n_rows for part in parts)])
    assert [part.start for part in parts] == starts[:-1].tolist()
    assert starts[-1] == source.n_rows == len(data)
    blocks = list(source.blocks({"p_cat": "number"}))
    assert [block.start for block in blocks] == starts[:-1].tolist()
    # Each is read alone, in any order, and knows its rows.
    for part in reversed(parts):
        found = np.concatenate([block.numbers(["p_cat"])[0] for block in part.blocks()])
        expected = data["p_cat"].to_numpy()[part.start : part.start + len(found)]
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("piece_values", [1, 1 << 20])
def test_the_same_bits_as_in_memory(
    piece_values: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", piece_values)
    path, data = striped(tmp_path / "p.orc")
    expected = evaluate(data).to_dict()
    for jobs in (1, 3):
        found = evaluate(path, jobs=jobs, batch_rows=700).to_dict()
        assert (found["overall"], found["classes"]) == (expected["overall"], expected["classes"])


def test_memory_is_bounded_by_a_stripe(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "p.orc", 200_000, stripe_size=1 << 18, row_index_stride=5000)
    stripes = orc.ORCFile(path).nstripes
    assert stripes > 10
    source = open_source(path, "preds")
    before, most = pa.total_allocated_bytes(), 0
    for _ in source.blocks(dict.fromkeys(NAMES, "number")):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < data.nbytes / 3


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError, match="no rows"):
        evaluate(save(tmp_path / "p.orc", table(label=Y).slice(0, 0)))


def test_columns_twice(tmp_path: Path) -> None:
    data = pa.table([pa.array([0.5]), pa.array([0.5])], names=["p", "p"])
    with pytest.raises(DuplicateColumnError, match="2 columns with the name 'p'"):
        open_source(save(tmp_path / "p.orc", data), "preds")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(share: float, tmp_path: Path) -> None:
    data = Path(striped(tmp_path / "p.orc")[0]).read_bytes()
    with pytest.raises(BrokenFileError, match=r"p\.orc cannot be read as ORC"):
        evaluate(write(tmp_path / "p.orc", data[: int(len(data) * share)]))


def test_stripes_that_do_not_hold_what_the_footer_says(tmp_path: Path) -> None:
    """The last field of the footer's only stripe, its rows, is one byte."""
    data = Path(save(tmp_path / "p.orc", table(label=Y), compression="uncompressed")).read_bytes()
    at = data.index(b"\x28\x04\x22")  # Field 5, a varint: 4 rows; then the first type.
    broken = write(tmp_path / "p.orc", data[: at + 1] + b"\x03" + data[at + 2 :])
    with pytest.raises(BrokenFileError, match="declares 4 rows but holds 3"):
        evaluate(broken)


def test_text_named_orc_and_orc_named_text(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match="cannot be read as ORC"):
        evaluate(write(tmp_path / "p.orc", PREDS), Y)
    file = save(tmp_path / "p.csv", table(label=Y))
    with pytest.raises(BrokenFileError, match="named like csv but contains orc. Use input_format="):
        evaluate(file, label_col="label")
    assert cross_entropy(file, label_col="label", input_format="orc") == EXPECTED


def test_a_text_may_begin_with_the_same_letters(tmp_path: Path) -> None:
    file = write(tmp_path / "p", "ORC,ORC2\n0.5,0.5\n")
    assert open_source(file, "preds").names() == ["ORC", "ORC2"]
