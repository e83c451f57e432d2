"""A class may be named by its column wherever a class is named."""

from __future__ import annotations

import json
from math import log
from pathlib import Path

import pytest

import xent_cli
from xent_cli.errors import ClassesError, RuleError, WeightError

from .conftest import Xent

Q = {"cat": (0.7, 0.2, 0.4), "dog": (0.3, 0.8, 0.6)}
LABELS = ("cat", "dog", "cat")
CAT, DOG = (-log(0.7) - log(0.4)), -log(0.8)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    rows = [f"{a},{b},{label}\n" for a, b, label in zip(*Q.values(), LABELS, strict=True)]
    (tmp_path / "pets.csv").write_text("p_cat,p_dog,label\n" + "".join(rows))
    (tmp_path / "weights.txt").write_text("p_cat,3\ndog,0.5\n")
    return tmp_path / "pets.csv"


@pytest.mark.parametrize(
    ("given", "cat", "dog"),
    [("p_cat=2", 2, 1), ("dog=3,p_cat=2", 2, 3), ("weights.txt", 3, 0.5)],
)
def test_class_weights(xent: Xent, pets: Path, given: str, cat: float, dog: float) -> None:
    result = xent("eval", pets, "--class-weights", given, "--format", "total")
    assert float(result.out) == pytest.approx((cat * CAT + dog * DOG) / (2 * cat + dog), rel=1e-14)


def test_rules_rows_and_weights_of_labels_one_hot(xent: Xent, pets: Path) -> None:
    rule = xent("gate", pets, "--require", "class.p_cat.ce <= 0.3", "--format", "json")
    (verdict,) = json.loads(rule.out)["verdicts"]
    assert rule.code == 1
    assert verdict["class"] == "cat"
    assert verdict["value"] == pytest.approx(CAT / 2)
    listed = json.loads(xent("rows", pets, "--class", "p_dog", "--format", "json").out)
    assert (listed["class"], [row["row"] for row in listed["rows"]]) == ("dog", [2])
    Path("hot.csv").write_text("is_dog,is_cat\n0,1\n1,0\n0,1\n")
    command = ("eval", pets, "hot.csv", "--pred-cols", "p_*", "--label-col", "is_*")
    weighed = xent(*command, "--class-weights", "is_dog=2", "--format", "total")
    assert float(weighed.out) == pytest.approx((CAT + 2 * DOG) / 4)


@pytest.mark.parametrize(
    "command",
    [
        ("eval", "--class-weights", "p_act=2"),
        ("gate", "--require", "class.p_act.ce <= 1"),
        ("rows", "--class", "p_act"),
        ("eval", "--positive", "p_act"),
    ],
)
def test_a_class_that_does_not_exist(xent: Xent, pets: Path, command: tuple[str, ...]) -> None:
    verb, *options = command
    near = xent(verb, pets, *options)
    assert (near.code, near.out) == (2, "")
    assert "Did you mean p_cat?" in near.err
    far = xent(verb, pets, *(text.replace("p_act", "whale") for text in options))
    assert far.code == 2
    assert "Known: classes cat, dog; columns p_cat, p_dog." in " ".join(far.err.split())


def test_two_weights_for_a_class_are_refused(xent: Xent, pets: Path) -> None:
    result = xent("eval", pets, "--class-weights", "p_cat=2,cat=1")
    assert result.code == 2
    assert "the class 'cat' has two weights" in result.err


def test_a_saved_baseline_knows_classes_and_the_predictions_their_columns(
    xent: Xent, pets: Path
) -> None:
    xent("eval", pets, "--output", "json:old.json", "--quiet")
    command = ("gate", pets, "--baseline", "old.json", "--require")
    assert xent(*command, "class.p_cat.delta <= 0").code == 0
    result = xent(*command, "class.whale.delta <= 0")
    assert (result.code, "columns p_cat, p_dog" in " ".join(result.err.split())) == (2, True)


def test_python() -> None:
    columns = {f"p_{name}": values for name, values in Q.items()}
    report = xent_cli.evaluate(columns, LABELS, class_weights={"p_cat": 2})
    assert report.cross_entropy == pytest.approx((2 * CAT + DOG) / 5)
    assert xent_cli.gate(columns, LABELS, require="class.p_dog.ce <= 0.3").outcome == "pass"
    assert xent_cli.worst_rows(columns, LABELS, label="p_dog").label == "dog"
    for error, call in (
        (WeightError, lambda: xent_cli.evaluate(columns, LABELS, class_weights={"p_cow": 2})),
        (RuleError, lambda: xent_cli.gate(columns, LABELS, require="class.p_cow.ce <= 1")),
        (ClassesError, lambda: xent_cli.worst_rows(columns, LABELS, label="p_cow")),
    ):
        with pytest.raises(error):
            call()


@pytest.mark.parametrize(
    ("column", "labels", "positive", "loss"),
    [
        ("p_spam", "spam ham ham", "p_spam", -(log(0.7) + log(0.8) + log(0.4)) / 3),
        ("p_spam", "1 0 0", "p_spam", -(log(0.7) + log(0.8) + log(0.4)) / 3),
        ("p_spam", "1 0 0", "spam", -(log(0.7) + log(0.8) + log(0.4)) / 3),
        ("p_no", "0 1 1", "p_no", -(log(0.7) + log(0.8) + log(0.4)) / 3),
        ("class0", "0 1 1", "class0", None),  # Of 0, or of the class that is called so?
        ("score", "spam ham ham", "score", None),
    ],
)
def test_the_positive_class_by_its_column(
    xent: Xent, column: str, labels: str, positive: str, loss: float | None
) -> None:
    rows = zip((0.7, 0.2, 0.6), labels.split(), strict=True)
    Path("p.csv").write_text(f"{column},label\n" + "".join(f"{p},{y}\n" for p, y in rows))
    result = xent("eval", "p.csv", "--positive", positive, "--format", "total")
    if loss is None:
        assert (result.code, "--positive" in result.err) == (2, True)
    else:
        assert float(result.out) == pytest.approx(loss)


def test_two_columns_and_labels_of_0_and_1_must_agree_with_the_positive_class(xent: Xent) -> None:
    Path("a.csv").write_text("p_cat,p_dog,label\n.7,.3,1\n.2,.8,0\n.4,.6,1\n")
    refused = xent("eval", "a.csv", "--positive", "p_cat")
    assert (refused.code, "use --pred-cols p_dog,p_cat" in refused.err) == (2, True)
    said = ("--positive", "p_cat", "--pred-cols", "p_dog,p_cat", "--format", "total")
    assert float(xent("eval", "a.csv", *said).out) == pytest.approx((CAT + DOG) / 3)
    other = xent("eval", "a.csv", "--positive", "dog", "--format", "total")
    assert float(other.out) == pytest.approx(-(log(0.3) + log(0.2) + log(0.6)) / 3)
    Path("b.csv").write_text("p_a,p_b,p_c,label\n.5,.3,.2,a\n.2,.4,.4,b\n.4,.3,.3,c\n")
    assert "a positive class needs two classes" in xent("eval", "b.csv", "--positive", "a").err
