"""Every result in every format: declared once, imported when asked for, obeyed by no runner."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from xent_cli import calibrate, compare, errors, evaluate, explain, gate, worst_rows
from xent_cli.analysis.to_json import Result
from xent_cli.metrics.report.figures import ClassRow
from xent_cli.render.dispatch import FORMATS, formats_of, render
from xent_cli.render.documents.report import CLASS_COLUMNS
from xent_cli.render.view import View

ROOT = Path(__file__).parents[2]
EVIL = [
    "::error::x",
    " ::stop-commands::x",
    "##vso[task.setvariable variable=a]b",
    "##[error]x",
    "##teamcity[x]",
    "aaaaaaaaaaaaaaaaaaaaaaaa ::error::folded",
    "=1+1",
    "+a",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1",
    "https://x.example",
    "www.x.example",
    "a@x.example",
    "<b>",
    "C++::vector",
]
K = len(EVIL)


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """One of each kind, with names that try everything."""
    q = np.full((2 * K, K), 0.25 / (K - 1))
    y = np.arange(2 * K) % K
    q[np.arange(2 * K), y] = 0.75
    names = [EVIL[i] for i in y]
    of = {"classes": EVIL}
    return {
        "report": evaluate(q, y, **of, by={EVIL[0]: names}),
        "gate": gate(q, y, require="class.*.ce <= 0.1", **of),
        "comparison": compare(q, q[::-1], labels=y, **of, by={EVIL[2]: names}),
        "explanation": explain(q, y, **of),
        "calibration": replace(calibrate(q, y, **of), per_class=True),
        "worst_rows": worst_rows(q, y, **of),
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_names_are_no_commands(kind: str, results: dict[str, Result]) -> None:
    result = results[kind]
    assert formats_of(result) == FORMATS[kind]
    for form in FORMATS[kind]:
        for view in (View(), View(width=80), View(width=80, color=True)):
            text = render(result, form, view)
            assert not re.search(r"##\w*\[", text), form
            if form != "github":  # Those are ours.
                plain = re.sub(r"\x1b\[[\d;]*m", "", text)
                assert not re.search(r"^\s*::", plain, re.MULTILINE), form
    if kind != "comparison":
        data = json.loads(render(result, "json", View()))
        assert [row["name"] for row in data.get("report", data).get("classes", ())] in ([], EVIL)


def test_a_name_within_a_line_stays_as_it_is(results: dict[str, Result]) -> None:
    for form in ("table", "csv"):
        assert "C++::vector" in render(results["report"], form, View())


@pytest.mark.parametrize("kind", ["report", "worst_rows"])
def test_csv_holds_no_formula_and_its_numbers_stay_numbers(
    kind: str, results: dict[str, Result]
) -> None:
    rows = list(csv.reader(io.StringIO(render(results[kind], "csv", View()))))
    cells = {cell for row in rows[1:] for cell in row}
    for cell in cells:
        if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")):
            assert float(cell) < 0
    if kind == "report":
        assert {"'=1+1", "'+a", "'-1+1", "'@SUM(A1)", "\\t=1", "\\r=1", "'\uff1d1"} <= cells


def test_markdown_holds_no_link_and_no_html(results: dict[str, Result]) -> None:
    for kind in FORMATS:
        text = render(results[kind], "md", View())
        assert not re.search(r"(https?|ftp)://|www\.|\w@\w", text)
        assert set(re.findall(r"<[^>]*>", text)) <= {"<code>", "</code>"}


def test_every_figure_of_a_class_has_one_column() -> None:
    keys = [column.key for column in CLASS_COLUMNS if column.kind != "bar"]
    in_json_alone = {"ci95"}  # Beside the errors a table would be too wide.
    assert sorted(keys) == sorted({field.name for field in fields(ClassRow)} - in_json_alone)


def test_other_formats_are_refused(results: dict[str, Result]) -> None:
    with pytest.raises(errors.UsageError, match="junit: must be one of table, json, csv, md"):
        render(results["report"], "junit", View())


@pytest.mark.parametrize(
    ("form", "needed"),
    [
        ("total", set()),
        ("csv", {"csv", "document", "documents", "documents.report"}),
        ("md", {"markdown", "document", "documents", "documents.report"}),
    ],
)
def test_a_format_imports_only_what_it_needs(form: str, needed: set[str]) -> None:
    program = (
        "import sys; from xent_cli.cli import main; main(sys.argv[1:]);"
        "print(*sorted(m for m in sys.modules if m.startswith(('xent_cli.render.', 'rich.console',"
        "'xent_cli.analysis.to_json', 'xent_cli.analysis.gate'))), file=sys.stderr)"
    )
    files = [str(ROOT / f"sample_data/sparse/{name}.csv") for name in ("baseline", "labels")]
    run = subprocess.run(
        [sys.executable, "-c", program, "eval", *files, "-f", form, "-q"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = set(run.stderr.split())
    always = {"dispatch", "text", "view"}
    assert found == {f"xent_cli.render.{name}" for name in always | needed}
