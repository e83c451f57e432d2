"""Streams without end are refused while they are copied; those with rows or other formats go on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shapes.running import run
from xent_cli.errors import ParseError, UnknownFormatError
from xent_cli.io.endless import endless_check

CHUNK = 1 << 20


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a system without /dev/zero")
def test_a_device_without_end_is_refused(tmp_path: Path) -> None:
    answer = run("xent eval /dev/zero", tmp_path)
    assert answer.code == 2
    assert "/dev/zero is neither text nor a format that xent reads" in answer.err


def shown(chunk: bytes, megabytes: int) -> Callable[[], None]:
    look = endless_check("<stdin>")

    def show() -> None:
        for _ in range(megabytes):
            look(chunk)

    return show


@pytest.mark.parametrize(
    ("chunk", "error", "said"),
    [
        (random.Random(0).randbytes(CHUNK), UnknownFormatError, "after 64 MB"),
        (b" " * CHUNK, ParseError, "no line ends within 64 MB"),
        (b"y\n" * (CHUNK // 2), ParseError, "the same line again and again"),
    ],
)
def test_what_goes_on_without_rows_is_refused(
    chunk: bytes, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        shown(chunk, 513)()


@pytest.mark.parametrize(
    "chunk",
    [
        b"PAR1\0" + b"x" * CHUNK,
        b"\x1f\x8b\0" + b"x" * CHUNK,
        b"[[0.5, 0.5], " + b" " * CHUNK,
        "p,y\n0.5,1\n0.25,0\n".encode("utf-16") * (CHUNK >> 5),
        b"0.5,1\n0.25,0\n" * (CHUNK >> 4),
    ],
)
def test_rows_and_other_formats_go_on(chunk: bytes) -> None:
    shown(chunk, 600)()
