"""Opening: from what a user names - a file, a folder, a pattern, `-`, an object - to a source."""

from __future__ import annotations

import os
import re
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from xent_cli.errors import (
    EmptyInputError,
    MissingFileError,
    UnknownFormatError,
    UsageError,
)
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.formats.detect import HEAD_BYTES, detect_format
from xent_cli.io.resource_limits import refused_resources
from xent_cli.io.source import Source, reading
from xent_cli.io.storage.compression import detect_compression, opener_of
from xent_cli.io.storage.encoding import is_utf8, require_encoding, transcoder_of
from xent_cli.io.storage.location import LocalFile, Location, Stamp
from xent_cli.io.text_file import TextFile
from xent_cli.io.threads import map_ahead
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.file_formats import FORMATS, InputFormat
from xent_cli.schema.file_guard import note_read, note_standard_input
from xent_cli.schema.types import Header

if TYPE_CHECKING:
    from xent_cli.io.storage.listing import Listing
    from xent_cli.io.storage.remote import RemoteFile


def open_source(
    data: Any,
    role: str,
    *,
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
    encoding: str | None = None,
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
    require_encoding(encoding)
    path, sheet = _split_sheet(path)
    open_file = partial(_open_file, Text(input_format, delimiter, header, encoding, sheet))

    if path == "-":
        return _open_stdin(open_file)
    if "://" not in path and os.path.isfile(path):
        return open_file(LocalFile(path))
    from xent_cli.io.storage.listing import Listing, find  # Folders, patterns, addresses.

    found = find(path)
    return _open_many(found, open_file) if isinstance(found, Listing) else open_file(found)


_OpenFile: TypeAlias = "Callable[[Location | RemoteFile], Source]"
_SHEET = lazy_pattern(r"(.+\.xls[xm])#(.+)", re.IGNORECASE)


def _split_sheet(path: str) -> tuple[str, str]:
    """Return a path and the sheet that it names behind a ``#``.

    Examples
    --------
    >>> _split_sheet("book.xlsx#fold 2"), _split_sheet("a#b.csv")
    (('book.xlsx', 'fold 2'), ('a#b.csv', ''))
    """
    match = _SHEET.fullmatch(path)
    return (match[1], match[2]) if match and not os.path.exists(path) else (path, "")


@dataclass(frozen=True, slots=True)
class Text:
    """What a user says of the files, of texts above all."""

    input_format: InputFormat | None
    delimiter: str | None
    header: Header
    encoding: str | None
    sheet: str = ""


def _open_file(said: Text, location: Location | RemoteFile) -> Source:
    name = location.name
    if not isinstance(location, Location):  # A file that fsspec opens.
        copy = location.fetch()
        source = _open_file(said, LocalFile(copy.path, name))
        source.keep_alive = (source.keep_alive, copy)
        return source
    if isinstance(location, LocalFile) and _is_pipe(location.path):
        # As of <(...) in a shell: what is read of it is gone.
        with _opening(location):
            pipe = location.open()
        with pipe:
            return _spool(pipe, name, partial(_open_file, said))
    with _opening(location):
        if isinstance(location, LocalFile):
            _require_there(location.path)
            note_read(location.path)
        head = location.head(HEAD_BYTES)
        compression = detect_compression(head, location)
        stamp = Stamp.of(location)
    if not head:
        raise EmptyInputError(f"{name} is empty.", hint="Did the job that wrote it finish?")
    with reading(location, "data"):
        kind = said.input_format or detect_format(head, location, compression)
    source = _make_source(location, kind, compression, said)
    source.stamp = stamp
    if not source.has_nested:
        return source
    from xent_cli.io.nested.source import unnest

    return unnest(source)


@contextmanager
def _opening(location: Location) -> Iterator[None]:
    """Say why a file cannot be opened."""
    try:
        yield
    except (FileNotFoundError, MissingFileError):
        raise MissingFileError(
            f"There is no file {location.name}.", hint=location.similar()
        ) from None
    except OSError as error:
        if (short := refused_resources(error)) is not None:
            raise short from error
        reason = error.strerror or error
        raise MissingFileError(f"{location.name} cannot be read: {reason}.") from error


def _require_there(path: str) -> None:
    """Raise OSError if there is nothing, or nobody may say so; a path may be none at all."""
    try:
        os.stat(path)
    except ValueError as error:
        raise FileNotFoundError from error


def _is_pipe(path: str) -> bool:
    """Say whether something is there, and no file of a known size."""
    return os.path.exists(path) and not os.path.isfile(path)


def _make_source(
    location: Location, kind: InputFormat, compression: str | None, said: Text
) -> Source:
    form = FORMATS[kind]
    module, _, name = form.reader.partition(":")
    reader: Callable[..., Source] = getattr(import_module(f"xent_cli.io.formats.{module}"), name)
    if kind == "xlsx":
        return reader(location, said.sheet, said.header)
    if not form.is_text:
        return reader(location)
    opener = opener_of(location, compression)
    if kind == "jsonl" and said.encoding and not is_utf8(said.encoding):
        opener = transcoder_of(opener, said.encoding, location.name)
    return reader(
        TextFile(
            location.name,
            opener,
            is_packed=compression is not None,
            delimiter=said.delimiter or form.delimiter,
            header=said.header,
            encoding=said.encoding,
        )
    )


def _open_stdin(open_file: _OpenFile) -> Source:
    if sys.stdin is None or sys.stdin.isatty():
        what = "closed" if sys.stdin is None else "a terminal"
        raise UsageError(
            f"Standard input is {what}: nothing is piped in.",
            hint="Example: zcat preds.csv.gz | xent eval - labels.csv",
        )
    note_standard_input()
    return _spool(sys.stdin.buffer, "<stdin>", open_file)


def _spool(stream: BinaryIO, name: str, open_file: _OpenFile) -> Source:
    """Put what a stream holds into a temporary file, and open that: some formats are read twice."""
    from xent_cli.io.endless import endless_check  # Only who pipes needs it.
    from xent_cli.io.storage.temporary_file import copy_to_scratch, path_of

    file = copy_to_scratch(stream, name, endless_check(name))
    with ExitStack() as stack:
        stack.callback(file.close)
        source = open_file(LocalFile(path_of(file), name))
        weakref.finalize(source, stack.pop_all().close)
    source.keep_alive = (source.keep_alive, file)
    return source


def _open_many(listing: Listing, open_file: _OpenFile) -> Source:
    if not listing.parts:
        raise EmptyInputError(
            f"{listing.name} holds no data files.",
            hint=f"xent reads {', '.join(FORMATS)}. Text formats may be compressed.",
        )
    files, pairs = zip(*listing.parts, strict=True)
    parts = list(zip(map_ahead(open_file, files, listing.jobs), pairs, strict=True))
    formats = {source.format for source, _ in parts}
    if len(formats) > 1:
        raise UnknownFormatError(
            f"{listing.name} holds files of several formats ({', '.join(sorted(formats))}).",
            hint="Choose some with a pattern, for example 'folder/*.parquet'.",
        )
    if len(parts) == 1 and not parts[0][1]:
        return parts[0][0]
    from xent_cli.io.formats.multi_file import ManySource

    return ManySource(listing.name, parts)
