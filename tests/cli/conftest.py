"""Running the command line: in this process for speed, and as a real process where that matters."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from xent_cli.cli import main

CLEAN = {"PATH": os.environ["PATH"], "COLUMNS": "80", "TERM": "dumb", "HOME": "/nonexistent"}


@dataclass(frozen=True)
class Result:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


class Stream(io.TextIOWrapper):
    """A text stream over memory that may claim to be a terminal."""

    def __init__(self, data: bytes = b"", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8")


Xent = Callable[..., Result]


@pytest.fixture
def xent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Xent:
    """Run `xent` in this process, in an empty folder and a clean environment."""
    monkeypatch.chdir(tmp_path)

    def run(
        *argv: object,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
        stdin_terminal: bool = False,
    ) -> Result:
        for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "PYTHONIOENCODING"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"COLUMNS": "80", "TERM": "xterm", **(env or {})}.items():
            monkeypatch.setenv(name, value)
        out, err = Stream(terminal=terminal), Stream()
        monkeypatch.setattr(sys, "stdin", Stream(stdin, terminal=stdin_terminal))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = main([str(part) for part in argv])
        return Result(code, out.text(), err.text())

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `xent` as a process of its own."""

    def run(
        argv: Sequence[object], *, env: Mapping[str, str] | None = None, shell_tail: str = ""
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "xent_cli", *map(str, argv)]
        if shell_tail:
            quoted = " ".join(f"'{part}'" for part in command)
            command = ["bash", "-o", "pipefail", "-c", f"{quoted} {shell_tail}"]
        return subprocess.run(
            command,
            env={**CLEAN, **(env or {})},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Three rows over cat and dog: losses -ln 0.5, -ln 0.75, -ln 0.125."""
    preds, labels = tmp_path / "preds.csv", tmp_path / "labels.csv"
    preds.write_text("p_cat,p_dog\n0.5,0.5\n0.25,0.75\n0.125,0.875\n")
    labels.write_text("animal\ncat\ndog\ncat\n")
    return preds, labels
