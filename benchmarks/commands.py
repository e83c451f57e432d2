"""The command lines of xent and of the peers. Only the standard library."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from cases import Data

HERE = Path(__file__).resolve().parent
SAMPLE_DATA = HERE.parent / "sample_data" / "sparse"


def find_xent() -> str:
    """Return the program `xent` of this interpreter's environment, or else of the path."""
    beside = Path(sys.executable).with_name("xent")
    found = str(beside) if beside.exists() else shutil.which("xent")
    if found is None:
        raise SystemExit("xent is not installed beside this Python: pip install .")
    return found


def xent_command(data: Data, folder: Path) -> list[str]:
    """Return the command that measures a data set, as a user would type it."""
    command = [find_xent(), "eval", str(folder / data.name)]
    if data.suffix == ".npy":
        command.append(str(folder / data.labels_name))
    else:
        command += ["--label-col", "label"]
    return command + (["--from", "logits"] if data.task == "logits" else [])


def peer_command(peer: str, case: str, data: Data, folder: Path) -> list[str]:
    """Return the command with which a peer does the same."""
    return [sys.executable, str(HERE / "peers.py"), peer, case, str(folder / data.name)]
