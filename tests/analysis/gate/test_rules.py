"""Rules: what is understood, and what is refused with the nearest name."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.analysis.gate.metrics import METRICS, PART_METRICS, WHOLE_METRICS
from xent_cli.analysis.gate.rules import parse_rule, parse_rules
from xent_cli.errors import RuleError


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("ce <= 0.35", ("ce", "<=", 0.35, None, None)),
        ("ce<=.35", ("ce", "<=", 0.35, None, None)),
        ("  ce  <  3.5e-1  ", ("ce", "<", 0.35, None, None)),
        ("accuracy >= 0.9", ("accuracy", ">=", 0.9, None, None)),
        ("accuracy >= 90%", ("accuracy", ">=", 0.9, None, None)),
        ("accuracy ≥ 90 %", ("accuracy", ">=", 0.9, None, None)),
        ("n > 1000", ("n", ">", 1000, None, None)),
        ("clipped <= 0", ("clipped", "<=", 0, None, None)),
        ("delta <= -0.01 @95%", ("delta", "<=", -0.01, 0.95, None)),
        ("delta_rel <= 2% @ 0.9", ("delta_rel", "<=", 0.02, 0.9, None)),
        ("ce <= 0.35@99.5 %", ("ce", "<=", 0.35, 0.995, None)),
        ("class.cat.ce <= 0.8", ("ce", "<=", 0.8, None, "cat")),
        ("class.St. John.ce <= 0.8", ("ce", "<=", 0.8, None, "St. John")),
        ("class.a <= b.ce <= 0.8", ("ce", "<=", 0.8, None, "a <= b")),
        ("class.a@b.delta <= 0.8 @95%", ("delta", "<=", 0.8, 0.95, "a@b")),
        ('class."a.b >= 1".n >= 8', ("n", ">=", 8, None, "a.b >= 1")),
        ("class.' '.ce < 1", ("ce", "<", 1, None, " ")),
        ("class.*.delta <= 0.05", ("delta", "<=", 0.05, None, "*")),
    ],
)
def test_understood(text, want):
    rule = parse_rule(text)
    assert (rule.metric, rule.operator, rule.limit, rule.level, rule.class_name) == want
    assert rule.text == text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "has no number to compare with"),
        ("ce", "has no number to compare with"),
        ("ce 0.35", "has no number to compare with"),
        ("ce <=", "has no number"),
        ("ce <= nan", "'nan' is not a number"),
        ("ce <= inf", "'inf' is not a number"),
        ("ce <= 1e999", "too large"),
        ("ce <= 1_0", "is not a number"),
        ("ce <= 0,35", "is not a number"),
        ("ce <= 0.35 0.4", "is not a number"),
        ("ce == 0.35", "has the operator =="),
        ("ce = 0.35", "has the operator ="),
        ("ce => 0.35", "has the operator =>"),
        ("ce != 0.35", "has the operator !="),
        ("0.1 <= ce <= 0.35", "two operators"),
        ("ce <= 0.3 <= 0.4", "two operators"),
        ("class.cat.ce <= 0.3 <= 0.4", "two operators"),
        ("<= 0.35", "names no metric"),
        ("cross_entropi <= 1", "no metric 'cross_entropi'"),
        ("acuracy >= 1", "Did you mean accuracy?"),
        ("cee <= 1", "Did you mean ce?"),
        ("ece <= 0.1", "ce measures calibration too"),
        ("class.cat.ECE <= 0.1", "ce measures calibration too"),
        ("class.cat.ne >= 1", "no metric 'ne' of a class"),
        ("class.cat.deltas <= 1", "Did you mean delta?"),
        ("class.ce <= 1", "names no class"),
        ("class..ce <= 1", "names no class"),
        ("ce <= 5%", "ce is not a share"),
        ("n >= 10 @95%", "n is a count and has no interval"),
        ("ce <= 1 @", "nothing is not a level"),
        ("ce <= 1 @95", "95 is not a level"),
        ("ce <= 1 @100%", "100% is not a level"),
        ("ce <= 1 @0", "0 is not a level"),
        ("ce <= 1 @high", "high is not a level"),
        ("ce <= 1 @95% @99%", "is not a level"),
    ],
)
def test_refused(text, fault):
    with pytest.raises(RuleError) as caught:
        parse_rule(text)
    assert fault in str(caught.value)
    assert caught.value.code == "rule"


def test_no_rules():
    with pytest.raises(RuleError, match="has no rule"):
        parse_rules([])
    assert len(parse_rules(["ce <= 1", "n > 2"])) == 2


NAMES = st.text(min_size=1).filter(
    lambda name: name == name.strip() and name[0] not in "\"'" and name != "*"
)


@given(NAMES, st.sampled_from(PART_METRICS), st.sampled_from(["<=", "<", ">=", ">"]))
def test_any_class_name_is_found_again(name, metric, operator):
    rule = parse_rule(f"class.{name}.{metric} {operator} 0.5")
    assert (rule.class_name, rule.metric, rule.operator) == (name, metric, operator)
    assert rule.classes_among(["x" + name, name]) == [1]


@given(st.text(min_size=1), st.sampled_from("\"'"))
def test_quoted_names_are_taken_letter_by_letter(name, quote):
    rule = parse_rule(f"class.{quote}{name}{quote}.ce <= 0.5")
    assert rule.class_name == name
    assert not rule.is_pattern


@given(st.sampled_from(WHOLE_METRICS), st.floats(-1e6, 1e6))
def test_numbers_are_read_to_the_last_bit(metric, limit):
    if metric in ("accuracy", "coverage") and limit > 1:
        with pytest.raises(RuleError, match="never above 1"):
            parse_rule(f"{metric} <= {limit!r}")
    else:
        assert parse_rule(f"{metric} <= {limit!r}").limit == limit


@pytest.mark.parametrize("text", ["accuracy >= 95", "class.a.accuracy >= 95 @95%"])
def test_shares_are_written_as_percentages(text):
    with pytest.raises(RuleError, match="Write 95%"):
        parse_rule(text)


class TestClasses:
    NAMES = ("cat", "dog", "a*b", "a.b")

    @pytest.mark.parametrize(
        ("pattern", "want"),
        [("*", [0, 1, 2, 3]), ("a*", [2, 3]), ("*.b", [3]), ("a*b", [2]), ("'a*b'", [2])],
    )
    def test_patterns(self, pattern, want):
        assert parse_rule(f"class.{pattern}.ce <= 1").classes_among(self.NAMES) == want

    def test_the_nearest_name(self):
        with pytest.raises(RuleError, match=r"no class 'cta'. Did you mean cat\?"):
            parse_rule("class.cta.ce <= 1").classes_among(self.NAMES)
        with pytest.raises(RuleError, match="Known: cat, dog, "):
            parse_rule("class.zzz*.ce <= 1").classes_among(self.NAMES)
        with pytest.raises(RuleError, match=r"no class '\*'"):
            parse_rule("class.'*'.ce <= 1").classes_among(self.NAMES)

    def test_no_class_at_all(self):
        assert parse_rule("ce <= 1").classes_among(self.NAMES) == []


@pytest.mark.parametrize(
    ("text", "at", "above", "below"),
    [
        ("ce <= 1", True, False, True),
        ("ce < 1", False, False, True),
        ("ce >= 1", True, True, False),
        ("ce > 1", False, True, False),
    ],
)
def test_holds_and_margin(text, at, above, below):
    rule = parse_rule(text)
    assert (rule.holds(1.0), rule.holds(1.5), rule.holds(0.5)) == (at, above, below)
    assert not rule.holds(math.nan)
    assert rule.margin(1.5) == (0.5 if above else -0.5)


def test_a_class_that_is_called_like_a_pattern_is_one_of_those_it_matches():
    names = ("*", "good", "bad")
    assert parse_rule("class.*.ce <= 1").classes_among(names) == [0, 1, 2]
    assert parse_rule("class.'*'.ce <= 1").classes_among(names) == [0]


def test_every_metric_is_in_the_documents_and_in_the_schema():
    root = Path(__file__).parents[3]
    said = (root / "docs/ci.md").read_text()
    assert all(f"`{name}`" in said or f"`.{name}`" in said for name in METRICS)
    schema = json.loads((root / "xent_cli/schema/json/gate.schema.json").read_text())
    assert schema["properties"]["verdicts"]["items"]["properties"]["metric"]["enum"] == list(
        METRICS
    )
