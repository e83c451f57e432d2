"""Documents of an explanation: the formats there are, and the function that draws each."""

from xent_cli.analysis.explain.explanation import Explanation
from xent_cli.analysis.to_json import render_explain_json
from xent_cli.render.explain_sheet import explain_sheet
from xent_cli.render.sheet_markdown import render_sheet_markdown
from xent_cli.render.view import View

EXPLAIN_FORMATS = ("table", "json", "md")


def render_explanation(found: Explanation, form: str, view: View) -> str:
    """Return an explanation as a document in one of EXPLAIN_FORMATS."""
    if form == "table":
        from xent_cli.render.sheet_table import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(explain_sheet(found, view), view)
    if form == "md":
        return render_sheet_markdown(explain_sheet(found, view))
    return render_explain_json(found)
