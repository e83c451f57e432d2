"""Threads that read ahead: a map over a stream, in bounded memory, that keeps the order."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Protocol, TypeVar

_BASE_BYTES, _THREAD_BYTES = 1 << 30, 512 << 20
"""Addresses that the libraries take, and each thread: its stack, and arenas of two allocators."""

In = TypeVar("In")
Out = TypeVar("Out")


class Stop(Protocol):
    """A flag for work that is no longer wanted."""

    def is_set(self) -> bool:
        """Say whether it is set."""

    def set(self) -> None:
        """Set it."""


def available_cpus() -> int:
    """Count the processors that this process may use, which may be fewer than there are.

    Where ``ulimit -v`` limits addresses, no more are counted than there is room for threads:
    libraries that find none for their own end the process without a word.
    """
    several = hasattr(os, "sched_getaffinity")
    cpus = (len(os.sched_getaffinity(0)) if several else os.cpu_count()) or 1
    if sys.platform == "linux":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            return max(1, min(cpus, (limit - _BASE_BYTES) // _THREAD_BYTES))
    return cpus


def map_ahead(
    function: Callable[[In], Out],
    items: Iterable[In],
    jobs: int,
    *,
    stop: Stop | None = None,
) -> Generator[Out, None, None]:
    """Yield ``function(item)`` for each item, in order, `jobs` of them at work at a time.

    At most ``2 * jobs`` results wait to be asked for. The first error in the order of the items is
    the one that is raised, whichever came first on the clock; an error of `items` itself counts as
    that of the item it stands for. When the end comes early, `stop` is set, and the calls that are
    at work are waited for. Where the system gives fewer threads, fewer do the work, or this one.

    Examples
    --------
    >>> list(map_ahead(abs, [-3, 2, -1], jobs=2))
    [3, 2, 1]
    """
    source = iter(items)
    jobs, pool = _start(jobs)
    if pool is None:
        try:
            yield from map(function, source)
        finally:
            _close(source)
        return
    waiting: deque[Future[Out]] = deque()
    try:
        while True:
            try:
                item = next(source)
            except StopIteration:
                break
            except BaseException:
                for future in waiting:
                    future.result()
                raise
            waiting.append(pool.submit(function, item))
            if len(waiting) >= 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        if stop is not None:
            stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        _close(source)


def _start(jobs: int) -> tuple[int, ThreadPoolExecutor | None]:
    """Return threads that have all been started, as many as there may be, and how many.

    A thread that cannot start when work comes would leave that work undone.
    """
    while jobs > 1:
        pool, go, started = ThreadPoolExecutor(jobs, thread_name_prefix="xent"), Event(), 0
        try:
            while started < jobs:
                pool.submit(go.wait)  # All wait, so that each call starts another one.
                started += 1
        except RuntimeError:
            go.set()
            pool.shutdown()
            jobs = started
        else:
            go.set()
            return jobs, pool
    return 1, None


def _close(source: Iterator[object]) -> None:
    """End a generator now, files and all: a traceback may keep it alive for long."""
    if isinstance(source, Generator):
        source.close()
