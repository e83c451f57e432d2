"""Exit codes, pipes, signals, colour and configuration: the contract with the shell."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from xent_cli import __version__
from xent_cli.cli.standard_streams import write_stdout_parts

from .conftest import CLEAN, Xent

Process = Callable[..., "subprocess.CompletedProcess[str]"]
ESCAPE = "\x1b"


def test_version_and_help(xent: Xent) -> None:
    assert xent("--version").out == f"xent {__version__}\n"
    for argv in ((), ("--help",), ("eval", "-h"), ("show", "--help")):
        result = xent(*argv)
        assert result.out.startswith("Usage: xent") or result.err.startswith("Usage: xent")
    assert xent("--help").code == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("evil",),
        ("eval",),
        ("eval", "a", "b", "c"),
        ("eval", "--no-such-option", "a", "b"),
        ("eval", "a", "b", "--mode", "ternary"),
        ("eval", "a", "b", "--eps", "tiny"),
        ("eval", "a", "b", "--top", "-1"),
    ],
)
def test_usage_errors_exit_2(xent: Xent, argv: tuple[str, ...]) -> None:
    result = xent(*argv)
    assert (result.code, result.out) == (2, "")
    assert result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--eps", "0.7"), "--eps 0.7: must be at least 0 and below 0.5."),
        (("--eps", "nan"), "--eps nan"),
        (("--label-smoothing", "1"), "--label-smoothing 1"),
        (("--classes", "one"), "must name two or more classes"),
        (("--classes", "a,b,c"), "There are 3 class names, but 2 prediction columns."),
        (("--class-weights", "cta=2"), "Did you mean cat?"),
        (("--class-weights", "cat=-1"), "Class weights must be"),
        (("--pred-cols", "q_*"), "--pred-cols 'q_*': there is no such column"),
        (("--label-col", "animals"), "Did you mean animal?"),
        (("--weight", "w"), "--weight w: there is no such column"),
        (("--mode", "binary"), "--mode binary does not fit"),
        (("--delimiter", "ab"), "--delimiter"),
    ],
)
def test_errors_say_what_and_what_to_do(
    xent: Xent, pair: tuple[Path, Path], options: tuple[str, ...], message: str
) -> None:
    result = xent("eval", *pair, *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert message in result.err
    assert re.search(r" \[[a-z-]+\]\n\Z", result.err)
    assert result.err.count("\n") == 1


def test_a_crash_is_no_failed_gate(
    xent: Xent, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("xent_cli.api.evaluate.evaluate", explode)
    result = xent("eval", *pair)
    assert result.code == 2
    assert "RuntimeError: boom" in result.err
    assert "[crash]" in result.err
    debugged = xent("eval", *pair, "--debug")
    assert debugged.code == 2
    assert debugged.err.startswith("Traceback (most recent call last):\n")
    assert debugged.err.endswith(result.err)


def test_control_characters_in_errors_are_shown(xent: Xent) -> None:
    result = xent("eval", "no\x1b[31mfile.csv", "y.csv")
    assert ESCAPE not in result.err
    assert "\\x1b[31m" in result.err


def test_color_follows_option_then_environment(xent: Xent, pair: tuple[Path, Path]) -> None:
    def colored(*options: str, terminal: bool = False, **env: str) -> bool:
        return ESCAPE in xent("eval", *pair, *options, env=env, terminal=terminal).out

    assert not colored()
    assert colored(terminal=True)
    assert not colored(terminal=True, NO_COLOR="1")
    assert colored(terminal=True, NO_COLOR="")
    assert colored(FORCE_COLOR="1")
    assert not colored(FORCE_COLOR="1", NO_COLOR="1")
    assert colored("--color", "always", NO_COLOR="1")
    assert not colored("--color", "never", FORCE_COLOR="1", terminal=True)
    assert not colored(terminal=True, TERM="dumb")


def test_configuration_gives_defaults(xent: Xent, pair: tuple[Path, Path], tmp_path: Path) -> None:
    plain = xent("eval", *pair, "-f", "total").out
    (tmp_path / "pyproject.toml").write_text('[tool.xent]\nbase = "2"\nformat = "total"\n')
    bits = xent("eval", *pair).out
    assert float(bits) == pytest.approx(float(plain) * 1.4426950408889634)
    assert xent("eval", *pair, "--base", "e").out == plain
    assert xent("eval", *pair, "--no-config", "-f", "total").out == plain
    (tmp_path / "xent.toml").write_text('format = "total"\nignore-label = "dog"\n')
    assert float(xent("eval", *pair).out) == pytest.approx(1.3862943611198906)
    (tmp_path / "xent.toml").write_text('format = "total"\nignore-label = ["dog"]\n')
    assert float(xent("eval", *pair).out) == pytest.approx(1.3862943611198906)


def test_pipes(process: Process, pair: tuple[Path, Path]) -> None:
    whole = process(["eval", *pair])
    assert (whole.returncode, whole.stderr) == (0, "")
    cat = process(["eval", *pair], shell_tail="| cat")
    assert (cat.returncode, cat.stdout, cat.stderr) == (0, whole.stdout, "")
    head = process(["eval", *pair], shell_tail="| head -1")
    assert (head.returncode, head.stderr) == (0, "")
    assert head.stdout == whole.stdout.splitlines(keepends=True)[0]
    gone = process(["eval", *pair, "--format", "json"], shell_tail="| true")
    assert (gone.returncode, gone.stderr) == (0, "")
    helped = process(["eval", "--help"], shell_tail="| true")
    assert (helped.returncode, helped.stderr) == (0, "")


def test_a_stream_that_takes_little_at_a_time_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with PYTHONUNBUFFERED, on a disk with room for a part: a document was cut, exit 0."""

    class Narrow(io.RawIOBase):
        taken = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:5])
            return min(5, len(data))

    narrow = Narrow()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(narrow, "utf-8", write_through=True))
    write_stdout_parts(["a document\n", "of two parts\n"])
    assert narrow.taken == b"a document\nof two parts\n"


def test_closed_and_full_outputs(process: Process, pair: tuple[Path, Path]) -> None:
    closed = process(["eval", *pair], shell_tail=">&-")
    assert closed.returncode == 2
    assert "[output]" in closed.stderr
    if os.path.exists("/dev/full"):
        full = process(["eval", *pair], shell_tail="> /dev/full")
        assert full.returncode == 2
        assert "No space left" in full.stderr
        full = process(["eval", *pair, "-o", "json:/dev/full"])
        assert full.returncode == 2
        for said in (["--version"], ["--help"], ["eval", "--help"]):
            full = process(said, shell_tail="> /dev/full")
            assert full.returncode == 2
            assert full.stderr.endswith("No space left on device. [output]\n")
    mute = process(["eval", "none.csv", "none.csv"], shell_tail="2>&-")
    assert (mute.returncode, mute.stdout) == (2, "")
    silent = process(["eval", *pair, "-o", "json:/dev/null"], shell_tail="2>&-")
    assert silent.returncode == 0


def test_ascii_terminals_get_ascii(process: Process, pair: tuple[Path, Path]) -> None:
    result = process(["eval", *pair], env={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert result.stdout.isascii()
    assert "+-" in result.stdout


def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C while the predictions come in: 130, no traceback, nothing written."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "y.csv").write_text("y\n0\n")
    run = subprocess.Popen(
        [sys.executable, "-m", "xent_cli", "eval", "pipe", "y.csv", "-o", "json:r.json"],
        cwd=tmp_path,
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert (out, "Traceback" in err) == ("", False)
    assert not (tmp_path / "r.json").exists()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow", "npy"])
def test_an_evaluation_imports_no_pandas(kind: str, tmp_path: Path) -> None:
    columns = {"p_0": [0.5, 0.25], "p_1": [0.5, 0.75], "y": [0, 1]}
    table, path = pa.table(columns), tmp_path / f"all.{kind}"
    if kind == "csv":
        pa_csv.write_csv(table, path)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    elif kind == "parquet":
        pq.write_table(table, path)
    elif kind == "arrow":
        feather.write_feather(table, path)
    else:
        np.save(path, np.array([columns["p_0"], columns["p_1"]]).T)
        np.save(tmp_path / "y.npy", columns["y"])
    labels = [str(tmp_path / "y.npy")] if kind == "npy" else []
    code = (
        "import sys; from xent_cli.cli import main;"
        f"main(['eval', {str(path)!r}, *{labels!r}, '-f', 'total']);"
        "print([m for m in ('pandas', 'pyarrow.dataset', 'rich', 'pyarrow.fs',"
        "'xent_cli.io.storage.object_store') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, check=True
    ).stdout
    # pyarrow.parquet imports it by itself; no store is asked for a local file.
    assert out.splitlines()[-1] == ("['pyarrow.fs']" if kind == "parquet" else "[]")


@pytest.mark.parametrize("before", ["", "import atexit; atexit.register(print, 'first');"])
def test_what_is_left_to_do_is_done_before_a_process_ends(before: str) -> None:
    """It ends without taking itself apart, behind threads, exit functions and open streams."""
    code = f"""{before}
import sys, xent_cli.cli as cli

sys.argv, main = ["xent", "eval", "nobody.csv"], cli.main

def more() -> int:
    code = main()
    import atexit, threading, time
    atexit.register(print, "last")
    threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
    print("main")
    return code

cli.main = more
cli.process()
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stdout.split() == ["main", "thread", "last", *(["first"] if before else [])]


def test_who_calls_main_ends_with_an_exit_code_of_its_own() -> None:
    code = (
        "import sys; from xent_cli.cli import main; sys.argv = ['xent', 'eval', 'nobody.csv'];"
        "raise SystemExit(10 + main())"
    )
    assert subprocess.run([sys.executable, "-c", code], env=CLEAN, check=False).returncode == 12


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["eval", "nobody.csv"], 2), (["eval", "a.csv", "--bad"], 2), (["--help"], 0)],
)
@pytest.mark.parametrize("stderr", ["full", "closed pipe"])
def test_what_cannot_be_said_changes_no_exit_code(
    arguments: list[str], code: int, stderr: str
) -> None:
    if stderr == "full":
        target = os.open("/dev/full", os.O_WRONLY)
    else:
        reading, target = os.pipe()
        os.close(reading)
    try:
        run = subprocess.run(
            [sys.executable, "-m", "xent_cli", *arguments],
            env=CLEAN,
            stdout=subprocess.DEVNULL,
            stderr=target,
            check=False,
        )
    finally:
        os.close(target)
    assert run.returncode == code


def test_errors_are_no_commands_of_ci(xent: Xent, tmp_path: Path) -> None:
    evil = "##vso[task.complete]"
    (tmp_path / "all.csv").write_text(f"p_a,p_b,label\n0.5,0.5,{evil}\n")
    for argv in (("eval", "a", "b", evil), ("eval", "all.csv"), ("eval", evil)):
        result = xent(*argv)
        assert result.code == 2
        assert "##" not in result.err
        assert "#\\x23vso[task.complete]" in result.err
