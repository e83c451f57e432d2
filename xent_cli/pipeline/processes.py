"""Processes: a map over parts by copies of this process, which share no interpreter lock."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from pickle import PicklingError
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from xent_cli.errors import EngineError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.threads import map_ahead

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

In = TypeVar("In")
Out = TypeVar("Out")

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>.
_FOR_THE_PARENT = (
    signal.SIGINT,
    signal.SIGTERM,
    *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []),
)


def can_copy() -> bool:
    """Say whether this process can be copied: on Linux, and while it has but one thread.

    A copy has only the thread that made it, and would wait for ever for what others had locked.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def map_in_copies(
    function: Callable[[In], Out], items: Sequence[In], jobs: int
) -> Generator[Out, None, None]:
    """Yield ``function(item)`` for each item, in order, worked out by `jobs` copies.

    NumPy's steps are short, and threads of one interpreter lose a third of their time in handing
    its lock over between them; copies do not. Their results come back pickled, at most ``2 * jobs``
    of them before they are asked for. At the end, whichever it is, the copies are killed: nothing
    that a copy does may outlive it. Where no copy can be made, threads do the work.

    Raises
    ------
    EngineError
        If a copy is killed by somebody else.

    Examples
    --------
    >>> list(map_in_copies(lambda item: -item, [3, 2, 1], jobs=2))
    [-3, -2, -1]
    """
    copies: list[_Copy] = []
    try:
        with suppress(OSError):  # The number of processes is limited, or memory is.
            while len(copies) < min(jobs, len(items)):
                copies.append(_make_copy(function, items))
        if copies:
            yield from _in_order(copies, len(items))
    except (EOFError, ConnectionError):
        raise EngineError(
            "A worker process of xent was killed.",
            hint=(
                f"Was there too little memory? Use {option('jobs', 1)} to work in one "
                "process. No result was produced."
            ),
        ) from None
    finally:
        for copy in copies:
            with suppress(ProcessLookupError):
                os.kill(copy.pid, signal.SIGKILL)
        for copy in copies:
            copy.end.close()
            with suppress(ChildProcessError):  # Who ignores SIGCHLD has no children to wait for.
                os.waitpid(copy.pid, 0)
    if not copies:
        yield from map_ahead(function, items, jobs)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of this process, and our end of the pipe to it: numbers out, results back."""

    pid: int
    end: Connection


def _make_copy(function: Callable[[In], Any], items: Sequence[In]) -> _Copy:
    """Copy this process; the copy inherits function and items, so that nothing is pickled."""
    from multiprocessing import Pipe

    ours, theirs = Pipe()
    parent = os.getpid()
    # A signal that comes before the copy knows that it is one would be taken for the parent's.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_PARENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Of threads: see can_copy.
            pid = os.fork()
        if pid == 0:
            _be_a_copy(function, items, theirs, parent)
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return _Copy(pid, ours)


def _be_a_copy(
    function: Callable[[In], Any], items: Sequence[In], end: Connection, parent: int
) -> NoReturn:
    """Work until the parent has had enough, or is gone."""
    try:
        gc.freeze()  # To look through what is shared with the parent would copy it, page by page.
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        for number in _FOR_THE_PARENT:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_THE_PARENT)
        while os.getppid() == parent:
            index = end.recv()
            with _Answer(end, index) as answer:
                answer.value = function(items[index])
    finally:
        os._exit(1)  # Not even an error may leave this function: it would run on as the parent.


class _Answer:
    """Sends what a block makes, or the error that it raises."""

    def __init__(self, end: Connection, index: int) -> None:
        self.value: Any = None
        self._end, self._index = end, index

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is not None:
            error.add_note("".join(traceback.format_exception(error)))
        try:
            self._end.send((self._index, self.value, error))
        except (PicklingError, TypeError, AttributeError) as unsent:
            told = EngineError(
                f"A worker process failed: {type(error or unsent).__name__}: {error or unsent}."
            )
            self._end.send((self._index, None, told))
        return True


def _in_order(copies: Sequence[_Copy], n_items: int) -> Generator[Any, None, None]:
    """Hand out the numbers of items, and yield what comes back, in their order."""
    from multiprocessing.connection import wait

    idle = [copy.end for copy in copies]
    found: dict[int, tuple[Any, Any]] = {}
    begun = 0
    for index in range(n_items):
        while index not in found:
            while idle and begun < min(n_items, index + 2 * len(copies)):
                idle.pop().send(begun)
                begun += 1
            busy = [copy.end for copy in copies if copy.end not in idle]
            ready = wait(busy)
            for end in [end for end in busy if end in ready]:
                at, value, error = end.recv()
                found[at] = value, error
                idle.append(end)
        value, error = found.pop(index)
        if error is not None:
            raise error
        yield value
