"""Opening: from what a user names - a file, a folder, a pattern, `-`, an object - to a source."""

from __future__ import annotations

import glob
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, get_args

from xent_cli.errors import (
    EmptyInputError,
    MissingFileError,
    UnknownFormatError,
    UsageError,
)
from xent_cli.files.compression import detect_compression, opener_of
from xent_cli.files.dialect import Header
from xent_cli.files.formats import TEXT_FORMATS, InputFormat, detect_format, has_known_suffix
from xent_cli.files.source import Source, Stamp, reading


def open_source(
    data: Any,
    role: str,
    *,
    input_format: InputFormat | None = None,
    delimiter: str | None = None,
    header: Header = "auto",
) -> Source:
    """Open a path, a pattern, a folder, ``-`` for standard input, or an object in memory.

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
        from xent_cli.files.memory import wrap_object

        return wrap_object(data, role)
    path = os.fspath(data)
    _require_choices(input_format, delimiter, header)

    def open_file(file: str, name: str, said: InputFormat | None) -> Source:
        return _open_file(file, name, said or input_format, delimiter, header)

    if path == "-":
        return _open_stdin(open_file)
    if re.match(r"[a-z][a-z0-9+]+://", path):
        raise UnknownFormatError(
            f"{path} is a remote address.", hint="Copy it to this machine, or pipe it in with -."
        )
    if os.path.isdir(path):
        return _open_folder(path, open_file)
    if glob.has_magic(path) and not os.path.exists(path):
        return _open_pattern(path, open_file)
    return open_file(path, path, None)


_OpenFile = Callable[[str, str, InputFormat | None], Source]


def _open_file(
    path: str, name: str, said: InputFormat | None, delimiter: str | None, header: Header
) -> Source:
    try:
        if not os.path.exists(path):
            raise FileNotFoundError
        if not os.path.isfile(path):
            # A pipe, as of <(...) in a shell: what is read of it is gone.
            with open(path, "rb") as pipe:
                return _spool(
                    pipe, name, partial(_open_file, said=said, delimiter=delimiter, header=header)
                )
        compression = detect_compression(path, name)
        empty = not os.path.getsize(path)
    except FileNotFoundError:
        raise MissingFileError(f"There is no file {name}.", hint=_similar(path)) from None
    except OSError as error:
        raise MissingFileError(f"{name} cannot be read: {error.strerror or error}.") from error
    if empty:
        raise EmptyInputError(f"{name} is empty.", hint="Did the job that wrote it finish?")
    stamp = Stamp.of(path)
    with reading(name, "data"):
        kind = said or detect_format(path, compression, name=name)
    source = _make_source(path, name, kind, compression, delimiter, header)
    source.stamp = stamp
    return source


def _make_source(
    path: str,
    name: str,
    kind: InputFormat,
    compression: str | None,
    delimiter: str | None,
    header: Header,
) -> Source:
    if kind in TEXT_FORMATS:
        opener = opener_of(path, compression)
        if kind == "jsonl":
            from xent_cli.files.jsonl import JsonLinesSource

            return JsonLinesSource(name, opener)
        from xent_cli.files.text import TextSource

        mark = delimiter or ("\t" if kind == "tsv" else None)
        return TextSource(name, opener, delimiter=mark, header=header)
    if kind == "parquet":
        from xent_cli.files.parquet import ParquetSource

        return ParquetSource(path, name=name)
    if kind == "arrow":
        from xent_cli.files.arrow import ArrowSource

        return ArrowSource(path, name=name)
    from xent_cli.files.npy import NpySource, NpzSource

    return NpySource(path, name=name) if kind == "npy" else NpzSource(path, name=name)


def _require_choices(input_format: str | None, delimiter: str | None, header: str) -> None:
    """Raise UsageError for a format, a delimiter or a header that is none."""
    if input_format not in (None, *get_args(InputFormat)):
        known = ", ".join(get_args(InputFormat))
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
    return _spool(sys.stdin.buffer, "<stdin>", lambda path, name: open_file(path, name, None))


def _spool(stream: BinaryIO, name: str, open_file: Callable[[str, str], Source]) -> Source:
    """Put what a stream holds into a temporary file, and open that: some formats are read twice."""
    file = tempfile.NamedTemporaryFile(prefix="xent-")  # noqa: SIM115 - lives as long as the source
    shutil.copyfileobj(stream, file, 1 << 20)
    file.flush()
    source = open_file(file.name, name)
    source.keep_alive = file
    return source


def _open_folder(folder: str, open_file: _OpenFile) -> Source:
    """Open all data files below a folder; those named with a dot or underscore first are none."""
    files = [
        os.path.join(place, name)
        for place, folders, names in os.walk(folder)
        for name in names
        if not name.startswith((".", "_")) and not _hidden(os.path.relpath(place, folder))
    ]
    return _open_many(folder, [file for file in files if has_known_suffix(file)], open_file)


def _open_pattern(pattern: str, open_file: _OpenFile) -> Source:
    """Open all files that a pattern matches; ``**`` stands for folders in folders."""
    files = [file for file in glob.glob(pattern, recursive=True) if os.path.isfile(file)]
    if not os.path.basename(pattern).startswith("_"):
        files = [file for file in files if not os.path.basename(file).startswith("_")]
    return _open_many(pattern, files, open_file)


def _open_many(path: str, files: list[str], open_file: _OpenFile) -> Source:
    if not files:
        raise EmptyInputError(
            f"{path} holds no data files.",
            hint=f"Known are {', '.join(get_args(InputFormat))}, the text formats compressed too.",
        )
    files.sort(key=_natural)
    base = path if os.path.isdir(path) else os.path.dirname(path)
    parts = [
        (open_file(file, file, None), _hive_pairs(os.path.relpath(file, base or ".")))
        for file in files
    ]
    formats = {source.format for source, _ in parts}
    if len(formats) > 1:
        raise UnknownFormatError(
            f"{path} holds files of several formats ({', '.join(sorted(formats))}).",
            hint="Name those you mean with a pattern, as in 'folder/*.parquet'.",
        )
    if len(parts) == 1 and not parts[0][1]:
        return parts[0][0]
    from xent_cli.files.many import ManySource

    return ManySource(path, parts)


def _hidden(relative: str) -> bool:
    return any(part.startswith((".", "_")) and part != "." for part in relative.split(os.sep))


def _hive_pairs(relative: str) -> dict[str, str]:
    """Return the key=value parts of a path.

    Examples
    --------
    >>> _hive_pairs("country=KR/part-0.parquet")
    {'country': 'KR'}
    """
    folders = relative.split(os.sep)[:-1]
    return dict(folder.split("=", 1) for folder in folders if "=" in folder)


def _natural(path: str) -> list[tuple[int, int, str]]:
    """Sort part-2 before part-10."""
    return [(0, int(t), "") if t.isdigit() else (1, 0, t) for t in re.split(r"(\d+)", path)]


def _similar(path: str) -> str:
    import difflib

    folder = os.path.dirname(path) or "."
    try:
        names = os.listdir(folder)
    except OSError:
        return f"There is no folder {folder} either."
    close = difflib.get_close_matches(os.path.basename(path), names, n=1)
    return f"Did you mean {os.path.join(os.path.dirname(path), close[0])}?" if close else ""
