"""Models: two or more on the same rows, each compared with the first."""

from __future__ import annotations

from xent_cli.analysis.comparison.pair import Comparison
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.report import Drawn, Report
from xent_cli.numerics.significance import holm_adjust
from xent_cli.schema.provenance import Notice


@dataclass(frozen=True, slots=True, repr=False)
class Contrast(Drawn):
    """Models side by side.

    Attributes
    ----------
    names : tuple of str
        The baseline's and then the candidates', as they were given.
    comparisons : tuple of Comparison
        Of each candidate with the baseline; all have the same baseline.
    trend : bool
        Whether they are steps of one training, in order.

    Examples
    --------
    >>> from xent_cli import compare
    >>> found = compare([[0.5, 0.5], [0.4, 0.6]], [[0.9, 0.1], [0.2, 0.8]], labels=[0, 1])
    >>> [round(report.cross_entropy, 3) for report in found.reports], found.best
    ([0.602, 0.164], 1)
    """

    names: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    trend: bool = False

    def __repr__(self) -> str:
        n, best = len(self.names), self.names[self.best]
        return f"<Contrast of {n:,} models on {self.baseline.n:,} rows: best {best!r}>"

    @property
    def baseline(self) -> Report:
        """The report of the first model."""
        return self.comparisons[0].baseline

    @property
    def reports(self) -> tuple[Report, ...]:
        """The report of each model, the baseline's first."""
        return (self.baseline, *(comparison.candidate for comparison in self.comparisons))

    @property
    def best(self) -> int:
        """The position of the model with the lowest cross entropy, the first of ties."""
        losses = [report.cross_entropy for report in self.reports]
        return losses.index(min(losses))

    @property
    def p_values(self) -> list[float | None]:
        """Two-sided p-value of each candidate's difference, adjusted for their number by Holm."""
        found = [comparison.overall for comparison in self.comparisons]
        return holm_adjust([None if item is None else item.p_value() for item in found])

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Warnings of the models and of their differences, each with the name of its model."""
        return tuple(
            Notice(notice.code, f"{name}: {notice.message}")
            for name, notices in zip(
                (self.names[0], *self.names[1:], *self.names[1:]),
                (
                    *(report.warnings for report in self.reports),
                    *(comparison.warnings for comparison in self.comparisons),
                ),
                strict=True,
            )
            for notice in notices
        )
