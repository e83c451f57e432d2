"""How often intervals are wrong on either side, on losses as heavy-tailed as real models'.

Rows are drawn with replacement from the row losses of the six sample models, whose means are then
the truth. An interval that lies below the truth lets a gate pass wrongly, one above it lets it fail
wrongly; at 95 % each should happen in 2.5 % of the samples. The bounds are those that reports and
gates take, from the same functions. Run: python benchmarks/coverage.py [repetitions] [part ...]

With ``--through gate`` each sample is judged by `xent_cli.gate` as well, which takes some thousand
times as long; the run ends where a verdict is not the one that the bounds give.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from xent_cli import gate
from xent_cli.numerics.difference_of_means import Bounds
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.one_more_draw import (
    guarded_difference,
    guarded_loss,
    unseen_difference,
    unseen_loss,
)
from xent_cli.numerics.skewed_mean import SkewedMean

SAMPLES = Path(__file__).parents[1] / "sample_data"
RNG_SEED = 2026
SIZES = (50, 200, 1000, 5000)
CLUSTERS = (20, 50, 200)
LEVEL = 0.95
EPS = 2.0**-52
FEWEST = 20
"""Classes with fewer rows in a sample are not counted."""


@dataclass(frozen=True)
class Model:
    """A sample model: its probabilities (K, n), the labels (n,), and what follows from them."""

    name: str
    q: np.ndarray
    labels: np.ndarray

    @property
    def losses(self) -> np.ndarray:
        """The row losses, clipped as xent clips."""
        return -np.log(np.clip(self.q[self.labels, np.arange(len(self.labels))], EPS, 1))

    @property
    def zeros(self) -> np.ndarray:
        """Which rows hold an exact zero."""
        return np.asarray((self.q <= 0).any(axis=0))

    def scaled(self, temperature: float) -> Model:
        """Return the model with another temperature."""
        with np.errstate(divide="ignore"):
            q = np.exp(np.log(self.q) / temperature)
        return Model(f"{self.name} at T={temperature:g}", q / q.sum(axis=0), self.labels)


@dataclass
class Errors:
    """How often an interval lay below the truth and above it; Student's t likewise."""

    n: int = 0
    below: int = 0
    above: int = 0
    t_below: int = 0
    t_above: int = 0

    def add(self, bounds: Bounds, draws: Moments, truth: float) -> None:
        """Compare one interval with the truth; without an error there is no t interval."""
        low, high = bounds.interval(LEVEL) or (-np.inf, np.inf)
        self.n += 1
        self.below += high < truth
        self.above += low > truth
        se = draws.standard_error()
        t_low = t_high = float(draws.u / draws.w)
        if se is not None:
            t_low, t_high = SkewedMean(t_low, se, draws.n - 1).interval(LEVEL)
        self.t_below += t_high < truth
        self.t_above += t_low > truth

    @property
    def rates(self) -> tuple[float, float, float, float]:
        """Wrong passes and wrong fails, then those of Student's t."""
        counts = (self.below, self.above, self.t_below, self.t_above)
        a, b, c, d = (count / max(1, self.n) for count in counts)
        return a, b, c, d


def sample_models() -> list[Model]:
    """Return the six sample models."""
    models = []
    for folder in ("sparse", "binary", "categorical"):
        text = np.loadtxt(SAMPLES / folder / "labels.csv", skiprows=1, dtype=str, delimiter=",")
        if folder == "binary":
            labels = (text == "malignant").astype(int)
        elif text.ndim == 2:
            labels = text.astype(float).argmax(axis=1)
        else:
            labels = text.astype(int)
        for name in ("baseline", "candidate"):
            q = np.loadtxt(SAMPLES / folder / f"{name}.csv", skiprows=1, delimiter=",", ndmin=2).T
            q = np.vstack([1 - q, q]) if len(q) == 1 else q
            models.append(Model(f"{folder} {name}", q, labels))
    return models


def moments(u: np.ndarray, w: np.ndarray | None = None) -> Moments:
    """Return the sums of draws of weight 1, or of clusters with their sizes."""
    w = np.ones(len(u)) if w is None else w
    w1, u1, ww, uw, uu, uuu, uuw, uww, www, w4, w5 = (
        Fraction(float(x.sum()))
        for x in (w, u, w * w, u * w, u * u, u**3, u * u * w, u * w * w, w**3, w**4, w**5)
    )
    return Moments(len(u), w1, u1, ww, uw, uu, Cubes(uuu, uuw, uww, www), (w4, w5))


def require_same(
    found: dict[str, tuple[Bounds, float]], q: np.ndarray, labels: np.ndarray, **options: Any
) -> None:
    """Judge a sample by `xent_cli.gate`; raise if it comes to other verdicts than the bounds.

    Parameters
    ----------
    found : dict of str to (Bounds, float)
        For each metric its bounds, and the truth: the limit of its rule.
    q : (K, n) array
    labels : (n,) array
    """
    rules = [f"{metric} <= {truth!r} @{LEVEL:.0%}" for metric, (_, truth) in found.items()]
    if not rules:
        return
    result = gate(np.ascontiguousarray(q.T), labels, require=rules, jobs=1, **options)
    for verdict, (bounds, truth) in zip(result.verdicts, found.values(), strict=True):
        low, high = bounds.interval(LEVEL) or (-np.inf, np.inf)
        ours = "pass" if high <= truth else "fail" if low > truth else "inconclusive"
        ends = verdict.interval or (-np.inf, np.inf)
        if verdict.outcome != ours or not np.allclose(ends, (low, high), rtol=1e-9, atol=1e-12):
            raise AssertionError(f"{verdict} is not {ours}: {low} to {high}")


def mean_errors(
    model: Model, n: int, repetitions: int, rng: np.random.Generator, *, through: bool = False
) -> Errors:
    """Return the errors of the interval of the mean of n rows."""
    losses, zeros, found = model.losses, model.zeros, Errors()
    truth = float(losses.mean())
    for _ in range(repetitions):
        rows = rng.integers(0, len(losses), n)
        draws = moments(losses[rows])
        bounds = guarded_loss(draws, unseen_loss(n, n_zeros=int(zeros[rows].sum())))
        found.add(bounds, draws, truth)
        if through:
            require_same({"ce": (bounds, truth)}, model.q[:, rows], model.labels[rows])
    return found


def class_errors(
    model: Model, n: int, repetitions: int, rng: np.random.Generator, *, through: bool = False
) -> dict[int, Errors]:
    """Return the errors for each class with 20 rows or more in a sample of n rows."""
    losses, zeros, labels = model.losses, model.zeros, model.labels
    found = {c: Errors() for c in range(len(model.q))}
    truths = {c: float(losses[labels == c].mean()) for c in found}
    for _ in range(repetitions):
        rows, judged = rng.integers(0, len(losses), n), {}
        for c, errors in found.items():
            mine = rows[labels[rows] == c]
            if len(mine) < FEWEST:
                continue
            draws = moments(losses[mine])
            unseen = unseen_loss(len(mine), n_zeros=int(zeros[mine].sum()))
            bounds = guarded_loss(draws, unseen)
            errors.add(bounds, draws, truths[c])
            judged[f"class.{c}.ce"] = bounds, truths[c]
        if through:
            require_same(judged, model.q[:, rows], labels[rows])
    # Of a class that seldom has 20 rows nothing can be said.
    return {c: errors for c, errors in found.items() if errors.n >= repetitions / 2}


def cluster_errors(
    model: Model,
    n_clusters: int,
    repetitions: int,
    rng: np.random.Generator,
    *,
    through: bool = False,
) -> Errors:
    """Return the errors with clusters of 2 to 8 rows that have half of their loss in common."""
    losses, zeros, found = model.losses, model.zeros, Errors()
    truth = float(losses.mean())
    for _ in range(repetitions):
        sizes = rng.integers(2, 9, n_clusters)
        at = np.repeat(np.arange(n_clusters), sizes)
        common = rng.integers(0, len(losses), n_clusters)[at]
        own = rng.integers(0, len(losses), len(at))
        both = (losses[common] + losses[own]) / 2
        draws = moments(np.bincount(at, weights=both), sizes.astype(float))
        some_zero = zeros[common] | zeros[own]
        bounds = guarded_loss(draws, unseen_loss(n_clusters, n_zeros=int(some_zero.sum())))
        found.add(bounds, draws, truth)
        if through:  # Of predictions that have these losses, and these zeros.
            q = np.exp(-both)
            other = np.where(some_zero, 0.0, (1 - q) / 2)
            labels = np.zeros(len(q), int)
            found_by = {"ce": (bounds, truth)}
            require_same(found_by, np.array([q, other, 1 - q - other]), labels, cluster=at)
    return found


def paired_errors(
    a: Model,
    b: Model,
    n: int,
    repetitions: int,
    rng: np.random.Generator,
    *,
    through: bool = False,
) -> Errors:
    """Return the errors of the interval of b - a on n rows."""
    ours, theirs, found = a.losses, b.losses, Errors()
    d, both = theirs - ours, theirs + ours
    truth = float(d.mean())
    for _ in range(repetitions):
        rows = rng.integers(0, len(d), n)
        draws = moments(d[rows])
        unseen = unseen_difference(n, float(np.abs(d[rows]).sum()), float(both[rows].sum()))
        bounds = guarded_difference(draws, unseen)
        found.add(bounds, draws, truth)
        if through:
            q, labels, baseline = b.q[:, rows], a.labels[rows], a.q.T[rows]
            require_same({"delta": (bounds, truth)}, q, labels, baseline=baseline)
    return found


def lines(
    part: str, repetitions: int, rng: np.random.Generator, *, through: bool = False
) -> Iterator[tuple[str, str, list[tuple[int, Errors]]]]:
    """Yield model, what was bounded, and its errors by size."""

    def by_size(errors: Any, *models: Model, sizes: tuple[int, ...] = SIZES) -> list[Any]:
        return [(n, errors(*models, n, repetitions, rng, through=through)) for n in sizes]

    for model in sample_models():
        if part == "mean":
            yield model.name, "mean", by_size(mean_errors, model)
        elif part == "classes":
            worst = [
                (n, max(found.values(), key=lambda e: max(e.rates[:2])))
                for n, found in by_size(class_errors, model)
                if found
            ]
            yield model.name, "worst class", worst
        elif part == "clusters":
            yield model.name, "clusters", by_size(cluster_errors, model, sizes=CLUSTERS)
        elif part == "paired":
            for temperature in (0.8, 1.25):
                pairs = by_size(paired_errors, model, model.scaled(temperature))
                yield model.name, f"delta, T={temperature:g}", pairs


PARTS: tuple[str, ...] = ("mean", "classes", "clusters", "paired")


def both(ours: float, t: float) -> str:
    """Show a rate, and that of Student's t."""
    return f"{ours:.1%} ({t:.1%})"


def main(repetitions: int, parts: tuple[str, ...] = PARTS, *, through: bool = False) -> None:
    """Print a table: wrong passes and wrong fails in per cent, those of Student's t beside."""
    print("| model | figure | draws | wrong passes | wrong fails |")
    print("|---|---|---|---|---|")
    for part in parts:
        rng = np.random.default_rng(RNG_SEED)
        for name, figure, found in lines(part, repetitions, rng, through=through):
            for n, errors in found:
                passes, fails, t_passes, t_fails = errors.rates
                row = (name, figure, f"{n:,}", both(passes, t_passes), both(fails, t_fails))
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repetitions", type=int, nargs="?", default=10_000)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--through", choices=["gate"])
    said = parser.parse_args()
    main(said.repetitions, tuple(said.parts) or PARTS, through=said.through is not None)
