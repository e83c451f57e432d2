"""Documents: the formats there are, and the function that draws each."""

from xent_cli.metrics.report.report import Report
from xent_cli.render.csv_table import render_csv
from xent_cli.render.json_document import render_json
from xent_cli.render.markdown import render_markdown
from xent_cli.render.total import render_total
from xent_cli.render.view import View

FORMATS = ("table", "json", "csv", "md", "total")


def render_report(report: Report, form: str, view: View) -> str:
    """Return a report as a document in one of FORMATS, with a line end behind its last line."""
    if form == "table":
        from xent_cli.render.text_table import render_table  # Rich takes its time to import.

        return render_table(report, view)
    if form == "md":
        return render_markdown(report, view)
    return {"json": render_json, "csv": render_csv, "total": render_total}[form](report)
