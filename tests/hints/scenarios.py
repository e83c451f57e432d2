"""Scenarios: for each hint in the code a world that provokes it, and the number it should lead to.

A new hint needs a line here (`test_every_hint_in_the_code_has_a_scenario` names it). The right
numbers are worked out from the worlds: the mean of -ln of what each row gave to its true class.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from xent_cli import evaluate

from .following import Scenario


def loss(*truths: float) -> float:
    """Return the mean of -ln of the probabilities of the true classes."""
    return -math.fsum(map(math.log, truths)) / len(truths)


def softmax(*rows: tuple[tuple[float, ...], int]) -> float:
    """Return the loss of rows of logits, each with the position of its true class."""
    return math.fsum(math.log(math.fsum(math.exp(x - z[t]) for x in z)) for z, t in rows) / len(
        rows
    )


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


OLD = Path(__file__).parent.parent / "fixtures" / "0.1"


def saved(path: Path, *, spoilt: bool = False) -> None:
    """Save the report of the pair."""
    q = [[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]]
    document = evaluate(q, [0, 1, 0]).to_dict()
    if spoilt:
        del document["tally"]["n_clipped"]
    path.write_text(json.dumps(document))


def spoilt_comparison(path: Path) -> None:
    """Write a comparison that lacks a sum."""
    document = json.loads((OLD / "comparison.json").read_bytes())
    del document["models"][1]["comparison"]["sums"]["n_clipped"]
    path.write_text(json.dumps(document))


def numpy_file(path: Path) -> None:
    """Write predictions as NumPy does, whatever the name of the file is."""
    with path.open("wb") as file:
        np.save(file, np.array([[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]]))


_INTERPRETATION = "pipeline/interpretation/"
_WAYS = f"{_INTERPRETATION}ways_out.py"
_REFUSAL = f"{_INTERPRETATION}refusal.py"
_ONE = f"{_INTERPRETATION}one_column.py"
_ORDER = f"{_INTERPRETATION}class_order.py"
_OBJECTION = f"{_INTERPRETATION}objection.py"
_SILENT = f"{_INTERPRETATION}silent_names.py"
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
    Scenario(
        f"{_WAYS} ways_out scale",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p_cat,p_dog", "1.5,1.25", "0.25,3", "2,0.5"), "y.csv": ANIMALS},
        {"--from | logits": softmax(((1.5, 1.25), 0), ((0.25, 3), 1), ((2, 0.5), 0))},
    ),
    Scenario(
        f"{_WAYS} _without_one pred_cols",
        "xent eval p.csv y.csv --pred-cols 'p*'",
        {
            "p.csv": lines("predict,p0,p1", "0,0.7,0.3", "1,0.4,0.6", "1,0.2,0.8"),
            "y.csv": lines("y", "0", "1", "0"),
        },
        {"- --pred-cols 'p*' | --pred-cols p0,p1": PAIRS},
    ),
    Scenario(
        f"{_WAYS} _without_one pred_cols",
        "xent eval p.csv y.csv --pred-cols '*[abm]'",
        {
            "p.csv": lines('"a,a","b,b",m', "0.7,0.3,1", "0.4,0.6,2", "0.2,0.8,1"),
            "y.csv": lines("y", '"a,a"', '"b,b"', '"a,a"'),
        },
        {"- --pred-cols '*[abm]' | --pred-cols 'a*' --pred-cols 'b*'": PAIRS},
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
    # Columns that nothing calls predictions are named before any way to read them.
    *(
        Scenario(
            f"{_REFUSAL} _with_tried_hints pred_cols; {_REFUSAL} _with_tried_hints scale",
            command,
            {
                "p.csv": lines("a,b", "1.5,-1", "0.25,3", "2,0.5"),
                "q.csv": lines("a,b", "3,-1", "0.25,2", "2,-0.5"),
                "y.csv": lines("y", "0", "1", "0"),
            },
            {
                "--from | logits": softmax(((1.5, -1), 0), ((0.25, 3), 1), ((2, 0.5), 0)),
                "--pred-cols | a,b --from logits": softmax(
                    ((1.5, -1), 0), ((0.25, 3), 1), ((2, 0.5), 0)
                ),
            },
            taken="xent read these as predictions: a, b.",
        )
        for command in (
            "xent eval p.csv y.csv",
            "xent gate p.csv y.csv --require 'ce <= 1'",
            "xent compare p.csv q.csv --labels y.csv",
            "xent explain p.csv y.csv",
            "xent rows p.csv y.csv",
        )
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
        f"{_INTERPRETATION}missing_columns.py nothing_found pred_cols",
        "xent eval p.csv y.csv",
        {"p.csv": lines("name,breed", "rex,cat", "tom,dog", "kim,dog"), "y.csv": ANIMALS},
        {"--pred-cols | breed": None},
    ),
    Scenario(
        f"{_INTERPRETATION}missing_columns.py nothing_found label_col",
        "xent eval p.csv",
        {"p.csv": lines("p_a,p_b,p_c", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3")},
        {"--label-col | p_c": None},
    ),
    Scenario(
        f"{_INTERPRETATION}long_rows.py _pivot id_col",
        "xent eval long.csv y.csv",
        {
            "long.csv": lines(
                *("id,class,p", "1,cat,0.7", "1,dog,0.3", "2,cat,0.4", "2,dog,0.6"),
                *("3,cat,0.2", "3,dog,0.8"),
            ),
            "y.csv": lines("id,animal", "3,cat", "1,cat", "2,dog"),
            "wide.csv": lines("id,cat,dog", "1,0.7,0.3", "2,0.4,0.6", "3,0.2,0.8"),
        },
        {"- long.csv | --id id": None, "$ xent eval wide.csv y.csv --id id --format json": PAIRS},
    ),
    Scenario(
        f"{_SILENT} silent_name pred_cols",
        "xent eval all.csv",
        {"all.csv": lines("humidity,rain", "0.7,1", "0.4,0", "0.2,1")},
        {"--pred-cols humidity": PAIRS},
    ),
    Scenario(
        f"{_SILENT} _of_own_label positive",
        "xent eval all.csv",
        {"all.csv": lines("p_correct,rain", "0.7,1", "0.4,0", "0.2,1")},
        {"--positive 1": PAIRS},
    ),
    Scenario(
        f"{_OBJECTION} _of_labels label_col",
        "xent eval all.csv",
        {"all.csv": lines("p_a,p_b,predicted_label", "0.7,0.3,a", "0.4,0.6,b", "0.2,0.8,b")},
        {"--label-col | predicted_label": loss(0.7, 0.6, 0.8)},
    ),
    Scenario(
        f"{_OBJECTION} _of_labels label_col; {_OBJECTION} _of_labels pred_cols",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "prob_label_a,prob_label_b,label_a,label_b", "0.7,0.3,0.5,0.5", "0.4,0.6,0.25,0.75"
            )
        },
        {
            "--pred-cols | 'prob_*' --label-col 'label_*'": (
                (loss(0.7) + loss(0.3)) / 2 + loss(0.4) / 4 + loss(0.6) * 3 / 4
            )
            / 2,
        },
    ),
    Scenario(
        f"{_OBJECTION} _of_logits scale=logits; {_OBJECTION} _of_logits pred_cols",
        "xent eval all.csv --from logits",
        {"all.csv": lines("p_a,p_b,age,y", "0.7,0.3,15,a", "0.4,0.6,3,b", "0.2,0.8,4,a")},
        {
            "- --from logits": PAIRS,
            "--pred-cols | p_a,p_b": softmax(((0.7, 0.3), 0), ((0.4, 0.6), 1), ((0.2, 0.8), 0)),
        },
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
        f"{_ORDER} _against_numbers classes; {_ORDER} _against_numbers label_base=0",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("p_0_cat,p_2_dog,p_1_owl", "0.7,0.2,0.1", "0.4,0.5,0.1"),
            "y.csv": lines("y", "0", "1"),
        },
        {"--classes 0,2,1": loss(0.7, 0.1), "--label-base 0": loss(0.7, 0.5)},
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
        "schema/unknown_label.py _of_one_among_known ignore_label; "
        "schema/unknown_label.py _of_one_among_known classes",
        "xent eval p.csv y.csv",
        {"p.csv": CATS, "y.csv": lines("animal", "kitten", "dog", "kitten")},
        {"--ignore-label kitten": loss(0.6), "--classes | kitten,dog": PAIRS},
    ),
    Scenario(
        "schema/unknown_label.py unknown_label classes",
        "xent eval p.csv y.csv",
        {"p.csv": lines("0.7,0.3", "0.4,0.6", "0.2,0.8"), "y.csv": ANIMALS},
        {"--classes cat,dog": PAIRS, "--classes dog,cat": loss(0.3, 0.4, 0.8)},
    ),
    Scenario(
        f"{_INTERPRETATION}packed_texts.py listed_classes classes",
        "xent eval all.csv",
        {
            "all.csv": lines(
                *("probs,classes,y", "[0.3 0.7],dog|cat,cat", "[0.6 0.4],dog|cat,dog"),
                "[0.8 0.2],dog|cat,cat",
            )
        },
        {"--classes dog,cat": PAIRS},
    ),
    Scenario(
        "schema/unknown_label.py unknown_label label_base=1",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("0.7,0.2,0.1", "0.2,0.5,0.3", "0.1,0.1,0.8"),
            "y.csv": lines("y", "1", "2", "3"),
        },
        {"--label-base 1": loss(0.7, 0.5, 0.8)},
    ),
    Scenario(
        "schema/unknown_label.py _count_apart label_base; "
        "schema/unknown_label.py _count_apart ignore_label",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("neg,mid,pos", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3"),
            "y.csv": lines("y", "-1", "0", "1"),
        },
        {"--label-base -1": loss(0.7, 0.5, 0.3), "--ignore-label -1": loss(0.4, 0.5)},
    ),
    Scenario(
        "schema/unknown_label.py _of_one_among_known ignore_label",
        "xent eval p.csv y.csv --invalid drop",
        {
            "p.csv": lines("p_cat,p_dog", "0.7,0.3", ",0.6", "0.4,0.6"),
            "y.csv": lines("animal", "cat", "owl", "dog"),
        },
        {"--ignore-label owl": loss(0.7, 0.6)},
    ),
    Scenario(
        "schema/unknown_label.py _of_one_among_known label_col",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("0.7,0.3", "0.4,0.6", "0.5,0.5", "0.5,0.5", "0.5,0.5"),
            "y.csv": lines("page", "0", "1", "17", "28", "39"),
        },
        {"--label-col | seen": None},
    ),
    # Labels 3 to 5 do not count from 1.
    Scenario(
        "schema/unknown_label.py unknown_label classes",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("0.7,0.2,0.1", "0.2,0.5,0.3", "0.1,0.1,0.8"),
            "y.csv": lines("y", "3", "4", "5"),
        },
        {"--classes | 3,4,5": loss(0.7, 0.5, 0.8)},
    ),
    Scenario(
        "schema/label_encoder.py ClassIndex._one_number classes",
        "xent eval p.csv y.csv --classes 1,1.0",
        {"p.csv": lines("0.7,0.3", "0.4,0.6"), "y.csv": lines("y", "1", "0")},
        {"- --classes 1,1.0 | --classes 1,0": loss(0.7, 0.6)},
    ),
]

IDS = {
    "p.csv": lines("key,p_cat,p_dog", "k1,0.7,0.3", "k2,0.4,0.6", "k3,0.2,0.8"),
    "y.csv": lines("key,animal", "k3,cat", "k1,cat", "k2,dog"),
}
_ALIGN = "io/align/row_order.py"

ROWS = [
    Scenario(f"{_ALIGN} _require_same id_col", "xent eval p.csv y.csv", IDS, {"--id key": PAIRS}),
    # A label in both files is no id.
    Scenario(
        "",
        "xent eval p.csv y.csv --pred-cols p_cat,p_dog",
        {
            "p.csv": lines("p_cat,p_dog,guess", "0.7,0.3,cat", "0.4,0.6,dog", "0.2,0.8,dog"),
            "y.csv": lines("animal,guess", "cat,cat", "dog,dog", "cat,cat"),
        },
    ),
    Scenario(
        f"{_ALIGN} _count_error id_col",
        "xent eval p.csv y.csv",
        {**IDS, "y.csv": lines("key,animal", "k3,cat", "k1,cat", "k2,dog", "k4,dog")},
        {"--id key": None},
    ),
    Scenario(
        f"{_ALIGN} _read_first_line header; {_ALIGN} _read_first_line labels_header",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("0.25,0.75", "0.7,0.3", "0.4,0.6"),
            "y.csv": lines("0", "1"),
        },
        {"--header yes --labels-header no": None},
    ),
    Scenario(
        f"{_ALIGN} _read_first_line labels_header",
        "xent eval p.csv y.csv",
        {"p.csv": CATS, "y.csv": lines("cat", "cat", "dog", "cat")},
        {"--labels-header yes": PAIRS},
    ),
    Scenario(
        f"{_ALIGN} _read_first_line header",
        "xent eval p.csv y.csv",
        {"p.csv": lines("a,b", "0.7,0.3", "0.4,0.6"), "y.csv": lines("y", "0", "1", "0")},
        {"--header no --labels-header yes": None},
    ),
    Scenario(
        "io/align/join_errors.py _Account.error unmatched=drop",
        "xent eval p.csv y.csv --id key",
        {**IDS, "y.csv": lines("key,animal", "k3,cat", "k1,cat", "k4,dog")},
        {"--unmatched drop": loss(0.7, 0.2)},
    ),
    Scenario(
        "schema/id_columns.py find_ids id_col=A=B",
        "xent eval p.csv y.csv --id key",
        {**IDS, "y.csv": lines("name,animal", "k3,cat", "k1,cat", "k2,dog")},
        {"- --id key | --id key=name": PAIRS, "--id A=B": None},
    ),
    Scenario(
        "schema/options.py EvalOptions.__post_init__ id_col",
        "xent eval p.csv y.csv --unmatched drop",
        IDS,
        {"--id | key": PAIRS},
    ),
]

RISING = (0.6, 0.7, 0.9, 0.8)
STACKED = {
    "all.csv": lines("model,id,prob,y", *("a,1,0.7,1", "a,2,0.4,0", "b,1,0.6,1", "b,2,0.1,0"))
}
"""Two models, one below the other."""

OBJECTIONS = [
    Scenario(
        f"{_ORDER} _no_class classes",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines("p1,p2,p3", "0.7,0.2,0.1", "0.4,0.5,0.1", "0.2,0.5,0.3"),
            "y.csv": lines("y", "0", "1", "2"),
        },
        {"--classes 0,1,2": loss(0.7, 0.5, 0.3)},
    ),
    Scenario(
        f"{_OBJECTION} _of_percent scale=percent; {_OBJECTION} _of_percent pred_cols",
        "xent eval all.csv",
        {"all.csv": lines("fraud_pct,is_fraud", "0.7,1", "0.4,0", "0.2,1")},
        {
            "--from percent": loss(0.007, 0.996, 0.002),
            "--pred-cols fraud_pct": loss(0.7, 0.6, 0.2),
        },
    ),
    Scenario(
        f"{_OBJECTION} _of_confidence positive",
        "xent eval all.csv",
        {
            "all.csv": lines(
                "max_prob,y", *(f"{q},{y}" for q, y in zip(RISING, (0, 1, 1, 0), strict=True))
            )
        },
        {"--positive 1": loss(0.4, 0.7, 0.9, 0.2)},
    ),
    Scenario(
        f"{_INTERPRETATION}long_rows.py flat_rows mode=binary",
        "xent eval all.csv",
        {"all.csv": lines("prob,y", *["0.7,1", "0.1,0", "0.2,0"] * 8)},
        {"--mode binary": loss(*[0.7, 0.9, 0.8] * 8)},
    ),
    Scenario(
        f"{_ONE} _way_of_many ignore_label",
        "xent eval all.csv",
        {"all.csv": lines("prob,label", "0.7,1", "0.4,0", "0.2,-1", "0.9,1")},
        {"--ignore-label -1": loss(0.7, 0.6, 0.9)},
    ),
    Scenario(
        "; ".join([f"{_INTERPRETATION}outcome.py opposite_outcome positive"] * 2),
        "xent eval all.csv",
        {"all.csv": lines("prob_survival,died", "0.7,1", "0.4,0", "0.2,1")},
        {"--positive 1": loss(0.7, 0.6, 0.2), "--positive 0": loss(0.3, 0.4, 0.8)},
    ),
    Scenario(
        f"{_INTERPRETATION}outcome.py _swapped_places pred_cols; "
        f"{_INTERPRETATION}outcome.py _swapped_places classes",
        "xent eval all.csv",
        {"all.csv": lines("p_churn,p_stay,churn", "0.7,0.3,1", "0.4,0.6,0", "0.2,0.8,1")},
        {
            "--pred-cols p_stay,p_churn": loss(0.7, 0.6, 0.2),
            "--classes churn,stay": loss(0.3, 0.4, 0.8),
        },
    ),
    Scenario(
        f"{_INTERPRETATION}ranked.py ranked_error classes",
        "xent eval all.jsonl",
        {
            "all.jsonl": lines(
                *(
                    json.dumps({"scores": scores, "label": at % 3})
                    for at, scores in enumerate([[0.5, 0.25, 0.25], [0.5, 0.3, 0.2]] * 6)
                )
            )
        },
        {"--classes | 0,1,2": loss(*[0.5, 0.3, 0.25, 0.5, 0.25, 0.2] * 2)},
    ),
    Scenario(
        f"{_INTERPRETATION}row_names.py other_order id_col",
        "xent eval p.csv y.csv",
        {**IDS, "y.csv": lines("image,animal", "k3,cat", "k1,cat", "k2,dog")},
        {"--id key=image": PAIRS},
    ),
    # With the folders in one file only there is nothing to join by.
    Scenario(
        f"{_INTERPRETATION}row_names.py other_order id_col",
        "xent eval p.csv y.csv",
        {**IDS, "y.csv": lines("image,animal", "x/k3.jpg,cat", "x/k1.jpg,cat", "x/k2.jpg,dog")},
        {"--id key=image": None},
    ),
    Scenario(
        "pipeline/soft_labels.py stray_fraction mode",
        "xent eval all.csv",
        {"all.csv": lines("p,y", *["0.8,1", "0.4,0"] * 5, "0.5,0.5")},
        {"--mode binary": (10 * loss(0.8, 0.6) + loss(0.5)) / 11},
    ),
    Scenario(
        f"{_INTERPRETATION}stacked.py stacked_models by",
        "xent eval all.csv",
        STACKED,
        {"--by model": loss(0.7, 0.6, 0.6, 0.9)},
    ),
]

_CSV = "io/formats/csv/"

FILES = [
    Scenario(
        f"{_CSV}dialect.py _detect_table input_format=jsonl",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines(
                *(
                    f'{{"p_cat": {p}, "p_dog": {q}}}'
                    for p, q in ((0.7, 0.3), (0.4, 0.6), (0.2, 0.8))
                )
            ),
            "y.csv": ANIMALS,
        },
        {"--input-format jsonl": None},
    ),
    Scenario(
        f"{_CSV}dialect.py _detect_table header=no",
        "xent eval p.csv y.csv",
        {"p.csv": lines("0.7,0.3"), "y.csv": lines("cat")},
        {"--header no": None},
    ),
    Scenario(
        f"{_CSV}dialect.py _detect_table encoding=cp1252",
        "xent eval p.csv y.csv",
        {"p.csv": CATS.replace("cat", "ka\u017a").encode("cp1250"), "y.csv": ANIMALS},
        {"--encoding cp1252": None},
    ),
    Scenario(
        f"{_CSV}names.py doubled header=no",
        "xent eval p.csv y.csv --header yes",
        {"p.csv": lines("0.5,0.5", "0.4,0.6", "0.2,0.8"), "y.csv": lines("y", "0", "1", "0")},
        {"- --header yes | --header no --labels-header yes": loss(0.5, 0.6, 0.2)},
    ),
    Scenario(
        f"{_CSV}parser.py explain encoding=cp1252",
        "xent eval p.csv y.csv",
        {
            "p.csv": beyond("0.75,0.25"),
            "y.csv": labels(f"cat,{'a' * 1000}", "k\xe4tzchen,", "animal,of").encode("cp1252"),
        },
        {"--encoding cp1252": None},
    ),
    Scenario(
        f"{_CSV}source.py TextSource.__init__ encoding",
        "xent eval p.csv y.csv",
        {
            "p.csv": CATS.replace("cat", "k\xe4tzchen").encode("cp1252"),
            "y.csv": ANIMALS.replace("cat", "k\xe4tzchen").encode("cp1252"),
        },
        {"--encoding | latin-1": PAIRS},
        figure=PAIRS,
    ),
    Scenario(
        f"{_CSV}dialect.py _require_rows input_format",
        "xent eval p.csv y.csv",
        {"p.csv": lines("p" * 140_000, "0.5"), "y.csv": ANIMALS},
        {"--input-format | npy": None},
    ),
    Scenario(
        f"{_CSV}dialect.py _decode input_format",
        "xent eval p.csv y.csv",
        {"p.csv": b"p_cat,p_dog\n0.7,\0\0\n", "y.csv": ANIMALS},
        {"--input-format | npy": None},
    ),
    Scenario(
        "io/formats/detect.py detect_format input_format",
        "xent eval p.parquet y.csv",
        {"p.parquet": numpy_file, "y.csv": lines("y", "0", "1", "0")},
        {"--input-format npy": None},
    ),
    Scenario(
        "io/formats/multi_file.py ManySource.__init__ header=yes; "
        "io/formats/multi_file.py ManySource.__init__ header=no",
        "xent eval p y.csv",
        {
            "p/1.csv": lines("0,1", "0.7,0.3"),
            "p/2.csv": lines("0.4,0.6", "0.2,0.8"),
            "y.csv": lines("y", "0", "1", "0"),
        },
        {"--header yes": None, "--header no": None},
    ),
    Scenario(
        "io/source.py reading input_format",
        "xent eval p.parquet y.csv",
        {"p.parquet": CATS, "y.csv": ANIMALS},
        {"--input-format | csv": PAIRS},
    ),
    Scenario(
        "io/storage/encoding.py _Transcoded.readinto encoding=latin-1",
        "xent eval p.csv y.csv --encoding shift_jis",
        {
            "p.csv": CATS,
            "y.csv": lines("animal,of", "cat,J\xf6rg", "dog,Ann", "cat,Ann").encode("latin-1"),
        },
        {"- --encoding shift_jis | --encoding latin-1": PAIRS, "--encoding latin-1": PAIRS},
    ),
]

COUNTRIES = lines("animal,country,score", "cat,KR,1.5", "dog,KR,2.5", "cat,FR,3.5")
SCORED = pd.DataFrame({"animal": ["cat", "dog", "cat"], "score": [1.5, 2.5, 3.5]})
PLACES = {"p.csv": CATS, "y.csv": COUNTRIES}

SLICES = [
    Scenario(
        "io/block.py Block._whole by",
        "xent eval p.csv y.parquet --by score",
        {"p.csv": CATS, "y.parquet": SCORED.to_parquet},
        {"- --by score | --by score:10": PAIRS, "--by score:10": None},
    ),
    Scenario(
        "pipeline/slice_keys.py require_numbers by",
        "xent eval p.csv y.csv --by country:3",
        PLACES,
        {"- --by country:3 | --by country": PAIRS, "--by country": None},
    ),
    Scenario(
        "analysis/gate/rules.py Rule.slicing_among by",
        "xent gate p.csv y.csv --require 'slice.country=KR.ce <= 1'",
        PLACES,
        {"--by country": PAIRS},
    ),
    Scenario(
        "analysis/gate/verdicts.py judge min_n=0",
        "xent gate p.csv y.csv --require 'slice.country.*.ce <= 1' --by country",
        PLACES,
        {"--min-n 0": PAIRS},
        figure=PAIRS,
    ),
    Scenario(
        "metrics/tally/slice_sums.py require_few by",
        "xent eval p.csv y.csv --by n",
        {
            "p.csv": lines("p_cat,p_dog", *["0.75,0.25"] * 65537),
            "y.csv": lines("animal,n", *(f"cat,{at}" for at in range(65537))),
        },
        {"- --by n | --by n:10": loss(0.75)},
    ),
]

TRUE = [at % 9 for at in range(180)]
"""Of ten classes the last has no rows: labels from 1 to 9 may count from 0, too."""

VERBS = [
    Scenario(
        "analysis/gate/rules.py Rule.require_baseline baseline",
        "xent gate p.csv y.csv --require 'delta <= 0'",
        {**PAIR, "old.csv": BETTER},
        {"--baseline | old.csv": PAIRS},
    ),
    Scenario(
        "analysis/gate/rules.py parse_rules require=ce",
        "xent gate p.csv y.csv",
        PAIR,
        {"--require 'ce <= 0.35'": PAIRS},
    ),
    Scenario(
        "api/gate.py gate baseline",
        "xent gate p.csv y.csv --require 'ce <= 1' --aa 10",
        {**PAIR, "old.csv": BETTER},
        {"--baseline | old.csv": None},
    ),
    Scenario(
        "api/compare.py require_others allow_same=True",
        "xent compare p.csv q.csv --labels y.csv",
        {**PAIR, "q.csv": CATS},
        {"--allow-same": PAIRS},
    ),
    Scenario(
        "api/merge.py _require_distinct allow_same=True",
        "xent merge a.json b.json",
        {"a.json": saved, "b.json": saved},
        {"--allow-same": PAIRS},
    ),
    Scenario(
        "metrics/report/warnings.py _wide xent eval",
        "xent show report.json",
        {"report.json": (OLD / "report.json").read_bytes(), **PAIR},
        {"$ xent eval p.csv y.csv -f json > r.json && xent show r.json -f json": PAIRS},
        figure=json.loads((OLD / "report.json").read_bytes())["overall"]["cross_entropy"],
    ),
    Scenario(
        "io/formats/json_document.py read_document xent show",
        "xent eval report.json",
        {"report.json": (OLD / "report.json").read_bytes()},
        {
            "$ xent show report.json -f json": json.loads((OLD / "report.json").read_bytes())[
                "overall"
            ]["cross_entropy"]
        },
    ),
    Scenario(
        "metrics/tally/tally.py Tally.from_dict xent eval",
        "xent show r.json",
        {"r.json": partial(saved, spoilt=True), **PAIR},
        {"$ xent eval p.csv y.csv -f json > r.json && xent show r.json -f json": PAIRS},
    ),
    Scenario(
        "metrics/tally/paired_differences.py Delta.from_dict xent compare",
        "xent show c.json",
        {"c.json": spoilt_comparison, **PAIR, "q.csv": BETTER},
        {
            "$ xent compare p.csv q.csv --labels y.csv -f json > r.json "
            "&& xent show r.json -f json": PAIRS
        },
    ),
    Scenario(
        "render/view.py View._choose top=0",
        "xent eval p.csv y.csv --top 1 --output md:r.md",
        PAIR,
        {"--top 0": PAIRS},
        figure=PAIRS,
    ),
    Scenario(
        "render/documents/explanation.py left_out top=0",
        "xent explain p.csv y.csv --top 1 --output md:r.md",
        PAIR,
        {"--top 0": PAIRS},
        figure=PAIRS,
    ),
    Scenario(
        "analysis/explain/column_order.py say_order label_base=1",
        "xent eval p.csv y.csv",
        {
            "p.csv": lines(
                *(",".join("0.91" if at == of else "0.01" for at in range(10)) for of in TRUE)
            ),
            "y.csv": lines("y", *(str(of + 1) for of in TRUE)),
        },
        {"--label-base 1": loss(0.91)},
        figure=loss(0.01),
    ),
    Scenario(
        "pipeline/plan.py Plan.require_shared engine",
        "xent eval p.csv y.csv --id key --engine dask",
        IDS,
        {"- --engine dask": PAIRS},
    ),
    Scenario(
        "cli/config_file.py _checked *",
        "xent eval p.csv y.csv",
        {**PAIR, "xent.toml": 'output = "json:r.json"\n'},
        {"--output | json:r.json": None},
    ),
    Scenario(
        "cli/output.py split_target --output",
        "xent eval p.csv y.csv --output json",
        PAIR,
        {"- --output json | --output json:report.json": PAIRS},
    ),
    Scenario(
        "cli/output.py read_targets --format",
        "xent eval p.csv y.csv --output json:-",
        PAIR,
        {"- --output json:- | --format json": PAIRS},
    ),
    Scenario(
        "analysis/from_json.py from_dict xent eval",
        "xent show r.json",
        {**PAIR, "r.json": "{}"},
        {"$ xent eval p.csv y.csv -f json > r.json && xent show r.json -f json": PAIRS},
    ),
]

OWN = lines("p_cat,p_dog,ref,animal", "0.7,0.3,a,cat", "0.4,0.6,b,dog", "0.2,0.8,c,cat")
MODELS = [
    Scenario(
        "pipeline/repeated_labels.py require_same_labels id_col=COL",
        "xent compare p.csv q.csv",
        {
            "p.csv": OWN,
            "q.csv": lines(
                "p_cat,p_dog,ref,animal", "0.5,0.5,b,dog", "0.9,0.1,a,cat", "0.3,0.7,c,cat"
            ),
        },
        {"--id COL": None, "--id | ref": PAIRS},
    ),
    Scenario(
        "pipeline/twin_columns.py require_no_twins label_col",
        "xent eval p.csv q.csv",
        {"p.csv": CATS, "q.csv": BETTER},
        {
            "--label-col 'p_*'": -(
                0.9 * math.log(0.7)
                + 0.1 * math.log(0.3)
                + 0.4 * math.log(0.4)
                + 0.6 * math.log(0.6)
                + 0.5 * math.log(0.2)
                + 0.5 * math.log(0.8)
            )
            / 3
        },
    ),
    Scenario(
        "schema/positive_class.py require_positive pred_cols",
        "xent eval p.csv y.csv --positive p_cat",
        {"p.csv": CATS, "y.csv": lines("animal", "1", "0", "1")},
        {"--pred-cols p_dog,p_cat": PAIRS},
    ),
]

SCENARIOS = [
    *VALUES,
    *BEYOND,
    *COLUMNS,
    *LABELS,
    *ROWS,
    *OBJECTIONS,
    *FILES,
    *SLICES,
    *VERBS,
    *MODELS,
]

SUBJECTS = Counter(
    (
        "schema/class_weights.py _as_weight class_weights",
        "schema/class_weights.py _read_list class_weights",
        "schema/options.py EvalOptions.__post_init__ weight",
        "schema/options.py EvalOptions.__post_init__ label_smoothing",
        "render/documents/explanation.py _tools compat",
        "render/documents/report.py document compat",
        "render/junit.py render_junit xent gate",  # Names of suites.
        "render/junit.py render_junit_error xent gate",
    )
)
"""Options that the user gave and the message is about, though it does not begin with them."""
