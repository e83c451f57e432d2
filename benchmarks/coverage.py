"""How often intervals cover, and gates fail wrongly, on losses as heavy-tailed as real models'.

Rows are drawn with replacement from the row losses of the sample models, whose means are then the
truth. Run: python benchmarks/coverage.py [repetitions]
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from xent_cli.numerics.estimates import Estimate
from xent_cli.numerics.moments import Moments

SAMPLES = Path(__file__).parents[1] / "sample_data"
RNG_SEED = 2026


def row_losses(folder: str) -> dict[str, np.ndarray]:
    """Return the row losses of both sample models, clipped as xent clips."""
    labels = np.loadtxt(SAMPLES / folder / "labels.csv", skiprows=1, dtype=str)
    found = {}
    for name in ("baseline", "candidate"):
        q = np.loadtxt(SAMPLES / folder / f"{name}.csv", skiprows=1, delimiter=",", ndmin=2)
        if q.shape[1] == 1:
            truth = np.where(labels == "malignant", q[:, 0], 1 - q[:, 0])
        else:
            truth = q[np.arange(len(q)), labels.astype(int)]
        found[name] = -np.log(np.clip(truth, 2.0**-52, 1))
    return found


def estimate(losses: np.ndarray, clusters: np.ndarray | None = None) -> Estimate:
    """Estimate a mean with the package's error, rows or the sums of clusters being the draws."""
    w = np.ones(len(losses))
    u = losses
    if clusters is not None:
        w, u = np.bincount(clusters).astype(float), np.bincount(clusters, weights=losses)
        w, u = w[w > 0], u[w > 0]
    sums = (w.sum(), u.sum(), (w * w).sum(), (u * w).sum(), (u * u).sum())
    moments = Moments(len(w), *(Fraction(float(x)) for x in sums))
    return Estimate(float(moments.u / moments.w), moments.standard_error(), len(w) - 1, "")


def covers(found: Estimate, truth: float, level: float = 0.95) -> bool:
    """Say whether the interval holds the truth; an undefined one does not."""
    interval = found.interval(level)
    return interval is not None and interval[0] <= truth <= interval[1]


def mean_coverage(losses: np.ndarray, n: int, repetitions: int, rng: np.random.Generator) -> float:
    """Return how often the interval of a mean of n rows covers."""
    draws = (losses[rng.integers(0, len(losses), n)] for _ in range(repetitions))
    return float(np.mean([covers(estimate(draw), losses.mean()) for draw in draws]))


def clustered_coverage(
    losses: np.ndarray, n_clusters: int, repetitions: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return coverage with and without clusters, of 2 to 8 rows with half their loss in common."""
    good, naive = [], []
    for _ in range(repetitions):
        sizes = rng.integers(2, 9, n_clusters)
        clusters = np.repeat(np.arange(n_clusters), sizes)
        common = losses[rng.integers(0, len(losses), n_clusters)][clusters]
        own = losses[rng.integers(0, len(losses), len(clusters))]
        both = (common + own) / 2
        good.append(covers(estimate(both, clusters), losses.mean()))
        naive.append(covers(estimate(both), losses.mean()))
    return float(np.mean(good)), float(np.mean(naive))


def wrong_failures(
    a: np.ndarray, b: np.ndarray, n: int, repetitions: int, rng: np.random.Generator
) -> float:
    """Return how often ``delta <= 0 @95%`` fails two models of equal merit.

    Their losses of a row are exchanged by the toss of a coin, so that the difference has mean 0.
    """
    failed = 0
    for _ in range(repetitions):
        rows = rng.integers(0, len(a), n)
        interval = estimate((b - a)[rows] * rng.choice((-1.0, 1.0), n)).interval(0.95)
        failed += interval is not None and interval[0] > 0
    return failed / repetitions


def clipped_coverage(expected: float, repetitions: int, rng: np.random.Generator) -> float:
    """Return coverage where on average so many of 2,000 rows are clipped, at 36 nats each."""
    n, rate = 2000, expected / 2000
    truth = rate * 36.04 + (1 - rate) * 0.1
    hits = []
    for _ in range(repetitions):
        losses = np.where(rng.random(n) < rate, 36.04, rng.exponential(0.1, n))
        hits.append(covers(estimate(losses), truth))
    return float(np.mean(hits))


def main(repetitions: int) -> None:
    """Print all figures."""
    rng = np.random.default_rng(RNG_SEED)
    for folder in ("sparse", "binary"):
        models = row_losses(folder)
        a, b = models["baseline"], models["candidate"]
        fine = (b < 36) & (a < 36)
        for n in (50, 200, 1000, 5000):
            print(
                f"{folder:7} n={n:5}",
                f"mean {mean_coverage(a, n, repetitions, rng):.3f}",
                f"paired {mean_coverage((b - a)[fine], n, repetitions, rng):.3f}",
                f"with clipped rows {mean_coverage(b - a, n, repetitions, rng):.3f}",
                f"wrong failures {wrong_failures(a, b, n, repetitions, rng):.4f}",
            )
        for n_clusters in (50, 200):
            good, naive = clustered_coverage((b - a)[fine], n_clusters, repetitions, rng)
            print(f"{folder:7} clusters={n_clusters:3} with {good:.3f} without {naive:.3f}")
    for expected in (1, 3, 5, 10, 20, 50, 100):
        print(f"clipped rows={expected:3} mean {clipped_coverage(expected, repetitions, rng):.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
