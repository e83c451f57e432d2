"""Documents of a gate: the formats there are, and the function that draws each."""

from xent_cli.analysis.gate.verdicts import GateResult
from xent_cli.analysis.to_json import render_gate_json
from xent_cli.render.gate_sheet import gate_sheet
from xent_cli.render.github import render_github
from xent_cli.render.junit import render_junit
from xent_cli.render.sheet_markdown import render_sheet_markdown
from xent_cli.render.view import View

GATE_FORMATS = ("table", "json", "md", "junit", "github")


def render_gate(result: GateResult, form: str, view: View) -> str:
    """Return a gate as a document in one of GATE_FORMATS, with a line end behind its last line."""
    if form == "table":
        from xent_cli.render.sheet_table import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(gate_sheet(result), view)
    if form == "md":
        return render_sheet_markdown(gate_sheet(result))
    return {"json": render_gate_json, "junit": render_junit, "github": render_github}[form](result)
