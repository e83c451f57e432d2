"""The command line: the only place that knows Typer. One command a file."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Without arguments, those of the process are taken, and the process is xent's: signals end it.
    That is seen to before anything that takes its time to import.
    """
    if argv is None:
        from xent_cli.cli.interrupt import leave_on_signals

        leave_on_signals()
    from xent_cli.cli.app import run

    return run(argv)
