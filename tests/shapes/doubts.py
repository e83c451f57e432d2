"""Shapes in which labels, scales or rows leave a doubt, or none after a second look."""

from __future__ import annotations

import math
from typing import Any

from .containers import write
from .family import AFFIXES, integer, order
from .making import BOTH, ONLY, class_columns, one_file, two_files
from .problem import Draw, Number, Problem, Shape, Table, mean_loss


def codes_against_the_order(draw: Draw) -> Shape:
    """Codes of sorted names beside reversed columns; guesses in codes tell the order."""
    names = draw.names("words", draw.pick("classes", (3, 4)))
    problem = draw.problem(names, n=40)
    table = class_columns(draw, problem, order(draw, names, ("reversed", "shuffled")))
    table += [
        ("y_pred", [names.index(v) for v in problem.guesses]),
        ("y_true", list(problem.truth)),
    ]
    return one_file(draw, "codes against the order", table, problem.cross_entropy(), refusal="fine")


def codes_without_zero(draw: Draw) -> Shape:
    """Names are words, and labels are 1 and 2 of three: from 0 or from 1, nothing says which."""
    names = draw.names("words", draw.pick("classes", (3, 4)))
    problem = draw.problem(names).with_labels_among(
        draw.rng, names[1:-1] if len(names) > 3 else names[1:]
    )
    table = class_columns(draw, problem, names)
    return two_files(
        draw, "codes without 0", table, [("label", list(problem.truth))], refusal="only"
    )


def codes_from_one(draw: Draw) -> Shape:
    """Names are words, and labels are R's factor codes from 1 to K."""
    names = draw.names("words", draw.pick("classes", (2, 3, 4)))
    problem = draw.problem(names)
    table = class_columns(draw, problem, names)
    labels: Table = [("label", [v + 1 for v in problem.truth])]
    others = (f"{BOTH} --label-base 1",)
    figure = problem.cross_entropy()
    return two_files(draw, "codes from 1", table, labels, figure, refusal="fine", others=others)


def polar_pair(draw: Draw) -> Shape:
    """Columns of yes and no, the positive first, beside labels 0 and 1 or True and False."""
    no, yes = draw.pick(
        "pair", (("no", "yes"), ("neg", "pos"), ("False", "True"), ("negative", "positive"))
    )
    problem = draw.problem((no, yes))
    table = class_columns(draw, problem, (yes, no))
    said: list[Any] = list(problem.truth)
    if draw.pick("labels", ("0/1", "True/False")) == "True/False":
        said = [bool(v) for v in said]
    return two_files(draw, "polar pair", table, [("y", said)], problem.cross_entropy())


def one_named_column(draw: Draw) -> Shape:
    """One column only, and its name says of which class it speaks: the first or the second."""
    low, high = draw.pick("pair", (("0", "1"), ("no", "yes"), ("ham", "spam"), ("<=50K", ">50K")))
    problem = draw.problem((low, high))
    which = draw.pick("of", (low, high))
    prefix, suffix = draw.pick("affix", AFFIXES[3:-2])
    table: Table = [(f"{prefix}{which}{suffix}", problem.column(which))]
    table.append(("y_true", [integer(v) for v in problem.labels]))
    others = (f"{ONLY} --positive '{which}'",)
    return one_file(
        draw, "one named column", table, problem.cross_entropy(), others=others, refusal="fine"
    )


def sigmoids(draw: Draw) -> Shape:
    """One sigmoid for each class, or sums of an ordinal model: no row is a distribution."""
    how = draw.pick("rows", ("sigmoids", "cumulative"))
    names = draw.names("words" if how == "sigmoids" else "from 0", draw.pick("classes", (3, 4)))
    problem = draw.problem(names)
    rows = []
    for row in problem.rows:
        values = [min(0.99, 0.3 + 0.7 * float(p)) for p in row]
        if how == "cumulative":
            values = [min(1.0, sum(map(float, row[: c + 1]))) for c in range(len(row))]
        rows.append(tuple(Number(f"{value:.3f}") for value in values))
    loose = Problem(names=problem.names, rows=tuple(rows), truth=problem.truth)
    table = class_columns(draw, loose, names)
    table.append(("label", [integer(v) for v in problem.labels]))
    return one_file(draw, how, table, refusal="only")


def swapped_files(draw: Draw) -> Shape:
    """LABELS is given first and PREDS second: the same figure, or none."""
    names = draw.names(draw.pick("names", ("words", "from 0")), draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    table = class_columns(draw, problem, names, prefix=draw.pick("prefix", ("", "p_")))
    labels: Table = [("label", [integer(v) for v in problem.labels])]
    if draw.pick("labels", ("one column", "one-hot")) == "one-hot":
        heads = zip(names, table, strict=True)
        labels = [(head, [int(v == c) for v in problem.labels]) for c, (head, _) in heads]
    command = "xent eval labels.csv preds.csv"
    figure = problem.cross_entropy()
    return two_files(draw, "swapped files", table, labels, figure, refusal="fine", command=command)


def votes(draw: Draw) -> Shape:
    """Labels are the votes of three or five people for each class."""
    names = draw.names(draw.pick("names", ("words", "gaps")), draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    people = draw.pick("people", (3, 5))
    counts = []
    for at in problem.truth:
        drawn = [at, at, *(draw.rng.randrange(len(names)) for _ in range(people - 2))]
        counts.append([drawn.count(c) for c in range(len(names))])
    figure = problem.soft_cross_entropy([[v / people for v in row] for row in counts])
    table = class_columns(draw, problem, names, prefix="p_")
    labels: Table = [
        (f"votes_{names[c]}", [row[c] for row in counts]) for c in reversed(range(len(names)))
    ]
    others = (f"{BOTH} --label-sums renormalize",)
    return two_files(draw, "votes", table, labels, figure, refusal="fine", others=others)


def missing_cells(draw: Draw) -> Shape:
    """A row lacks its label, another a probability; only --invalid drop leaves them out."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "from 1")), draw.pick("classes", (2, 3))
    )
    problem = draw.problem(names)
    spelled = draw.pick("missing", ("", "NA", "nan", "null"))
    whole = Problem(names=names, rows=problem.rows[:-2], truth=problem.truth[:-2])
    said: list[Any] = [integer(v) for v in problem.labels]
    said[-1] = spelled
    table: Table = [*class_columns(draw, problem, names), ("label", said)]
    table[0][1][-2] = Number(spelled)
    if draw.pick("said", ("no", "yes")) == "no":
        return one_file(draw, "missing cells, not said", table, refusal="only")
    command = f"{ONLY} --invalid drop"
    return one_file(draw, "missing cells", table, whole.cross_entropy(), command=command)


def soft_binary(draw: Draw) -> Shape:
    """Labels are fractions, of one class: a share, or what another model said."""
    problem = draw.problem(("0", "1"))
    shares = [round(draw.rng.uniform(0.03, 0.97), 2) for _ in problem.rows]
    figure = problem.soft_cross_entropy([(1.0 - t, t) for t in shares])
    labels: Any = (draw.pick("truth", ("y_true", "target", "label")), shares)
    table: Table = [(draw.pick("head", ("y_prob", "prob", "y_pred")), problem.column("1")), labels]
    if draw.pick("files", ("one", "two")) == "one":
        return one_file(draw, "soft binary", table, figure, refusal="fine")
    return two_files(draw, "soft binary", table[:1], table[1:], figure, refusal="fine")


def other_scales(draw: Draw) -> Shape:
    """Logits or logarithms of probabilities, and the option that says so, or not."""
    names = draw.names(draw.pick("names", ("words", "from 1")), draw.pick("classes", (2, 3)))
    problem = draw.problem(names, decimals=6)
    scale = draw.pick("scale", ("logits", "logprobs"))
    shift = 0.0 if scale == "logprobs" else 1.5
    rows = [tuple(Number(f"{math.log(float(p)) + shift:.9f}") for p in row) for row in problem.rows]
    losses = []
    for row, at in zip(rows, problem.truth, strict=True):
        values = [float(v) for v in row]
        norm = math.log(math.fsum(map(math.exp, values))) if scale == "logits" else 0.0
        losses.append(norm - values[at])
    figure = math.fsum(losses) / len(losses)
    other = Problem(names=problem.names, rows=tuple(rows), truth=problem.truth)
    prefix = draw.pick("prefix", ("", "logit_", "score_", "p_"))
    table: Table = [(f"{prefix}{name}", other.column(name)) for name in order(draw, names)]
    table.append(("label", [integer(v) for v in problem.labels]))
    said = draw.pick("said", ("yes", "no"))
    if said == "no":
        return one_file(draw, "other scales, not said", table, refusal="only")
    return one_file(draw, "other scales", table, figure, command=f"{ONLY} --from {scale}")


def rows_that_differ(draw: Draw) -> Shape:
    """The label file has one row more or less, or other ids: there is no number."""
    names = draw.names(draw.pick("names", ("words", "from 0")), 3)
    problem = draw.problem(names)
    how = draw.pick("rows", ("one less", "one more", "other ids"))
    ids = list(range(problem.n))
    said: list[Any] = [integer(v) for v in problem.labels]
    table: Table = [("id", ids), *class_columns(draw, problem, names)]
    if how == "one less":
        labels: Table = [("label", said[:-1])]
    elif how == "one more":
        labels = [("label", [*said, said[0]])]
    else:
        labels = [("id", [i + 7 for i in ids]), ("label", said)]
    return two_files(draw, "rows that differ", table, labels, refusal="only")


def multilabel(draw: Draw) -> Shape:
    """Several tasks at once, the same columns in both files: only with --mode binary."""
    names = draw.names("words", draw.pick("classes", (2, 3)))
    rng, n = draw.rng, 30
    said = [[rng.randrange(2) for _ in names] for _ in range(n)]
    said[0], said[1] = [1] * len(names), [0] * len(names)
    q = [[Number(f"{rng.uniform(0.02, 0.98):.3f}") for _ in names] for _ in range(n)]
    terms = [
        -math.log(float(p) if y else 1.0 - float(p))
        for row, ys in zip(q, said, strict=True)
        for p, y in zip(row, ys, strict=True)
    ]
    ids: Any = ("respondent_id", [26707 + i for i in range(n)])
    table: Table = [ids, *[(name, [row[c] for row in q]) for c, name in enumerate(names)]]
    labels: Table = [ids, *[(name, [ys[c] for ys in said]) for c, name in enumerate(names)]]
    figure = math.fsum(terms) / len(terms)
    others = (f"{BOTH} --mode binary",)
    return two_files(draw, "multi-label", table, labels, figure, refusal="fine", others=others)


def old_labels(draw: Draw) -> Shape:
    """Both files hold labels and they differ: one of them is old."""
    names = draw.names("words", draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    older = draw.problem(names, n=problem.n)
    table = [*class_columns(draw, problem, names), ("label", older.labels)]
    files = {
        "preds.csv": write(table, "csv"),
        "labels.csv": write([("label", problem.labels)], "csv"),
    }
    return Shape(
        kind="old labels",
        files=files,
        command=BOTH,
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


def compared_orders(draw: Draw) -> Shape:
    """Two models whose columns stand in another order, or whose labels stand in the first file."""
    names = draw.names(
        draw.pick("names", ("words", "from 0", "from 1")), draw.pick("classes", (2, 3))
    )
    first = draw.problem(names, decimals=6)
    second = draw.problem(names, decimals=6, n=first.n)
    second = Problem(names=second.names, rows=second.rows, truth=first.truth)
    figure = second.cross_entropy() - first.cross_entropy()
    prefix = draw.pick("prefix", ("", "p_", "class_", "own"))
    if prefix == "own":
        old, new = (
            class_columns(draw, problem, order(draw, names), prefix=own)
            for problem, own in ((first, "lr_"), (second, "dt_"))
        )
    else:
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


DOUBTS = (
    codes_against_the_order,
    codes_without_zero,
    codes_from_one,
    polar_pair,
    one_named_column,
    sigmoids,
    swapped_files,
    votes,
    missing_cells,
    soft_binary,
    other_scales,
    rows_that_differ,
    multilabel,
    old_labels,
    integral_logits,
    percent,
    compared_orders,
)
