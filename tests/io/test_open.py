from __future__ import annotations

import gzip
import os
import pickle
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.io.making import (
    EXPECTED,
    LABELS,
    PREDS,
    P,
    Y,
    cross_entropy,
    json_lines,
    npy_bytes,
    table,
    write,
)
from xent_cli import XentError, evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    EmptyInputError,
    MissingFileError,
    UnknownFormatError,
    UsageError,
)
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source
from xent_cli.schema.file_formats import FORMATS


@pytest.fixture
def labels(tmp_path: Path) -> str:
    return write(tmp_path / "labels.csv", LABELS)


def contents() -> dict[str, bytes]:
    """Return the same table in every format."""
    data, parquet, stripes = table(label=Y), pa.BufferOutputStream(), pa.BufferOutputStream()
    file, stream = pa.BufferOutputStream(), pa.BufferOutputStream()
    pq.write_table(data, parquet)
    orc.write_table(data, stripes)
    for new, sink in ((pa.ipc.new_file, file), (pa.ipc.new_stream, stream)):
        with new(sink, data.schema) as writer:
            writer.write_table(data)
    return {
        "csv": "\n".join(["a,b,c", *(",".join(map(str, row)) for row in P)]).encode(),
        "jsonl": json_lines(data.to_pylist()).encode(),
        "parquet": parquet.getvalue().to_pybytes(),
        "orc": stripes.getvalue().to_pybytes(),
        "arrow": file.getvalue().to_pybytes(),
        "stream": stream.getvalue().to_pybytes(),
        "npy": npy_bytes(np.array(P)),
    }


@pytest.mark.parametrize("kind", contents())
def test_formats_are_told_by_their_first_bytes(kind: str, tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "data", contents()[kind]), "preds")
    assert source.format == kind.replace("stream", "arrow")


@pytest.mark.parametrize("kind", contents())
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_wrong_suffix_is_an_error_and_the_format_may_be_said(
    kind: str, suffix: str, tmp_path: Path
) -> None:
    said = kind.replace("stream", "arrow")
    file = write(tmp_path / f"p.{suffix}", contents()[kind])
    assert cross_entropy(file, Y, pred_cols=(), input_format=said) == EXPECTED
    if suffix not in (said, "tsv"):
        with pytest.raises(XentError) as caught:
            evaluate(file, Y)
        assert f"p.{suffix}" in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["parquet", "orc", "arrow", "npy"])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl"])
def test_the_way_out_of_a_wrong_suffix(kind: str, suffix: str, tmp_path: Path) -> None:
    file = write(tmp_path / f"p.{suffix}", contents()[kind])
    words = f'named like {suffix} but contains {kind}. Use input_format="{kind}", or rename it'
    with pytest.raises(BrokenFileError, match=words):
        evaluate(file, Y)
    file = write(tmp_path / f"p.{suffix}.gz", gzip.compress(contents()[kind]))
    with pytest.raises(UnknownFormatError, match=f"compressed {kind} file .gzip.*Decompress it"):
        evaluate(file, Y)


@pytest.mark.parametrize("name", ["p.csv", "p"])
def test_a_column_may_be_called_like_a_format(name: str, tmp_path: Path) -> None:
    file = write(tmp_path / name, "PAR1,PAR2\n0.5,0.5\n")
    assert open_source(file, "preds", input_format="csv").names() == ["PAR1", "PAR2"]
    assert open_source(file, "preds").names() == ["PAR1", "PAR2"]


def test_path_objects_and_text(tmp_path: Path, labels: str) -> None:
    write(tmp_path / "p.csv", PREDS)
    assert cross_entropy(tmp_path / "p.csv", Path(labels)) == EXPECTED


def test_a_name_with_brackets_is_no_pattern(tmp_path: Path, labels: str) -> None:
    assert cross_entropy(write(tmp_path / "p[1].csv", PREDS), labels) == EXPECTED


def test_missing_files(tmp_path: Path, labels: str) -> None:
    write(tmp_path / "preds.csv", PREDS)
    with pytest.raises(MissingFileError, match=r"no file .*predz\.csv\. Did you mean .*preds\.csv"):
        evaluate(tmp_path / "predz.csv", labels)
    with pytest.raises(MissingFileError, match="no folder .*nowhere either"):
        evaluate(tmp_path / "nowhere" / "p.csv", labels)
    with pytest.raises(MissingFileError, match="no file"):
        evaluate("a\0b", labels)


def test_files_that_may_not_be_read(tmp_path: Path, labels: str) -> None:
    file = tmp_path / "p.csv"
    write(file, PREDS)
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("This user may read everything.")
    with pytest.raises(MissingFileError, match="cannot be read: Permission denied"):
        evaluate(file, labels)


@pytest.mark.parametrize(
    "name", ["p.csv", "p.tsv", "p.jsonl", "p.parquet", "p.npy", "p.npz", "p.arrow", "p"]
)
def test_empty_files(name: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(EmptyInputError, match="is empty. Did the job that wrote it finish?"):
        evaluate(write(tmp_path / name, ""), labels)


@pytest.mark.parametrize("content", ["\n\n", "p_a,p_b\n"])
def test_files_without_rows(content: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(EmptyInputError):
        evaluate(write(tmp_path / "p.csv", content), labels)


def test_folders_and_patterns_without_data(tmp_path: Path, labels: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty" / "notes.md", "x")
    for path in (tmp_path / "empty", tmp_path / "*.parquet"):
        with pytest.raises(EmptyInputError, match="holds no data files. xent reads csv, tsv"):
            evaluate(str(path), labels)


@pytest.mark.parametrize("name", ["model.pkl", "model.pt", "model", "model.csv"])
def test_pickles_are_refused(name: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(UnknownFormatError, match="looks like a Python pickle"):
        evaluate(write(tmp_path / name, pickle.dumps(P)), labels)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input_format": "xls"}, 'input_format="xls": must be one of csv, tsv'),
        ({"header": "maybe"}, 'header="maybe": must be one of auto, yes, no'),
        ({"delimiter": "||"}, "single ASCII character"),
        ({"delimiter": ""}, "single ASCII character"),
        ({"delimiter": "·"}, "single ASCII character"),
        ({"delimiter": '"'}, "meaning of its own"),
        ({"delimiter": "\n"}, "meaning of its own"),
    ],
)
def test_choices(options: dict[str, str], words: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(UsageError, match=words):
        evaluate(write(tmp_path / "p.csv", PREDS), labels, **options)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_pipes_with_names_are_read_once(tmp_path: Path, labels: str) -> None:
    """As a shell makes them for <(zcat preds.csv.gz)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    rest = "".join(PREDS.split("\n", 1)[1] for _ in range(2000))
    writer = threading.Thread(target=pipe.write_text, args=(PREDS + rest,))
    writer.start()
    report = evaluate(pipe, write(tmp_path / "l.csv", LABELS + LABELS.split("\n", 1)[1] * 2000))
    writer.join()
    assert report.n == 4 * 2001
    assert report.cross_entropy == pytest.approx(EXPECTED, rel=1e-14)


def long_files() -> dict[str, bytes]:
    """Return files of several blocks."""
    rows = 200_000
    array = np.full((rows, 2), 0.5)
    data = pa.table({"p_a": array[:, 0], "p_b": array[:, 1], "label": np.zeros(rows, int)})
    parquet, arrow = pa.BufferOutputStream(), pa.BufferOutputStream()
    pq.write_table(data, parquet, row_group_size=20_000, compression="none", use_dictionary=False)
    with pa.ipc.new_file(arrow, data.schema) as writer:
        writer.write_table(data, max_chunksize=20_000)
    return {
        "csv": b"p_a,p_b,label\n" + b"0.5000000000,0.50000000000,0\n" * rows,
        "jsonl": b'{"p_a": 0.5, "p_b": 0.50000000, "label": 0}\n' * rows,
        "parquet": parquet.getvalue().to_pybytes(),
        "arrow": arrow.getvalue().to_pybytes(),
        "npy": npy_bytes(array),
    }


@pytest.fixture(scope="module")
def long() -> dict[str, bytes]:
    return long_files()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow", "npy"])
@pytest.mark.parametrize("keep", [0.6, 1.2])
def test_a_file_that_changes_while_it_is_read(
    kind: str, keep: float, long: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xent_cli.io.formats.csv.records.CHUNK_BYTES", 1 << 18)
    monkeypatch.setattr(records, "_HEAD_BYTES", 1 << 14)
    data = long[kind]
    file = tmp_path / f"p.{kind}"
    write(file, data)
    source = open_source(file, "preds")
    column = source.columns[0].name
    blocks = source.blocks({column: "number"})
    next(blocks)
    if keep < 1:
        os.truncate(file, int(len(data) * keep))
    else:
        file.write_bytes(data + data[-200:])
    with pytest.raises(XentError, match=rf"p\.{kind}"):
        list(blocks)


def test_a_file_that_is_replaced_by_an_equal_one_in_size(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    write(file, "p\n0.25\n")
    source = open_source(file, "preds")
    write(tmp_path / "new.csv", "p\n0.75\n")
    (tmp_path / "new.csv").replace(file)
    with pytest.raises(BrokenFileError, match="changed while it was read"):
        list(source.blocks({"p": "number"}))


def test_a_source_may_be_read_twice(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "p.csv", PREDS), "preds")
    first, second = (list(source.blocks({"p_ox": "number"})) for _ in range(2))
    assert [b.data for b in first] == [b.data for b in second]


def test_more_columns_than_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xent_cli.io.source.MOST_COLUMNS", 2)
    for kind in ("csv", "jsonl", "parquet", "arrow"):
        with pytest.raises(ColumnError, match=r"has \d columns, but xent reads 2 at most"):
            open_source(write(tmp_path / f"p.{kind}", contents()[kind]), "preds")
