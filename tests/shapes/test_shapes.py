"""Files in 300 shapes that people have: never a wrong number, and right at once in nine of ten."""

from __future__ import annotations

import ast
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .doubts import DOUBTS
from .drawing import TOOLS, draw_shapes
from .family import AFFIXES, EXTRAS, LABELS, ORDERS
from .neighbours import NEIGHBOURS
from .problem import INTEGERS, NAMES, Number, Problem, Shape
from .running import Answer
from .traps import TRAPS
from .try_shapes import RIGHT, Trial, attempts, decided, describe, render_table

SEED, COUNT = 20240501, 300
SEPARATORS = {
    "csv": ",",
    "csv bom crlf": ",",
    "csv quoted": ",",
    "semicolon": ";",
    "tab": "\t",
    "tab txt": "\t",
}


@pytest.fixture(scope="module")
def shapes() -> list[Shape]:
    return list(draw_shapes(SEED, COUNT))


@pytest.fixture(scope="module")
def trials(shapes: list[Shape], tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return attempts(shapes, tmp_path_factory.mktemp("shapes"))


def test_never_a_wrong_number(trials: list[Trial]) -> None:
    wrong = [trial for trial in trials if trial.verdict == "WRONG"]
    told = "\n\n".join(describe(trial) for trial in wrong[:10])
    if wrong:
        pytest.fail(f"{len(wrong)} of {len(trials)}:\n{told}\n\n{render_table(trials)}")


def test_nothing_crashes(trials: list[Trial]) -> None:
    crashed = [describe(trial) for trial in trials if "crash" in trial.verdicts]
    assert not crashed, "\n\n".join(crashed)


def test_right_at_once_where_the_files_say_it(trials: list[Trial]) -> None:
    clear = decided(trials)
    good = [trial for trial in clear if trial.verdict in RIGHT]
    late = [describe(trial) for trial in clear if trial.verdict == "refused"]
    told = "\n\n".join(late[:10])
    share = len(good) / len(clear)
    assert share >= 0.9, f"{len(good)} of {len(clear)}\n{told}\n\n{render_table(trials)}"


def test_the_same_seed_draws_the_same_files(shapes: list[Shape]) -> None:
    again = list(draw_shapes(SEED, 60))
    # The footer of Parquet names the library's version, never the time.
    assert again == shapes[:60]
    assert list(draw_shapes(SEED + 1, 3)) != shapes[:3]


def test_every_value_of_every_dimension_occurs(shapes: list[Shape]) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    families: dict[str, set[str]] = defaultdict(set)
    for shape in shapes:
        for what, value in shape.tags.items():
            seen[what].add(value)
            if shape.kind == "family":
                families[what].add(value)
    assert seen["maker"] == {make.__name__ for make in (*TOOLS, *TRAPS, *NEIGHBOURS, *DOUBTS)} | {
        "family"
    }
    assert families["affix"] == {str(affix) for affix in AFFIXES}
    assert families["names"] == set(NAMES)
    assert families["labels"] == {kind for kinds in LABELS.values() for kind in kinds}
    assert families["order"] == set(ORDERS)
    assert families["extras"] == set(EXTRAS)
    assert families["decimals"] == {"2", "3", "4", "6", "17"}
    assert {"2", "3", "11"} <= families["classes"]
    assert families["files"] == {"one", "two"}
    assert {shape.refusal for shape in shapes} == {"late", "fine", "only"}
    assert {Path(name).suffix for shape in shapes for name in shape.files} == {
        *(".csv", ".tsv", ".txt", ".zip", ".jsonl", ".json", ".parquet", ".arrow", ".npy", ".npz")
    }


def test_what_is_open_has_no_figure(shapes: list[Shape]) -> None:
    for shape in shapes:
        assert bool(shape.figures) == (shape.refusal != "only"), shape
        assert all(math.isfinite(figure) and figure > -5 for figure in shape.figures)


def test_files_hold_what_the_oracle_says(shapes: list[Shape]) -> None:
    """Read families back with pandas, by the names the tags tell, and compute once more."""
    checked = 0
    for shape in shapes:
        tags = shape.tags
        if shape.kind != "family" or tags["labels"] not in {"integers", "floats", "text"}:
            continue
        if (separator := SEPARATORS.get(tags["container"])) is None:
            continue
        prefix, suffix = ast.literal_eval(tags["affix"])
        tables = []
        for data in shape.files.values():
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
            rows = [_split(line, separator) for line in text.splitlines()]
            tables.append(pd.DataFrame(rows[1:], columns=rows[0]))
        truth = tables[-1][tags["truth"]]
        by_name = {name.removeprefix(prefix).removesuffix(suffix): name for name in tables[0]}
        if tags["names"] in INTEGERS:
            by_name = {str(int(k)): v for k, v in by_name.items() if k.lstrip("-").isdigit()}
            truth = truth.map(lambda label: str(int(float(label))))
        chances = [float(tables[0][by_name[label]][i]) for i, label in enumerate(truth)]
        losses = -np.log(np.maximum(chances, 2.0**-52))
        assert float(losses.mean()) == pytest.approx(shape.figures[0], rel=1e-12), describe_files(
            shape
        )
        checked += 1
    assert checked >= 8


def _split(line: str, separator: str) -> list[str]:
    cells, inside, cell = [], False, ""
    for mark in line:
        if mark == '"':
            inside = not inside
        elif mark == separator and not inside:
            cells.append(cell)
            cell = ""
        else:
            cell += mark
    return [*cells, cell]


def describe_files(shape: Shape) -> str:
    return f"{shape.tags}\n" + "\n".join(data[:300].decode() for data in shape.files.values())


def test_the_oracle_by_hand() -> None:
    rows = ((Number("0.25"), Number("0.75")), (Number("1"), Number("0")))
    problem = Problem(names=("a", "b"), rows=rows, truth=(1, 1))
    assert problem.cross_entropy() == pytest.approx((-math.log(0.75) + 52 * math.log(2)) / 2)
    soft = problem.soft_cross_entropy([[0.5, 0.5], [1.0, 0.0]])
    assert soft == pytest.approx(-(math.log(0.25) + math.log(0.75)) / 4)
    assert problem.guesses == ["b", "a"]


@pytest.mark.parametrize(
    ("code", "out", "verdict"),
    [
        (0, '{"overall": {"cross_entropy": 0.5, "accuracy": 0.25}}', "right"),
        (0, '{"overall": {"cross_entropy": 0.25, "accuracy": 0.5}}', "WRONG"),
        (0, '{"models": [{"cross_entropy": 1.0}, {"cross_entropy": 1.5}]}', "right"),
        (0, '{"models": [{"cross_entropy": 0.5}, {"cross_entropy": 1.5}]}', "WRONG"),
        (0, "", "WRONG"),
        (1, "{}", "WRONG"),
        (2, "", "refused"),
        (139, "", "crash"),
    ],
)
def test_a_headline_is_judged_not_any_number(code: int, out: str, verdict: str) -> None:
    answer = Answer(command="xent eval", code=code, out=out, err="")
    assert answer.judge([0.5], tolerance=1e-9) == verdict
