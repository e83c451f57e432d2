"""Atomic writes: files that are written whole or not at all. Standard library only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from xent_cli.errors import OutputError
from xent_cli.schema.file_guard import require_not_read

_begun: set[str] = set()
"""Files that must not stay when the process ends in the middle."""


@contextmanager
def drafted(path: str) -> Iterator[str]:
    """Give the path of a draft to write, which takes its place when all went well, or vanishes.

    A device or a named pipe is written itself, for it cannot be replaced.

    Raises
    ------
    OutputError
        If the folder does not let it be.
    """
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        yield path
        return
    require_not_read(path)
    draft = os.path.join(os.path.dirname(path) or ".", f".xent-{os.urandom(8).hex()}")
    with passing(draft):
        with writing(path):
            # It is known before it is there: a signal may come at any time.
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield draft
        require_not_read(path)
        with writing(path):
            os.chmod(draft, _mode_for(path))
            os.replace(draft, os.path.realpath(path))


@contextmanager
def passing(path: str) -> Iterator[None]:
    """Remove a file at the end, if it is still there, however the end comes."""
    _begun.add(path)
    try:
        yield
    finally:
        with suppress(OSError):
            os.unlink(path)
        _begun.discard(path)


def discard_drafts() -> None:
    """Remove what is not finished, for the process ends now."""
    for path in tuple(_begun):
        with suppress(OSError):
            os.unlink(path)


@contextmanager
def writing(path: str) -> Iterator[None]:
    """Turn what the system says against writing a file into an OutputError that names it."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _mode_for(path: str) -> int:
    """Keep the permissions of a file that is there; a new one gets those that open() would give."""
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
