"""Shapes in which a hasty reader gets the classes of columns or labels wrong."""

from __future__ import annotations

from typing import Any

from .containers import spark_vectors, write
from .family import TRUTHS, integer, order
from .making import BOTH, ONLY, class_columns, one_file, two_files
from .problem import Draw, Number, Shape, Table


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


TRAPS = (
    labels_that_fit_as_positions,
    base_contradicts_names,
    sorted_as_text,
    reversed_pair,
    a_class_is_missing,
    predictions_as_labels,
    one_hot_in_another_order,
    one_hot_of_other_classes,
    numbers_and_names,
    spark_frame,
    names_r_made,
    classes_like_ids,
)
