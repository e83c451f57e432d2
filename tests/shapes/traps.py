"""Shapes in which a hasty reader gets a plausible number that is wrong."""

from __future__ import annotations

import math
from typing import Any

from .containers import spark_vectors, write
from .family import AFFIXES, GUESSES, TRUTHS, integer, order
from .problem import Draw, Number, Problem, Shape, Table, mean_loss

ONLY = "xent eval preds.csv"
BOTH = "xent eval preds.csv labels.csv"


def class_columns(
    draw: Draw, problem: Problem, columns: Any, *, prefix: str | None = None
) -> Table:
    """Return a family's columns under a drawn affix, or a prefix that is given."""
    before, after = draw.pick("affix", AFFIXES) if prefix is None else (prefix, "")
    return [(f"{before}{name}{after}", problem.column(name)) for name in columns]


def one_file(draw: Draw, kind: str, table: Table, *figures: float, **rest: Any) -> Shape:
    """Return a shape of one text file."""
    container = draw.pick("text", ("csv", "csv quoted", "csv bom crlf"))
    return Shape(
        kind=kind,
        files={"preds.csv": write(table, container)},
        command=rest.pop("command", ONLY),
        figures=figures,
        tags=dict(draw.tags),
        **rest,
    )


def two_files(
    draw: Draw, kind: str, table: Table, labels: Table, *figures: float, **rest: Any
) -> Shape:
    """Return a shape of two text files."""
    return Shape(
        kind=kind,
        files={"preds.csv": write(table, "csv"), "labels.csv": write(labels, "csv")},
        command=rest.pop("command", BOTH),
        figures=figures,
        tags=dict(draw.tags),
        **rest,
    )


def labels_that_fit_as_positions(draw: Draw) -> Shape:
    """Integer names that do not start at 0, and labels that are valid positions as well."""
    kind, k = draw.pick("names", ("from 1", "gaps of 3")), draw.pick("classes", (4, 5, 6))
    first = 1 if kind == "from 1" else 2
    names = [str(v) for v in range(first, first + k)]
    problem = draw.problem(names).with_labels_among(draw.rng, names[: k - first])
    table = class_columns(draw, problem, order(draw, tuple(names)))
    labels: Table = [(draw.pick("truth", TRUTHS), [int(v) for v in problem.labels])]
    figure = problem.cross_entropy()
    others = (f"{BOTH} --label-base 1", f"{BOTH} --label-base 0")
    return two_files(draw, "labels fit as positions", table, labels, figure, others=others)


def base_contradicts_names(draw: Draw) -> Shape:
    """Names from 1 and labels from 0: one of the two was shifted, and nothing says which."""
    k = draw.pick("classes", (3, 4, 5))
    names = [str(v + 1) for v in range(k)]
    problem = draw.problem(names)
    table = class_columns(draw, problem, names)
    labels: Table = [("label", list(problem.truth))]
    return two_files(draw, "names from 1, labels from 0", table, labels, refusal="only")


def sorted_as_text(draw: Draw) -> Shape:
    """Twelve numbered classes whose columns stand as text sorts them: 0, 1, 10, 11, 2."""
    first = draw.pick("first", (0, 1))
    names = sorted(str(v) for v in range(first, first + 12))
    problem = draw.problem(names)
    table = class_columns(draw, problem, names)
    labels: Table = [("label", [int(v) for v in problem.labels])]
    return two_files(draw, "sorted as text", table, labels, problem.cross_entropy())


def reversed_pair(draw: Draw) -> Shape:
    """The positive column first; labels 0 and 1."""
    problem = draw.problem(("0", "1"))
    table = [*class_columns(draw, problem, ("1", "0")), ("label", list(problem.truth))]
    how = draw.pick("labels", ("integers", "booleans", "floats"))
    if how != "integers":
        cast: Any = bool if how == "booleans" else float
        table[-1] = ("label", [cast(v) for v in problem.truth])
    return one_file(draw, "reversed pair", table, problem.cross_entropy())


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
    style = draw.pick("family", ("model first", "one column each"))
    table: Table = [("y_true", [integer(v) for v in first.labels])]
    figure = first.cross_entropy()
    if style == "model first":
        for model, problem in zip(models, (first, second), strict=True):
            table += [(f"{model}_{name}", problem.column(name)) for name in names]
        chosen = f"{ONLY} --pred-cols '{models[0]}_*'"
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


def a_class_is_missing(draw: Draw) -> Shape:
    """The file lacks a class that labels name, or whose share the rows lack."""
    k = draw.pick("classes", (3, 4))
    names = draw.names(draw.pick("names", ("words", "from 0", "from 1")), k)
    problem = draw.problem(names)
    gone = draw.pick("gone", ("first", "last", "middle"))
    lost = names[{"first": 0, "last": k - 1, "middle": 1}[gone]]
    kept = [name for name in names if name != lost]
    if draw.pick("labels name it", ("yes", "no")) == "no":
        problem = problem.with_labels_among(draw.rng, kept)
    table = class_columns(draw, problem, kept)
    table.append(("label", [integer(v) for v in problem.labels]))
    return one_file(draw, "a class is missing", table, refusal="only")


def predictions_as_labels(draw: Draw) -> Shape:
    """The predictions are given as labels too, and hold none."""
    names = draw.names(draw.pick("names", ("words", "from 0")), draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    table = class_columns(draw, problem, names)
    if draw.pick("id", ("no", "yes")) == "yes":
        table = [("id", list(range(problem.n))), *table]
    command = draw.pick(
        "command",
        ("xent eval preds.csv preds.csv", "xent gate preds.csv preds.csv --max-loss 5", ONLY),
    )
    return one_file(draw, "predictions as labels", table, refusal="only", command=command)


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


def one_hot_in_another_order(draw: Draw) -> Shape:
    """One-hot labels beside weights and ids, their columns in another order."""
    names = draw.names(
        draw.pick("names", ("words", "spaces", "from 1", "gaps")), draw.pick("classes", (3, 4))
    )
    problem = draw.problem(names)
    table: Table = [("row_id", [f"r{i}" for i in range(problem.n)])]
    table += class_columns(draw, problem, names, prefix=draw.pick("prefix", ("", "p_", "class_")))
    heads = dict(zip(names, [head for head, _ in table[1:]], strict=True))
    labels: Table = [table[0]]
    labels += [
        (heads[c], [int(v == c) for v in problem.labels])
        for c in order(draw, names, ("reversed", "shuffled"))
    ]
    usage = draw.pick("beside", ("nothing", "Usage", "sample_weight", "fold"))
    if usage == "Usage":
        labels.append(("Usage", [draw.rng.choice(("Public", "Private")) for _ in problem.rows]))
    elif usage == "sample_weight":
        labels.append(("sample_weight", [draw.rng.choice((1, 2, 4)) for _ in problem.rows]))
    elif usage == "fold":
        labels.append(("fold", [draw.rng.randrange(2) for _ in problem.rows]))
    return two_files(draw, "one-hot in another order", table, labels, problem.cross_entropy())


def one_hot_of_other_classes(draw: Draw) -> Shape:
    """One-hot labels of the same number of columns that name other classes."""
    names = draw.names("words", 3)
    problem = draw.problem(names)
    table = class_columns(draw, problem, names, prefix="")
    strange = ("north", "south", "west")
    labels: Table = [
        (s, [int(v == c) for v in problem.labels]) for s, c in zip(strange, names, strict=True)
    ]
    return two_files(draw, "one-hot of other classes", table, labels, refusal="only")


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


def probability_twice(draw: Draw) -> Shape:
    """A column of one class stands beside the family again, under another name."""
    names = draw.names("pair", 2)
    problem = draw.problem(names)
    table = [*class_columns(draw, problem, names), ("prob", problem.column(names[1]))]
    table += [("estimate", problem.guesses), ("truth", problem.labels)]
    return one_file(draw, "probability twice", table, problem.cross_entropy())


def numbers_and_names(draw: Draw) -> Shape:
    """Labels as text and as codes of sorted names, beside columns in another order."""
    names = draw.names("words", draw.pick("classes", (3, 4)))
    problem = draw.problem(names)
    table = class_columns(draw, problem, order(draw, names, ("reversed", "shuffled")))
    table += [("label", list(problem.truth)), ("label_name", problem.labels)]
    return one_file(draw, "numbers and names", table, problem.cross_entropy(), refusal="fine")


def spark_frame(draw: Draw) -> Shape:
    """Spark: vectors that must be read, beside hard predictions that look like numbers."""
    problem = draw.problem(draw.names("from 0", draw.pick("classes", (2, 3))), decimals=6)
    table: Table = [("id", list(range(problem.n))), ("label", [float(v) for v in problem.truth])]
    if draw.pick("raw", ("no", "yes")) == "yes":
        doubled = [[Number(str(20 * float(p) - 7)) for p in row] for row in problem.rows]
        table.append(("rawPrediction", spark_vectors(doubled)))
    table.append(("probability", spark_vectors(problem.rows)))
    table.append(("prediction", [float(v) for v in problem.guesses]))
    return Shape(
        kind="spark frame",
        files={"scored.parquet": write(table, "parquet")},
        command="xent eval scored.parquet",
        figures=(problem.cross_entropy(),),
        refusal="fine",
        tags=dict(draw.tags),
    )


def integral_logits(draw: Draw) -> Shape:
    """Logits that are whole numbers in text; one column has only 0 and 1."""
    names = draw.names(draw.pick("names", ("from 0", "words")), 3)
    problem = draw.problem(names, decimals=2)
    raw = [
        [draw.rng.randint(-4, 6), draw.rng.randint(0, 1), draw.rng.randint(-3, 9)]
        for _ in problem.rows
    ]
    losses = [
        math.log(math.fsum(math.exp(v) for v in row)) - row[at]
        for row, at in zip(raw, problem.truth, strict=True)
    ]
    table: Table = [(f"c{name}", [row[c] for row in raw]) for c, name in enumerate(names)]
    table.append(("label", [integer(v) for v in problem.labels]))
    figure = math.fsum(losses) / len(losses)
    return one_file(
        draw, "integral logits", table, figure, command=f"{ONLY} --from logits", refusal="fine"
    )


def percent(draw: Draw) -> Shape:
    """Percentages, as numbers up to 100 or with signs."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "pair")), draw.pick("classes", (2, 3))
    )
    problem = draw.problem(names, decimals=3)
    sign = draw.pick("sign", ("", "%"))
    table = [
        (
            head,
            [f"{100 * float(p):.1f}{sign}" for p in cells]
            if sign
            else [Number(f"{100 * float(p):.1f}") for p in cells],
        )
        for head, cells in class_columns(draw, problem, names)
    ]
    table.append(("label", [integer(v) for v in problem.labels]))
    others = (f"{ONLY} --row-sums renormalize", f"{ONLY} --row-sums ignore")
    sums = [sum(map(float, row)) for row in problem.rows]
    chances = [
        float(row[at]) / total
        for row, at, total in zip(problem.rows, problem.truth, sums, strict=True)
    ]
    figures = (problem.cross_entropy(), mean_loss(chances))
    return one_file(draw, "percent", table, *figures, refusal="fine", others=others)


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


def names_r_made(draw: Draw) -> Shape:
    """R's V1, V2, V3 count columns; labels of 1 and 2 alone could be names or positions."""
    problem = draw.problem(("0", "1", "2"))
    how = draw.pick("labels", ("from 0", "from 1", "1 and 2 only"))
    figures: tuple[float, ...] = (problem.cross_entropy(),)
    refusal: Any = {"from 0": "fine", "from 1": "fine", "1 and 2 only": "only"}[how]
    said = list(problem.truth) if how == "from 0" else [v + 1 for v in problem.truth]
    if how == "1 and 2 only":
        problem, figures = problem.with_labels_among(draw.rng, ("1", "2")), ()
        said = list(problem.truth)
    table: Table = [(f"V{c + 1}", problem.column(name)) for c, name in enumerate(problem.names)]
    labels: Table = [("x", said)]
    return two_files(draw, "names R made", table, labels, *figures, refusal=refusal)


def ids_like_classes(draw: Draw) -> Shape:
    """Ids and other whole numbers that are classes by their value, beside the labels."""
    names = draw.names("from 0", draw.pick("classes", (3, 4)))
    problem = draw.problem(names)
    other = draw.pick("number", ("fold", "cluster", "group", "n_words", "cv_fold"))
    numbers = [draw.rng.randrange(len(names)) for _ in problem.rows]
    table: Table = [("id", list(range(problem.n))), (other, numbers)]
    table += [("label", list(problem.truth)), *class_columns(draw, problem, names)]
    return one_file(draw, "ids like classes", table, problem.cross_entropy())


def classes_like_ids(draw: Draw) -> Shape:
    """Classes that are called as other columns are: id, label, weight."""
    names = ("id", "label", "score", "weight")
    problem = draw.problem(names)
    prefix = draw.pick("prefix", ("p_", "prob_", "class_"))
    table = [
        *class_columns(draw, problem, order(draw, names), prefix=prefix),
        ("truth", problem.labels),
    ]
    return one_file(draw, "classes like ids", table, problem.cross_entropy())


def compared_orders(draw: Draw) -> Shape:
    """Two models whose columns stand in another order, or whose labels stand in the first file."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "from 1")), draw.pick("classes", (2, 3))
    )
    first = draw.problem(names, decimals=6)
    second = draw.problem(names, decimals=6, n=first.n)
    second = Problem(names=second.names, rows=second.rows, truth=first.truth)
    figure = second.cross_entropy() - first.cross_entropy()
    prefix = draw.pick("prefix", ("", "p_", "class_"))
    old, new = (
        class_columns(draw, problem, order(draw, names), prefix=prefix)
        for problem in (first, second)
    )
    said = ("label", [integer(v) for v in first.labels])
    files = {"new.csv": write(new, "csv")}
    where = draw.pick("labels stand", ("apart", "in the old file", "in both"))
    command = "xent compare old.csv new.csv --labels y.csv"
    if where == "apart":
        files |= {"old.csv": write(old, "csv"), "y.csv": write([said], "csv")}
    else:
        files["old.csv"] = write([*old, said], "csv")
        command = "xent compare old.csv new.csv --labels old.csv"
        if where == "in both":
            files["new.csv"] = write([said, *new], "csv")
            command = "xent compare old.csv new.csv"
    return Shape(
        kind="compared",
        files=files,
        command=command,
        figures=(figure,),
        tags=dict(draw.tags),
    )


TRAPS = (
    labels_that_fit_as_positions,
    base_contradicts_names,
    sorted_as_text,
    reversed_pair,
    confidence_of_the_guess,
    positive_beside_the_guess,
    families_of_models,
    a_class_is_missing,
    predictions_as_labels,
    labels_repeat_predictions,
    one_hot_in_another_order,
    one_hot_of_other_classes,
    a_member_too_many,
    probability_twice,
    numbers_and_names,
    spark_frame,
    integral_logits,
    percent,
    features_alone,
    names_r_made,
    ids_like_classes,
    classes_like_ids,
    compared_orders,
)
