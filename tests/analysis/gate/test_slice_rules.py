"""Rules about slices: how they are read, which slices they mean, and what becomes of small ones."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli import evaluate, gate, to_dict
from xent_cli.analysis.gate.rules import parse_rule
from xent_cli.analysis.gate.verdicts import judge
from xent_cli.errors import RuleError, UsageError

RNG = np.random.default_rng(5)
N = 400
Q = RNG.dirichlet(np.ones(3), N)
LABELS = RNG.integers(0, 3, N)
COUNTRY = np.array(["KR"] * 200 + ["US"] * 150 + ["St. John > 3, a=b"] * 40 + ["FR"] * 10)
BY = {"country": COUNTRY}


@pytest.mark.parametrize(
    ("text", "name", "metric", "pattern"),
    [
        ("slice.country=KR.ce <= 0.5", "country=KR", "ce", False),
        ("slice.country.*.ce <= 0.6 @95%", "country.*", "ce", True),
        ("slice.country=K*.delta<=0.01", "country=K*", "delta", True),
        ("slice.age=[18, 25.5).accuracy >= 90%", "age=[18, 25.5)", "accuracy", False),
        ("slice.a=x,b=y.n >= 3", "a=x,b=y", "n", False),
        ("slice.country=a <= b.ce <= 1", "country=a <= b", "ce", False),
        ("slice.'country=*'.ce <= 1", "country=*", "ce", False),
    ],
)
def test_read(text, name, metric, pattern):
    rule = parse_rule(text)
    assert (rule.slice_name, rule.class_name) == (name, None)
    assert (rule.metric, rule.is_pattern) == (metric, pattern)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slice.country=KR.ece <= 1", "depends on the bins"),
        ("slice.ce <= 1", "names no slice"),
        ("slice <= 1", "no metric 'slice'"),
        ("slice.country=KR.ce", "has the operator ="),
        ("slice.country=KR.ce <= 1 <= 2", "two operators"),
        ("slice.country=KR.perplexity <= 1", "no metric 'perplexity' of a slice"),
        ("slice.country=KR.ce <= 5%", "ce is not a share"),
        ("slice.country=KR.n >= 5 @95%", "n is a count"),
    ],
)
def test_refused(text, fault):
    with pytest.raises(RuleError, match=fault):
        parse_rule(text)


@pytest.mark.parametrize(
    ("name", "slicings", "which"),
    [
        ("country.*", [["device"], ["country"]], 1),
        ("country=KR", [["country", "device"], ["country"]], 1),
        ("country=KR,device=x", [["country"], ["country", "device"]], 1),
        ("country,device.*", [["country"], ["country", "device"]], 1),
        ("country=KR, Inc.,device=x", [["country", "device"]], 0),
        ("a.b=1", [["a.b"]], 0),
    ],
)
def test_slicing_among(name, slicings, which):
    assert parse_rule(f"slice.{name}.ce <= 1").slicing_among(slicings) == which


def test_a_slicing_that_is_not_there_is_refused_before_reading():
    progress = []
    for rule, by, fault in (
        ("slice.country=KR.ce <= 1", (), 'Make them: by="country".'),
        ("slice.contry.*.ce <= 1", BY, "Did you mean country"),
        ("slice.a=1,b=2.ce <= 1", (), 'Make them: by="a,b".'),
    ):
        with pytest.raises(RuleError, match=fault):
            gate(Q, LABELS, require=rule, by=by, progress=lambda *n: progress.append(n))
    assert progress == []


def test_a_slice_that_is_not_there_is_refused():
    with pytest.raises(RuleError, match=r"no slice 'country=KA'. Did you mean country=KR"):
        gate(Q, LABELS, require="slice.country=KA.ce <= 1", by=BY)
    with pytest.raises(RuleError, match=r"no slice .country=X\*."):
        gate(Q, LABELS, require="slice.country=X*.ce <= 1", by=BY)


def test_figures_are_those_of_the_report():
    report = evaluate(Q, LABELS, by=BY)
    (table,) = report.slices()
    rules = [
        f"slice.{item.title}.{m} >= 0" for item in table.slices for m in ("ce", "accuracy", "n")
    ]
    result = judge(report, [parse_rule(rule) for rule in rules])
    values = [verdict.value for verdict in result.verdicts]
    assert values == [
        v for item in table.slices for v in (item.cross_entropy, item.accuracy, item.n)
    ]
    assert [v.slice_name for v in result.verdicts[::3]] == [item.title for item in table.slices]
    assert {v.class_name for v in result.verdicts} == {None}
    assert result.verdicts[0].interval == table.slices[0].ci95


def test_a_rule_over_all_slices_leaves_small_ones_out_and_says_so():
    result = gate(Q, LABELS, require="slice.country.*.ce <= 9 @95%", by=BY)
    assert [v.slice_name for v in result.verdicts] == [
        "country=KR",
        "country=St. John > 3, a=b",
        "country=US",
    ]
    assert {v.reason for v in result.verdicts} == {"Holm over 3 slices"}
    (notice,) = [n for n in result.warnings if n.code == "small-slices"]
    assert notice.message == (
        "slice.country.*.ce <= 9 @95%: 1 slice with fewer than 30 rows not judged. "
        "min_n=0 judges all slices."
    )
    all_of_them = gate(Q, LABELS, require="slice.country.*.ce <= 9 @95%", by=BY, min_n=0)
    assert len(all_of_them.verdicts) == 4
    assert not [n for n in all_of_them.warnings if n.code == "small-slices"]


def test_holm_is_over_the_slices_that_are_judged():
    report = evaluate(Q, LABELS, by=BY)
    limit = report.slices()[0].slices[1].ci95[1]  # KR, exactly at the end of its interval.
    alone = judge(report, [parse_rule(f"slice.country=KR.ce <= {limit!r} @95%")])
    several = judge(report, [parse_rule(f"slice.country.*.ce <= {limit!r} @95%")], min_n=30)
    assert alone.verdicts[0].outcome == "pass"
    levels = {v.slice_name: v.level for v in several.verdicts}
    assert levels["country=KR"] > 0.95
    assert max(levels.values()) == pytest.approx(1 - 0.05 / 3)


def test_rows_are_counted_whatever_their_number():
    result = gate(Q, LABELS, require="slice.country.*.n >= 30", by=BY)
    assert {v.slice_name: v.outcome for v in result.verdicts}["country=FR"] == "fail"


def test_a_small_slice_named_in_full_is_judged():
    result = gate(Q, LABELS, require="slice.country=FR.ce <= 9", by=BY)
    assert (result.outcome, len(result.verdicts)) == ("pass", 1)


def test_all_slices_too_small_is_inconclusive():
    result = gate(Q, LABELS, require="slice.country.*.ce <= 9", by=BY, min_n=1000)
    (verdict,) = result.verdicts
    assert (result.outcome, verdict.slice_name) == ("inconclusive", None)
    assert verdict.reason == "all slices have fewer than 1,000 rows"


def test_deltas_of_slices():
    better = 0.5 * Q + 0.5 * np.eye(3)[LABELS]
    result = gate(
        better,
        LABELS,
        baseline=Q,
        by=BY,
        require=["slice.country.*.delta <= 0 @95%", "slice.country=KR.delta <= 0.01", "delta <= 0"],
        aa=20,
    )
    assert result.outcome == "pass"
    assert result.false_alarms.rules == ("delta <= 0",)
    with pytest.raises(RuleError, match="needs a baseline"):
        gate(Q, LABELS, by=BY, require="slice.country.*.delta <= 0")
    with pytest.raises(UsageError, match="not about slices"):
        gate(better, LABELS, baseline=Q, by=BY, require="slice.country.*.delta <= 0", aa=5)


@pytest.mark.parametrize("rule", ["slice.g=a.ce <= 5", "slice.g=a.ce <= 5 @95%"])
def test_undefined_never_passes(rule):
    options = {"by": {"g": ["a", "b", "b"]}, "weight": [0, 1, 1]}
    result = gate([[0.5, 0.5]] * 3, [0, 1, 1], require=rule, **options)
    assert (result.outcome, result.verdicts[0].reason) == ("inconclusive", "no weight")


def test_infinite_fails():
    q = [[0.0, 1.0], [0.2, 0.8], [0.4, 0.6]]
    options = {"by": {"g": ["a", "b", "b"]}, "eps": 0.0}
    for rule in ("slice.g=a.ce <= 5", "slice.g.*.ce <= 5 @95%"):
        result = gate(q, [0, 1, 1], require=rule, min_n=0, **options)
        assert result.verdicts[0].outcome == "fail"


def test_clusters_and_weights_leave_accuracy_without_an_interval():
    result = gate(
        Q, LABELS, by=BY, cluster=np.arange(N) // 2, require="slice.country=KR.accuracy >= 0"
    )
    assert result.verdicts[0].interval is None
    plain = gate(Q, LABELS, by=BY, require="slice.country=KR.accuracy >= 0")
    mine = evaluate(Q[:200], LABELS[:200])
    assert plain.verdicts[0].value == mine.overall.accuracy
    assert plain.verdicts[0].interval is not None


def test_json_has_the_slice():
    data = to_dict(gate(Q, LABELS, require="slice.country=KR.ce <= 9", by=BY))
    assert (data["verdicts"][0]["slice"], data["verdicts"][0]["class"]) == ("country=KR", None)
