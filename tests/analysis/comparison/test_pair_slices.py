"""Differences of two models slice by slice: those of the filtered files, paired and unpaired."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pyarrow as pa
import pytest
import scipy.stats

from tests.by_hand import moments
from xent_cli import Report, compare, evaluate, gate
from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.analysis.comparison.pair_slices import SliceComparison
from xent_cli.errors import ReportError, SignatureError, SliceError
from xent_cli.metrics.tally.paired_differences import Delta
from xent_cli.numerics.one_more_draw import guarded_difference, unseen_difference
from xent_cli.pipeline import slice_keys

RNG = np.random.default_rng(7)
N, K = 500, 3
OLD = RNG.dirichlet(np.full(K, 0.7), N)
NEW = 0.8 * OLD + 0.2 * RNG.dirichlet(np.full(K, 0.7), N)
LABELS = RNG.integers(0, K, N)
COUNTRY = np.sort(RNG.choice(["KR", "US", "", "DE"], N, p=[0.5, 0.3, 0.15, 0.05]))
USER = RNG.integers(0, 50, N)
WEIGHT = RNG.exponential(1, N)


def pair_of(rows=slice(None), *, old=OLD, new=NEW, labels=LABELS, by=True, **options):
    labels = labels[rows]
    names = [f"y{i}" for i in range(K)]
    columns = {"y": labels} if labels.ndim == 1 else dict(zip(names, labels.T, strict=True))
    table = pa.table({**columns, "g": COUNTRY[rows], "user": USER[rows], "w": WEIGHT[rows]})
    return compare(
        old[rows],
        new[rows],
        labels=table,
        label_col=list(columns),
        by="g" if by else (),
        **options,
    ).comparisons[0]


@pytest.mark.parametrize("kind", ["sparse", "soft", "multilabel"])
@pytest.mark.parametrize("beside", [{}, {"weight": "w"}, {"weight": "w", "cluster": "user"}])
def test_a_slice_is_the_filtered_files(kind, beside):
    labels, options = LABELS, {}
    if kind != "sparse":
        labels = RNG.dirichlet(np.ones(K), N) if kind == "soft" else np.eye(K)[LABELS]
        options = {"mode": "binary"} if kind == "multilabel" else {}
    options |= beside
    comparison = pair_of(labels=labels, batch_rows=60, jobs=2, **options)
    pair = SliceComparison(comparison, 0)
    for item in pair.candidate.slices:
        alone = pair_of(item.key[0] == COUNTRY, labels=labels, by=False, **options)
        assert pair.difference(item.key) == alone.overall
    assert pair.difference(("nowhere",)) is None


def test_against_scipy():
    pair = SliceComparison(pair_of(), 0)
    loss = [-np.log(q[np.arange(N), LABELS]) for q in (OLD, NEW)]
    for item in pair.candidate.slices:
        mine = item.key[0] == COUNTRY
        found = pair.difference(item.key)
        test = scipy.stats.ttest_rel(loss[1][mine], loss[0][mine])
        assert found.value / found.se == pytest.approx(test.statistic, rel=1e-9)
        d = loss[1][mine] - loss[0][mine]
        both = float(sum(each[mine].sum() for each in loss))
        unseen = unseen_difference(len(d), np.abs(d).sum(), both)
        want = guarded_difference(moments(d), unseen)
        assert found.interval(0.95) == pytest.approx(want.interval(0.95), rel=1e-9)
        assert found.p_value() == pytest.approx(want.p_value(0.0), rel=1e-6)
        assert found.value == pytest.approx((loss[1] - loss[0])[mine].mean(), rel=1e-9)


def test_small_slices_are_compared_as_one():
    for beside in ({}, {"cluster": "user"}):
        pair = SliceComparison(pair_of(**beside), 0, min_n=100)
        assert pair.candidate.n_small == 2
        small = np.isin(COUNTRY, ["", "DE"])
        alone = pair_of(small, by=False, **beside)
        assert pair.difference(()) == alone.overall
        assert pair.candidate.small.n == small.sum()


def test_deltas_add_up_and_are_saved():
    whole = pair_of(weight="w").delta
    cuts = [0, 20, 21, 300, N]
    parts = [pair_of(slice(a, b), weight="w").delta for a, b in itertools.pairwise(cuts)]
    total = Delta.zero(whole.spec)
    for part in reversed(parts):
        total = part + total
    assert total.slices == whole.slices
    data = json.loads(json.dumps(whole.to_dict()))
    assert Delta.from_dict(data) == whole
    for name in ("weight", "loss", "loss_squared", "loss_weight", "weight_squared"):
        each = whole.slices[0]
        assert sum(each.sums[name][i] for i in range(len(each))) == whole.sums[name][K]
    del data["slices"][0]["sums"]["loss"]
    with pytest.raises(ReportError):
        Delta.from_dict(data)


def test_unpaired():
    table = {"g": COUNTRY}
    a, b = (evaluate(q, LABELS, by=table) for q in (OLD, NEW))
    other = evaluate(
        OLD[COUNTRY != "DE"], LABELS[COUNTRY != "DE"], by={"g": COUNTRY[COUNTRY != "DE"]}
    )
    pair = SliceComparison(Comparison(a, b), 0)
    for item in pair.candidate.slices:
        alone = [
            evaluate(q[item.key[0] == COUNTRY], LABELS[item.key[0] == COUNTRY]) for q in (OLD, NEW)
        ]
        found = pair.difference(item.key)
        assert found.value == pytest.approx(alone[1].cross_entropy - alone[0].cross_entropy)
        assert found.se == pytest.approx(math.hypot(*(one.overall.se for one in alone)), rel=1e-12)
    assert SliceComparison(Comparison(other, b), 0).difference(("DE",)) is None


def test_infinite_and_weightless_and_huge():
    old = np.array([[0.5, 0.5], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
    new = np.array([[0.0, 1.0], [0.5, 0.5], [0.25, 0.75], [0.5, 0.5]])
    found = compare(
        old, new, labels=[0, 0, 1, 1], by={"g": ["a", "b", "c", "c"]}, eps=0.0
    ).comparisons[0]
    pair = SliceComparison(found, 0)
    assert pair.difference(("a",)).value == math.inf
    assert pair.difference(("b",)) is None
    assert pair.difference(("c",)).se is not None
    same = compare(old[2:], old[2:], labels=[1, 1], by={"g": ["c", "c"]}, allow_same=True)
    assert SliceComparison(same.comparisons[0], 0).difference(("c",)).reason == (
        "the differences do not vary"
    )


def test_a_row_must_be_in_one_slice(tmp_path):
    for name, countries in (("old", "KR,US,US"), ("new", "KR,US,KR")):
        rows = [f"0.5,0.5,{country}" for country in countries.split(",")]
        (tmp_path / f"{name}.csv").write_text("\n".join(["p_a,p_b,g", *rows]) + "\n")
    (tmp_path / "labels.csv").write_text("label\na\nb\na\n")
    old, new, labels = (str(tmp_path / f"{name}.csv") for name in ("old", "new", "labels"))
    with pytest.raises(SliceError, match=r"new.csv, row 3 .*: the slice is g=KR, but g=US in"):
        compare(old, new, labels=labels, by="g", allow_same=True)
    again = compare(old, old, labels=labels, by="g", allow_same=True)
    assert len(again.baseline.slices()[0].slices) == 2


def test_a_column_is_cut_where_the_first_model_had_it_cut():
    table = pa.table({"y": LABELS, "age": RNG.normal(40, 10, N)})
    found = compare(OLD, NEW, labels=table, label_col="y", by="age:4")
    assert len(found.baseline.tally.spec.by[0].columns[0].points) == 3
    assert [item.n for item in found.reports[1].slices()[0].slices] == [125] * 4


def test_a_saved_baseline_needs_the_same_slices():
    saved = Report.from_dict(evaluate(OLD, LABELS, by={"g": COUNTRY}).to_dict())
    rule = "slice.g=KR.delta <= 1"
    result = gate(NEW, LABELS, require=rule, baseline=saved, by={"g": COUNTRY})
    assert result.outcome == "pass"
    with pytest.raises(SignatureError, match="by is "):
        gate(NEW, LABELS, require="delta <= 1", baseline=saved)


def test_a_loss_too_large_to_square_leaves_other_slices_their_error():
    old = np.array([[1e200, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    new = np.array([[2e200, 0.0], [0.0, 1.0], [0.0, 2.0], [1.5, 0.0]])
    by = {"g": ["a", "a", "b", "b"]}
    found = compare(old, new, labels=[1, 1, 1, 1], by=by, scale="logits").comparisons[0]
    pair = SliceComparison(found, 0)
    assert pair.difference(("a",)).reason == "a loss is too large"
    assert pair.difference(("b",)).se is not None


def test_quantiles_are_found_once_for_all_models(monkeypatch):
    calls = []
    count = slice_keys._count_values
    monkeypatch.setattr(
        slice_keys, "_count_values", lambda *args: calls.append(args) or count(*args)
    )
    table = pa.table({"y": LABELS, "age": RNG.normal(40, 10, N)})
    compare(OLD, NEW, OLD[::-1], labels=table, label_col="y", by="age:4")
    assert len(calls) == 2  # One of the predictions' columns, and one of the labels'.
