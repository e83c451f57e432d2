"""The command line: the only place that knows Typer. One command a file."""

from xent_cli.cli.app import main

__all__ = ["main"]
