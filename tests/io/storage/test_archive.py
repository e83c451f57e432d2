from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.io.making import EXPECTED, LABELS, PREDS, cross_entropy, write
from xent_cli.errors import BrokenFileError, UnknownFormatError
from xent_cli.io.open import open_source


def zipped(**files: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def labels(tmp_path: Path) -> str:
    return write(tmp_path / "labels.csv", LABELS)


@pytest.mark.parametrize("name", ["p.csv.zip", "p.zip", "p.csv", "p"])
@pytest.mark.parametrize(
    "beside", [{}, {"__MACOSX/._p.tsv": b"\0", "folder/": "", ".DS_Store": "x"}]
)
def test_one_file_in_an_archive(
    name: str, beside: dict[str, str], tmp_path: Path, labels: str
) -> None:
    data = zipped(**{"folder/p.tsv": PREDS.replace(",", "\t"), **beside})
    assert cross_entropy(write(tmp_path / name, data), labels) == EXPECTED


def test_json_lines_in_an_archive(tmp_path: Path) -> None:
    data = zipped(**{"p.jsonl": '{"a": 0.25, "b": 0.75, "label": "b"}\n'})
    assert open_source(write(tmp_path / "p.zip", data), "preds").format == "jsonl"


def test_several_files_in_an_archive_are_listed(tmp_path: Path) -> None:
    data = zipped(**{"p.csv": PREDS, "y.csv": LABELS})
    with pytest.raises(UnknownFormatError, match=r"holds 2 files \(p.csv, y.csv\)"):
        open_source(write(tmp_path / "p.zip", data), "preds")


def test_an_archive_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match="holds no files"):
        open_source(write(tmp_path / "p.csv.zip", zipped()), "preds")


def test_other_formats_stay_packed(tmp_path: Path) -> None:
    out = io.BytesIO()
    np.save(out, np.ones((2, 2)) / 2)
    with pytest.raises(UnknownFormatError, match=r"compressed npy file \(zip"):
        open_source(write(tmp_path / "p.zip", zipped(**{"p.bin": out.getvalue()})), "preds")


@pytest.mark.parametrize("cut", [10, -10])
def test_a_cut_archive(cut: int, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv.zip", zipped(**{"p.csv": PREDS})[:cut])
    with pytest.raises(BrokenFileError, match="not a complete zip archive"):
        open_source(path, "preds")


def test_a_damaged_member(tmp_path: Path) -> None:
    whole = zipped(**{"p.csv": PREDS * 50})
    data = bytearray(whole)
    data[60] ^= 0xFF
    with pytest.raises(BrokenFileError):
        open_source(write(tmp_path / "p.csv.zip", bytes(data)), "preds")


def test_a_name_that_promises_an_archive(tmp_path: Path) -> None:
    with pytest.raises(BrokenFileError, match="named like a zip file but is not one"):
        open_source(write(tmp_path / "p.csv.zip", PREDS), "preds")
