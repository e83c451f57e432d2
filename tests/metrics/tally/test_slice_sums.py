"""Slices add up to the whole, bit for bit, however the rows were split."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_cli import Report, evaluate, merge
from xent_cli.errors import ReportError, SignatureError, SliceError
from xent_cli.metrics.rows.batch import GivenNames, Sliced
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally import slice_sums as module
from xent_cli.metrics.tally.slice_sums import COUNTS, GRADES, SliceSums, add_slices
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import DRAWN, MOMENTS, THIRD_POWERS, ZEROS
from xent_cli.schema.slicing import SliceColumn, Slicing

BY = Slicing((SliceColumn("country"),))
KINDS = ["sparse", "soft", "multilabel", "binary", "smooth", "infinite"]
K = 3


def rows_of(kind, rng, n):
    """Return predictions, labels and options of a kind of task."""
    q = rng.dirichlet(np.full(K, 0.5), n)
    labels = rng.integers(0, K, n)
    if kind == "soft":
        return q, rng.dirichlet(np.ones(K), n), {}
    if kind == "multilabel":
        return q, np.eye(K)[labels], {"mode": "binary"}
    if kind == "binary":
        return q[:, 0], labels % 2, {}
    if kind == "smooth":
        return q, labels, {"label_smoothing": 0.1}
    if kind == "infinite":
        q[0] = np.eye(K)[(labels[0] + 1) % K]
        return q, labels, {"eps": 0.0}
    return q, labels, {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_of_slices_are_those_of_the_whole(kind, weighted):
    rng = np.random.default_rng(1)
    q, labels, options = rows_of(kind, rng, 500)
    country = rng.choice(["KR", "US", "", "DE"], 500)
    weight = rng.exponential(1, 500) if weighted else None
    tally = evaluate(q, labels, by={"country": country}, weight=weight, **options).tally
    (slices,) = tally.slices
    more = (*THIRD_POWERS, DRAWN, ZEROS)
    assert set(slices.sums) == {*COUNTS, *MOMENTS, *GRADES, *more}
    for name in (*MOMENTS, *GRADES, *more):
        total = sum(slices.sums[name][index] for index in range(len(slices)))
        assert total == tally.sums[name][-1 + len(tally.sums[name])], name
    assert sum(slices.count("rows", i) for i in range(4)) == tally.n[-1] == 500
    assert sum(slices.count("infinite", i) for i in range(4)) == tally.infinite[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_any_split_gives_the_same_bits(kind):
    rng = np.random.default_rng(2)
    n = 300
    q, labels, options = rows_of(kind, rng, n)
    columns = {
        "country": np.sort(rng.choice(["KR", "US", "", "DE"], n)),  # Shards lack some of them.
        "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(15, 70, n)),
    }
    users, weight = rng.integers(0, 30, n), rng.exponential(1, n)
    by = ["country", "age:30/50,country"]

    def run(rows=slice(None), **more):
        target = labels[rows]
        names = [f"y{i}" for i in range(K)]
        table = {"y": target} if target.ndim == 1 else dict(zip(names, target.T, strict=True))
        table |= {name: values[rows] for name, values in columns.items()}
        return evaluate(
            q[rows],
            pa.table({**table, "user": users[rows], "w": weight[rows]}),
            label_col=["y"] if target.ndim == 1 else names,
            by=by,
            cluster="user",
            weight="w",
            **options,
            **more,
        )

    whole = run()
    for batch_rows in (1, 7, 64):
        assert run(batch_rows=batch_rows, jobs=2).to_dict() == whole.to_dict()
    cuts = [0, 13, 14, 200, n]
    shards = [run(slice(a, b)) for a, b in itertools.pairwise(cuts)]
    assert len({shard.tally.slices[0].keys for shard in shards}) > 1
    saved = [Report.from_dict(json.loads(json.dumps(shard.to_dict()))) for shard in shards[::-1]]
    merged = merge(saved)
    assert merged.tally.slices == whole.tally.slices
    assert merged.to_dict()["slices"] == whole.to_dict()["slices"]


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), clustered=st.booleans())
def test_sums_are_a_commutative_monoid(make_batch, spec_of, seed, clustered):
    rng = np.random.default_rng(seed)
    spec = spec_of("sparse", K, by=(BY,), cluster="user" if clustered else None)

    def some():
        n = int(rng.integers(1, 30))
        keys = tuple((str(name),) for name in rng.permutation(["e", "b", "", "d", "c"]))
        clusters = rng.integers(0, 4, n) if clustered else None
        batch = make_batch(
            rng.dirichlet(np.ones(K), n),
            rng.integers(0, K, n),
            weight=rng.exponential(1, n),
            slices=(Sliced(rng.integers(0, 5, n), keys),),
            clusters=clusters,
            cluster_names=GivenNames(("u", "v", "w", "x")),
        )
        return add_slices(measure(batch, spec))[0]

    a, b, c = some(), some(), some()
    zero = SliceSums.zero(BY, graded=True, clustered=clustered)
    assert a + b == b + a
    assert hash(a + b) == hash(b + a)
    assert (a + b) + c == a + (b + c)
    assert a + zero == a == zero + a
    assert (a + b == a) is False
    text = json.dumps((a + b).to_dict())
    assert SliceSums.from_dict(json.loads(text), zero) == a + b
    assert text == json.dumps((b + a).to_dict())


def test_a_slice_without_rows_left_is_no_slice():
    report = evaluate(
        [[0.5, 0.5], [0.2, 0.8]], [-100, 1], by={"country": ["KR", "US"]}, ignore_label=-100
    )
    assert report.tally.slices[0].keys == (("US",),)


def test_other_slices_are_not_merged():
    q, labels = [[0.5, 0.5], [0.2, 0.8]], [0, 1]
    plain = evaluate(q, labels)
    sliced = evaluate(q, labels, by={"country": ["KR", "US"]})
    other = evaluate(q, labels, by={"device": ["a", "b"]})
    for pair in ([plain, sliced], [sliced, other]):
        with pytest.raises(SignatureError, match="by is "):
            merge(pair)


def test_too_many_slices(monkeypatch):
    monkeypatch.setattr(module, "MOST_SLICES", 20)
    n = 50
    q, labels = np.full((n, 2), 0.5), np.arange(n) % 2
    for rows in (None, 7):  # In one batch, or only together.
        with pytest.raises(SliceError, match='by="user" makes more than 20 slices. Is it an id'):
            evaluate(q, labels, by={"user": np.arange(n)}, batch_rows=rows)
    by = {"a": np.arange(n) // 8, "b": np.arange(n) % 8}
    assert len(evaluate(q, labels, by=by).tally.slices) == 2
    with pytest.raises(SliceError, match=r"by=\"a,b\" makes .* fewer columns"):
        evaluate(q, pa.table({"y": labels, **by}), label_col="y", by="a,b")


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d["keys"].reverse(),
        lambda d: d["keys"].pop(),
        lambda d: d["rows"].pop(),
        lambda d: d["sums"].pop("loss"),
        lambda d: d["keys"].__setitem__(0, ["DE", "x"]),
    ],
)
def test_damaged_sums_are_refused(damage):
    report = evaluate([[0.5, 0.5]] * 3, [0, 1, 1], by={"country": ["DE", "KR", "US"]})
    data = json.loads(json.dumps(report.tally.to_dict()))
    assert Tally.from_dict(data) == report.tally
    damage(data["slices"][0])
    with pytest.raises(ReportError):
        Tally.from_dict(data)


def test_an_edited_slice_is_refused():
    data = evaluate([[0.5, 0.5]] * 3, [0, 1, 1], by={"country": ["DE", "KR", "US"]}).to_dict()
    data["slices"][0]["slices"][1]["cross_entropy"] = 0.1
    with pytest.raises(ReportError, match="edited"):
        Report.from_dict(data)
