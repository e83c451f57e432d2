"""Resource limits: errors that mean that memory, threads or open files ran out."""

from __future__ import annotations

import errno

from xent_cli.errors import ResourceError, option
from xent_cli.lazy_pattern import lazy_pattern

_REFUSED = lazy_pattern(
    r"malloc of size|bad_alloc|[Cc]annot allocate memory|failed to map segment"
    r"|Failed to launch worker thread|can't start new thread"
)


def refused_resources(error: BaseException) -> ResourceError | None:
    """Return what to say of an error that means that memory, threads or files ran out.

    Examples
    --------
    >>> print(refused_resources(MemoryError()).message)
    The system refused a resource that xent needs: MemoryError.
    >>> refused_resources(ValueError("damaged"))
    """
    files = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
    if not (files or isinstance(error, MemoryError) or _REFUSED.search(str(error))):
        return None
    reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    return ResourceError(
        f"The system refused a resource that xent needs: {reason}.",
        hint=f"Use {option('jobs', 1)} to need less. ulimit -a shows the limits of this shell.",
    )
