"""Saved: reports read back from their files."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from xent_cli.errors import MissingFileError, ReportError
from xent_cli.metrics.report.report import FORMAT, Report

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
    try:
        if path == "-":
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        data = json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ReportError(
            f"{path} is no JSON: {' '.join(str(error).split())}.",
            hint="xent eval --format json writes reports.",
        ) from error
    return Report.from_dict(data)


def is_report(path: str) -> bool:
    """Say whether a file begins as a saved report does, or is JSON by its name."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        beginning = file.read(_BEGINNING)
    return f'"{FORMAT}"'.encode() in beginning or path.lower().endswith(".json")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
