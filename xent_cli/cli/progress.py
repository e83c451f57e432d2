"""Progress: rows, rows a second and time left, for a person who waits longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xent_cli.schema.options import OutputOptions

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE_SECONDS = 1.0


@contextmanager
def progress_bar(output: OutputOptions) -> Iterator[Callable[[int, int | None], None] | None]:
    """Give a function to call with the rows done and, if known, of how many.

    The bar stands on standard error, only if a person looks at it, and vanishes when done; None if
    nobody does.
    """
    if output.quiet or output.no_progress or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    began = time.monotonic()
    shown: list[tuple[Progress, TaskID]] = []

    def update(rows: int, total: int | None) -> None:
        if not shown:
            if time.monotonic() - began < _PATIENCE_SECONDS:
                return
            shown.append(_start_bar(total))
        bar, task = shown[0]
        rate = rows / (time.monotonic() - began)
        said = f"{rows:,} rows, {rate:,.0f} per second"
        bar.update(task, completed=rows, total=total, description=said)

    try:
        yield update
    finally:
        for bar, _ in shown:
            bar.stop()


def _start_bar(total: int | None) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("", total=total)
