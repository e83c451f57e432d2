"""Verdicts: three outcomes, corrected over classes, and nothing undefined ever passes."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from tests.by_hand import moments
from xent_cli import evaluate
from xent_cli.analysis.gate.metric_values import quantities
from xent_cli.analysis.gate.rules import parse_rule
from xent_cli.analysis.gate.verdicts import judge
from xent_cli.errors import RuleError
from xent_cli.numerics.mean_of_means import guarded_mean_of_means
from xent_cli.numerics.one_more_draw import guarded_loss
from xent_cli.schema.exit_codes import ExitCode

LOSSES = [0.1, 0.35, 0.22, 1.8, 0.05, 0.61, 0.44, 2.3, 0.15, 0.98]


def report_of(losses, classes=None, n_classes=2, **options):
    """A report on rows with these losses, of these classes."""
    labels = np.zeros(len(losses), int) if classes is None else np.asarray(classes)
    q = np.full((len(losses), n_classes), -50.0)
    q[np.arange(len(losses)), labels] = -np.asarray(losses)
    return evaluate(q, labels, scale="logprobs", row_sums="ignore", **options)


def outcome(report, text, **rest):
    return judge(report, [parse_rule(text)], **rest).outcome


class TestOneFigure:
    @pytest.mark.parametrize(
        ("text", "want"),
        [
            ("ce <= 0.71", "pass"),
            ("ce <= 0.69", "fail"),
            ("ce < 1.66 @95%", "pass"),
            ("ce <= 1.65 @95%", "inconclusive"),
            ("ce <= 0.27 @95%", "inconclusive"),
            ("ce <= 0.265 @95%", "fail"),
            ("ce >= 0.265 @95%", "pass"),
            ("ce > 1.66 @95%", "fail"),
            ("perplexity <= 2.02", "pass"),
            ("perplexity <= 5.25 @95%", "pass"),
            ("perplexity <= 5.24 @95%", "inconclusive"),
            ("n >= 10", "pass"),
            ("n > 10", "fail"),
            ("clipped <= 0", "pass"),
            ("accuracy >= 100%", "pass"),
            ("accuracy >= 60% @95%", "pass"),
            ("accuracy >= 75% @95%", "inconclusive"),
            ("macro_ce <= 0.71", "pass"),
            ("macro_ce <= 1.66 @95%", "pass"),
            ("class.0.ce <= 0.71", "pass"),
            ("class.0.accuracy >= 90%", "pass"),
            ("class.0.n >= 10", "pass"),
        ],
    )
    def test_outcome(self, text, want):
        assert outcome(report_of(LOSSES), text) == want

    def test_interval_value_and_margin(self):
        (verdict,) = judge(report_of(LOSSES), [parse_rule("ce <= 0.8 @90%")]).verdicts
        want = guarded_loss(moments(LOSSES), math.log(10) / 2).interval(0.9)
        assert verdict.interval == pytest.approx(want, rel=1e-10)
        assert verdict.value == pytest.approx(0.7)
        assert verdict.margin == pytest.approx(0.1)
        assert verdict.level == 0.9
        assert verdict.reason == "the limit is inside the interval"

    @given(st.floats(0, 2), st.sampled_from(["<=", "<", ">=", ">"]), st.floats(0.5, 0.999))
    def test_a_certain_verdict_agrees_with_the_point(self, limit, operator, level):
        report = report_of(LOSSES)
        sure = outcome(report, f"ce {operator} {limit!r} @{level!r}")
        assert sure in ("inconclusive", outcome(report, f"ce {operator} {limit!r}"))

    @given(st.floats(0, 2), st.floats(0.5, 0.99))
    def test_more_confidence_never_settles_more(self, limit, level):
        report = report_of(LOSSES)
        low, high = (outcome(report, f"ce <= {limit!r} @{x!r}") for x in (level, level + 0.009))
        assert high in ("inconclusive", low)

    def test_normalized(self):
        # With shares of one half each, the entropy of the shares is as good as known.
        (verdict,) = judge(report_of(LOSSES, [0, 1] * 5), [parse_rule("ne <= 2 @95%")]).verdicts
        want = guarded_loss(moments(LOSSES), math.log(10) / 2, scale=math.log(2)).interval(0.95)
        assert (verdict.value, *verdict.interval) == pytest.approx((0.7 / math.log(2), *want))

    def test_normalized_by_shares_that_are_estimated(self):
        labels = [0] * 40 + [1] * 10
        losses = np.random.default_rng(4).exponential(0.4, 50)
        surprise = [-math.log(0.8)] * 40 + [-math.log(0.2)] * 10
        ratio = moments([a / b for a, b in zip(losses, surprise, strict=True)], surprise)
        ratio = replace(ratio, powers=None)
        draw = (Fraction(math.fsum(surprise) / 50), Fraction(math.log(50) / 2))
        want = guarded_loss(ratio, 0.0, draw=draw).interval(0.95)
        for beside in ({}, {"cluster": np.arange(50)}):
            report = report_of(losses, labels, **beside)
            (verdict,) = judge(report, [parse_rule("ne <= 2 @95%")]).verdicts
            assert verdict.interval == pytest.approx(want, rel=1e-9)

    def test_macro_error_is_welchs(self):
        classes = [0, 1, 0, 1, 0, 1, 0, 0, 0, 0]
        groups = [np.array(LOSSES)[np.array(classes) == c] for c in (0, 1)]
        rule = parse_rule("macro_ce <= 2 @95%")
        ((_, found),) = quantities(rule, report_of(LOSSES, classes), None)
        # (a + b) / 2 has the error of a - b, halved.
        test = scipy_stats.ttest_ind(groups[0], groups[1], equal_var=False)
        assert found.estimate.df == pytest.approx(test.df, rel=1e-9)
        assert found.estimate.se == pytest.approx(
            abs(np.mean(groups[0]) - np.mean(groups[1])) / abs(test.statistic) / 2, rel=1e-9
        )
        want = guarded_mean_of_means([moments(group) for group in groups]).interval(0.95)
        assert found.interval(0.95) == pytest.approx(want, rel=1e-9)


class TestNothingUndefinedPasses:
    @pytest.mark.parametrize("operator", ["<=", "<", ">=", ">"])
    def test_one_row(self, operator):
        assert outcome(report_of([0.3]), f"ce {operator} 0.5 @95%") == "inconclusive"

    def test_losses_that_do_not_vary(self):
        # No error, but one more row might cost more.
        result = judge(report_of([0.3] * 5), [parse_rule("ce <= 0.5 @95%")])
        assert result.outcome == "inconclusive"
        assert result.verdicts[0].interval == pytest.approx((0.0, 1.0712939545919682))
        assert outcome(report_of([0.3] * 5), "ce <= 1.08 @95%") == "pass"

    def test_two_rows_and_rows_that_hardly_vary_do_not_pass(self):
        assert outcome(report_of([0.1, 0.1001]), "ce <= 0.11 @95%") == "inconclusive"
        assert outcome(report_of([0.0] * 99 + [1e-9]), "ce <= 0.1 @95%") == "inconclusive"
        assert outcome(report_of([0.0] * 99 + [1e-9]), "ce <= 0.2 @95%") == "pass"

    @pytest.mark.parametrize(
        ("text", "want"),
        [
            ("ce <= 0.5", "fail"),
            ("ce <= 0.5 @95%", "fail"),
            ("ce >= 0.5", "inconclusive"),
            ("ce >= 0.5 @95%", "inconclusive"),
            ("perplexity <= 5", "fail"),
            ("perplexity <= 5 @95%", "fail"),
            ("perplexity >= 5", "inconclusive"),
            ("macro_ce <= 5", "fail"),
            ("ne <= 5", "fail"),
            ("class.1.ce <= 5", "pass"),
        ],
    )
    def test_an_infinite_loss(self, text, want):
        report = evaluate([[0.0, 1.0], [0.5, 0.5], [0.4, 0.6]], [0, 0, 1], eps=0)
        assert outcome(report, text) == want

    @pytest.mark.parametrize("metric", ["ce", "accuracy"])
    @pytest.mark.parametrize("level", ["", " @95%"])
    def test_an_empty_class(self, metric, level):
        (verdict,) = judge(
            report_of(LOSSES), [parse_rule(f"class.1.{metric} >= 0{level}")]
        ).verdicts
        assert (verdict.outcome, verdict.reason, verdict.value) == ("inconclusive", "no rows", None)
        assert verdict.margin is None

    def test_a_single_class_has_no_prior_entropy(self):
        assert outcome(report_of(LOSSES), "ne <= 9") == "inconclusive"

    def test_figures_without_an_interval_of_their_own(self):
        report = report_of(LOSSES, weight=np.arange(1, 11))
        assert outcome(report, "accuracy >= 10% @95%") == "inconclusive"
        assert outcome(report, "accuracy >= 10%") == "pass"
        clustered = report_of(LOSSES, cluster=list("aabbccddee"))
        assert outcome(clustered, "macro_ce <= 9 @95%") == "inconclusive"


class TestHolm:
    def test_sharper_than_bonferroni_and_not_than_nothing(self):
        rng = np.random.default_rng(2)
        classes = np.repeat(np.arange(4), 30)
        shift = np.array([0.0, 0.1, 0.2, 0.46])[classes]
        losses = rng.normal(1, 0.1, 120) + shift
        report = report_of(losses, classes, 4)
        texts = {
            v.class_name: v for v in judge(report, [parse_rule("class.*.ce <= 1.5 @95%")]).verdicts
        }
        levels = sorted(v.level for v in texts.values())
        assert levels == pytest.approx([0.95, 1 - 0.05 / 2, 1 - 0.05 / 3, 1 - 0.05 / 4])
        assert texts["3"].level == 0.95  # the last step of Holm's
        assert all("Holm over 4 classes" in v.reason for v in texts.values())

    def test_one_class_is_not_corrected(self):
        (verdict,) = judge(report_of(LOSSES), [parse_rule("class.0.ce <= 2 @95%")]).verdicts
        assert (verdict.level, verdict.reason) == (0.95, "")

    @settings(max_examples=20)
    @given(st.integers(0, 10**6), st.floats(0.8, 1.6), st.integers(2, 6))
    def test_verdicts_are_those_of_adjusted_p_values(self, seed, limit, k):
        from statsmodels.stats.multitest import multipletests

        rng = np.random.default_rng(seed)
        classes = np.repeat(np.arange(k), 8)
        losses = rng.uniform(0.9, 1.5, k)[classes] + rng.normal(0, 0.2, 8 * k)
        losses = np.maximum(losses, 0.01)
        verdicts = judge(
            report_of(losses, classes, k), [parse_rule(f"class.*.ce <= {limit!r} @95%")]
        ).verdicts
        bounds = [guarded_loss(moments(losses[classes == c]), math.log(8) / 2) for c in range(k)]
        below = [bool(np.mean(losses[classes == c]) <= limit) for c in range(k)]
        for name, side in (("pass", True), ("fail", False)):
            p = [
                b.p_value(limit) / 2 if is_below is side else 1.0
                for b, is_below in zip(bounds, below, strict=True)
            ]
            adjusted = multipletests(p, method="holm")[1]
            for verdict, value in zip(verdicts, adjusted, strict=True):
                if abs(value - 0.025) > 1e-9:
                    assert (verdict.outcome == name) == (value <= 0.025)

    def test_every_verdict_agrees_with_the_interval_shown(self):
        rng = np.random.default_rng(5)
        classes = np.repeat(np.arange(9), 20)
        losses = np.linspace(0.9, 1.5, 9)[classes] + rng.normal(0, 0.2, 180)
        result = judge(report_of(losses, classes, 9), [parse_rule("class.*.ce <= 1.2 @95%")])
        assert {v.outcome for v in result.verdicts} == {"pass", "fail", "inconclusive"}
        for verdict in result.verdicts:
            low, high = verdict.interval
            want = "pass" if high <= 1.2 else "fail" if low > 1.2 else "inconclusive"
            assert verdict.outcome == want

    def test_family_wise_errors(self):
        """Three classes at the limit, two far off: no wrong verdict too often."""
        rng = np.random.default_rng(17)
        k, n, wrong_pass, wrong_fail = 5, 12, 0, 0
        classes = np.repeat(np.arange(k), n)
        true = np.array([1.0, 1.0, 1.0, 0.3, 3.0])
        rule = parse_rule("class.*.ce < 1 @90%")
        for _ in range(200):
            losses = np.abs(true[classes] + rng.normal(0, 0.2, k * n))
            report = report_of(losses, classes, k)
            outcomes = [v.outcome for v in judge(report, [rule]).verdicts][:3]
            wrong_pass += "pass" in outcomes
            wrong_fail += "fail" in outcomes
        slack = 3 * (0.05 * 0.95 * 200) ** 0.5
        assert wrong_pass <= 0.05 * 200 + slack
        assert wrong_fail <= 0.05 * 200 + slack
        assert wrong_pass > 0


class TestGate:
    def test_the_worst_verdict_counts(self):
        report = report_of(LOSSES)
        good, bad, open_ = (parse_rule(text) for text in ("ce <= 1", "ce <= 0.1", "ce <= 0.8 @95%"))
        assert judge(report, [good]).exit_code == ExitCode.OK
        assert judge(report, [good, open_]).exit_code == ExitCode.INCONCLUSIVE
        assert judge(report, [good, open_, bad]).exit_code == ExitCode.GATE_FAILED

    @pytest.mark.parametrize(("as_what", "code"), [("pass", 0), ("fail", 1), ("inconclusive", 3)])
    def test_inconclusive_counts_as_asked(self, as_what, code):
        rules = [parse_rule("ce <= 0.8 @95%")]
        result = judge(report_of(LOSSES), rules, inconclusive=as_what)
        assert (result.outcome, result.exit_code) == ("inconclusive", code)

    def test_a_difference_needs_a_baseline(self):
        with pytest.raises(RuleError, match="needs a baseline. Give it with baseline"):
            judge(report_of(LOSSES), [parse_rule("delta <= 0")])
