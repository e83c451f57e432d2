"""Temporary file: it has no name, and so cannot stay, whatever ends the process."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, BinaryIO, cast

from xent_cli.errors import MissingFileError, ScratchError
from xent_cli.io.resource_limits import refused_resources

_DESCRIPTORS = "/proc/self/fd"
_STEP = 1 << 20


def copy_to_scratch(
    stream: IO[bytes], name: str, look: Callable[[bytes], None] | None = None
) -> BinaryIO:
    """Copy what a stream holds into a temporary file, which lives as long as it is open.

    Parameters
    ----------
    stream : binary file
    name : str
        What it is called in messages.
    look : callable, optional
        What sees each chunk before it is written, and may raise.

    Raises
    ------
    MissingFileError
        If the stream cannot be read.
    ScratchError
        If the file cannot be written, say because the disk is full.

    Examples
    --------
    >>> import io
    >>> from pathlib import Path
    >>> with copy_to_scratch(io.BytesIO(b"p,y"), "<stdin>") as file:
    ...     Path(path_of(file)).read_bytes()
    b'p,y'
    """
    with _writing(name):
        # Where a file cannot be opened by its number, it needs a name.
        make = tempfile.TemporaryFile if _can_reopen() else tempfile.NamedTemporaryFile
        file = cast("BinaryIO", make(prefix="xent-", dir=scratch_folder()))
    with ExitStack() as stack:
        stack.callback(_close, file)
        while data := _read(stream, name):
            if look is not None:
                look(data)
            with _writing(name):
                file.write(data)
        with _writing(name):
            file.flush()
            file.seek(0)
        stack.pop_all()
    return file


def scratch_folder() -> str | None:
    """Return the folder of temporary files, or None where `tempfile` has to find one.

    It finds out by writing a file, which stays if a signal ends the process just then.
    """
    if tempfile.tempdir is not None:
        return tempfile.tempdir
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    folders = (path for path in (*named, f"{os.sep}tmp") if path)
    return next((path for path in folders if os.access(path, os.W_OK | os.X_OK)), None)


def path_of(file: BinaryIO) -> str:
    """Return a path by which a temporary file can be opened again, by copies of the process too."""
    return f"{_DESCRIPTORS}/{file.fileno()}" if _can_reopen() else str(file.name)


def _can_reopen() -> bool:
    return os.path.isdir(_DESCRIPTORS)


def _close(file: BinaryIO) -> None:
    with suppress(OSError):  # What a full disk did not take is tried again, and is not wanted.
        file.close()


def _read(stream: IO[bytes], name: str) -> bytes:
    try:
        return stream.read(_STEP)
    except OSError as error:
        raise MissingFileError(f"{name} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if (short := refused_resources(error)) is not None:
            raise short from error
        folder = scratch_folder() or "for temporary files"
        raise ScratchError(
            f"{name} cannot be copied into the folder {folder}: {error.strerror or error}.",
            hint="Free some space there, or set TMPDIR to another folder.",
        ) from error
