"""Texts in other encodings: told where the bytes leave no doubt, else named by encoding."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.io.making import write
from xent_cli import evaluate
from xent_cli.errors import EncodingError, InputError, UsageError
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source
from xent_cli.io.storage.encoding import detect_encoding
from xent_cli.metrics.report.report import Report

PREDS = "gehörlos,gesund,label\n0.25,0.75,gesund\n0.5,0.5,gehörlos\n0.875,0.125,gehörlos\n"
NAMES = ("gehörlos", "gesund")
EXPECTED = -(math.log(0.75) + math.log(0.5) + math.log(0.875)) / 3


def names(report: Report) -> tuple[str, ...]:
    return tuple(row.name for row in report.classes)


@pytest.mark.parametrize("size", [11, 1 << 20])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_bytes_that_leave_no_doubt(
    encoding: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    report = evaluate(write(tmp_path / "p.csv", PREDS.encode(encoding)))
    assert names(report) == NAMES
    assert report.cross_entropy == pytest.approx(EXPECTED, rel=1e-15)
    said = [notice.message for notice in report.notes if notice.code == "encoding"]
    assert bool(said) != encoding.startswith("utf-8")


@pytest.mark.parametrize("encoding", ["cp1250", "utf-16-le", "mac-roman", "utf-8", "cp437"])
def test_an_encoding_that_is_said(encoding: str, tmp_path: Path) -> None:
    report = evaluate(write(tmp_path / "p.csv", PREDS.encode(encoding)), encoding=encoding)
    assert names(report) == NAMES
    assert not [notice for notice in report.notes if notice.code == "encoding"]


@pytest.mark.parametrize(
    ("word", "encoding"),
    [
        ("кошка", "cp1251"),
        ("кошка", "koi8-r"),
        ("日本語", "shift_jis"),
        ("中文字", "gb18030"),
        ("“quoted”", "cp1252"),
        ("gehörlos", "mac-roman"),
    ],
)
def test_bytes_that_leave_doubt(word: str, encoding: str, tmp_path: Path) -> None:
    text = PREDS.replace("gehörlos", word)
    path = write(tmp_path / "p.csv", text.encode(encoding))
    with pytest.raises(InputError, match="encoding"):
        evaluate(path)
    assert names(evaluate(path, encoding=encoding)) == (word, "gesund")


def test_a_text_that_turns_to_another_encoding(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", PREDS.encode("utf-16") + b"\x00")
    with pytest.raises(EncodingError, match="not valid utf-16 text"):
        list(open_source(path, "preds").blocks({"gesund": "number"}))


def test_an_encoding_that_is_none() -> None:
    for name in ("klingon", "hex", "rot13"):
        with pytest.raises(UsageError, match=f"encoding.*{name}"):
            open_source("p.csv", "preds", encoding=name)


def test_json_lines_in_another_encoding(tmp_path: Path) -> None:
    lines = '{"ö": 0.25, "u": 0.75, "label": "ö"}\n{"ö": 0.5, "u": 0.5, "label": "u"}\n'
    path = write(tmp_path / "p.jsonl", lines.encode("cp1252"))
    assert names(evaluate(path, encoding="cp1252")) == ("ö", "u")


def test_a_character_cut_at_the_end_of_the_head_is_no_doubt() -> None:
    assert detect_encoding("a\nö".encode()[:-1], whole=False) is None
    assert detect_encoding("ö\nö".encode("cp1252"), whole=False) == "cp1252"
