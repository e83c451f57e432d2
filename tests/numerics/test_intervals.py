"""Intervals as statistics: how often they lie below the truth, and above it.

Losses are drawn from those of the sample models, by the functions of benchmarks/coverage.py, which
runs the same with more repetitions.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

_PATH = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
_SPEC = importlib.util.spec_from_file_location("coverage_of_intervals", _PATH)
coverage = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = coverage
_SPEC.loader.exec_module(coverage)

REPETITIONS = 600
HIGH = 0.035 + 3 * (0.025 * 0.975 / REPETITIONS) ** 0.5


@pytest.fixture(scope="module")
def models():
    return {model.name: model for model in coverage.sample_models()}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(99)


@pytest.mark.parametrize("name", ["binary baseline", "sparse candidate"])
def test_means_of_few_rows_of_good_models(models, rng, name):
    found = coverage.mean_errors(models[name], 200, REPETITIONS, rng)
    passes, fails, t_passes, _ = found.rates
    assert max(passes, fails) <= HIGH
    # The tail is rarely in the sample, of which Student's t knows nothing.
    assert t_passes > 0.08


def test_classes_and_clusters(models, rng):
    by_class = coverage.class_errors(models["sparse baseline"], 400, 200, rng)
    assert len(by_class) == 10
    rates = np.array([errors.rates[:2] for errors in by_class.values()])
    assert rates.mean(axis=0).max() <= 0.035
    found = coverage.cluster_errors(models["categorical baseline"], 50, REPETITIONS, rng)
    assert max(found.rates[:2]) <= HIGH


@pytest.mark.parametrize("temperature", [0.8, 1.25])
def test_differences_to_a_recalibrated_model(models, rng, temperature):
    model = models["binary baseline"]
    found = coverage.paired_errors(model, model.scaled(temperature), 200, REPETITIONS, rng)
    assert max(found.rates[:2]) <= HIGH
    assert max(found.rates[2:]) > 0.08


def test_gates_take_the_bounds_that_are_measured(models, rng):
    good, flat = models["sparse candidate"], models["binary baseline"]
    for n in (50, 400):
        coverage.mean_errors(good, n, 2, rng, through=True)
        coverage.class_errors(flat, n, 2, rng, through=True)
        coverage.paired_errors(flat, flat.scaled(0.8), n, 2, rng, through=True)
    coverage.cluster_errors(good, 20, 2, rng, through=True)
