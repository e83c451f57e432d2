"""Interrupt: Ctrl-C ends the process even while a library waits for a server that is silent."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread

from xent_cli.errors import ExitCode

_GRACE_SECONDS = 1.0


@contextmanager
def leaving_at_once(*, wanted: bool) -> Iterator[None]:
    """End the process soon after Ctrl-C, whatever it is doing in there.

    Python raises KeyboardInterrupt between two of its own steps, and a request to a store is one
    step, half a minute long at worst. The signal itself writes into a pipe; who reads it waits a
    moment for the orderly way out. Nothing is written before all is read, so nothing is lost.
    """
    if not wanted or current_thread() is not main_thread() or not hasattr(os, "set_blocking"):
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    done = Event()
    watcher = Thread(target=_watch, args=(reading, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        signal.set_wakeup_fd(before)
        os.close(writing)  # The watcher reads the end, and closes the other.
        watcher.join()


def _watch(reading: int, done: Event) -> None:
    while signals := os.read(reading, 16):
        if signal.SIGINT in signals and not done.wait(_GRACE_SECONDS):
            if sys.stderr is not None and sys.stderr.isatty():
                os.write(2, b"\x1b[?25h")  # A progress bar may have hidden the cursor.
            os._exit(ExitCode.INTERRUPTED)
    os.close(reading)
