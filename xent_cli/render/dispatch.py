"""Documents: the formats there are, and the function that draws each."""

import json
from collections.abc import Callable
from typing import Any

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.explain.explanation import Explanation
from xent_cli.analysis.gate.verdicts import GateResult
from xent_cli.analysis.to_json import Result, to_dict
from xent_cli.analysis.worst_rows import Ranking
from xent_cli.metrics.report.report import Report
from xent_cli.render.csv import render_csv, render_ranking_csv
from xent_cli.render.documents.comparison import contrast_sheet
from xent_cli.render.documents.explanation import explain_sheet
from xent_cli.render.documents.gate import gate_sheet
from xent_cli.render.documents.worst_rows import ranking_sheet
from xent_cli.render.github import render_github
from xent_cli.render.junit import render_junit
from xent_cli.render.markdown import render_markdown, render_sheet_markdown
from xent_cli.render.view import View

FORMATS = ("table", "json", "csv", "md", "total")


def render_report(report: Report, form: str, view: View) -> str:
    """Return a report as a document in one of FORMATS, with a line end behind its last line."""
    if form == "table":
        from xent_cli.render.terminal import render_table  # Rich takes its time to import.

        return render_table(report, view)
    if form == "md":
        return render_markdown(report, view)
    return {"json": render_json, "csv": render_csv, "total": render_total}[form](report)


CONTRAST_FORMATS = ("table", "json", "md")


def render_contrast(found: Contrast, form: str, view: View) -> str:
    """Return models as a document in one of CONTRAST_FORMATS."""
    if form == "table":
        from xent_cli.render.terminal import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(contrast_sheet(found, min_n=view.min_n), view)
    if form == "md":
        return render_sheet_markdown(contrast_sheet(found, min_n=view.min_n))
    return render_json(found)


EXPLAIN_FORMATS = ("table", "json", "md")


def render_explanation(found: Explanation, form: str, view: View) -> str:
    """Return an explanation as a document in one of EXPLAIN_FORMATS."""
    if form == "table":
        from xent_cli.render.terminal import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(explain_sheet(found, view), view)
    if form == "md":
        return render_sheet_markdown(explain_sheet(found, view))
    return render_json(found)


GATE_FORMATS = ("table", "json", "md", "junit", "github")


def render_gate(result: GateResult, form: str, view: View) -> str:
    """Return a gate as a document in one of GATE_FORMATS, with a line end behind its last line."""
    if form == "table":
        from xent_cli.render.terminal import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(gate_sheet(result), view)
    if form == "md":
        return render_sheet_markdown(gate_sheet(result))
    return {"json": render_json, "junit": render_junit, "github": render_github}[form](result)


RANKING_FORMATS = ("table", "json", "csv", "md")


def render_ranking(found: Ranking, form: str, view: View) -> str:
    """Return ranked rows as a document in one of RANKING_FORMATS."""
    if form == "table":
        from xent_cli.render.terminal import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(ranking_sheet(found), view)
    if form == "md":
        return render_sheet_markdown(ranking_sheet(found))
    return {"json": render_json, "csv": render_ranking_csv}[form](found)


def formats_of(result: Result) -> tuple[str, ...]:
    """Return the formats in which a result can be drawn."""
    return _DRAWN[type(result)][0]


def render_result(result: Result, form: str, view: View) -> str:
    """Return any result as a document in one of its formats."""
    return _DRAWN[type(result)][1](result, form, view)


_DRAWN: dict[type, tuple[tuple[str, ...], Callable[[Any, str, View], str]]] = {
    Report: (FORMATS, render_report),
    GateResult: (GATE_FORMATS, render_gate),
    Contrast: (CONTRAST_FORMATS, render_contrast),
    Explanation: (EXPLAIN_FORMATS, render_explanation),
    Ranking: (RANKING_FORMATS, render_ranking),
}


ALL_FORMATS = tuple(dict.fromkeys(form for forms, _ in _DRAWN.values() for form in forms))


def render_json(result: Result) -> str:
    """Return a result as one JSON document (schemas: xent_cli/schemas)."""
    return json.dumps(to_dict(result), indent=2, allow_nan=False) + "\n"


def render_total(report: Report) -> str:
    """Return the overall cross entropy, in full, and nothing else."""
    return f"{report.cross_entropy!r}\n"
