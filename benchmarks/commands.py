"""The command lines of xent and of the peers. Only the standard library."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cases import Case, Data

HERE = Path(__file__).resolve().parent
SAMPLE_DATA = HERE.parent / "sample_data" / "sparse"


def find_xent() -> str:
    """Return the program `xent` of this interpreter's environment, or else of the path."""
    beside = Path(sys.executable).with_name("xent")
    found = str(beside) if beside.exists() else shutil.which("xent")
    if found is None:
        raise SystemExit("xent is not installed beside this Python: pip install .")
    return found


def case_command(case: Case, data: Sequence[Data], folder: Path) -> list[str]:
    """Return the command that a case times: its own, or the plain eval of its first data."""
    if not case.command:
        return xent_command(data[0], folder)
    places = {one.task: str(folder / one.name) for one in data}
    known = {**places, "sample": str(SAMPLE_DATA), "made": str(folder)}
    return [find_xent(), *(word.format(**known) for word in case.command)]


def xent_command(data: Data, folder: Path) -> list[str]:
    """Return the command that measures a data set, as a user would type it."""
    command = [find_xent(), "eval", str(folder / data.name)]
    if data.suffix == ".npy":
        command.append(str(folder / data.labels_name))
    else:
        command += ["--label-col", "label"]
    if data.task == "rich":
        command += ["--pred-cols", "p_*"]
    return command + (["--from", "logits"] if data.task == "logits" else [])


def peer_command(peer: str, case: str, data: Data, folder: Path) -> list[str]:
    """Return the command with which a peer does the same."""
    return [sys.executable, str(HERE / "peers.py"), peer, case, str(folder / data.name)]
