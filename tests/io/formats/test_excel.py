"""Workbooks, written by openpyxl and read as the same numbers in text."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.io.making import EXPECTED, LABELS, PREDS, P, Y, cross_entropy, write
from xent_cli import evaluate
from xent_cli.errors import BrokenFileError, ColumnError, EmptyInputError, UsageError
from xent_cli.io.open import open_source

NAMES = PREDS.split("\n", 1)[0].split(",")


def book(path: Path, **sheets: list[list[Any]]) -> str:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return str(path)


TABLE: list[list[Any]] = [NAMES, *[list(map(float, row)) for row in P]]


def test_the_first_sheet_and_a_named_one(tmp_path: Path) -> None:
    labels = write(tmp_path / "y.csv", LABELS)
    other = [NAMES, *[[0.25, 0.5, 0.25]] * 4]
    path = book(tmp_path / "p.xlsx", first=TABLE, second=other)
    with pytest.raises(ColumnError, match="has 2 sheets with the same columns") as caught:
        open_source(path, "preds")
    assert caught.value.hint == f"Choose one: '{path}#first' or '{path}#second'."
    assert cross_entropy(f"{path}#first", labels) == EXPECTED
    assert cross_entropy(f"{path}#second", labels) != EXPECTED
    with pytest.raises(ColumnError, match=r"no sheet 'third'. Its sheets: first, second"):
        open_source(f"{path}#third", "preds")


def test_labels_beside_and_empty_rows(tmp_path: Path) -> None:
    said = LABELS.split()[1:]
    rows = [[*row, name] for row, name in zip(TABLE, ["label", *said], strict=True)]
    empty = [[None] * 4, [""] * 4]
    path = book(tmp_path / "p.xlsx", s=[*empty, *rows, *empty], t=[["Notes"]], u=[])
    assert evaluate(path).cross_entropy == EXPECTED
    assert open_source(path, "preds").format == "xlsx"


def test_a_title_above_the_table(tmp_path: Path) -> None:
    labels = write(tmp_path / "y.csv", LABELS)
    path = book(tmp_path / "p.xlsx", first=[["Report"], ["Of March"], [], *TABLE])
    assert cross_entropy(path, labels) == EXPECTED
    single = book(tmp_path / "y.xlsx", first=[["label"], *[[int(y)] for y in Y]])
    assert cross_entropy(write(tmp_path / "p.csv", PREDS), single) == EXPECTED


def test_numbers_come_in_full(tmp_path: Path) -> None:
    third = 1 / 3
    path = book(tmp_path / "p.xlsx", s=[["a", "b"], [third, 1 - third], [1, 0]])
    (block,) = open_source(path, "preds").blocks({"a": "number", "b": "number"})
    assert block.numbers(["a", "b"]).tolist() == [[third, 1.0], [1 - third, 0.0]]


def test_whole_labels_and_truths(tmp_path: Path) -> None:
    path = book(tmp_path / "y.xlsx", s=[["label"], *[[int(y)] for y in Y]])
    assert cross_entropy(write(tmp_path / "p.csv", PREDS), path) == EXPECTED
    path = book(tmp_path / "t.xlsx", s=[["y"], [True], [False]])
    assert [c.kind for c in open_source(path, "labels").columns] == ["boolean"]


def test_a_workbook_packed_or_not_at_all(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "no.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    for name, data in (("text.xlsx", b"a,b\n1,2\n"), ("cut.xlsx", b"PK\x03\x04abc")):
        (tmp_path / name).write_bytes(data)
    for name in ("no.xlsx", "text.xlsx", "cut.xlsx"):
        with pytest.raises(BrokenFileError, match="not a readable Excel workbook"):
            open_source(str(tmp_path / name), "preds")


def test_a_sheet_without_cells(tmp_path: Path) -> None:
    with pytest.raises(EmptyInputError, match="has no cells"):
        open_source(book(tmp_path / "p.xlsx", s=[]), "preds")


def test_old_workbooks(tmp_path: Path) -> None:
    path = write(tmp_path / "p.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00")
    with pytest.raises(Exception, match="Save it as .xlsx or as CSV"):
        open_source(path, "preds")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "p.xlsx", s=TABLE)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"pip install 'xent-cli\[excel\]'"):
        open_source(path, "preds")
