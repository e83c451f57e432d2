"""The same work as `xent eval` by other means: `python benchmarks/peers.py NAME CASE PATH`.

Prints the cross entropy in nats, or with `--json` at the end all figures. Modules of `queries` are
imported by name, so that a process pays only for the libraries of its own peer. `check.py` verifies
that all of them agree with xent.
"""

from __future__ import annotations

import importlib
import sys

from cases import CASES

PEERS = {
    "polars": ("polars_streaming", "measure"),
    "polars-numpy": ("arrays", "measure_with_polars"),
    "duckdb": ("duckdb_sql", "measure"),
    "pandas-sklearn": ("frames", "measure_with_sklearn"),
    "pandas-pyarrow": ("frames", "measure_with_pyarrow"),
    "numpy": ("arrays", "measure"),
    "pyarrow-read": ("reading", "read_table"),
    "pyarrow-stream": ("reading", "read_batches"),
    "numpy-read": ("reading", "read_arrays"),
    "file-read": ("reading", "read_bytes"),
}
"""Module and function of each peer. Functions take the task and the path of the predictions."""


def main() -> None:
    """Read the command line, do the work and print what came out."""
    if len(sys.argv) < 4 or sys.argv[1] not in PEERS or sys.argv[2] not in CASES:
        raise SystemExit(f"{__doc__}\nNAME: {', '.join(PEERS)}\nCASE: {', '.join(CASES)}")
    name, case, path = sys.argv[1:4]
    module, function = PEERS[name]
    measure = getattr(importlib.import_module(f"queries.{module}"), function)
    figures = measure(CASES[case].data[0].task, path)
    if figures is None:  # a peer that only reads
        return
    if sys.argv[4:] == ["--json"]:
        import json

        print(json.dumps(figures.as_dict()))
    else:
        print(repr(figures.cross_entropy))


if __name__ == "__main__":
    main()
