"""JUnit documents against the two schemas that CI servers check them by.

Source of the rules: junit-10.xsd of Jenkins' xUnit plugin (jenkinsci/xunit-plugin), and
surefire-test-report.xsd of Maven Surefire (apache/maven-surefire), whose root is one test suite.
Where both name an element or attribute, a document keeps to the stricter of the two.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import xent_cli
from xent_cli.errors import RuleError
from xent_cli.render.junit import render_junit, render_junit_error

# Children in their order, attributes that must be there, attributes that may.
RULES = {
    "testsuites": (r"(testsuite )*", set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        r"(properties )*(testcase )*",
        {"name", "tests", "failures", "errors", "skipped"},
        {"time", "group"},
    ),
    "properties": (r"(property )*", set(), set()),
    "property": ("", {"name", "value"}, set()),
    "testcase": (
        r"(failure )*(skipped )?(error )?(system-out )?(system-err )?",
        {"name", "time"},
        {"classname", "group"},
    ),
    "failure": ("", {"type"}, {"message"}),
    "error": ("", {"type"}, {"message"}),
    "skipped": ("", set(), {"message"}),
    "system-out": ("", set(), set()),
}
SUREFIRE_TIME = r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?"


def require_junit(text: str) -> ET.Element:
    """Return the root of a document that keeps to the schemas."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for item in root.iter():
        children, needed, known = RULES[item.tag]
        assert re.fullmatch(children, "".join(f"{child.tag} " for child in item)), item.tag
        assert needed <= set(item.keys()) <= needed | known, item.tag
        assert re.fullmatch(SUREFIRE_TIME, item.get("time", ""))
        if children:
            assert not (item.text or "").strip()
    for suite in root:
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for plural, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            found = [case for case in cases if case.find(name) is not None]
            assert suite.get(plural) == str(len(found))
    return root


HOSTILE = ("a]]>b", "::error::no", "%0A::error::no", "\x1b[31m\x00", "new\nline\r", "\ufffe\ud800")


@pytest.mark.parametrize("inconclusive", ["inconclusive", "pass"])
def test_verdicts_with_hostile_names(inconclusive):
    k = len(HOSTILE)
    y = np.arange(3 * k) % k
    q = np.full((3 * k, k), 0.3 / (k - 1))
    q[np.arange(3 * k), y] = 0.7
    q[0, 0], q[0, 1] = 0.0, 0.76
    rules = ["class.*.ce <= 0.1", "ce <= 3 @95%", "n > 1"]
    result = xent_cli.gate(q, y, require=rules, classes=HOSTILE, inconclusive=inconclusive)
    (suite,) = require_junit(render_junit(result))
    assert suite.get("name") == "xent gate preds, labels"
    assert len(suite.findall(".//failure")) == k + (inconclusive != "pass")
    # Both GitLab and Surefire look for what was printed in a test case.
    said = suite.find("testcase/system-out").text
    assert all(notice.message in said for notice in result.warnings)
    assert "clipped" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_errors_with_hostile_names(name):
    (suite,) = require_junit(render_junit_error(RuleError(f"The rule {name}."), name))
    assert suite.find("testcase/error").get("type") == "rule"
    assert suite.get("name").startswith("xent gate ")
