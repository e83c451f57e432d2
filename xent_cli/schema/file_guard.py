"""File guard: which files are read, and which outputs would replace one. Standard library only."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from xent_cli.errors import OutputError

_Identity = tuple[int, int] | str
"""Device and inode of a file, whatever path leads to it; the path of one that is not there yet."""


class _Guard:
    def __init__(self) -> None:
        self.read: dict[_Identity, str] = {}
        self.outputs: dict[_Identity, str] = {}


_guards: list[_Guard] = []


@contextmanager
def guarded() -> Iterator[None]:
    """Know, until the end, every file that is read, and every output that `reserve` names.

    Whichever comes first, an output that is an input is refused when the other comes.

    Examples
    --------
    >>> with guarded():
    ...     note_read(__file__)
    ...     reserve(__file__)
    Traceback (most recent call last):
    xent_cli.errors.OutputError: ...file_guard.py is an input and would be overwritten. Choose...
    """
    guard = _Guard()
    _guards.append(guard)
    try:
        yield
    finally:
        _guards.remove(guard)


def note_read(file: str | int) -> None:
    """Note that a file is read, by its path or its descriptor.

    Raises
    ------
    OutputError
        If it is to be written.
    """
    if not _guards or (found := _identity(file)) is None:
        return
    for guard in _guards:
        guard.read.setdefault(found, str(file))
        if found in guard.outputs:
            raise _loss(guard.outputs[found])


def note_standard_input() -> None:
    """Note what standard input is read from, if that is a file."""
    with suppress(OSError, ValueError):  # It need not be one of the system.
        note_read(sys.stdin.fileno())


def reserve(path: str) -> None:
    """Note that a file is to be written.

    Raises
    ------
    OutputError
        If it is read, or is to be written by another name already.
    """
    require_not_read(path)
    known = _identity(path)
    if known is None and os.path.exists(path):
        return  # A pipe or a device, which loses nothing.
    found = known or os.path.realpath(path)
    for guard in _guards[-1:]:
        if other := guard.outputs.get(found):
            raise OutputError(
                f"{path} would be written twice, also as {other}. One of the two would be lost.",
                hint="Choose another file.",
            )
        guard.outputs[found] = path


def reserve_stream(descriptor: int, name: str) -> None:
    """Do the same for a stream, if it leads into a file."""
    found = _identity(descriptor)
    if found is not None:
        for guard in _guards[-1:]:
            guard.outputs[found] = name


def require_not_read(path: str) -> None:
    """Raise OutputError if a file that is to be written is read."""
    found = _identity(path)
    if any(found in guard.read for guard in _guards):
        raise _loss(path)


def _identity(file: str | int) -> tuple[int, int] | None:
    """Return what tells a regular file from all others; None if there is none."""
    with suppress(OSError, ValueError):  # Opening it says why.
        found = os.stat(file)
        if stat.S_ISREG(found.st_mode):
            return found.st_dev, found.st_ino
    return None


def _loss(path: str) -> OutputError:
    return OutputError(f"{path} is an input and would be overwritten.", hint="Choose another file.")
