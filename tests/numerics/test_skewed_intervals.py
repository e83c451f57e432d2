"""Intervals of means, differences and shares, against values computed with 50 digits."""

from __future__ import annotations

import json
import math
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from tests.by_hand import float_moments, moments
from xent_cli.numerics.clopper_pearson import binomial_p_value, binomial_tail, clopper_pearson
from xent_cli.numerics.difference_of_means import DifferenceOfMeans
from xent_cli.numerics.fieller import PairSums, RatioOfMeans
from xent_cli.numerics.mean_of_means import guarded_mean_of_means, mean_of_means
from xent_cli.numerics.one_more_draw import (
    guarded_difference,
    guarded_loss,
    unseen_difference,
    unseen_loss,
)
from xent_cli.numerics.satterthwaite import weighted_mean
from xent_cli.numerics.skewed_mean import SkewedMean, SkewedMeans

VECTORS = json.loads((Path(__file__).parents[1] / "reference" / "intervals.json").read_text())
CLOSE = 1e-10


def of_kind(*kinds):
    found = [item for item in VECTORS["vectors"] if item["kind"] in kinds]
    assert found
    return pytest.mark.parametrize("vector", found, ids=[item["id"] for item in found])


def expected(vector, *names):
    values = [vector["expected"][name] for name in names]
    return [None if value is None else float(value) for value in values]


def near(*values):
    return [None if x is None else pytest.approx(x, rel=CLOSE, abs=CLOSE) for x in values]


def draws_of(inputs):
    losses, weights = inputs["losses"], inputs.get("weights")
    if weights is not None:
        kept = [i for i, w in enumerate(weights) if w > 0]
        losses, weights = [losses[i] for i in kept], [weights[i] for i in kept]
    return moments(losses, weights, inputs.get("clusters"))


@of_kind("mean", "weighted", "cluster")
def test_means(vector):
    draws, given_ = draws_of(vector["inputs"]), vector["inputs"]["one_more"]
    unseen = given_ if isinstance(given_, float) else unseen_loss(draws.n)
    assert [unseen] == near(*expected(vector, "lambda"))
    found = guarded_loss(draws, unseen)
    (se, low, high) = expected(vector, "se", "lower", "upper")
    assert [draws.standard_error()] == near(se)
    if se is None:
        assert found.own is None
    else:
        assert [*found.own.interval(vector["level"])] == near(low, high)
        shape = draws.shape()
        assert [shape.skew, shape.ratio] == near(*expected(vector, "skew", "ratio"))
        t = SkewedMean(found.own.mean, se, draws.n - 1)
        assert [*t.interval(vector["level"])] == near(*expected(vector, "t_lower", "t_upper"))
    one_more, guarded = expected(vector, "upper_one_more", "upper_guarded")
    assert [found.above.interval(vector["level"])[1]] == near(one_more)
    assert [*found.interval(vector["level"])] == near(max(0.0, low or 0.0), guarded)


@of_kind("weighted_satterthwaite")
def test_a_weight_that_outweighs_the_rest(vector):
    found = weighted_mean(draws_of(vector["inputs"]))
    assert [found.mean, found.se, found.df] == near(*expected(vector, "mean", "se", "df"))
    assert [*found.interval(0.95)] == near(*expected(vector, "t_lower", "t_upper"))


@of_kind("paired")
def test_differences(vector):
    base, candidate = vector["inputs"]["baseline"], vector["inputs"]["candidate"]
    d = [Fraction(b) - Fraction(a) for a, b in zip(base, candidate, strict=True)]
    unseen = unseen_difference(len(d), float(sum(map(abs, d))), sum(base) + sum(candidate))
    found = guarded_difference(moments(d), unseen)
    names = ("lower_guarded", "upper_guarded")
    assert [*found.interval(0.95)] == near(*expected(vector, *names))
    if found.own is not None:
        assert [*found.own.interval(0.95)] == near(*expected(vector, "lower", "upper"))


@of_kind("delta_rel at a limit")
def test_relative_differences(vector):
    base, candidate = vector["inputs"]["baseline"], vector["inputs"]["candidate"]
    limit = vector["inputs"]["limit"]
    b = [Fraction(x) for x in base]
    d = [Fraction(y) - x for x, y in zip(b, candidate, strict=True)]
    pairs = list(zip(d, b, strict=True))
    sums = PairSums(
        moments(d),
        moments(b),
        sum(x * y for x, y in pairs),
        ddb=sum(x * x * y for x, y in pairs),
        dbb=sum(x * y * y for x, y in pairs),
        dbw=sum(x * y for x, y in pairs),
    )
    found = SkewedMean.of(sums.less(limit))
    assert [found.mean, found.se] == near(*expected(vector, "mean", "se"))
    assert [*found.interval(0.95)] == near(*expected(vector, "lower", "upper"))
    ratio = RatioOfMeans(float(sum(d) / sum(b)), 0.02, lambda r: SkewedMean.of(sums.less(r)))
    low, high = ratio.interval(0.95)
    assert SkewedMean.of(sums.less(low)).interval(0.95)[0] == pytest.approx(0, abs=1e-12)
    assert SkewedMean.of(sums.less(high)).interval(0.95)[1] == pytest.approx(0, abs=1e-12)
    assert ratio.p_value(high) == pytest.approx(0.05, rel=1e-9)


@of_kind("two means (MOVER)")
def test_a_slice_against_the_rest(vector):
    both = [moments(vector["inputs"][name]) for name in ("first", "second")]
    means = tuple(float(draws.u / draws.w) for draws in both)
    own = DifferenceOfMeans(means, *(SkewedMean.of(draws) for draws in both))
    assert [*own.interval(0.95)] == near(*expected(vector, "lower", "upper"))
    guarded = DifferenceOfMeans(
        means, *(guarded_loss(draws, unseen_loss(draws.n)) for draws in both)
    )
    names = ("lower_guarded", "upper_guarded")
    assert [*guarded.interval(0.95)] == near(*expected(vector, *names))
    assert guarded.p_value(guarded.interval(0.9)[0]) == pytest.approx(0.1, rel=1e-9)


@of_kind("normalized entropy")
def test_normalized_entropy(vector):
    losses, labels = vector["inputs"]["losses"], vector["inputs"]["labels"]
    n, counts = len(labels), Counter(labels)
    surprise = [-math.log(counts[label] / n) for label in labels]
    entropy = math.fsum(surprise) / n
    ratio = moments(
        [Fraction(x) / Fraction(s) for x, s in zip(losses, surprise, strict=True)], surprise
    )
    draw = (Fraction(entropy), Fraction(unseen_loss(n)))
    found = guarded_loss(ratio, 0.0, draw=draw)
    assert [found.own.mean, found.own.se] == near(*expected(vector, "value", "se"))
    assert [*found.own.interval(0.95)] == near(*expected(vector, "lower", "upper"))
    assert [found.interval(0.95)[1]] == near(*expected(vector, "upper_guarded"))


@of_kind("macro")
def test_macro(vector):
    parts = [moments(losses) for losses in vector["inputs"]["classes"]]
    own = mean_of_means(parts)
    assert [own.mean, own.se, own.df] == near(*expected(vector, "value", "se", "df"))
    assert [3 * own.a] == near(*expected(vector, "skew"))
    assert [*own.interval(0.95)] == near(*expected(vector, "lower", "upper"))
    guarded = guarded_mean_of_means(parts)
    assert [guarded.above.interval(0.95)[1]] == near(*expected(vector, "upper_one_more"))
    assert [guarded.interval(0.95)[1]] == near(*expected(vector, "upper_guarded"))


@of_kind("p_value")
def test_p_value_at_a_limit(vector):
    found = SkewedMean.of(moments(vector["inputs"]["losses"]))
    limit = vector["inputs"]["limit"]
    assert [found.statistic(limit)] == near(*expected(vector, "z"))
    assert [found.p_value(limit)] == near(*expected(vector, "p_two_sided"))


@of_kind("accuracy (Clopper-Pearson)")
def test_accuracy(vector):
    found = clopper_pearson(vector["inputs"]["right"], vector["inputs"]["n"], vector["level"])
    assert [*found] == near(*expected(vector, "lower", "upper"))


LOSSES = st.lists(st.floats(0, 40), min_size=2, max_size=30)


@given(LOSSES, st.sampled_from([0.5, 0.95, 0.999]), st.floats(0.01, 3))
def test_p_values_agree_with_intervals(losses, level, away):
    found = guarded_loss(moments(losses), unseen_loss(len(losses)))
    low, high = found.interval(level)
    assert 0 <= low <= high
    for limit in (low - away, low + away, high - away, high + away):
        inside = low <= limit <= high
        if min(abs(limit - low), abs(limit - high)) > 1e-9:
            assert (found.p_value(limit) >= 1 - level) is inside


@given(LOSSES, st.integers(-300, 60), st.integers(-100, 100))
def test_units_and_constant_factors_change_nothing(losses, loss_power, weight_power):
    weights = [1.0 + i % 3 for i in range(len(losses))]
    once = guarded_loss(moments(losses, weights), 1.5).interval(0.95)
    factor = Fraction(2) ** loss_power
    scaled = moments(
        [Fraction(x) * factor for x in losses],
        [Fraction(w) * Fraction(2) ** weight_power for w in weights],
    )
    again = guarded_loss(scaled, 1.5 * float(factor), scale=float(factor)).interval(0.95)
    assert again == pytest.approx(once, rel=1e-9, abs=1e-12)


def test_rounded_cubes_of_losses_that_hardly_vary_are_no_skewness():
    losses = [0.1 + k * 1e-13 for k in (0, 1, 0, 3, 1, 0, 7)]
    exact = moments(losses)
    rounded = exact.cubes._replace(uuu=sum(Fraction(x * x * x) for x in losses))
    assert exact.shape().skew == 0.0
    assert type(exact)(
        exact.n, exact.w, exact.u, exact.ww, exact.uw, exact.uu, rounded
    ).shape() == (0.0, 0.0)


@given(st.integers(0, 300), st.integers(1, 300), st.floats(1e-6, 1 - 1e-6))
def test_binomial_tails_are_scipys(k, n, p):
    k = min(k, n)
    want = scipy_stats.binom.sf(k - 1, n, p)
    assert binomial_tail(k, n, p) == pytest.approx(want, rel=1e-10, abs=1e-290)


@pytest.mark.parametrize(("k", "n"), [(3_999_000, 4_000_000), (1, 10**9), (123_456, 1_000_000)])
def test_shares_of_many_rows(k, n):
    low, high = clopper_pearson(k, n)
    assert low == pytest.approx(scipy_stats.beta.ppf(0.025, k, n - k + 1), rel=1e-10)
    assert high == pytest.approx(scipy_stats.beta.ppf(0.975, k + 1, n - k), rel=1e-10)
    assert binomial_p_value(k, n, high) == pytest.approx(0.05, rel=1e-6)


def test_wrong_passes_of_skewed_losses_are_rare():
    # 3 of 100 rows carry most of the loss: by Student's t the bound is too low in 10 % of samples.
    rng = np.random.default_rng(1992)
    passes = {"t": 0, "guarded": 0}
    truth = 0.03 * 4 + 0.97 * 0.05
    for _ in range(800):
        losses = np.where(rng.random(200) < 0.03, 4.0, 0.05) * rng.exponential(1.0, 200)
        draws = float_moments(losses)
        found = guarded_loss(draws, unseen_loss(200))
        t = SkewedMean(found.own.mean, found.own.se, 199).interval(0.95)
        passes["t"] += t[1] < truth
        passes["guarded"] += found.interval(0.95)[1] < truth
    assert passes["guarded"] / 800 <= 0.035 < 0.08 < passes["t"] / 800


@pytest.mark.parametrize("df", [1e-5, 2e-3, 3e-3, 1e-2])
@pytest.mark.parametrize("a", [0.0, 0.3, -0.3])
def test_hardly_any_degrees_of_freedom_leave_everything_open(df: float, a: float) -> None:
    one = SkewedMean(0.5, 0.1, df, a, a / 2)
    low, high = one.interval(0.95)
    assert -math.inf < low < -1e25
    assert 1e25 < high < math.inf
    many = SkewedMeans(np.array([[0.5], [0.1], [df], [a], [a / 2]]))
    assert many.intervals(0.95)[:, 0].tolist() == [low, high]
    assert one.p_value(0.9) > 0.5
