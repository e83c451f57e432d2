"""One family of class columns with any affix, label kind, order, extra columns and container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .containers import TEXT, file_name, write
from .problem import INTEGERS, NAMES, TEXTS, Column, Draw, Number, Problem, Shape, Table

# What stands around the class names, and who writes it so.
AFFIXES = (
    ("", ""),  # AutoGluon, spaCy, Kaggle
    ("p_", ""),
    ("p", ""),  # H2O
    ("prob_", ""),
    ("prob.", ""),  # mlr3
    (".pred_", ""),  # tidymodels
    ("proba_", ""),
    ("probability_", ""),
    ("Probability:Class=", ""),  # CatBoost
    ("P (target=", ")"),  # KNIME
    ("P(", ")"),
    ("confidence(", ")"),  # RapidMiner
    ("Scored Probabilities_", ""),  # Azure ML Studio
    ('Scored Probabilities for Class "', '"'),  # Azure ML Studio, older
    ("prediction_score_", ""),  # PyCaret
    ("outcome_", "_PREDICTION"),  # DataRobot
    ("outcome_probabilities_", ""),  # Ludwig
    ("class", ""),
    ("class_", ""),
    ("Random Forest (", ")"),  # Orange
    ("Status_", ""),
    ("", "_prob"),
    ("", "_proba"),
    ("probability[", "]"),
)
TRUTHS = ("label", "target", "y_true", "truth", "species", "Class", "outcome", "actual", "gold")
KNOWN_TRUTHS = ("label", "target", "y_true", "truth", "actual", "gold")
GUESSES = (
    "pred_label",
    "prediction",
    "predict",
    "Scored Labels",
    ".pred_class",
    "y_pred",
    "response",
)
ORDERS = ("sorted", "shuffled", "reversed")
LABELS = {
    "integers": (
        "integers",
        "floats",
        "text",
        "padded text",
        "column names",
        "one-hot",
        "one-hot bool",
        "soft",
    ),
    "texts": (
        "text",
        "padded text",
        "other case",
        "column names",
        "codes",
        "one-hot",
        "one-hot bool",
        "soft",
    ),
}
CONTAINERS = (*TEXT[:-1], "jsonl", "parquet", "parquet dictionary", "parquet float32")
EXTRAS = (
    "none",
    "id",
    "id and split",
    "weight",
    "guess",
    "guess partly wrong",
    "guess and confidence",
    "features",
    "features beside",
    "logits",
    "two labels",
    "index",
)


def order(draw: Draw, names: tuple[str, ...], kinds: tuple[str, ...] = ORDERS) -> list[str]:
    """Return names in one of the orders; a shuffled one is neither sorted nor reversed."""
    kind = draw.pick("order", kinds)
    mixed = list(names)
    while kind == "shuffled" and mixed in (list(names), list(names)[::-1]) and len(names) > 2:
        draw.rng.shuffle(mixed)
    return mixed[::-1] if kind == "reversed" or (kind == "shuffled" and len(names) == 2) else mixed


def integer(name: str) -> int | str:
    """Return what a file holds for a label: integers as numbers, other names as text."""
    return int(name) if name.lstrip("-").isdigit() else name


def family(draw: Draw) -> Shape:
    """Draw one family of columns, and all around it."""
    kind = draw.pick("names", tuple(NAMES))
    k = draw.pick("classes", (2, 3, 4, 5, 2, 3, 11 if kind in {"from 0", "from 1"} else 4))
    names = draw.names(kind, k)
    numbers = kind in INTEGERS
    prefix, suffix = draw.pick("affix", AFFIXES)
    labels = draw.pick("labels", LABELS["integers" if numbers else "texts"])
    columns = order(draw, names, ("sorted",) if labels == "codes" else ORDERS)
    container = draw.pick("container", CONTAINERS)
    problem = draw.problem(names, single=container == "parquet float32")
    called = {name: f"{prefix}{name}{suffix}" for name in names}
    files = draw.pick("files", ("one", "two"))
    extras = draw.pick("extras", EXTRAS)
    truth = draw.pick("truth", TRUTHS)
    target, figure, late = _target(draw, problem, labels, truth, called, files)
    table: Table = [(called[name], problem.column(name)) for name in columns]
    table, unsure = _extras(draw, table, problem, extras, codes=labels == "codes")
    if extras == "two labels" and labels == "text" and not numbers:
        target = [*target, (f"{truth}_id", list(problem.truth))]
        late = late or columns != list(names)  # names and codes disagree unless sorted
    files_at, command = _files(draw, table, target, files, container)
    if "one-hot" in labels or labels == "soft":
        late = late or files == "one"
    bare = not prefix and not suffix
    # Codes are positions in a family that only its sums tell from the features beside it.
    late = late or unsure or (labels == "codes" and bare and extras.startswith("features"))
    told = draw.tags.get("guess") if "guess" in extras else None
    if told == "response" and files == "one" and truth not in KNOWN_TRUTHS:
        late = True  # mlr3 calls its guesses so, others their labels
    others: tuple[str, ...] = ()
    if len(target) == 1 and files == "one":
        others = (f"{command} --label-col '{truth}'",)
    if prefix and prefix.isidentifier() and not suffix:
        others = (*others, f"{command} --pred-cols '{prefix}*'")
    if labels != "codes" and not any(mark in name for name in names for mark in ",' "):
        others = (*others, f"{command} --classes='{','.join(names)}'")
    if k == 2 and labels in {"integers", "text"}:
        others = (*others, f"{command} --positive='{names[draw.rng.randrange(2)]}'")
    return Shape(
        kind="family",
        files=files_at,
        command=command,
        figures=(figure,),
        refusal="fine" if late else "late",
        others=others,
        tags=dict(draw.tags),
    )


def _target(
    draw: Draw, problem: Problem, labels: str, truth: str, called: dict[str, str], files: str
) -> tuple[Table, float, bool]:
    """Return the columns of labels, the right figure, and whether a refusal is as good."""
    said = problem.labels
    figure = problem.cross_entropy()
    single: dict[str, Callable[[str], Any]] = {
        "integers": integer,
        "floats": float,
        "text": lambda name: name,
        "padded text": lambda name: f" {name}",
        "other case": lambda name: name.upper() if name.islower() else name.lower(),
        "column names": lambda name: called[name],
        "codes": problem.names.index,
    }
    if labels in single:
        return (
            [(truth, [single[labels](name) for name in said])],
            figure,
            labels in {"column names", "other case"},
        )
    names = order(draw, problem.names)
    same = (
        files == "two"
        and draw.pick("one-hot columns", ("same names", "own prefix")) == "same names"
    )
    heads = called if same else {name: f"{truth}_{name}" for name in names}
    if labels != "soft":
        true, false = (True, False) if labels == "one-hot bool" else (1, 0)
        return (
            [(heads[c], [true if name == c else false for name in said]) for c in names],
            figure,
            False,
        )
    rows = []
    for at in problem.truth:
        parts = [draw.rng.choice((1, 2, 3)) + (4 if c == at else 0) for c in range(problem.k)]
        hundredths = [round(100 * part / sum(parts)) for part in parts]
        hundredths[at] += 100 - sum(hundredths)
        rows.append([h / 100 for h in hundredths])
    soft: Table = [(heads[c], [row[problem.names.index(c)] for row in rows]) for c in names]
    return soft, problem.soft_cross_entropy(rows), True


def _extras(
    draw: Draw, table: Table, problem: Problem, extras: str, *, codes: bool
) -> tuple[Table, bool]:
    """Put other columns around the family; say whether they leave it less than clear."""
    rng, n = draw.rng, problem.n
    ids: Column = ("id", [1000 + i for i in range(n)])
    said: Callable[[str], Any] = problem.names.index if codes else integer
    guess = draw.pick("guess", GUESSES) if "guess" in extras else ""
    if extras in {"id", "two labels"}:
        return [ids, *table], False
    if extras == "index":
        head = {"parquet": "__index_level_0__", "jsonl": "index"}.get(
            draw.tags["container"].split()[0], ""
        )
        return [(head, list(range(n))), *table], False
    if extras == "id and split":
        return [ids, *table, ("split", [rng.choice(("valid", "test")) for _ in range(n)])], False
    if extras == "weight":
        return [*table, ("sample_weight", [rng.choice((0.5, 1.0, 2.5)) for _ in range(n)])], False
    if extras == "guess":
        return [(guess, [said(name) for name in problem.guesses]), *table], False
    if extras == "guess partly wrong":
        wrong = [rng.choice(problem.names) if rng.random() < 0.2 else g for g in problem.guesses]
        return [*table, (guess, [said(name) for name in wrong])], False
    if extras == "guess and confidence":
        sure: Column = ("confidence", [Number(p) for p in problem.confidences])
        return [*table, (guess, [said(name) for name in problem.guesses]), sure], False
    if extras in {"features", "features beside"}:
        scaled: Table = [
            (name, [Number(f"{rng.random():.3f}") for _ in range(n)])
            for name in ("age_scaled", "income_scaled")
        ]
        other: Column = ("Fare", [Number(f"{rng.uniform(5, 80):.2f}") for _ in range(n)])
        if extras == "features beside":
            return [scaled[0], *table, scaled[1]], False
        return [other, *scaled, *table], False
    if extras == "logits":
        raw = [
            (f"logit_{name}", [Number(f"{rng.gauss(0, 3):.4f}") for _ in range(n)])
            for name in problem.names
        ]
        return [*table, *raw], False
    return table, False


def _files(
    draw: Draw, table: Table, target: Table, files: str, container: str
) -> tuple[dict[str, bytes], str]:
    """Write one or two files, and say the command."""
    if files == "one":
        last = draw.pick("labels stand", ("first", "last"))
        both = [*target, *table] if last == "first" else [*table, *target]
        if last == "first" and draw.tags["extras"] == "index":  # pandas writes its index first
            both = [table[0], *target, *table[1:]]
        name = file_name("preds", container)
        return {name: write(both, container)}, f"xent eval {name}"
    preds, labels = file_name("preds", container), file_name("labels", container)
    if table[0][0] == "id":
        target = [table[0], *target]
    beside = draw.pick("beside labels", ("nothing", "text", "numbers"))
    n = len(target[0][1])
    if beside == "text":
        target = [("review", [f"so, so {i}" for i in range(n)]), *target]
    elif beside == "numbers":
        target = [*target, ("age", [draw.rng.randrange(1000, 2000) for _ in range(n)])]
    made = {preds: write(table, container), labels: write(target, container)}
    return made, f"xent eval {preds} {labels}"


def shuffled_ids(draw: Draw) -> Shape:
    """Draw two files with the same ids in another order: joined by them, or refused."""
    names = draw.names(draw.pick("names", TEXTS), draw.pick("classes", (2, 3, 4)))
    problem = draw.problem(names)
    prefix, suffix = draw.pick("affix", AFFIXES)
    ids = [f"ID_{draw.rng.randrange(16**6):06x}_{i}" for i in range(problem.n)]
    rows = list(zip(ids, problem.labels, strict=True))
    draw.rng.shuffle(rows)
    preds: Table = [("id", ids)]
    preds += [(f"{prefix}{name}{suffix}", problem.column(name)) for name in order(draw, names)]
    extra: Table = [("fold", [draw.rng.randrange(5) for _ in rows])]
    truth: Table = [("id", [i for i, _ in rows]), ("species", [name for _, name in rows]), *extra]
    return Shape(
        kind="shuffled ids",
        files={"sub.csv": write(preds, "csv"), "train.csv": write(truth, "csv")},
        command="xent eval sub.csv train.csv",
        figures=(problem.cross_entropy(),),
        refusal="fine",
        others=("xent eval sub.csv train.csv --id id",),
        tags=dict(draw.tags),
    )
