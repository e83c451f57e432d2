from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.io.making import (
    EXPECTED,
    LABELS,
    NAMES,
    PREDS,
    P,
    Y,
    cross_entropy,
    read_all,
    read_column,
    write,
)
from xent_cli import evaluate
from xent_cli.errors import (
    ColumnError,
    EncodingError,
    LabelError,
    MissingValueError,
    ParseError,
    RowCountError,
)
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source


@pytest.fixture
def labels(tmp_path: Path) -> str:
    return write(tmp_path / "labels.csv", LABELS)


VARIANTS = {
    "decimal commas": PREDS.replace(",", ";").replace(".", ","),
    "quoted decimal commas": "\n".join(
        ",".join(f'"{cell}"' for cell in line.replace(".", ",").split(";"))
        for line in PREDS.replace(",", ";").split()
    ),
    "decimal commas and tabs": PREDS.replace(",", "\t").replace(".", ","),
    "sep line": "sep=;\r\n" + PREDS.replace(",", ";").replace("\n", "\r\n"),
    "quoted sep line": '"sep=\t"\n' + PREDS.replace(",", "\t"),
    "comments": "# model 7, 2024\n\n#\n" + PREDS,
    "comments and blank lines": "# model 7\n\n" + PREDS.replace(",", "\t"),
    "a commented header": "# seed 1\n# " + PREDS,
    "a commented header, blanks": "#" + PREDS.replace(",", " "),
    "matlab comments": "% " + PREDS,
    "row names": "".join(
        line + "\n" if at == 0 else f'"{at}",{line}\n' for at, line in enumerate(PREDS.split())
    ),
    "row names, blanks": "".join(
        (f'"{at}" ' if at else "") + line.replace(",", " ") + "\n"
        for at, line in enumerate(PREDS.split())
    ),
    "row names of texts": "".join(
        (f"r{at}\t" if at else "") + line.replace(",", "\t") + "\n"
        for at, line in enumerate(PREDS.split())
    ),
    "commas at the end of rows": PREDS.replace("\n", ",\n")
    .replace(",", "", 3)
    .replace("p_catp_dogp_ox", "p_cat,p_dog,p_ox"),
    "commas at all ends": PREDS.replace("\n", ",\n"),
    "a comma at the end of the header": PREDS.replace("\n", ",\n", 1),
    "columns of blanks": PREDS.replace(",", "   "),
    "blanks before and behind": "  " + PREDS[:-1].replace(",", " ").replace("\n", "  \n ") + " \n",
    "tabs and blanks": PREDS.replace(",", "\t  "),
    "arff": "% by Weka\n@relation p\n\n"
    + "".join(f"@attribute {name} numeric\n" for name in ("p_cat", "'p_dog'", '"p_ox"'))
    + "@DATA\n"
    + PREDS.split("\n", 1)[1],
    "plain": PREDS,
    "no end": PREDS.rstrip("\n"),
    "blank lines behind": PREDS + "\n\r\n\n",
    "blank lines before": "\n\n" + PREDS,
    "crlf": PREDS.replace("\n", "\r\n"),
    "cr": PREDS.replace("\n", "\r"),
    "mark": "\ufeff" + PREDS,
    "mark and crlf": "\ufeff" + PREDS.replace("\n", "\r\n"),
    "semicolon": PREDS.replace(",", ";"),
    "pipe": PREDS.replace(",", "|"),
    "tab": PREDS.replace(",", "\t"),
    "quoted": "\n".join('"' + line.replace(",", '","') + '"' for line in PREDS.split()),
    "spaces": PREDS.replace(",", ", "),
    "exponents": PREDS.replace("0.05", "5e-2").replace("0.1", "1E-01").replace("0.7", "+.7"),
}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("size", [9, 1 << 20])
def test_the_same_numbers_however_they_are_written(
    name: str, size: int, tmp_path: Path, labels: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    preds = write(tmp_path / "preds.csv", VARIANTS[name])
    assert cross_entropy(preds, labels) == EXPECTED


def test_tsv_by_suffix(tmp_path: Path, labels: str) -> None:
    assert cross_entropy(write(tmp_path / "p.tsv", PREDS.replace(",", "\t")), labels) == EXPECTED


def test_a_delimiter_may_be_said(tmp_path: Path) -> None:
    file = write(tmp_path / "p.csv", "p_a;x,y;p_b\n0.5;1;0.5\n")
    assert open_source(file, "preds", delimiter=";").names() == ["p_a", "x,y", "p_b"]


def test_without_header_labels_are_positions(tmp_path: Path) -> None:
    preds = write(tmp_path / "p.csv", "\n".join(",".join(map(str, row)) for row in P))
    labels = write(tmp_path / "l.csv", "\n".join(map(str, Y)))
    report = evaluate(preds, labels)
    assert report.cross_entropy == EXPECTED
    assert [row.name for row in report.classes] == ["0", "1", "2"]


def test_numpy_savetxt(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "p.txt", P)
    np.savetxt(tmp_path / "l.txt", Y)
    assert cross_entropy(tmp_path / "p.txt", tmp_path / "l.txt") == EXPECTED


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("name", ["label", 0])
@pytest.mark.parametrize("names", [list(NAMES), [0, 1, 2]])
def test_pandas_to_csv(
    index: bool, names: list[str | int], name: str | int, tmp_path: Path
) -> None:
    if name == 0 and not index:
        pytest.skip("A column of integers under the header 0 is one row more of integers.")
    pd.DataFrame(P, columns=names).to_csv(tmp_path / "p.csv", index=index)
    pd.Series(Y, name=name).to_csv(tmp_path / "l.csv", index=index)
    report = evaluate(tmp_path / "p.csv", tmp_path / "l.csv")
    assert report.cross_entropy == EXPECTED
    assert ("ids" in {note.code for note in report.notes}) == index  # Compared, row by row.


def test_a_first_block_of_zeros_and_ones_does_not_become_integers(tmp_path: Path) -> None:
    rows = 30_000
    body = "1,0\n" * rows + "0.25,0.75\n"
    preds = write(tmp_path / "p.csv", "p_a,p_b\n" + body)
    labels = write(tmp_path / "l.csv", "label\n" + "0\n" * rows + "1\n")
    assert cross_entropy(preds, labels) == pytest.approx(-math.log(0.75) / (rows + 1), rel=1e-14)


def test_labels_that_turn_to_text_behind_the_first_megabyte(tmp_path: Path) -> None:
    rows = 2_500_000  # More than a chunk of numbers; then a chunk that is text.
    preds = write(tmp_path / "p.csv", "p_1,p_b\n" + "0.25,0.75\n" * rows + "0.5,0.5\n")
    labels = write(tmp_path / "l.csv", "label\n" + "1\n" * rows + "b\n")
    report = evaluate(preds, labels)
    assert [row.n for row in report.classes] == [rows, 1]
    wrong = write(tmp_path / "w.csv", "label\n" + "1\n" * rows + "c\n")
    with pytest.raises(LabelError, match=f"row {rows + 1} .line {rows + 2}., column label: 'c'"):
        evaluate(preds, wrong)


def test_integer_labels_are_names_in_numeric_and_in_text_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", 8)
    preds = write(tmp_path / "p.csv", "p_7,p_8\n0.25,0.75\n0.5,0.5\n0.1,0.9\n0.2,0.8\n")
    labels = write(tmp_path / "l.csv", "label\n8\n7\n7\n8\n")
    expected = cross_entropy(preds, labels)
    quoted = write(tmp_path / "q.csv", 'label\n8\n7\n" 7"\n8.0\n')
    assert cross_entropy(preds, quoted) == expected


@pytest.mark.parametrize("size", [4, 16, 1 << 20])
def test_quoted_line_breaks(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    text = 'text,p_a,p_b,label\n"one\ntwo",0.25,0.75,b\n"a ""b"", c",0.5,0.5,a\n"\n",0.9,0.1,a\n'
    file = write(tmp_path / "p.csv", text)
    assert cross_entropy(file) == pytest.approx(-(math.log(0.75 * 0.5 * 0.9)) / 3, rel=1e-15)
    assert read_column(file, "text") == ["one\ntwo", 'a "b", c', "\n"]


@pytest.mark.parametrize("size", [3, 10, 1 << 20])
def test_a_line_break_in_the_header(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    file = write(tmp_path / "p.csv", '"p\na",p_b,label\n0.25,0.75,1\n0.5,0.5,0\n')
    assert evaluate(file).n == 2


def test_a_stray_quote_inside_a_field_is_a_character(tmp_path: Path) -> None:
    file = write(tmp_path / "p.csv", 'p_a,p_b,label,size\n0.25,0.75,b,5" pipe\n0.5,0.5,a,"x\ny"\n')
    assert read_column(file, "size") == ['5" pipe', "x\ny"]


def test_a_quote_that_never_closes_swallows_no_rows(tmp_path: Path) -> None:
    file = write(tmp_path / "p.csv", 'p_a,p_b,label,note\n0.2,0.8,b,"x\n0.5,0.5,a,y\n0.9,0.1,a,z\n')
    with pytest.raises(ParseError, match="line 2: a quote is opened but never closed"):
        evaluate(file)
    file = write(tmp_path / "p.csv", 'p_a,p_b,label\n"0.2,0.8,b\n' + "0.5,0.5,a\n" * 200_000)
    with pytest.raises(ParseError, match="the first row behind the header has no end"):
        evaluate(file)


def test_nothing_is_lost_where_a_chunk_holds_only_the_header(
    tmp_path: Path, labels: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", len("p_cat,p_dog,p_ox\n"))
    source = open_source(write(tmp_path / "p.csv", PREDS), "preds")
    assert sum(len(block) for block in read_all(source, {"p_cat": "number"})) == 4
    assert cross_entropy(tmp_path / "p.csv", labels) == EXPECTED


def damaged(row: int, text: str) -> str:
    lines = PREDS.splitlines()
    lines[row] = text
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (
            damaged(3, "0.6,0.1"),
            ParseError,
            r"row 3 \(line 4\): 2 fields, but the first line has 3",
        ),
        (damaged(3, "0.6,0.1,0.2,0.1"), ParseError, r"row 3 \(line 4\): 4 fields"),
        (
            damaged(3, "0.6,abc,0.3"),
            ParseError,
            r"row 3 \(line 4\), column p_dog: 'abc' is not a number",
        ),
        (
            damaged(3, '0.6,"0,1",0.3'),
            ParseError,
            r"column p_dog: '0,1' .*decimal points instead of commas",
        ),
        (damaged(3, '0.6,"1,234",0.3'), ParseError, r"column p_dog: '1,234' is not a number"),
        (damaged(3, "0.6,,0.3"), MissingValueError, r"row 3 \(line 4\), column p_dog: .* missing"),
        (
            damaged(3, "0.6,NaN,0.3"),
            MissingValueError,
            r"row 3 \(line 4\), column p_dog: .* missing",
        ),
        (damaged(3, "0.6,NULL,0.3"), MissingValueError, r"row 3 \(line 4\), column p_dog"),
        (damaged(3, "0.6,inf,0.3"), MissingValueError, r"row 3 \(line 4\), column p_dog: .* inf"),
        (damaged(3, ""), MissingValueError, r"row 3 \(line 4\), column p_cat"),
        ("\n" + damaged(3, "0.6,x,0.3"), ParseError, r"row 3 \(line 5\), column p_dog"),
        (damaged(3, "0.6,0x1,0.3"), ParseError, r"column p_dog: '0x1' is not a number"),
        (damaged(3, "0.6,١,0.3"), ParseError, r"column p_dog: '١' is not a number"),
    ],
)
def test_what_is_wrong_is_said_with_row_line_and_column(
    text: str, error: type[Exception], words: str, tmp_path: Path, labels: str
) -> None:
    with pytest.raises(error, match=words):
        evaluate(write(tmp_path / "preds.csv", text), labels)


def test_one_damaged_value_does_not_turn_two_classes_into_one(tmp_path: Path) -> None:
    preds = write(tmp_path / "p.csv", "p_a,p_b\n0.2,0.8\n0.6,abc\n0.9,0.1\n")
    labels = write(tmp_path / "l.csv", "label\n1\n0\n0\n")
    with pytest.raises(ParseError, match=r"row 2 \(line 3\), column p_b: 'abc'"):
        evaluate(preds, labels)


@pytest.mark.parametrize("where", ["preds", "labels"])
def test_bytes_that_are_not_utf8(where: str, tmp_path: Path) -> None:
    texts = {"preds": PREDS.encode(), "labels": LABELS.encode()}
    texts[where] = texts[where].replace(b"0.1\n", b"0.1\x81\n", 1).replace(b"cat\n", b"c\x81t\n")
    files = [write(tmp_path / f"{name}.csv", text) for name, text in texts.items()]
    with pytest.raises(EncodingError, match=rf"{where}\.csv.*UTF-8"):
        evaluate(*files)


def test_the_wrong_delimiter(tmp_path: Path, labels: str) -> None:
    with pytest.raises(ColumnError, match="no numeric column"):
        evaluate(write(tmp_path / "p.csv", PREDS), labels, delimiter=";")


def test_a_missing_line_is_found_by_the_counts(tmp_path: Path, labels: str) -> None:
    with pytest.raises(RowCountError, match=r"has 3 rows and .* has 4"):
        evaluate(write(tmp_path / "p.csv", "\n".join(PREDS.split()[:-1])), labels)


def test_labels_named_like_missing_values_are_labels(tmp_path: Path) -> None:
    preds = write(tmp_path / "p.csv", "p_None,p_some\n0.25,0.75\n0.5,0.5\n")
    labels = write(tmp_path / "l.csv", "label\nsome\nNone\n")
    assert evaluate(preds, labels).classes[0].n == 1


@pytest.mark.parametrize(("tail", "n_spans"), [("", 3), ("\n" * 9, 3), ("\n" * 70_000, 0)])
def test_a_large_file_is_cut_unless_it_ends_in_blank_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tail: str, n_spans: int
) -> None:
    """Without rows at its end there is nothing to cut, and who reads it says what is wrong."""
    path = tmp_path / "p.csv"
    path.write_text("p,label\n" + "0.7,1\n0.2,0\n" * 50 + tail)
    monkeypatch.setattr("xent_cli.io.formats.csv.source._WORTH_IT", 0)
    monkeypatch.setattr(records, "CHUNK_BYTES", 250)
    spans = open_source(str(path), "preds").spans({"p": "number", "label": "label"})
    assert len(spans) == n_spans
    assert sum(len(block) for span in spans for block in span.blocks()) == (100 if n_spans else 0)
