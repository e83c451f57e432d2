"""Several models' predictions in one file: FILE#COLUMNS names one of them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xent_cli

from .conftest import Xent

ROWS = 120


@pytest.fixture
def many(xent: Xent) -> pd.DataFrame:
    """Write two models of two classes beside their labels, as many.csv."""
    rng = np.random.default_rng(3)
    label = rng.choice(["a", "b"], ROWS)
    columns = {}
    for model, skill in (("lr", 0.55), ("dt", 0.75)):
        right = np.clip(rng.normal(skill, 0.15, ROWS), 0.02, 0.98)
        columns[f"{model}_a"] = np.where(label == "a", right, 1 - right)
        columns[f"{model}_b"] = 1 - columns[f"{model}_a"]
    frame = pd.DataFrame({**columns, "label": label})
    frame.to_csv("many.csv", index=False)
    return frame


def losses(frame: pd.DataFrame, model: str) -> np.ndarray:
    """Return each row's loss, out of pandas alone."""
    both = frame[[f"{model}_a", f"{model}_b"]].to_numpy()
    return -np.log(both[np.arange(ROWS), (frame["label"] == "b").astype(int)])


def test_the_command_that_the_error_names_compares_them(xent: Xent, many: pd.DataFrame) -> None:
    delta = losses(many, "dt") - losses(many, "lr")
    many.drop(columns="label").to_csv("my preds.csv", index=False)
    many[["label"]].to_csv("my labels.csv", index=False)
    for argv in (("many.csv",), ("my preds.csv", "my labels.csv")):
        refused = xent("eval", *argv)
        assert refused.code == 2
        said = " ".join(refused.err.split())
        command = said.partition("To compare these models: ")[2].removesuffix(" [columns]")
        program, *words = shlex.split(command)
        assert program == "xent"
        data = json.loads(xent(*words, "--format", "json").out)
        found = data["models"][1]["comparison"]
        assert found["delta"]["value"] == pytest.approx(delta.mean(), rel=1e-12)
        assert found["n_better"] == (delta < 0).sum()
        assert [m["name"].partition("#")[2] for m in data["models"]] == ["lr_*", "dt_*"]


def test_every_command_takes_it(xent: Xent, many: pd.DataFrame) -> None:
    lr, dt = losses(many, "lr"), losses(many, "dt")
    total = xent("eval", "many.csv#dt_a,dt_b", "--format", "total")
    assert float(total.out) == pytest.approx(dt.mean(), rel=1e-12)
    argv = ("gate", "many.csv#dt_*", "--baseline", "many.csv#lr_*", "--require", "delta <= 0")
    (verdict,) = json.loads(xent(*argv, "--format", "json").out)["verdicts"]
    assert verdict["value"] == pytest.approx((dt - lr).mean(), rel=1e-12)
    rows = json.loads(xent("rows", "many.csv#lr_*", "--format", "json").out)["rows"]
    assert rows[0]["row"] == int(lr.argmax()) + 1
    explained = json.loads(xent("explain", "many.csv#lr_*", "--format", "json").out)
    assert explained["cross_entropy"] == pytest.approx(lr.mean(), rel=1e-12)
    assert xent_cli.evaluate("many.csv#lr_*").cross_entropy == pytest.approx(lr.mean(), rel=1e-12)


def test_standard_input_takes_it(xent: Xent, many: pd.DataFrame) -> None:
    piped = many.to_csv(index=False).encode()
    dt = losses(many, "dt")
    for argv in (("eval", "-#dt_*", "-q"), ("eval", "-q", "--", "-#dt_*")):
        total = xent(*argv[:1], "--format", "total", *argv[1:], stdin=piped)
        assert float(total.out) == pytest.approx(dt.mean(), rel=1e-12)
    argv = ("compare", "many.csv#lr_*", "-#dt_*", "--labels", "many.csv", "--format", "json")
    result = json.loads(xent(*argv, stdin=piped).out)
    delta = result["models"][1]["comparison"]["delta"]["value"]
    assert delta == pytest.approx((dt - losses(many, "lr")).mean(), rel=1e-12)
    both = xent("compare", "-#lr_*", "-#dt_*", stdin=piped)
    assert (both.code, "Only one input can be standard input" in both.err) == (2, True)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("compare", "many.csv#lr_*", "many.csv#lr_*"), "are the same"),
        (("eval", "many.csv#rf_*"), "no such column among lr_a, lr_b"),
        (("eval", "many.csv#lr_*", "many.csv", "-#lr_*"), "there is also '-#lr_*'."),
        (("eval", "many.csv#lr_*", "--pred-cols", "lr_*"), "Give the columns only once"),
        (("eval", "none.csv#lr_a"), "There is no file none.csv#lr_a"),
    ],
)
def test_refusals(xent: Xent, many: pd.DataFrame, argv: tuple[str, ...], said: str) -> None:
    result = xent(*argv)
    assert (result.code, result.out) == (2, "")
    assert said in " ".join(result.err.split())


def test_a_name_with_a_number_sign_is_a_file_first(xent: Xent, many: pd.DataFrame) -> None:
    other = many[["lr_a", "lr_b", "label"]]
    other.to_csv("many.csv#dt_*", index=False)
    found = float(xent("eval", "many.csv#dt_*", "--format", "total").out)
    assert found == pytest.approx(losses(many, "lr").mean(), rel=1e-12)
    Path("many.csv#dt_*").unlink()


def test_single_columns_are_probabilities_of_one_class(xent: Xent) -> None:
    Path("two.csv").write_text("lr_proba,rf_proba,label\n.7,.9,1\n.2,.1,0\n.4,.7,1\n")
    result = xent("compare", "two.csv#lr_proba", "two.csv#rf_proba", "--format", "json")
    delta = json.loads(result.out)["models"][1]["comparison"]["delta"]["value"]
    lr, rf = np.log([0.7, 0.8, 0.4]), np.log([0.9, 0.9, 0.7])
    assert delta == pytest.approx((lr - rf).mean(), rel=1e-12)


def test_columns_of_the_other_model_are_no_ids(xent: Xent, many: pd.DataFrame) -> None:
    assert "Ids are" not in xent("compare", "many.csv#lr_*", "many.csv#dt_*").out
    many.assign(id=range(ROWS)).to_csv("many.csv", index=False)
    result = xent("compare", "many.csv#lr_*", "many.csv#dt_*")
    assert "agree in every row: id." in result.out
