"""Compat step: the figures of other libraries, added up beside xent's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.sums import compat_figure, require_tools
from xent_cli.metrics.compat.tally import Beside
from xent_cli.metrics.report.report import Report
from xent_cli.metrics.rows.measure import Measured
from xent_cli.pipeline.execute import report_on, run
from xent_cli.pipeline.plan import Plan
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.step import Step


@dataclass(frozen=True, slots=True)
class BesideStep(Step[Beside]):
    """The tally, and the sums of other tools, by name: workers know them."""

    names: tuple[str, ...]

    def zero(self, plans: Sequence[Plan]) -> Beside:
        """Return the sums over no rows."""
        return Beside.zero(plans[0].spec, require_tools(self.names))

    def of(self, rows: Sequence[Measured]) -> Beside:
        """Add up rows for xent and for each tool."""
        return Beside.of(rows[0], require_tools(self.names))


def report_beside(session: Session, names: Sequence[str]) -> Report:
    """Read everything, and report on the first model, with the figures of other tools."""
    tools, plan = require_tools(names), session.plans[0]
    found = run(session, BesideStep(tuple(tool.name for tool in tools)))
    report = report_on(found.sum.tally, plan, found.rows, session.join)
    pairs = zip(tools, found.sum.tools, strict=True)
    figures = tuple(compat_figure(*pair, plan.spec, report.tally.n) for pair in pairs)
    return replace(report, compat=figures)
