from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.io.making import EXPECTED, LABELS, PREDS, cross_entropy, json_lines, write
from xent_cli import evaluate
from xent_cli.errors import BrokenFileError, EmptyInputError


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd,
}
LONG = (PREDS + "".join(PREDS.split("\n", 1)[1] for _ in range(500))).encode()


@pytest.fixture
def labels(tmp_path: Path) -> str:
    return write(tmp_path / "labels.csv", LABELS)


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("inner", [".csv", ".tsv", ""])
def test_text_of_every_compression(suffix: str, inner: str, tmp_path: Path, labels: str) -> None:
    text = PREDS.replace(",", "\t") if inner == ".tsv" else PREDS
    file = write(tmp_path / f"p{inner}{suffix}", PACK[suffix](text.encode()))
    assert cross_entropy(file, labels) == EXPECTED


@pytest.mark.parametrize("suffix", PACK)
def test_compression_is_told_by_content_not_name(suffix: str, tmp_path: Path, labels: str) -> None:
    assert (
        cross_entropy(write(tmp_path / "p.csv", PACK[suffix](PREDS.encode())), labels) == EXPECTED
    )


@pytest.mark.parametrize("suffix", PACK)
def test_parts_packed_one_by_one(suffix: str, tmp_path: Path, labels: str) -> None:
    half = len(PREDS) // 2
    data = PACK[suffix](PREDS[:half].encode()) + PACK[suffix](PREDS[half:].encode())
    assert cross_entropy(write(tmp_path / f"p.csv{suffix}", data), labels) == EXPECTED


def test_json_lines(tmp_path: Path) -> None:
    text = json_lines([{"p_a": 0.25, "p_b": 0.75, "label": "b"}]).encode()
    assert evaluate(write(tmp_path / "p.jsonl.gz", gzip.compress(text))).n == 1


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("inner", [".csv", ""])
def test_truncated(suffix: str, share: float, inner: str, tmp_path: Path, labels: str) -> None:
    data = PACK[suffix](LONG)
    file = write(tmp_path / f"p{inner}{suffix}", data[: int(len(data) * share)])
    with pytest.raises(BrokenFileError, match="cannot be read as"):
        evaluate(file, labels)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_damage_is_found_by_the_checksum(suffix: str, tmp_path: Path, labels: str) -> None:
    data = bytearray(PACK[suffix](LONG))
    data[-7] ^= 1  # In the checksum or what it covers.
    with pytest.raises(BrokenFileError, match="cannot be read as"):
        evaluate(write(tmp_path / f"p.csv{suffix}", bytes(data)), labels)


@pytest.mark.parametrize("suffix", PACK)
def test_a_name_that_promises_too_much(suffix: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(
        BrokenFileError, match=rf"named like a .* file but is not one.*remove \{suffix}"
    ):
        evaluate(write(tmp_path / f"p.csv{suffix}", PREDS), labels)


@pytest.mark.parametrize("suffix", PACK)
def test_nothing_inside(suffix: str, tmp_path: Path, labels: str) -> None:
    with pytest.raises(EmptyInputError, match="is empty"):
        evaluate(write(tmp_path / f"p.csv{suffix}", PACK[suffix](b"")), labels)


def test_an_empty_file_with_a_telling_name(tmp_path: Path, labels: str) -> None:
    with pytest.raises(EmptyInputError, match="is empty"):
        evaluate(write(tmp_path / "p.csv.gz", b""), labels)
