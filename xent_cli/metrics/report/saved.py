"""Saved reports, read back from their files: JSON, or pages that hold it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from xent_cli.errors import MissingFileError, ReportError, UsageError
from xent_cli.metrics.report.report import FORMAT, Report
from xent_cli.schema.file_guard import note_read, note_standard_input

_BEGINNING = 200
_PAGE = "<!doctype html>"
_SCRIPT = '<script type="application/json">'
"""What stands before the JSON of a page: `render.html.page` escapes all that could end it."""


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
    """Read a JSON file, or the JSON in a page; ``-`` is standard input. Raises as `read_report`."""
    try:
        if path == "-":
            if sys.stdin is None or sys.stdin.isatty():
                raise UsageError(
                    "Standard input is empty: nothing is piped in.",
                    hint="Example: xent eval preds.csv -f json | xent show -",
                )
            note_standard_input()
            text = sys.stdin.buffer.read().decode("utf-8")
        else:
            note_read(path)
            with open(path, encoding="utf-8") as file:
                text = file.read()
        return json.loads(_within(text, path), parse_constant=_refuse_constant)
    except OSError as error:
        raise MissingFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(
            f"{path} is not valid JSON: {' '.join(str(error).split())}.",
            hint="Give a result that xent saved as JSON.",
        ) from error


def is_report(path: str) -> bool:
    """Say whether a file begins as a saved report does, or is JSON or a page by its name."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        beginning = file.read(_BEGINNING)
    known = (f'"{FORMAT}"'.encode(), _PAGE.encode())
    return any(each in beginning for each in known) or path.lower().endswith((".json", ".html"))


def _within(text: str, path: str) -> str:
    """Return the JSON that a page holds; other texts as they are."""
    if not text[:_BEGINNING].lower().startswith(_PAGE):
        return text
    start = text.find(_SCRIPT)
    if start < 0:
        raise ReportError(
            f"{path} is a page without a saved result of xent.",
            hint=(
                "xent does not store large results in its pages. Save the result as JSON as well."
            ),
        )
    start += len(_SCRIPT)
    return text[start : text.index("</script>", start)]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
