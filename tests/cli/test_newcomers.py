"""Files as people have them, whose columns mean something by their names."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .conftest import Xent

RIGHT = -(math.log(0.9) + math.log(0.8)) / 2


def total(xent: Xent, *argv: object) -> float:
    result = xent("eval", *argv, "-f", "total", "-q")
    assert (result.code, result.err) == (0, "")
    return float(result.out)


@pytest.mark.parametrize("name", ["p_0", "prob_0", "class_0", "p_neg", "p_no", "P(no)", "negative"])
@pytest.mark.parametrize("labels", [("0", "1"), ("no", "yes"), ("False", "True"), ("F", "T")])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_probability_of_the_negative_class(
    xent: Xent, tmp_path: Path, name: str, labels: tuple[str, str], kind: str
) -> None:
    path = tmp_path / f"all.{kind}"
    (tmp_path / "all.csv").write_text(f"{name},y\n0.9,{labels[0]}\n0.2,{labels[1]}\n")
    if kind == "parquet":
        pd.read_csv(tmp_path / "all.csv").to_parquet(path)
    assert total(xent, path) == pytest.approx(RIGHT, rel=1e-15)


@pytest.mark.parametrize(
    "names",
    ["p_yes,p_no", "pos,neg", "p_pos,p_neg", "True,False", "p_1,p_0", "P(1),P(0)"],
)
@pytest.mark.parametrize("labels", [("0", "1"), ("False", "True")])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_positive_column_first(
    xent: Xent, tmp_path: Path, names: str, labels: tuple[str, str], kind: str
) -> None:
    path = tmp_path / f"all.{kind}"
    (tmp_path / "all.csv").write_text(f"{names},y\n0.1,0.9,{labels[0]}\n0.8,0.2,{labels[1]}\n")
    if kind == "parquet":
        pd.read_csv(tmp_path / "all.csv").to_parquet(path)
    assert total(xent, path) == pytest.approx(RIGHT, rel=1e-15)


def test_certain_numbers_for_names(xent: Xent, tmp_path: Path) -> None:
    """A header 1.0,0.0 may be a certain prediction in text; in Parquet it is a name."""
    frame = pd.DataFrame({"1.0": [0.1, 0.8], "0.0": [0.9, 0.2], "y": [0, 1]})
    frame.to_parquet(tmp_path / "all.parquet")
    frame.to_csv(tmp_path / "all.csv", index=False)
    assert total(xent, "all.parquet") == pytest.approx(RIGHT, rel=1e-15)
    assert xent("eval", "all.csv").code == 2
    assert total(xent, "all.csv", "--header", "yes") == pytest.approx(RIGHT, rel=1e-15)


def test_a_positive_that_the_column_contradicts(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("p_0,y\n0.9,0\n0.2,1\n")
    assert (
        "warning (positive): By its name, the column p_0"
        in xent("eval", "all.csv", "--positive", "1").out
    )
    assert "warning (positive)" not in xent("eval", "all.csv", "--positive", "0").out
    assert "warning (positive)" in xent("eval", "all.csv", "--classes", "0,1").out


@pytest.mark.parametrize(
    ("name", "values"),
    [("y_pred", "0 1 1"), ("correct", "1 1 0"), ("loss", "0.1 0.2 0.9"), ("id", "0 1 2")],
)
def test_columns_beside_the_logits_are_no_classes(
    xent: Xent, tmp_path: Path, name: str, values: str
) -> None:
    logits = np.array([[2.5, 0.5, -1.25], [0.25, -3.5, 1.5], [0.5, 0.75, 2.25]])
    labels = np.array([0, 2, 1])
    frame = pd.DataFrame(logits, columns=["cat", "dog", "owl"])
    frame.insert(0, name, [float(v) if "." in v else int(v) for v in values.split()])
    frame["y"] = labels
    frame.to_csv(tmp_path / "all.csv", index=False)
    frame.to_parquet(tmp_path / "all.parquet")
    expected = np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(3), labels])
    for path in ("all.csv", "all.parquet"):
        assert total(xent, path, "--from", "logits") == pytest.approx(expected, rel=1e-14)


def test_ids_are_no_predictions(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("id,label\n0,no\n1,yes\n")
    result = xent("eval", "ids.csv")
    assert (result.code, result.out) == (2, "")
    assert "[columns]" in result.err


def test_one_hot_labels_in_another_case_and_order(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("bird,cat,dog\n0.8,0.1,0.1\n0.1,0.7,0.2\n")
    (tmp_path / "y.csv").write_text("Cat,Dog,Bird\n0,0,1\n1,0,0\n")
    assert total(xent, "p.csv", "y.csv") == pytest.approx(-(math.log(0.8) + math.log(0.7)) / 2)


def test_probabilities_said_to_be_logits(xent: Xent, pair: tuple[Path, Path]) -> None:
    result = xent("eval", *pair, "--from", "logits")
    assert "warning (scale)" in result.out


def test_hints_lead_out(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("p\n0.9\n0.2\n")
    (tmp_path / "y.csv").write_text("y\ncancer\nhealthy\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert "--positive cancer or --positive healthy" in refused.err
    (tmp_path / "z.csv").write_text("y\n1\n-1\n")
    assert total(xent, "p.csv", "z.csv") == pytest.approx(RIGHT)
    assert total(xent, "p.csv", "z.csv", "--positive", "1") == pytest.approx(RIGHT)
    assert total(xent, "p.csv", "z.csv", "--classes=-1,1") == pytest.approx(RIGHT)


def test_two_columns_that_may_be_labels(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("p_0,p_1\n0.9,0.1\n")
    (tmp_path / "y.csv").write_text("y,label\n0,1\n")
    refused = xent("eval", "p.csv", "y.csv")
    assert refused.code == 2
    assert "--label-col" in refused.err


def test_inputs_are_not_written_over(xent: Xent, pair: tuple[Path, Path]) -> None:
    before = pair[1].read_bytes()
    result = xent("eval", *pair, "-o", "json:labels.csv")
    assert result.code == 2
    assert "is an input" in result.err
    assert pair[1].read_bytes() == before
    assert "--format json" in xent("eval", *pair, "-o", "json:-").err


def test_both_cannot_be_standard_input(xent: Xent) -> None:
    assert "Only one" in xent("eval", "-", "-").err
