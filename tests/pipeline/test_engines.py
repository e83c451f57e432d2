"""Engines: real clusters on this machine, with workers that are processes of their own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xent_cli import calibrate, compare, evaluate, explain, gate, to_dict, worst_rows
from xent_cli.errors import EngineError, MissingValueError, RowCountError, UsageError
from xent_cli.io.align import units
from xent_cli.io.formats import row_groups
from xent_cli.io.formats.csv import records
from xent_cli.pipeline.engines import map_on

pytestmark = pytest.mark.filterwarnings("default")  # The clusters' own.

ENGINES = ("dask", "ray", "spark")
ROWS = 3000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few hundred rows. They are cut here, not on the workers."""
    monkeypatch.setattr(records, "CHUNK_BYTES", 1 << 13)
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", 1000)
    monkeypatch.setattr(units, "_PARTITION_VALUES", 1000)


@pytest.fixture(scope="session", autouse=True)
def importable():
    """Let workers import what this module defines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def ray_cluster(importable: None):
    import ray

    ray.init("local", num_cpus=2, log_to_driver=False, include_dashboard=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def dask_address(importable: None, tmp_path_factory: pytest.TempPathFactory):
    """A scheduler and two workers, started by the commands that Dask's users start them by."""
    folder = tmp_path_factory.mktemp("dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    base = [sys.executable, "-m", "dask"]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [*base, "scheduler", "--host", address, "--no-dashboard", "--no-show"]
    workers = [*base, "worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"]
    started = [subprocess.Popen(command, **quiet) for command in (scheduler, workers)]
    yield address
    for process in reversed(started):
        process.terminate()
        process.wait()


@pytest.fixture
def address(request: pytest.FixtureRequest, engine: str) -> str | None:
    if engine == "dask":
        return request.getfixturevalue("dask_address")
    if engine == "ray":
        request.getfixturevalue("ray_cluster")
    if engine != "spark":
        return None
    require_java()
    return "local[2,4]"  # Two threads, four attempts.


def require_java() -> None:
    """Skip a test of Spark where it cannot run; where CI insists, fail."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    said = ""
    if java and Path(java).exists():
        said = subprocess.run(
            [java, "-version"], check=False, capture_output=True, text=True
        ).stderr
    version = re.search(r'version "(\d+)', said)
    if version and int(version[1]) >= 17:
        return
    found = f"{java} says {said[:60]!r}" if said else "there is none"
    reason = f"Spark needs Java 17 or later, and {found}."
    if os.environ.get("XENT_REQUIRE_JAVA"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(5)
    q = rng.dirichlet(np.ones(3), ROWS)
    preds = pd.DataFrame(q, columns=["p_a", "p_b", "p_c"]).assign(id=range(ROWS))
    labels = pd.DataFrame({"id": range(ROWS), "label": rng.integers(0, 3, ROWS)})
    preds.to_csv(folder / "preds.csv", index=False)
    preds.to_csv(folder / "preds.csv.gz", index=False)
    preds.to_parquet(folder / "preds.parquet", row_group_size=700)
    labels.to_csv(folder / "labels.csv", index=False)
    labels.to_parquet(folder / "labels.parquet", row_group_size=450)
    bad = preds.assign(p_a=preds.p_a.mask(preds.id.isin([1234, 2345])))
    bad.to_csv(folder / "bad.csv", index=False)
    for part in range(3):
        chosen = preds.merge(labels)[part * 1000 : (part + 1) * 1000].drop(columns="id")
        (folder / f"all/run={part}").mkdir(parents=True)
        chosen.to_csv(folder / f"all/run={part}/part.csv", index=False)
    np.save(folder / "preds.npy", q)
    return folder


PAIRS = [
    ("preds.csv", "labels.csv"),
    ("preds.parquet", "labels.parquet"),
    ("preds.parquet", "labels.csv"),
    ("preds.csv.gz", "labels.parquet"),
    ("all", None),
]


def pair(data: Path, names: tuple[str, str | None]) -> tuple[str, str | None]:
    return str(data / names[0]), names[1] and str(data / names[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_bits(engine: str, address: str | None, data: Path) -> None:
    for names in PAIRS[:2] if engine == "spark" else PAIRS:
        paths, options = pair(data, names), {"label_col": "label"}
        there = evaluate(*paths, **options, engine=engine, address=address)
        here = evaluate(*paths, **options)
        assert there.tally == here.tally
        assert there.to_dict() == here.to_dict()


@pytest.mark.parametrize("engine", ["dask"])
def test_the_same_bits_of_every_verb(engine: str, address: str, data: Path, tmp_path: Path) -> None:
    model, labels = str(data / "preds.parquet"), str(data / "labels.csv")
    other = str(data / "preds.csv")
    there = {"engine": engine, "address": address}
    rules = {"require": "delta <= 1 @95%", "baseline": other, "allow_same": True}
    for how in ({}, there):
        path = tmp_path / f"{len(how)}.jsonl"
        worst_rows(model, labels, write=[("jsonl", str(path))], **how)
    assert (tmp_path / "0.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
    deltas = [
        compare(model, other, labels=labels, allow_same=True, **how).comparisons[0].delta
        for how in ({}, there)
    ]
    assert deltas[0] == deltas[1]
    assert gate(model, labels, **rules, **there).verdicts == gate(model, labels, **rules).verdicts
    assert explain(model, labels, **there).pairs == explain(model, labels).pairs
    random = np.random.default_rng(1)
    groups = pd.read_parquet(model).assign(
        label=pd.read_csv(labels).label,
        site=random.choice(["x", "y"], ROWS),
        user=random.integers(0, 90, ROWS).astype(str),
    )
    groups.to_parquet(tmp_path / "groups.parquet", row_group_size=700)
    for beside in ({"by": "site"}, {"cluster": "user"}):
        args = (str(tmp_path / "groups.parquet"),)
        options = {**beside, "pred_cols": "p_*", "label_col": "label"}
        found = to_dict(calibrate(*args, **options))
        assert to_dict(calibrate(*args, **options, **there)) == found
        assert found["second"] is not None
        assert to_dict(calibrate(*args, **options, processes=True, jobs=2)) == found


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_of_the_data_is_the_same(engine: str, address: str | None, data: Path) -> None:
    paths = pair(data, ("bad.csv", "labels.csv"))
    with pytest.raises(MissingValueError, match="row 1235") as here:
        evaluate(*paths)
    with pytest.raises(MissingValueError) as there:
        evaluate(*paths, engine=engine, address=address)
    assert str(there.value) == str(here.value)


def lose_worker(folder: str, item: int) -> int:
    """End the process that works on item 3: once, or in folder "always" every time."""
    mark = Path(folder) / "done"
    if item == 3 and (folder.endswith("always") or not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


@pytest.mark.parametrize("engine", ENGINES)
def test_a_lost_worker_is_replaced(engine: str, address: str | None, tmp_path: Path) -> None:
    lose_one = partial(lose_worker, str(tmp_path))
    assert list(map_on(engine, lose_one, range(6), address=address)) == [0, 1, 4, 9, 16, 25]
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_workers_lost_for_good_are_an_error(
    engine: str, address: str | None, tmp_path: Path
) -> None:
    (tmp_path / "always").mkdir()
    lose_all = partial(lose_worker, str(tmp_path / "always"))
    with pytest.raises(EngineError, match=rf"{engine} on .* failed: .*No result was produced"):
        list(map_on(engine, lose_all, range(6), address=address))


@pytest.mark.parametrize("engine", ["dask"])
def test_on_the_command_line(engine: str, address: str, data: Path) -> None:
    command = [sys.executable, "-m", "xent_cli", "eval", "--format", "total"]
    paths = pair(data, ("preds.parquet", "labels.csv"))
    run = partial(subprocess.run, capture_output=True, text=True, check=False)
    there = run([*command, *paths, "--engine", engine, "--address", address])
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == run([*command, *paths]).stdout
    bad = [*command, *pair(data, ("bad.csv", "labels.csv"))]
    there, here = run([*bad, "--engine", engine, "--address", address]), run(bad)
    assert (there.returncode, there.stdout, there.stderr) == (2, "", here.stderr)
    gone = run([*command, *paths, "--engine", engine, "--address", "tcp://127.0.0.1:1"])
    assert (gone.returncode, gone.stdout) == (2, "")
    assert "error: dask on tcp://127.0.0.1:1 failed: " in gone.stderr
    assert "Traceback" not in gone.stderr


def test_a_changed_file_is_no_answer(dask_address: str, data: Path, tmp_path: Path) -> None:
    """The workers compare the file with the one that was planned for."""
    from xent_cli.api.evaluate import report_of
    from xent_cli.errors import BrokenFileError
    from xent_cli.pipeline.session import Session
    from xent_cli.schema.options import EvalOptions, Execution

    file = tmp_path / "all.csv"
    text = (data / "all/run=0/part.csv").read_text()
    file.write_text(text)
    execution = Execution(engine="dask", address=dask_address)
    session = Session.open([str(file)], None, EvalOptions(), execution)
    time.sleep(0.01)
    file.write_text(text)
    with pytest.raises(BrokenFileError, match="changed while it was read"):
        report_of(session)


@pytest.mark.parametrize(
    ("engine", "module"), [("dask", "distributed"), ("ray", "ray"), ("spark", "pyspark.sql")]
)
def test_an_engine_that_is_not_installed(
    engine: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EngineError, match=rf"not installed.*xent-cli\[{engine}\]"):
        list(map_on(engine, abs, [1]))


def test_what_workers_cannot_read(data: Path) -> None:
    with pytest.raises(UsageError, match="not a file, so the workers"):
        evaluate([[0.5, 0.5]], [0], engine="dask")
    with pytest.raises(UsageError, match="must be one of local, dask, ray, spark"):
        evaluate(*pair(data, PAIRS[0]), engine="slurm")
    with pytest.raises(UsageError, match="needs an engine"):
        evaluate(*pair(data, PAIRS[0]), address="tcp://127.0.0.1:1")
    with pytest.raises(RowCountError, match="3,000 rows and .* 1,000"):
        evaluate(str(data / "preds.parquet"), str(data / "all/run=0/part.csv"), engine="dask")
