"""Intervals and verdicts as statistics: how often they cover, and how often they are wrong.

Losses are drawn from those of the sample models, by the functions of benchmarks/coverage.py, which
runs the same with more repetitions.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_PATH = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
_SPEC = importlib.util.spec_from_file_location("coverage_of_intervals", _PATH)
coverage = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(coverage)

REPETITIONS = 1500
LOW, HIGH = 0.93, 0.97


@pytest.fixture(scope="module")
def models() -> dict[str, np.ndarray]:
    return coverage.row_losses("sparse")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(99)


@pytest.mark.parametrize("n", [200, 1000])
def test_paired_differences_are_covered(models, rng, n):
    a, b = models["baseline"], models["candidate"]
    d = (b - a)[(a < 36) & (b < 36)]
    assert LOW < coverage.mean_coverage(d, n, REPETITIONS, rng) < HIGH


def test_the_mean_of_many_rows_is_covered(models, rng):
    assert LOW < coverage.mean_coverage(models["baseline"], 3000, REPETITIONS, rng) < HIGH


def test_the_mean_of_few_rows_of_a_good_model_is_not(models, rng):
    # 2 % of the rows carry nearly all of the loss: four of them in 200.
    assert coverage.mean_coverage(models["baseline"], 200, REPETITIONS, rng) < LOW


def test_clusters_are_covered_and_without_them_far_fewer(models, rng):
    a, b = models["baseline"], models["candidate"]
    d = (b - a)[(a < 36) & (b < 36)]
    good, naive = coverage.clustered_coverage(d, 200, REPETITIONS, rng)
    assert LOW < good < HIGH
    assert naive < 0.85


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_equal_models_fail_no_more_often_than_said(models, rng, n):
    rate = coverage.wrong_failures(models["baseline"], models["candidate"], n, REPETITIONS, rng)
    assert rate <= 0.025 + 3 * (0.025 * 0.975 / REPETITIONS) ** 0.5


def test_few_clipped_rows_are_what_the_warning_is_for(rng):
    assert coverage.clipped_coverage(1, 400, rng) < 0.8
    assert coverage.clipped_coverage(50, 400, rng) > 0.9
