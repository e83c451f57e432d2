"""The site of the documents: `sphinx-build -W -b html docs site`."""

from pathlib import Path

from sphinx.application import Sphinx

from xent_cli import __version__

project = "xent"
author = "The xent developers"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["site"]
myst_heading_anchors = 3
napoleon_google_docstring = False
autodoc_typehints = "none"
html_show_copyright = False
html_theme = "furo"
html_title = f"xent {__version__}"
html_theme_options = {"top_of_page_buttons": []}

_ACCESSIBLE = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    "<pre>": '<pre tabindex="0">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
}
"""What axe-core misses in the theme: levels of captions, code that scrolls, names of landmarks."""


def setup(app: Sphinx) -> None:
    """Let Sphinx call what follows the writing of pages."""
    app.connect("build-finished", _make_accessible)


def _make_accessible(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    for page in Path(app.outdir).glob("*.html"):
        text = page.read_text(encoding="utf-8")
        for old, new in _ACCESSIBLE.items():
            text = text.replace(old, new)
        page.write_text(text, encoding="utf-8")
