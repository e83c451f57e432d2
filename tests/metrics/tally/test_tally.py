"""Tallies: a commutative monoid, blind to batches, exact through JSON, strict about specs."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_cli.errors import ReportError, SignatureError
from xent_cli.metrics.report.figures import figures_of
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.losses import label_losses
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.tally import OVERALL, PER_CLASS, Tally, merge_all
from xent_cli.schema.spec import Spec

N = 1500
KINDS = ["sparse", "categorical", "one-hot", "binary", "binary-soft", "multilabel"]
SCALES = ["probs", "logits", "logprobs"]


def case(make_batch, kind: str, *, n: int = N, **rest) -> tuple[Batch, Spec]:
    """Rows of all sizes with weights, class weights, zeros at the truth and near-misses of 1."""
    rng = np.random.default_rng(11)
    k = 2 if kind.startswith("binary") else 5
    q = rng.dirichlet(np.full(k, 0.2), n)
    q[::50] *= 1.004
    labels = rng.integers(0, k - (k > 2), n)
    scale = rest.setdefault("scale", "probs")
    mode = {"one-hot": "categorical", "multilabel": "binary", "binary-soft": "binary"}.get(
        kind, kind
    )
    if mode == "binary" and kind != "multilabel":
        q = np.minimum(q[:, 1], 1.0)
    if scale != "probs":
        q = np.log(np.maximum(q, 1e-12))
    target = {
        # With one-hot rows, which are added up as single labels if a batch has no others.
        "categorical": np.where(
            np.arange(n)[:, np.newaxis] % 3, rng.dirichlet(np.full(k, 0.3), n), np.eye(k)[labels]
        ),
        "one-hot": np.eye(k)[labels],
        "binary-soft": np.where(np.arange(n) % 3, labels, rng.uniform(0, 1, n)),
        "multilabel": (rng.uniform(0, 1, (n, k)) < 0.3).astype(float),
    }.get(kind, labels)
    spec = Spec(
        mode,
        tuple(f"c{i}" for i in range(k)),
        weighted=True,
        class_weights=tuple(0.5 + i for i in range(k)),
        multilabel=kind == "multilabel",
        **rest,
    )
    return make_batch(q, target, weight=rng.exponential(1, n)), spec


def cut(batch: Batch, rows: np.ndarray) -> Batch:
    return replace(
        batch,
        q=np.ascontiguousarray(batch.q[:, rows]),
        target=np.ascontiguousarray(batch.target[..., rows]),
        rows=batch.rows[rows],
        weight=None if batch.weight is None else batch.weight[rows],
    )


def in_batches_of(batch: Batch, size: int) -> list[Batch]:
    return [cut(batch, np.arange(i, min(i + size, len(batch)))) for i in range(0, len(batch), size)]


class TestSplits:
    @pytest.mark.parametrize("scale", SCALES)
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("smoothing", [0.0, 0.1])
    def test_batch_sizes(self, make_batch, kind, scale, smoothing):
        batch, spec = case(make_batch, kind, n=150, scale=scale, smoothing=smoothing)
        whole = Tally.of(batch, spec)
        assert whole.n[-1] == 150
        for size in (1, 7, 64):
            parts = (Tally.of(part, spec) for part in in_batches_of(batch, size))
            merged = merge_all(parts, spec)
            assert merged == whole
            assert merged.to_dict() == whole.to_dict()

    @pytest.mark.parametrize("kind", KINDS)
    def test_batches_of_a_thousand(self, make_batch, kind):
        batch, spec = case(make_batch, kind)
        parts = [Tally.of(part, spec) for part in in_batches_of(batch, 1000)]
        assert merge_all(parts, spec) == Tally.of(batch, spec)

    @settings(max_examples=25)
    @given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS), n_parts=st.integers(1, 20))
    def test_random_splits_in_random_order(self, make_batch, seed, kind, n_parts):
        rng = np.random.default_rng(seed)
        batch, spec = case(make_batch, kind, n=200)
        part_of = rng.integers(0, n_parts, 200)
        tallies = [Tally.of(cut(batch, np.flatnonzero(part_of == i)), spec) for i in range(n_parts)]
        rng.shuffle(tallies)
        while len(tallies) > 1:
            right = tallies.pop(int(rng.integers(len(tallies))))
            at = int(rng.integers(len(tallies)))
            tallies[at] = tallies[at] + right
        assert tallies[0] == Tally.of(batch, spec)
        assert figures_of(tallies[0]) == figures_of(Tally.of(batch, spec))

    @pytest.mark.parametrize("kind", ["sparse", "binary"])
    def test_infinite_losses(self, make_batch, kind):
        batch, spec = case(make_batch, kind, n=120, eps=0.0)
        sure = np.eye(len(batch.q))[np.argmax(batch.q, axis=0)].T
        batch.q[:, ::10] = sure[:, ::10] if kind == "sparse" else np.round(batch.q[:, ::10])
        whole = Tally.of(batch, spec)
        assert whole.infinite[-1] == sum(whole.infinite[:-1]) > 0
        assert whole.n_clipped == 0
        parts = [Tally.of(part, spec) for part in in_batches_of(batch, 7)]
        assert merge_all(parts[::-1], spec) == whole


class TestMonoid:
    @pytest.mark.parametrize("kind", KINDS)
    def test_laws(self, make_batch, kind):
        batch, spec = case(make_batch, kind, n=90)
        a, b, c = (Tally.of(part, spec) for part in in_batches_of(batch, 30))
        assert a + b == b + a
        assert (a + b) + c == a + (b + c)
        assert a + Tally.zero(spec) == a == Tally.zero(spec) + a
        assert a != b
        assert (a + b).n == tuple(x + y for x, y in zip(a.n, b.n, strict=True))

    def test_operands_stay_as_they_are(self, make_batch):
        batch, spec = case(make_batch, "sparse", n=60)
        a, b = (Tally.of(part, spec) for part in in_batches_of(batch, 30))
        before = a.to_dict(), b.to_dict()
        assert (a + b).n[-1] == 60
        assert (a.to_dict(), b.to_dict()) == before

    def test_a_batch_stays_as_it_is(self, make_batch):
        batch, spec = case(make_batch, "categorical", n=30)
        q, target, weight = batch.q.copy(), batch.target.copy(), batch.weight.copy()
        Tally.of(batch, spec)
        assert np.array_equal(batch.q, q)
        assert np.array_equal(batch.target, target)
        assert np.array_equal(batch.weight, weight)

    def test_zero_knows_its_size(self, spec_of):
        zero = Tally.zero(spec_of("sparse", 3))
        assert zero.n == zero.infinite == (0, 0, 0, 0)
        assert {len(zero.sums[name]) for name in PER_CLASS} == {4}
        assert {len(zero.sums[name]) for name in OVERALL} == {1}
        assert len(Tally.zero(spec_of("binary", 3, multilabel=True)).sums["positive"]) == 3

    def test_rows_left_out_are_counted_even_if_none_is_left(self, make_batch, spec_of):
        batch = make_batch(np.zeros((0, 2)), np.zeros(0, int), n_ignored=3, n_invalid=2)
        tally = Tally.of(batch, spec_of("sparse"))
        assert (tally.n[-1], tally.n_ignored, tally.n_invalid) == (0, 3, 2)
        twice = tally + tally
        assert (twice.n_ignored, twice.n_invalid) == (6, 4)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"eps": 0.0}, "eps"),
            ({"classes": ("a", "c")}, "classes"),
            ({"scale": "logits"}, "scale"),
            ({"class_weights": (1.0, 2.0)}, "class_weights"),
            ({"unit": "bits"}, "unit"),
            ({"ignore": ("-1",)}, "ignore"),
            ({"smoothing": 0.1}, "smoothing"),
            ({"weighted": True}, "weighted"),
            ({"mode": "categorical"}, "mode"),
            ({"row_sums": "ignore"}, "row_sums"),
            ({"invalid": "drop"}, "invalid"),
            ({"align": "name"}, "align"),
        ],
    )
    def test_unequal_specs_do_not_add(self, change, field):
        spec = Spec("sparse", ("a", "b"))
        with pytest.raises(SignatureError, match=rf"have different options: {field} is "):
            Tally.zero(spec) + Tally.zero(replace(spec, **change))


class TestSums:
    def test_counts_weights_and_losses_by_hand(self, make_batch, spec_of):
        batch = make_batch([[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]], [0, 0, 1], weight=[1, 2, 4])
        tally = Tally.of(batch, spec_of("sparse", weighted=True))
        assert tally.n == (2, 1, 3)

        def values(name):
            return [float(tally.sums[name][i]) for i in range(len(tally.sums[name]))]

        ln2, ln4 = math.log(2), math.log(4)
        assert values("weight") == [3, 4, 7]
        assert values("weight_squared") == [5, 16, 21]
        assert values("loss") == [ln2 + 2 * ln4, 4 * ln2, pytest.approx(ln2 * 9, rel=1e-15)]
        assert values("loss_weight")[2] == pytest.approx(ln2 + 8 * ln2 + 16 * ln2, rel=1e-15)
        assert values("loss_squared")[1] == pytest.approx(16 * ln2**2, rel=1e-15)
        assert values("graded") == [3, 4, 7]
        assert values("correct") == [1, 0, 1]
        assert values("probability") == [1.0, 2.0, 3.0]
        assert values("clipped_loss") == [0.0]

    def test_clipped_rows_and_their_loss(self, make_batch, spec_of):
        batch = make_batch([[0.0, 1.0], [0.0, 1.0], [0.5, 0.5]], [0, 1, 0])
        tally = Tally.of(batch, spec_of("sparse"))
        assert tally.n_clipped == 1
        assert float(tally.sums["clipped_loss"][0]) == 36.04365338911715

    def test_squares_are_rounded_once_a_row(self, make_batch, spec_of):
        tally = Tally.of(make_batch([[0.9, 0.1]] * 3, [0, 0, 1]), spec_of("sparse"))
        losses = -np.log([0.9, 0.9, 0.1])
        exact = sum((Fraction(float(x * x)) for x in losses), Fraction(0))
        assert tally.sums["loss_squared"][2] == exact

    def test_losses_too_large_to_square_are_counted(self, make_batch, spec_of):
        batch = make_batch([[1e300, 0.0], [0.0, 1.0]], [1, 1])
        tally = Tally.of(batch, spec_of("sparse", scale="logits"))
        assert tally.n_huge == 1
        assert float(tally.sums["loss"][1]) == 1e300
        assert float(tally.sums["loss_squared"][1]) == pytest.approx(math.log1p(math.exp(-1)) ** 2)

    @pytest.mark.parametrize("weights", [None, (0.5, 2.0, 0.0, 1.0, 3.0)])
    @pytest.mark.parametrize("smoothing", [0.0, 0.1])
    @pytest.mark.parametrize("scale", SCALES)
    @pytest.mark.parametrize("weighted", [True, False])
    def test_one_hot_and_integer_labels_agree(
        self, make_batch, weights, smoothing, scale, weighted
    ):
        batch, spec = case(make_batch, "sparse", n=300, scale=scale, smoothing=smoothing)
        batch = batch if weighted else replace(batch, weight=None)
        spec = replace(spec, class_weights=weights, weighted=weighted)
        by_label = Tally.of(batch, spec)
        shares = replace(batch, target=np.ascontiguousarray(np.eye(5)[batch.target].T))
        categorical = replace(spec, mode="categorical")
        one_hot = Tally.of(shares, categorical)
        assert replace(one_hot, spec=spec) == by_label
        assert Tally.of_measured(measure(shares, categorical)) == one_hot

    @pytest.mark.parametrize("size", [1.0, 1e110, 1e152])
    def test_one_hot_rows_add_the_same_beside_others(self, make_batch, spec_of, size):
        batch = make_batch(np.array([[0.0, -1.0], [1.0, -1.0]]) * size, [0, 1])
        shares = replace(batch, target=np.array([[0.0, 0.25], [1.0, 0.75]]))
        spec = spec_of("categorical", scale="logits")
        parts = [Tally.of(shares.take(np.arange(2) == row), spec) for row in range(2)]
        assert merge_all(parts, spec) == Tally.of(shares, spec)

    @pytest.mark.parametrize("kind", ["sparse", "categorical", "multilabel"])
    def test_permuting_classes_permutes_rows(self, make_batch, kind):
        batch, spec = case(make_batch, kind, n=200)
        # Dyadic predictions: row sums are then exact in any order of the classes.
        q = np.round(batch.q * 2.0**20) / 2.0**20
        order = np.array([3, 0, 4, 1, 2])
        target = (
            np.argsort(order)[batch.target]
            if kind == "sparse"
            else np.round(batch.target * 64) / 64
        )
        moved_target = target if kind == "sparse" else np.ascontiguousarray(target[order])
        batch = replace(
            batch, q=q, target=batch.target if kind == "sparse" else target, label_tolerance=0.1
        )
        moved = Tally.of(
            replace(batch, q=np.ascontiguousarray(q[order]), target=moved_target),
            replace(
                spec,
                classes=tuple(spec.classes[i] for i in order),
                class_weights=tuple(spec.class_weights[i] for i in order),
            ),
        )
        straight = Tally.of(batch, spec)
        assert moved.n == (*(straight.n[i] for i in order), straight.n[-1])
        for name in ("weight", "loss", "loss_squared", "probability"):
            got = [moved.sums[name][i] for i in range(5)]
            assert got == [straight.sums[name][i] for i in order], name

    @pytest.mark.parametrize("scale", SCALES)
    def test_the_mean_is_that_of_fsum(self, make_batch, spec_of, scale):
        rng = np.random.default_rng(9)
        logits = rng.normal(0, 8, (5000, 6))
        probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        values = {"probs": probs, "logits": logits, "logprobs": np.log(probs)}[scale]
        batch = make_batch(values, rng.integers(0, 6, 5000))
        losses = label_losses(batch.q, batch.target, scale=scale)
        tally = Tally.of(batch, spec_of("sparse", 6, scale=scale))
        assert float(tally.sums["loss"][6]) == math.fsum(losses)
        mean = figures_of(tally).overall.cross_entropy
        want = math.fsum(losses) / 5000
        assert abs(mean - want) <= math.ulp(want)


class TestJson:
    @pytest.mark.parametrize("kind", KINDS)
    def test_round_trip(self, make_batch, kind):
        batch, spec = case(make_batch, kind, n=120, ignore=("-1",))
        tally = Tally.of(replace(batch, n_ignored=4, n_invalid=1), spec)
        text = json.dumps(tally.to_dict(), allow_nan=False)
        back = Tally.from_dict(json.loads(text))
        assert back == tally
        assert json.dumps(back.to_dict(), allow_nan=False) == text
        assert figures_of(back) == figures_of(tally)

    @pytest.mark.parametrize("name", ["spec", "n", "infinite", "sums", "n_ignored", "pred_sums"])
    def test_a_missing_part(self, make_batch, name):
        data = Tally.of(*case(make_batch, "sparse", n=20)).to_dict()
        del data[name]
        with pytest.raises(ReportError, match=rf"tally of the report is damaged.*{name}"):
            Tally.from_dict(data)

    @pytest.mark.parametrize(
        "damage",
        [
            {"n": [1, 2]},
            {"n": ["x"] * 6},
            {"sums": {}},
            {"sums": 3},
            {"spec": {"mode": "sparse", "classes": ["a"], "colour": "red"}},
            {"spec": None},
            {"pred_sums": {"n_rows": 1}},
            {"n_huge": None},
        ],
    )
    def test_damage(self, make_batch, damage):
        data = Tally.of(*case(make_batch, "sparse", n=20)).to_dict()
        with pytest.raises(ReportError, match="damaged"):
            Tally.from_dict(data | damage)

    def test_sums_of_another_length(self, make_batch):
        data = Tally.of(*case(make_batch, "sparse", n=20)).to_dict()
        data["sums"]["loss"] = data["sums"]["loss"][:-1]
        with pytest.raises(ReportError, match="6 sums cannot be added to 5"):
            Tally.from_dict(data)
