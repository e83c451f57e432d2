"""Files as known tools write them."""

from __future__ import annotations

from typing import Any

from .containers import file_name, write
from .family import integer, order
from .problem import INTEGERS, TEXTS, Draw, Number, Problem, Shape, Table

KINDS = (*TEXTS, *INTEGERS)


def _integers(problem: Problem) -> list[Any]:
    return [integer(name) for name in problem.labels]


def h2o(draw: Draw) -> Shape:
    """H2O: predict, then p and the class name; text levels stand as they are."""
    kind = draw.pick("names", INTEGERS[:4])
    names = draw.names(kind, draw.pick("classes", (2, 3, 5, 11)) if kind != "gaps" else 4)
    problem = draw.problem(names, decimals=17)
    columns = sorted(names) if draw.pick("order", ("sorted", "as text")) == "as text" else names
    table: Table = [("predict", [integer(name) for name in problem.guesses])]
    table += [(f"p{name}", problem.column(name)) for name in columns]
    if draw.pick("StdErr", ("no", "yes")) == "yes":  # generalized linear models add it
        table.append(("StdErr", [Number(f"{draw.rng.random() / 9:.6f}") for _ in problem.rows]))
    labels: Table = [(draw.pick("truth", ("response", "Class", "y")), _integers(problem))]
    return Shape(
        kind="h2o",
        files={"h2o.csv": write(table, "csv quoted"), "y.csv": write(labels, "csv quoted")},
        command="xent eval h2o.csv y.csv",
        figures=(problem.cross_entropy(),),
        others=("xent eval h2o.csv y.csv --pred-cols 'p*'",),
        tags=dict(draw.tags),
    )


def r_matrix(draw: Draw) -> Shape:
    """R: write.csv of ranger's or caret's matrix, with row names, or make.names as in caret."""
    kind = draw.pick("names", ("words", "spaces", "from 1", "from 0", "gaps", "dots"))
    names = draw.names(kind, draw.pick("classes", (2, 3, 4)))
    problem = draw.problem(names, decimals=17)
    made = draw.pick("make.names", ("no", "yes"))
    called = {n: n for n in names}
    if made == "yes":
        called = {n: f"X{n}" if n.isdigit() else n.replace(" ", ".") for n in names}
    rows = [str(i + 1) for i in range(problem.n)]
    table: Table = [(called[name], problem.column(name)) for name in names]
    if numbered := draw.pick("row names", ("yes", "no")) == "yes":
        table = [("", rows), *table]
    labels: Table = [("x", [integer(name) for name in problem.labels])]
    labels = [("", rows), *labels] if numbered else labels
    return Shape(
        kind="r matrix",
        files={"pred.csv": write(table, "csv quoted"), "truth.csv": write(labels, "csv quoted")},
        command="xent eval pred.csv truth.csv",
        figures=(problem.cross_entropy(),),
        tags=dict(draw.tags),
    )


def tidy(draw: Draw) -> Shape:
    """R: tidymodels' collect_predictions and mlr3's as.data.table, labels in the same file."""
    tool = draw.pick("tool", ("tidymodels", "mlr3", "caret savePredictions"))
    kind = draw.pick("names", ("words", "pair", "spaces", "cased", "from 1"))
    names = draw.names(kind, draw.pick("classes", (2, 3, 4)))
    problem = draw.problem(names, decimals=17)
    numbers: list[Any] = [i + 1 for i in range(problem.n)]
    said, guesses = [integer(n) for n in problem.labels], [integer(n) for n in problem.guesses]
    if tool == "tidymodels":
        outcome = draw.pick("truth", ("diabetes", "Class", "churned"))
        table: Table = [("id", [f"Fold{1 + i % 5}" for i in range(problem.n)])]
        table += [(f".pred_{name}", problem.column(name)) for name in names]
        table += [(".row", numbers), (".pred_class", guesses), (outcome, said)]
        table += [(".config", ["Preprocessor1_Model1"] * problem.n)]
    elif tool == "mlr3":
        table = [("row_ids", numbers), ("truth", said), ("response", guesses)]
        table += [(f"prob.{name}", problem.column(name)) for name in names]
    else:
        # caret's columns are levels; numbers alone cannot be levels there
        heads = {name: f"X{name}" if name.isdigit() else name.replace(" ", ".") for name in names}
        table = [("pred", [heads[str(g)] for g in guesses]), ("obs", [heads[str(s)] for s in said])]
        table += [(heads[name], problem.column(name)) for name in names]
        table += [("rowIndex", numbers), ("Resample", ["Fold1"] * problem.n)]
    return Shape(
        kind="tidy",
        files={"preds.csv": write(table, "csv")},
        command="xent eval preds.csv",
        figures=(problem.cross_entropy(),),
        tags=dict(draw.tags),
    )


def scored(draw: Draw) -> Shape:
    """A whole scored table: features, label, the family, its guess (Azure, KNIME, PyCaret, ...)."""
    tool = draw.pick("tool", ("azure", "knime", "pycaret", "datarobot", "rapidminer", "orange"))
    kind = draw.pick("names", ("pair", "words", "from 0", "spaces", "gaps"))
    names = draw.names(kind, draw.pick("classes", (2, 3)))
    problem = draw.problem(names)
    affix, guess = {
        "azure": ("Scored Probabilities_{}", "Scored Labels"),
        "knime": ("P (Churn={})", "Prediction (Churn)"),
        "pycaret": ("prediction_score_{}", "prediction_label"),
        "datarobot": ("Churn_{}_PREDICTION", "Churn_PREDICTION"),
        "rapidminer": ("confidence({})", "prediction(Churn)"),
        "orange": ("Tree ({})", "Tree"),
    }[tool]
    rng, n = draw.rng, problem.n
    features: Table = [
        ("Tenure", [rng.randrange(1, 70) for _ in range(n)]),
        ("Charge", [Number(f"{rng.uniform(10, 99):.2f}") for _ in range(n)]),
        ("rate", [Number(f"{rng.random():.2f}") for _ in range(n)]),
    ]
    columns = reversed(names) if tool == "datarobot" else order(draw, names)
    table = [
        *features,
        ("Churn", _integers(problem)),
        *[(affix.format(name), problem.column(name)) for name in columns],
        (guess, [integer(name) for name in problem.guesses]),
    ]
    command = draw.pick("says", ("xent eval scored.csv", "xent eval scored.csv --label-col Churn"))
    return Shape(
        kind="scored",
        files={"scored.csv": write(table, "csv")},
        command=command,
        figures=(problem.cross_entropy(),),
        others=("xent eval scored.csv --label-col Churn --pred-cols '" + affix.format("*") + "'",),
        # Integer features may all be classes by chance; the option says which column is meant.
        refusal="late" if "--label-col" in command or not names[0].isdigit() else "fine",
        tags=dict(draw.tags),
    )


def binary(draw: Draw) -> Shape:
    """One probability column of a positive class that the names or labels tell."""
    how = draw.pick(
        "binary",
        (
            "0/1",
            "0.0/1.0",
            "True/False",
            "-1/1",
            "named positive",
            "named negative",
            "guess at 0.5",
            "guess at 0.3",
            "same column name",
            "weka spam",
            "xgboost",
            "codes 1/2",
        ),
    )
    names = ("ham", "spam") if "named" in how or how == "weka spam" else ("0", "1")
    problem = draw.problem(names)
    positive, said = problem.column(names[1]), list(problem.truth)
    figure = (problem.cross_entropy(),)
    head, label, refusal = (
        draw.pick("head", ("y_prob", "prob", "proba", "p", "y_score")),
        "y_true",
        "late",
    )
    labels: list[Any] = said
    extras: Table = []
    if how == "0.0/1.0":
        labels = [float(v) for v in said]
    elif how == "True/False":
        labels = [bool(v) for v in said]
    elif how == "-1/1":
        labels = [2 * v - 1 for v in said]
    elif how == "codes 1/2":
        labels, refusal = [v + 1 for v in said], "fine"
    elif how == "named positive":
        labels, head = problem.labels, "p_spam"
    elif how == "named negative":
        labels, head, positive = problem.labels, "p_ham", problem.column("ham")
    elif how == "weka spam":
        labels, head = problem.labels, "spam"
    elif how.startswith("guess"):
        limit = float(how.split()[-1])
        extras = [("y_pred", [int(float(p) >= limit) for p in positive])]
    if how in {"same column name", "xgboost"}:
        rows = [892 + i for i in range(problem.n)]
        ids: Table = [("PassengerId", rows)] if how == "same column name" else []
        column = "Survived" if ids else "pred"
        files = {
            "sub.csv": write([*ids, (column, positive)], "csv"),
            "truth.csv": write([*ids, (column if ids else "label", said)], "csv"),
        }
        return Shape(
            kind="binary",
            files=files,
            command="xent eval sub.csv truth.csv",
            figures=figure,
            tags=dict(draw.tags),
        )
    container = draw.pick("container", ("csv", "jsonl", "parquet", "tab"))
    table: Table = [(label, labels), *extras, (head, positive)]
    if draw.pick("column order", ("label first", "label last")) == "label last":
        table.reverse()
    name = file_name("preds", container)
    return Shape(
        kind="binary",
        files={name: write(table, container)},
        command=f"xent eval {name}",
        figures=figure,
        refusal="fine" if refusal == "fine" else "late",
        tags=dict(draw.tags),
    )
