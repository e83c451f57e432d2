"""Shapes in which other columns stand beside the family, and look as if they belonged to it."""

from __future__ import annotations

import math
from typing import Any

from .family import GUESSES, integer, order
from .making import ONLY, class_columns, one_file, two_files
from .problem import Draw, Number, Shape, Table, mean_loss


def confidence_of_the_guess(draw: Draw) -> Shape:
    """One probability beside a predicted label: that of the label, and no class is named."""
    k = draw.pick("classes", (2, 2, 3, 4))
    kind = draw.pick("names", ("from 0", "words", "pair"))
    names = draw.names(kind, k)
    problem = draw.problem(names)
    guess, sure = draw.pick(
        "columns",
        (
            ("pred_label", "pred_prob"),
            ("prediction_label", "prediction_score"),
            ("predicted_label", "probability"),
            ("y_pred", "confidence"),
            ("prediction", "score"),
            ("predicted_class", "max_prob"),
        ),
    )
    table: Table = [
        ("text", [f"t{i}" for i in range(problem.n)]),
        ("label", [integer(v) for v in problem.labels]),
        (guess, [integer(v) for v in problem.guesses]),
        (sure, list(problem.confidences)),
    ]
    pairs = zip(problem.labels, problem.guesses, problem.confidences, strict=True)
    chances = [float(p) if said == true else 1.0 - float(p) for true, said, p in pairs]
    others = [f"{ONLY} --label-col label --pred-cols {sure}"]
    others += [f"{others[0]} --positive '{name}'" for name in names] if k == 2 else []
    figures = (mean_loss(chances),) if k == 2 else ()
    refusal: Any = "fine" if k == 2 else "only"
    kind = "confidence of two" if k == 2 else "confidence of many"
    return one_file(draw, kind, table, *figures, refusal=refusal, others=tuple(others))


def positive_beside_the_guess(draw: Draw) -> Shape:
    """One probability beside a predicted label: that of the positive class, below 0.5 as well."""
    names = draw.pick("names", (("0", "1"), ("no", "yes")))
    problem = draw.problem(names)
    guess, sure = draw.pick(
        "columns", (("Scored Labels", "Scored Probabilities"), ("y_pred", "y_prob"))
    )
    table: Table = [
        ("Class", [integer(v) for v in problem.labels]),
        (guess, [integer(v) for v in problem.guesses]),
        (sure, problem.column(names[1])),
    ]
    refusal: Any = "late" if names[0] == "0" else "fine"
    return one_file(
        draw, "positive beside the guess", table, problem.cross_entropy(), refusal=refusal
    )


def families_of_models(draw: Draw) -> Shape:
    """Several models in one file: nothing says which is meant until the user does."""
    k = draw.pick("classes", (2, 3))
    names = draw.names(draw.pick("names", ("words", "from 0")), k)
    first = draw.problem(names, decimals=6)
    second = draw.problem(names, decimals=6, n=first.n)
    models = draw.pick("models", (("lr", "dt"), ("model_a", "model_b"), ("rf", "xgb")))
    style = draw.pick("family", ("model first", "one column each", "calibrated"))
    table: Table = [("y_true", [integer(v) for v in first.labels])]
    figure = first.cross_entropy()
    if style == "model first":
        for model, problem in zip(models, (first, second), strict=True):
            table += [(f"{model}_{name}", problem.column(name)) for name in names]
        chosen = f"{ONLY} --pred-cols '{models[0]}_*'"
    elif style == "calibrated":  # H2O with calibrate_model
        for prefix, problem in zip(("cal_p", "p"), (first, second), strict=True):
            table += [(f"{prefix}{name}", problem.column(name)) for name in names]
        chosen = f"{ONLY} --pred-cols 'cal_p*'"
    else:
        if k != 2 or not names[0].isdigit():
            first = draw.problem(("0", "1"), decimals=6)
            second = draw.problem(("0", "1"), decimals=6, n=first.n)
            table, figure = [("y_true", list(first.truth))], first.cross_entropy()
        table += [
            (f"{models[0]}_proba", first.column("1")),
            (f"{models[1]}_proba", second.column("1")),
        ]
        chosen = f"{ONLY} --pred-cols {models[0]}_proba"
    plain = draw.pick("says", ("nothing", "the model"))
    if plain == "nothing":
        return one_file(draw, "models in one file", table, refusal="only")
    return one_file(draw, "a model of one file", table, figure, command=chosen)


def joined_models(draw: Draw) -> Shape:
    """Two models' tables joined by pandas: cat_x, cat_y, or p_cat, p_cat.1."""
    names = draw.names(draw.pick("names", ("words", "from 0")), draw.pick("classes", (2, 3)))
    first = draw.problem(names, decimals=6)
    second = draw.problem(names, decimals=6, n=first.n)
    ends = draw.pick(
        "ends", (("_x", "_y"), ("", ".1"), ("_model1", "_model2"), ("_train", "_test"))
    )
    table: Table = [("label", [integer(v) for v in first.labels])]
    for end, problem in zip(ends, (first, second), strict=True):
        table += [(f"p_{name}{end}", problem.column(name)) for name in names]
    if ends[0] and draw.pick("says", ("nothing", "the model")) == "the model":
        command = f"{ONLY} --pred-cols '*{ends[0]}'"
        return one_file(
            draw, "a model of joined ones", table, first.cross_entropy(), command=command
        )
    return one_file(draw, "joined models", table, refusal="only")


def prior_beside(draw: Draw) -> Shape:
    """The shares of the classes in training stand beside the probabilities, as another family."""
    names = draw.names("words", draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    shares = [Number(f"{1 / len(names):.4f}")] * problem.n
    table: Table = [(f"prior_{name}", list(shares)) for name in names]
    table += [*[(f"p_{name}", problem.column(name)) for name in names], ("label", problem.labels)]
    return one_file(draw, "priors beside", table, problem.cross_entropy(), refusal="fine")


def a_member_too_many(draw: Draw) -> Shape:
    """A number column whose name looks like a class of the family, but is none."""
    names = draw.names("words", draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    odd = draw.pick("odd", ("p_value", "p_max", "p_total"))
    made = {
        "p_value": [Number(f"{draw.rng.random():.3f}") for _ in problem.rows],
        "p_max": list(problem.confidences),
        "p_total": [Number("1.0") for _ in problem.rows],
    }
    table = [
        *class_columns(draw, problem, names, prefix="p_"),
        (odd, made[odd]),
        ("label", problem.labels),
    ]
    return one_file(draw, "a member too many", table, problem.cross_entropy(), refusal="fine")


def ranked_pairs(draw: Draw) -> Shape:
    """The classes of each row ranked: pred_1, prob_1, pred_2, prob_2. Numbers are ranks."""
    kind = draw.pick("names", ("words", "from 1", "from 0"))
    names = draw.names(kind, draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    ranked = [
        sorted(zip(row, names, strict=True), key=lambda pair: -float(pair[0]))
        for row in problem.rows
    ]
    heads = draw.pick("heads", (("pred_{}", "prob_{}"), ("top{}_label", "top{}_prob")))
    start = 0 if kind == "from 0" else 1
    table: Table = [("label", [integer(v) for v in problem.labels])]
    for rank in range(len(names)):
        name, chance = (head.format(rank + start) for head in heads)
        table.append((name, [integer(row[rank][1]) for row in ranked]))
        table.append((chance, [row[rank][0] for row in ranked]))
    others = (f"{ONLY} --label-col label", f"{ONLY} --pred-cols '{heads[1].format('*')}'")
    figure = problem.cross_entropy()
    return one_file(draw, "ranked pairs", table, figure, refusal="fine", others=others)


def probability_twice(draw: Draw) -> Shape:
    """A column of one class stands beside the family again, under another name."""
    names = draw.names("pair", 2)
    problem = draw.problem(names)
    table = [*class_columns(draw, problem, names), ("prob", problem.column(names[1]))]
    table += [("estimate", problem.guesses), ("truth", problem.labels)]
    return one_file(draw, "probability twice", table, problem.cross_entropy())


def guesses_called_label(draw: Draw) -> Shape:
    """A submission whose column "label" holds its guesses, beside the file of labels."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "from 1")), draw.pick("classes", (2, 3))
    )
    problem = draw.problem(names)
    ids = ("id", list(range(500, 500 + problem.n)))
    table: Table = [ids, ("label", [integer(v) for v in problem.guesses])]
    table += class_columns(draw, problem, order(draw, names))
    labels: Table = [ids, ("label", [integer(v) for v in problem.labels])]
    return two_files(draw, "guesses called label", table, labels, problem.cross_entropy())


def derived_beside(draw: Draw) -> Shape:
    """Figures that follow from the family, all within 0 and 1: margin, entropy, loss, correct."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "gaps")), draw.pick("classes", (2, 3))
    )
    problem = draw.problem(names)
    ranked = [sorted(map(float, row), reverse=True) for row in problem.rows]
    made: dict[str, list[Any]] = {
        "margin": [Number(f"{row[0] - row[1]:.4f}") for row in ranked],
        "entropy": [
            Number(f"{-sum(p * math.log(max(p, 1e-9)) for p in row):.4f}") for row in ranked
        ],
        "correct": [int(a == b) for a, b in zip(problem.labels, problem.guesses, strict=True)],
        "max_prob": list(problem.confidences),
    }
    beside = draw.pick("derived", tuple(made))
    table = [*class_columns(draw, problem, order(draw, names)), (beside, made[beside])]
    table.append(("label", [integer(v) for v in problem.labels]))
    return one_file(draw, "derived beside", table, problem.cross_entropy())


def labels_repeat_predictions(draw: Draw) -> Shape:
    """The label file has columns of another model under the same names, and the labels."""
    names = draw.names(draw.pick("names", ("words", "from 0")), draw.pick("classes", (2, 3)))
    problem = draw.problem(names, decimals=6)
    older = draw.problem(names, decimals=6, n=problem.n)
    table = class_columns(draw, problem, names)
    said = ("label", [integer(v) for v in problem.labels])
    labels = [
        said,
        *[
            (head, older.rows and older.column(name))
            for (head, _), name in zip(table, names, strict=True)
        ],
    ]
    return two_files(draw, "labels repeat predictions", table, labels, problem.cross_entropy())


def ids_like_classes(draw: Draw) -> Shape:
    """Ids and other whole numbers that are classes by their value, beside the labels."""
    names = draw.names("from 0", draw.pick("classes", (3, 4)))
    problem = draw.problem(names)
    other = draw.pick("number", ("fold", "cluster", "group", "n_words", "cv_fold"))
    numbers = [draw.rng.randrange(len(names)) for _ in problem.rows]
    table: Table = [("id", list(range(problem.n))), (other, numbers)]
    table += [("label", list(problem.truth)), *class_columns(draw, problem, names)]
    return one_file(draw, "ids like classes", table, problem.cross_entropy())


def features_alone(draw: Draw) -> Shape:
    """Features and a hard prediction; there is no probability in the file."""
    problem = draw.problem(("0", "1"))
    rng = draw.rng
    share = [Number(f"{rng.random():.2f}") for _ in problem.rows]
    table: Table = [("share_a", share), ("share_b", [Number(f"{1 - float(v):.2f}") for v in share])]
    if draw.pick("features", ("sum to one", "do not")) == "do not":
        table = [
            ("age_scaled", share),
            ("fare_scaled", [Number(f"{rng.random():.2f}") for _ in share]),
        ]
    table += [
        ("y_true", list(problem.truth)),
        (draw.pick("guess", GUESSES), [int(v) for v in problem.guesses]),
    ]
    return one_file(draw, "features alone", table, refusal="only")


NEIGHBOURS = (
    confidence_of_the_guess,
    positive_beside_the_guess,
    families_of_models,
    joined_models,
    prior_beside,
    a_member_too_many,
    ranked_pairs,
    probability_twice,
    guesses_called_label,
    derived_beside,
    labels_repeat_predictions,
    ids_like_classes,
    features_alone,
)
