"""One way for all: each verb gives the same bits however its rows are cut and whoever works."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xent_cli import compare, evaluate
from xent_cli.api.compare import PairedStep
from xent_cli.errors import LabelError, MissingValueError, RowCountError, SignatureError
from xent_cli.io.align import units
from xent_cli.io.align.units import make_partitions, make_units
from xent_cli.io.formats import row_groups
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.sides import sides_of
from xent_cli.pipeline.step import TallyStep
from xent_cli.schema.options import EvalOptions, Execution

ROWS = 1200

WAYS = """
import os, sys
import xent_cli.io.formats.row_groups, xent_cli.io.align.units, xent_cli.pipeline.processes
from xent_cli import compare, evaluate, explain, gate, worst_rows
from xent_cli.analysis import to_json

xent_cli.io.formats.row_groups._PIECE_VALUES = xent_cli.io.align.units._PARTITION_VALUES = 1000
copied = []
copies = xent_cli.pipeline.processes.map_in_copies
xent_cli.pipeline.processes.map_in_copies = lambda *a: copied.append(a) or copies(*a)
new, old, labels, folder = sys.argv[1:]
options = dict(weight="w", cluster="user")
rules = ["delta <= 0.01 @95%", "class.*.ce <= 9", "slice.part.*.delta <= 1"]


def losses(**how):
    path = os.path.join(folder, "rows.jsonl")
    found = worst_rows(new, labels, top=7, write=[("jsonl", path)], **options, **how)
    with open(path) as file:
        return to_json.to_dict(found), file.read()


VERBS = {
    "evaluate": lambda **how: evaluate(new, labels, compat="keras", by="part", **options, **how)
    .to_dict(),
    "compare": lambda **how: to_json.to_dict(
        compare(old, new, old, labels=labels, allow_same=True, by="part", **options, **how)
    ),
    "gate": lambda **how: to_json.to_dict(
        gate(new, labels, baseline=old, require=rules, aa=9, by="part", **options, **how)
    ),
    "explain": lambda **how: to_json.to_dict(explain(new, labels, **options, **how)),
    "worst_rows": losses,
}
HOW = [dict(jobs=3), dict(batch_rows=61, jobs=1), dict(jobs=2, processes=True)]
for verb, call in VERBS.items():
    first = call(jobs=1)
    assert not copied
    for how in HOW:
        assert call(**how) == first, (verb, how)
    assert len(copied) >= 1, verb
    copied.clear()
print("all the same")
"""


def tables(k: int = 3) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Two models and their labels."""
    rng = np.random.default_rng(17)
    models = []
    for names in ("abc", "cab"):
        q = rng.dirichlet(np.ones(k), ROWS)
        columns = {f"p_{name}": q[:, index] for index, name in enumerate(names)}
        models.append(pa.table({"id": range(ROWS), **columns}))
    labels = {
        "id": range(ROWS),
        "label": np.array(list("abc"))[rng.integers(0, k, ROWS)],
        "w": rng.random(ROWS),
        "user": rng.integers(0, 90, ROWS),
        "part": np.array(["x", "y"])[rng.integers(0, 2, ROWS)],
    }
    return models[0], models[1], pa.table(labels)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Row groups that end in different rows."""
    folder = tmp_path_factory.mktemp("files")
    paths = [str(folder / name) for name in ("new.parquet", "old.parquet", "labels.parquet")]
    for path, table, rows in zip(paths, tables(), (200, 130, 450), strict=True):
        pq.write_table(table, path, row_group_size=rows)
    return paths


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux")
def test_every_verb_gives_the_same_bits(files: list[str], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WAYS, *files, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (run.returncode, run.stdout) == (0, "all the same\n"), run.stderr


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", 1000)
    monkeypatch.setattr(units, "_PARTITION_VALUES", 1000)


@pytest.mark.usefixtures("small")
def test_units_hold_the_same_rows_of_every_input(files: list[str]) -> None:
    new, old, labels = files
    session = Session.open([new, old], labels, EvalOptions(), Execution())
    sides, at = sides_of(session.plans)
    assert ([side.width for side in sides], at) == ([3, 3, 0], 2)
    for cut in (make_partitions(sides, at), list(make_units(sides, at, jobs=2))):
        assert len(cut) > 2
        rows = 0
        for unit in pickle.loads(pickle.dumps(cut)):
            for first, second, third in unit.blocks(70):
                assert first.start == second.start == third.start == rows
                assert 0 < len(first) == len(second) == len(third) <= 70
                rows += len(first)
        assert rows == ROWS


def test_labels_in_a_model_are_read_with_it(files: list[str], tmp_path: Path) -> None:
    both = tables()[0].append_column("label", tables()[2].column("label"))
    path = str(tmp_path / "both.parquet")
    pq.write_table(both, path)
    session = Session.open([path, files[1]], None, EvalOptions(), Execution())
    sides, at = sides_of(session.plans)
    assert (len(sides), at) == (2, 0)
    assert set(sides[0].uses) >= {"label", "p_a"}
    alone = compare(files[0], files[1], labels=files[2])
    # The baseline is the first model here, and the labels stand beside its predictions.
    step, plans = PairedStep(), session.plans
    assert step.zero(plans).deltas[0].spec == plans[1].spec
    assert alone.comparisons[0].candidate.n == ROWS


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("shorter", [0, 1, 2])
@pytest.mark.parametrize("processes", [False, True])
def test_a_model_with_fewer_rows_is_named(
    files: list[str], shorter: int, processes: bool, tmp_path: Path
) -> None:
    paths = list(files)
    paths[shorter] = str(tmp_path / "short.parquet")
    pq.write_table(pq.read_table(files[shorter])[:-7], paths[shorter], row_group_size=100)
    with pytest.raises(RowCountError) as caught:
        compare(paths[0], paths[1], labels=paths[2], jobs=2, processes=processes)
    named = paths[0] if shorter in (0, 2) else paths[1]
    counts = (1193, 1200) if shorter < 2 else (1200, 1193)
    assert str(caught.value).startswith(f"{named} has {counts[0]:,} rows and ")
    assert f"{paths[2]} has {counts[1]:,}." in str(caught.value)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_first_error_in_the_order_of_the_rows_counts(
    files: list[str], jobs: int, tmp_path: Path
) -> None:
    """In whichever model it is."""
    paths = [str(tmp_path / name) for name in ("a.parquet", "b.parquet")]
    for path, source, row in zip(paths, files, (900, 300), strict=False):
        table = pq.read_table(source)
        column = table.column("p_a").to_numpy().copy()
        column[row] = np.nan
        pq.write_table(
            table.set_column(table.column_names.index("p_a"), "p_a", pa.array(column)),
            path,
            row_group_size=150,
        )
    with pytest.raises(MissingValueError, match=r"b\.parquet, row 301"):
        compare(*paths, labels=files[2], jobs=jobs, processes=jobs > 1)


def test_progress_counts_the_rows_of_one_model(files: list[str]) -> None:
    seen: list[tuple[int, int | None]] = []
    compare(files[0], files[1], labels=files[2], progress=lambda *done: seen.append(done))
    assert seen[-1] == (ROWS, ROWS)
    evaluate(files[0], files[2], progress=lambda *done: seen.append(done))
    assert seen[-1] == (ROWS, ROWS)


def test_steps_travel(files: list[str]) -> None:
    session = Session.open([files[0]], files[2], EvalOptions(), Execution())
    for step in (TallyStep(), PairedStep(baseline=1)):
        assert pickle.loads(pickle.dumps(step)) == step
    assert pickle.loads(pickle.dumps(session.plans))[0].spec == session.plans[0].spec


def test_models_measured_by_different_rules_are_refused(files: list[str], tmp_path: Path) -> None:
    path = str(tmp_path / "other.parquet")
    table = tables()[1].rename_columns(["id", "p_c", "p_a", "p_x"])
    pq.write_table(table, path)
    with pytest.raises((SignatureError, LabelError), match="classes"):
        compare(files[0], path, labels=files[2])


SPANS = """
import sys
import xent_cli.io.formats.csv.records as records, xent_cli.io.formats.csv.source as source
import xent_cli.pipeline.processes as processes
from xent_cli import evaluate, explain, worst_rows
from xent_cli.analysis import to_json
from xent_cli.errors import XentError

records._HEAD_BYTES, records.CHUNK_BYTES, records._FIRST_BYTES = 20_000, 2000, 500
copied = []
copies = processes.map_in_copies
processes.map_in_copies = lambda *a: copied.append(len(a[1])) or copies(*a)


def told(call, path, **how):
    try:
        found = call(path, **how)
    except XentError as error:
        return str(error), error.hint
    return found.to_dict() if call is evaluate else to_json.to_dict(found)


for path in sys.argv[1:]:
    for call in (evaluate, explain, worst_rows) if "off" in path else (evaluate,):
        for options in ({}, {"invalid": "drop"}):
            source._WORTH_IT = 1 << 20
            first = told(call, path, jobs=1, **options)
            assert not copied
            source._WORTH_IT = 4000
            assert told(call, path, jobs=1, **options) == first, (path, call)
            assert told(call, path, jobs=3, processes=True, **options) == first, (path, call)
            whole = "tangled" in path or "endless" in path
            assert (max(copied, default=0) > 9) != whole, (path, copied)
            copied.clear()
    print(str(first)[:70])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux")
def test_large_csv_is_read_by_copies_with_the_same_figures_rows_and_errors(tmp_path: Path) -> None:
    """What is found in the middle may say that lines are no rows, or which row is wrong."""
    q = np.random.default_rng(5).dirichlet(np.ones(2), ROWS)
    lines = [f"{a!r},{b!r},{'cat' if a > 0.3 else 'dog'}" for a, b in q.tolist()]
    texts = {
        "plain": lines,
        "off": [*lines[:700], "0.5,0.503,cat", "0.5,0.504,dog", *lines[700:]],
        "blank": [*lines, "", "", ""],
        "endless": [*lines, *[""] * (1 << 16)],
        "missing": [*lines[:800], ",0.5,cat", *lines[800:]],
        "quoted": [*lines[:800], '0.25,0.75,"dog"', *lines[800:], "0.5,0.5,cat", "1,2,cat"],
        "broken": [*lines[:800], "0.5,0.5", *lines[800:]],
        "outside": [*lines[:600], "0.5,1.5,cat", *lines[600:], "0.5,0.5"],
        "unknown": [*lines[:900], "0.5,0.5,cow", *lines[900:]],
        "tangled": [lines[0].replace("cat", '"cat"').replace("dog", '"dog"'), *lines[1:]],
    }
    paths = []
    for name, rows in texts.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text("\n".join(("p_cat,p_dog,label", *rows)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", SPANS, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (run.returncode, len(run.stdout.splitlines())) == (0, len(texts)), run.stderr
