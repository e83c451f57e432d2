"""Comparing: against SciPy's paired t on the row losses, and whatever way the rows are read."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import statsmodels.api as sm
from scipy import stats as scipy_stats

from tests.by_hand import float_moments, moments
from xent_cli import compare, evaluate
from xent_cli.errors import (
    EmptyInputError,
    IdMismatchError,
    RowCountError,
    SameInputError,
    SignatureError,
    UsageError,
)
from xent_cli.numerics.one_more_draw import guarded_difference, unseen_difference

SAMPLES = Path(__file__).parents[2] / "sample_data"
SPARSE = [str(SAMPLES / "sparse" / name) for name in ("baseline.csv", "candidate.csv")]
LABELS = str(SAMPLES / "sparse" / "labels.csv")
RNG = np.random.default_rng(31)
N, K = 300, 4
A = RNG.dirichlet(np.full(K, 0.8), N)
B = 0.6 * A + 0.4 * RNG.dirichlet(np.full(K, 0.8), N)
Y = RNG.integers(0, K, N)
W = RNG.exponential(1, N)
USERS = RNG.integers(0, 25, N).astype(str)


def losses(q):
    return -np.log(q[np.arange(len(Y)), Y])


def guarded(a, b):
    """The bounds of the mean of b - a."""
    unseen = unseen_difference(len(a), float(np.abs(b - a).sum()), float((a + b).sum()))
    return guarded_difference(float_moments(b - a), unseen)


def frame(q, names=("p_a", "p_b", "p_c", "p_d")):
    return pa.table(dict(zip(names, q.T, strict=True)))


class TestFigures:
    def test_paired_t_of_scipy(self):
        (found,) = compare(A, B, labels=Y).comparisons
        test = scipy_stats.ttest_rel(losses(B), losses(A))
        overall = found.overall
        assert overall.value == pytest.approx(np.mean(losses(B) - losses(A)), rel=1e-12)
        assert overall.value / overall.se == pytest.approx(test.statistic, rel=1e-9)
        want = guarded(losses(A), losses(B))
        assert overall.p_value() == pytest.approx(want.p_value(0.0), rel=1e-7)
        assert overall.interval(0.95) == pytest.approx(want.interval(0.95), rel=1e-9)
        assert found.correlation() == pytest.approx(np.corrcoef(losses(A), losses(B))[0, 1])
        for index in range(K):
            mine = index == Y
            p = guarded(losses(A)[mine], losses(B)[mine]).p_value(0.0)
            assert found.difference(index).p_value() == pytest.approx(p, rel=1e-7)
        d = np.sort(abs(losses(B) - losses(A)))[::-1]
        assert found.top_share() == pytest.approx(d[:3].sum() / d.sum(), rel=0.1)

    def test_weighted(self):
        (found,) = compare(A, B, labels=Y, weight=W).comparisons
        d = losses(B) - losses(A)
        fit = sm.WLS(d, np.ones(N), weights=W).fit(cov_type="HC1", use_t=True)
        assert found.overall.value == pytest.approx(fit.params[0], rel=1e-10)
        assert found.overall.se == pytest.approx(fit.bse[0], rel=1e-10)
        both = losses(A) + losses(B)
        unseen = unseen_difference(N, float(np.sum(W * abs(d))), float(np.sum(W * both)))
        want = guarded_difference(moments(d, W), unseen)
        assert found.overall.interval(0.95) == pytest.approx(want.interval(0.95), rel=1e-9)

    @pytest.mark.parametrize("weight", [None, W])
    def test_clustered(self, weight):
        (found,) = compare(A, B, labels=Y, cluster=USERS, weight=weight).comparisons
        d, w = losses(B) - losses(A), np.ones(N) if weight is None else weight
        groups = np.unique(USERS, return_inverse=True)[1]
        fit = sm.WLS(d, np.ones(N), weights=w).fit(
            cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        n = groups.max() + 1
        assert found.overall.value == pytest.approx(fit.params[0], rel=1e-10)
        assert found.overall.se == pytest.approx(fit.bse[0] * math.sqrt(n / (n - 1)), rel=1e-9)
        assert found.overall.df == n - 1
        mine = Y == 1
        one = sm.WLS(d[mine], np.ones(mine.sum()), weights=w[mine]).fit(
            cov_type="cluster", cov_kwds={"groups": groups[mine], "use_correction": False}
        )
        g = len(set(groups[mine]))
        assert found.difference(1).se == pytest.approx(one.bse[0] * math.sqrt(g / (g - 1)))

    @pytest.mark.parametrize("cluster", [None, np.arange(N)])
    def test_relative_by_the_delta_method(self, cluster):
        (found,) = compare(A, B, labels=Y, weight=W, cluster=cluster).comparisons
        a, b = W * losses(A), W * losses(B)
        ratio = b.sum() / a.sum() - 1
        influence = (b - a) - ratio * a
        se = math.sqrt(N / (N - 1) * np.sum(influence**2)) / a.sum()
        assert found.relative().value == pytest.approx(ratio, rel=1e-10)
        assert found.relative().se == pytest.approx(se, rel=1e-8)

    def test_in_bits(self):
        nats, bits = (compare(A, B, labels=Y, base=b).comparisons[0] for b in ("e", "2"))
        assert bits.overall.value == pytest.approx(nats.overall.value / math.log(2))
        assert bits.overall.se == pytest.approx(nats.overall.se / math.log(2))
        assert bits.overall.p_value() == pytest.approx(nats.overall.p_value())
        assert bits.relative().value == pytest.approx(nats.relative().value)

    def test_several_models(self):
        found = compare(A, B, A[::-1], labels=Y)
        single = compare(A, B, labels=Y)
        assert found.comparisons[0].delta == single.comparisons[0].delta
        assert found.reports[2].cross_entropy == evaluate(A[::-1], Y).cross_entropy
        p = [c.overall.p_value() for c in found.comparisons]
        assert found.p_values[0] == min(1.0, 2 * p[0] if p[0] < p[1] else max(p[0], 2 * p[1]))
        assert found.best == int(np.argmin([r.cross_entropy for r in found.reports]))

    def test_each_report_is_as_if_alone(self):
        found = compare(*SPARSE, labels=LABELS)
        for path, report in zip(SPARSE, found.reports, strict=True):
            assert report.to_dict() == evaluate(path, LABELS).to_dict()


class TestReading:
    @pytest.mark.parametrize(
        "options", [{"batch_rows": 1}, {"batch_rows": 7, "jobs": 3}, {"jobs": 2}]
    )
    def test_batches_and_threads_change_nothing(self, options):
        whole = compare(A, B, labels=Y, weight=W, cluster=USERS, jobs=1)
        other = compare(A, B, labels=Y, weight=W, cluster=USERS, **options)
        assert other.comparisons[0].delta == whole.comparisons[0].delta
        assert other.baseline.to_dict() == whole.baseline.to_dict()

    def test_files_of_other_blocks(self, tmp_path):
        pq.write_table(frame(A), tmp_path / "a.parquet", row_group_size=37)
        pa.csv.write_csv(frame(B), str(tmp_path / "b.csv"))
        pq.write_table(pa.table({"y": Y}), tmp_path / "y.parquet", row_group_size=101)
        got = compare(
            *(str(tmp_path / n) for n in ("a.parquet", "b.csv")), labels=str(tmp_path / "y.parquet")
        )
        assert got.comparisons[0].delta.sums == compare(A, B, labels=Y).comparisons[0].delta.sums

    def test_columns_are_matched_by_name(self):
        order = [2, 0, 3, 1]
        names = ("p_a", "p_b", "p_c", "p_d")
        moved = frame(B[:, order], [names[i].replace("p_", "prob_") for i in order])
        straight = compare(frame(A), frame(B), labels=Y)
        labels = np.array(list("abcd"))[Y]
        got = compare(frame(A), moved, labels=labels)
        assert got.comparisons[0].delta.sums == straight.comparisons[0].delta.sums
        assert got.reports[1].inputs[0].columns == ("prob_a", "prob_b", "prob_c", "prob_d")

    def test_one_hot_labels_and_moved_columns(self):
        hot = pa.table({f"y_{c}": (i == Y).astype(float) for i, c in enumerate("abcd")})
        moved = frame(B[:, ::-1], ("p_d", "p_c", "p_b", "p_a"))
        got = compare(frame(A), moved, labels=hot)
        (want,) = compare(A, B, labels=Y).comparisons
        assert got.comparisons[0].overall.value == pytest.approx(want.overall.value, rel=1e-12)

    def test_rows_invalid_in_one_are_left_out_of_both(self):
        a, b = A.copy(), B.copy()
        a[3, 0], b[8, 1] = np.nan, np.nan
        found = compare(a, b, labels=Y, invalid="drop")
        keep = np.delete(np.arange(N), [3, 8])
        want = compare(A[keep], B[keep], labels=Y[keep])
        assert found.comparisons[0].delta.sums == want.comparisons[0].delta.sums
        assert [r.tally.n_invalid for r in found.reports] == [2, 2]
        assert found.reports[0].figures.overall == want.reports[0].figures.overall

    def test_ignored_labels(self):
        found = compare(A, B, labels=Y, ignore_label=2)
        assert found.comparisons[0].delta.n[-1] == (Y != 2).sum()


class TestRefused:
    def test_the_same_file(self, tmp_path):
        copy = tmp_path / "copy.csv"
        copy.write_bytes(Path(SPARSE[0]).read_bytes())
        with pytest.raises(SameInputError, match="are the same. If this is intended"):
            compare(SPARSE[0], str(copy), labels=LABELS)
        with pytest.raises(SameInputError):
            compare(A, A, labels=Y)
        with pytest.raises(SameInputError, match="The model and its baseline are the same"):
            compare(A, A.copy(), labels=Y)
        same = compare(SPARSE[0], str(copy), labels=LABELS, allow_same=True).comparisons[0]
        assert same.overall.value == 0
        assert same.overall.se is None
        assert same.overall.reason == "the differences do not vary"
        assert same.top_share() is None

    def test_other_classes(self):
        with pytest.raises(SignatureError, match="classes is "):
            compare(frame(A), frame(B, ("p_a", "p_b", "p_c", "p_x")), labels=Y)

    def test_row_counts(self):
        with pytest.raises(RowCountError, match=f"preds has {N - 1} rows and labels has {N}"):
            compare(A, B[:-1], labels=Y)

    @pytest.mark.parametrize("short", [0, 1, 2])
    def test_row_counts_of_streams(self, tmp_path, short):
        paths = []
        for index, table in enumerate((frame(A), frame(B), pa.table({"y": Y}))):
            paths.append(str(tmp_path / f"{index}.csv"))
            pa.csv.write_csv(table.slice(0, N - 5 * (index == short)), paths[-1])
        with pytest.raises(RowCountError, match=f"{N - 5}"):
            compare(*paths[:2], labels=paths[2])

    def test_ids(self):
        ids = np.arange(N)
        labels = pa.table({"id": ids, "y": Y})
        good = frame(A).append_column("id", pa.array(ids))
        moved = frame(B).append_column("id", pa.array(np.roll(ids, 1)))
        with pytest.raises(IdMismatchError, match="The ids in column id differ"):
            compare(good, moved, labels=labels)

    def test_nothing_to_compare(self):
        with pytest.raises(UsageError, match="no model to compare"):
            compare(A, labels=Y)

    def test_an_empty_file(self, tmp_path):
        (tmp_path / "b.csv").write_text("p_a,p_b,p_c,p_d\n")
        with pytest.raises(EmptyInputError):
            compare(frame(A), str(tmp_path / "b.csv"), labels=Y)


class TestWarnings:
    def test_an_interval_that_is_wide_for_what_rows_did_not_show(self):
        # Nearly the same everywhere: one row that differs would count for more than all of them.
        rng = np.random.default_rng(2)
        a = rng.uniform(0.8, 0.9, N)
        b = a + rng.uniform(0.009, 0.01, N)
        a, b = (np.column_stack([q, 1 - q]) for q in (a, b))
        (found,) = compare(a, b, labels=np.zeros(N, int)).comparisons
        (notice,) = found.warnings
        assert notice.code == "few-rows"
        assert notice.message.startswith("The interval of the difference is wide")
        assert compare(A, B, labels=Y).comparisons[0].warnings == ()

    def test_names_stand_before(self):
        b = B.copy()
        b[0] = np.eye(K)[(Y[0] + 1) % K]
        (notice,) = compare(frame(A), frame(b), labels=Y).warnings
        assert notice.code == "clipped"


def test_progress_is_told():
    calls = []
    compare(A, B, labels=Y, batch_rows=100, progress=lambda *seen: calls.append(seen))
    assert calls[-1] == (N, N)
