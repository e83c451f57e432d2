"""Texts as spreadsheets, R, NumPy, libsvm and fastText write them, beside figures by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.io.making import write
from xent_cli import evaluate
from xent_cli.errors import DuplicateColumnError, InputError, MissingValueError, ParseError
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source
from xent_cli.metrics.report.report import Report


def mean(*chances: float) -> float:
    return -math.fsum(map(math.log, chances)) / len(chances)


def run(tmp_path: Path, text: str, labels: str | None = None, **rest: object) -> Report:
    preds = write(tmp_path / "p.csv", text)
    return evaluate(preds, labels and write(tmp_path / "y.csv", labels), **rest)


COMMAS = "label;a;b\na;0,75;0,25\nb;0,5;0,5\nb;0,125;0,875\n"


def test_decimal_commas_are_said(tmp_path: Path) -> None:
    report = run(tmp_path, COMMAS)
    assert report.cross_entropy == mean(0.75, 0.5, 0.875)
    assert "decimal-comma" in {notice.code for notice in report.notes}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b;c;y\n0.2;0,5;0,3;a\n0.7;0,2;0,1;b\n", "b has decimal commas .*a has decimal points"),
        ("a;b;y\n0.2;0,8;a\n0,7;0.3;b\n", "has decimal commas .* decimal points"),
        ('a,b,y\n0.2,"0,8",a\n0.7,"0,3",b\n', "b has decimal commas .*a has decimal points"),
        ("x;y\n1.234,5;a\n2.345,5;b\n", "x: '1.234,5' has thousands separators"),
        ('x,y\n"1,234.5",a\n"-2,345.25",b\n', "x: '1,234.5' has thousands separators"),
        ("x;z;y\n1,234;2;a\n5,678;1;b\n", "'1,234' may have a decimal comma or a comma between"),
        ("label,p\na,[0.7, 0.2, 0.1]\n", "line 2: a list in brackets is cut at ','"),
        ("[0.7, 0.3]\n0.2, 0.8]\n", "a list in brackets is cut"),
    ],
)
def test_numbers_that_may_mean_another(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=words):
        open_source(write(tmp_path / "p.csv", text), "preds")


@pytest.mark.parametrize("size", [30, 1 << 20])
def test_a_point_behind_the_first_commas(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    with pytest.raises(ParseError, match=r"row 1501 .* '0\.5' has a decimal point"):
        run(tmp_path, COMMAS + COMMAS.split("\n", 1)[1] * 499 + "a;0.5;0,5\n")


def test_amounts_in_text_stay_texts(tmp_path: Path) -> None:
    report = run(tmp_path, 'label,a,b,amount\na,0.75,0.25,"1,234"\nb,0.5,0.5,"5,678"\n')
    assert report.cross_entropy == mean(0.75, 0.5)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\n0,75;0,25\n0,5;0,5\n",
        "0,75;0,25\n0,5;0,5\n",
        "0,75\t0,25\n0,5\t0,5\n",
        "75%,25%\n50%,50%\n",
        "75,0 %;25,0 %\n50,0 %;50,0 %\n",
        "0,75 0,25\n0,5 0,5\n",
    ],
)
def test_such_numbers_without_a_header(text: str, tmp_path: Path) -> None:
    assert run(tmp_path, text, "0\n1\n").cross_entropy == mean(0.75, 0.5)


PERCENT = "label,a,b\na,75.0%,25.0%\nb,50.0%,50.0%\nb,12.5%,87.5%\n"


def test_percent_signs(tmp_path: Path) -> None:
    report = run(tmp_path, PERCENT)
    assert report.cross_entropy == mean(0.75, 0.5, 0.875)
    assert "percent" in {notice.code for notice in report.notes}
    source = open_source(str(tmp_path / "p.csv"), "preds")
    column = source.column("a")
    assert column is not None
    assert (column.kind, column.decimals, column.fine_decimals) == ("float", 3, 3)
    (block,) = source.blocks({"a": "number"})
    assert block.numbers(["a"]).tolist() == source.sample(9).numbers(["a"]).tolist()
    assert block.numbers(["a"])[0].tolist() == [75.0 / 100, 50.0 / 100, 12.5 / 100]


def test_percents_with_decimal_commas_and_blanks(tmp_path: Path) -> None:
    text = PERCENT.replace(",", ";").replace(".", ",").replace("%", " %")
    assert run(tmp_path, text).cross_entropy == mean(0.75, 0.5, 0.875)


def test_a_number_without_its_percent_sign(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"row 3 \(line 4\), column b: '0.875' has no percent"):
        run(tmp_path, PERCENT.replace("87.5%", "0.875"))


@pytest.mark.parametrize("mark", [".", "-", "?", "NA", "NaN", "NULL", "#N/A", "None", "<NA>", ""])
def test_missing_values_among_numbers(mark: str, tmp_path: Path) -> None:
    text = f"label,a,b\na,0.75,0.25\nb,{mark},0.5\nb,0.5,0.5\n"
    with pytest.raises(MissingValueError, match=r"row 2 \(line 3\), column a"):
        run(tmp_path, text)
    report = run(tmp_path, text, invalid="drop")
    assert (report.n, report.tally.n_invalid) == (2, 1)
    assert report.cross_entropy == mean(0.75, 0.5)


def test_marks_that_are_labels(tmp_path: Path) -> None:
    report = run(tmp_path, "label,-,+\n-,0.75,0.25\n+,0.5,0.5\n")
    assert report.cross_entropy == mean(0.75, 0.5)
    report = run(tmp_path, "label,.,NN\n.,0.75,0.25\nNN,0.5,0.5\n")
    assert report.cross_entropy == mean(0.75, 0.5)


TWICE = "Tweet,Tweet,a,b\nx,x,0.75,0.25\ny,z,0.5,0.5\n"


def test_a_text_column_that_stands_twice(tmp_path: Path) -> None:
    assert run(tmp_path, TWICE, "y\na\nb\n").cross_entropy == mean(0.75, 0.5)
    assert run(tmp_path, TWICE, "Tweet,y\nx,a\ny,b\n").cross_entropy == mean(0.75, 0.5)


@pytest.mark.parametrize("use", [{"by": "Tweet"}, {"cluster": "Tweet.1"}])
def test_none_of_them_can_be_used(use: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(DuplicateColumnError, match="several columns with the name 'Tweet"):
        run(tmp_path, TWICE, "y\na\nb\n", **use)


@pytest.mark.parametrize("names", ["a,a,b", "a,b,b"])
def test_numbers_that_stand_twice(names: str, tmp_path: Path) -> None:
    with pytest.raises(DuplicateColumnError, match="2 columns with the name"):
        open_source(write(tmp_path / "p.csv", f"{names}\n0.5,0.25,0.25\n"), "preds")


def test_columns_without_names(tmp_path: Path) -> None:
    text = ",,label,a,b\nu,0,a,0.75,0.25\nu,1,b,0.5,0.5\n"
    assert run(tmp_path, text).cross_entropy == mean(0.75, 0.5)
    assert open_source(str(tmp_path / "p.csv"), "preds").names()[:2] == ["", "Unnamed: 1"]
    with pytest.raises(ParseError, match="2 columns have no name, and column 2 holds fractions"):
        run(tmp_path, "y,,\na,0.75,0.25\nb,0.5,0.5\n")


def test_libsvm(tmp_path: Path) -> None:
    text = "labels 1 -1\n1 0.75 0.25\n-1 0.5 0.5\n1 0.875 0.125\n"
    report = run(tmp_path, text, "y\n1\n-1\n1\n")
    assert report.cross_entropy == pytest.approx(mean(0.75, 0.5, 0.875), rel=1e-15)


@pytest.mark.parametrize("text", ["[0.75, 0.25]\n[0.5, 0.5]\n", "[0.75 0.25]\n[0.5  0.5 ]\n"])
@pytest.mark.parametrize("name", ["p.csv", "p.txt", "p.csv.out", "p"])
def test_bracketed_lines(text: str, name: str, tmp_path: Path) -> None:
    source = open_source(write(tmp_path / name, text), "preds")
    assert (source.names(), source.named) == (["0", "1"], False)
    (block,) = source.blocks({"0": "number", "1": "number"})
    assert block.numbers(["0", "1"]).tolist() == [[0.75, 0.5], [0.25, 0.5]]


@pytest.mark.parametrize(
    "cells",
    [
        ("[0.75, 0.25]", "[0.5, 0.5]"),
        ("[0.75 0.25]", "[0.5  0.5 ]"),
        ("(0.75, 0.25)", "(0.5, 0.5)"),
        ("0.75 0.25", "0.5 0.5"),
        ("array([0.75, 0.25])", "array([0.5 , 0.5 ])"),
        ("tensor([7.5e-1, 0.25])", "tensor([0.5000, 0.5])"),
        ("[0.75\n 0.25]", "[0.5\n 0.5]"),
        ("0.75;0.25", "0.5;0.5"),
    ],
)
@pytest.mark.parametrize("size", [40, 1 << 20])
def test_lists_in_cells(
    cells: tuple[str, str], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    text = f'id,label,probs\n7,0,"{cells[0]}"\n9,1,"{cells[1]}"\n'
    assert run(tmp_path, text).cross_entropy == mean(0.75, 0.5)
    source = open_source(str(tmp_path / "p.csv"), "preds")
    column = source.column("probs")
    assert column is not None
    assert (column.kind, column.width) == ("list", 2)
    assert source.sample(9).numbers(["probs"]).tolist() == [[0.75, 0.5], [0.25, 0.5]]


@pytest.mark.parametrize(
    ("cell", "words"),
    [("[0.5, x]", r"row 1501 .*'.0.5, x.' is not a list of numbers"), ("[0.5, 0.25, 0.25]", "")],
)
def test_lists_that_are_none(cell: str, words: str, tmp_path: Path) -> None:
    rows = '1,"[0.5, 0.5]"\n' * 1499
    with pytest.raises(InputError, match=words or r"a list of \d values, but other rows have \d"):
        run(tmp_path, f'y,probs\n0,"[0.75, 0.25]"\n{rows}1,"{cell}"\n')


PAIRS = "__label__a 0.75 __label__b 0.25\n__label__b 0.5 __label__a 0.5\n"


@pytest.mark.parametrize("labels", ["__label__a\n__label__b\n", "y\n__label__a\n__label__b\n"])
def test_pairs_of_fasttext(labels: str, tmp_path: Path) -> None:
    assert run(tmp_path, PAIRS, labels).cross_entropy == mean(0.75, 0.5)


@pytest.mark.parametrize(
    "line",
    ["__label__a 0.5", "__label__a 0.5 __label__a 0.5", "__label__a 0.5 __label__c 0.5", "x 1 y 2"],
)
def test_a_line_without_every_label(line: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"row 4001 \(line 4001\): the line does not hold one"):
        run(tmp_path, PAIRS * 2000 + line + "\n", "__label__a\n" * 4001)


WEKA = """inst#,actual,predicted,error,distribution,age
1,1:cat,1:cat,,*0.75,0.25,0,7
2,2:dog,1:cat,+,*0.5,0.5,0,8
"""
PLAIN = """ inst#     actual  predicted error distribution
     1      1:cat      1:cat       *0.75,0.25,0
     2      2:dog      1:cat   +   *0.5,0.5,0
"""


@pytest.mark.parametrize("text", [WEKA, PLAIN])
@pytest.mark.parametrize("title", ["", "=== Predictions on test data ===\n\n"])
def test_the_distribution_of_weka(text: str, title: str, tmp_path: Path) -> None:
    report = run(tmp_path, title + text)
    assert report.cross_entropy == mean(0.75, 0.5)
    assert [row.name for row in report.classes] == ["1:cat", "2:dog", "3:?"]


def test_rows_of_weka_that_differ(tmp_path: Path) -> None:
    rows = "1,1:cat,1:cat,,*0.75,0.25,0,7\n2,2:dog,1:cat,+,*0.5,0.5,0,8\n" * 900
    late = "9,3:owl,1:cat,+,*0.5,0.25,0.25,8\n"
    assert run(tmp_path, WEKA + rows + late).cross_entropy == pytest.approx(
        mean(*[0.75, 0.5] * 901, 0.25), rel=1e-12
    )
    with pytest.raises(ParseError, match=r"row 1803 \(line 1804\): 7 fields"):
        run(tmp_path, WEKA + rows + "9,1:cat,1:cat,,*0.5,0.5,8\n")


NAMESPACED = "1 1.0 t1|f a:0.5 b\n0 |f b\n1 |f a:1 |g c\n"
SPARSE = "1 1:0.5 7:1\n0 2:0.25\n1\n"
TAGGED = '__label__b How are you?\n__label__a It\'s "fine", thanks\n__label__b\n'


@pytest.mark.parametrize(
    ("preds", "labels"),
    [
        ("0.75\n0.5\n0.875\n", SPARSE),
        ("0.75\n0.5\n0.875\n", NAMESPACED),
        ("1:0.75 0:0.25\n0:0.5 1:0.5\n1:0.875 0:0.125\n", SPARSE),
        ("b,a\n0.75,0.25\n0.5,0.5\n0.875,0.125\n", TAGGED),
        ('"a" "b"\n"1" 0.25 0.75\n"2" 0.5 0.5\n"3" 0.125 0.875\n', TAGGED),
        ("b,a\n0.75,0.25\n0.5,0.5\n0.875,0.125\n", '"x"\n"1" "b"\n"2" "a"\n"3" "b"\n'),
    ],
)
def test_labels_before_what_they_are_of(preds: str, labels: str, tmp_path: Path) -> None:
    assert run(tmp_path, preds, labels).cross_entropy == mean(0.75, 0.5, 0.875)


@pytest.mark.parametrize(
    "spelled",
    [
        *("[[{} {}]]", "[[{}, {}]]", "[np.float64({}), np.float64({})]", "[np.float32({}) {}]"),
        *("tensor([{}, {}], device='cuda:0')", "tensor([{}, {}], dtype=torch.float64)"),
        *("tensor([[{}, {}]], grad_fn=<SoftmaxBackward0>)", "array([{}, {}], dtype=float32)"),
    ],
)
def test_lists_as_libraries_print_them(spelled: str, tmp_path: Path) -> None:
    rows = "".join(f'{y},"{spelled.format(1 - p, p)}"\n' for y, p in ((0, 0.25), (1, 0.5)))
    assert run(tmp_path, f"label,pred\n{rows}").cross_entropy == mean(0.75, 0.5)


def test_a_first_row_that_counts_on_is_no_header(tmp_path: Path) -> None:
    preds, labels = "0,0.25\n1,0.5\n2,0.875\n", "0,1\n1,0\n2,1\n"
    assert run(tmp_path, preds, labels, id_col="0").cross_entropy == mean(0.25, 0.5, 0.875)


TABLE = "cat,dog,label\n0.75,0.25,cat\n0.5,0.5,dog\n"


@pytest.mark.parametrize(
    "text",
    [
        "Predictions of the new model\n\n" + TABLE,
        "Report\nOf March 2024\n\n\n" + TABLE,
        "y\tT (cat)\tT (dog)\ncat dog\tc\tc\nclass\tmeta\tmeta\ncat\t0.75\t0.25\ndog\t0.5\t0.5\n",
        "prob,prob,label\ncat,dog,\n0.75,0.25,cat\n0.5,0.5,dog\n",
        "prob,prob,label\n0,1,\n0.75,0.25,0\n0.5,0.5,1\n",
        "what,prob,prob,label\nclass,cat,dog,\n7,0.75,0.25,cat\n9,0.5,0.5,dog\n",
    ],
)
@pytest.mark.parametrize("bad", [False, True])
def test_titles_and_headers_of_several_lines(text: str, bad: bool, tmp_path: Path) -> None:
    if not bad:
        assert run(tmp_path, text).cross_entropy == mean(0.75, 0.5)
        return
    lines = text.count("\n")
    line = text.splitlines()[-1].replace("0.5", "oops", 1)
    with pytest.raises(ParseError, match=rf"row 3 \(line {lines + 1}\), .*'oops' is not"):
        run(tmp_path, f"{text}{line}\n")


def test_fasttext_in_lists(tmp_path: Path) -> None:
    rows = '{"label": ["__label__b", "__label__a"], "prob": [0.75, 0.25]}\n'
    rows += '{"label": ["__label__b", "__label__a"], "prob": [0.5, 0.5]}\n'
    preds = write(tmp_path / "p.jsonl", rows)
    labels = write(tmp_path / "y.txt", "__label__b So?\n__label__a Yes\n")
    assert evaluate(preds, labels).cross_entropy == mean(0.75, 0.5)


def test_what_reading_says_is_what_the_sample_says(tmp_path: Path) -> None:
    text = 'n,t,q,l,m\n0,NA,12%,"[1, 2]",.\n1,x,.,"[3, 4]",0.5\n'
    source = open_source(write(tmp_path / "p.csv", text), "preds")
    first = source.sample(9)
    (block,) = source.blocks(
        {"n": "label", "t": "label", "q": "label", "l": "number", "m": "label"}
    )
    for name in ("n", "q", "m", "l"):
        assert repr(first.numbers([name])) == repr(block.numbers([name]))
    assert first.label("t").distinct() == block.label("t").distinct() == ["NA", "x"]


def test_hash_marks_that_are_labels(tmp_path: Path) -> None:
    labels = "#\n$\n#\n"
    report = run(tmp_path, "#,$\n0.75,0.25\n0.5,0.5\n0.875,0.125\n", labels)
    assert report.cross_entropy == pytest.approx(mean(0.75, 0.5, 0.875), rel=1e-15)


@pytest.mark.parametrize("mark", ["NA", "NULL", "None", "#N/A", "nan", ""])
def test_missing_labels_among_texts(mark: str, tmp_path: Path) -> None:
    text = f"a,b,label\n0.75,0.25,a\n0.5,0.5,{mark}\n0.125,0.875,b\n"
    with pytest.raises(MissingValueError, match=r"row 2 \(line 3\), column label"):
        run(tmp_path, text)
    assert run(tmp_path, text, invalid="drop").cross_entropy == mean(0.75, 0.875)
    assert run(tmp_path, text, ignore_label=mark or "x", invalid="drop").n == 2


def test_a_class_that_is_called_none(tmp_path: Path) -> None:
    report = run(tmp_path, "p_None,p_Mild,label\n0.75,0.25,None\n0.5,0.5,Mild\n")
    assert report.cross_entropy == mean(0.75, 0.5)


@pytest.mark.parametrize("text", ["a,b,c\n1,2\n3,4\n", "__label__a 0.7\n__label__b 0.8\n"])
def test_no_row_is_whole(text: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="row 1 "):
        run(tmp_path, text, "y\n0\n1\n")
