"""The command line: the only place that knows Typer. One command a file."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import NoReturn

__all__ = ["main", "process"]

_RARELY = 100_000
"""Objects made before cycles are looked for: hardly any of what imports make is one.

By default it is 700. With the last looks on the way out, that took an eighth of a short run.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Without arguments, those of the process are taken, and the process is xent's: signals end it.
    That is seen to before anything that takes its time to import.
    """
    if argv is None:
        return _main_of_process()
    return _run(argv)


def process() -> NoReturn:
    """Run the command line with the arguments of the process, and end it with the exit code.

    Whoever calls `main` instead goes on afterwards, and ends with a code of its own.
    """
    codes: list[int] = []
    if "atexit" not in sys.modules:  # What was registered before would be left out.
        import atexit

        atexit.register(_leave, codes)
    codes.append(main())
    sys.exit(codes[0])


def _main_of_process() -> int:
    sys.excepthook = _exit_unknowing
    gc.set_threshold(_RARELY)
    from xent_cli.cli import interrupt, memory_limit

    tell = memory_limit.wait_if_limited()
    interrupt.leave_on_signals()
    interrupt.open_standard_streams()
    try:
        code = _run(None)
    finally:
        sys.excepthook = _exit_unknowing  # Typer has put its own there.
    interrupt.stay_done()
    tell(code)
    return code


def _leave(codes: list[int]) -> None:
    """Exit with the first code, if there is one, without taking the interpreter apart first.

    That takes as long as evaluating a small file does. It is the last thing to be called: threads
    have ended by then, and what others have registered is done.
    """
    if codes:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            try:
                stream.flush()
            except (OSError, ValueError):
                return  # Python says so in its own way.
        os._exit(codes[0])


def _exit_unknowing(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> NoReturn:
    """Show an error that nobody has caught, and exit with 2: Python's 1 is a gate that failed.

    Ctrl-C is one only until signals are seen to.
    """
    code = 2
    try:
        if kind is KeyboardInterrupt:
            code = 130
        else:
            sys.__excepthook__(kind, error, trace)
            sys.stderr.flush()
    finally:
        os._exit(code)


def _run(argv: Sequence[str] | None) -> int:
    from xent_cli.schema.file_guard import guarded, reserve_stream

    with guarded():
        reserve_stream(1, "standard output")
        from xent_cli.cli.app import run

        return run(argv)
