"""Saved reports, read back from their files."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from xent_cli.errors import MissingFileError, ReportError, UsageError
from xent_cli.metrics.report.report import FORMAT, Report
from xent_cli.schema.file_guard import note_read, note_standard_input

_BEGINNING = 200


def read_report(path: str) -> Report:
    """Read a saved report; ``-`` is standard input.

    Raises
    ------
    MissingFileError
        If the file cannot be read.
    ReportError
        If it is no report.
    """
    return Report.from_dict(read_json(path))


def read_json(path: str) -> Any:
    """Read a JSON file; ``-`` is standard input. Raises as `read_report` does."""
    try:
        if path == "-":
            if sys.stdin is None or sys.stdin.isatty():
                raise UsageError(
                    "Standard input holds no report: nothing is piped in.",
                    hint="Use - as in: xent eval preds.csv -f json | xent show -",
                )
            note_standard_input()
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            note_read(path)
            with open(path, encoding="utf-8") as file:
                text = file.read()
        return json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(
            f"{path} is no JSON: {' '.join(str(error).split())}.",
            hint="xent writes results as JSON, which can be read again.",
        ) from error


def is_report(path: str) -> bool:
    """Say whether a file begins as a saved report does, or is JSON by its name."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        beginning = file.read(_BEGINNING)
    return f'"{FORMAT}"'.encode() in beginning or path.lower().endswith(".json")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
