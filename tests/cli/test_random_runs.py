"""Random command lines over a small world: nothing is lost, left over, or a number without ground.

``python -m tests.cli.test_random_runs --runs 5000`` draws more of them than the tests do.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pandas as pd

from xent_cli.cli import main

from .conftest import Result, Stream

CLASSES = ("ash", "elm", "oak")
CODES = {0, 1, 2, 3}
LINES_PER_WORLD = 25
CONFIGS = [
    'base = "2"\n',
    "top = 2\n",
    "quiet = true\n",
    'ignore-label = ["ash"]\n',
    '[gate]\nrequire = ["ce <= 0"]\n',
]
REFUSED_CONFIGS = [
    'output = ["csv:a.csv"]\n',
    'engine = "dask"\n',
    "pred-cols = 5\n",
    "a = " + "[" * 5000,
]
BROKEN = ["empty.csv", "gone.csv", "bad.csv", "cut.parquet", "deep.json", "nowhere", "loop", "out"]
CLOSED = ["shut", "shut/4.csv", "closed.csv", "e", "e/", "e/*", "e/**/*.csv", "*/shut/4.csv"]
"""What only root may read, whole or in part."""


@dataclass
class World:
    """A folder of files, and for each name that stands for rows, the files that hold them."""

    place: Path
    rng: random.Random
    rows: dict[str, list[Path]] = field(default_factory=dict)
    reports: dict[str, list[Path]] = field(default_factory=dict)

    @classmethod
    def make(cls, place: Path, rng: random.Random) -> World:
        world = cls(place, rng)
        n = rng.randint(2, 12)
        (place / "d" / "sub").mkdir(parents=True)
        (place / "elsewhere").mkdir()
        (place / "out").mkdir()
        for name in ("a.csv", "b.csv", "d/1.csv", "d/sub/2.csv", "elsewhere/3.csv"):
            world._table(place / name, n)
        (place / "d" / "linked").symlink_to("../elsewhere")
        (place / "link.csv").symlink_to("a.csv")
        os.link(place / "a.csv", place / "hard.csv")
        (place / "a.csv.gz").write_bytes(gzip.compress((place / "a.csv").read_bytes()))
        pd.read_csv(place / "b.csv").to_parquet(place / "b.parquet")
        parts = [place / name for name in ("d/1.csv", "d/sub/2.csv", "elsewhere/3.csv")]
        a, b = [place / "a.csv"], [place / "b.csv"]
        world.rows = {
            **dict.fromkeys(("a.csv", "./d/../a.csv", str(place / "a.csv")), a),
            **dict.fromkeys(("link.csv", "hard.csv", "a.csv.gz", f"file://{place}/a.csv"), a),
            **dict.fromkeys(("b.csv", "b.parquet"), b),
            **dict.fromkeys(("d", "d/", "d/**/*.csv"), parts),
        }
        (place / "loop").mkdir()
        (place / "loop" / "again").symlink_to("../loop")
        (place / "empty.csv").write_bytes(b"")
        (place / "gone.csv").symlink_to("nowhere.csv")
        (place / "bad.csv").write_bytes(rng.randbytes(200))
        (place / "cut.parquet").write_bytes((place / "b.parquet").read_bytes()[:-9])
        (place / "deep.json").write_text("[" * 5000)
        if os.geteuid() != 0:  # Nothing is closed to root.
            (place / "e" / "shut").mkdir(parents=True)
            (place / "shut").mkdir()
            (place / "sealed").mkdir(mode=0o500)
            for name in ("closed.csv", "shut/4.csv", "e/1.csv", "e/shut/2.csv"):
                world._table(place / name, n)
            for name in ("closed.csv", "shut", "e/shut"):
                (place / name).chmod(0)
        for name, of in (("ra.json", a), ("rb.json", b)):
            report = run(
                world, ["eval", str(of[0]), "--label-col", "y", "-f", "json", "--no-config"]
            )
            (place / name).write_text(report.out)
            world.reports[name] = of
        return world

    def _table(self, path: Path, n: int) -> None:
        lines = [",".join([*(f"p_{name}" for name in CLASSES), "y", "w"])]
        for _ in range(n):
            cuts = sorted(self.rng.sample(range(1, 1024), 2))
            shares = (cuts[0], cuts[1] - cuts[0], 1024 - cuts[1])
            label, weight = self.rng.choice(CLASSES), self.rng.choice((1, 2, 5))
            lines.append(",".join([*(repr(s / 1024) for s in shares), label, str(weight)]))
        path.write_text("\n".join(lines) + "\n")


@dataclass(frozen=True)
class Draw:
    """A command line, the paths it asks to be written, and the numbers it may come to."""

    argv: list[str]
    asked: list[str]
    numbers: list[float] | None  # None where none may be.


def run(world: World, argv: list[str], stdin: bytes = b"") -> Result:
    """Run a command line in this process and in the world's folder."""
    out, err = Stream(), Stream()
    streams = {"stdin": Stream(stdin), "stdout": out, "stderr": err}
    before = os.getcwd()
    os.chdir(world.place)
    try:
        with mock.patch.multiple(sys, **streams):
            code = main(argv)
    finally:
        os.chdir(before)
    return Result(code, out.text(), err.text())


def truth(
    paths: list[Path], labels: list[Path], *, base: float, weighted: bool, ignored: str | None
) -> float:
    """Work out the cross entropy of some files, by the csv module."""
    losses, weights = [], []
    for row, label in zip(rows_of(paths), rows_of(labels), strict=True):
        if label["y"] != ignored:
            weights.append(float(label["w"]) if weighted else 1.0)
            losses.append(-math.log(float(row["p_" + label["y"]]), base) * weights[-1])
    return math.fsum(losses) / math.fsum(weights) if weights else math.nan


def rows_of(paths: list[Path]) -> list[dict[str, str]]:
    """Read the rows of some files, by the csv module."""
    found = []
    for path in paths:
        with open(path, newline="") as file:
            found += csv.DictReader(file)
    return found


def draw(world: World, config: str) -> Draw:
    """Draw a command line."""
    rng = world.rng
    verb = rng.choice(
        ["eval", "eval", "gate", "compare", "rows", "explain", "merge", "show", "config"]
    )
    is_right = rng.random() < 0.6  # Or it may be: what is asked for is drawn from all there is.
    broken = BROKEN + (CLOSED if (world.place / "shut").exists() else [])
    table = world.reports if verb in ("merge", "show") else world.rows
    count = {"compare": 2, "merge": rng.randint(1, 2), "config": 0}.get(verb, 1)
    if is_right:
        names = [name for name in table if verb != "compare" or table[name] is not table["d"]]
        inputs = rng.sample(names, count)
    else:
        inputs = [rng.choice(broken if rng.random() < 0.3 else list(table)) for _ in range(count)]
    argv = [verb, *inputs] if verb != "config" else ["config", rng.choice(["eval", "gate"])]
    base, weighted, ignored = math.e, False, None
    if verb not in ("merge", "show", "config"):
        argv += ["--label-col", "y", "--pred-cols", "p_*"]
        if verb == "compare":
            argv += ["--labels", inputs[0]]
        if rng.random() < 0.3:
            base = 2
            argv += ["--base", "2"]
        if rng.random() < 0.3:
            weighted = True
            argv += ["--weight", "w"]
        if rng.random() < 0.2:
            ignored = "oak"
            argv += ["--ignore-label", "oak"]
        if rng.random() < 0.3:
            argv += ["--jobs", rng.choice(["1", "2", *([] if is_right else ["0", "x"])])]
        if not is_right and rng.random() < 0.2:
            argv += [rng.choice(["--from", "--label-sums", "--no-such", "--by", "--cluster"]), "w"]
    if 'base = "2"' in config and "--no-config" not in argv:
        base = 2
    if "ignore-label" in config and ignored is None:
        ignored = "ash"
    if verb == "gate" and (is_right or rng.random() < 0.9):
        rules = ["ce <= 9", "ce <= 0.5", "accuracy >= 50%", *([] if is_right else ["ce < x"])]
        argv += ["--require", rng.choice(rules)]
    if verb != "config" and rng.random() < 0.9:
        argv += ["-f", "json"]
    asked = []
    for _ in range(rng.choice([0, 0, 1, 1, 2]) if verb != "config" else 0):
        paths, forms = ["out/new.json", "out/other"], ["json:", "json:", "csv:", "md:", "html:"]
        if is_right and verb != "config":
            paths = [path for path in paths if path not in asked]
        else:
            paths += ["out", "nowhere/new.json", "sealed/new.json", *inputs]
            forms += ["bogus:", ""]
        asked.append(rng.choice(paths))
        form = rng.choice(forms)
        argv += ["-o", form + asked[-1]]
    numbers: list[float] | None = None
    if all(name in table for name in inputs) and inputs:
        files = [table[name] for name in inputs]
        how = {"base": base, "weighted": weighted, "ignored": ignored}
        if verb in ("merge", "show"):
            how = {"base": math.e, "weighted": False, "ignored": None}
        if verb == "merge":
            files = [[path for each in files for path in each]]
        labels = [files[0] if verb == "compare" else each for each in files]
        if all(
            len(rows_of(each)) == len(rows_of(of)) for each, of in zip(files, labels, strict=True)
        ):
            numbers = [truth(each, of, **how) for each, of in zip(files, labels, strict=True)]
    return Draw(argv, asked, numbers)


def snapshot(place: Path) -> dict[str, tuple[int, bytes]]:
    """Return the inode of all that is there, and what it holds."""
    found = {}
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            data = b""
            if os.path.islink(path):
                data = os.readlink(path).encode()
            elif os.path.isfile(path) and os.access(path, os.R_OK):
                data = Path(path).read_bytes()
            found[os.path.relpath(path, place)] = (status.st_ino, data)
    return found


def numbers_in(text: str) -> list[float] | None:
    """Return the cross entropies of a JSON document; None where it is none, or says none."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if "models" in data:
        return [each["cross_entropy"] for each in data["models"]]
    found = data.get("overall", data).get("cross_entropy")
    return None if found is None else [found]


def check(world: World, config: str) -> tuple[int, int]:
    """Run a random command line, and look at everything that it left.

    Returns its exit code, and how many of its documents had numbers.
    """
    drawn = draw(world, config)
    before = snapshot(world.place)
    result = run(world, drawn.argv)
    after = snapshot(world.place)
    said = f"{drawn.argv} with {config[:40]!r}: {result}"
    assert result.code in CODES, said
    assert result.code != 1 or drawn.argv[0] == "gate", said
    assert "Traceback" not in result.err, said
    assert "[crash]" not in result.err, said
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    allowed = {os.path.normpath(name) for name in drawn.asked if name.startswith("out/")}
    assert changed <= (allowed if result.code != 2 else set()), f"{changed}: {said}"
    documents = [result.out, *(after[name][1].decode() for name in changed)]
    if result.code == 2:
        assert numbers_in(result.out) is None, said
        return result.code, 0
    n_checked = 0
    for found in map(numbers_in, documents):
        if found is not None:
            assert drawn.numbers is not None, said
            n_checked += 1
            for one, other in zip(found, drawn.numbers, strict=True):
                assert math.isclose(one, other, rel_tol=1e-12), f"{drawn.numbers}: {said}"
    return int(result.code), n_checked


@contextmanager
def quiet_place() -> Iterator[Path]:
    """Make a folder to play in, and one for temporary files that must stay empty."""
    with tempfile.TemporaryDirectory() as name:
        place, temporary = Path(name).resolve() / "world", Path(name).resolve() / "tmp"
        place.mkdir()
        temporary.mkdir()
        clean = {
            "COLUMNS": "80",
            "TERM": "dumb",
            "HOME": str(place.parent),
            "TMPDIR": str(temporary),
        }
        with mock.patch.dict(os.environ, clean), mock.patch.object(tempfile, "tempdir", None):
            yield place
            assert os.listdir(temporary) == []


def play(runs: int, seed: int) -> dict[str, int]:
    """Run many command lines; return how many ended in which code, and how many had numbers."""
    counts = {"runs": 0, "documents with numbers": 0, **{f"code {code}": 0 for code in CODES}}
    for start in range(0, runs, LINES_PER_WORLD):
        rng = random.Random(f"{seed} {start}")
        with quiet_place() as place:
            world = World.make(place, rng)
            config = rng.choice(["", *CONFIGS] * 3 + REFUSED_CONFIGS)
            if config:
                (place / rng.choice(["xent.toml", ".xent.toml"])).write_text(config)
                config = config if (place / "xent.toml").exists() else ""
            for _ in range(min(LINES_PER_WORLD, runs - start)):
                code, n_checked = check(world, config)
                counts["runs"] += 1
                counts["documents with numbers"] += n_checked
                counts[f"code {code}"] += 1
    return counts


def test_random_command_lines() -> None:
    counts = play(200, seed=1)
    assert counts["runs"] == 200
    assert counts["documents with numbers"] > 40
    assert min(counts["code 0"], counts["code 2"]) > 40


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2)
    print(play(**vars(parser.parse_args())))
