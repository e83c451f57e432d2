"""What surrounds a process may stop it: with a sentence and a code, and never with exit code 1."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CLEAN

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux")

XENT = f"'{sys.executable}' -m xent_cli"


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script.replace("xent", XENT)],
        cwd=folder,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "u.csv").write_text("p_0,p_1,y\n0.9,0.1,0\n" * 1)
    (tmp_path / "many").mkdir()
    for number in range(40):
        (tmp_path / "many" / f"{number}.csv").write_text("p_0,p_1,y\n0.9,0.1,0\n")
    return tmp_path


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("xent show - <&-", "usage", "Standard input"),
        ("xent eval - <&-", "usage", "Standard input is closed"),
        ("mkdir gone; cd gone; rmdir ../gone; xent eval ../u.csv", "usage", "working folder"),
        ("ulimit -v 100000; xent eval u.csv", "resources", "The system refused"),
        ("TMPDIR=/nowhere xent eval - -o json:/nowhere/r < u.csv", "output", "no folder"),
        ("yes 0.9,0.1,0 | head -90000 | (ulimit -f 9; xent eval -)", "temporary-file", "too large"),
    ],
)
def test_a_sentence_with_a_code(script: str, code: str, words: str, world: Path) -> None:
    result = run(script, world)
    assert (result.returncode, result.stdout) == (2, "")
    assert re.fullmatch(rf"error: [^\n]*{words}[^\n]* \[{code}\]\n", result.stderr), result.stderr


@pytest.mark.parametrize("script", ["ulimit -n 30; xent eval many -j 4", "xent eval many -j 99"])
def test_limits_that_suffice(script: str, world: Path) -> None:
    result = run(f"{script} -f total --quiet", world)
    assert (result.returncode, result.stderr) == (0, "")


def test_an_error_that_nobody_catches_is_no_failed_gate(world: Path) -> None:
    """As of a library that fails while an error is told."""
    program = (
        "import sys; sys.argv[1:] = ['eval', 'none.csv'];"
        "import xent_cli.cli.app as app; from xent_cli.cli import main;"
        "app._complain = lambda _: 1 / 0; sys.exit(main())"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=world, env=CLEAN, capture_output=True, check=False
    )
    assert (result.returncode, b"ZeroDivisionError" in result.stderr) == (2, True)
