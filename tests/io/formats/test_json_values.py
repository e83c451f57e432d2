"""What JSON lines nest: objects, lists of objects, lists side by side, quoted numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.io.making import EXPECTED, P, Y, cross_entropy, json_lines, write
from xent_cli import evaluate
from xent_cli.errors import ColumnError, InputError, MissingValueError, ParseError
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source

CLASSES = ("cat", "dog", "ox")


def turned(row: int) -> list[tuple[str, float]]:
    """Return a row's pairs, in an order of its own."""
    pairs = list(zip(CLASSES, P[row], strict=True))
    return pairs[row % 3 :] + pairs[: row % 3]


def lines(made: Callable[[int], dict[str, Any]], times: int = 1) -> list[dict[str, Any]]:
    return [{"text": "x", "label": CLASSES[y], **made(row)} for row, y in enumerate(Y)] * times


KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "object": lambda row: {"cats": dict(turned(row))},
    "quoted numbers": lambda row: {"cats": {name: str(p) for name, p in turned(row)}},
    "label and score": lambda row: {"out": [{"label": a, "score": p} for a, p in turned(row)]},
    "label and prob": lambda row: {"out": [{"prob": p, "label": a} for a, p in turned(row)]},
    "list of one": lambda row: {"out": [[{"label": a, "score": p} for a, p in turned(row)]]},
    "side by side": lambda row: {
        "sequence": "text",
        "labels": [a for a, _ in turned(row)],
        "scores": [p for _, p in turned(row)],
    },
    "deep": lambda row: {"model": {"name": "m", "out": {"probs": dict(turned(row))}}},
    "deep lists": lambda row: {
        "out": {"classes": [a for a, _ in turned(row)], "scores": [p for _, p in turned(row)]}
    },
}


@pytest.mark.parametrize("size", [200, 1 << 20])
@pytest.mark.parametrize("kind", KINDS)
def test_classes_are_named_by_what_holds_them(
    kind: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK_BYTES", size)
    file = write(tmp_path / "p.jsonl", json_lines(lines(KINDS[kind])))
    assert cross_entropy(file, label_col="label") == EXPECTED


def test_whole_numbers_name_classes_by_value(tmp_path: Path) -> None:
    rows = [
        {"label": y, "probs": [{"label": str(at), "prob": P[row][at]} for at in (2, 0, 1)]}
        for row, y in enumerate(Y)
    ]
    file = write(tmp_path / "p.jsonl", json_lines(rows))
    assert cross_entropy(file, label_col="label") == EXPECTED


def test_quoted_numbers_are_numbers_and_ids_are_not(tmp_path: Path) -> None:
    rows = [
        {"id": f"{row:05}", "label": CLASSES[y]} | {f"p_{n}": str(p) for n, p in turned(row)}
        for row, y in enumerate(Y)
    ]
    path = write(tmp_path / "p.jsonl", json_lines(rows))
    source = open_source(path, "preds")
    assert {c.name: c.kind for c in source.columns if c.name in ("id", "p_cat")} == {
        "id": "text",
        "p_cat": "float",
    }
    assert cross_entropy(path, label_col="label") == EXPECTED
    rows += [{**rows[0], "p_dog": "n/k"}]
    path = write(tmp_path / "q.jsonl", json_lines(rows * 300 + rows[:4] * 300))
    with pytest.raises(InputError, match="p_dog"):
        list(open_source(path, "preds").blocks({"p_dog": "number"}))


LATE: list[tuple[Any, str]] = [
    ({"cat": 0.5, "dog": 0.5}, r"no value for the class 'ox'"),
    ({"cat": 0.5, "dog": 0.25, "ox": 0.125, "owl": 0.125}, r"names the class 'owl'"),
    ({"cat": 0.5, "dog": 0.25, "ox": "x"}, r'"x" is not a number'),
    ({"cat": 0.5, "dog": 0.25, "ox": True}, r"true is not a number"),
    ([0.5, 0.25, 0.25], r"is not an object"),
]


@pytest.mark.parametrize(("odd", "said"), LATE)
def test_a_late_row_of_another_kind_is_an_error(odd: Any, said: str, tmp_path: Path) -> None:
    rows = [*lines(KINDS["object"], 300), {"label": "cat", "cats": odd}]
    path = write(tmp_path / "p.jsonl", json_lines(rows))
    with pytest.raises(InputError, match=rf"row 1,?201 \(line 1,?201\), column cats.*{said}"):
        evaluate(path, label_col="label")


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    row = '{"label": "dog", "cats": {"cat": 0.5, "dog": 0.4, "dog": 0.1}}\n'
    with pytest.raises(ParseError, match=r"row 1 .*'dog' occurs twice"):
        open_source(write(tmp_path / "p.jsonl", row * 2), "preds")
    late = json_lines(lines(KINDS["object"], 300)) + row
    with pytest.raises(ParseError, match=r"row 1,?201 .*'dog' occurs twice"):
        evaluate(write(tmp_path / "q.jsonl", late), label_col="label")


def test_a_row_without_the_object_is_a_missing_value(tmp_path: Path) -> None:
    rows = [*lines(KINDS["object"]), {"label": "cat", "cats": None}, {"label": "cat"}]
    path = write(tmp_path / "p.jsonl", json_lines(rows))
    with pytest.raises(MissingValueError, match=r"row 5 \(line 5\)"):
        evaluate(path, label_col="label")
    assert evaluate(path, label_col="label", invalid="drop").cross_entropy == EXPECTED


def test_literal_nan_and_null_are_missing(tmp_path: Path) -> None:
    text = '{"y": 1, "p": 0.5}\n{"y": 1, "p": NaN}\n{"y": 0, "p": null}\n{"y": 0, "p": 0.5}\n'
    found = evaluate(write(tmp_path / "p.jsonl", text), invalid="drop")
    assert found.cross_entropy == pytest.approx(np.log(2))


def test_what_is_unread_says_what_it_is(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"a": {}, "b": ["x", "y"], "c": 1},
        {"a": {}, "b": ["x"], "c": "d"},
        {"c": []},
    ]
    source = open_source(write(tmp_path / "p.jsonl", json_lines(rows * 2)), "preds")
    found = {column.name: column.stored for column in source.columns if column.kind == "other"}
    assert found == {"a": "objects", "b": "lists of texts", "c": "values of several kinds"}
    with pytest.raises(ColumnError, match="b was not read: it holds lists of texts"):
        list(source.blocks({"b": "number"}))


def test_deep_nesting_is_a_sentence(tmp_path: Path) -> None:
    deep = '{"p": ' + '{"a": ' * 200_000 + "1" + "}" * 200_001 + "\n"
    path = write(tmp_path / "p.jsonl", deep * 2)
    command = [sys.executable, "-m", "xent_cli", "eval", path]
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 2
    assert "nested too deeply" in found.stderr
    assert json.dumps(found.stderr).count("Traceback") == 0
