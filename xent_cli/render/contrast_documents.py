"""Documents of a contrast: the formats there are, and the function that draws each."""

from xent_cli.analysis.comparison.models import Contrast
from xent_cli.analysis.to_json import render_contrast_json
from xent_cli.render.contrast_sheet import contrast_sheet
from xent_cli.render.sheet_markdown import render_sheet_markdown
from xent_cli.render.view import View

CONTRAST_FORMATS = ("table", "json", "md")


def render_contrast(found: Contrast, form: str, view: View, *, trend: bool = False) -> str:
    """Return models as a document in one of CONTRAST_FORMATS."""
    if form == "table":
        from xent_cli.render.sheet_table import render_sheet_table  # Rich takes its time to import.

        return render_sheet_table(contrast_sheet(found, trend=trend, min_n=view.min_n), view)
    if form == "md":
        return render_sheet_markdown(contrast_sheet(found, trend=trend, min_n=view.min_n))
    return render_contrast_json(found, trend=trend)
