"""Memory pool: how a process that does nothing but evaluate asks for memory."""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # Of <malloc.h>.
_KEPT_BYTES = 128 << 20
_MAPPED_BYTES = 32 << 20


def allocate_for_speed() -> None:
    """Keep freed memory for the next batch, for the rest of this process.

    Arrow takes jemalloc, where it has it: what it takes by default holds a fifth more for two
    threads over Parquet. The GNU C library otherwise gives back what NumPy frees and asks for it
    again, batch by batch, and the kernel's clearing of it took 40 % of a binary evaluation.
    """
    if _is_limited():
        # What keeps memory for later, and starts threads for it, meets the limit first.
        pa.set_memory_pool(pa.system_memory_pool())
        return
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)


def release_memory() -> None:
    """Give back what was freed, for a process that will be copied and do no more itself."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _is_limited() -> bool:
    """Say whether ``ulimit -v`` is set."""
    if sys.platform != "linux":
        return False
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
