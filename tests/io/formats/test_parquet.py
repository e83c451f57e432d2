from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.io.making import EXPECTED, NAMES, PREDS, P, Y, cross_entropy, table, write
from xent_cli import evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    DuplicateColumnError,
    EmptyInputError,
    IdMismatchError,
    InputError,
    MissingValueError,
)
from xent_cli.io.open import open_source


def save(path: Path, data: pa.Table, **how: object) -> str:
    pq.write_table(data, path, **how)
    return str(path)


def columns_as(kind: pa.DataType) -> pa.Table:
    return pa.table(
        {n: pa.array(c, kind) for n, c in zip(NAMES, zip(*P, strict=True), strict=True)}
    )


def lists_as(kind: pa.DataType) -> pa.Table:
    return pa.table({"probs": pa.array(P, kind)})


LABELS = [
    Y,
    pa.array(["dog", "cat", "ox", "ox"]),
    pa.array(["dog", "cat", "ox", "ox"]).dictionary_encode(),
    pa.array(["p_dog", "p_cat", "p_ox", "p_ox"], pa.large_string()),
    pa.array(Y, pa.uint8()),
    pa.array(Y, pa.float32()),
    pa.array([b"dog", b"cat", b"ox", b"ox"]),
]


@pytest.mark.parametrize("labels", LABELS, ids=str)
@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_labels_of_every_type(labels: object, rows: int, tmp_path: Path) -> None:
    file = save(tmp_path / "p.parquet", table(label=labels), row_group_size=rows)
    assert cross_entropy(file, label_col="label") == EXPECTED


@pytest.mark.parametrize(
    "data",
    [
        columns_as(pa.float64()),
        pa.table(
            {
                n: [Decimal(str(x)) for x in c]
                for n, c in zip(NAMES, zip(*P, strict=True), strict=True)
            }
        ),
        lists_as(pa.list_(pa.float64())),
        lists_as(pa.large_list(pa.float64())),
        lists_as(pa.list_(pa.float64(), 3)),
    ],
    ids=["columns", "decimals", "list", "large list", "fixed list"],
)
def test_predictions_of_every_shape(data: pa.Table, tmp_path: Path) -> None:
    assert cross_entropy(save(tmp_path / "p.parquet", data, row_group_size=3), Y) == EXPECTED


@pytest.mark.parametrize(("kind", "bits"), [(pa.float32(), 24), (pa.float16(), 11)])
@pytest.mark.parametrize("make", [columns_as, lambda kind: lists_as(pa.list_(kind))])
def test_short_floats_are_cast_first(
    kind: pa.DataType, bits: int, make: object, tmp_path: Path
) -> None:
    file = save(tmp_path / "p.parquet", make(kind))
    exact = np.array(P, kind.to_pandas_dtype()).astype(np.float64)
    assert open_source(file, "preds").columns[0].bits == bits
    assert cross_entropy(file, Y) == cross_entropy(exact, Y)


def test_integer_columns_beside_fractions_are_no_predictions(tmp_path: Path) -> None:
    file = save(tmp_path / "p.parquet", table(sample=[5, 6, 7, 8]))
    report = evaluate(file, Y)
    assert report.cross_entropy == EXPECTED
    assert any("sample" in note.message for note in report.notes)


def test_shared_integer_columns_are_ids(tmp_path: Path) -> None:
    preds = save(tmp_path / "p.parquet", table(sample=[5, 6, 7, 8]))
    good = save(tmp_path / "l.parquet", pa.table({"sample": [5, 6, 7, 8], "label": Y}))
    bad = save(tmp_path / "m.parquet", pa.table({"sample": [5, 7, 6, 8], "label": Y}))
    assert cross_entropy(preds, good) == EXPECTED
    with pytest.raises(IdMismatchError, match=r"sample differ: '6' in .* row 2, '7' in .* row 2"):
        evaluate(preds, bad)


def test_the_index_of_pandas_is_left_out(tmp_path: Path) -> None:
    frame = table().to_pandas().iloc[[1, 0, 2, 3]]
    frame.to_parquet(tmp_path / "p.parquet")
    assert open_source(tmp_path / "p.parquet", "preds").names() == list(NAMES)


def test_rows_without_a_list_are_missing(tmp_path: Path) -> None:
    for kind in (pa.list_(pa.float64()), pa.list_(pa.float64(), 3)):
        data = pa.table({"probs": pa.array([*P[:2], None, P[3]], kind)})
        file = save(tmp_path / "p.parquet", data)
        with pytest.raises(MissingValueError, match=r"p\.parquet, row 3"):
            evaluate(file, Y)
        assert evaluate(file, Y, invalid="drop").n == 3


def test_a_block_without_any_list(tmp_path: Path) -> None:
    data = pa.table({"probs": pa.array([*P, None, None], pa.list_(pa.float64()))})
    file = save(tmp_path / "p.parquet", data, row_group_size=4)
    assert evaluate(file, [*Y, 0, 0], invalid="drop", batch_rows=2).n == 4


@pytest.mark.parametrize("rows", [3, 1000])
def test_ragged_lists(rows: int, tmp_path: Path) -> None:
    ragged = pa.array([*P[:3], [0.5, 0.5]])
    file = save(tmp_path / "p.parquet", pa.table({"p": ragged}), row_group_size=rows)
    with pytest.raises(
        ColumnError, match="row 4, column p: a list of 2 values, but other rows have 3"
    ):
        evaluate(file, Y)


def test_wider_lists_in_a_later_row_group(tmp_path: Path) -> None:
    wide = pa.array([*P[:3], [0.25] * 4])
    file = save(tmp_path / "p.parquet", pa.table({"p": wide}), row_group_size=3)
    with pytest.raises(ColumnError, match="column p: a list of . values, but other rows have"):
        evaluate(file, Y, batch_rows=3)


def test_nulls_and_nan(tmp_path: Path) -> None:
    for bad in (None, float("nan")):
        data = columns_as(pa.float64()).set_column(1, "p_dog", pa.array([0.7, 0.2, bad, 0.05]))
        with pytest.raises(MissingValueError, match="row 3, column p_dog"):
            evaluate(save(tmp_path / "p.parquet", data), Y)


def test_columns_twice(tmp_path: Path) -> None:
    data = pa.table([pa.array([0.5]), pa.array([0.5])], names=["p", "p"])
    with pytest.raises(DuplicateColumnError, match="2 columns with the name 'p'"):
        open_source(save(tmp_path / "p.parquet", data), "preds")


def test_no_rows(tmp_path: Path) -> None:
    file = save(tmp_path / "p.parquet", table(label=Y).slice(0, 0))
    with pytest.raises(EmptyInputError, match="no rows"):
        evaluate(file)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(share: float, tmp_path: Path) -> None:
    file = save(tmp_path / "p.parquet", table(label=Y))
    data = Path(file).read_bytes()
    with pytest.raises(BrokenFileError, match=r"p\.parquet cannot be read as Parquet"):
        evaluate(write(tmp_path / "p.parquet", data[: int(len(data) * share)]))


def test_a_flipped_bit_under_a_checksum(tmp_path: Path) -> None:
    data = pa.table({"p": np.linspace(0, 1, 500), "label": [0, 1] * 250})
    how = {"write_page_checksum": True, "compression": "none", "use_dictionary": False}
    raw = bytearray(Path(save(tmp_path / "p.parquet", data, **how)).read_bytes())
    spot = raw.find(np.float64(np.linspace(0, 1, 500)[100]).tobytes())
    raw[spot] ^= 1
    with pytest.raises(BrokenFileError, match=r"(?i)crc|checksum|corrupt"):
        evaluate(write(tmp_path / "p.parquet", bytes(raw)))


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    broken = pa.array([b"\xff", b"cat", b"ox", b"ox"]).view(pa.string())
    file = save(tmp_path / "p.parquet", table(label=broken))
    with pytest.raises(BrokenFileError, match="(?i)utf"):
        evaluate(file)


def test_text_named_parquet(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match="cannot be read as Parquet"):
        evaluate(write(tmp_path / "p.parquet", PREDS), Y)


def test_labels_without_plain_text(tmp_path: Path) -> None:
    file = save(tmp_path / "p.parquet", table(label=[{"a": 1}] * 4))
    with pytest.raises(InputError, match="without a 0"):
        evaluate(file, label_col="label")


def test_row_groups_that_have_not_the_rows_of_the_file(tmp_path: Path) -> None:
    """Of 4 rows the row group says 3: an integer of Thrift, behind its size in bytes."""
    file = save(tmp_path / "p.parquet", table(label=Y))
    about = pq.read_metadata(file)
    twice = 2 * about.row_group(0).total_byte_size  # Signed integers are stored so.
    said = bytes([0x16, twice & 0x7F | 0x80, twice >> 7, 0x16, 8])
    data = Path(file).read_bytes()
    assert data.count(said) == 1
    broken = write(tmp_path / "p.parquet", data.replace(said, said[:-1] + b"\x06"))
    with pytest.raises(BrokenFileError, match="declares 4 rows but holds 3"):
        evaluate(broken)


def many_columns(rows: int) -> tuple[pa.Table, float]:
    """Return a table of 150 classes, and its cross entropy."""
    rng = np.random.default_rng(41)
    q = rng.dirichlet(np.ones(150), rows)
    labels = (q.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1).clip(max=149)
    names = [f"c{k:03}" for k in range(150)]
    columns = {f"p_{name}": q[:, k] for k, name in enumerate(names)}
    columns["label"] = pa.array([names[k] for k in labels]).dictionary_encode()
    return pa.table(columns), float(-np.log(q[np.arange(rows), labels]).mean())


@pytest.mark.parametrize("group", [2000, 700])
def test_of_many_columns_a_single_row_group_is_read_once(
    group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, expected = many_columns(2000)
    file = save(tmp_path / "p.parquet", data, row_group_size=group)
    read, whole = [], pq.ParquetFile.read_row_group
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_group",
        lambda self, i, columns, **how: read.extend(columns) or whole(self, i, columns, **how),
    )
    assert evaluate(file, jobs=1).cross_entropy == pytest.approx(expected, rel=1e-12)
    assert len(read) == 151 * -(-2000 // group)


def test_a_flipped_bit_among_many_columns(tmp_path: Path) -> None:
    how = {"write_page_checksum": True, "compression": "none", "use_dictionary": False}
    data, _ = many_columns(300)
    path = Path(save(tmp_path / "p.parquet", data, **how))
    start = pq.ParquetFile(path).metadata.row_group(0).column(70).data_page_offset
    content = bytearray(path.read_bytes())
    content[start + 2000] ^= 1
    path.write_bytes(content)
    with pytest.raises(BrokenFileError, match=r"(?i)crc|checksum|corrupt"):
        evaluate(str(path))
