"""Run `xent` in this process, as a user would in a folder, and say how the answer compares."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from xent_cli.cli import main

Verdict = Literal["right", "refused", "WRONG", "crash"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one command said."""

    command: str
    code: int
    out: str
    err: str

    def headline(self) -> list[float]:
        """Return what a user reads off first: the cross entropy, or last model less first."""
        try:
            report = json.loads(self.out)
        except ValueError:
            return []
        overall = report.get("overall")
        if isinstance(overall, dict) and "cross_entropy" in overall:
            return [overall["cross_entropy"]]
        if len(models := report.get("models") or []) > 1:
            return [models[-1]["cross_entropy"] - models[0]["cross_entropy"]]
        keys = ("overall", "delta", "comparisons", "slices", "models", "reports")
        return [number for key in keys for number in _numbers(report.get(key))]

    def judge(self, accepted: Sequence[float], *, tolerance: float) -> Verdict:
        """Say whether the answer is one of the accepted figures, a refusal, or wrong."""
        if self.code == 2:
            return "refused"
        if self.code not in {0, 1, 3}:
            return "crash"
        for value in self.headline():
            if value is not None and any(
                math.isclose(value, truth, rel_tol=tolerance, abs_tol=1e-9) for truth in accepted
            ):
                return "right"
        return "WRONG"


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)


def run(command: str, folder: Path) -> Answer:
    """Run a command line such as `xent eval preds.csv` in a folder, with JSON as its output."""
    out, err = _stream(), _stream()
    before = sys.stdin
    sys.stdin = _stream()
    argv = [*shlex.split(command)[1:], "--format", "json"]
    try:
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            _plain_environment(),
        ):
            code = main(argv)
    finally:
        sys.stdin = before
    return Answer(command=command, code=code, out=_text(out), err=_text(err))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


@contextlib.contextmanager
def _plain_environment() -> Iterator[None]:
    names = ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "PYTHONIOENCODING")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
