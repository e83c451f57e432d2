"""Verify on small data that every peer finds what xent finds, and refuses what it refuses.

Cross entropy, and by class loss, standard error and accuracy, must agree to 1e-9 relative, n
exactly. Every peer that measures must also refuse a value out of range, a row that does not sum
to 1, and NaN.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import make_data
import pyarrow as pa
import pyarrow.parquet as pq
from cases import READERS, Case, Data, chosen_cases
from commands import case_command, peer_command, xent_command

TOLERANCE = 1e-9
SCALE = 0.001
DAMAGE = {"a value out of range": 1.5, "a row that does not sum to 1": 0.4, "NaN": math.nan}
DAMAGED_ROW = 7_000


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _figures(command: list[str]) -> dict[str, Any]:
    done = _run(command)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _xent_figures(case: Case, data: Sequence[Data], folder: Path) -> dict[str, Any]:
    """Return xent's figures in the form of the peers': only classes that occur, by position."""
    report = _figures([*case_command(case, data, folder), "--format", "json", "--quiet"])
    if "comparison" in report:
        return _gate_figures(report)
    names = {"n": "n", "loss": "cross_entropy", "se": "se", "accuracy": "accuracy"}
    classes = [
        {"label": label} | {ours: row[theirs] for ours, theirs in names.items()}
        for label, row in enumerate(report["classes"])
        if row["n"]
    ]
    return {"cross_entropy": report["overall"]["cross_entropy"], "classes": classes}


def _gate_figures(gate: dict[str, Any]) -> dict[str, Any]:
    """Return what a gate has found: differences in place of losses."""
    paired, rows = gate["comparison"], gate["report"]["classes"]
    classes = [
        {"label": label, "n": row["n"], "accuracy": row["accuracy"]}
        | {"loss": found["delta"]["value"], "se": found["delta"]["se"]}
        for label, (row, found) in enumerate(zip(rows, paired["classes"], strict=True))
    ]
    return {"cross_entropy": paired["delta"]["value"], "classes": classes}


def differences(found: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """Say which figures differ by more than the tolerance."""
    pairs = [("cross entropy", found["cross_entropy"], expected["cross_entropy"])]
    if len(found["classes"]) != len(expected["classes"]):
        yield f"{len(found['classes'])} classes, not {len(expected['classes'])}"
        return
    for ours, theirs in zip(found["classes"], expected["classes"], strict=True):
        pairs += [(f"{key} of class {ours['label']}", ours[key], theirs[key]) for key in theirs]
    for what, ours, theirs in pairs:
        if None in (ours, theirs):
            same = ours is theirs
        elif isinstance(theirs, int):
            same = ours == theirs
        else:
            same = math.isclose(ours, theirs, rel_tol=TOLERANCE)
        if not same:
            yield f"{what}: {ours}, not {theirs}"


def check_agreement(case: Case, folder: Path) -> list[str]:
    """Return what differs between xent and the peers of a case, on small data."""
    every = [one.scaled(SCALE) for one in case.data]
    for one in every:
        make_data.make(one, folder)
    data, expected, wrong = every[0], _xent_figures(case, every, folder), []
    for peer in case.peers:
        command = peer_command(peer, case.name, data, folder)
        if peer in READERS:
            if (done := _run(command)).returncode:
                wrong.append(f"{case.name}: {peer} ended with {done.returncode}: {done.stderr}")
            continue
        found = _figures([*command, "--json"])
        wrong += [f"{case.name}: {peer}: {text}" for text in differences(found, expected)]
    print(f"{case.name}: {expected['cross_entropy']!r}, {len(case.peers)} peers", flush=True)
    return wrong


def check_refusals(case: Case, folder: Path) -> list[str]:
    """Return who accepts damaged Parquet data of a case."""
    data = case.data[0].scaled(SCALE)
    table = pq.read_table(folder / data.name)
    accepted = []
    for index, (what, value) in enumerate(DAMAGE.items()):
        damaged = data._replace(rows=index)  # which gives it a name of its own
        position = min(DAMAGED_ROW, len(table) - 1)
        # A column that is not the label's: a check of the truth alone would not see it.
        column = 1 + (table["label"][position].as_py() == 0)
        values = table.column(column).to_numpy().copy()
        values[position] = value
        field = table.schema.field(column)
        pq.write_table(table.set_column(column, field, pa.array(values)), folder / damaged.name)
        commands = {"xent": xent_command(damaged, folder)} | {
            peer: peer_command(peer, case.name, damaged, folder)
            for peer in case.peers
            if peer not in READERS
        }
        accepted += [
            f"{case.name}: {name} accepts {what}"
            for name, command in commands.items()
            if _run(command).returncode == 0
        ]
    print(f"{case.name}: damage refused", flush=True)
    return accepted


def main() -> None:
    """Check the cases that the command line names, and exit with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="Check that the peers agree with xent.")
    parser.add_argument("--cases", default="", help="comma-separated; all by default")
    args = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for case in chosen_cases(args.cases):
            if case.kind != "peers":
                continue
            wrong += check_agreement(case, Path(name))
            data = case.data[0]
            if data.suffix == ".parquet" and data.task == "probs":
                wrong += check_refusals(case, Path(name))
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main()
