from __future__ import annotations

import pytest

from xent_cli.errors import (
    DuplicateColumnError,
    EmptyInputError,
    EncodingError,
    ParseError,
)
from xent_cli.io.formats.csv.dialect import Dialect, detect_dialect
from xent_cli.io.formats.csv.numerals import decimals_of, is_number
from xent_cli.schema.column import Column


def judge(text: str, **rest: object) -> Dialect:
    return detect_dialect(text.encode(), "f.csv", whole=True, **rest)


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", " "])
def test_delimiters_are_found(mark: str) -> None:
    assert judge(f"0.25{mark}0.75\n0.5{mark}0.5\n").delimiter == mark


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_delimiters_are_found_under_a_header(mark: str) -> None:
    found = judge(f"p cat{mark}p dog\n0.25{mark}0.75\n")
    assert (found.delimiter, found.names) == (mark, ("p cat", "p dog"))


@pytest.mark.parametrize("mark", ["\t", ";"])
@pytest.mark.parametrize("labels", [("class 1", "class 2"), ("1.5 km", "2.5 km"), ("1 2", "3 4")])
def test_blanks_stand_within_labels(mark: str, labels: tuple[str, str]) -> None:
    rows = [("id", "label", "p a"), ("1", labels[0], "0.7"), ("2", labels[1], "0.4")]
    assert judge("".join(f"{mark.join(row)}\n" for row in rows)).delimiter == mark


def test_numbers_with_blanks_between_are_fields() -> None:
    assert judge("p_a p_b\ty\n0.7 0.3\t0\n0.4 0.6\t1\n").delimiter == " "


def test_a_delimiter_inside_quotes_is_none() -> None:
    assert judge('a;b\n"x, y";1\n"z, w";2\n').delimiter == ";"
    assert judge("label\nNew York\nOslo City\n").names == ("label",)


@pytest.mark.parametrize(
    ("text", "names", "named"),
    [
        ("p_cat,p_dog\n0.2,0.8\n", ("p_cat", "p_dog"), True),
        ("0.2,0.8\n0.4,0.6\n", ("0", "1"), False),
        ("0,1\n0.2,0.8\n", ("0", "1"), True),
        ("0,1,2\n0.2,0.3,0.5\n", ("0", "1", "2"), True),
        ("0,1\n1,0\n0,1\n", ("0", "1"), False),
        ("1,0\n0.2,0.8\n", ("0", "1"), False),
        (",0,1\n0,0.2,0.8\n", ("", "0", "1"), True),
        ("0\n0.2\n0.9\n", ("0",), True),
        ("0\n1\n0\n", ("0",), False),
        ("label\ncat\ndog\n", ("label",), True),
        ("cat\ndog\ncat\n", ("0",), False),
        ("p,y\n0.2,cat\np,y\n0.9,dog\n", ("p", "y"), True),  # Two files, joined.
        ("cat,a\ndog,b\ncat,a\n", ("0", "1"), False),
        ("NA,NA\n0.5,0.5\nNA,NA\n", ("0", "1"), False),
        ("0.9,0.1,cat\n0.2,0.8,dog\n", ("0", "1", "2"), False),
        ("1,cat\n2,dog\n3,cat\n", ("0", "1"), False),
        ("a, b \n1,2\n", ("a", "b"), True),
        ("nan,0.5\n0.5,0.5\n", ("0", "1"), False),
        ("1,2,3\n0.7,0.2,0.1\n", ("1", "2", "3"), True),
        ("2,0,1\n0.7,0.2,0.1\n", ("2", "0", "1"), True),
        ("10,2,0\n0.7,0.2,0.1\n", ("10", "2", "0"), True),
        ("2019,2020,2021\n0.7,0.2,0.1\n", ("2019", "2020", "2021"), True),
        ("-1,0,1\n0.7,0.2,0.1\n", ("-1", "0", "1"), True),
        ("01,02,10\n0.7,0.2,0.1\n", ("01", "02", "10"), True),
        ("0.0,1.0,2.0\n0.7,0.2,0.1\n", ("0.0", "1.0", "2.0"), True),
        ("1,2\n0.7,0.3\n1.0,0.0\n", ("1", "2"), True),
        ("-1,1\n0.7,0.3\n", ("-1", "1"), True),
        ("1\n0.9\n0.2\n0.7\n", ("1",), True),
        (",1,2,3\n0,0.7,0.2,0.1\n1,0.1,0.2,0.7\n", ("", "1", "2", "3"), True),
        (",1,0\n0,0.7,0.3\n", ("", "1", "0"), True),
        ("id,1.0,2.0\na,0.7,0.3\n", ("id", "1.0", "2.0"), True),
        ("1,2,3\n0.7,0.3,0.0\n0.4,0.6,0.0\n", ("1", "2", "3"), True),  # One never predicted.
        ("0.0,1.0\n0.2,0.8\n", ("0", "1"), False),  # As a certain prediction is written.
        ("1.0,0.0\n0.2,0.8\n", ("0", "1"), False),
        ("1.0,0.0,cat\n0.2,0.8,dog\n", ("0", "1", "2"), False),
        ("1.0\n0.9\n0.2\n", ("0",), False),
        ("1\n0.9\n1\n", ("0",), False),
        ("1,0,0\n0.7,0.2,0.1\n", ("0", "1", "2"), False),
        ("17,1,0\n18,0,0.3\n", ("0", "1", "2"), False),  # An id, a label and a prediction.
        ("1,2,3\n3,1,2\n", ("0", "1", "2"), False),
        ("1,2,3\n0.7,0.2,0.1\n1,2,3\n", ("0", "1", "2"), False),
        ("3.0,-1.0,2.0\n0.5,0.2,-0.1\n", ("0", "1", "2"), False),  # Logits; classes are sorted.
    ],
)
def test_headers(text: str, names: tuple[str, ...], named: bool) -> None:
    found = judge(text)
    assert (found.names, found.named, found.header_lines) == (names, named, int(named))


def test_a_header_may_be_said() -> None:
    assert judge("0.2,0.8\n0.4,0.6\n", header="yes").names == ("0.2", "0.8")
    assert not judge("p,q\n0.4,0.6\n", header="no").named


def test_blank_lines_above_the_header_count_as_lines() -> None:
    assert judge("\n\r\np,q\n0.4,0.6\n").header_lines == 3
    assert judge("\n0.4,0.6\n0.2,0.8\n").header_lines == 0  # There they are missing rows.


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("rows", [(0, 1), (4000, 4001), (3, 1), (0, 0)])
def test_pandas_index_is_kept_under_no_name(name: str, rows: tuple[int, int]) -> None:
    found = judge(f"{name},p\n{rows[0]},0.2\n{rows[1]},0.8\n")
    assert found.names == ("", "p")
    assert found.columns[0] == Column("", "integer", integral=True)


def test_an_index_of_pandas_over_another() -> None:
    found = judge(",Unnamed: 0,p\n0,0,0.2\n1,1,0.8\n")
    assert found.names == ("", "Unnamed: 0", "p")
    assert judge("Unnamed: 0,,p\n0,0,0.2\n1,1,0.8\n").names == ("Unnamed: 0", "", "p")


def test_an_unnamed_column_that_does_not_count_is_like_any_other() -> None:
    assert judge(",p\na,0.2\nb,0.8\n").columns[0].kind == "text"
    assert judge("Unnamed: 0,p\n0.5,0.2\n1,0.8\n").columns[0].name == "Unnamed: 0"
    assert judge("Unnamed: 0\n0\n1\n").names == ("Unnamed: 0",)


@pytest.mark.parametrize(
    ("fields", "kind", "integral"),
    [
        (["0", "1", "1"], "integer", False),
        (["0", "1", "2"], "integer", True),
        (["0.0", "1.0"], "float", False),
        (["3.0", "1.0"], "float", True),
        (["0", "0.5"], "float", False),
        (["cat", "dog"], "text", False),
        (["", "NaN"], "float", False),
        (["0.5", "", "0.25"], "float", False),
        (["0.5", "abc", "0.25"], "float", False),
        (["0", "1", "abc"], "integer", False),
        (["a", "b", "1"], "text", False),
        (["1e-3", "0"], "float", False),
    ],
)
def test_kinds_of_columns(fields: list[str], kind: str, integral: bool) -> None:
    found = judge("h,k\n" + "".join(f"{field},x\n" for field in fields)).columns[0]
    assert (found.kind, found.integral) == (kind, integral)


def test_decimals_of_columns() -> None:
    found = judge("p,q\n0.1234,0.5\n1e-09,0.25\n").columns
    assert (found[0].decimals, found[0].fine_decimals) == (4, 9)
    assert (found[1].decimals, found[1].fine_decimals) == (2, 2)


@pytest.mark.parametrize(
    "text", ["1", "-1.5", "+.5", "5.", "1e-3", " 0.5\t", "inf", "-Infinity", "NaN"]
)
def test_numbers(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text", ["", "1,5", "1_0", "0x1", "1e", "--1", "١", "\xa01", "1.2.3", "e5", "."]
)
def test_no_numbers(text: str) -> None:
    assert not is_number(text)


def test_decimals() -> None:
    assert [decimals_of(t) for t in ("0.250", "1.2e-05", "1", ".5", "5e3", "x")] == [
        3,
        6,
        None,
        1,
        0,
        None,
    ]


@pytest.mark.parametrize(
    ("head", "error", "words"),
    [
        (b"", EmptyInputError, "is empty"),
        (b"\n\r\n", EmptyInputError, "is empty"),
        (b"\n" * 9999, EmptyInputError, "begins with more than 4,096 empty"),
        (b"p,q\n", EmptyInputError, "a header but no rows"),
        (b"p,p\n0.1,0.9\n", DuplicateColumnError, "2 columns with the name 'p'"),
        ("p,q\n0.1,0.9\n".encode("utf-16-le"), ParseError, "zero bytes"),
        (b"p\0,q\n0.1,0.9\n", ParseError, "zero bytes"),
        (b"p_\xe9,q\n0.1,0.9\n", EncodingError, "header is not UTF-8"),
        (b'{"p": 0.5}\n', ParseError, "begins like JSON"),
        (b'"' + b"x" * 200_000, ParseError, "first line cannot be read"),
    ],
)
def test_what_is_no_table(head: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        detect_dialect(head, "f.csv", whole=True)


def test_text_that_is_not_asked_for_may_be_in_any_encoding() -> None:
    found = detect_dialect(b"p,note\n0.1,caf\xe9\n", "f.csv", whole=True)
    assert [column.kind for column in found.columns] == ["float", "text"]


def test_only_whole_lines_of_a_long_file_are_judged() -> None:
    found = detect_dialect(b"p,q\n0.1,0.9\n0.2", "f.csv", whole=False)
    assert found.names == ("p", "q")
