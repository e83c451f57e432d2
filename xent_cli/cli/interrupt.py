"""Interrupt: the first Ctrl-C, SIGTERM or SIGHUP ends the process, whatever it is doing.

The process is xent's own here; nothing of this is for who calls xent from Python.
"""

from __future__ import annotations

import os
import signal
import sys
from _thread import start_new_thread

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_SIGNALS = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
_GRACE_SECONDS = 0.3


def leave_on_signals() -> None:
    """From now on, let a signal end this process at once, with the exit code of a shell for it.

    No exception is raised, for what is raised in the middle of a library may get lost in it, and a
    second one may hang the way out of the first. Nothing has to be put in order: temporary files
    have no names, drafts are removed here, and copies of the process end with it.

    A signal that was ignored before, as nohup does, still is.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    if not hasattr(os, "set_blocking"):
        return
    # Python calls a handler between two of its own steps, and a request to a store is one step,
    # half a minute long at worst. The signal itself writes into a pipe.
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    # Nothing that asks for the threads of this process need know of this one: it holds no lock.
    try:
        start_new_thread(_watch, (reading,))
    except RuntimeError:
        return  # The system gives no thread; the handlers are there.


def stay_done() -> None:
    """Let no signal change the exit code any more: what is left to do is over in a moment.

    Where threads are left, of an engine say, it may not be.
    """
    threading = sys.modules.get("threading")
    if threading is None or threading.active_count() == 1:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def open_standard_streams() -> None:
    """Let standard streams that are closed lead nowhere, lest a file that is opened become one."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # It takes the lowest number that is free.


def _watch(reading: int) -> None:
    import time

    while signals := os.read(reading, 16):
        for number in signals:
            if number in _SIGNALS:
                time.sleep(_GRACE_SECONDS)  # The handler does it better, between two steps.
                _leave(number)


def _leave(number: int, _: object = None) -> None:
    drafts = sys.modules.get("xent_cli.io.atomic_write")
    if discard := getattr(drafts, "discard_drafts", None):
        discard()
    if sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty():
        os.write(2, b"\r\x1b[2K\x1b[?25h")  # A progress bar is there, and hides the cursor.
    os._exit(128 + number)
