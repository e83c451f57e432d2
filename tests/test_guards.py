"""What a run may read, hold and import, counted and not timed: a slip costs every user."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

PROGRAM = """
import sys
from xent_cli.cli import main
code = main(["eval", *sys.argv[1:], "--label-col", "label", "--format", "total", "-q", "-j", "2"])
def count(file, name):
    return next(line for line in open("/proc/self/" + file) if line.startswith(name)).split()[1]
print(count("io", "rchar"), count("status", "VmHWM"), file=sys.stderr)
raise SystemExit(code)
"""

counted = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="counts are Linux's")


def table(rows: int, k: int = 10, seed: int = 3) -> pa.Table:
    q = np.random.default_rng(seed).dirichlet(np.ones(k), rows)
    labels = q.argmax(axis=1)  # A good model: after a bad one xent asks for the order of columns.
    columns = {f"p_{index}": column for index, column in enumerate(q.T)}
    return pa.table({"label": labels, **columns})


def cost(path: Path, *options: str) -> tuple[int, int]:
    """Return the bytes that a run reads, its own code left out, and its peak memory in bytes."""
    small = path.with_name(f"small-{path.name}")
    found = []
    for file in (small, path):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(file), *options],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        found.append([int(number) for number in run.stderr.split()])
    return found[1][0] - found[0][0], found[1][1] * 1024


def write(path: Path, data: pa.Table) -> Path:
    for name, part in ((path, data), (path.with_name(f"small-{path.name}"), data[:1000])):
        if path.suffix == ".csv":
            pa_csv.write_csv(part, name)
        else:
            pq.write_table(part, name, row_group_size=100_000)
    return path


@counted
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_is_read_once(suffix: str, tmp_path: Path) -> None:
    """Apart from its first megabyte, which is looked at before, and what a format reads ahead."""
    path = write(tmp_path / f"all{suffix}", table(400_000))
    read, _ = cost(path)
    size = path.stat().st_size
    # What was planned with are the first rows: for Parquet the first row group, of four here.
    spare = 2 << 20 if suffix == ".csv" else 0.35 * size
    assert 0.9 * size < read < size + spare


@counted
def test_columns_nobody_asks_for_are_not_read(tmp_path: Path) -> None:
    data = table(200_000, k=20)
    path = write(tmp_path / "all.parquet", data)
    read, _ = cost(
        path,
        "--pred-cols",
        "p_0",
        "--pred-cols",
        "p_1",
        "--row-sums",
        "renormalize",
        "--ignore-label",
        *" --ignore-label ".join(map(str, range(2, 20))).split(),
    )
    assert read < 0.25 * path.stat().st_size


@counted
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_memory_does_not_grow_with_rows(suffix: str, tmp_path: Path) -> None:
    """Files of 30 and of 120 MB in memory; a run that held its rows would show 90 MB more."""
    peaks = []
    for rows in (400_000, 1_600_000):
        path = write(tmp_path / f"{rows}{suffix}", table(rows))
        peaks.append(cost(path)[1])
    assert peaks[1] < 1.2 * peaks[0]
    assert peaks[1] < 300e6


ROOT = Path(__file__).parent.parent
SAMPLES = "sample_data/sparse"

VERSION = """
    cli cli.app cli.commands cli.fast_typer cli.standard_streams errors fast_dataclass lazy_pattern
    schema.exit_codes
    schema schema.file_formats schema.file_guard schema.types
"""
COMMAND = f"""
    {VERSION} cli.config_file cli.option_groups
    schema.declared schema.name_suggestions schema.options schema.provenance schema.verb_options
"""
EVAL = f"""
    {COMMAND} cli.eval cli.output cli.progress api api.evaluate api.inputs
    pipeline pipeline.execute pipeline.infer pipeline.operand pipeline.plan pipeline.session
    pipeline.row_faults pipeline.seen pipeline.sides pipeline.step
    metrics metrics.report metrics.report.draws metrics.report.figures metrics.report.mean_losses
    metrics.report.report
    metrics.report.warnings
    metrics.rows metrics.rows.batch metrics.rows.contributions metrics.rows.losses
    metrics.rows.label_shares metrics.rows.measure metrics.rows.predicted_classes
    metrics.rows.validation metrics.rows.weighted_losses
    metrics.tally metrics.tally.class_sums metrics.tally.tally metrics.tally.third_powers
    io io.align io.align.row_order io.align.units io.arrow_types io.block io.formats
    io.formats.detect
    io.memory_pool io.open io.threads io.resource_limits io.source io.text_file io.piece
    io.storage io.storage.compression io.storage.location io.storage.suffixes
    numerics numerics.arrays numerics.digits numerics.estimates numerics.exact numerics.hexadecimal
    numerics.long_integers numerics.many_moments numerics.moments
    numerics.one_more_draw numerics.rows_to_halve numerics.run_sums numerics.addable
    numerics.satterthwaite
    numerics.skewed_mean numerics.student_t numerics.summation numerics.value_size
    schema.class_names schema.column schema.id_columns schema.label_encoder schema.mode
    schema.place schema.roles schema.spec
    render render.dispatch render.text render.view
    pipeline.interpretation pipeline.interpretation.candidates
    pipeline.interpretation.choice pipeline.interpretation.class_order
    pipeline.interpretation.direction
    pipeline.interpretation.evidence pipeline.interpretation.families
    pipeline.interpretation.label_columns pipeline.interpretation.one_column
    pipeline.interpretation.one_label_column pipeline.interpretation.question
    pipeline.interpretation.notices pipeline.interpretation.objection
    pipeline.interpretation.ranked pipeline.interpretation.reading
    pipeline.interpretation.sample pipeline.interpretation.settle
    schema.spelling io.storage.encoding
"""
CSV = """
    io.formats.csv io.formats.csv.dialect io.formats.csv.header io.formats.csv.numerals
    io.formats.csv.parser io.formats.csv.records io.formats.csv.source
    io.formats.csv.cells io.formats.csv.columns io.formats.csv.delimiter io.formats.csv.layout
    io.formats.csv.names io.formats.csv.preamble io.numpy_arrow
"""
PARQUET = "io.formats.parquet io.formats.row_groups pipeline.processes"
TABLE = """
    render.document render.documents render.documents.report render.layout render.page
    render.terminal
"""
JSON = """
    analysis analysis.gate analysis.gate.calibration_values analysis.gate.metric_values
    analysis.gate.metrics analysis.report_intervals analysis.to_json
    metrics.report.json_format metrics.report.normalized_entropy metrics.report.slice_clusters
    metrics.report.slice_estimates metrics.report.slice_figures metrics.report.slices
    metrics.report.to_json metrics.tally.cluster_grid metrics.tally.cluster_piece
    metrics.tally.cluster_rows metrics.tally.cluster_sums metrics.tally.slice_sums
    numerics.clopper_pearson numerics.difference_of_means numerics.fieller
    numerics.mean_of_means numerics.narrow_sums render.json_text schema.slicing
"""
HEAVY = ("fsspec", "numpy", "openpyxl", "pandas", "polars", "pyarrow", "pydantic", "rich")
IMPORTED = f"""
import sys
from xent_cli.cli import main
try:
    main(sys.argv[1:])
finally:
    own = [name for name in sys.modules if name.startswith("xent_cli.")]
    print(*own, *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "own", "heavy"),
    [
        ("--version", VERSION, ""),
        ("--help", f"{VERSION} cli.help", ""),
        ("eval --help", f"{COMMAND} cli.help cli.eval", ""),
        (f"{SAMPLES}/candidate.csv {SAMPLES}/labels.csv", EVAL + CSV + TABLE, "numpy pyarrow"),
        (
            f"{SAMPLES}/candidate.csv {SAMPLES}/labels.csv --format json",
            EVAL + CSV + JSON,
            "numpy pyarrow",
        ),
        (
            f"{SAMPLES}/candidate.parquet {SAMPLES}/labels.parquet --format total",
            f"{EVAL} {PARQUET}",
            "numpy pyarrow",
        ),
    ],
    ids=["version", "help", "help of a command", "csv", "json", "parquet"],
)
def test_a_run_imports_only_what_it_needs(arguments: str, own: str, heavy: str) -> None:
    """What is not in these lists is imported where it is used: every module costs every start."""
    if arguments.startswith(SAMPLES):
        arguments = f"eval {arguments} --quiet --jobs 2"
    run = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments.split()],
        cwd=ROOT,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    allowed = {f"xent_cli.{name}" for name in own.split()}
    assert {*run.stderr.split()} - allowed == {*heavy.split()}
    assert all(importlib.util.find_spec(name) for name in allowed)
