"""Report: a tally with its figures, its warnings and the story of where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

from xent_cli import __version__
from xent_cli.errors import NothingLeftError, WeightError
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.figures import ClassRow, Figures, Overall, figures_of
from xent_cli.metrics.report.warnings import COMPUTED, OLD_SUMS, cautions
from xent_cli.metrics.tally.tally import Tally
from xent_cli.schema.provenance import Input, Matches, Notice, matches_of
from xent_cli.schema.types import Hold

if TYPE_CHECKING:
    import pandas as pd

    from xent_cli.metrics.compat.sums import CompatFigure
    from xent_cli.metrics.report.slices import SliceTable

FORMAT = "xent.report"


class Drawn:
    """What can be looked at: every result. Who draws is above, and imported when asked for."""

    __slots__ = ()

    def to_html(self) -> str:
        """Return a page of its own, without script, with figures, and with the result in it."""
        return str(_drawing().page(self))

    def to_svg(self, figure: str) -> str:
        """Return one of the figures of the page as an SVG file.

        Raises
        ------
        UsageError
            If the result has no such figure, with the names of those that it has.
        """
        return str(_drawing().svg(self, figure))

    def to_frame(self, of: str | None = None) -> pd.DataFrame:
        """Return figures as a pandas DataFrame, unrounded.

        Parameters
        ----------
        of : str, optional
            What has a row each: "classes" or "slices" of a report (by default classes); "verdicts"
            of a gate, or its "differences"; "models" of a comparison, or the "differences" of their
            classes, or "slice-differences"; "pairs" of classes, "rows" (bands of losses), "eps" or
            "classes" of an explanation; "reliability" of a calibration, or "shares"; "rows" of a
            list of rows.

        Raises
        ------
        UsageError
            If the result has none, with the names of those that it has.
        """
        from importlib import import_module

        frame: pd.DataFrame = import_module("xent_cli.render.frames").frame_of(self, of)
        return frame

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the page as a part of another."""
        return str(_drawing().fragment(self))


def _drawing() -> Any:
    from importlib import import_module

    return import_module("xent_cli.render.notebook")


@dataclass(frozen=True, slots=True, repr=False)
class Report(Drawn):
    """What xent found. Everything is unrounded; renderers round.

    Attributes
    ----------
    tally : Tally
        The exact sums; ``report.tally.spec`` says how they were made.
    figures : Figures
        The numbers they come to.
    mode_reason : str
        Why the mode is what it is.
    warnings, notes : tuple of Notice
        What may make the numbers wrong, and what was decided on the way.
    inputs : tuple of Input
    compat : tuple of CompatFigure
        What other libraries print for the same rows, if that was asked.

    Examples
    --------
    >>> from xent_cli import evaluate
    >>> report = evaluate([[0.9, 0.1], [0.2, 0.8]], [0, 1])
    >>> round(report.cross_entropy, 6), report.n
    (0.164252, 2)
    """

    tally: Tally
    figures: Figures
    mode_reason: str
    warnings: tuple[Notice, ...] = ()
    notes: tuple[Notice, ...] = ()
    inputs: tuple[Input, ...] = ()
    compat: tuple[CompatFigure, ...] = ()

    def __repr__(self) -> str:
        mode, unit = self.tally.spec.mode, self.tally.spec.unit
        return f"<Report {mode}: cross_entropy={self.cross_entropy:.6g} {unit}, n={self.n:,}>"

    @property
    def n(self) -> int:
        """Rows that count."""
        return self.tally.n[-1]

    @property
    def cross_entropy(self) -> float:
        """The mean loss in ``tally.spec.unit``."""
        return self.figures.overall.cross_entropy

    @property
    def overall(self) -> Overall:
        """The figures of all rows."""
        return self.figures.overall

    @property
    def classes(self) -> tuple[ClassRow, ...]:
        """The figures of each class, in column order."""
        return self.figures.classes

    def slices(self, *, min_n: int = 0) -> tuple[SliceTable, ...]:
        """Return the figures of each slice, one table a slicing (`by`).

        Slices with fewer than `min_n` rows are added up into one.
        """
        if not self.tally.slices:
            return ()
        from xent_cli.metrics.report.slices import slice_tables  # Most reports have none.

        return slice_tables(self.tally, min_n=min_n)

    @property
    def decided(self) -> tuple[Notice, ...]:
        """The warnings that come from decisions about columns, not from the tally."""
        computed = tuple(cautions(self.tally, self.figures, self.matches))
        return tuple(
            notice
            for notice in self.warnings
            if notice not in computed and notice.code not in COMPUTED
        )

    @property
    def matches(self) -> Matches | None:
        """How rows found their labels by an id; None where both were in the same order."""
        return matches_of(self.inputs)

    @property
    def signature(self) -> str:
        """One line that says how the number was made."""
        return self.tally.spec.signature(__version__)

    def to_dict(
        self, hold: Hold = list, tables: Iterable[SliceTable] | None = None
    ) -> dict[str, Any]:
        """Return the report as plain data for JSON (docs/json.md), every float in full.

        NaN and infinity do not occur: what is undefined is None, its reason in "undefined".
        What grows with slices and clusters is made with `hold`: for ``iter`` it is iterators.
        `tables` are its `slices()`, if they are there already.
        """
        # Only who writes or reads JSON needs these.
        from xent_cli.metrics.report.json_format import FORMAT_VERSION
        from xent_cli.metrics.report.to_json import finite, table_dict

        tally, figures = self.tally, self.figures
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "signature": self.signature,
            "mode": tally.spec.mode,
            "mode_reason": self.mode_reason,
            "unit": tally.spec.unit,
            "n": self.n,
            "n_ignored": tally.n_ignored,
            "n_invalid": tally.n_invalid,
            "n_clipped": tally.n_clipped,
            "n_clusters": figures.n_clusters,
            "clipped_share": figures.clipped_share,
            "weight_sum": figures.weight_sum,
            "overall": finite(asdict(figures.overall)),
            "classes": [finite(asdict(row)) for row in figures.classes],
            **(
                {"slices": [table_dict(item, hold) for item in tables or self.slices()]}
                if tally.slices
                else {}
            ),
            "warnings": [asdict(notice) for notice in self.warnings],
            "notes": [asdict(notice) for notice in self.notes],
            "undefined": figures.undefined,
            "matches": None if self.matches is None else self.matches.to_dict(),
            "inputs": [item.to_dict() for item in self.inputs],
            **({"compat": [asdict(figure) for figure in self.compat]} if self.compat else {}),
            "tally": tally.to_dict(hold),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the report that `to_dict` wrote.

        The figures are computed anew from the tally and must agree with the saved ones. Figures
        that either lacks, because it was written by another version, are passed over.

        Raises
        ------
        ReportError
            If this is no report, of a later version, damaged, or edited by hand.
        """
        from xent_cli.metrics.compat.sums import CompatFigure
        from xent_cli.metrics.report.json_format import (
            from_fields,
            rebuilding,
            require_alike,
            require_document,
        )

        require_document(data, FORMAT)
        with rebuilding(FORMAT):
            tally = Tally.from_dict(data["tally"])
            report = cls(
                tally,
                figures_of(_require_rows(tally)),
                data["mode_reason"],
                tuple(from_fields(Notice, item) for item in data["warnings"]),
                tuple(from_fields(Notice, item) for item in data["notes"]),
                tuple(map(Input.from_dict, data["inputs"])),
                tuple(from_fields(CompatFigure, item) for item in data.get("compat", ())),
            )
            fresh = report.to_dict()
            now = tuple(cautions(tally, report.figures, report.matches))
        if OLD_SUMS in (notice.code for notice in now):
            # Its warning about the interval goes by another rule.
            kept = tuple(notice for notice in report.warnings if notice.code not in COMPUTED)
            added = tuple(notice for notice in now if notice.code == OLD_SUMS)
            report = replace(report, warnings=kept + added)
        require_alike(data, fresh, FORMAT)
        return report


def finalize(
    tally: Tally,
    *,
    mode_reason: str = "",
    warnings: Iterable[Notice] = (),
    notes: Iterable[Notice] = (),
    inputs: Iterable[Input] = (),
) -> Report:
    """Turn a tally into a report.

    Raises
    ------
    NothingLeftError
        If no row, or no weight, is left to average over.
    WeightError
        If all weights, or those of a class, are too small to have powers.
    """
    tally = _require_rows(tally).settled()
    figures, inputs = figures_of(tally), tuple(inputs)
    all_warnings = (*warnings, *cautions(tally, figures, matches_of(inputs)))
    return Report(tally, figures, mode_reason, all_warnings, tuple(notes), inputs)


def _require_rows(tally: Tally) -> Tally:
    if not tally.n[-1]:
        out = f"{tally.n_ignored:,} ignored by their label, {tally.n_invalid:,} dropped as invalid"
        raise NothingLeftError(f"No row is left to evaluate ({out}).")
    if not tally.sums["weight"][tally.spec.n_classes]:
        raise NothingLeftError(f"All {tally.n[-1]:,} rows have weight 0, so there is no mean.")
    weight, fifth = (tally.sums.get(name) for name in ("weight", "weight_fifth"))
    indices = range(tally.spec.n_classes + 1)
    if (
        weight
        and fifth is not weight
        and fifth
        and any(weight[index] and not fifth[index] for index in indices)
    ):
        raise WeightError(
            "The weights are too small: their powers, which intervals need, round to 0.",
            hint="Multiply all weights by a constant. Set negligible weights to 0.",
        )
    return tally
