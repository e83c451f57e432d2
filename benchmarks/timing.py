"""Whole processes, timed in turn: wall time, and peak memory from what the kernel counted.

Only the standard library, and little of it: on Linux the peak that `wait4` reports of a child
includes what its parent held when it forked, so the parent must be smaller than any child.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """One process: wall seconds, seconds of processor time, peak MB, and what it printed."""

    seconds: float
    cpu: float
    memory: float
    output: str


class Summary(NamedTuple):
    """The runs of one program: medians, the extremes of wall time, the highest peak."""

    seconds: float
    fastest: float
    slowest: float
    cpu: float
    memory: float


def run_once(command: list[str], cwd: Path) -> Run:
    """Run a command and wait for it.

    Raises
    ------
    SystemExit
        If it fails, with what it said.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, cwd=cwd)
        _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            message = errors.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}: {message}")
        output.seek(0)
        text = output.read().decode()
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, usage.ru_maxrss * 1024 / 1e6, text)


def alternate(commands: dict[str, list[str]], runs: int, cwd: Path) -> dict[str, list[Run]]:
    """Run every command once untimed, then all of them in turn: A B C, A B C, ...

    The untimed round fills the page cache and writes byte code.
    """
    for command in commands.values():
        run_once(command, cwd)
    done: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            done[name].append(run_once(command, cwd))
    return done


def summarize(runs: list[Run]) -> Summary:
    """Reduce the runs of one program to their figures."""
    seconds = [run.seconds for run in runs]
    return Summary(
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        cpu=statistics.median(run.cpu for run in runs),
        memory=max(run.memory for run in runs),
    )
