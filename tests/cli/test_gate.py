"""xent gate: exit codes, documents, configuration."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import xent_cli
from xent_cli.render.dispatch import FORMATS, render
from xent_cli.render.github import MOST_BYTES, render_github, render_summary
from xent_cli.render.view import View

from .conftest import Xent

SAMPLES = Path(__file__).parents[2] / "sample_data"
SPARSE, BINARY = SAMPLES / "sparse", SAMPLES / "binary"
PAIRED = (SPARSE / "candidate.csv", SPARSE / "labels.csv", "--baseline", SPARSE / "baseline.csv")
ALONE = (BINARY / "baseline.csv", BINARY / "labels.csv")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*ALONE, "--require", "ce <= 0.27 @95%"), 0),
        ((*PAIRED, "--require", "delta <= 0 @95%"), 1),
        (
            (
                *(BINARY / "candidate.csv", BINARY / "labels.csv"),
                *("--baseline", BINARY / "baseline.csv", "--require", "delta <= 0.1 @95%"),
            ),
            3,
        ),
        ((*ALONE, "--baseline", ALONE[0], "--require", "delta <= 0"), 2),
    ],
)
def test_the_four_outcomes_on_the_sample(
    xent: Xent, arguments: tuple[object, ...], code: int
) -> None:
    result = xent("gate", *arguments)
    assert result.code == code
    word = {0: "gate: pass", 1: "gate: FAIL", 3: "gate: inconclusive"}.get(code)
    if word is None:
        assert (result.out, "[same-input]" in result.err) == ("", True)
    else:
        assert result.out.startswith(word)
        assert result.err == ""


@pytest.mark.parametrize(("option", "code"), [((), 3), (("pass",), 0), (("fail",), 1)])
def test_inconclusive_is_mapped(xent: Xent, option: tuple[str, ...], code: int) -> None:
    said = ("--inconclusive", *option) if option else ()
    result = xent("gate", *ALONE, "--require", "ce <= 0.08 @95%", *said)
    assert result.code == code
    assert ("counted as" in result.out) == bool(option)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ((), "The gate has no rule"),
        (("--require", "ce <= nan"), "'nan' is not a number"),
        (("--require", "cee <= 1"), "Did you mean ce?"),
        (("--require", "class.x.ce <= 1"), "no class 'x'"),
        (("--require", "delta <= 1"), "Give it with --baseline"),
    ],
)
def test_rules_that_cannot_be_judged(xent: Xent, rules: tuple[str, ...], told: str) -> None:
    result = xent("gate", *ALONE, *rules)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert "[rule]" in result.err


class TestConfiguration:
    def test_rules_from_pyproject(self, xent: Xent, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text(
            '[tool.xent]\nbase = "2"\n[tool.xent.gate]\nrequire = ["ce <= 0.01", "n >= 2"]\n'
        )
        result = xent("gate", *ALONE)
        assert result.code == 1
        assert "unit:bits" in result.out
        assert xent("gate", *ALONE, "--require", "n >= 2").code == 0
        assert xent("gate", *ALONE, "--no-config").code == 2
        assert xent("eval", *ALONE, "-f", "total").code == 0

    def test_a_single_rule_in_xent_toml(self, xent: Xent, tmp_path: Path) -> None:
        (tmp_path / "xent.toml").write_text('[gate]\nrequire = "n >= 2"\ninconclusive = "fail"\n')
        assert xent("gate", *ALONE).code == 0

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[gate]\nrequired = []\n", "Did you mean require?"),
            ("gate = 3\n", "gate must be a table"),
            ("[evil]\nmode = 'binary'\n", "no option 'evil'"),
            ("mod = 'x'\n", "Did you mean mode?"),
        ],
    )
    def test_mistakes(self, xent: Xent, tmp_path: Path, text: str, told: str) -> None:
        (tmp_path / "xent.toml").write_text(text)
        result = xent("gate", *ALONE, "--require", "n >= 2")
        assert (result.code, result.out) == (2, "")
        assert told in result.err


class TestDocuments:
    RULES = ("--require", "class.*.delta <= 0.5 @95%", "--require", "delta <= 0 @95%")

    def test_json_is_as_its_schema_says(self, xent: Xent) -> None:
        schemas = Path(xent_cli.__file__).parent / "schema" / "json"
        schema = json.loads((schemas / "gate.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        for arguments in ((*PAIRED, *self.RULES), (*ALONE, "--require", "ce <= 0.08 @95%")):
            data = json.loads(xent("gate", *arguments, "-f", "json").out)
            jsonschema.validate(data, schema)
            report = json.loads((schemas / "report.schema.json").read_text())
            jsonschema.validate(data["report"], report)
        assert data["outcome"] == "inconclusive"
        assert data["exit_code"] == 3

    def test_junit(self, xent: Xent) -> None:
        result = xent("gate", *PAIRED, *self.RULES, "-f", "junit")
        suite = ET.fromstring(result.out).find("testsuite")
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases)) == "11"
        kinds = [
            case.find("failure").get("type") for case in cases if case.find("failure") is not None
        ]
        assert set(kinds) == {"fail", "inconclusive"}
        assert suite.get("failures") == str(len(kinds))
        lenient = xent(
            "gate", *ALONE, "--require", "ce <= 0.08 @95%", "--inconclusive", "pass", "-f", "junit"
        )
        assert ET.fromstring(lenient.out).find("testsuite").get("skipped") == "1"

    def test_github(self, xent: Xent, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        summary.write_text("before\n")
        env = {"GITHUB_STEP_SUMMARY": str(summary)}
        result = xent("gate", *PAIRED, *self.RULES, "-f", "github", env=env)
        assert result.code == 1
        lines = result.out.splitlines()
        start = "::error title=delta <= 0 @95%25::fail: delta is 0.3826 (95%25 interval 0.2939 to "
        assert lines[0].startswith(start)
        assert sum(line.startswith("::warning ") for line in lines) == 6
        assert lines[-1].startswith("::notice title=xent gate::gate: FAIL")
        assert "::warning title=xent gate (clipped)::8 rows (0.45%25) gave the true" in result.out
        assert lines[-1].endswith("baseline.csv")
        assert lines[-3].startswith("::notice title=xent gate (columns)::preds: p_0 to p_9 of ")
        assert "::baseline: preds: p_0 to p_9 of " in lines[-2]
        text = summary.read_text()
        assert text.startswith("before\n**gate: FAIL")
        assert "| <code>delta @95%</code> | 0.3826 |" in text

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("nope.csv", "--require", "ce <= 1"), "missing-file"),
            ((*ALONE, "--require", "ce <= x"), "rule"),
            ((*ALONE, "--requir", "ce <= 1"), "usage"),
            ((*ALONE, "--require", "ce <= 1", "--jobs", "many"), "usage"),
            (("--require", "ce <= 1", "--debug", "--", "nope.csv"), "missing-file"),
        ],
    )
    def test_what_stops_a_gate_reaches_ci(
        self, xent: Xent, tmp_path: Path, arguments: tuple[str, ...], code: str
    ) -> None:
        junit, summary = tmp_path / "gate.xml", tmp_path / "summary.md"
        junit.write_text(xent("gate", *ALONE, "--require", "n > 1", "-f", "junit").out)
        result = xent(
            "gate", "-f", "github", "--output", f"junit:{junit}", *arguments,
            env={"GITHUB_STEP_SUMMARY": str(summary)},
        )  # fmt: skip
        assert result.code == 2
        assert re.fullmatch(rf"::error title=xent gate \({code}\)::.*\n", result.out)
        assert f"[{code}]" in result.err
        assert "could not be judged" in summary.read_text()
        suite = ET.parse(junit).find("testsuite")
        assert (suite.get("errors"), suite.get("tests"), suite.get("failures")) == ("1", "1", "0")
        assert suite.find("testcase/error").get("type") == code
        again = xent("gate", "-f", "junit", *arguments)
        assert ET.fromstring(again.out).find("testsuite/testcase/error").get("type") == code

    def test_a_page_and_a_suite_of_an_earlier_run_are_replaced(
        self, xent: Xent, tmp_path: Path
    ) -> None:
        names = [tmp_path / "gate.html", tmp_path / "gate.xml"]
        outputs = [part for name in names for part in ("-o", str(name))]
        assert xent("gate", *ALONE, "--require", "n > 1", *outputs).code == 0
        page, suite = (name.read_text() for name in names)
        assert ("✓ PASS" in page, 'failures="0"' in suite) == (True, True)
        assert xent("gate", "no<b>pe.csv", "--require", "n > 1", *outputs).code == 2
        page, suite = (name.read_text() for name in names)
        assert "<title>! ERROR There is no file no&lt;b&gt;pe.csv" in page
        assert ("PASS" in page, 'errors="1"' in suite) == (False, True)
        with pytest.raises(xent_cli.ReportError, match="without a saved result"):
            xent_cli.load(names[0])
        baseline = tmp_path / "baseline.html"
        xent("eval", *ALONE, "-o", str(baseline))
        saved = baseline.read_text()
        for rule in ("delta <= 0", "delta <= x"):
            used = ("--baseline", str(baseline), "--require", rule, "-o", str(baseline))
            assert xent("gate", *ALONE, *used).code == 2
            assert baseline.read_text() == saved
        other = tmp_path / "other.html"
        other.write_text("<!doctype html><p>of somebody else")
        xent("gate", "nope.csv", "--require", "n > 1", "-o", str(other))
        assert other.read_text().endswith("somebody else")

    @pytest.mark.parametrize("spelling", ["junit:{}", "-ojunit:{}", "--output=junit:{}"])
    def test_no_failure_is_written_over_anything_else(
        self, xent: Xent, tmp_path: Path, spelling: str
    ) -> None:
        labels = tmp_path / "labels.csv"
        labels.write_bytes(Path(ALONE[1]).read_bytes())
        said = spelling.format(labels)
        option = [said] if said.startswith("-") else ["-o", said]
        for rule in ("ce <= x", "ce <= 1"):
            result = xent("gate", ALONE[0], str(labels), "--require", rule, *option)
            assert result.code == 2
            assert labels.read_bytes() == Path(ALONE[1]).read_bytes()

    def test_a_configured_format_is_heeded(self, xent: Xent, tmp_path: Path) -> None:
        (tmp_path / "xent.toml").write_text("[gate]\nformat = 'github'\n")
        assert xent("gate", "nope.csv", "--require", "ce <= 1").out.startswith("::error ")
        passed = xent("gate", *ALONE, "--require", "n > 1").out
        assert "::notice title=xent gate (config)::" in passed
        junit = xent("gate", *ALONE, "--require", "n > 1", "-f", "junit").out
        assert "format" not in junit

    def test_no_summary_unless_asked(self, xent: Xent, tmp_path: Path) -> None:
        summary = tmp_path / "summary.md"
        xent("gate", *ALONE, "--require", "n > 1", env={"GITHUB_STEP_SUMMARY": str(summary)})
        assert not summary.exists()
        gone = {"GITHUB_STEP_SUMMARY": str(tmp_path / "none" / "s.md")}
        result = xent("gate", *ALONE, "--require", "n > 1", "-f", "github", env=gone)
        assert (result.code, "[output]" in result.err) == (2, True)

    def test_several_at_once(self, xent: Xent, tmp_path: Path) -> None:
        outputs = [
            f"{form}:{tmp_path / form}" for form in ("json", "md", "junit", "github", "table")
        ]
        options = [part for output in outputs for part in ("-o", output)]
        result = xent("gate", *PAIRED, *self.RULES, *options)
        assert result.code == 1
        assert result.err.count("wrote ") == 5
        assert (tmp_path / "table").read_text() == result.out
        assert json.loads((tmp_path / "json").read_text())["exit_code"] == 1

    def test_threads_change_nothing(self, xent: Xent) -> None:
        one, three = (
            xent("gate", *PAIRED, *self.RULES, "-f", "json", "-j", jobs).out for jobs in (1, 3)
        )
        assert one == three

    def test_a_saved_baseline(self, xent: Xent) -> None:
        xent("eval", SPARSE / "baseline.csv", SPARSE / "labels.csv", "-o", "json:base.json")
        result = xent(
            "gate", *PAIRED[:2], "--baseline", "base.json", "--require", "delta <= 0 @95%"
        )
        assert result.code == 1
        assert "warning (unpaired)" in result.out
        xent(
            "eval",
            SPARSE / "baseline.csv",
            SPARSE / "labels.csv",
            "-o",
            "json:b.json",
            "--base",
            "2",
        )
        other = xent("gate", *PAIRED[:2], "--baseline", "b.json", "--require", "delta <= 0 @95%")
        assert (other.code, "unit is 'bits' in one" in other.err) == (2, True)


NAMES = (
    *("a|b", "<b>&\"'", "::error::no", "100%,x:y"),
    *("\x1b[31mred", "new\nline", "@everyone", "[x](y)"),
)


def test_names_from_data_are_obeyed_by_nobody() -> None:
    k = len(NAMES)
    y = np.arange(2 * k) % k
    q = np.full((2 * k, k), 0.25 / (k - 1))
    q[np.arange(2 * k), y] = 0.75
    result = xent_cli.gate(q, y, require="class.*.ce <= 0.1", classes=NAMES)
    for form in FORMATS["gate"]:
        text = render(result, form, View())
        assert text.endswith("\n")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text), form
    lines = render(result, "github", View()).splitlines()
    assert len(lines) == k + 3  # One says how levels are corrected, one which columns were read.
    assert all(re.match(r"::(error|warning|notice) title=[^:,]*::", line) for line in lines)
    found = ET.fromstring(render(result, "junit", View()))
    assert len(found.findall(".//failure")) == k
    assert "<b>" not in render(result, "md", View())


def test_annotations_and_summary_stay_within_githubs_limits() -> None:

    k = 3000
    names = [f"class {i} " + "x" * 400 for i in range(k)]
    q = np.full((k, k), 0.5 / (k - 1))
    np.fill_diagonal(q, 0.5)
    result = xent_cli.gate(q, np.arange(k), require="class.*.ce <= 0.1", classes=names)
    lines = render_github(result).splitlines()
    errors = [line for line in lines if line.startswith("::error ")]
    assert len(errors) == 10
    assert (
        errors[-1] == "::error title=xent gate::2,991 more verdicts are in the summary of the step."
    )
    summary = render_summary(result)
    assert MOST_BYTES - 2000 < len(summary.encode()) < MOST_BYTES
    assert "left out" in summary


def test_verdicts_leave_room_for_warnings_among_annotations() -> None:
    k = 30
    y = np.arange(2 * k) % k
    q = np.full((2 * k, k), 0.25 / (k - 1))
    q[np.arange(2 * k), y] = 0.75
    q[0] = np.roll(np.eye(k)[0], 1)
    result = xent_cli.gate(q, y, require="class.*.ce <= 0.3 @95%", inconclusive="pass")
    lines = [line for line in render_github(result).splitlines() if line.startswith("::warning")]
    assert len(lines) == 10
    for notice in result.warnings:
        assert any(f"({notice.code})" in line for line in lines)
