"""Engines: where the parts of an input are worked on, the threads of this machine or a cluster.

An engine only maps. Each adapter calls the cluster's own map, with plain data both ways.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from xent_cli.errors import EngineError, XentError, option
from xent_cli.io.memory_pool import allocate_for_speed

In = TypeVar("In")
Out = TypeVar("Out")

_PATIENCE_SECONDS = 10
_QUIET_SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}


def map_on(
    engine: str,
    function: Callable[[In], Out],
    items: Sequence[In],
    *,
    address: str | None = None,
) -> Generator[Out, None, None]:
    """Yield ``function(item)`` for each item, in order, worked out by a cluster.

    Parameters
    ----------
    engine : {"dask", "ray", "spark"}
    function : callable
        Can be pickled, as can the items and the results. It raises nothing: whatever comes out of
        a cluster as an error is taken for one of the cluster.
    address : str, optional
        Of a cluster that runs: a Dask scheduler, a Ray head, a Spark master. By default one is
        started on this machine, and stopped at the end.

    Raises
    ------
    EngineError
        If the engine is not installed, cannot be reached, or loses its workers.
    """
    adapters = {"dask": _map_dask, "ray": _map_ray, "spark": _map_spark}
    with _explaining(engine, address):
        yield from adapters[engine](function, items, address)


def _map_dask(
    function: Callable[[In], Out], items: Sequence[In], address: str | None
) -> Iterator[Out]:
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        own = address is None
        if own:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Of a port in use: it takes another one.
                here = LocalCluster(threads_per_worker=1, dashboard_address=None)
            address = stack.enter_context(here).scheduler_address
        client = stack.enter_context(Client(address, timeout=_PATIENCE_SECONDS))
        if own:  # Workers of somebody else may have other things to do with their memory.
            client.run(allocate_for_speed)
        futures = client.map(function, items, pure=False)
        stack.callback(client.cancel, futures, force=True)
        yield from (future.result() for future in futures)


def _map_ray(
    function: Callable[[In], Out], items: Sequence[In], address: str | None
) -> Iterator[Out]:
    import ray

    own = not ray.is_initialized()
    if own:
        ray.init(address or "local", log_to_driver=False, logging_level=logging.CRITICAL)
    try:
        shared = ray.put(function)
        call = ray.remote(_call)
        for reference in [call.remote(shared, item) for item in items]:
            yield ray.get(reference)
    finally:
        if own:
            ray.shutdown()


def _map_spark(
    function: Callable[[In], Out], items: Sequence[In], address: str | None
) -> Iterator[Out]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of versions of pandas, which is not asked for here.
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.appName("xent").master(address or "local[*]")
        for name, value in _QUIET_SPARK.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
    try:
        yield from session.sparkContext.parallelize(items, len(items)).map(function).collect()
    finally:
        session.stop()


def _call(function: Callable[[In], Out], item: In) -> Out:
    return function(item)


@contextmanager
def _explaining(engine: str, address: str | None) -> Iterator[None]:
    """Turn what goes wrong in an engine, not in the data, into an EngineError."""
    try:
        yield
    except ImportError as error:
        raise EngineError(
            f"{option('engine', engine)}: {error.name} is not installed.",
            hint=f"Install it with pip install 'xent-cli[{engine}]'.",
        ) from error
    except XentError:
        raise
    except Exception as error:
        where = address or "this machine"
        reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        raise EngineError(
            f"{engine} on {where} failed: {reason}.",
            hint="Are the cluster and its workers running? No result was produced.",
        ) from error
