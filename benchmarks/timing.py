"""Whole processes, timed in turn: wall time, and peak memory from what the kernel counted.

The kernel counts one process. What one with copies of itself holds in all is looked at in the round
that is not timed, a hundred times a second.

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

_WATCH_SECONDS = 0.01


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


def run_once(command: list[str], cwd: Path, *, watched: bool = False) -> Run:
    """Run a command and wait for it; if it is watched, its memory is that of its copies too.

    Raises
    ------
    SystemExit
        If it fails, with what it said.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors, cwd=cwd)
        held = _watch(process.pid) if watched else 0
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
    return Run(seconds, cpu, max(usage.ru_maxrss, held) * 1024 / 1e6, text)


def _watch(pid: int) -> int:
    """Return the most that a process and its children have held at once until its end, in KiB."""
    most = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children:
            most = max(most, sum(map(_held, [str(pid), *children])))
        time.sleep(_WATCH_SECONDS)
    return most


def _held(pid: str) -> int:
    """Return the memory of a process in KiB, what it shares counted in parts; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def alternate(commands: dict[str, list[str]], runs: int, cwd: Path) -> dict[str, list[Run]]:
    """Run every command once untimed, then all of them in turn: A B C, A B C, ...

    The untimed round fills the page cache and writes byte code.
    """
    first = {name: run_once(command, cwd, watched=True) for name, command in commands.items()}
    done: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            run = run_once(command, cwd)
            done[name].append(run._replace(memory=max(run.memory, first[name].memory)))
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
