"""Labels that stand in the models' own files, and files that are named twice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xent_cli
from xent_cli.errors import ColumnError, LabelError

from .conftest import Xent

ROWS = 240


@pytest.fixture
def models(xent: Xent) -> dict[str, pd.DataFrame]:
    """Write two models' predictions, each beside the labels and what it decided."""
    rng = np.random.default_rng(5)
    label = rng.choice(["cat", "dog", "owl"], ROWS)
    found = {}
    for name, skill in (("old", 1.0), ("new", 2.5)):
        z = rng.normal(size=(ROWS, 3))
        z[np.arange(ROWS), np.searchsorted(["cat", "dog", "owl"], label)] += skill
        q = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        frame = pd.DataFrame(q, columns=["p_cat", "p_dog", "p_owl"])
        frame["pred"] = np.array(["cat", "dog", "owl"])[q.argmax(axis=1)]
        frame["label"] = label
        found[name] = frame
        frame.to_csv(f"{name}.csv", index=False)
    return found


def loss(frame: pd.DataFrame, labels: pd.Series) -> np.ndarray:
    """Return each row's loss, out of pandas alone."""
    return np.array([-np.log(frame[f"p_{y}"][i]) for i, y in enumerate(labels)])


def better(models: dict[str, pd.DataFrame]) -> tuple[float, int]:
    old, new = (loss(models[name], models["old"]["label"]) for name in ("old", "new"))
    return float((new - old).mean()), int((new < old).sum())


@pytest.mark.parametrize("labels", [(), ("--labels", "old.csv"), ("--labels", "./new.csv")])
def test_compare(xent: Xent, models: dict[str, pd.DataFrame], labels: tuple[str, ...]) -> None:
    result = xent("compare", "old.csv", "new.csv", *labels, "--format", "json")
    data = json.loads(result.out)
    delta = data["models"][1]["comparison"]["delta"]
    mean, wins = better(models)
    assert delta["value"] == pytest.approx(mean, rel=1e-12)
    assert data["models"][1]["comparison"]["n_better"] == wins
    held = "new.csv" if "./new.csv" in labels else "old.csv"
    inputs = [item for model in data["models"] for item in model["report"]["inputs"]]
    roles = {(item["role"], Path(item["path"]).name) for item in inputs}
    assert roles == {("preds", "old.csv"), ("preds", "new.csv"), ("labels", held)}


def test_gate_explain_and_rows(xent: Xent, models: dict[str, pd.DataFrame]) -> None:
    mean, _ = better(models)
    result = xent(
        *("gate", "new.csv", "--baseline", "old.csv", "--require", "delta <= 0"),
        *("--format", "json"),
    )
    (verdict,) = json.loads(result.out)["verdicts"]
    assert (result.code, verdict["value"]) == (0, pytest.approx(mean, rel=1e-12))
    rows = loss(models["new"], models["new"]["label"])
    twice = xent("gate", "new.csv", "new.csv", "--require", "ce <= 9", "--format", "json")
    assert json.loads(twice.out)["verdicts"][0]["value"] == pytest.approx(rows.mean())
    explained = json.loads(xent("explain", "new.csv", "--format", "json").out)
    assert explained["cross_entropy"] == pytest.approx(rows.mean())
    worst = json.loads(xent("rows", "new.csv", "--top", "1", "--format", "json").out)["rows"][0]
    assert (worst["row"], worst["loss"]) == (int(rows.argmax()) + 1, pytest.approx(rows.max()))


def test_rows_whose_labels_differ_are_refused(xent: Xent, models: dict[str, pd.DataFrame]) -> None:
    models["new"].loc[200, "label"] = "dog" if models["new"]["label"][200] != "dog" else "owl"
    models["new"].to_csv("new.csv", index=False)
    for argv in (
        ("compare", "old.csv", "new.csv"),
        ("compare", "old.csv", "new.csv", "--labels", "new.csv"),
        ("gate", "new.csv", "--baseline", "old.csv", "--require", "delta <= 9"),
    ):
        result = xent(*argv)
        assert (result.code, result.out) == (2, "")
        assert "different labels in the same row" in result.err
        assert "row 201" in " ".join(result.err.split())
    models["old"][["label"]].to_csv("labels.csv", index=False)  # As the hint says.
    assert xent("compare", "old.csv", "new.csv", "--labels", "labels.csv").code == 0
    with pytest.raises(LabelError, match="different labels"):
        xent_cli.compare(models["old"], models["new"])


def test_other_orders_need_an_id_and_other_names_are_refused(
    xent: Xent, models: dict[str, pd.DataFrame]
) -> None:
    mean, wins = better(models)
    for frame in models.values():
        frame["id"] = [f"r{i}" for i in range(ROWS)]
    models["old"].to_csv("old.csv", index=False)
    models["new"].sample(frac=1, random_state=1).to_csv("new.csv", index=False)
    assert "--id id" in xent("compare", "old.csv", "new.csv").err
    for labels in ((), ("--labels", "new.csv")):
        result = xent("compare", "old.csv", "new.csv", "--id", "id", *labels, "--format", "json")
        found = json.loads(result.out)["models"][1]["comparison"]
        assert found["delta"]["value"] == pytest.approx(mean, rel=1e-12)
        assert found["n_better"] == wins
    models["new"].rename(columns={"label": "truth"}).to_csv("new.csv", index=False)
    result = xent("compare", "old.csv", "new.csv")
    assert (result.code, "also has labels, in truth" in " ".join(result.err.split())) == (2, True)


def test_spellings_of_one_class_are_one_label(xent: Xent) -> None:
    Path("a.csv").write_text("p_0,p_1,label\n.7,.3,0\n.2,.8,1\n.4,.6,1\n")
    Path("b.csv").write_text("p_0,p_1,label\n.6,.4,0.0\n.1,.9,1.0\n.3,.7,1.0\n")
    assert xent("compare", "a.csv", "b.csv").code == 0


def test_a_decision_beside_counted_columns_is_no_part_of_their_family(xent: Xent) -> None:
    Path("a.csv").write_text("p_0,p_1,pred,label\n.7,.3,0,0\n.2,.8,1,1\n.4,.6,1,1\n.3,.7,1,0\n")
    result = xent("eval", "a.csv", "--format", "total")
    rows = np.log([0.7, 0.8, 0.6, 0.3])
    assert float(result.out) == pytest.approx(-rows.mean(), rel=1e-12)


def test_predictions_are_no_soft_labels(xent: Xent, models: dict[str, pd.DataFrame]) -> None:
    for name, frame in models.items():
        frame.drop(columns=["pred", "label"]).to_csv(f"{name}.csv", index=False)
    Path("copy.csv").write_bytes(Path("new.csv").read_bytes())
    for argv in (
        ("gate", "new.csv", "new.csv", "--require", "ce <= 9"),
        ("gate", "new.csv", "copy.csv", "--require", "ce <= 9"),
        ("gate", "new.csv", "old.csv", "--require", "ce <= 9"),
        ("compare", "old.csv", "new.csv", "--labels", "old.csv"),
        ("compare", "old.csv", "new.csv", "--labels", "new.csv"),
        ("compare", "old.csv", "new.csv"),
    ):
        result = xent(*argv)
        assert (result.code, result.out) == (2, ""), argv
    refused = xent("eval", "new.csv", "old.csv")
    assert "If these are soft labels, use --label-col 'p_*'" in " ".join(refused.err.split())
    said = xent("eval", "new.csv", "old.csv", "--label-col", "p_*", "--format", "total")
    old, new = (models[name].filter(like="p_").to_numpy() for name in ("old", "new"))
    assert float(said.out) == pytest.approx(float(-(old * np.log(new)).sum(axis=1).mean()))


def test_python(models: dict[str, pd.DataFrame]) -> None:
    _, wins = better(models)
    for labels in (None, models["old"], models["old"]["label"]):
        (found,) = xent_cli.compare(models["old"], models["new"], labels=labels).comparisons
        assert found.delta is not None
        assert (found.delta.better[-1], found.delta.n[-1]) == (wins, ROWS)
    with pytest.raises(ColumnError):
        xent_cli.compare([[0.5, 0.5]], [[0.4, 0.6]])
