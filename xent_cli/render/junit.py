"""JUnit XML: one test case a verdict, for Jenkins, GitLab and whoever else reads it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from xent_cli.analysis.gate.verdicts import GateResult, Verdict
from xent_cli.errors import XentError
from xent_cli.render.documents.gate import between, columns, figure, files, limit, notices, title
from xent_cli.render.text import clean


def render_junit(result: GateResult) -> str:
    """Return the verdicts as a test suite.

    An inconclusive verdict is a failure of its own type, for a build that stays green says more
    than the data do; it is skipped where inconclusive counts as pass.
    """
    said = "\n".join(f"{notice.code}: {notice.message}" for notice in notices(result))
    # GitLab reads what stands in a test case alone, and Surefire allows it nowhere else.
    aside = f"      <system-out>{_text(said)}</system-out>\n" if said else ""
    first, *others = result.verdicts
    cases = [_case(first, result, aside), *(_case(verdict, result) for verdict in others)]
    failures = sum("<failure" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    signature = _attribute(result.report.signature)
    properties = (
        "    <properties>\n"
        f'      <property name="signature" value={signature}/>\n'
        f'      <property name="columns" value={_attribute("; ".join(columns(result)))}/>\n'
        "    </properties>\n"
    )
    return _suite(f"xent gate {files(result)}", counts, properties + "".join(cases))


def render_junit_error(error: XentError, name: str) -> str:
    """Return a test suite that says why nothing was judged.

    Parameters
    ----------
    name : str
        What was to be judged.
    """
    said = f"type={_attribute(error.code)} message={_attribute(str(error))}"
    case = _test("gate", f"      <error {said}/>\n")
    return _suite(f"xent gate {name}", 'tests="1" failures="0" errors="1" skipped="0"', case)


def _suite(name: str, counts: str, content: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="xent">\n'
        f"  <testsuite name={_attribute(name.strip())} {counts}>\n"
        f"{content}  </testsuite>\n</testsuites>\n"
    )


def _case(verdict: Verdict, result: GateResult, aside: str = "") -> str:
    said, found = _attribute(message(verdict)), ""
    if verdict.outcome == "inconclusive" and result.inconclusive == "pass":
        found = f"      <skipped message={said}/>\n"
    elif verdict.outcome != "pass":
        found = f"      <failure type={_attribute(verdict.outcome)} message={said}/>\n"
    return _test(title(verdict), found + aside)


def _test(name: str, content: str) -> str:
    head = f'    <testcase classname="xent.gate" name={_attribute(name)} time="0"'
    return f"{head}>\n{content}    </testcase>\n" if content else f"{head}/>\n"


def message(verdict: Verdict) -> str:
    """Say in one sentence what was found and required."""
    found = f"{verdict.rule.metric} is {figure(verdict.rule, verdict.value)}"
    if verdict.class_name is not None:
        found = f"class {verdict.class_name}: {found}"
    elif verdict.slice_name is not None:
        found = f"slice {verdict.slice_name}: {found}"
    if verdict.interval is not None:
        found += f" ({verdict.level * 100:.6g}% interval {between(verdict)})"
    reason = f"; {verdict.reason}" if verdict.reason else ""
    return f"{verdict.outcome}: {found}, required {limit(verdict.rule)}{reason}"


def _attribute(text: str) -> str:
    return quoteattr(_shown(text))


def _text(text: str) -> str:
    return escape("\n".join(map(_shown, text.splitlines())))


def _shown(text: str) -> str:
    # What XML cannot hold at all (surrogates, U+FFFE) is shown escaped too.
    return clean(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
