"""Make the data, check that all agree, time everything in turn and print Markdown.

One command: `python benchmarks/run.py`. See README.md for what is compared.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cases import READERS, Case, Data, chosen_cases
from commands import HERE, case_command, find_xent, peer_command, xent_command
from machine import describe_date, describe_machine, describe_versions
from tables import Results, render_details, render_growth, render_ratios
from timing import Run, alternate, run_once, summarize

TOLERANCE = 1e-9
STARTUP_RUNS = 4
"""Times as many runs of the commands that end at once: they are short, and their times vary."""

SMALLEST_SCALE = 0.001
"""Below, the sizes of a growth case are no longer different."""

Commands = dict[str, list[str]]


def measure(case: Case, data: Sequence[Data], folder: Path, runs: int) -> Results:
    """Time xent and what a case compares it with; in "growth" it is compared with itself."""
    commands = _COMMANDS[case.kind](case, data, folder)
    times = runs * STARTUP_RUNS if case.kind == "startup" else runs
    done = alternate(commands, times, folder)
    if case.kind == "peers":
        require_agreement(case, data, folder, done)
    return {name: summarize(each) for name, each in done.items()}


def require_agreement(
    case: Case, data: Sequence[Data], folder: Path, done: dict[str, list[Run]]
) -> None:
    """End the program if a timed run of a peer printed another cross entropy than xent's."""
    command = [*case_command(case, data, folder), "--format", "json", "--quiet"]
    expected = total(json.loads(run_once(command, folder).output))
    for name, each in done.items():
        if name == "xent" or name in READERS:
            continue
        for run in each:
            if not math.isclose(float(run.output), expected, rel_tol=TOLERANCE):
                raise SystemExit(f"{case.name}: {name} found {run.output}, xent {expected!r}")


def total(found: dict[str, Any]) -> float:
    """Return the cross entropy of a report, or the difference that a gate has found."""
    part = found["comparison"]["delta"]["value"] if "comparison" in found else None
    return float(found["overall"]["cross_entropy"] if part is None else part)


def _peer_commands(case: Case, data: Sequence[Data], folder: Path) -> Commands:
    peers = {peer: peer_command(peer, case.name, data[0], folder) for peer in case.peers}
    return {"xent": case_command(case, data, folder)} | peers


def _jobs_commands(_case: Case, data: Sequence[Data], folder: Path) -> Commands:
    command = xent_command(data[0], folder)
    return {"two workers": [*command, "--jobs", "2"], "one worker": [*command, "--jobs", "1"]}


def _growth_commands(_case: Case, data: Sequence[Data], folder: Path) -> Commands:
    return {f"{one.rows:,}": xent_command(one, folder) for one in data}


def _startup_commands(case: Case, data: Sequence[Data], folder: Path) -> Commands:
    imports = [sys.executable, "-c", case.peers[0]]
    return {"xent": case_command(case, data, folder), "imports": imports}


def _verb_commands(case: Case, data: Sequence[Data], folder: Path) -> Commands:
    plain = xent_command(data[0], folder)
    return {"xent": case_command(case, data, folder), "eval of one model": plain}


_COMMANDS = {
    "peers": _peer_commands,
    "jobs": _jobs_commands,
    "growth": _growth_commands,
    "startup": _startup_commands,
    "verbs": _verb_commands,
}


def _runnable(cases: Sequence[Case]) -> list[Case]:
    """Leave out what this version of xent, or this machine, cannot do, and say so."""
    usage = subprocess.run(
        [find_xent(), "eval", "--help"], capture_output=True, text=True, check=True
    )
    threads = "--jobs" in usage.stdout and len(os.sched_getaffinity(0)) > 1
    chosen = [case for case in cases if threads or case.kind != "jobs"]
    if len(chosen) < len(cases):
        _say("left out: two workers against one; that takes --jobs and two cores")
    return chosen


def _prepare(cases: Sequence[Case], folder: Path, scale: float) -> None:
    """Make missing data and check agreement, in processes of their own: this one stays small."""
    names = ["--cases", ",".join(case.name for case in cases)]
    options = [str(folder), "--scale", str(scale), *names]
    _say("making the data that are missing")
    subprocess.run([sys.executable, str(HERE / "make_data.py"), *options], check=True, stdout=2)
    _say("checking on small data that all agree")
    subprocess.run([sys.executable, str(HERE / "check.py"), *names], check=True, stdout=2)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line, run everything and print the tables."""
    parser = argparse.ArgumentParser(description="Time xent against its peers.")
    parser.add_argument("--cases", default="", help="comma-separated; see cases.py")
    parser.add_argument("--runs", type=int, default=5, help="timed runs of each program")
    parser.add_argument("--scale", type=float, default=1.0, help="times the rows of every case")
    parser.add_argument("--data", type=Path, default=HERE / "data", help="folder of the data")
    args = parser.parse_args()
    if args.scale < SMALLEST_SCALE:
        parser.error(f"--scale must be {SMALLEST_SCALE} or more")
    folder = args.data.resolve()
    cases = _runnable(chosen_cases(args.cases))
    folder.mkdir(parents=True, exist_ok=True)
    _prepare(cases, folder, args.scale)
    machine = describe_machine()
    results = []
    for case in cases:
        _say(f"timing {case.name}")
        data = list(dict.fromkeys(one.scaled(args.scale) for one in case.data))
        results.append((case, data, measure(case, data, folder, args.runs)))
        _say(render_details(results[-1:]))  # so that a failure later on loses nothing
    print(_render(results, machine, args.runs, args.scale))


def _render(
    results: Sequence[tuple[Case, Sequence[Data], Results]], machine: str, runs: int, scale: float
) -> str:
    compared = [entry for entry in results if entry[0].kind != "growth"]
    parts = [
        f"{describe_date()}. {machine}. {describe_versions()}.",
        f"Medians of {runs} alternating runs ({runs * STARTUP_RUNS} of commands that end at once)"
        + ("." if scale == 1 else f", at {scale:g} of the full size."),
    ]
    if compared:
        parts += [render_ratios(compared), render_details(compared)]
    for case, data, found in results:
        if case.kind == "growth":
            parts += [f"{case.what[0].upper()}{case.what[1:]}:"]
            parts += [render_growth(data, list(found.values()))]
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
