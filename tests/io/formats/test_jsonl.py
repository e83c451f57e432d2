from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.io.making import EXPECTED, NAMES, P, Y, cross_entropy, json_lines, read_all, write
from xent_cli import evaluate
from xent_cli.errors import (
    BrokenFileError,
    ColumnError,
    EmptyInputError,
    EncodingError,
    MissingValueError,
    ParseError,
)
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source

ROWS = [dict(zip(NAMES, row, strict=True)) | {"label": y} for row, y in zip(P, Y, strict=True)]
LISTS = [{"probs": row, "label": y} for row, y in zip(P, Y, strict=True)]
TEXTS = [row | {"label": NAMES[y][2:]} for row, y in zip(ROWS, Y, strict=True)]


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize(
    "text",
    [
        json_lines(ROWS),
        json_lines(LISTS),
        json_lines(TEXTS),
        json_lines(ROWS).rstrip("\n"),
        json_lines(ROWS) + "\n\n",
        json_lines(ROWS).replace("\n", "\r\n"),
        "\ufeff" + json_lines(ROWS),
        json_lines([dict(reversed(row.items())) for row in TEXTS]),
    ],
)
def test_one_object_a_line(
    text: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    assert cross_entropy(write(tmp_path / "p.jsonl", text)) == EXPECTED


def test_without_a_telling_suffix(tmp_path: Path) -> None:
    assert open_source(write(tmp_path / "p", json_lines(ROWS)), "preds").format == "jsonl"


def test_columns(tmp_path: Path) -> None:
    rows = [{"id": 7, "flag": True, "t": "x", "p": [0.25, 1], "n": None, "o": {"a": 1}, "q": 0.125}]
    source = open_source(write(tmp_path / "p.jsonl", json_lines(rows)), "preds")
    kinds = {column.name: column.kind for column in source.columns}
    assert kinds == {
        "id": "integer",
        "flag": "boolean",
        "t": "text",
        "p": "list",
        "n": "float",
        "o.a": "float",
        "q": "float",
    }
    assert source.column("p").width == 2
    assert source.column("q").fine_decimals == 3


def with_row(row: object, at: int = 2) -> str:
    lines = json_lines(ROWS).splitlines()
    lines[at] = row if isinstance(row, str) else json.dumps(row)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (with_row("{"), ParseError, r"row 3 \(line 3\): not a JSON object"),
        (with_row("[1]"), ParseError, r"row 3 \(line 3\): list instead of an object"),
        (with_row(""), ParseError, r"row 3 \(line 3\): not a JSON object"),
        (
            with_row(ROWS[2] | {"p_dog": "abc"}),
            ParseError,
            r"line 3., column p_dog: \"abc\" is not a num",
        ),
        (
            with_row(ROWS[2] | {"p_dog": True}),
            ParseError,
            r"line 3., column p_dog: true is not a number",
        ),
        (
            with_row(ROWS[2] | {"p_dog": {}}),
            ParseError,
            r"line 3., column p_dog: {} is not a number",
        ),
        (
            with_row(ROWS[2] | {"p_dog": None}),
            MissingValueError,
            r"line 3., column p_dog: .*missing",
        ),
        (with_row(ROWS[2] | {"p_dog": float("nan")}), MissingValueError, r"line 3., column p_dog"),
        (with_row({"label": 1}), MissingValueError, r"line 3., column p_cat"),
        (with_row(json.dumps(ROWS[2]) * 2), ParseError, r"line 3.: not a JSON object .Extra data"),
        ("", EmptyInputError, "is empty"),
        ("\n\n", EmptyInputError, "is empty"),
        (json.dumps(ROWS, indent=1)[:-3], ParseError, "is not valid JSON"),
    ],
)
def test_damage_is_said_with_its_line(
    text: str, error: type[Exception], words: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        evaluate(write(tmp_path / "p.jsonl", text))


def test_damage_behind_the_first_thousand_lines(tmp_path: Path) -> None:
    text = json_lines(ROWS * 500)
    bad = text + json.dumps(ROWS[0] | {"p_cat": "x"}) + "\n"
    with pytest.raises(ParseError, match=r"row 2001 \(line 2001\), column p_cat: \"x\""):
        evaluate(write(tmp_path / "p.jsonl", bad))
    with pytest.raises(ParseError, match=r"row 2001 \(line 2001\): not a JSON object"):
        evaluate(write(tmp_path / "q.jsonl", text + '{"p_cat": 0.'))


def test_one_damaged_value_does_not_take_a_class_away(tmp_path: Path) -> None:
    rows = [{"p_a": 0.2, "p_b": 0.8, "y": 1}, {"p_a": 0.6, "p_b": "abc", "y": 0}]
    with pytest.raises(ParseError, match="column p_b"):
        evaluate(write(tmp_path / "p.jsonl", json_lines(rows)))


def test_not_utf8(tmp_path: Path) -> None:
    bad = json_lines(TEXTS).encode().replace(b'"dog"', b'"d\xe9g"')
    with pytest.raises(EncodingError, match=r"row 1 \(line 1\).*UTF-8"):
        evaluate(write(tmp_path / "p.jsonl", bad))


def test_lists_of_another_length(tmp_path: Path) -> None:
    rows = [*LISTS[:2], {"probs": [0.5, 0.5], "label": 0}]
    with pytest.raises(ColumnError, match=r"row 3 \(line 3\), column probs: a list of 2 values"):
        evaluate(write(tmp_path / "p.jsonl", json_lines(rows)))


def test_lists_of_another_length_in_a_later_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", 20)
    rows = [*LISTS, {"probs": [0.25, 0.25, 0.25, 0.25], "label": 0}]
    with pytest.raises(ColumnError, match="a list of 4 values, but other rows have 3"):
        evaluate(write(tmp_path / "p.jsonl", json_lines(rows)))


def test_a_label_column_is_read_for_each_use(tmp_path: Path) -> None:
    source = open_source(write(tmp_path / "p.jsonl", json_lines(ROWS)), "preds")
    number = read_all(source, {"label": "number"})[0].data.column("label")
    text = read_all(source, {"label": "text"})[0].texts("label")
    assert number.to_pylist() == [1.0, 0.0, 2.0, 2.0]
    assert text.to_pylist() == ["1", "0", "2", "2"]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises((BrokenFileError, ParseError, EncodingError)):
        evaluate(write(tmp_path / "p.jsonl", b"\x93NUMPY\x01\0" + bytes(range(256))))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"p_0": 0.5, "p_1": 0.5, "y": 0, "p_0": 0.6}', "'p_0' occurs twice"),
        ('{"p_0": 0.5, "p_1": 0.5, "y": 0, "y": 1}', "'y' occurs twice"),
        ('{"p_0": 0.5, "p_1": 0.5, "y": 0, "\\u0070_1": 1}', "'p_1' occurs twice"),
        ('{"p_0": 0.5, "p_1": 0.5, "y": 0, "\\ud800": 1}', r"'\\ud800' holds half of a surrogate"),
        ('{"p_0": 0.5, "p_1": 0.5, "y": "\\udfff"}', "surrogate|not a number"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 1500])
def test_keys_that_stand_twice_or_are_no_text(
    line: str, words: str, before: int, tmp_path: Path
) -> None:
    good = '{"p_0": 0.25, "p_1": 0.75, "y": 1}\n'
    file = write(tmp_path / "p.jsonl", good * before + line + "\n" + good)
    with pytest.raises(ParseError, match=rf"p\.jsonl, .*({words})"):
        evaluate(file, label_col="y")


@pytest.mark.parametrize("depth", [1000, 100_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_lists_in_lists(depth: int, brackets: str, tmp_path: Path) -> None:
    opened = brackets[0] if brackets == "[]" else '{"a":'
    deep = opened * depth + ("" if brackets == "[]" else "1") + brackets[1] * depth
    good = '{"p_0": 0.25, "p_1": 0.75, "y": 1}\n'
    file = write(tmp_path / "p.jsonl", good + good.replace("}", f', "z": {deep}}}'))
    with pytest.raises(ParseError, match=r"row 2 \(line 2\): objects are nested too deeply"):
        evaluate(file, label_col="y")
