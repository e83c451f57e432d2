"""Figures of slices: those of the filtered file, bit for bit, and of independent tools."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.stats
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

import xent_cli
from xent_cli import evaluate
from xent_cli.metrics.report.slices import slice_tables

RNG = np.random.default_rng(11)
N, K = 600, 4
Q = RNG.dirichlet(np.full(K, 0.4), N)
LABELS = RNG.integers(0, K, N)
COUNTRY = RNG.choice(["KR", "US", "", "DE"], N, p=[0.5, 0.3, 0.1, 0.1])
WEIGHT = RNG.exponential(1, N)
USER = RNG.integers(0, 60, N)
LOSS = -np.log(Q[np.arange(N), LABELS])
SCHEMA = Path(xent_cli.__file__).parent / "schema" / "json" / "report.schema.json"


@pytest.mark.parametrize("kind", ["sparse", "soft", "multilabel", "binary", "logits"])
@pytest.mark.parametrize("extra", ["plain", "weight", "cluster", "class_weights", "bits"])
def test_a_slice_is_the_filtered_file(kind, extra):
    q, labels, options = Q, LABELS, {}
    if kind == "soft":
        labels = RNG.dirichlet(np.ones(K), N)
    elif kind == "multilabel":
        labels, options = np.eye(K)[LABELS], {"mode": "binary"}
    elif kind == "binary":
        q, labels = Q[:, 0], LABELS % 2
    elif kind == "logits":
        q, options = np.log(Q), {"scale": "logits"}
    if extra == "class_weights":
        names = 2 if kind == "binary" else K
        options = {**options, "class_weights": np.linspace(0.5, 2, names).tolist()}
    elif extra == "bits":
        options = {**options, "base": 2}
    beside = {"weight": WEIGHT} if extra in ("weight", "cluster") else {}
    beside |= {"cluster": USER} if extra == "cluster" else {}
    whole = evaluate(q, labels, by={"country": COUNTRY}, batch_rows=77, **beside, **options)
    (table,) = whole.slices()
    assert [item.name for item in table.slices] == ["(missing)", "DE", "KR", "US"]
    for item in table.slices:
        mine = item.key[0] == COUNTRY
        kept = {name: values[mine] for name, values in beside.items()}
        alone = evaluate(q[mine], labels[mine], **kept, **options)
        assert (item.n, item.cross_entropy, item.se) == (
            alone.n,
            alone.cross_entropy,
            alone.overall.se,
        )
        assert item.ci95 == alone.overall.ci95
        assert item.accuracy == alone.overall.accuracy
        assert item.weight_sum == alone.figures.weight_sum
        kept = {name: values[~mine] for name, values in beside.items()}
        rest = evaluate(q[~mine], labels[~mine], **kept, **options)
        delta = alone.cross_entropy - rest.cross_entropy
        assert item.delta.value == pytest.approx(delta, rel=1e-12, abs=1e-15)
        if extra != "cluster":
            error = math.hypot(alone.overall.se, rest.overall.se)
            assert item.delta.se == pytest.approx(error, rel=1e-12)
    assert math.fsum(item.share for item in table.slices) == pytest.approx(1, abs=1e-15)


def test_against_pandas():
    report = evaluate(Q, LABELS, by={"country": COUNTRY})
    frame = pd.DataFrame({"country": COUNTRY, "loss": LOSS, "hit": Q.argmax(axis=1) == LABELS})
    groups = frame.groupby("country")
    means, errors = groups["loss"].mean(), groups["loss"].sem()
    for item in report.slices()[0].slices:
        key = item.key[0]
        assert item.cross_entropy == pytest.approx(means[key], rel=1e-12)
        assert item.se == pytest.approx(errors[key], rel=1e-12)
        assert item.share == pytest.approx(
            groups["loss"].sum()[key] / frame["loss"].sum(), rel=1e-12
        )
        assert item.accuracy == groups["hit"].mean()[key]
        test = scipy.stats.ttest_ind(LOSS[key == COUNTRY], LOSS[key != COUNTRY], equal_var=False)
        assert item.delta.value / item.delta.se == pytest.approx(test.statistic, rel=1e-9)
        assert item.delta.df == pytest.approx(test.df, rel=1e-9)


def test_delta_with_clusters_on_both_sides_is_the_sandwich():
    # Every user has rows in the slice and in the rest, so that all counts of clusters agree.
    users = np.tile(np.arange(60), 10)
    country = np.repeat(["KR", "US"], 300)
    report = evaluate(Q, LABELS, by={"country": country}, cluster=users, weight=WEIGHT)
    for item in report.slices()[0].slices:
        fit = sm.WLS(LOSS, np.column_stack([np.ones(N), country == item.name]), weights=WEIGHT).fit(
            cov_type="cluster", cov_kwds={"groups": users, "use_correction": False}
        )
        assert item.delta.value == pytest.approx(fit.params[1], rel=1e-9)
        assert item.delta.se == pytest.approx(fit.bse[1] * math.sqrt(60 / 59), rel=1e-9)


def test_delta_with_clusters_in_one_slice_each_is_welch():
    country = np.where(USER < 25, "KR", "US")
    report = evaluate(Q, LABELS, by={"country": country}, cluster=USER)
    a, b = report.slices()[0].slices
    assert a.delta.se == pytest.approx(math.hypot(a.se, b.se), rel=1e-12)
    assert (a.draws.n, b.draws.n) == (25, 35)
    assert a.delta.se == pytest.approx(b.delta.se, rel=1e-12)


def test_every_row_its_own_cluster_is_no_cluster():
    alone = evaluate(Q, LABELS, by={"country": COUNTRY}, cluster=np.arange(N))
    plain = evaluate(Q, LABELS, by={"country": COUNTRY})
    for a, b in zip(alone.slices()[0].slices, plain.slices()[0].slices, strict=True):
        assert a.delta.se == pytest.approx(b.delta.se, rel=1e-12)
        assert a.n == b.n
        assert a.delta.df == pytest.approx(b.delta.df, rel=1e-9)
        assert a.ci95 == pytest.approx(b.ci95, rel=1e-9)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), parts=st.integers(1, 6))
def test_cross_entropy_is_the_mean_of_the_slices(seed, parts):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(parts, 60))
    q = rng.dirichlet(np.ones(3), n)
    report = evaluate(
        q, rng.integers(0, 3, n), weight=rng.exponential(1, n), by={"g": rng.integers(0, parts, n)}
    )
    slices = report.slices()[0].slices
    total = math.fsum(item.cross_entropy * item.weight_sum for item in slices)
    assert total / report.figures.weight_sum == pytest.approx(report.cross_entropy, rel=1e-13)
    shares = [item.cross_entropy * item.weight_sum for item in slices]
    for item, part in zip(slices, shares, strict=True):
        assert item.share == pytest.approx(part / total, rel=1e-12)


def test_small_slices_are_one():
    country = np.array(["KR"] * 400 + ["US"] * 150 + ["DE"] * 20 + ["FR"] * 20 + ["IT"] * 10)
    for cluster in (None, USER):
        report = evaluate(Q, LABELS, by={"country": country}, cluster=cluster)
        joined = np.where(np.isin(country, ["KR", "US"]), country, "rest")
        want = evaluate(Q, LABELS, by={"country": joined}, cluster=cluster)
        (table,), (plain,) = report.slices(min_n=30), want.slices()
        assert [item.name for item in table.slices] == ["KR", "US"]
        assert table.small.name == table.small.title == "3 slices with fewer than 30 rows"
        small = plain.slices[2]
        assert (table.small.n, table.small.se, table.small.delta) == (50, small.se, small.delta)
        assert table.slices[0].delta == plain.slices[0].delta
    (table,) = report.slices(min_n=11)
    assert table.small.name == "1 slice with fewer than 11 rows"
    assert report.slices(min_n=10)[0].small is None


@pytest.mark.parametrize(
    ("country", "weight", "undefined"),
    [
        (["KR"] * 3, None, {"delta": "no other rows"}),
        (["US", "US", "KR"], None, {"se": "one row", "delta_se": "one row"}),
        (["KR", "KR", "US"], None, {"delta_se": "the rest: one row"}),
        (["KR", "KR", "US"], [1, 1, 0], {"delta": "the other rows have no weight"}),
        (["US", "US", "KR"], [1, 1, 0], {"cross_entropy": "no weight", "delta": "no weight"}),
    ],
)
def test_what_does_not_exist_says_why(country, weight, undefined):
    q, labels = [[0.5, 0.5], [0.2, 0.8], [0.2, 0.8]], [0, 1, 1]
    report = evaluate(q, labels, by={"country": country}, weight=weight)
    item = next(item for item in report.slices()[0].slices if item.name == "KR")
    assert undefined.items() <= item.undefined.items()
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    saved = next(d for d in data["slices"][0]["slices"] if d["name"] == "KR")
    for name, reason in undefined.items():
        assert (saved[name], saved["undefined"][name]) == (None, reason)


def test_infinite_losses():
    q, labels = [[0.5, 0.5], [0.0, 1.0], [0.2, 0.8], [0.3, 0.7]], [0, 0, 1, 1]
    report = evaluate(q, labels, eps=0.0, by={"g": ["a", "a", "b", "b"]})
    a, b = report.slices()[0].slices
    assert (a.cross_entropy, a.se, a.share) == (math.inf, None, None)
    assert (a.delta.value, a.delta.se) == (math.inf, None)
    assert b.cross_entropy == pytest.approx(-math.log(0.56) / 2)
    assert b.delta is None
    assert b.undefined["delta"] == "the loss of other rows is infinite"
    assert report.to_dict()["slices"][0]["slices"][0]["cross_entropy"] is None


def test_too_large_to_square():
    q = np.array([[1e200, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    report = evaluate(q, [1, 1, 1, 1], scale="logits", by={"g": ["a", "a", "b", "b"]})
    a, b = report.slices()[0].slices
    assert a.undefined["se"] == "a loss is too large"
    assert b.se is not None
    assert b.delta.reason == "the rest: a loss is too large"


def test_the_schema_holds():
    table = pa.table({"y": LABELS, "country": COUNTRY, "age": RNG.integers(10, 90, N)})
    report = evaluate(Q, table, label_col="y", by=["country", "age:4,country"], cluster="age")
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(data, schema)
    assert [item["by"] for item in data["slices"]] == ["country", "age,country"]
    assert len(data["slices"][1]["columns"][0]["points"]) == 3
    del data["slices"][0]["slices"][0]["delta"]
    with pytest.raises(jsonschema.ValidationError, match="'delta' is a required"):
        jsonschema.validate(data, schema)


def test_tables_of_no_slicing():
    assert slice_tables(evaluate(Q, LABELS).tally) == ()
