"""Under ``ulimit -v`` a run has its number, or ends in a sentence: never by a signal of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .conftest import CLEAN

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")

COMMAND = [sys.executable, "-m", "xent_cli"]
LIMITED = 'ulimit -c unlimited; ulimit -v "$1"; shift; exec "$@"'


@pytest.mark.parametrize("limit", [250_000, 400_000, 600_000, 1_000_000, 4_000_000])
def test_a_limit_of_memory_is_met_with_a_sentence(limit: int, tmp_path: Path) -> None:
    n = 200_000
    p = np.random.default_rng(5).random(n)
    table = {"p_0": p, "p_1": 1 - p, "y": np.arange(n) % 2, "u": [f"user {i}" for i in range(n)]}
    pq.write_table(pa.table(table), tmp_path / "a.parquet", row_group_size=20_000)
    argv = [
        "eval",
        "a.parquet",
        "--label-col",
        "y",
        "--cluster",
        "u",
        "-f",
        "total",
        "-j",
        "2",
        "-q",
    ]
    run = subprocess.run(
        ["bash", "-c", LIMITED, "bash", str(limit), *COMMAND, *argv],
        cwd=tmp_path,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert os.listdir(tmp_path) == ["a.parquet"]  # And no core.
    assert run.returncode in ((0,) if limit == 4_000_000 else (0, 2)), run.stderr
    if run.returncode:
        assert run.stderr.rstrip().endswith("[resources]"), run.stderr
        assert run.stdout == ""
    else:
        losses = -np.log(np.where(table["y"] == 0, p, 1 - p))
        assert float(run.stdout) == pytest.approx(losses.mean(), rel=1e-12)


def test_the_copy_ends_with_the_process(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    with subprocess.Popen(
        ["bash", "-c", LIMITED, "bash", "4000000", *COMMAND, "eval", "-"],
        env={**CLEAN, "TMPDIR": str(tmp_path / "tmp")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (copies := children.read_text().split()):
            time.sleep(0.01)
        while not (_catches_terms(copies[0]) and _catches_terms(str(process.pid))):
            time.sleep(0.01)
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (143, b"")
    while (
        Path(f"/proc/{copies[0]}").exists()
        and " Z " not in Path(f"/proc/{copies[0]}/stat").read_text()
    ):
        time.sleep(0.01)
    assert os.listdir(tmp_path / "tmp") == []


def _catches_terms(pid: str) -> bool:
    caught = Path(f"/proc/{pid}/status").read_text().split("SigCgt:")[1].split()[0]
    return int(caught, 16) & 1 << 14 > 0
