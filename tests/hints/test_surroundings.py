"""Hints that rest on what is around a run: terminals, users, memory, clusters, extras."""

from __future__ import annotations

import errno
import json
import math
import os
import pty
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.shapes.running import run
from xent_cli.cli.option_groups import on_command_line
from xent_cli.errors import SPELLING, EngineError, ResourceError, XentError
from xent_cli.io.resource_limits import refused_resources
from xent_cli.pipeline.processes import map_in_copies

from .following import figure_of, in_shell
from .scenarios import PAIR, PAIRS

SURROUNDINGS: Counter[str] = Counter(
    # A cluster of its own is started for each engine in tests/pipeline/test_engines.py.
    ["schema/options.py Execution.__post_init__ engine=dask"]
)
Test = TypeVar("Test", bound=Callable[..., None])


def follows(*sites: str) -> Callable[[Test], Test]:
    """Say which sites a test follows the hints of."""
    SURROUNDINGS.update(sites)
    return lambda test: test


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a folder with the predictions and labels of three animals."""
    for name, text in PAIR.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def total(command: str, folder: Path) -> float | None:
    answer = run(command, folder)
    assert answer.code == 0, answer.err
    return figure_of(answer)


def at_a_terminal(folder: Path, *argv: str) -> str:
    """Run xent with a terminal as its standard input; return what it complains of."""
    here, there = pty.openpty()
    try:
        command = [sys.executable, "-m", "xent_cli", *argv]
        done = subprocess.run(
            command, stdin=there, capture_output=True, text=True, check=False, cwd=folder
        )
    finally:
        os.close(here)
        os.close(there)
    assert done.returncode == 2
    return done.stderr


@follows("cli/usage.py unknown_command xent eval", "cli/usage.py unknown_command --help")
def test_a_command_that_there_is_not(world: Path) -> None:
    said = run("xent p.csv y.csv", world).err
    assert "To evaluate files: xent eval p.csv y.csv --format json" in said
    answer = in_shell("xent eval p.csv y.csv --format json", world)
    assert figure_of(answer) == pytest.approx(PAIRS, rel=1e-12)
    assert "xent --help lists all commands." in run("xent zzzz", world).err
    assert "eval" in in_shell("xent --help", world).out


@follows("io/open.py _open_stdin xent eval")
def test_nothing_is_piped_in(world: Path) -> None:
    said = at_a_terminal(world, "eval", "-", "y.csv")
    assert "Example: zcat preds.csv.gz | xent eval - labels.csv" in said
    line = "gzip -k p.csv; zcat p.csv.gz | xent eval - y.csv -f json"
    assert figure_of(in_shell(line, world)) == pytest.approx(PAIRS, rel=1e-12)


@follows(
    "metrics/report/saved.py read_json xent eval", "metrics/report/saved.py read_json xent show"
)
def test_no_report_is_piped_in(world: Path) -> None:
    said = at_a_terminal(world, "show", "-")
    assert "Example: xent eval preds.csv -f json | xent show -" in said
    line = "xent eval p.csv y.csv -f json | xent show - -f json"
    assert figure_of(in_shell(line, world)) == pytest.approx(PAIRS, rel=1e-12)


@follows("cli/standard_streams.py write_stdout_parts --output")
def test_standard_output_is_closed(world: Path) -> None:
    answer = in_shell("xent eval p.csv y.csv >&-", world)
    assert answer.code == 2
    assert "Use --output FORMAT:PATH." in answer.err
    line = "xent eval p.csv y.csv --output json:r.json -q >&-; cat r.json"
    assert figure_of(in_shell(line, world)) == pytest.approx(PAIRS, rel=1e-12)


@follows("pipeline/plan.py Plan.require_shared engine")
def test_workers_do_not_see_what_is_piped_in(world: Path) -> None:
    answer = in_shell("cat p.csv | xent eval - y.csv --engine dask", world)
    assert answer.code == 2
    assert "Leave out --engine to read it on this machine." in answer.err
    answer = in_shell("cat p.csv | xent eval - y.csv -f json", world)
    assert figure_of(answer) == pytest.approx(PAIRS, rel=1e-12)


@follows("cli/config_file.py _require_own config", "cli/config_file.py _require_own no_config")
def test_the_configuration_of_another_user(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world / "xent.toml"
    path.write_text('classes = "dog,cat"\n')
    monkeypatch.setattr(os, "getuid", lambda: os.stat(path).st_uid + 1)
    said = run("xent eval p.csv y.csv", world).err
    assert f"--config {path} to read it, or --no-config to read no file." in said
    assert total("xent eval p.csv y.csv --no-config", world) == pytest.approx(PAIRS, rel=1e-12)
    assert run(f"xent eval p.csv y.csv --config {path}", world).code == 2


@follows("cli/config_file.py search_config no_config")
def test_a_folder_that_may_not_be_entered(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_symlink", refused)
    said = run("xent eval p.csv y.csv", world).err
    assert "xent.toml cannot be read: Permission denied. Use --no-config to read no such" in said
    assert total("xent eval p.csv y.csv --no-config", world) == pytest.approx(PAIRS, rel=1e-12)


@follows("cli/app.py _refusal --debug")
def test_a_defect(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xent_cli.pipeline.infer.choose", lambda _: 1 // 0)
    assert "with --debug to see where" in run("xent eval p.csv y.csv", world).err
    assert "ZeroDivisionError" in run("xent eval p.csv y.csv --debug", world).err


@follows("io/storage/remote.py _not_installed xent eval")
def test_a_web_address_without_fsspec(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    said = run("xent eval https://127.0.0.1:9/p.csv y.csv", world).err
    assert "curl -L URL | xent eval - labels.csv" in said
    answer = in_shell("cat p.csv | xent eval - y.csv -f json", world)
    assert figure_of(answer) == pytest.approx(PAIRS, rel=1e-12)


def _end(_: int) -> int:
    os.kill(os.getpid(), 9)
    return 0


@follows(
    "io/resource_limits.py refused_resources jobs=1", "pipeline/processes.py map_in_copies jobs=1"
)
def test_memory_is_short(world: Path) -> None:
    face = SPELLING.set(on_command_line)
    try:
        with pytest.raises(EngineError) as killed:
            list(map_in_copies(_end, [1, 2], jobs=2))
        short = refused_resources(MemoryError())
        assert isinstance(short, ResourceError)
        errors: list[XentError] = [killed.value, short]
        assert all("--jobs 1 " in error.hint for error in errors)
    finally:
        SPELLING.reset(face)
    assert total("xent eval p.csv y.csv --jobs 1", world) == pytest.approx(PAIRS, rel=1e-12)


def overconfident(folder: Path) -> None:
    """Write predictions of 0.99 of which 0.75 come true: T brings 0.99 to 0.75."""
    rows = ["p_cat,p_dog,y"]
    rows += ["0.99,0.01,cat", "0.01,0.99,dog", "0.99,0.01,cat", "0.01,0.99,cat"] * 200
    (folder / "val.csv").write_text("\n".join(rows) + "\n")


@follows("analysis/calibration/claims.py Claims.notices xent calibrate")
def test_what_a_temperature_would_recover_is_told_by_calibrate(tmp_path: Path) -> None:
    overconfident(tmp_path)
    said = run("xent explain val.csv", tmp_path)
    assert "xent calibrate" in said.out + said.err
    found = json.loads(run("xent calibrate val.csv --format json", tmp_path).out)
    best = math.log(99) / math.log(3)
    gain = -math.log(0.99**0.75 * 0.01**0.25) + math.log(0.75**0.75 * 0.25**0.25)
    assert found["temperature"]["value"] == pytest.approx(best, rel=1e-9)
    assert found["recoverable"]["in_sample"] == pytest.approx(gain, rel=1e-9)


@follows(
    "api/apply_temperature.py open_tempering apply=test.csv",
    "cli/calibrate.py calibrate_command --apply",
)
def test_a_temperature_is_applied_to_a_file_and_written_to_another(tmp_path: Path) -> None:
    overconfident(tmp_path)
    (tmp_path / "test.csv").write_text("p_cat,p_dog\n0.99,0.01\n")
    refused = run("xent calibrate val.csv --apply test.csv", tmp_path)
    assert refused.code == 2
    assert "--apply test.csv and an output as parquet, csv or jsonl" in refused.err
    refused = run("xent calibrate val.csv --output csv:cool.csv", tmp_path)
    assert (refused.code, "Name it with --apply FILE" in refused.err) == (2, True)
    done = run("xent calibrate val.csv --apply test.csv --output csv:cool.csv", tmp_path)
    assert done.code == 0, done.err
    (line,) = (tmp_path / "cool.csv").read_text().splitlines()[1:]
    assert [float(cell) for cell in line.split(",")] == pytest.approx([0.75, 0.25], rel=1e-5)
