"""Operand: a model as users name it, ``FILE#COLUMNS`` where a file holds several."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from xent_cli.schema.file_formats import FORMATS

_SHEETS = (".xlsx", ".xlsm")
"""What stands behind the first # of a workbook is a sheet."""


def split_operand(data: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a model's input, and the prediction columns that are named behind a ``#``.

    A file whose name holds a ``#`` is meant as it is, and so is an address with a path or the
    suffix of a format behind it. Other texts that name no file have no columns behind them, but
    ``-``, which is standard input, may have.

    Parameters
    ----------
    data : path or data

    Examples
    --------
    >>> split_operand("no-such-file.csv#lr_*")
    ('no-such-file.csv#lr_*', ())
    >>> split_operand("-#lr_*")
    ('-', ('lr_*',))
    >>> split_operand("s3://bucket/p.csv#lr_*"), split_operand("s3://bucket/a#b.csv")
    (('s3://bucket/p.csv', ('lr_*',)), ('s3://bucket/a#b.csv', ()))
    """
    if not isinstance(data, str | os.PathLike):
        return data, ()
    text = os.fspath(data)
    path, mark, columns = text.rpartition("#")
    if not mark or not columns or os.path.exists(text) or path.lower().endswith(_SHEETS):
        return data, ()
    if "://" in path:
        suffixes = [suffix for form in FORMATS.values() for suffix in form.suffixes]
        is_name = any(part in columns.lower() for part in ("/", *suffixes))
        return (data, ()) if is_name else (path, (columns,))
    from glob import glob  # Most models are named without a #.

    file = path.rpartition("#")[0] if _is_sheet(path) else path
    if file != "-" and not os.path.exists(file) and not glob(file):
        return data, ()
    return path, (columns,)


def _is_sheet(path: str) -> bool:
    return path.rpartition("#")[0].lower().endswith(_SHEETS)


def compare_command(path: str, models: Iterable[Sequence[str]], labels: str | None) -> str | None:
    """Return the command that compares the models of a file, or None where it is no file.

    Parameters
    ----------
    models : iterable of sequence of str
        The columns of each, as `pred_cols` takes them.

    Examples
    --------
    >>> compare_command("/dev/null", [["lr_*"], ["dt_*"]], None)
    "xent compare '/dev/null#lr_*' '/dev/null#dt_*'"
    """
    if not os.path.exists(path) or (labels is not None and not os.path.exists(labels)):
        return None
    import shlex

    words = [f"{path}#{','.join(columns)}" for columns in models]
    tail = [] if labels is None else ["--labels", labels]
    return shlex.join(["xent", "compare", *words, *tail])
