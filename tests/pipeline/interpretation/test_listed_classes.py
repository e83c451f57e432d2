"""Arrays and lists that name the classes of predictions: in another order they must be heard."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.shapes.running import run
from xent_cli.io.open import open_source

RNG = np.random.default_rng(3)
N = 30
THREE = RNG.dirichlet(np.ones(3), N)
Y = RNG.integers(0, 3, N)
Y[:3] = 0, 1, 2
TRUTH = float(-np.log(THREE[np.arange(N), Y]).mean())
ORDER = np.array([2, 0, 1])
NAMES = np.array(["ant", "bee", "cow"])


def write(folder: Path, container: str, labels: np.ndarray, classes: np.ndarray) -> str:
    """Write what scikit-learn's predict_proba gives, its columns in the order of the classes."""
    q = THREE[:, ORDER]
    if container == "npz":
        np.savez(folder / "all.npz", proba=q, y=labels, classes_=classes)
        return "all.npz"
    if container == "json":
        said = {"run": {"classes": classes.tolist()}, "y": labels.tolist()}
        (folder / "all.json").write_text(json.dumps({"scores": q.tolist(), **said}))
        return "all.json"
    rows = [
        {"scores": list(row), "classes": classes.tolist(), "y": label}
        for row, label in zip(q, labels.tolist(), strict=True)
    ]
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return "all.jsonl"


@pytest.mark.parametrize("container", ["npz", "jsonl", "json"])
@pytest.mark.parametrize("worded", [False, True])
def test_names_in_another_order_than_numbers_are_said(
    tmp_path: Path, container: str, worded: bool
) -> None:
    labels, classes = (NAMES[Y], NAMES[ORDER]) if worded else (Y, ORDER)
    name = write(tmp_path, container, labels, classes)
    answer = run(f"xent eval {name}", tmp_path)
    if answer.code == 2:  # Never the number of another order.
        said = ",".join(map(str, classes))
        assert f"names the classes of {'proba' if container == 'npz' else 'scores'}" in answer.err
        assert f"--classes {said}" in answer.err
        answer = run(f"xent eval {name} --classes {said}", tmp_path)
    assert answer.code == 0, answer.err
    assert math.isclose(answer.headline()[0], TRUTH, rel_tol=1e-9)


@pytest.mark.parametrize("classes", [np.arange(3), NAMES])
def test_names_that_agree_with_positions_are_not_asked_about(
    tmp_path: Path, classes: np.ndarray
) -> None:
    np.savez(tmp_path / "all.npz", proba=THREE, y=Y, classes=classes)
    answer = run("xent eval all.npz", tmp_path)
    assert math.isclose(answer.headline()[0], TRUTH, rel_tol=1e-9)


def test_a_short_array_does_not_shorten_the_sample(tmp_path: Path) -> None:
    np.savez(tmp_path / "all.npz", proba=THREE, y=Y, names=NAMES)
    assert len(open_source(str(tmp_path / "all.npz"), "preds").sample(100)) == N
