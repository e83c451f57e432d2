"""Outputs that would destroy an input, by whatever name, are refused before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from xent_cli import worst_rows
from xent_cli.errors import OutputError

from .conftest import CLEAN, Xent

ROWS = "p_0,p_1,y\n0.9,0.1,0\n0.2,0.8,1\n"
RULE = ("--require", "ce <= 9")


@pytest.fixture
def world(tmp_path: Path, xent: Xent) -> Path:
    """A folder of files, a file by several names, and what options read."""
    for name in ("in/sub/part.csv", "u.csv", "base.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(ROWS)
    (tmp_path / "base.csv").write_text(ROWS.replace("0.9,0.1", "0.8,0.2"))
    (tmp_path / "classes.txt").write_text("0\n1\n")
    (tmp_path / "weights.csv").write_text("0,1\n1,2\n")
    (tmp_path / "link.csv").symlink_to("u.csv")
    os.link(tmp_path / "u.csv", tmp_path / "twin.csv")
    (tmp_path / "in2").symlink_to("in")
    (tmp_path / "m.json").write_text(xent("eval", "u.csv", "-f", "json").out)
    return tmp_path


@pytest.mark.parametrize(
    ("argv", "lost"),
    [
        (["eval", "in"], "in/sub/part.csv"),
        (["eval", "in2"], "in/sub/part.csv"),
        (["eval", "in/**/*.csv"], "in2/sub/part.csv"),
        (["eval", "in/*"], "in/./sub/part.csv"),
        (["eval", "file://{cwd}/u.csv"], "u.csv"),
        (["eval", "u.csv"], "link.csv"),
        (["eval", "link.csv"], "u.csv"),
        (["eval", "u.csv"], "twin.csv"),
        (["eval", "base.csv", "u.csv", "--label-col", "y"], "u.csv"),
        (["eval", "u.csv", "--classes", "classes.txt"], "classes.txt"),
        (["eval", "u.csv", "--class-weights", "weights.csv"], "weights.csv"),
        (["merge", "m.json"], "m.json"),
        (["show", "m.json"], "m.json"),
        (["gate", "u.csv", "--baseline", "m.json", *RULE], "m.json"),
        (
            ["gate", "u.csv", "u.csv", "--label-col", "y", "--baseline", "base.csv", *RULE],
            "base.csv",
        ),
        (["compare", "u.csv", "base.csv", "--labels", "u.csv", "--label-col", "y"], "base.csv"),
        (["explain", "in"], "in/sub/part.csv"),
        (["rows", "in"], "in/sub/part.csv"),
    ],
)
def test_an_input_is_no_output(world: Path, xent: Xent, argv: list[str], lost: str) -> None:
    before = {path: path.read_bytes() for path in world.rglob("*") if path.is_file()}
    argv = [text.replace("{cwd}", str(world)) for text in argv]
    result = xent(*argv, "-o", "json:first.json", "-o", f"json:{lost}")
    assert (result.code, result.out) == (2, ""), result
    assert "is an input and would be overwritten. Choose another file. [output]" in result.err
    assert {path: path.read_bytes() for path in world.rglob("*") if path.is_file()} == before
    assert xent(*argv, "-o", "json:first.json").code == 0


@pytest.mark.parametrize("other", ["r.json", "./r.json", "in/../r.json", "in2/sub/../../r.json"])
@pytest.mark.parametrize("there", [True, False])
def test_one_file_is_not_written_twice(world: Path, xent: Xent, other: str, there: bool) -> None:
    if there:
        (world / "r.json").write_text("before")
    result = xent("eval", "u.csv", "-o", "json:r.json", "-o", f"csv:{other}")
    assert (result.code, result.out) == (2, "")
    assert "would be written twice" in result.err
    assert (world / "r.json").exists() == there
    assert xent("eval", "u.csv", "-o", "json:/dev/null", "-o", "csv:/dev/null").code == 0


def test_the_configuration_is_no_output(world: Path, xent: Xent) -> None:
    (world / "xent.toml").write_text('format = "total"\n')
    result = xent("eval", "u.csv", "-o", "csv:xent.toml")
    assert (result.code, "is an input" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("argv", "shell"),
    [
        (["eval", "-", "-o", "csv:u.csv"], "< u.csv"),
        (["eval", "/dev/stdin", "-o", "csv:u.csv"], "< u.csv"),
        (["show", "-", "-o", "csv:m.json"], "< m.json"),
        (["eval", "u.csv"], ">> u.csv"),
        (["eval", "base.csv", "-o", "csv:new.csv"], "> new.csv"),
    ],
)
def test_streams_are_files_too(world: Path, process: Callable, argv: list[str], shell: str) -> None:
    result: subprocess.CompletedProcess[str] = process(argv, shell_tail=shell)
    assert (result.returncode, "[output]" in result.stderr) == (2, True), result
    assert (world / "u.csv").read_text() == ROWS


def test_standard_streams_that_are_closed(world: Path) -> None:
    """What is opened next would take their numbers, and what is written to them would go there."""
    for closed, code in ((0, 0), (1, 2), (2, 0)):
        run = subprocess.run(
            [sys.executable, "-m", "xent_cli", "eval", "u.csv", "-o", "json:r.json"],
            env=CLEAN,
            cwd=world,
            capture_output=True,
            check=False,
            preexec_fn=lambda number=closed: os.close(number),
        )
        assert run.returncode == code, run


def test_python_callers_lose_nothing_either(world: Path) -> None:
    with pytest.raises(OutputError, match="is an input"):
        worst_rows(str(world / "in"), write=[("csv", str(world / "in" / "sub" / "part.csv"))])
    worst_rows(str(world / "in"), write=[("csv", str(world / "u.csv"))])
    assert (world / "u.csv").read_text().startswith("row,")


@pytest.mark.parametrize(
    ("argv", "path", "start"),
    [
        (("eval", "u.csv"), "r.HTML", b"<!doctype html>"),
        (("eval", "u.csv"), "a.b/r.json", b'{\n  "format": "xent.report"'),
        (("eval", "u.csv"), "r.md", b"sparse ("),
        (("eval", "u.csv"), "r.csv", b"scope,class"),
        (("eval", "u.csv"), "json:r.html", b'{\n  "format": "xent.report"'),
        (("gate", "u.csv", *RULE), "r.xml", b"<?xml"),
        (("rows", "u.csv"), "r.csv", b"row,"),
        (("rows", "u.csv"), "r.html", b"<!doctype html>"),
    ],
)
def test_the_suffix_says_the_format(
    world: Path, xent: Xent, argv: tuple[str, ...], path: str, start: bytes
) -> None:
    (world / "a.b").mkdir()
    assert xent(*argv, "--output", path).code == 0
    assert (world / path.rpartition(":")[2]).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("r.pdf", "the suffix pdf is not a known format"),
        ("html", "the format is missing"),
        ("a.html/r", "the format is missing"),
        ("jsn:r.json", "jsn is not a format"),
        ("r.xml", "the suffix xml is not a known format"),
    ],
)
def test_a_format_that_nobody_named_is_not_guessed(
    world: Path, xent: Xent, path: str, message: str
) -> None:
    before = sorted(world.iterdir())
    result = xent("eval", "u.csv", "--output", path)
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.split())
    assert sorted(world.iterdir()) == before


def test_a_page_is_shown_merged_and_compared_with(world: Path, xent: Xent) -> None:
    first = xent("eval", "u.csv", "-f", "html", "-q")
    (world / "r.html").write_text(first.out)
    assert xent("show", "r.html", "-f", "html", "-q") == first
    assert xent("show", "-", "-f", "total", stdin=first.out.encode()).code == 0
    total = xent("eval", "u.csv", "-f", "total").out
    assert xent("merge", "r.html", "-f", "total").out == total
    gated = xent("gate", "u.csv", "--baseline", "r.html", "--require", "delta <= 0", "-f", "json")
    assert (gated.code, '"outcome": "pass"' in gated.out) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="it is a device of Linux")
def test_all_outputs_are_written_or_none(world: Path, xent: Xent) -> None:
    run = xent("eval", "u.csv", "-o", "json:new.json", "-o", "md:new.md", "-o", "csv:/dev/full")
    assert (run.code, run.out) == (2, "")
    assert "/dev/full cannot be written: No space left on device. [output]" in run.err
    assert "wrote" not in run.err
    assert not list(world.glob("new.*"))


def test_a_folder_that_may_not_be_written_into(
    world: Path, xent: Xent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Patched, for root may write into every one. It is known before anything is read."""
    access, sealed = os.access, world / "sealed"
    sealed.mkdir()
    (world / "link.json").symlink_to("sealed/new.json")

    def refuse(place: str, mode: int) -> bool:
        return os.path.realpath(place) != str(sealed) and access(place, mode)

    monkeypatch.setattr(os, "access", refuse)
    for path in ("sealed/new.json", "link.json"):
        run = xent("eval", "nowhere.csv", "-o", f"json:{path}")
        assert (run.code, run.out) == (2, "")
        assert f"--output json:{path}: you may not write into" in run.err
