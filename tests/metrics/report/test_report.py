"""Reports: what they warn of, that JSON keeps them whole, and that edited ones are refused."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

from xent_cli import Report, __version__, evaluate, merge
from xent_cli.analysis.gate.rules import parse_rule
from xent_cli.analysis.gate.verdicts import judge
from xent_cli.errors import NothingLeftError, ReportError
from xent_cli.metrics.report.report import finalize
from xent_cli.metrics.tally.tally import Tally
from xent_cli.metrics.tally.third_powers import THIRD_POWERS
from xent_cli.numerics.estimates import Estimate

Q = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.5, 0.25, 0.25]]
Y = [0, 1, 2, 1]


def warning_of(report, code: str) -> str:
    (found,) = [notice.message for notice in report.warnings if notice.code == code]
    return found


class TestReport:
    def test_attributes(self):
        report = evaluate(Q, Y)
        assert report.n == 4
        assert report.cross_entropy == report.overall.cross_entropy
        assert report.classes == report.figures.classes
        assert report.warnings == ()
        assert report.mode_reason == "3 prediction columns, one column of integer labels"
        assert report.signature == report.tally.spec.signature(__version__)

    def test_frame(self):
        frame = evaluate(Q, Y).to_frame()
        assert list(frame.index) == ["0", "1", "2"]
        assert frame.loc["1", "n"] == 2
        assert frame.loc["1", "cross_entropy"] == pytest.approx(
            -(math.log(0.8) + math.log(0.25)) / 2
        )

    def test_inputs(self):
        preds, labels = evaluate(Q, Y).inputs
        assert (preds.role, preds.rows, preds.format) == ("preds", 4, "array")
        assert (labels.role, labels.rows) == ("labels", 4)


class TestNothingLeft:
    def test_no_rows(self, spec_of):
        with pytest.raises(NothingLeftError, match=r"No row is left .*\(0 ignored.*0 dropped"):
            finalize(Tally.zero(spec_of("sparse")))

    def test_all_ignored(self):
        with pytest.raises(NothingLeftError, match=r"No row is left to evaluate .*4 ignored"):
            evaluate(Q, [-1] * 4, ignore_label=-1)

    def test_all_invalid(self):
        with pytest.raises(NothingLeftError, match="2 dropped as invalid"):
            evaluate([[math.nan, 0.5]] * 2, [0, 1], invalid="drop")

    def test_no_weight(self):
        with pytest.raises(NothingLeftError, match="All 4 rows have weight 0"):
            evaluate(Q, Y, weight=[0, 0, 0, 0])

    def test_only_classes_of_weight_zero(self):
        with pytest.raises(NothingLeftError, match="All 2 rows have weight 0"):
            evaluate(Q[:2], [0, 0], class_weights=[0, 1, 1])


class TestWarnings:
    def test_row_sums(self):
        report = evaluate([[0.5, 0.5], [0.5, 0.505], [0.25, 0.75]], [0, 1, 1])
        assert warning_of(report, "row-sums") == (
            "Predictions do not sum to 1 in 1 row (33.33%); the worst sum is 1.005, in preds, "
            "row 2."
        )

    def test_label_sums(self):
        report = evaluate([[0.5, 0.5]] * 2, [[0.5, 0.5], [0.5, 0.495]])
        text = warning_of(report, "label-sums")
        assert text.startswith("Labels do not sum to 1 in 1 row (50.00%); the worst sum is 0.995,")
        assert text.endswith("in labels, row 2.")

    def test_clipped(self):
        report = evaluate([[0.0, 1.0], [0.5, 0.5], [0.0, 1.0]], [0, 1, 0])
        text = warning_of(report, "clipped")
        assert text.startswith("2 rows (66.67%) gave the true class a probability below eps")
        assert text.endswith("clipped to 36.04 nats; together they are 99.0% of the loss.")

    def test_clipped_without_weight_has_no_share(self):
        report = evaluate([[0.0, 1.0], [1.0, 0.0]], [0, 0], weight=[0, 1])
        assert warning_of(report, "clipped").endswith("clipped to 36.04 nats.")

    def test_infinite(self):
        report = evaluate([[0.0, 1.0], [0.5, 0.5]], [0, 1], eps=0)
        assert warning_of(report, "infinite") == (
            "1 row (50.00%) gave the true class probability 0, so the loss is infinite."
        )
        assert [notice.code for notice in report.warnings] == ["infinite"]

    def test_dropped(self):
        report = evaluate([[math.nan, 0.5], [0.5, 0.5]], [0, 1], invalid="drop")
        assert warning_of(report, "invalid") == "1 row with missing values dropped."
        assert (report.n, report.tally.n_invalid) == (1, 1)

    def test_smoothing(self):
        assert "not a proper score" in warning_of(evaluate(Q, Y, label_smoothing=0.1), "smoothing")


ROUND_TRIPS = {
    "plain": {},
    "warnings": {"preds": [[0.0, 1.004], [0.5, 0.5]], "labels": [0, 1]},
    "infinite": {"preds": [[0.0, 1.0], [0.5, 0.5]], "labels": [0, 1], "eps": 0.0},
    "weights": {"weight": [1, 2, 3, 0.1], "class_weights": "balanced"},
    "soft": {"labels": [[0.5, 0.25, 0.25]] * 4, "base": "2"},
    "multi-label": {"labels": [[1, 1, 0]] * 4, "mode": "binary"},
    "ignored": {"labels": [0, -100, 2, 1], "ignore_label": -100, "label_smoothing": 0.1},
}


class TestJson:
    @pytest.mark.parametrize("case", ROUND_TRIPS)
    def test_round_trip(self, case):
        report = evaluate(**({"preds": Q, "labels": Y} | ROUND_TRIPS[case]))
        text = json.dumps(report.to_dict(), allow_nan=False)
        back = Report.from_dict(json.loads(text))
        assert back == report
        assert json.dumps(back.to_dict(), allow_nan=False) == text

    def test_head(self):
        data = evaluate(Q, [0, -100, 2, 1], ignore_label=-100).to_dict()
        assert (data["format"], data["format_version"]) == ("xent.report", 1)
        assert (data["mode"], data["unit"], data["n"], data["n_ignored"]) == (
            "sparse",
            "nats",
            3,
            1,
        )
        assert data["n_invalid"] == data["n_clipped"] == 0
        assert data["clipped_share"] == 0.0
        assert data["weight_sum"] == 3.0
        assert data["signature"].startswith("xent|mode:sparse|from:probs|k:3|")
        assert len(data["overall"]["ci95"]) == 2

    @pytest.mark.parametrize("value", [{}, {"format": "other"}, [], "text", None, 3])
    def test_no_report(self, value):
        with pytest.raises(ReportError, match="This is not a report that xent saved"):
            Report.from_dict(value)

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_another_version(self, version):
        data = evaluate(Q, Y).to_dict() | {"format_version": version}
        with pytest.raises(
            ReportError, match=rf"format version {version!r}, but this xent reads version 1"
        ):
            Report.from_dict(data)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("overall", "cross_entropy"), 0.5),
            (("overall", "cross_entropy"), None),
            (("overall", "accuracy"), 1.0),
            (("overall", "se"), 0.0),
            (("overall", "label_entropy"), 0.1),
            (("overall", "ci95", 0), 0.1),
            (("overall", "ci95"), None),
            (("classes", 1, "n"), 3),
            (("classes", 1, "name"), "cat"),
            (("classes", 0, "cross_entropy"), 0.1),
            (("classes",), []),
            (("overall",), None),
            (("overall",), {}),
            (("n",), 5),
            (("n_ignored",), 1),
            (("n_clipped",), 1),
            (("unit",), "bits"),
            (("mode",), "binary"),
            (("tally", "sums", "loss", 3), "1p0"),
            (("tally", "n", 3), 3),
            (("tally", "spec", "unit"), "bits"),
        ],
    )
    def test_edited(self, path, value):
        data = json.loads(json.dumps(evaluate(Q, Y).to_dict()))
        assert Report.from_dict(data).n == 4
        place = data
        for key in path[:-1]:
            place = place[key]
        assert place[path[-1]] != value
        place[path[-1]] = value
        with pytest.raises(ReportError, match="It was edited|is damaged"):
            Report.from_dict(data)

    def test_the_last_digit_of_another_machine_is_no_edit(self):
        data = evaluate(Q, Y).to_dict()
        data["overall"]["perplexity"] *= 1 + 2**-50
        assert Report.from_dict(data).n == 4

    def test_an_error_that_is_within_rounding_now_was_known_before(self):
        data = evaluate([[0.5, 0.5]] * 3, [0, 1, 0]).to_dict()
        assert data["overall"]["se"] is None
        for name in (*THIRD_POWERS, "drawn", "zeros"):
            data["tally"]["sums"].pop(name, None)
        data["overall"] |= {"se": 1e-17, "ci95": [0.69, 0.7]}
        assert Report.from_dict(data).figures.overall.se is None

    @pytest.mark.parametrize(
        "damage",
        [
            {"tally": {}},
            {"tally": None},
            {"warnings": [{"kode": "x"}]},
            {"inputs": [{}]},
            {"notes": None},
        ],
    )
    def test_damaged(self, damage):
        with pytest.raises(ReportError, match="damaged"):
            Report.from_dict(evaluate(Q, Y).to_dict() | damage)

    def test_a_sum_beyond_all_floats(self):
        data = evaluate(Q, Y).to_dict()
        data["tally"]["sums"]["loss"][3] = "1p5000"
        with pytest.raises(ReportError, match="damaged"):
            Report.from_dict(data)

    def test_a_missing_part(self):
        for key in ("n", "unit", "overall", "mode_reason", "tally", "inputs"):
            data = evaluate(Q, Y).to_dict()
            del data[key]
            with pytest.raises(ReportError, match=f"damaged .*{key}"):
                Report.from_dict(data)

    def test_a_saved_report_of_nothing(self, spec_of):
        data = evaluate(Q, Y).to_dict()
        data["tally"] = Tally.zero(spec_of("sparse", 3)).to_dict()
        with pytest.raises(ReportError, match="damaged .*No row is left"):
            Report.from_dict(data)

    def test_numbers_of_numpy_do_not_leak(self):
        report = evaluate(np.array(Q, np.float32), np.array(Y, np.int8), row_sums="ignore")
        assert json.loads(json.dumps(report.to_dict()))["n"] == 4


def test_an_interval_that_is_wide_for_what_rows_did_not_show_says_so():
    rng = np.random.default_rng(1)
    q = rng.uniform(0.9, 0.99, 400)
    report = evaluate(np.column_stack([q, 1 - q]), np.zeros(400, int))
    echo, notice = report.warnings
    assert (echo.code, notice.code) == ("labels-predicted", "few-rows")
    assert "a rare row with a loss of 3 nats, which 400 rows may have missed" in notice.message
    needed = int(re.search(r"About ([\d,]+) rows", notice.message)[1].replace(",", ""))
    # So many rows of the same kind have an interval half as wide.
    more = np.resize(q, needed)
    wide, half = (
        report.overall.ci95[1] - report.cross_entropy
        for report in (report, evaluate(np.column_stack([more, 1 - more]), np.zeros(needed, int)))
    )
    assert half == pytest.approx(wide / 2, rel=0.06)
    # Losses that vary as much as those of a model that is often wrong speak for themselves.
    often = rng.uniform(0.05, 0.99, 400)
    assert evaluate(np.column_stack([often, 1 - often]), np.zeros(400, int)).warnings == ()


class TestWithoutThirdPowers:
    """A report that xent 0.1 saved: figures load, intervals are Student's t, and it says so."""

    @staticmethod
    def old(report):
        data = json.loads(json.dumps(report.to_dict()))
        for name in (*THIRD_POWERS, "drawn", "zeros"):
            data["tally"]["sums"].pop(name, None)
        for row in data["classes"]:
            del row["ci95"]
        mean, se = report.cross_entropy, report.overall.se
        data["overall"]["ci95"] = list(Estimate(mean, se, report.n - 1).interval(0.95))
        data["warnings"] = [{"code": "few-rows", "message": "Its interval was too narrow."}]
        return data

    def test_loads_and_falls_back(self):
        rng = np.random.default_rng(3)
        report = evaluate(rng.dirichlet(np.ones(3), 60), rng.integers(0, 3, 60))
        loaded = Report.from_dict(self.old(report))
        assert loaded.overall.se == report.overall.se
        want = Estimate(report.cross_entropy, report.overall.se, 59).interval(0.95)
        assert loaded.overall.ci95 == pytest.approx(want)
        assert [notice.code for notice in loaded.warnings] == ["old-report"]
        again = Report.from_dict(json.loads(json.dumps(loaded.to_dict())))
        assert again.warnings == loaded.warnings
        assert [notice.code for notice in merge([loaded, report]).warnings] == ["old-report"]
        (verdict,) = judge(loaded, [parse_rule("ce <= 9 @95%")]).verdicts
        assert verdict.interval == loaded.overall.ci95

    def test_its_other_figures_are_still_checked(self):
        data = self.old(evaluate([[0.5, 0.5], [0.2, 0.8], [0.9, 0.1]], [0, 1, 1]))
        data["overall"]["cross_entropy"] += 0.1
        with pytest.raises(ReportError, match="edited"):
            Report.from_dict(data)
