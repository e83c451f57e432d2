"""The first signal ends the process: nothing hangs, and no child, file or traceback stays.

``python -m tests.cli.test_signals --runs 300`` sends more of them, over a million rows.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from .conftest import CLEAN

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks for children in /proc")

ROWS, CLASSES = 150_000, 10
COLUMNS = ["--pred-cols", "p_*", "--label-col", "y", "-j", "2"]
COMMANDS = {
    "eval": ["eval", "a.parquet", *COLUMNS, "-o", "json:out"],
    "eval a pipe": ["eval", "-", "--label-col", "y", "-o", "json:out"],
    "eval an archive": ["eval", "a.npz", "--label-col", "y", "-o", "json:out"],
    "gate": ["gate", "a.parquet", *COLUMNS, "--require", "ce <= 9", "-o", "junit:out"],
    "compare": ["compare", "a.parquet", "b.parquet", "--labels", "a.parquet", *COLUMNS],
    "rows": ["rows", "a.parquet", *COLUMNS, "-o", "csv:out"],
    "explain": ["explain", "a.parquet", *COLUMNS, "-o", "json:out"],
    "calibrate": ["calibrate", "a.parquet", *COLUMNS, "-o", "json:out"],
}
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("signals"), ROWS)


def make_world(place: Path, n: int) -> Path:
    """Make files that take a while, and an empty folder for temporary ones."""
    (place / "tmp").mkdir()
    rng = np.random.default_rng(3)
    for name in "ab":
        q = rng.dirichlet(np.ones(CLASSES), n)
        columns = {f"p_{k}": q[:, k] for k in range(CLASSES)} | {"y": np.arange(n) % CLASSES}
        pq.write_table(pa.table(columns), place / f"{name}.parquet", row_group_size=10_000)
    pa_csv.write_csv(pa.table(columns).slice(0, 50_000), place / "a.csv")
    np.savez(place / "a.npz", q=q, y=columns["y"])
    return place


HEARD = f"""
import os, signal, sys
for number in {[int(number) for number in SIGNALS]}:
    signal.signal(number, signal.SIG_DFL)  # A background job, as tests may be, ignores some.
os.execv(sys.executable, [sys.executable, "-m", "xent_cli", *sys.argv[1:]])
"""


def start(world: Path, argv: list[str]) -> subprocess.Popen[bytes]:
    with open(world / "a.csv", "rb") as stdin:
        return subprocess.Popen(
            [sys.executable, "-c", HEARD, *argv],
            cwd=world,
            env={**CLEAN, "TMPDIR": str(world / "tmp")},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


def is_ready(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process has seen to signals, or is over."""
    if process.poll() is not None:
        return True
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(status.split("SigCgt:")[1].split()[0], 16)
    return caught & 1 << (signal.SIGTERM - 1) > 0


def members(group: int) -> list[int]:
    """Return the living processes of a group."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, of = (place / "stat").read_text().rsplit(")", 1)[1].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state not in "ZX":
            found.append(int(place.name))
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_at_a_random_moment(name: str, seed: int, world: Path) -> None:
    rng = random.Random(f"{name} {seed}")
    before = set(os.listdir(world))
    first = rng.choice(list(SIGNALS))
    with start(world, COMMANDS[name]) as process:
        while not is_ready(process):
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 1.5))
        to_all = rng.random() < 0.7  # As a terminal does; else as kill does.
        for number in [first] if seed == 0 else [first, first, signal.SIGINT]:
            if process.poll() is None:
                (os.killpg if to_all else os.kill)(process.pid, number)
            time.sleep(rng.uniform(0.001, 0.05))
        _, err = process.communicate(timeout=60)
    codes = {SIGNALS[first], 0} | ({130} if seed else set())
    assert process.returncode in codes, (first, err)
    if process.returncode:
        assert err in (b"", b"wrote out\n"), err  # It may be all but over.
        assert set(os.listdir(world)) - {"out"} == before
    until = time.monotonic() + 30
    while left := members(process.pid):  # The system may take a moment to bury them.
        assert time.monotonic() < until, left
        time.sleep(0.01)
    assert os.listdir(world / "tmp") == []
    (world / "out").unlink(missing_ok=True)


def test_a_signal_that_is_ignored_stays_so(world: Path) -> None:
    """As by nohup."""
    command = [sys.executable, "-m", "xent_cli", "eval", "a.parquet", *COLUMNS, "-f", "total"]
    script = 'trap "" HUP; "$@" & while kill -HUP $! 2>/dev/null; do sleep 0.05; done; wait $!'
    run = subprocess.run(
        ["bash", "-c", script, "bash", *command],
        cwd=world,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert float(run.stdout) > 0


def test_python_callers_get_their_exception(world: Path) -> None:
    """Signals are the caller's, where the process is not xent's own."""
    program = (
        "import signal, threading, os, sys\n"
        "from xent_cli import evaluate\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def stop(*_):\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "try:\n"
        "    evaluate('a.parquet', pred_cols='p_*', label_col='y', jobs=2, progress=stop)\n"
        "except KeyboardInterrupt:\n    print('mine')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=world,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("mine\n", "")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=300)
    wanted = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        files = make_world(Path(folder), 1_000_000)
        for run in range(wanted):
            test_a_signal_at_a_random_moment(list(COMMANDS)[run % len(COMMANDS)], run, files)
    print(f"{wanted} runs: nothing hung, and nothing was left")
