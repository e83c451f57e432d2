"""What it costs to add tallies up: `python benchmarks/merging.py [tallies]`.

Prints for some numbers of classes how large a tally is (pickled, as workers send it, and as JSON,
as reports hold it), how long one takes to be added to a running total, and how long so many take.
The distinct tallies are few, for many of 50,000 classes would not fit into memory; each is added
again and again.
"""

from __future__ import annotations

import json
import pickle
import sys
import time

import numpy as np

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.tally.tally import Tally
from xent_cli.schema.place import Place
from xent_cli.schema.spec import Spec

CLASSES = (10, 1_000, 50_000)
DISTINCT = 4
SEED = 2026


def tally_of(k: int, random: np.random.Generator) -> Tally:
    """Return the tally of some rows of K classes, each of which occurs."""
    spec = Spec("sparse", tuple(map(str, range(k))), scale="logprobs")
    total = Tally.zero(spec)
    for labels in np.array_split(np.arange(k), max(1, k // 250)):
        q = np.full((k, len(labels)), -np.log(k))
        q[0] += np.log1p(-random.random(len(labels)) / k)
        place = Place("made")
        total += Tally.of(Batch(q, labels, labels, place, place, sum_tolerance=0.1), spec)
    return total


def main(n: int) -> None:
    """Print one line for each number of classes."""
    print(f"{n:,} tallies of one machine after the other")
    print("classes  pickled bytes  JSON bytes  added in  all of them")
    for k in CLASSES:
        random = np.random.default_rng((SEED, k))
        some = [tally_of(k, random) for _ in range(DISTINCT)]
        sent, written = len(pickle.dumps(some[0])), len(json.dumps(some[0].to_dict()))
        total, start = Tally.zero(some[0].spec), time.perf_counter()
        for index in range(n):
            total += some[index % DISTINCT]
        assert total.n[-1] == sum(some[i % DISTINCT].n[-1] for i in range(n))
        took = time.perf_counter() - start
        each = f"{took / n * 1e3:.2f} ms"
        print(f"{k:7,}  {sent:13,}  {written:10,}  {each:>8}  {took:9.1f} s", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
