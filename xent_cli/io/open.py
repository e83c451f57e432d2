"""Opening: from what a user names - a file, a folder, a pattern, `-`, an object - to a source."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO, get_args

from xent_cli.errors import (
    EmptyInputError,
    MissingFileError,
    UnknownFormatError,
    UsageError,
)
from xent_cli.io.formats.detect import HEAD_BYTES, detect_format
from xent_cli.io.read_ahead import map_ahead
from xent_cli.io.source import Source, TextFile, reading
from xent_cli.io.storage.compression import detect_compression, opener_of
from xent_cli.io.storage.listing import Listing, find
from xent_cli.io.storage.location import LocalFile, Location, Stamp
from xent_cli.schema.file_formats import FORMATS, InputFormat
from xent_cli.schema.types import Header


def open_source(
    data: Any,
    role: str,
    *,
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
) -> Source:
    """Open a path, an address, a folder, a pattern, ``-`` (standard input), or data in memory.

    Parameters
    ----------
    data : str, os.PathLike, array, DataFrame or table
    role : str
        "preds" or "labels", for messages.

    Raises
    ------
    InputError
        If it cannot be opened, or holds nothing.

    Examples
    --------
    >>> open_source([[0.5, 0.5]], "preds").columns[0].width
    2
    """
    if not isinstance(data, str | os.PathLike):
        from xent_cli.io.formats.in_memory import wrap_object

        return wrap_object(data, role)
    path = os.fspath(data)
    _require_choices(input_format, delimiter, header)

    def open_file(location: Location, said: InputFormat | None = None) -> Source:
        return _open_file(location, said or input_format, delimiter, header)

    if path == "-":
        return _open_stdin(open_file)
    found = find(path)
    return _open_many(found, open_file) if isinstance(found, Listing) else open_file(found)


_OpenFile = Callable[[Location], Source]


def _open_file(
    location: Location, said: InputFormat | None, delimiter: str | None, header: Header
) -> Source:
    name = location.name
    try:
        if isinstance(location, LocalFile) and _is_pipe(location.path):
            # As of <(...) in a shell: what is read of it is gone.
            with location.open() as pipe:
                return _spool(
                    pipe, name, partial(_open_file, said=said, delimiter=delimiter, header=header)
                )
        head = location.head(HEAD_BYTES)
        compression = detect_compression(head, location)
        stamp = Stamp.of(location)
    except (FileNotFoundError, MissingFileError):
        raise MissingFileError(f"There is no file {name}.", hint=location.similar()) from None
    except OSError as error:
        raise MissingFileError(f"{name} cannot be read: {error.strerror or error}.") from error
    if not head:
        raise EmptyInputError(f"{name} is empty.", hint="Did the job that wrote it finish?")
    with reading(location, "data"):
        kind = said or detect_format(head, location, compression)
    source = _make_source(location, kind, compression, delimiter, header)
    source.stamp = stamp
    return source


def _is_pipe(path: str) -> bool:
    """Say whether something is no file of a known size; FileNotFoundError if it is nothing."""
    if not os.path.exists(path):
        raise FileNotFoundError
    return not os.path.isfile(path)


def _make_source(
    location: Location,
    kind: InputFormat,
    compression: str | None,
    delimiter: str | None,
    header: Header,
) -> Source:
    form = FORMATS[kind]
    module, _, name = form.reader.partition(":")
    reader: Callable[..., Source] = getattr(import_module(f"xent_cli.io.formats.{module}"), name)
    if form.magic:
        return reader(location)
    opener, mark = opener_of(location, compression), delimiter or form.delimiter
    return reader(
        TextFile(
            location.name,
            opener,
            is_packed=compression is not None,
            delimiter=mark,
            header=header,
        )
    )


def _require_choices(input_format: str | None, delimiter: str | None, header: str) -> None:
    """Raise UsageError for a format, a delimiter or a header that is none."""
    if input_format not in (None, *FORMATS):
        known = ", ".join(FORMATS)
        raise UsageError(f"--input-format {input_format}: must be one of {known}.")
    if header not in get_args(Header):
        raise UsageError(f"--header {header}: must be one of {', '.join(get_args(Header))}.")
    if delimiter is not None and not (len(delimiter) == 1 and delimiter.isascii()):
        raise UsageError(f"--delimiter {delimiter!r}: must be a single ASCII character.")
    if delimiter in ("\r", "\n", '"', "\0"):
        raise UsageError(f"--delimiter {delimiter!r}: has a meaning of its own in text files.")


def _open_stdin(open_file: _OpenFile) -> Source:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "Standard input is a terminal: nothing is piped in.",
            hint="Use - as in: zcat preds.csv.gz | xent eval - labels.csv",
        )
    return _spool(sys.stdin.buffer, "<stdin>", open_file)


def _spool(stream: BinaryIO, name: str, open_file: _OpenFile) -> Source:
    """Put what a stream holds into a temporary file, and open that: some formats are read twice."""
    file = tempfile.NamedTemporaryFile(prefix="xent-")  # noqa: SIM115 - lives as long as the source
    shutil.copyfileobj(stream, file, 1 << 20)
    file.flush()
    source = open_file(LocalFile(file.name, name))
    source.keep_alive = file
    return source


def _open_many(listing: Listing, open_file: _OpenFile) -> Source:
    if not listing.parts:
        raise EmptyInputError(
            f"{listing.name} holds no data files.",
            hint=f"Known are {', '.join(FORMATS)}, the text formats compressed too.",
        )
    files, pairs = zip(*listing.parts, strict=True)
    parts = list(zip(map_ahead(open_file, files, listing.jobs), pairs, strict=True))
    formats = {source.format for source, _ in parts}
    if len(formats) > 1:
        raise UnknownFormatError(
            f"{listing.name} holds files of several formats ({', '.join(sorted(formats))}).",
            hint="Name those you mean with a pattern, as in 'folder/*.parquet'.",
        )
    if len(parts) == 1 and not parts[0][1]:
        return parts[0][0]
    from xent_cli.io.formats.multi_file import ManySource

    return ManySource(listing.name, parts)
