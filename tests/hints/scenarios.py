"""Scenarios: for each hint in the code a world that provokes it, and the number it should lead to.

A new hint needs a line here (`test_every_hint_in_the_code_has_a_scenario` names it). The right
numbers are worked out from the worlds: the mean of -ln of what each row gave to its true class.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd

from .following import Scenario


def loss(*truths: float) -> float:
    """Return the mean of -ln of the probabilities of the true classes."""
    return -math.fsum(map(math.log, truths)) / len(truths)


def softmax(*rows: tuple[tuple[float, ...], int]) -> float:
    """Return the loss of rows of logits, each with the position of its true class."""
    return math.fsum(
        math.log(math.fsum(math.exp(x - z[t]) for x in z)) for z, t in rows
    ) / len(rows)


def sigmoid(*rows: tuple[float, int]) -> float:
    """Return the loss of single logits of class 1, each with its label."""
    return math.fsum(math.log1p(math.exp(-z if t else z)) for z, t in rows) / len(rows)


def lines(*rows: str) -> str:
    """Return a text file of these lines."""
    return "".join(f"{row}\n" for row in rows)


CATS = lines("p_cat,p_dog", "0.7,0.3", "0.4,0.6", "0.2,0.8")
ANIMALS = lines("animal", "cat", "dog", "cat")
PAIR = {"p.csv": CATS, "y.csv": ANIMALS}
PAIRS = loss(0.7, 0.6, 0.2)
BETTER = lines("p_cat,p_dog", "0.9,0.1", "0.4,0.6", "0.5,0.5")
THREE = {
    "p.csv": lines("p_a,p_b,p_c", "0.7,0.2,0.1", "0.2,0.5,0.3", "0.1,0.1,0.8"),
    "y.csv": lines("y", "a", "b", "c"),
}
THREES = loss(0.7, 0.5, 0.8)
MANY = 1200
"""More rows than the sample has."""


def beyond(bad: str, header: str = "p_cat,p_dog", good: str = "0.75,0.25") -> str:
    """Return predictions whose last row is another kind than the sample."""
    return lines(header, *[good] * (MANY - 1), bad)


def labels(value: str, last: str | None = None, name: str = "animal") -> str:
    """Return as many labels."""
    return lines(name, *[value] * (MANY - 1), last or value)


_INTERPRETATION = "pipeline/interpretation/"
_WAYS = f"{_INTERPRETATION}ways_out.py"
_REFUSAL = f"{_INTERPRETATION}refusal.py"
_ONE = f"{_INTERPRETATION}one_column.py"
_ORDER = f"{_INTERPRETATION}class_order.py"
_CHOICE = f"{_INTERPRETATION}choice.py"
_ROWS = "metrics/rows/validation.py"

VALUES = [
    Scenario(
        f"{_WAYS} _possible scale=percent",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "70,30", "40,60", "20,80"), "y.csv": ANIMALS},
        {"--from percent": PAIRS},
    ),
    Scenario(
        f"{_WAYS} _possible scale=logits",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "1.5,-1", "0.25,3", "2,0.5"), "y.csv": ANIMALS},
        {"--from logits": softmax(((1.5, -1), 0), ((0.25, 3), 1), ((2, 0.5), 0))},
    ),
    Scenario(
        f"{_WAYS} _possible scale=logprobs",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines(
                "p_cat,p_dog",
                *(f"{math.log(p)!r},{math.log(1 - p)!r}" for p in (0.7, 0.4, 0.2)),
            ),
            "y.csv": ANIMALS,
        },
        {"--from logprobs": PAIRS},
    ),
    Scenario(
        f"{_WAYS} _possible row_sums=renormalize; {_WAYS} _possible row_sums=ignore",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "0.7,0.7", "0.4,0.6", "0.2,0.2"), "y.csv": ANIMALS},
        {
            "--row-sums renormalize": loss(0.5, 0.6, 0.5),
            "--row-sums ignore": loss(0.7, 0.6, 0.2),
        },
    ),
    Scenario(
        f"{_WAYS} _possible row_sums=renormalize",
        "xent eval p.csv y.csv",
        {"p.csv": lines("cat,dog,owl", "7,2,1", "1,6,3", "2,2,6"), "y.csv": ANIMALS},
        {"--row-sums renormalize": loss(0.7, 0.6, 0.2)},
    ),
    # Odds, negative log-probabilities and counts of a random forest are no logits.
    Scenario(
        "",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "4,0.25", "0.5,2", "1.5,0.6666666667"), "y.csv": ANIMALS},
    ),
    Scenario(
        "",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines(
                "p_cat,p_dog",
                *(f"{-math.log(p)!r},{-math.log(1 - p)!r}" for p in (0.7, 0.4, 0.2)),
            ),
            "y.csv": ANIMALS,
        },
    ),
    # Features that happen to lie within 0 and 1, and the history of a training.
    Scenario(
        f"{_REFUSAL} _with_tried_hints pred_cols",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "length,width,height,label", "0.5,0.7,0.2,0", "0.1,0.4,0.6,1", "0.9,0.2,0.1,2"
            )
        },
        {"--pred-cols | length": None},
    ),
    Scenario(
        "",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "epoch,loss,accuracy,val_loss,val_accuracy",
                "0,0.93,0.41,0.88,0.5",
                "1,0.71,0.65,0.74,0.61",
                "2,0.53,0.8,0.69,0.66",
            )
        },
    ),
]

BEYOND = [
    Scenario(
        f"{_ROWS} require_valid invalid=drop",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "0.7,0.3", ",0.6", "0.2,0.8"), "y.csv": ANIMALS},
        {"--invalid drop": loss(0.7, 0.2)},
    ),
    Scenario(
        f"{_ROWS} require_present invalid=drop",
        "xent eval p.csv y.csv",
        {"p.csv": CATS, "y.csv": lines("animal,n", "cat,1", ",2", "cat,3")},
        {"--invalid drop": loss(0.7, 0.2)},
    ),
    Scenario(
        f"{_ROWS} check_label_rows mode=binary",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("p_a,p_b", "0.7,0.3", "0.4,0.6", "0.25,0.75"),
            "y.csv": lines("y_a,y_b", "1,1", "0,1", "0,0"),
        },
        {
            "--mode binary": (loss(0.7, 0.6, 0.75) + loss(0.3, 0.6, 0.25)) / 2,
        },
    ),
    Scenario(
        "metrics/rows/label_shares.py hint_of_counts label_sums=renormalize",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("p_a,p_b", "0.7,0.3", "0.4,0.6"),
            "y.csv": lines("y_a,y_b", "3,1", "0,4"),
        },
        {"--label-sums renormalize": (0.75 * loss(0.7) + 0.25 * loss(0.3) + loss(0.6)) / 2},
    ),
    Scenario(
        f"{_ROWS} _check_sums row_sums=renormalize; {_ROWS} _check_sums row_sums=ignore",
        "xent eval p.csv y.csv",
        {"p.csv": beyond("0.7,0.7"), "y.csv": labels("cat")},
        {
            "--row-sums renormalize": (loss(0.75) * (MANY - 1) + loss(0.5)) / MANY,
            "--row-sums ignore": (loss(0.75) * (MANY - 1) + loss(0.7)) / MANY,
        },
    ),
]

COLUMNS = [
    Scenario(
        f"{_REFUSAL} _way pred_cols",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "lr_a,lr_b,dt_a,dt_b,y",
                "0.7,0.3,0.5,0.5,a",
                "0.4,0.6,0.75,0.25,b",
                "0.2,0.8,0.9,0.1,a",
            )
        },
        {"--pred-cols 'lr_*'": loss(0.7, 0.6, 0.2), "--pred-cols 'dt_*'": loss(0.5, 0.25, 0.9)},
    ),
    Scenario(
        f"{_REFUSAL} _way label_col",
        "xent eval p.csv y.csv",
        {"p.csv": CATS, "y.csv": lines("first vet,second vet", "cat,cat", "dog,cat", "cat,dog")},
        {"--label-col 'first vet'": PAIRS, "--label-col 'second vet'": loss(0.7, 0.4, 0.8)},
    ),
    Scenario(
        f"{_REFUSAL} _nothing pred_cols",
        "xent eval p.csv y.csv",
        {"p.csv": lines("name,breed", "rex,cat", "tom,dog", "kim,dog"), "y.csv": ANIMALS},
        {"--pred-cols | breed": None},
    ),
    Scenario(
        f"{_REFUSAL} _nothing label_col",
        "xent eval p.csv",
        {"p.csv": lines("p_a,p_b,p_c", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3")},
        {"--label-col | p_c": None},
    ),
    Scenario(
        f"{_CHOICE} _doubtful label_col",
        "xent eval all.csv",
        {"all.csv": lines("p_a,p_b,predicted_label", "0.7,0.3,a", "0.4,0.6,b", "0.2,0.8,b")},
        {"--label-col | predicted_label": loss(0.7, 0.6, 0.8)},
    ),
    Scenario(
        f"{_ORDER} _no_class label_base=0; {_ORDER} _no_class label_base=1",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("p_a,p_b,p_c", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3"),
            "y.csv": lines("y", "1", "2", "2"),
        },
        {"--label-base 0": loss(0.2, 0.1, 0.3), "--label-base 1": loss(0.7, 0.5, 0.5)},
    ),
    Scenario(
        f"{_ORDER} contradiction classes; {_ORDER} contradiction pred_cols",
        "xent eval p.csv y.csv --classes dog,cat",
        PAIR,
        {"- --classes dog,cat": PAIRS, "--pred-cols | p_dog,p_cat": PAIRS},
    ),
    Scenario(
        f"{_ORDER} _index_as_said classes",
        "xent eval p.csv y.csv --classes a,b",
        {"p.csv": lines("q1,q2,q3", "0.7,0.2,0.1", "0.2,0.5,0.3"), "y.csv": lines("y", "a", "b")},
        {"- --classes a,b | --classes a,b,c": loss(0.7, 0.5)},
    ),
    Scenario(
        f"{_ORDER} _against_base label_base",
        "xent eval p.csv y.csv --label-base 1",
        {
            "p.csv": lines("p_3,p_1,p_2", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3"),
            "y.csv": lines("y", "1", "2", "3"),
        },
        {"- --label-base 1": loss(0.2, 0.1, 0.2)},
    ),
    Scenario(
        f"{_ORDER} against_hard classes",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines(
                "p_a,p_b,p_c,pred",
                *("0.7,0.2,0.1,1", "0.2,0.5,0.3,2", "0.1,0.1,0.8,0", "0.6,0.2,0.2,1"),
            ),
            "y.csv": lines("y", "1", "2", "0", "0"),
        },
        {"--classes | 1,2,0": loss(0.7, 0.5, 0.8, 0.2)},
    ),
    Scenario(
        f"{_ONE} _single positive; {_ONE} _single positive",
        "xent eval all.csv",
        {"all.csv": lines("model_neg_score,y", "0.9,0", "0.2,1", "0.6,1")},
        {"--positive 0": loss(0.9, 0.8, 0.4), "--positive 1": loss(0.1, 0.2, 0.6)},
    ),
    Scenario(
        f"{_ONE} _single scale=logits; {_ONE} _single pred_cols",
        "xent eval all.csv",
        {"all.csv": lines("logit,y", "0.9,1", "0.2,0", "0.6,1")},
        {
            "--from logits": sigmoid((0.9, 1), (0.2, 0), (0.6, 1)),
            "--pred-cols | logit": loss(0.9, 0.8, 0.6),
        },
    ),
    Scenario(
        f"{_ONE} _beside_hard positive",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "score,pred,y", "0.9,0,0", "0.2,1,1", "0.8,0,1", "0.3,1,1", "0.1,1,0", "0.7,0,0"
            )
        },
        {"--positive 0": loss(0.9, 0.8, 0.2, 0.7, 0.1, 0.7)},
    ),
    Scenario(
        "schema/positive_class.py _choices positive",
        "xent eval all.csv",
        {"all.csv": lines("score,y", "0.9,not spam", "0.2,spam", "0.6,spam")},
        {"--positive 'not spam'": loss(0.9, 0.8, 0.4), "--positive spam": loss(0.1, 0.2, 0.6)},
    ),
    Scenario(
        "schema/positive_class.py _with_positive classes",
        "xent eval all.csv --positive ham --classes ham,spam",
        {"all.csv": lines("score,y", "0.9,ham", "0.2,spam", "0.6,spam")},
        {"- --classes ham,spam": loss(0.9, 0.8, 0.4), "- --positive ham": loss(0.1, 0.2, 0.6)},
    ),
    Scenario(
        "schema/class_names.py require_no_conflict pred_cols; "
        "schema/class_names.py require_no_conflict label_col",
        "xent eval p.csv y.csv",
        {"p.csv": lines("a,b", "0.7,0.3", "0.4,0.6"), "y.csv": lines("b,c", "1,0", "0,1")},
    ),
    Scenario(
        "",
        "xent eval p.csv y.csv --pred-cols a,b --label-col b,c,d",
        {
            "p.csv": lines("a,b", "0.7,0.3", "0.4,0.6"),
            "y.csv": lines("b,c,d", "1,0,0", "0,1,0"),
        },
    ),
    Scenario(
        "schema/mode.py _refuse pred_cols",
        "xent eval p.csv y.csv --mode binary",
        PAIR,
        {"--pred-cols | p_cat": PAIRS},
    ),
    Scenario(
        "pipeline/infer.py _plan mode",
        "xent eval y.csv p.csv",
        {
            "p.csv": lines("a,b", "0.7,0.3", "0.4,0.6"),
            "y.csv": lines("a,b", "1,0", "0,1"),
        },
    ),
]

LABELS = [
    Scenario(
        "schema/label_encoder.py ClassIndex.unknown ignore_label; "
        "schema/label_encoder.py ClassIndex.unknown classes",
        "xent eval p.csv y.csv",
        {"p.csv": CATS, "y.csv": lines("animal", "cat", "dog", "owl")},
        {"--ignore-label | owl": loss(0.7, 0.6)},
    ),
    Scenario(
        "schema/label_encoder.py ClassIndex.unknown label_base=1",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("0.7,0.2,0.1", "0.2,0.5,0.3", "0.1,0.1,0.8"),
            "y.csv": lines("y", "1", "2", "3"),
        },
        {"--label-base 1": loss(0.7, 0.5, 0.8)},
    ),
]

SCENARIOS = [*VALUES, *BEYOND, *COLUMNS, *LABELS]

SUBJECTS: Counter[str] = Counter()
"""Options that the user gave and the message is about, though it does not begin with them."""
