"""Exit codes: what the process tells the shell. Imports nothing of xent."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell; a signal that ends it, 128 and its number."""

    OK = 0
    GATE_FAILED = 1
    UNKNOWABLE = 2
    INCONCLUSIVE = 3
    INTERRUPTED = 130
