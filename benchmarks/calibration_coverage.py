"""How often the 95 % intervals of temperature and recoverable loss hold the truth.

Scores of K classes are drawn from a normal distribution with some standard deviation, and labels
from the softmax of the scores times an inverse temperature: the best one, then. What it recovers in
the population is the mean over many scores of what it takes off the expected loss. The
intervals are those of `xent_cli.calibrate`. Run: python -W ignore
benchmarks/calibration_coverage.py [repetitions]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from xent_cli import calibrate
from xent_cli.numerics.arrays import Floats

SEED = 2026
ROWS = 1000
TRUTH_ROWS = 1_000_000


@dataclass(frozen=True)
class Setting:
    """K classes, the standard deviation of their scores, and the best inverse temperature."""

    k: int
    scale: float
    beta: float

    def scores(self, random: np.random.Generator, n: int) -> Floats:
        """Draw scores (K, n)."""
        return np.asarray(random.normal(size=(self.k, n)) * self.scale)

    def gain(self, random: np.random.Generator) -> float:
        """Return by how much the best temperature lowers the expected loss."""
        gains, rows = [], TRUTH_ROWS // self.k
        for _ in range(self.k):
            z = self.scores(random, rows)
            one, best = (log_softmax(beta * z) for beta in (1.0, self.beta))
            gains.append(float((np.exp(best) * (best - one)).sum(axis=0).mean()))
        return float(np.mean(gains))


SETTINGS = (
    Setting(10, 2.0, 1.0),
    Setting(10, 2.0, 0.95),
    Setting(10, 2.0, 0.8),
    Setting(10, 3.0, 0.5),
    Setting(2, 2.0, 1.0),
    Setting(2, 2.0, 0.7),
    Setting(10, 6.0, 0.25),
    Setting(3, 1.0, 1.6),
)


def log_softmax(z: Floats) -> Floats:
    """Return z - ln sum exp(z), class by class (K, n)."""
    shifted = z - z.max(axis=0)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=0)))


def holds(z: Floats, labels: Floats, beta: float, gain: float) -> tuple[bool, bool] | None:
    """Say whether the intervals of T and of the gain hold the truth; None where there is no T."""
    found = calibrate(z.T, labels, scale="logits", jobs=1)
    if found.temperature.interval is None or found.recoverable.interval is None:
        return None
    (low, high), (least, most) = found.temperature.interval, found.recoverable.interval
    return low <= 1 / beta <= high, least <= gain <= most


def main(repetitions: int) -> None:
    """Print one line for each setting."""
    print(f"{ROWS:,} rows, {repetitions:,} draws")
    print("  K  sd  beta  recoverable  T holds  recoverable holds")
    for setting in SETTINGS:
        random = np.random.default_rng((SEED, SETTINGS.index(setting)))
        gain, found = setting.gain(random), []
        for _ in range(repetitions):
            z = setting.scores(random, ROWS)
            below = np.cumsum(np.exp(log_softmax(setting.beta * z)), axis=0)
            labels = (random.random(ROWS) > below[:-1]).sum(axis=0)
            if (one := holds(z, labels, setting.beta, gain)) is not None:
                found.append(one)
        t, r = np.mean(found, axis=0)
        line = f"{setting.k:3d} {setting.scale:3g}  {setting.beta:4g}  {gain:11.4f}"
        print(f"{line}  {t:7.1%}  {r:17.1%}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
