"""Atomic writes: files that are written whole or not at all. Imports nothing but the errors."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from xent_cli.errors import OutputError


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
    with writing(path):
        descriptor, draft = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".xent-")
        os.close(descriptor)
    try:
        yield draft
        with writing(path):
            os.chmod(draft, _mode_for(path))
            os.replace(draft, os.path.realpath(path))
    except BaseException:
        os.unlink(draft)
        raise


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
