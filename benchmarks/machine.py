"""What the figures were measured with: machine, versions, date. Only the standard library."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("xent-cli", "numpy", "pyarrow", "polars", "duckdb", "pandas", "scikit-learn")


def describe_machine() -> str:
    """Return one line: processor, cores this process may use, memory, system and load."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.release()}"
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GB of memory, {system}; "
        f"load average before the first run {load:.1f}"
    )


def describe_versions() -> str:
    """Return one line: Python and the packages compared."""
    versions = [f"{name} {_version(name)}" for name in PACKAGES]
    return ", ".join([f"Python {platform.python_version()}", *versions])


def describe_date() -> str:
    """Return today's date."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"
