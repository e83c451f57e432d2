"""Gating: from files to verdicts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats as scipy_stats

from tests.by_hand import float_moments
from xent_cli import compare, evaluate, gate, to_dict
from xent_cli.analysis.from_json import from_dict
from xent_cli.errors import RuleError, SameInputError, SignatureError, UsageError, WeightError
from xent_cli.numerics.one_more_draw import guarded_difference, unseen_difference

SPARSE = Path(__file__).parents[2] / "sample_data" / "sparse"
BASE, CANDIDATE, LABELS = (str(SPARSE / f"{n}.csv") for n in ("baseline", "candidate", "labels"))
RNG = np.random.default_rng(32)
N = 400
A = RNG.dirichlet(np.ones(3), N)
B = 0.8 * A + 0.2 / 3
Y = RNG.integers(0, 3, N)


def losses(q):
    return -np.log(q[np.arange(N), Y])


def test_a_paired_gate():
    result = gate(B, Y, require=["ce <= 9", "delta <= 0 @95%", "delta_rel < 0"], baseline=A)
    assert result.comparison.paired
    delta = result.verdicts[1]
    d = losses(B) - losses(A)
    unseen = unseen_difference(len(d), np.abs(d).sum(), (losses(A) + losses(B)).sum())
    want = guarded_difference(float_moments(d), unseen)
    assert delta.interval == pytest.approx(want.interval(0.95), rel=1e-9)
    assert result.verdicts[2].value == pytest.approx(losses(B).mean() / losses(A).mean() - 1)
    assert [v.outcome for v in result.verdicts] == ["pass"] * 3
    assert result.report.to_dict() == evaluate(B, Y).to_dict()


def test_deltas_are_candidate_less_baseline_for_each_class():
    result = gate(B, Y, require="class.*.delta <= 5", baseline=A)
    (there,) = compare(A, B, labels=Y).comparisons
    assert [v.value for v in result.verdicts] == [there.difference(i).value for i in range(3)]
    assert [v.class_name for v in result.verdicts] == ["0", "1", "2"]


def test_a_saved_report_is_unpaired_and_wider(tmp_path):
    path = tmp_path / "base.json"
    path.write_text(json.dumps(evaluate(BASE, LABELS).to_dict()))
    saved = gate(CANDIDATE, LABELS, require="delta <= 1 @95%", baseline=str(path))
    paired = gate(CANDIDATE, LABELS, require="delta <= 1 @95%", baseline=BASE)
    assert not saved.comparison.paired
    assert "unpaired" in {notice.code for notice in saved.warnings}
    ours, theirs = saved.comparison.overall, paired.comparison.overall
    assert ours.value == pytest.approx(theirs.value, rel=1e-12)
    assert ours.se > theirs.se
    a, b = (evaluate(p, LABELS).overall.se for p in (BASE, CANDIDATE))
    assert ours.se == pytest.approx(math.hypot(a, b), rel=1e-12)
    assert saved.comparison.correlation() is None
    assert saved.comparison.top_share() is None
    assert not any("candidate" in notice.message for notice in saved.warnings)
    path.write_text(json.dumps(evaluate(A[:2], Y[:2]).to_dict()))
    other = gate(B, Y, require="delta <= 1", baseline=str(path))
    (said,) = (n.message for n in other.warnings if n.code == "unpaired")
    assert said.endswith(f"The baseline has 2 rows, the candidate {len(B)}.")


def test_an_unpaired_difference_is_put_together_from_both_intervals():
    a, b = evaluate(A[:150], Y[:150]), evaluate(B, Y)
    result = gate(B, Y, require="delta <= 1 @95%", baseline=a)
    test = scipy_stats.ttest_ind(losses(B), losses(A)[:150], equal_var=False)
    assert result.comparison.overall.df == pytest.approx(test.df, rel=1e-9)
    (low_a, high_a), (low_b, high_b) = a.overall.ci95, b.overall.ci95
    mean_a, mean_b = a.cross_entropy, b.cross_entropy
    assert result.verdicts[0].interval == pytest.approx(
        (
            mean_b - mean_a - math.hypot(mean_b - low_b, high_a - mean_a),
            mean_b - mean_a + math.hypot(high_b - mean_b, mean_a - low_a),
        ),
        rel=1e-9,
    )
    relative = result.comparison.relative()
    base, ratio = a.cross_entropy, b.cross_entropy / a.cross_entropy
    se = math.hypot(b.overall.se, ratio * a.overall.se) / base
    assert relative.se == pytest.approx(se, rel=1e-12)
    assert result.comparison.difference(1).se > 0


def test_saved_classes_in_another_order():
    table = pa.table({f"p_{c}": A[:, i] for i, c in enumerate("abc")})
    moved = pa.table({f"p_{c}": A[:, "abc".index(c)] for c in "cab"})
    labels = np.array(list("abc"))[Y]
    saved = evaluate(table, labels)
    result = gate(moved, labels, require="delta <= 0", baseline=saved)
    assert result.verdicts[0].value == 0
    assert result.report.tally.spec.classes == ("a", "b", "c")


def test_predictions_and_labels_in_one_file():
    columns = {f"p_{c}": A[:, i] for i, c in enumerate("abc")}
    both = pa.table({**columns, "label": np.array(list("abc"))[Y]})
    base = pa.table({f"p_{c}": B[:, i] for i, c in enumerate("abc")})
    result = gate(both, require="delta <= 9", baseline=base)
    (want,) = compare(B, A, labels=Y).comparisons
    assert result.verdicts[0].value == pytest.approx(want.overall.value, rel=1e-12)


class TestRefused:
    @pytest.mark.parametrize(
        ("rules", "fault"),
        [
            ([], "no rule"),
            (["delta <= 0"], "needs a baseline"),
            (["class.3.ce <= 1"], "no class '3'"),
            (["ce <= nan"], "is not a number"),
        ],
    )
    def test_rules(self, rules, fault):
        with pytest.raises(RuleError, match=fault):
            gate(A, Y, require=rules)

    def test_the_same_file(self):
        with pytest.raises(SameInputError):
            gate(BASE, LABELS, require="delta <= 0", baseline=BASE)
        same = gate(BASE, LABELS, require="delta <= 0", baseline=BASE, allow_same=True)
        assert same.outcome == "pass"
        level = gate(BASE, LABELS, require="delta <= 0 @95%", baseline=BASE, allow_same=True)
        assert (level.outcome, level.verdicts[0].interval) == ("pass", (0.0, 0.0))

    @pytest.mark.parametrize(("options", "field"), [({"eps": 1e-9}, "eps"), ({"base": 2}, "unit")])
    def test_a_report_by_other_rules(self, options, field):
        saved = evaluate(A, Y, **options)
        with pytest.raises(SignatureError, match=f"{field} is"):
            gate(B, Y, require="delta <= 0", baseline=saved)

    def test_an_unknown_mapping(self):
        with pytest.raises(UsageError, match="must be one of pass, fail"):
            gate(A, Y, require="ce <= 1", inconclusive="maybe")


class TestInfinite:
    Q = np.array([[1.0, 0.0], [0.5, 0.5], [0.25, 0.75]])
    FINE = np.array([[0.9, 0.1], [0.5, 0.5], [0.25, 0.75]])

    @pytest.mark.parametrize("metric", ["delta", "delta_rel", "class.1.delta"])
    @pytest.mark.parametrize("level", ["", " @95%"])
    def test_of_the_candidate_fails(self, metric, level):
        rule = f"{metric} <= 9{level}"
        bad = gate(self.Q, [1, 0, 1], require=rule, baseline=self.FINE, eps=0)
        assert bad.outcome == "fail"
        back = gate(self.FINE, [1, 0, 1], require=rule, baseline=self.Q, eps=0)
        assert back.outcome == "inconclusive"
        assert back.comparison.detectable() is None
        assert back.comparison.correlation() is None


def test_losses_too_large_to_square():
    a = np.array([[1e300, 0.0], [0.0, 1.0], [1.0, 0.0]])
    result = gate(
        a, [1, 1, 0], require="delta <= 9 @95%", baseline=a[:, ::-1].copy(), scale="logits"
    )
    # It needs no interval to be above the limit.
    assert result.outcome == "fail"
    assert result.verdicts[0].reason == "a loss is too large"


def test_losses_of_any_size_have_intervals():
    # Squares of variances would over- or underflow: 200 logits apart, on both sides of a slice.
    q = np.array([[200.0, 0.0], [201.0, 0.0], [0.0, 199.0], [0.0, 202.0]] * 5)
    for labels in (np.array([0, 0, 1, 1] * 5), np.array([1, 1, 0, 0] * 5)):
        report = evaluate(q, labels, scale="logits", by={"g": np.arange(20) % 2})
        for item in report.slices()[0].slices:
            low, high = item.delta.interval(0.95)
            assert low < item.delta.value < high
    huge = evaluate(q * 1e98, np.array([1, 1, 0, 0] * 5), scale="logits")
    assert huge.overall.ci95[0] < huge.cross_entropy < huge.overall.ci95[1]


def test_levels_that_hold_for_several_looks():
    once = gate(B, Y, require="ce <= 9 @95%")
    ten = gate(B, Y, require=["ce <= 9 @95%", "ce <= 9"], looks=10)
    assert ten.verdicts[0].level == pytest.approx(0.995)
    assert ten.verdicts[0].interval[1] > once.verdicts[0].interval[1]
    assert (ten.verdicts[1].level, ten.looks) == (0.95, 10)
    assert from_dict(json.loads(json.dumps(to_dict(ten)))) == ten
    with pytest.raises(UsageError, match="looks"):
        gate(B, Y, require="ce <= 9", looks=0)


WEIGHTS = np.random.default_rng(5).uniform(0.1, 3, 40)
WEIGHTS[0] = 60
"""One outweighs the rest, which needs the fifth powers of weights."""


@pytest.mark.parametrize("exponent", [-210, -130, 20, 160])
@pytest.mark.parametrize("options", [{}, {"cluster": np.arange(40) // 3}])
def test_a_constant_factor_of_the_weights_changes_no_verdict(exponent, options):
    q, y = B[:40], Y[:40]
    rules = ["ce <= 1 @95%", "class.*.ce <= 2 @95%", "ne <= 2 @95%", "perplexity <= 3 @95%"]
    one = gate(q, y, require=rules, weight=WEIGHTS, **options)
    other = gate(q, y, require=rules, weight=WEIGHTS * 2.0**exponent, **options)
    for ours, theirs in zip(one.verdicts, other.verdicts, strict=True):
        assert ours.outcome == theirs.outcome
        assert ours.interval == pytest.approx(theirs.interval, rel=1e-9)


def test_weights_without_powers_are_refused():
    q, y = B[:40], Y[:40]
    for weight in (WEIGHTS * 1e-100, np.where(y == 0, 1e-100, WEIGHTS)):
        with pytest.raises(WeightError, match="too small"):
            gate(q, y, require="ce <= 1 @95%", weight=weight)


def test_too_large_is_above_every_limit():
    rules = ["perplexity <= 5", "perplexity <= 5 @95%"]
    logits = np.tile([[0.0, 2000.0]], (20, 1))
    found = gate(logits, np.zeros(20, int), require=rules, scale="logits", inconclusive="pass")
    assert [verdict.outcome for verdict in found.verdicts] == ["fail", "fail"]


def test_differences_near_the_largest_number():
    logits = np.random.default_rng(1).normal(size=(40, 2)) * 1e307
    rules = ["delta <= 1 @95%", "delta_rel <= 1 @95%", "class.*.delta <= 1 @95%"]
    found = gate(
        logits, np.arange(40) % 2, baseline=logits[::-1].copy(), require=rules, scale="logits"
    )
    assert {verdict.outcome for verdict in found.verdicts} <= {"fail", "inconclusive"}


def test_json_has_the_intervals_that_rules_are_judged_by():
    q, y, s = B[:40], Y[:40], np.arange(40) % 2
    overall = {"macro_ce": "macro_cross_entropy", "ne": "normalized_entropy"}
    names = ("macro_ce", "ne", "perplexity", "accuracy")
    parts = ("class.0.ce", "class.0.accuracy", "slice.s=1.ce", "slice.s=1.accuracy")
    rules = [f"{name} <= 1 @95%" for name in (*names, *parts)]
    result = gate(q, y, require=rules, by={"s": s}, min_n=0)
    data = to_dict(result)["report"]
    one, part = data["classes"][0], data["slices"][0]["slices"][1]
    said = [data["overall"]["intervals"][overall.get(name, name)] for name in names]
    said += [item[key] for item in (one, part) for key in ("ci95", "accuracy_ci95")]
    assert [tuple(ends) for ends in said] == [verdict.interval for verdict in result.verdicts]
    lone = to_dict(evaluate(q[:1], y[:1]))
    assert lone["overall"]["intervals"]["perplexity"] is None
    assert lone["undefined"]["overall.intervals.perplexity"] == "one row"
