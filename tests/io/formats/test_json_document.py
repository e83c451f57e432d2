"""JSON that is not one object a line, against the same table as lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.io.making import EXPECTED, NAMES, P, Y, cross_entropy, write
from xent_cli import evaluate
from xent_cli.errors import InputError, ParseError
from xent_cli.io.formats.json_document import read_document

ROWS = [dict(zip(NAMES, row, strict=True)) | {"label": y} for row, y in zip(P, Y, strict=True)]
FRAME = pd.DataFrame(ROWS)


def as_text(how: str) -> str:
    if how == "columns":
        return FRAME.to_json(double_precision=15)
    if how == "split":
        return FRAME.to_json(orient="split", double_precision=15)
    if how == "table":
        return FRAME.to_json(orient="table", double_precision=15)
    if how == "lists":
        return json.dumps(FRAME.to_dict(orient="list"))
    if how == "indented":
        return json.dumps(ROWS, indent=2)
    if how == "records":
        return FRAME.to_json(orient="records", double_precision=15)
    if how == "several":
        return "\n".join(json.dumps(row, indent=1) for row in ROWS)
    return "\ufeff" + json.dumps(ROWS)


@pytest.mark.parametrize("suffix", ["json", "jsonl", "data"])
@pytest.mark.parametrize(
    "how", ["records", "columns", "split", "table", "lists", "indented", "several", "marked"]
)
def test_a_table_in_one_document(how: str, suffix: str, tmp_path: Path) -> None:
    file = write(tmp_path / f"p.{suffix}", as_text(how))
    assert cross_entropy(file, label_col="label") == EXPECTED


@pytest.mark.parametrize("text", [json.dumps(P), "\n".join(map(json.dumps, P))])
def test_lists_without_names(text: str, tmp_path: Path) -> None:
    preds = write(tmp_path / "p.json", text)
    labels = write(tmp_path / "y.json", json.dumps([{"label": y} for y in Y]))
    assert evaluate(preds, labels).cross_entropy == EXPECTED


@given(
    st.lists(
        st.dictionaries(
            st.text(min_size=1, max_size=3),
            st.one_of(st.none(), st.floats(), st.text(), st.lists(st.floats(0, 1))),
            min_size=1,
        ),
        min_size=2,
    ),
    st.sampled_from([None, 1]),
)
def test_an_array_is_its_objects_line_by_line(rows: list[dict[str, Any]], indent: int) -> None:
    found = read_document(json.dumps(rows, indent=indent).encode(), "p.json")
    assert found is not None
    parts = found.lines.decode().split("\n")
    assert parts.pop() == ""
    assert repr([json.loads(part) for part in parts]) == repr(rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"probs": [0.2, 0.8], "y": [0, 1]}', "may be a single row, or 2 rows"),
        ('{"labels": ["a", "b"], "scores": [0.2, 0.8]}', "may be a single row, or 2 rows"),
        ('{"p": {"a": 0.2, "b": 0.8}, "y": {"a": 0, "b": 1}}', "may be a single row, or 2 rows"),
        ('[{"p": 1}, {"p": 2}', "not valid JSON"),
        ('[{"p": 1} {"p": 2}]', "a comma or a bracket is missing"),
        ('[{"p": 1}, [2]]', "row 2: the array holds objects as well as other values"),
        ('[{"p": 1, "p": 2}]', "'p' occurs twice"),
        ('{"columns": ["p", "p"], "data": [[1, 2]]}', "'p' occurs twice"),
        ('{"columns": ["p"], "data": [[1, 2]]}', "row 1: it does not have 1 values"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "is empty"),
    ],
)
def test_what_is_no_table_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        evaluate(write(tmp_path / "p.json", text))


def test_one_row_is_one_row(tmp_path: Path) -> None:
    row = {"label": "dog", "cats": {"cat": 0.25, "dog": 0.5, "ox": 0.25}}
    found = evaluate(write(tmp_path / "p.json", json.dumps(row)), label_col="label")
    assert found.n == 1


def test_damage_of_a_document_is_said(tmp_path: Path) -> None:
    rows = [*ROWS * 300, ROWS[0] | {"p_dog": {}}]
    with pytest.raises(ParseError, match=r"row 1,?201, column p_dog: {} is not a number"):
        evaluate(write(tmp_path / "p.json", json.dumps(rows)), label_col="label")


def test_labels_and_scores_of_a_pipeline(tmp_path: Path) -> None:
    names = ("cat", "dog", "ox")
    rows = [
        [{"label": name, "score": p} for name, p in zip(names, row, strict=True)][::-1] for row in P
    ]
    preds = write(tmp_path / "p.json", json.dumps(rows))
    labels = write(tmp_path / "y.json", json.dumps([{"label": names[y]} for y in Y]))
    assert evaluate(preds, labels).cross_entropy == EXPECTED


def test_a_matrix_and_a_list_of_labels_in_one_object(tmp_path: Path) -> None:
    table = {"preds": [list(map(float, row)) for row in P], "labels": list(map(int, Y))}
    said = {"model": "new", "loss": 0.25, "steps": [1, 2]}
    assert cross_entropy(write(tmp_path / "a.json", json.dumps(said | table))) == EXPECTED
    turned = {"classes": ["b", "c", "a"], "preds": [[p[1], p[2], p[0]] for p in table["preds"]]}
    labels = {"truth": ["abc"[int(y)] for y in Y]}
    assert cross_entropy(write(tmp_path / "b.json", json.dumps(turned | labels))) == EXPECTED


def test_records_below_a_key(tmp_path: Path) -> None:
    said = {"meta": {"model": "new"}, "n": len(ROWS), "predictions": ROWS}
    assert cross_entropy(write(tmp_path / "a.json", json.dumps(said, default=float))) == EXPECTED
