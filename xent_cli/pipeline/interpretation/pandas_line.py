"""Pandas line: a command that writes the rows of a file in a shape that is read."""

from __future__ import annotations

import json
import shlex

from xent_cli.io.source import Source

_READERS = {
    "parquet": "pd.read_parquet({})",
    "jsonl": "pd.read_json({}, lines=True)",
    "xlsx": "pd.read_excel({})",
}


def pandas_line(source: Source, made: str, *modules: str) -> str:
    """Return a line for the shell that reads a file as `df` and runs what is made of it.

    For what is no file, or is read by other means, the line is one of Python.

    Parameters
    ----------
    made : str
        What is made of `df`, to the writing of the new file.
    modules : str
        What it needs besides pandas.
    """
    reader = _READERS.get(source.format, "")
    if source.format == "csv":
        mark = getattr(source, "delimiter", ",")
        reader = "pd.read_csv({}" + ("" if mark == "," else f", sep={quoted(mark)}") + ")"
    if not reader or source.in_memory or source.path == "<stdin>":
        return f"in pandas, {made}"
    needed = ", ".join(("pandas as pd", *modules))
    code = f"import {needed}; df = {reader.format(quoted(source.path))}; {made}"
    return f"python -c {shlex.quote(code)}"


def quoted(text: str) -> str:
    r"""Return a text as Python reads it, in double quotes: shells take single ones around it.

    Examples
    --------
    >>> print(quoted('the "true" class'))
    "the \"true\" class"
    """
    return json.dumps(text, ensure_ascii=False)
