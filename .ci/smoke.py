"""Smoke test: every command, with the lowest and with the newest of what xent depends on.

``python .ci/smoke.py WHEEL`` makes an environment for each. The lowest versions are those that
pyproject.toml declares, or the first after them that have a wheel for this Python.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPARSE = ROOT / "sample_data" / "sparse"
QUIET = ["--quiet", "--disable-pip-version-check"]
NEW, OLD, LABELS = (str(SPARSE / f"{name}.csv") for name in ("candidate", "baseline", "labels"))
PARQUET = [str(SPARSE / f"{name}.parquet") for name in ("candidate", "labels")]

RUNS = [
    ["eval", NEW, LABELS],
    ["eval", *PARQUET, "-f", "json", "-o", "json:r.json", "--jobs", "2"],
    ["eval", NEW, LABELS, "-f", "total", "--top", "3", "--min-n", "2", "--eps", "1e-9"],
    ["gate", NEW, LABELS, "--baseline", OLD, "--require", "ce <= 9", "-o", "junit:g.xml"],
    ["compare", OLD, NEW, "--labels", LABELS, "-f", "json"],
    ["rows", NEW, LABELS, "--top", "3", "-o", "parquet:rows.parquet"],
    ["explain", NEW, LABELS],
    ["show", "r.json"],
    ["merge", "r.json", "-f", "total"],
    ["config", "eval"],
]


def main() -> int:
    """Make both environments, run all commands in each, and compare what they print."""
    (wheel,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda lowest: _outputs(Path(folder), wheel, lowest=lowest), (True, False))
        lowest, newest = made
    for run in newest:
        if _words(lowest[run]) != _words(newest[run]):
            sys.exit(f"{run}: the lowest and the newest versions print another:\n{lowest[run]}")
    print(f"{len(newest)} runs say the same with the lowest and the newest versions")
    return 0


def _words(text: str) -> str:
    """Leave out how wide a table is: Rich has changed its margins."""
    return re.sub(r"[\s─]+", " ", text)


def _outputs(folder: Path, wheel: str, *, lowest: bool) -> dict[str, str]:
    """Return what each command prints in an environment of its own."""
    place = folder / ("lowest" if lowest else "newest")
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    pinned = _lowest_versions(python) if lowest else []
    upgrade = [] if lowest else ["--upgrade"]
    _run([python, "-m", "pip", "install", *QUIET, *upgrade, "--only-binary=:all:", wheel, *pinned])
    shown = _run([python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"])
    wanted = [re.split("[<>=~]", text)[0] for text in _declared()]
    versions = {each["name"]: each["version"] for each in json.loads(shown)}
    print(place.name + ":", ", ".join(f"{name} {versions[name]}" for name in wanted), flush=True)
    work = place / "work"
    work.mkdir()
    found = {}
    for argv in [*RUNS, *([run[0], "--help"] for run in RUNS)]:
        found[" ".join(argv)] = _run([place / "bin" / "xent", *argv], cwd=work)
    return {run: text for run, text in found.items() if "--help" not in run}


def _declared() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


def _lowest_versions(python: Path) -> list[str]:
    """Pin every dependency to the lowest version declared that has a wheel for this Python."""
    pinned = []
    for text in _declared():
        name, least = text.split(">=")
        listed = _run(
            [python, "-m", "pip", "index", "versions", name, "--only-binary=:all:", *QUIET[1:]]
        )
        line = next(line for line in listed.splitlines() if line.startswith("Available versions:"))
        versions = [v.strip() for v in line.partition(":")[2].split(",")]
        usable = [v for v in versions if re.fullmatch(r"[\d.]+", v) and _parts(v) >= _parts(least)]
        pinned.append(f"{name}=={min(usable, key=_parts)}")
    return pinned


def _parts(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".")]
    return numbers + [0] * (4 - len(numbers))


def _run(command: list[object], cwd: Path | None = None) -> str:
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb"}
    run = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode or "Traceback" in run.stderr:
        sys.exit(f"{' '.join(map(str, command))} exited with {run.returncode}:\n{run.stderr}")
    return run.stdout


if __name__ == "__main__":
    sys.exit(main())
