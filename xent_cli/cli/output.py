"""Output: documents to standard output and into files, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xent_cli.cli.standard_streams import (
    is_ascii,
    terminal_width,
    wants_color,
    write_stderr,
    write_stdout_parts,
)
from xent_cli.errors import OutputError, UsageError
from xent_cli.fast_dataclass import dataclass
from xent_cli.render.dispatch import FORMATS, render_parts
from xent_cli.render.text import clean
from xent_cli.render.view import View
from xent_cli.schema.file_guard import reserve
from xent_cli.schema.options import OutputOptions

if TYPE_CHECKING:
    from xent_cli.analysis.to_json import Result

_SUFFIXES = {"xml": "junit", "htm": "html", "markdown": "md", "txt": "table"}
"""Endings of paths that are not the name of their format."""
_WITHOUT_WARNINGS = ("csv", "total")


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write a document to."""

    form: str
    path: str


def read_targets(
    output: OutputOptions,
    formats: Sequence[str] = FORMATS["report"],
) -> list[Target]:
    """Read FORMAT:PATH texts, or paths whose suffix is a format, before any work is done.

    Parameters
    ----------
    output : OutputOptions
    formats : sequence of str
        The formats that there are.

    Raises
    ------
    UsageError
        If the format is unknown.
    OutputError
        If the folder does not exist or may not be written, or what is there is an input.
    """
    targets = []
    for text in output.output:
        form, path = split_target(text, formats)
        if "://" in path:
            raise OutputError(
                f"--output {form}:...: xent writes only to files of this machine, not "
                "to addresses.",
                hint="Write a file and copy it, or pipe standard output there.",
            )
        folder = os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise OutputError(f"--output {text}: there is no folder {folder}.")
        if path == "-":
            raise UsageError(
                f"--output {text}: - is not a file.",
                hint=f"Use --format {form} to write to standard output.",
            )
        if os.path.isdir(path):
            raise OutputError(f"--output {text}: {path} is a folder.")
        if not _may_be_written(path):
            raise OutputError(f"--output {text}: you may not write into {folder}.")
        reserve(path)
        targets.append(Target(form, path))
    return targets


def _may_be_written(path: str) -> bool:
    """Say whether a draft beside a file, and the file itself, may be made; devices need neither."""
    if os.path.exists(path) and not os.path.isfile(path):
        return os.access(path, os.W_OK)
    folders = {os.path.dirname(each) or "." for each in (path, os.path.realpath(path))}
    return all(os.access(folder, os.W_OK | os.X_OK) for folder in folders)


def split_target(text: str, formats: Sequence[str]) -> tuple[str, str]:
    """Return a format and a path; the format may be that of the suffix.

    Raises
    ------
    UsageError
        If there is no such format.

    Examples
    --------
    >>> split_target("junit:gate", ["junit"]), split_target("gate.xml", ["junit"])
    (('junit', 'gate'), ('junit', 'gate.xml'))
    """
    form, mark, path = text.partition(":")
    if mark and path and form in formats:
        return form, path
    suffix = os.path.splitext(text)[1].lower().lstrip(".")
    found = _SUFFIXES.get(suffix, suffix)
    named = bool(mark) and form.isalnum()
    if found in formats and not named:
        return found, text
    wrong = f"{form} is not a format" if named else f"the suffix {suffix} is not a known format"
    raise UsageError(
        f"--output {text}: {wrong if named or suffix else 'the format is missing'}. The "
        f"format is one of {', '.join(formats)}.",
        hint=(
            "Write it before the path, as in --output json:report.json, or use a path with "
            "its suffix."
        ),
    )


def write_documents(result: Result, targets: Sequence[Target], output: OutputOptions) -> None:
    """Write a result to files and then to standard output, noting what a file has set.

    Where its format has no place for warnings, they go to standard error.
    """
    result = noted(result, output)
    if output.format in _WITHOUT_WARNINGS and not output.quiet:
        for notice in result.warnings:
            write_stderr(clean(f"warning ({notice.code}): {notice.message}"))
    plain = View(sort=output.sort, top=output.top, min_n=output.min_n)
    with ExitStack() as all_or_none:
        for target in targets:
            parts = render_parts(result, target.form, plain)
            all_or_none.enter_context(written(target.path, parts))
    for target in () if output.quiet else targets:
        write_stderr(clean(f"wrote {target.path}"))
    color = wants_color(output.color)
    view = replace(plain, width=terminal_width(), color=color, ascii_only=is_ascii())
    write_stdout_parts(render_parts(result, output.format, view))


def noted(result: Any, output: OutputOptions) -> Any:
    """Return a result with notes on what a configuration file has set, at its first report."""
    notes = getattr(output, "notes", ())
    if not notes:
        return result
    if hasattr(result, "notes"):
        return replace(result, notes=(*result.notes, *notes))
    if hasattr(result, "comparisons"):
        first, *others = result.comparisons
        first = replace(first, baseline=noted(first.baseline, output))
        return replace(result, comparisons=(first, *others))
    return replace(result, report=noted(result.report, output))


def write_file(path: str, text: str) -> None:
    """Write a file whole or not at all: beside its place, then renamed into it.

    Raises
    ------
    OutputError
    """
    write_parts(path, [text])


def write_parts(path: str, parts: Iterable[str]) -> None:
    """Write a file likewise whose text comes in parts."""
    with written(path, parts):
        pass


@contextmanager
def written(path: str, parts: Iterable[str]) -> Iterator[None]:
    """Write a draft at once; it takes its place at the end, if nothing goes wrong before."""
    from xent_cli.io.atomic_write import drafted, writing

    with drafted(path) as draft:
        with writing(path), open(draft, "wb") as file:
            file.writelines(text.encode("utf-8", "backslashreplace") for text in parts)
        yield
