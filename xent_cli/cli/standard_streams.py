"""Standard streams: what standard output can show, and getting text there."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from xent_cli.errors import OutputError
from xent_cli.schema.types import Color


def wants_color(choice: Color) -> bool:
    """Decide on colour: the option, then NO_COLOR, FORCE_COLOR, TERM=dumb, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and is_terminal()


def is_terminal() -> bool:
    """Say whether a person looks at standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def terminal_width() -> int | None:
    """Return the columns of the terminal, or None where there is none."""
    return shutil.get_terminal_size().columns if is_terminal() else None


def is_ascii() -> bool:
    """Say whether standard output can show nothing but ASCII."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("_", "-")
    return not encoding.startswith("utf")


def write_stdout(text: str) -> None:
    """Write a document to standard output; raises as `write_stdout_parts` does."""
    write_stdout_parts([text])


def write_stdout_parts(parts: Iterable[str]) -> None:
    """Write the parts of a document; a reader that has gone away is no error.

    Raises
    ------
    OutputError
        If it cannot be written, say because the disk is full.
    """
    if sys.stdout is None:
        raise OutputError("Standard output is closed.", hint="Use --output FORMAT:PATH.")
    with writing_stdout():
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.flush()
        for text in parts:
            data = text.encode(encoding, "backslashreplace")
            if hasattr(sys.stdout, "buffer"):
                _write_all(sys.stdout.buffer, data)
            else:
                sys.stdout.write(data.decode(encoding))
        if hasattr(sys.stdout, "buffer"):
            sys.stdout.buffer.flush()


@contextmanager
def writing_stdout() -> Iterator[None]:
    """Turn what the system says against writing to standard output into an OutputError.

    A reader that has gone away is no error: it has seen enough.
    """
    try:
        yield
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise OutputError(f"Standard output cannot be written: {error.strerror}.") from error


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write all of some bytes: with PYTHONUNBUFFERED a stream writes as much as fits, and no more.

    The next write then says what is in the way.
    """
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) or 0 :]


def silence(stream: TextIO) -> None:
    """Lead a stream nowhere: Python flushes it again at exit and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_stderr(text: str) -> None:
    """Write a line to standard error, if that can be: what is said there changes no exit code."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)
