"""Failure: what stopped a gate, said in the formats that a CI server reads.

Without it a step that could not be judged would have no annotation, and a build no test result.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from xent_cli.errors import OutputError, UsageError, XentError

_FORMAT, _OUTPUT, _BASELINE = ("--format", "-f"), ("--output", "-o"), ("--baseline",)
_BEGINNINGS = {
    "junit": (b"<?xml", b'<testsuites name="xent"'),
    "github": (b"::",),
    "html": (b"<!doctype html>", b'name="generator" content="xent '),
}
"""How documents of ours begin: nothing else is replaced by one that says what went wrong."""


def write_failure(error: XentError, arguments: Sequence[str]) -> None:
    """Write an error of a gate where documents for CI were asked for.

    The command line is read once more, as far as that goes: it may be what is wrong. Nothing is
    known of the inputs then, so that only files which are new, or of ours, are written.

    Parameters
    ----------
    arguments : sequence of str
        Those of the process, with the command.
    """
    form = next(_values(arguments, _FORMAT), "") or _configured(arguments, "format")
    read = [*_values(arguments, _BASELINE), _configured(arguments, "baseline")]
    files = {path: kind for kind, path in _targets(arguments) if kind in _BEGINNINGS}
    if form not in _BEGINNINGS and not files:
        return
    from xent_cli.cli.output import write_file
    from xent_cli.cli.standard_streams import write_stdout
    from xent_cli.render.github import render_github_error, render_summary_error
    from xent_cli.render.html.page import render_error_page
    from xent_cli.render.junit import render_junit_error

    name = " ".join(_operands(arguments[1:]))
    documents = {
        "github": render_github_error(error),
        "junit": render_junit_error(error, name),
        "html": render_error_page(error, name),
    }
    with suppress(OutputError):  # What led here is the error to tell.
        for path, kind in files.items():
            if _is_ours(path, kind) and not _is_one_of(path, read):
                write_file(path, documents[kind])
        if "github" in (form, *files.values()):
            from xent_cli.cli.gate import append_summary

            append_summary(render_summary_error(error, name))
    if form in documents:
        write_stdout(documents[form])


def _targets(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the format and the path of each file that was asked for."""
    from xent_cli.cli.output import split_target
    from xent_cli.render.dispatch import FORMATS

    for text in _values(arguments, _OUTPUT):
        with suppress(UsageError):  # Which may be the error to tell.
            yield split_target(text, FORMATS["gate"])


def _configured(arguments: Sequence[str], name: str) -> str:
    """Return what a configuration file sets an option to."""
    from xent_cli.cli.config_file import read_config

    with suppress(XentError):
        return str(read_config("gate", arguments).values.get(name, ""))
    return ""


def _values(arguments: Sequence[str], flags: Sequence[str]) -> Iterator[str]:
    """Yield the values that were said of an option."""
    long, *short = flags
    for at, text in enumerate(arguments):
        if text in flags and at + 1 < len(arguments):
            yield arguments[at + 1]
        elif text.startswith(f"{long}="):
            yield text.removeprefix(f"{long}=")
        elif short and text.startswith(short[0]) and len(text) > 2:
            yield text.removeprefix(short[0])


def _operands(arguments: Sequence[str]) -> Iterator[str]:
    """Yield what stands before the first option, or behind ``--``: files, most likely."""
    if "--" in arguments:
        yield from arguments[arguments.index("--") + 1 :]
        return
    for text in arguments:
        if text.startswith("-") and text != "-" and not text.startswith("-#"):
            return
        yield text


def _is_ours(path: str, kind: str) -> bool:
    if not os.path.exists(path):
        return True
    with suppress(OSError), open(path, "rb") as file:
        head = file.read(1_000)
        return all(mark in head for mark in _BEGINNINGS[kind]) and os.path.isfile(path)
    return False


def _is_one_of(path: str, others: Sequence[str]) -> bool:
    """Say whether a file is one that the gate reads: a saved report may be its baseline."""
    return any(os.path.realpath(path) == os.path.realpath(other) for other in others if other)
