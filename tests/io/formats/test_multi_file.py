from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.io.making import (
    EXPECTED,
    LABELS,
    PREDS,
    P,
    Y,
    cross_entropy,
    npy_bytes,
    read_column,
    table,
    write,
)
from xent_cli import evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    EmptyInputError,
    ParseError,
    UnknownFormatError,
)
from xent_cli.io.open import open_source

HEADER, *LINES = PREDS.splitlines(keepends=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Predictions in parts of one row, the tenth behind the second."""
    place = tmp_path / "preds"
    place.mkdir()
    for number, line in zip((1, 2, 3, 10), LINES, strict=True):
        write(place / f"part-{number}.csv", HEADER + line)
    return place


def test_folders_and_patterns_are_read_in_natural_order(folder: Path, tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.csv", LABELS)
    assert cross_entropy(folder, labels) == EXPECTED
    assert cross_entropy(str(folder / "*.csv"), labels) == EXPECTED
    assert cross_entropy(str(folder / "part-?*.csv"), labels, batch_rows=3) == EXPECTED
    assert read_column(str(folder), "p_cat", "number") == [row[0] for row in P]
    (folder / "part-10.csv").rename(folder / "part-3².csv")  # A digit, but no number.
    assert cross_entropy(folder, labels) == EXPECTED


def test_folders_in_folders(folder: Path, tmp_path: Path) -> None:
    labels = write(tmp_path / "labels.csv", LABELS)
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "part-10.csv").rename(folder / "part-3x.csv")
    (folder / "part-3x.csv").rename(folder / "a" / "b" / "part-9.csv")
    assert open_source(str(folder), "preds").names() == ["p_cat", "p_dog", "p_ox"]
    assert evaluate(folder, labels).n == 4
    assert evaluate(str(folder / "**" / "*.csv"), labels).n == 4
    assert evaluate(str(folder / "**" / "**" / "*.csv"), labels).n == 4  # Each file once.


@pytest.mark.parametrize(
    "name", ["_SUCCESS", ".hidden.csv", "_temporary/x.csv", "notes.md", "_x.csv"]
)
def test_what_is_no_data(name: str, folder: Path, tmp_path: Path) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    write(folder / name, "nothing")
    assert cross_entropy(folder, write(tmp_path / "labels.csv", LABELS)) == EXPECTED


def test_markers_beside_what_a_pattern_means(folder: Path, tmp_path: Path) -> None:
    write(folder / "_SUCCESS", "")
    assert cross_entropy(str(folder / "*"), write(tmp_path / "labels.csv", LABELS)) == EXPECTED


def test_parquet_parts(tmp_path: Path) -> None:
    place = tmp_path / "preds"
    place.mkdir()
    for start in range(4):
        pq.write_table(table(label=Y).slice(start, 1), place / f"{start}.parquet")
    pq.write_table(table(label=Y).slice(0, 0), place / "9.parquet")
    source = open_source(str(place), "preds")
    assert (source.n_rows, source.format) == (4, "parquet")
    assert cross_entropy(place) == EXPECTED


def test_hive_partitions(tmp_path: Path) -> None:
    for row, name in enumerate(["dog", "c%20t", "ox", "ox"]):
        place = tmp_path / f"split=v {row}" / f"label={name}"
        place.mkdir(parents=True)
        data = table().slice(row, 1).rename_columns(["p_c t", "p_dog", "p_ox"])
        pq.write_table(data, place / "part.parquet")
    assert cross_entropy(tmp_path) == EXPECTED
    assert read_column(str(tmp_path), "split") == ["v 0", "v 1", "v 2", "v 3"]


def test_a_partition_without_a_value(tmp_path: Path) -> None:
    place = tmp_path / "label=__HIVE_DEFAULT_PARTITION__"
    place.mkdir()
    pq.write_table(table(), place / "p.parquet")
    assert read_column(str(tmp_path), "label") == [None] * 4


def test_a_column_in_the_file_beats_the_folder(tmp_path: Path) -> None:
    place = tmp_path / "label=9"
    place.mkdir()
    pq.write_table(table(label=Y), place / "p.parquet")
    assert open_source(str(tmp_path), "preds").names().count("label") == 1
    assert cross_entropy(tmp_path) == EXPECTED


def test_errors_name_the_part_and_its_row(folder: Path, tmp_path: Path) -> None:
    write(folder / "part-3.csv", HEADER + LINES[2] + "0.6,x,0.3\n")
    with pytest.raises(ParseError, match=r"part-3\.csv, row 2 \(line 3\), column p_dog"):
        evaluate(folder, write(tmp_path / "labels.csv", LABELS))


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("part-4.csv", "p_cat,p_dog\n0.5,0.5\n", ColumnError, "different columns than .*: p_ox"),
        (
            "part-4.csv",
            "p_cat,p_dog,p_ox,x\n1,0,0,1\n",
            ColumnError,
            "different columns than .*: x",
        ),
        ("part-4.csv", "", EmptyInputError, r"part-4\.csv is empty"),
        ("part-4.csv", HEADER, EmptyInputError, "a header but no rows"),
        ("part-4.jsonl", '{"p_cat": 1}\n', UnknownFormatError, "several formats .csv, jsonl"),
        ("part-4.parquet", "x", BrokenFileError, r"part-4\.parquet cannot be read"),
    ],
)
def test_parts_that_do_not_fit(
    name: str, content: str, error: type[Exception], words: str, folder: Path, tmp_path: Path
) -> None:
    write(folder / name, content)
    with pytest.raises(error, match=words):
        evaluate(folder, write(tmp_path / "labels.csv", LABELS))


@pytest.mark.parametrize("step", [0, 1])
def test_parts_with_an_index_of_pandas(step: int, tmp_path: Path) -> None:
    """Each starts at 0, or the index goes on."""
    place = tmp_path / "preds"
    place.mkdir()
    for number, line in enumerate(LINES):
        write(place / f"{number}.csv", f",{HEADER}{number * step},{line}")
    assert cross_entropy(place, write(tmp_path / "labels.csv", LABELS)) == EXPECTED
    write(place / "9.csv", HEADER + LINES[0])
    with pytest.raises(ColumnError, match=r"different columns than .*0\.csv: the unnamed one\."):
        open_source(place, "preds")


def test_a_header_in_some_parts_only(tmp_path: Path) -> None:
    place = tmp_path / "labels"
    place.mkdir()
    write(place / "1.csv", "0\n0.25\n")
    write(place / "2.csv", "0\n1\n")
    with pytest.raises(ColumnError, match=r"2\.csv seems to have no header"):
        evaluate([0.5] * 3, str(place))


def test_parts_of_another_width(tmp_path: Path) -> None:
    place = tmp_path / "preds"
    place.mkdir()
    write(place / "1.npy", npy_bytes(np.array(P)))
    write(place / "2.npy", npy_bytes(np.full((1, 4), 0.25)))
    with pytest.raises(ColumnError, match=r"2\.npy, row 1, column values: a list of 4 values"):
        evaluate(place, [*Y, 0])


def test_label_parts_of_another_width(tmp_path: Path) -> None:
    place = tmp_path / "labels"
    place.mkdir()
    write(place / "1.npy", npy_bytes(np.eye(3)[Y]))
    write(place / "2.npy", npy_bytes(np.eye(4)[:1]))
    with pytest.raises(ColumnError, match=r"2\.npy, row 1, column values: a list of 4 values"):
        evaluate([*P, P[0]], place)
