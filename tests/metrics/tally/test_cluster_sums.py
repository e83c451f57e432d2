"""Clusters: any split gives the same bits; the error is the cluster-robust one of statsmodels."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_cli import Report, evaluate, merge
from xent_cli.errors import ColumnError, MissingValueError, SignatureError, UsageError
from xent_cli.metrics.rows.batch import GivenNames
from xent_cli.metrics.rows.measure import measure
from xent_cli.metrics.tally.cluster_sums import ClusterSums

RNG = np.random.default_rng(4)
N, K = 400, 4
Q = RNG.dirichlet(np.full(K, 0.4), N)
LABELS = RNG.integers(0, K, N)
USERS = [f"user {i}" for i in RNG.integers(0, 30, N)]
WEIGHTS = RNG.exponential(1, N)
LOSSES = -np.log(Q[np.arange(N), LABELS])


def robust_error(losses, weights, clusters):
    groups = np.unique(clusters, return_inverse=True)[1]
    fit = sm.WLS(losses, np.ones(len(losses)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    n = groups.max() + 1
    return fit.bse[0] * math.sqrt(n / (n - 1))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_overall_and_per_class_error(weights):
    report = evaluate(Q, LABELS, weight=weights, cluster=USERS)
    w = np.ones(N) if weights is None else weights
    assert report.overall.se == pytest.approx(robust_error(LOSSES, w, USERS), rel=1e-9)
    assert report.figures.n_clusters == 30
    users = np.array(USERS)
    for index, row in enumerate(report.classes):
        mine = index == LABELS
        want = robust_error(LOSSES[mine], w[mine], users[mine])
        assert row.se == pytest.approx(want, rel=1e-9)


def test_mean_is_not_touched():
    clustered, plain = evaluate(Q, LABELS, cluster=USERS), evaluate(Q, LABELS)
    assert clustered.cross_entropy == plain.cross_entropy
    assert clustered.tally.sums == plain.tally.sums
    assert "|cluster:cluster|v:" in clustered.signature
    assert "cluster" not in plain.signature
    with pytest.raises(SignatureError, match="cluster is "):
        merge([clustered, plain])


def test_every_row_its_own_cluster_is_no_cluster():
    alone = evaluate(Q, LABELS, cluster=np.arange(N), weight=WEIGHTS)
    plain = evaluate(Q, LABELS, weight=WEIGHTS)
    assert alone.overall.se == pytest.approx(plain.overall.se, rel=1e-13)
    assert alone.overall.ci95 == pytest.approx(plain.overall.ci95, rel=1e-13)


@pytest.mark.parametrize("kind", ["sparse", "soft", "multilabel", "binary"])
def test_any_split_gives_the_same_bits(kind):
    labels = {"soft": RNG.dirichlet(np.ones(K), N), "multilabel": np.eye(K)[LABELS]}.get(
        kind, LABELS
    )
    q, options = Q, {"mode": "binary"} if kind == "multilabel" else {}
    if kind == "binary":
        q, labels = Q[:, 0], LABELS % 2
    whole = evaluate(q, labels, cluster=USERS, weight=WEIGHTS, **options)
    for rows in (1, 7, 64):
        assert (
            evaluate(
                q, labels, cluster=USERS, weight=WEIGHTS, batch_rows=rows, jobs=2, **options
            ).to_dict()
            == whole.to_dict()
        )
    cuts = [0, 13, 14, 200, N]
    shards = [
        evaluate(q[a:b], labels[a:b], cluster=USERS[a:b], weight=WEIGHTS[a:b], **options)
        for a, b in itertools.pairwise(cuts)
    ]
    saved = [Report.from_dict(json.loads(json.dumps(shard.to_dict()))) for shard in shards[::-1]]
    merged = merge(saved)
    assert merged.figures == whole.figures
    assert merged.tally.clusters == whole.tally.clusters
    assert hash(merged.tally.clusters) == hash(whole.tally.clusters)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-9, 1.0, 1e5]))
def test_sums_are_a_commutative_monoid(make_batch, spec_of, seed, scale):
    rng = np.random.default_rng(seed)
    spec = spec_of("sparse", 3)

    def some():
        n = int(rng.integers(1, 30))
        batch = make_batch(
            rng.dirichlet(np.ones(3), n),
            rng.integers(0, 3, n),
            weight=scale * rng.exponential(1, n),
            clusters=rng.integers(0, 5, n),
            cluster_names=GivenNames(tuple(rng.permutation(["e", "b", "a", "d", "c"]).tolist())),
        )
        return ClusterSums.of(batch, measure(batch, spec).rows, 3)

    a, b, c = some(), some(), some()
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + ClusterSums.zero(3) == a == ClusterSums.zero(3) + a
    text = json.dumps((a + b).to_dict())
    assert ClusterSums.from_dict(json.loads(text), 3) == a + b
    assert a != b or a.to_dict() == b.to_dict()
    assert a != "a"


def test_sums_are_those_of_the_rows():
    sums = evaluate(Q, LABELS, cluster=USERS, weight=WEIGHTS).tally.clusters
    users = np.array(USERS)
    position, label, losses = sums.differences()
    for at, c, total in zip(position, label, losses, strict=True):
        mine = (users == sums.keys[at]) & (c == LABELS)
        assert total == pytest.approx(math.fsum(WEIGHTS[mine] * LOSSES[mine]), rel=1e-15)
    assert list(sums.keys) == sorted(set(USERS))


@pytest.mark.parametrize(
    ("clusters", "reason"), [(["a"] * N, "one cluster"), (["a", "b"] * (N // 2), "do not vary")]
)
def test_undefined_errors(clusters, reason):
    q = np.full((N, K), 0.25)
    report = evaluate(q, LABELS, cluster=clusters)
    assert report.overall.se is None
    assert reason in report.figures.undefined["overall.se"]


def test_a_loss_that_does_not_fit():
    q = np.zeros((4, 2))
    q[0] = [1e130, 0]
    report = evaluate(q, [1, 0, 1, 1], scale="logits", cluster=[1, 1, 2, 2])
    assert report.cross_entropy > 0
    assert report.overall.se is None
    assert report.figures.undefined["overall.se"] == "a loss is too large"
    again = Report.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.tally.clusters.too_large


class TestColumns:
    def test_in_either_file_and_of_whole_numbers_beyond_2_to_53(self):
        ids = [2**60, 2**60 + 1, 2**60, 2**60 + 3]
        q = {"p_a": [0.5, 0.25, 0.75, 0.9], "p_b": [0.5, 0.75, 0.25, 0.1]}
        labels = {"y": ["a", "b", "a", "a"]}
        there = evaluate(pa.table({**q, "doc": ids}), pa.table(labels), cluster="doc")
        here = evaluate(pa.table(q), pa.table({**labels, "doc": ids}), cluster="doc")
        assert there.figures == here.figures
        assert there.tally.clusters.keys == tuple(map(str, (2**60, 2**60 + 1, 2**60 + 3)))
        assert there.inputs[0].cluster == "doc"
        assert here.inputs[1].cluster == "doc"
        assert here.inputs[0].cluster is None

    def test_text_files_say_the_same(self, tmp_path):
        (tmp_path / "p.csv").write_text("p_a,p_b\n.5,.5\n.25,.75\n.75,.25\n")
        (tmp_path / "y.csv").write_text("y,user\na,7\nb,8\na,7\n")
        report = evaluate(str(tmp_path / "p.csv"), str(tmp_path / "y.csv"), cluster="user")
        assert report.tally.clusters.keys == ("7", "8")

    @pytest.mark.parametrize("blank", [None, "", "  "])
    def test_missing(self, blank):
        labels = pa.table({"y": [0, 1, 1], "user": ["u", blank, "v"]})
        with pytest.raises(MissingValueError, match="row 2, column user: the cluster is missing"):
            evaluate(Q[:3, :2] / Q[:3, :2].sum(axis=1, keepdims=True), labels, cluster="user")
        dropped = evaluate(
            [[0.5, 0.5], [0.25, 0.75], [0.75, 0.25]], labels, cluster="user", invalid="drop"
        )
        assert (dropped.n, dropped.tally.n_invalid) == (2, 1)

    def test_no_such_column(self):
        with pytest.raises(ColumnError, match='cluster="usr"'):
            evaluate(Q, pa.table({"y": LABELS, "user": USERS}), cluster="usr")

    def test_fractions_name_nothing(self):
        with pytest.raises(ColumnError, match="holds fractions"):
            evaluate(Q, pa.table({"y": LABELS, "user": WEIGHTS}), cluster="user")

    def test_not_also_the_weight(self):
        with pytest.raises(UsageError, match="both name the column u"):
            evaluate(Q, LABELS, cluster="u", weight="u")


@pytest.mark.parametrize(
    "change",
    [
        {"keys": ["b", "a"]},
        {"cells": [0, 0]},
        {"cells": [0, 99]},
        {"loss": ["f" * 600, "1"]},
        {"loss": ["x", "1"]},
        {"loss": ["1"]},
    ],
)
def test_damaged_sums_are_refused(change):
    good = evaluate([[0.5, 0.5], [0.25, 0.75]], [0, 1], cluster=["a", "b"]).tally.clusters.to_dict()
    with pytest.raises((ValueError, KeyError)):
        ClusterSums.from_dict({**good, **change}, 2)


@pytest.mark.parametrize("factor", [2e6, 1e-40, 1e45, 2.0**-150])
def test_a_constant_factor_of_the_weights_changes_nothing(factor):
    rng = np.random.default_rng(8)
    q, users = rng.dirichlet(np.ones(2), 200), rng.integers(0, 30, 200)
    labels, weight = rng.integers(0, 2, 200), rng.exponential(1, 200)
    one, other = (
        evaluate(q, labels, cluster=users, weight=weight * by, by={"g": users % 3})
        for by in (1.0, factor)
    )
    assert other.overall.se == pytest.approx(one.overall.se, rel=1e-12)
    assert other.overall.ci95 == pytest.approx(one.overall.ci95, rel=1e-9)
    for mine, theirs in zip(one.slices()[0].slices, other.slices()[0].slices, strict=True):
        assert theirs.delta.interval(0.95) == pytest.approx(mine.delta.interval(0.95), rel=1e-9)


def test_weights_of_any_size_are_the_same_in_any_split():
    rng = np.random.default_rng(9)
    q, users = rng.dirichlet(np.ones(2), 90), rng.integers(0, 9, 90).astype(str)
    labels, weight = rng.integers(0, 2, 90), 10.0 ** rng.uniform(-30, 30, 90)
    whole, *parts = (
        evaluate(q[rows], labels[rows], cluster=users[rows], weight=weight[rows]).tally.clusters
        for rows in (slice(None), slice(0, 20), slice(20, 21), slice(21, None))
    )
    assert sum(parts, start=ClusterSums.zero(2)) == whole
    assert ClusterSums.from_dict(whole.to_dict(), 2) == whole


@pytest.mark.parametrize("most", [1, 50])
def test_rows_that_wait_change_nothing(monkeypatch, most):
    whole = evaluate(Q, LABELS, cluster=USERS, weight=WEIGHTS, batch_rows=20)
    monkeypatch.setattr("xent_cli.metrics.tally.cluster_sums._FEW_ROWS", most)
    again = evaluate(Q, LABELS, cluster=USERS, weight=WEIGHTS, batch_rows=20)
    assert again.to_dict() == whole.to_dict()


def test_sums_pickle_while_rows_wait(make_batch, spec_of):
    batch = make_batch(
        [[0.5, 0.5], [0.25, 0.75]],
        [0, 1],
        clusters=np.array([0, 1]),
        cluster_names=GivenNames(("a", "b")),
    )
    sums = ClusterSums.of(batch, measure(batch, spec_of("sparse")).rows, 2)
    assert sums.n_waiting
    back = pickle.loads(pickle.dumps(sums))
    assert back == sums
    assert not back.n_waiting


def test_saved_sums_are_in_units_of_2_to_minus_124():
    sums = evaluate([[0.5, 0.5], [0.25, 0.75]], [0, 1], cluster=["a", "b"]).tally.clusters
    assert sums.to_dict() == {
        "keys": ["a", "b"],
        "cells": [0, 3],
        "weight": ["1" + "0" * 31] * 2,
        "loss": [f"{int(Fraction(-math.log(p)) * 2**124):x}" for p in (0.5, 0.75)],
        "too_large": False,
    }


def test_losses_below_the_grid_are_rounded_to_it_row_by_row(make_batch, spec_of):
    tiny = 3.25 * 2.0**-124
    batch = make_batch(
        [[-tiny, -50.0]] * 3,
        [0] * 3,
        clusters=np.zeros(3, np.intp),
        cluster_names=GivenNames(("u",)),
    )
    spec = spec_of("sparse", scale="logprobs", row_sums="ignore")
    sums = ClusterSums.of(batch, measure(batch, spec).rows, 2)
    assert sums.to_dict()["loss"] == ["9"]


@pytest.mark.parametrize("cells", [1, 7, 50])
@pytest.mark.parametrize("name", ["{}", "é{}", "a long name of a cluster, number {}", "{}\0"])
def test_pieces_of_any_size_change_nothing(monkeypatch, cells, name):
    users = [name.format(i) for i in RNG.integers(0, 60, N)]
    parts = [slice(0, 11), slice(11, 250), slice(250, N)]

    def sums():
        whole = evaluate(Q, LABELS, cluster=users, weight=WEIGHTS, by={"g": LABELS})
        some = [evaluate(Q[p], LABELS[p], cluster=users[p], weight=WEIGHTS[p]) for p in parts]
        return whole, merge(some), merge(some[::-1])

    want = sums()
    monkeypatch.setattr("xent_cli.metrics.tally.cluster_piece._CELLS", cells)
    found = sums()
    assert [each.to_dict() for each in found] == [each.to_dict() for each in want]
    assert found[0].slices()[0].slices[0].delta == want[0].slices()[0].slices[0].delta
    for one, other, again in zip(want, found, found[::-1], strict=True):
        assert len(other.tally.clusters.pieces) > len(one.tally.clusters.pieces)
        assert one.tally.clusters == other.tally.clusters == again.tally.clusters
        less = one.tally.clusters.less(other.tally.clusters)
        assert not less.differences()[2].any()
        back = pickle.loads(pickle.dumps(other.tally.clusters))
        assert back == other.tally.clusters
        assert hash(back) == hash(other.tally.clusters)


def test_sums_of_other_rows_are_unlike():
    whole = evaluate(Q, LABELS, cluster=USERS).tally.clusters
    less = evaluate(Q[1:], LABELS[1:], cluster=USERS[1:]).tally.clusters
    other = evaluate(Q, LABELS, cluster=[f"other {user}" for user in USERS]).tally.clusters
    few = evaluate(Q[:9], LABELS[:9], cluster=USERS[:9]).tally.clusters
    assert len({whole, less, other, few}) == 4
    for unlike in (other, few):
        with pytest.raises(ValueError, match="not measured on the same rows"):
            whole.less(unlike)
