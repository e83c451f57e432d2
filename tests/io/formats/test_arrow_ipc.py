from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as pa_feather
import pytest

from tests.io.making import EXPECTED, LABELS, PREDS, cross_entropy, table, write
from xent_cli import evaluate
from xent_cli.errors import BrokenFileError, EmptyInputError, EncodingError
from xent_cli.io.open import open_source

DATA = table(label=pa.array(["dog", "cat", "ox", "ox"]).dictionary_encode())


def save(path: Path, kind: str, rows: int = 1000, data: pa.Table = DATA) -> str:
    if kind.startswith("feather"):
        compression = kind.removeprefix("feather ")
        pa_feather.write_feather(data, str(path), compression=compression, chunksize=rows)
    else:
        new = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
        with new(str(path), data.schema) as writer:
            writer.write_table(data, max_chunksize=rows)
    return str(path)


KINDS = ["file", "stream", "feather lz4", "feather zstd", "feather uncompressed"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 3, 1000])
@pytest.mark.parametrize("name", ["p.arrow", "p"])
def test_every_kind(kind: str, rows: int, name: str, tmp_path: Path) -> None:
    file = save(tmp_path / name, kind, rows)
    assert open_source(file, "preds").format == "arrow"
    assert cross_entropy(file) == EXPECTED


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_a_large_batch_is_not_mapped_and_only_what_is_wanted_is_held(
    kind: str, tmp_path: Path
) -> None:
    data = pa.concat_tables([DATA] * 1000).unify_dictionaries()
    file = save(tmp_path / "p.arrow", kind, 10_000, data)
    before = pa.total_allocated_bytes()
    source = open_source(file, "preds")
    blocks = source.blocks({"p_cat": "number"})
    block = next(blocks)
    held = pa.total_allocated_bytes() - before
    assert held < (1 if kind == "file" else 5) * 8 * data.num_rows + 10_000
    Path(file).write_bytes(b"")  # Of a mapped file this would take the block away: SIGBUS.
    assert block.numbers(["p_cat"])[0, :4].tolist() == [0.2, 0.6, 0.6, 0.05]
    with pytest.raises(BrokenFileError, match=r"p\.arrow"):
        list(blocks)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_truncated(kind: str, share: float, tmp_path: Path) -> None:
    data = Path(save(tmp_path / "p.arrow", kind, rows=2)).read_bytes()
    with pytest.raises(BrokenFileError, match=r"p\.arrow cannot be read as Arrow IPC"):
        evaluate(write(tmp_path / "p.arrow", data[: int(len(data) * share)]))


def test_a_label_that_points_outside_its_dictionary(tmp_path: Path) -> None:
    indices = np.array([11, 22, 33, 44], np.int32)
    codes = pa.DictionaryArray.from_arrays(pa.array(indices), ["a"] * 50)
    raw = Path(save(tmp_path / "p.arrow", "file", data=table(label=codes))).read_bytes()
    bad = raw.replace(indices.tobytes(), np.array([11, 22, 33, 1 << 20], np.int32).tobytes())
    assert bad != raw
    with pytest.raises(BrokenFileError, match="(?i)out of bounds"):
        evaluate(write(tmp_path / "p.arrow", bad))


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError, match="no rows"):
        evaluate(save(tmp_path / "p.arrow", "stream", data=DATA.slice(0, 0)))


def test_text_named_arrow(tmp_path: Path) -> None:
    labels = write(tmp_path / "l.csv", LABELS)
    with pytest.raises(BrokenFileError, match="cannot be read as Arrow IPC"):
        evaluate(write(tmp_path / "p.arrow", PREDS), labels)


def test_column_names_that_are_not_utf8(tmp_path: Path) -> None:
    raw = Path(save(tmp_path / "p.arrow", "stream")).read_bytes()
    with pytest.raises(EncodingError, match=r"p\.arrow is not UTF-8"):
        evaluate(write(tmp_path / "p.arrow", raw.replace(b"p_cat", b"p_c\xe9t")))
