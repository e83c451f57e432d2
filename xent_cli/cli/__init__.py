"""The command line: the only place that knows Typer. One command a file."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Without arguments, those of the process are taken, and the process is xent's: signals end it.
    That is seen to before anything that takes its time to import.
    """
    if argv is None:
        return _main_of_process()
    return _run(argv)


def _main_of_process() -> int:
    from xent_cli.cli import interrupt

    interrupt.leave_on_signals()
    interrupt.open_standard_streams()
    sys.excepthook = interrupt.fail_unknowing
    code = _run(None)
    interrupt.stay_done()
    return code


def _run(argv: Sequence[str] | None) -> int:
    from xent_cli.schema.file_guard import guarded, reserve_stream

    with guarded():
        reserve_stream(1, "standard output")
        from xent_cli.cli.app import run

        return run(argv)
