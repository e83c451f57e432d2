"""Processes: a map over parts by copies of this process, which share no interpreter lock."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, TypeVar

from xent_cli.errors import EngineError
from xent_cli.io.read_ahead import Stop, map_ahead

In = TypeVar("In")
Out = TypeVar("Out")

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>.

_Task = tuple[Callable[[Any, Stop], Any], Sequence[Any], Stop]
_inherited: list[_Task] = []
"""What a copy works on. Filled in copies alone, which inherit it, so that nothing is pickled."""


def can_copy() -> bool:
    """Say whether this process can be copied: on Linux, and while it has but one thread.

    A copy has only the thread that made it, and would wait for ever for what others had locked.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def map_in_copies(
    function: Callable[[In, Stop], Out], items: Sequence[In], jobs: int
) -> Generator[Out, None, None]:
    """Yield ``function(item, stop)`` for each item, in order, worked out by `jobs` copies.

    NumPy's steps are short, and threads of one interpreter lose a third of their time in handing
    its lock over between them; copies do not. Their results come back pickled.

    Parameters
    ----------
    function : callable
        Ends soon after its second argument has been set.

    Raises
    ------
    EngineError
        If a copy is killed.

    Examples
    --------
    >>> list(map_in_copies(lambda item, stop: -item, [3, 2, 1], jobs=2))
    [-3, -2, -1]
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    context = get_context("fork")
    stop = context.Event()
    begin = partial(_begin, (function, items, stop))
    pool = ProcessPoolExecutor(min(jobs, len(items)), context, begin)
    try:
        yield from map_ahead(_work, range(len(items)), jobs, stop=stop, pool=pool)
    except BrokenProcessPool:
        raise EngineError(
            "A process that xent works with was killed.",
            hint="Was memory short? --jobs 1 does with one. No number was made.",
        ) from None


def _begin(task: _Task) -> None:
    """Make this process a copy that works until its parent has had enough, or is gone."""
    _inherited.append(task)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent hears of Ctrl-C, and sets `stop`.
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _work(index: int) -> Any:
    function, items, stop = _inherited[-1]
    return function(items[index], stop)
