"""Memory limit: where the shell sets one, a copy does the work, and this process says how it ended.

Libraries end a process that gets no memory: by a signal, or with an exit code of their own, and
OpenBLAS takes 1, which here is a gate that failed. No exception tells of it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TRUSTED = (2, 129, 130, 143)
"""Codes that need no word of the copy: an error that it has shown, or a signal from outside."""


def wait_if_limited() -> Callable[[int], None]:
    """Return in a copy of this process if ``ulimit -v`` is set; else return at once.

    The process itself then waits for the copy and exits as it does, and with 2 and a sentence if
    the copy came to a sudden end. What is returned takes the exit code, once it is known.
    """
    if sys.platform != "linux":
        return _no_one
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return _no_one
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # Others keep memory for later.
    parent = os.getpid()
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        return _no_one
    if pid == 0:
        os.close(reading)
        _end_with(parent)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        def tell(code: int) -> None:
            os.write(writing, bytes([code]))

        return tell
    os.close(writing)
    from xent_cli.cli import interrupt

    interrupt.leave_on_signals()
    _, status = os.waitpid(pid, 0)
    os.set_blocking(reading, False)
    said = b""
    with suppress(BlockingIOError):  # Copies of the copy may still hold the other end.
        said = os.read(reading, 1)
    code = said[0] if said else os.waitstatus_to_exitcode(status)
    if not said and code not in _TRUSTED:
        os.write(
            2,
            b"error: The system refuses what xent needs: this shell limits memory to "
            b"%d MB (ulimit -v). --jobs 1 needs less; or raise the limit. [resources]\n"
            % (limit >> 20),
        )
        code = 2
    os._exit(code)


def _no_one(_: int) -> None:
    """Tell no one."""


def _end_with(parent: int) -> None:
    """Let the end of the parent end this process, which then removes its drafts."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG of <sys/prctl.h>.
    if os.getppid() != parent:
        os._exit(2)
