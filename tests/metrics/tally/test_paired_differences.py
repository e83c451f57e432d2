"""Delta: a commutative monoid of paired differences, blind to batches, exact through JSON."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.tally.test_tally import KINDS, case, cut, in_batches_of
from xent_cli.errors import ReportError, SignatureError, WeightError
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import MOMENTS
from xent_cli.numerics.log_histogram import Magnitudes


def two_models(make_batch, kind, n=150, **rest):
    """Batches of two models on the same rows, and their spec."""
    base, spec = case(make_batch, kind, n=n, **rest)
    rng = np.random.default_rng(12)
    mixed = 0.7 * base.q + 0.3 * base.q[:, rng.permutation(n)]
    mixed[:, ::5] = base.q[:, ::5]
    return base, replace(base, q=np.ascontiguousarray(mixed)), spec


def delta(base, candidate, spec, rows=None):
    if rows is not None:
        base, candidate = cut(base, rows), cut(candidate, rows)
    return Delta.of(measure(base, spec), measure(candidate, spec))


@pytest.mark.parametrize("kind", KINDS)
class TestAnyKind:
    def test_batch_sizes(self, make_batch, kind):
        base, candidate, spec = two_models(make_batch, kind)
        whole = delta(base, candidate, spec)
        for size in (1, 7, 64):
            total = Delta.zero(spec)
            parts = zip(in_batches_of(base, size), in_batches_of(candidate, size), strict=True)
            for a, b in parts:
                total += delta(a, b, spec)
            assert total == whole
            assert total.to_dict() == whole.to_dict()

    def test_laws(self, make_batch, kind):
        base, candidate, spec = two_models(make_batch, kind, n=90)
        a, b, c = (delta(base, candidate, spec, np.arange(i, i + 30)) for i in (0, 30, 60))
        assert a + b == b + a
        assert (a + b) + c == a + (b + c)
        assert a + Delta.zero(spec) == a == Delta.zero(spec) + a
        assert a != b

    def test_sum_is_the_difference_of_the_sums(self, make_batch, kind):
        base, candidate, spec = two_models(make_batch, kind)
        found = delta(base, candidate, spec)
        ours, theirs = Tally.of(base, spec), Tally.of(candidate, spec)
        assert found.n == ours.n
        for index in range(spec.n_classes + 1):
            want = theirs.sums["loss"][index] - ours.sums["loss"][index]
            assert float(found.sums["loss"][index]) == pytest.approx(
                float(want), rel=1e-9, abs=1e-12
            )
            for name in ("weight", "weight_squared"):
                assert found.sums[name][index] == ours.sums[name][index]

    def test_the_other_way_round(self, make_batch, kind):
        base, candidate, spec = two_models(make_batch, kind)
        there, back = delta(base, candidate, spec), delta(candidate, base, spec)
        assert (there.better, there.worse) == (back.worse, back.better)
        k = spec.n_classes
        for cell in range(k + 1):
            assert there.magnitudes.by_size(cell) == back.magnitudes.by_size(cell)
        # Rows that are worse one way are better the other.
        sides = [
            Counter({low: n for low, n, _ in d.magnitudes.by_size(k + 1)}) for d in (there, back)
        ]
        assert sides[0] + sides[1] == {low: n for low, n, _ in there.magnitudes.by_size(k)}
        assert there.sums["loss_squared"] == back.sums["loss_squared"]
        for index in range(spec.n_classes + 1):
            assert there.sums["loss"][index] == -back.sums["loss"][index]

    def test_json_round_trip(self, make_batch, kind):
        base, candidate, spec = two_models(make_batch, kind)
        found = delta(base, candidate, spec)
        text = json.dumps(found.to_dict(), allow_nan=False)
        assert Delta.from_dict(json.loads(text)) == found

    @settings(max_examples=10)
    @given(seed=st.integers(0, 2**32), n_parts=st.integers(1, 9))
    def test_random_splits(self, make_batch, kind, seed, n_parts):
        rng = np.random.default_rng(seed)
        base, candidate, spec = two_models(make_batch, kind, n=60)
        part_of = rng.integers(0, n_parts, 60)
        total = Delta.zero(spec)
        for part in rng.permutation(n_parts):
            total = delta(base, candidate, spec, np.flatnonzero(part_of == part)) + total
        assert total == delta(base, candidate, spec)


def test_by_hand(make_batch, spec_of):
    spec = spec_of("sparse", weighted=True)
    base = make_batch([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]], [0, 0, 1], weight=[1, 2, 4])
    candidate = replace(base, q=np.array([[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]]))
    found = delta(base, candidate, spec)
    ln2 = math.log(2)
    assert (found.better, found.worse, found.n) == ((1, 0, 1), (1, 0, 1), (2, 1, 3))
    values = {name: [float(found.sums[name][i]) for i in range(3)] for name in MOMENTS}
    assert values["loss"] == pytest.approx([-ln2, 0, -ln2], rel=1e-15)
    assert values["loss_squared"] == pytest.approx([5 * ln2**2, 0, 5 * ln2**2], rel=1e-15)
    assert values["loss_weight"] == pytest.approx([-3 * ln2, 0, -3 * ln2], rel=1e-15)
    assert values["weight"] == [3, 4, 7]
    assert found.magnitudes.top_share(2, 1) == pytest.approx(2 / 3)


def test_squares_are_rounded_once_a_row(make_batch, spec_of):
    base = make_batch([[0.9, 0.1]] * 2, [0, 0])
    candidate = replace(base, q=np.array([[0.7, 0.3], [0.3, 0.7]]))
    found = delta(base, candidate, spec_of("sparse"))
    d = -np.log([0.7, 0.3]) + np.log(0.9)
    assert found.sums["loss_squared"][2] == sum(Fraction(float(x * x)) for x in d)


def test_clipped_infinite_and_huge(make_batch, spec_of):
    base = make_batch([[0.0, 1.0], [0.5, 0.5], [0.5, 0.5]], [0, 0, 1])
    candidate = replace(base, q=np.array([[0.5, 0.0, 0.5], [0.5, 1.0, 0.5]]))
    found = delta(base, candidate, spec_of("sparse"))
    assert (found.n_clipped, found.infinite[2]) == (2, 0)
    exact = delta(base, candidate, spec_of("sparse", eps=0.0))
    assert exact.infinite == (2, 0, 2)
    assert (exact.better, exact.worse) == ((0, 0, 0), (0, 0, 0))
    huge = make_batch([[1e300, 0.0]], [1])
    spec = spec_of("sparse", scale="logits")
    assert delta(huge, replace(huge, q=-huge.q), spec).n_huge == 1


def test_no_rows(make_batch, spec_of):
    nothing = make_batch(np.zeros((0, 2)), np.zeros(0, int))
    assert delta(nothing, nothing, spec_of("sparse")) == Delta.zero(spec_of("sparse"))


def test_other_rules_and_other_weights_are_refused(make_batch, spec_of):
    batch = make_batch([[0.5, 0.5]] * 2, [0, 1], weight=[1, 2])
    with pytest.raises(SignatureError, match="eps is"):
        Delta.of(measure(batch, spec_of("sparse")), measure(batch, spec_of("sparse", eps=0.0)))
    other = replace(batch, weight=np.array([1.0, 3.0]))
    with pytest.raises(WeightError, match="row 2: the weight is 3, but 2 in the baseline"):
        delta(batch, other, spec_of("sparse"))


@pytest.mark.parametrize("change", [{"n": [1]}, {"sums": {}}, {"magnitudes": {"x": [1, "1p0"]}}])
def test_damaged(make_batch, spec_of, change):
    batch = make_batch([[0.5, 0.5]], [0])
    good = delta(batch, batch, spec_of("sparse")).to_dict()
    with pytest.raises(ReportError, match="The delta is damaged"):
        Delta.from_dict({**good, **change})


class TestMagnitudes:
    @given(
        st.lists(st.floats(-100, 100), min_size=1, max_size=200),
        st.integers(1, 30),
    )
    def test_top_share_is_that_of_sorted_values(self, values, n_top):
        d = np.array(values)
        sizes = np.sort(np.abs(d))[::-1]
        got = Magnitudes.of(d, np.zeros(len(d), dtype=np.intp)).top_share(0, n_top)
        if not sizes.any():
            assert got is None
        else:
            want = sizes[:n_top].sum() / sizes.sum()
            assert got == pytest.approx(want, rel=0.13)

    def test_all_and_extremes(self):
        d = np.array([1e-300, 1e300, -2.0, 0.0])
        found = Magnitudes.of(d, np.zeros(4, dtype=np.intp))
        assert found.top_share(0, 4) == 1.0
        assert found.of_cell(0)[0].tolist() == [1, 1, 1]
        assert found.of_cell(1)[0].tolist() == []

    def test_cells_are_apart(self):
        found = Magnitudes.of(np.array([1.0, 3.0, 4.0]), np.array([0, 2, 2]))
        assert [found.of_cell(c)[0].sum() for c in range(3)] == [1, 0, 2]
