"""Documents of ranked rows: the formats there are, and the function that draws each."""

from xent_cli.analysis.to_json import render_ranking_json
from xent_cli.analysis.worst_rows import Ranking
from xent_cli.render.ranking_csv import render_ranking_csv
from xent_cli.render.ranking_sheet import ranking_sheet
from xent_cli.render.sheet_markdown import render_sheet_markdown
from xent_cli.render.view import View

RANKING_FORMATS = ("table", "json", "csv", "md")


def render_ranking(found: Ranking, form: str, view: View) -> str:
    """Return ranked rows as a document in one of RANKING_FORMATS."""
    if form == "table":
        from xent_cli.render.sheet_table import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(ranking_sheet(found), view)
    if form == "md":
        return render_sheet_markdown(ranking_sheet(found))
    return {"json": render_ranking_json, "csv": render_ranking_csv}[form](found)
