"""Rules about calibration: the figures of `calibrate`, judged by `gate`."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from xent_cli import calibrate, gate, load, to_dict
from xent_cli.errors import RuleError, UsageError

SPARSE = Path(__file__).parents[3] / "sample_data" / "sparse"
PREDS, OTHER, LABELS = (str(SPARSE / f"{n}.csv") for n in ("baseline", "candidate", "labels"))
RULES = [
    "recoverable <= 0.01 @95%",
    "gap >= -0.03 @95%",
    "temperature >= 0.9 @95%",
    "temperature <= 1.1",
    "class.*.share_gap <= 1% @95%",
]


@pytest.mark.parametrize("baseline", [None, OTHER])
def test_the_figures_are_those_of_calibrate(baseline: str | None, tmp_path: Path) -> None:
    found = calibrate(PREDS, LABELS)
    result = gate(PREDS, LABELS, require=RULES, baseline=baseline)
    gain, gap, cold, point, *shares = result.verdicts
    assert (gain.value, gain.interval) == (found.recoverable.value, found.recoverable.interval)
    assert (gap.value, gap.interval) == (found.gap.value, found.gap.interval(0.95))
    assert (cold.value, cold.interval) == (found.temperature.value, found.temperature.interval)
    assert [v.value for v in shares] == [each.gap.value for each in found.shares.classes]
    assert [v.outcome for v in (gain, gap, cold, point)] == [
        "pass",
        "inconclusive",
        "inconclusive",
        "pass",
    ]
    # Ten classes at once: the smallest p-value is judged at a tenth of 5 %.
    assert shares[0].level == pytest.approx(0.995)
    assert result.report == found.report
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(to_dict(result)))
    assert to_dict(load(path)) == to_dict(result)


def test_a_saved_verdict_is_that_of_the_saved_figures(tmp_path: Path) -> None:
    data = to_dict(gate(PREDS, LABELS, require="temperature <= 0.85"))
    data["verdicts"][0]["value"] = 0.5
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(data))
    with pytest.raises(Exception, match="the value is not that of the report"):
        load(path)


@pytest.mark.parametrize("level", ["", " @95%"])
@pytest.mark.parametrize(
    ("preds", "labels", "rule"),
    [
        # Every row is right: T falls to 0, and there is no lowest loss.
        ([[0.6, 0.4], [0.3, 0.7]], [0, 1], "temperature <= 2"),
        ([[0.6, 0.4], [0.3, 0.7]], [0, 1], "recoverable <= 2"),
        # Without one of its rows there is no best temperature.
        ([0.9, 0.2, 0.6, 0.05, 0.7, 0.99], [1, 0, 1, 0, 0, 1], "recoverable <= 2"),
        # Worse than uniform: T is infinite.
        ([[0.9, 0.1], [0.2, 0.8]], [1, 0], "temperature >= 0.1"),
    ],
)
def test_what_there_is_not_never_passes(
    preds: object, labels: object, rule: str, level: str
) -> None:
    (verdict,) = gate(preds, labels, require=rule + level).verdicts
    assert verdict.outcome == "inconclusive"
    assert verdict.reason


def test_an_infinite_gap_fails() -> None:
    q = [[-math.inf, 0.0], [0.0, -math.inf]]
    (verdict,) = gate(q, [0, 0], scale="logprobs", require="gap <= 9 @95%").verdicts
    assert verdict.outcome == "fail"


def test_class_weights_and_looks() -> None:
    options = {"class_weights": "balanced"}
    found = calibrate(OTHER, LABELS, **options)
    (verdict,) = gate(OTHER, LABELS, require="recoverable <= 9 @95%", looks=2, **options).verdicts
    assert verdict.interval == found.recoverable.interval_at(0.975)
    assert np.isclose(verdict.level, 0.975)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("share_gap <= 1%", r"class\.\*\.share_gap"),
        ("class.3.temperature <= 2", "no metric 'temperature' of a class"),
        ("slice.a=b.share_gap <= 2", "no metric 'share_gap' of a slice"),
        ("temperature <= 2%", "not a share"),
        ("class.tree.share_gap <= 2%", "no class 'tree'"),
        ("ece <= 0.1", "bins"),
    ],
)
def test_refusals(rule: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        gate(PREDS, LABELS, require=rule)


def test_smoothing_is_refused() -> None:
    with pytest.raises(UsageError, match="label_smoothing"):
        gate(PREDS, LABELS, require="gap <= 1", label_smoothing=0.1)
