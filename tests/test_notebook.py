"""The example notebook runs, and what it shows is drawn."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

DOCS = Path(__file__).parent.parent / "docs"


def test_the_example_runs() -> None:
    notebook = nbformat.read(DOCS / "example.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(DOCS)}})
    client.execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [
        output.data
        for cell in cells
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]
    assert [sorted(data) for data in shown] == [
        ["text/html", "text/plain"],
        ["text/html", "text/plain"],
        ["text/html", "text/plain"],
        ["text/html", "text/plain"],
        ["image/svg+xml", "text/plain"],
    ]
    assert "Cross entropy 0.1079 nats" in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("<Report sparse")
    assert all(len(data["text/plain"].splitlines()) == 1 for data in (shown[0], shown[2]))
    streams = [o for cell in cells for o in cell.outputs if o.output_type == "stream"]
    assert [o.name for o in streams] == ["stderr", "stderr"]
    assert all(o.text.count("XentWarning") == 1 for o in streams)
