"""Many moments: the same as of each group by fractions, to the last bit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.metrics.tally.third_powers import (
    MOMENTS,
    draw_moments,
    grouped_sums,
    many_moments,
    moments_at,
)
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.difference_of_means import DifferenceOfMeans, intervals_of_differences
from xent_cli.numerics.many_moments import ManyMoments
from xent_cli.numerics.one_more_draw import GuardedMean, GuardedMeans, guarded_loss
from xent_cli.numerics.satterthwaite import weighted_t
from xent_cli.numerics.skewed_mean import SkewedMean, SkewedMeans
from xent_cli.numerics.summation import Groups

LOSSES = st.one_of(
    st.sampled_from([0.0, 1.0, 36.04, 5e-324, 1e-16, 1e150, 2.0**341]),
    st.floats(0, 40, allow_subnormal=False),
)
WEIGHTS = st.one_of(st.sampled_from([0.0, 1.0, 3.0, 1e-9]), st.floats(1e-3, 1e3))
ROWS = st.lists(st.tuples(st.integers(0, 3), LOSSES, WEIGHTS), min_size=2, max_size=24)


@given(rows=ROWS, weighted=st.booleans(), old=st.booleans(), unseen=st.floats(0, 20))
def test_many_are_as_each(
    rows: list[tuple[int, float, float]], weighted: bool, old: bool, unseen: float
) -> None:
    """Groups, and what is left of all without each, have the bounds that `Moments` has."""
    places, losses, weights = (np.array(each) for each in zip(*rows, strict=True))
    groups, one = Groups.of(places, 4), Groups.of(np.zeros(len(rows), dtype=np.intp), 1)
    weight = weights if weighted else None
    weighted_loss = losses * weights if weighted else losses
    sums, whole = (grouped_sums(weighted_loss, weight, each) for each in (groups, one))
    if old:  # As xent 0.1 saved them.
        sums, whole = ({name: kept[name] for name in MOMENTS} for kept in (sums, whole))
    counted = grouped_sums(losses, None, groups)["drawn"]
    each = [moments_at(int(counted[at]), sums, at) for at in range(4)]
    every = moments_at(len(rows), whole, 0)

    many = many_moments(counted, sums, slice(0, 4))
    for found, wanted in (
        (many, each),
        (ManyMoments.of_each(each), each),
        (many.less_from(every), [every - part for part in each]),
    ):
        assert found.n.tolist() == [one.n for one in wanted]
        some = [at for at, one in enumerate(wanted) if one.w]
        means = found.means()
        assert [means[at] for at in some] == [float(wanted[at].u / wanted[at].w) for at in some]
        own, wide = found.skewed_means(0.7), found.weighted_ts(0.7)
        assert _each(own) == [SkewedMean.of(one, scale=0.7) for one in wanted]
        assert _each(wide) == [weighted_t(one, scale=0.7) if one.w else None for one in wanted]
        if not old:
            above = found.at(np.array(some, dtype=np.intp)).above(np.full(len(some), unseen), 0.7)
            guarded = [guarded_loss(wanted[at], unseen, scale=0.7) for at in some]
            assert _each(above) == [bounds.above for bounds in guarded]
            own, wide = (SkewedMeans(part.numbers[:, some]) for part in (own, wide))
            ends = GuardedMeans(own, above, wide).intervals(0.95)
            assert ends.T.tolist() == [[*(one.interval(0.95) or ())] for one in guarded]
            _require_differences(guarded, ends)
    rest = many.less_from(every)
    for delta, a, b in zip(
        many.differences(rest), each, (every - part for part in each), strict=True
    ):
        if a.w and b.w:
            assert delta == float(a.u / a.w - b.u / b.w)
        else:
            assert np.isnan(delta)


def _each(means: SkewedMeans) -> list[SkewedMean | None]:
    return [means[at] for at in range(len(means))]


def _require_differences(bounds: list[GuardedMean], ends: Floats) -> None:
    """Compare differences of each mean and the one behind it."""
    means, rho = np.arange(len(bounds)) * 0.3, np.linspace(-1, 1, len(bounds))
    found = intervals_of_differences(
        (means, np.roll(means, 1)), (ends, np.roll(ends, 1, axis=1)), rho
    )
    for at, one in enumerate(bounds):
        pair = (float(means[at]), float(means[at - 1]))
        both = DifferenceOfMeans(pair, one, bounds[at - 1], float(rho[at]))
        assert tuple(found[:, at]) == both.interval(0.95)


def test_weights_that_outweigh_the_rest_have_wider_bounds() -> None:
    """So that the laws above meet the case: one of the draws has nearly all weight."""
    weight = np.array([100.0, 1, 1, 1, 2, 3])
    groups = Groups.of(np.zeros(6, dtype=np.intp), 1)
    (one,) = draw_moments(weight, weight * np.array([0.5, 1, 2, 3, 4, 0.1]), groups)
    found = ManyMoments.of_each([one]).weighted_ts()[0]
    assert found is not None
    assert found == weighted_t(one)
    assert one.spread > Fraction(0)
