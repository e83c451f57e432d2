"""The same rows once per model, run or tuning value, one below the other, are not one model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.shapes.running import Answer, run

RNG = np.random.default_rng(5)
N = 40
P = RNG.uniform(0.02, 0.98, N).round(4)
Y = (RNG.random(N) < P).astype(int)
ROWS = np.arange(N)
LOSSES = -np.log(np.where(Y == 1, P, 1 - P))
HALVED = -np.log(np.where(Y == 1, P / 2, 1 - P / 2))


def ask(folder: Path, options: str = "", **columns: Any) -> Answer:
    pd.DataFrame(columns).to_csv(folder / "a.csv", index=False)
    return run(f"xent eval a.csv {options}", folder)


def twice(key: str, values: tuple[Any, Any], times: int = 1, **beside: Any) -> Mapping[str, Any]:
    """Return the rows of two models, one below the other."""
    one = {**beside, "y": Y, "p": P}
    both = [pd.DataFrame({key: value, **one}) for value in values]
    both[1]["p"] /= 2
    return {str(name): column for name, column in pd.concat(both * times).items()}


KEYS = [
    *(("model", ("a", "b")), ("classifier_name", ("a", "b")), ("tta", ("0", "1"))),
    *(("mtry", (2, 4)), ("lr", (0.1, 0.01)), (".config", ("Model1", "Model2"))),
    *(("prompt", ("short", "long")), ("fold", (1, 2)), ("source", ("gpt", "claude"))),
]


@pytest.mark.parametrize(("key", "values"), KEYS)
@pytest.mark.parametrize("row", ["id", ".row", "rowIndex", "SampleId", None])
def test_rows_that_stand_once_per_value_are_asked_about(
    tmp_path: Path, key: str, values: tuple[Any, Any], row: str | None
) -> None:
    table = twice(key, values, **({} if row is None else {row: ROWS}))
    answer = ask(tmp_path, **table)
    assert answer.code == 2, answer.headline()
    assert f"once per {key} ({values[0]}, {values[1]})" in answer.err
    answer = ask(tmp_path, f"--by {key} --min-n 1", **table)
    assert answer.code == 0, answer.err
    assert f"{HALVED.mean():.6f}"[:7] in answer.out


def test_two_tuning_values_cross(tmp_path: Path) -> None:
    table = twice("depth", (3, 6), times=2, row=ROWS) | {"rate": np.repeat([0.1, 0.3], 2 * N)}
    assert "once per depth" in ask(tmp_path, **table).err


def test_rows_far_down_are_seen(tmp_path: Path) -> None:
    y = RNG.integers(0, 2, 1500)
    one = pd.DataFrame({"id": range(1500), "stage": "raw", "y": y, "p": RNG.random(1500)})
    table = pd.concat([one, one.assign(stage="calibrated", p=one["p"] / 2)])
    assert "once per stage (raw, calibrated)" in ask(tmp_path, **table).err


def test_other_columns_are_no_models(tmp_path: Path) -> None:
    beside: list[dict[str, Any]] = [
        {"car_model": np.array(["audi", "saab"])[ROWS % 2]},
        {"id": ROWS, "split": ["test"] * N},
        {"id": ROWS // 2, "eye": np.array(["left", "right"])[ROWS % 2]},  # Labels differ.
        {"id": ROWS % 20, "fold": ROWS // 20},
        {"user_id": ROWS % 4, "session": ROWS // 4},
    ]
    for columns in beside:
        answer = ask(tmp_path, **columns, y=Y, p=P)
        assert math.isclose(answer.headline()[0], LOSSES.mean(), rel_tol=1e-9), answer.err


def test_labels_in_a_pattern_say_nothing(tmp_path: Path) -> None:
    y, language = ROWS % 2, np.array(["en", "de"])[ROWS // 20]
    truth = -np.log(np.where(y == 1, P, 1 - P)).mean()
    answer = ask(tmp_path, language=language, y=y, p=P)
    assert math.isclose(answer.headline()[0], truth, rel_tol=1e-9), answer.err
