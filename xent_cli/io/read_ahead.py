"""Reading ahead, with threads: a map over a stream, in bounded memory, that keeps the order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class Stop(Protocol):
    """A flag for work that is no longer wanted: an event of threads, or of processes."""

    def is_set(self) -> bool:
        """Say whether it is set."""

    def set(self) -> None:
        """Set it."""


def available_cpus() -> int:
    """Count the processors that this process may use, which may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def map_ahead(
    function: Callable[[In], Out],
    items: Iterable[In],
    jobs: int,
    *,
    stop: Stop | None = None,
    pool: Executor | None = None,
) -> Generator[Out, None, None]:
    """Yield ``function(item)`` for each item, in order, `jobs` of them at work at a time.

    At most ``2 * jobs`` results wait to be asked for. The first error in the order of the items is
    the one that is raised, whichever came first on the clock; an error of `items` itself counts as
    that of the item it stands for. When the end comes early, `stop` is set, and the calls that are
    at work are waited for.

    The work is done by `pool`, which is shut down at the end; by default by as many threads.

    Examples
    --------
    >>> list(map_ahead(abs, [-3, 2, -1], jobs=2))
    [3, 2, 1]
    """
    source = iter(items)
    if jobs <= 1 and pool is None:
        try:
            yield from map(function, source)
        finally:
            _close(source)
        return
    waiting: deque[Future[Out]] = deque()
    pool = pool or ThreadPoolExecutor(jobs, thread_name_prefix="xent")
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


def _close(source: Iterator[object]) -> None:
    """End a generator now, files and all: a traceback may keep it alive for long."""
    if isinstance(source, Generator):
        source.close()
