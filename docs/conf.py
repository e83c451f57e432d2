"""The site of the documents: `sphinx-build -W -b html docs site`."""

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
html_theme = "furo"
html_title = f"xent {__version__}"
