"""Copies of the process: order, errors, signals, and the same bits as threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xent_cli.errors import EngineError
from xent_cli.pipeline.processes import can_copy, map_in_copies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux")

SMALL_PARTS = """
import os, sys
import xent_cli.io.formats.row_groups, xent_cli.io.align.units, xent_cli.pipeline.processes
xent_cli.io.formats.row_groups._PIECE_VALUES = xent_cli.io.align.units._PARTITION_VALUES = 1000
from xent_cli.api.evaluate import evaluate
parents = []
copies = xent_cli.pipeline.processes.map_in_copies
xent_cli.pipeline.processes.map_in_copies = lambda *a, **k: (
    parents.append(os.getpid()) or copies(*a, **k)
)
"""


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SMALL_PARTS + program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Parquet file of 20 row groups."""
    rng = np.random.default_rng(11)
    q = rng.dirichlet(np.ones(3), 4000)
    table = {"label": rng.integers(0, 3, 4000), **{f"p_{k}": q[:, k] for k in range(3)}}
    path = tmp_path_factory.mktemp("parts") / "all.parquet"
    pq.write_table(pa.table(table), path, row_group_size=200)
    return path


def test_results_keep_the_order_of_the_items():
    def late_at_first(item: int) -> tuple[int, int]:
        time.sleep(0.1 if item == 0 else 0)
        return item, os.getpid()

    found = list(map_in_copies(late_at_first, range(12), jobs=3))
    assert [item for item, _ in found] == list(range(12))
    workers = {pid for _, pid in found}
    assert os.getpid() not in workers
    assert 2 <= len(workers) <= 3


def test_an_early_end_stops_those_at_work():
    def for_ever(item: int) -> int:
        while item:
            time.sleep(0.01)
        return os.getpid()

    found = map_in_copies(for_ever, [0, 1, 2, 3], jobs=2)
    copy = next(found)
    found.close()
    assert not Path(f"/proc/{copy}").exists()


def test_a_killed_copy_is_an_error_and_no_number():
    def die(item: int) -> int:
        if item == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    with pytest.raises(EngineError, match=r"killed.*No result was produced"):
        list(map_in_copies(die, range(8), jobs=2))


def test_a_defect_in_a_copy_comes_home():
    def divide(item: int) -> float:
        return 1 / item

    with pytest.raises(ZeroDivisionError):
        list(map_in_copies(divide, [1, 0], jobs=2))


def test_a_process_with_threads_is_not_copied():
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert not can_copy()
    finally:
        done.set()
        other.join()


def test_copies_give_the_bits_of_threads(parts: Path):
    found = run(
        "a, b = (evaluate(sys.argv[1], label_col='label', jobs=2, processes=p).to_dict()"
        " for p in (True, False))\n"
        "print(len(parents), a == b, a['overall']['cross_entropy'])",
        parts,
    )
    assert found.returncode == 0, found.stderr
    copied, same, _ = found.stdout.split()
    assert int(copied) > 0
    assert same == "True"


def test_the_first_error_in_the_order_of_the_rows_is_told(parts: Path, tmp_path: Path):
    table = pq.read_table(parts)
    column = table.column("p_1").to_numpy().copy()
    column[[3999, 1234]] = np.nan
    path = tmp_path / "bad.parquet"
    pq.write_table(table.set_column(2, "p_1", pa.array(column)), path, row_group_size=200)
    program = (
        "from xent_cli.errors import XentError\n"
        "try:\n    evaluate(sys.argv[1], label_col='label', jobs=2, processes=True)\n"
        "except XentError as error:\n    print(len(parents), error.code, error)"
    )
    found = run(program, path)
    assert found.stdout.startswith("1 missing-value "), found
    assert "row 1235" in found.stdout


@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_shares_of_one_row_group_are_added_up_by_copies(tmp_path: Path, kind: str):
    """Those of whole numbers are one-hot, and as fast as single labels."""
    rng = np.random.default_rng(3)
    q, p = (rng.dirichlet(np.full(3, 0.5), 5000) for _ in range(2))
    shares = p if kind == "float64" else p == p.max(axis=1, keepdims=True)
    columns = {f"p_{k}": q[:, k] for k in range(3)}
    columns |= {f"y_{k}": shares[:, k].astype(kind) for k in range(3)}
    pq.write_table(pa.table(columns), path := tmp_path / "one.parquet")
    program = """
import xent_cli.pipeline.execute
xent_cli.pipeline.execute._MANY_VALUES = 1000
options = dict(pred_cols="p_*", label_col="y_*")
there = evaluate(sys.argv[1], **options, jobs=2, processes=True)
print(bool(parents), there.to_dict() == evaluate(sys.argv[1], **options, jobs=1).to_dict())
"""
    found = run(program, path)
    assert found.stdout.split() == [str(kind == "float64"), "True"], found


def test_where_no_process_can_be_made_threads_work(monkeypatch: pytest.MonkeyPatch):
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    found = set(map_in_copies(lambda item: (item, os.getpid()), range(5), jobs=2))
    assert found == {(item, os.getpid()) for item in range(5)}


def test_an_error_that_cannot_travel_is_told():
    def fail(_: int) -> None:
        error = ValueError("local")
        vars(error)["lock"] = threading.Lock()
        raise error

    with pytest.raises(EngineError, match="ValueError: local"):
        list(map_in_copies(fail, [1], jobs=1))


def test_daemons_make_copies_too():
    """multiprocessing forbids its daemons to have children; as a worker of a queue may be one."""
    program = """
import multiprocessing, os
from xent_cli.pipeline.processes import map_in_copies
def work(_):
    return list(map_in_copies(lambda item: -item, [1, 2, 3], jobs=2))
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(pool.map(work, [0]))
"""
    found = run(program)
    assert (found.stdout, found.stderr) == ("[[-1, -2, -3]]\n", "")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_copies_end_with_their_parent(how: signal.Signals):
    program = """
import os, signal, time
from xent_cli.pipeline.processes import map_in_copies
signal.signal(signal.SIGINT, signal.default_int_handler)  # Background jobs ignore it.
def work(item):
    os.write(1, f"{os.getpid()}\\n".encode())
    while True:
        time.sleep(0.01)
try:
    list(map_in_copies(work, [1, 2], jobs=2))
except KeyboardInterrupt:
    raise SystemExit(130)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        workers = [int(process.stdout.readline()) for _ in range(2)]
        if how == signal.SIGINT:
            os.killpg(process.pid, how)  # As a terminal does: to all of them.
        else:
            process.kill()
        _, said = process.communicate(timeout=60)
        assert process.returncode == (130 if how == signal.SIGINT else -how)
        assert said == ""
    until = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/stat").exists() and not _is_dead(pid) for pid in workers):
        assert time.monotonic() < until, "a copy outlives its parent"
        time.sleep(0.02)


def _is_dead(pid: int) -> bool:
    """Say whether a process is a zombie that nobody has asked about yet, or gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True
