from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.io.making import EXPECTED, P, Y, cross_entropy, npy_bytes, write
from xent_cli import evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    EmptyInputError,
    MissingValueError,
    PickleError,
    UnknownFormatError,
)
from xent_cli.io.formats import npy
from xent_cli.io.open import open_source

MATRIX = np.array(P)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", ">f4", "<f2", "g"])
@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_orders_and_types(
    order: str, kind: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npy, "block_rows", lambda _: rows)
    array = np.array(MATRIX, dtype=kind, order=order)
    file = write(tmp_path / "p.npy", npy_bytes(array))
    assert cross_entropy(file, Y) == cross_entropy(array.astype("<f8"), Y)
    if kind[-1] in "8g":
        assert cross_entropy(file, Y) == EXPECTED


@pytest.mark.parametrize(
    "labels",
    [
        np.array(Y),
        np.array(Y, ">i2"),
        np.array(Y, "<u8"),
        np.array(Y, "f4"),
        np.eye(3)[Y],
        np.eye(3, dtype=bool)[Y],
        np.array(["1", "0", "2", "2"]),
        np.array([b"1", b"0", b"2", b"2"]),
    ],
)
def test_labels(labels: np.ndarray, tmp_path: Path) -> None:
    file = write(tmp_path / "l.npy", npy_bytes(labels))
    assert cross_entropy(P, file) == EXPECTED


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", probs=MATRIX, label=Y, other=np.arange(9))
    np.savez_compressed(tmp_path / "b.npz", probs=MATRIX, label=np.array(["1", "0", "2", "2"]))
    assert cross_entropy(tmp_path / "a.npz", pred_cols="probs") == EXPECTED
    assert cross_entropy(tmp_path / "b.npz") == EXPECTED
    assert open_source(tmp_path / "a.npz", "preds").n_rows is None
    assert open_source(tmp_path / "b.npz", "preds").n_rows == 4


def test_arrays_of_different_length_do_not_mix(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", probs=MATRIX, label=Y[:3])
    with pytest.raises(ColumnError, match="probs has 4, label has 3 rows"):
        evaluate(tmp_path / "a.npz")


def test_pickles_are_never_read(tmp_path: Path) -> None:
    array = np.array([{"a": 1}, None])
    file = write(tmp_path / "p.npy", npy_bytes(array, allow_pickle=True))
    with pytest.raises(PickleError, match="pickled Python objects"):
        evaluate(file, Y)
    np.savez(tmp_path / "p.npz", allow_pickle=True, x=array)
    with pytest.raises(PickleError, match="array x holds pickled"):
        evaluate(tmp_path / "p.npz", Y)


GOOD = npy_bytes(MATRIX)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD[:5], "cannot be read as npy"),
        (GOOD[:60], "cannot be read as npy"),
        (GOOD[:-1], "223 bytes long, but an array of .4, 3. needs 224"),
        (GOOD + GOOD, "448 bytes long, but an array of .4, 3. needs 224"),
        (GOOD.replace(b"(4, 3)", b"(3, 3)"), "224 bytes long, but an array of .3, 3. needs 200"),
        (GOOD.replace(b"\x93NUMPY\x01", b"\x93NUMPY\x09"), "version 9.0 of the format is unknown"),
        (GOOD.replace(b"'<f8'", b"'<f$'"), "cannot be read as npy"),
        (GOOD.replace(b"{'descr", b"{'de\xc3cr"), "cannot be read as npy"),
        (GOOD.replace(b"(4, 3), }", b"(4, 3),((("), "cannot be read as npy"),
        (GOOD.replace(b"(4, 3)", b"(-4,3)"), "header says .-4, 3."),
        (b"0.5,0.5\n" * 20, "cannot be read as npy"),
    ],
)
def test_damage(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match=words):
        evaluate(write(tmp_path / "p.npy", data), Y)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 2, 2)), "3 dimensions"),
        (np.float64(0.5), "0 dimensions"),
        (np.zeros(3, [("a", "f8")]), "fields"),
        (np.zeros((3, 0)), "has no columns"),
        (np.zeros(3, complex), "complex128 is neither numbers nor labels"),
        (np.zeros(3, "M8[s]"), "neither numbers nor labels"),
        (np.array([["a", "b"]]), "a matrix of <U1"),
    ],
)
def test_arrays_that_are_no_columns(array: np.ndarray, words: str, tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=rf"p\.npy.*{words}"):
        evaluate(write(tmp_path / "p.npy", npy_bytes(array)), Y)


def test_no_rows(tmp_path: Path) -> None:
    file = write(tmp_path / "p.npy", npy_bytes(MATRIX[:0]))
    with pytest.raises(EmptyInputError, match="no rows"):
        evaluate(file, Y)
    empty = write(tmp_path / "l.npy", npy_bytes(np.array([], int)))
    with pytest.raises(EmptyInputError, match="no rows"):
        evaluate(file, empty)


def test_nan(tmp_path: Path) -> None:
    bad = MATRIX.copy()
    bad[2, 1] = np.nan
    with pytest.raises(MissingValueError, match=r"p\.npy, row 3, value 2"):
        evaluate(write(tmp_path / "p.npy", npy_bytes(bad)), Y)


def npz_bytes() -> bytes:
    sink = io.BytesIO()
    np.savez(sink, probs=MATRIX, label=Y)
    return sink.getvalue()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_npz(share: float, tmp_path: Path) -> None:
    data = npz_bytes()
    with pytest.raises(BrokenFileError, match="cannot be read as npz"):
        evaluate(write(tmp_path / "p.npz", data[: int(len(data) * share)]))


def test_a_flipped_bit_in_npz_is_found_by_its_checksum(tmp_path: Path) -> None:
    raw = bytearray(npz_bytes())
    raw[raw.find(MATRIX.tobytes()) + 20] ^= 1
    with pytest.raises(BrokenFileError, match="CRC"):
        evaluate(write(tmp_path / "p.npz", bytes(raw)))


def test_a_zip_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.npz", "w") as archive:
        archive.writestr("preds.csv", "p,q\n0.5,0.5\n")
        archive.writestr("more.csv", "p,q\n0.5,0.5\n")
    for name in ("p.npz", "p.csv.zip", "p.csv", "p"):
        (tmp_path / "p.npz").rename(tmp_path / name)
        with pytest.raises(UnknownFormatError, match=r"(zip archive of other|holds 2 files)"):
            evaluate(tmp_path / name, Y)
        (tmp_path / name).rename(tmp_path / "p.npz")
    with pytest.raises(UnknownFormatError, match="zip archive of other files"):
        evaluate(tmp_path / "p.npz", Y, input_format="npz")
    with zipfile.ZipFile(tmp_path / "p.npz", "w"):
        pass
    with pytest.raises(UnknownFormatError, match="zip archive of other files"):
        evaluate(tmp_path / "p.npz", Y)


def test_what_is_beside_the_arrays_is_unread(tmp_path: Path) -> None:
    more = {"epoch": np.array(3), "cube": np.zeros((2, 2, 2)), "pairs": np.zeros(2, "i4,i4")}
    np.savez(tmp_path / "p.npz", **more, probs=MATRIX, label=Y, when=np.zeros(9, "M8[s]"))
    with zipfile.ZipFile(tmp_path / "p.npz", "a") as archive:
        archive.writestr("README", "hello")
    source = open_source(tmp_path / "p.npz", "preds")
    unread = [column.name for column in source.columns if column.kind == "other"]
    assert (unread, source.n_rows) == (["epoch", "cube", "pairs", "when"], 4)
    with pytest.raises(ColumnError, match="array cube: an array with 3 dimensions"):
        list(source.blocks({"cube": "number"}))
    assert cross_entropy(tmp_path / "p.npz") == EXPECTED
    np.savez(tmp_path / "p.npz", **more)
    with pytest.raises(ColumnError, match="array epoch: an array with 0 dimensions"):
        evaluate(tmp_path / "p.npz", Y)


def test_pickled_arrays_block_nothing_and_are_never_read(tmp_path: Path) -> None:
    meta = np.array([{"a": 1}], dtype=object)
    np.savez(tmp_path / "p.npz", meta=meta, probs=MATRIX, label=Y)
    assert cross_entropy(tmp_path / "p.npz") == EXPECTED
    with pytest.raises(PickleError, match="array meta holds pickled"):
        list(open_source(tmp_path / "p.npz", "preds").blocks({"probs": "number", "meta": "label"}))
    np.savez(tmp_path / "p.npz", probs=MATRIX, label=np.array(["a", "b", "c", "c"], dtype=object))
    with pytest.raises(PickleError, match="array label holds pickled"):
        evaluate(tmp_path / "p.npz")


def test_a_single_column_is_a_vector(tmp_path: Path) -> None:
    probs, labels = np.array([0.9, 0.2, 0.7]), np.array([1, 0, 1])
    expected = cross_entropy(probs, labels)
    for order in ("C", "F"):
        one = write(tmp_path / "p.npy", npy_bytes(np.asarray(probs[:, None], order=order)))
        two = write(tmp_path / "l.npy", npy_bytes(labels[:, None]))
        assert cross_entropy(one, two) == expected
    np.savez(tmp_path / "p.npz", prob=probs[:, None], label=labels[:, None])
    assert cross_entropy(tmp_path / "p.npz") == expected
    texts = write(tmp_path / "l.npy", npy_bytes(np.array([["1"], ["0"], ["1"]])))
    assert cross_entropy(probs, texts) == expected


def test_long_texts_are_read_in_small_blocks(tmp_path: Path) -> None:
    labels = np.array(["a" * 100_000, "b"] * 40)
    source = open_source(write(tmp_path / "l.npy", npy_bytes(labels)), "labels")
    lengths = [len(block) for block in source.blocks({"values": "label"})]
    assert sum(lengths) == 80
    assert max(lengths) * labels.itemsize <= 8 << 20
