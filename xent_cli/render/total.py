"""Total: one number for a shell."""

from __future__ import annotations

from xent_cli.metrics.report.report import Report


def render_total(report: Report) -> str:
    """Return the overall cross entropy, in full, and nothing else."""
    return f"{report.cross_entropy!r}\n"
