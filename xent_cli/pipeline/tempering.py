"""Tempering: the predictions of another input at a temperature, with the columns beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from xent_cli.errors import ColumnError, MissingValueError, UsageError, option
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use
from xent_cli.io.table_writer import Values
from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.scores import tempered
from xent_cli.metrics.rows.validation import (
    check_predictions,
    invalid_predictions,
)
from xent_cli.numerics.arrays import Floats
from xent_cli.pipeline.infer import tolerance_of
from xent_cli.pipeline.plan import Plan
from xent_cli.schema.name_suggestions import did_you_mean, listed

_TYPES: dict[str, type] = {"integer": int, "float": float}
"""What is written of columns beside the predictions; all others are texts."""


@dataclass(frozen=True, slots=True)
class Tempering:
    """Another input whose predictions are those of a plan, by their names.

    Attributes
    ----------
    source : Source
    plan : Plan
        Says which columns they are, and of which scale.
    """

    source: Source
    plan: Plan

    def __post_init__(self) -> None:
        names, there = self.plan.roles.preds, self.source.names()
        if self.plan.roles.confidence is not None:
            raise UsageError(
                f"{option('apply')} needs the probability of each class, but the only "
                "column holds the probability of the predicted class."
            )
        if missing := [name for name in names if name not in there]:
            raise ColumnError(
                f"{self.source.path} has no column {missing[0]!r}. The temperature was "
                "fitted on predictions in this column.",
                hint=did_you_mean(missing[0], there) or f"Its columns: {listed(there)}.",
            )
        for name in names:
            ours, theirs = self.source.column(name), self.plan.preds.column(name)
            if ours is None or ours.kind not in ("float", "integer", "list"):
                raise ColumnError(f"{self.source.path}: column {name} does not hold numbers.")
            if theirs is not None and ours.width != theirs.width:
                raise ColumnError(
                    f"{self.source.path}: column {name} holds {ours.width} values per "
                    f"row, but {theirs.width} in the file that the temperature was "
                    "fitted on."
                )

    @property
    def kinds(self) -> dict[str, type]:
        """The columns that are written, in the order of the input, and what each holds.

        A column of lists becomes one column for each class.
        """
        found: dict[str, type] = {}
        for column in self.source.columns:
            if column.name in self.plan.roles.preds:
                found |= dict.fromkeys(self._written(column.name), float)
            elif column.kind not in ("list", "other"):
                found[column.name] = _TYPES.get(column.kind, str)
        return found

    def parts(self, temperature: float, *, jobs: int = 1) -> Iterator[Mapping[str, Values]]:
        """Yield the rows part by part.

        Raises
        ------
        InputError
            For the first prediction that cannot be used: no row is left out.
        """
        names = self.plan.roles.preds
        beside = [name for name in self.kinds if self.source.column(name) and name not in names]
        uses: dict[str, Use] = dict.fromkeys(names, "number")
        for name in beside:
            uses[name] = "number" if self.kinds[name] is float else "text"
        for block in self.source.blocks(uses, jobs=jobs):
            if not len(block):
                continue
            found = tempered(self._checked(block), self.plan.spec, temperature)
            columns = [column for name in names for column in self._written(name)]
            yield {
                **dict(zip(columns, found, strict=True)),
                **{name: self._kept(block, name) for name in beside},
            }

    def _written(self, name: str) -> tuple[str, ...]:
        """Return the columns that a column of predictions becomes."""
        if len(self.plan.roles.preds) > 1 or self.plan.width == 1:
            return (name,)
        return tuple(f"p_{each}" for each in self.plan.spec.classes)

    def _checked(self, block: Block) -> Floats:
        plan, spec = self.plan, self.plan.spec
        names = plan.roles.preds
        q = block.numbers(names, plan.width)
        n = len(block)
        batch = Batch(
            q / 100 if plan.percent else q,
            np.zeros(n, dtype=np.intp),
            block.positions,
            replace(block.place, columns=names if len(names) == len(q) else ()),
            block.place,
            sum_tolerance=tolerance_of(self.source, names, len(q)),
        )
        if (bad := invalid_predictions(batch, spec)).any():
            row = int(np.argmax(bad))
            index = int(np.argmax(~np.isfinite(q[:, row])))
            raise MissingValueError(
                f"{batch.preds.of_value(int(batch.rows[row]), index)}: the prediction is missing "
                "or not finite.",
                hint="Remove this row from the file. Every row must be written.",
            )
        return check_predictions(batch, spec)[0]

    def _kept(self, block: Block, name: str) -> Values:
        """Return a column as it is."""
        kind = self.kinds[name]
        if kind is float:
            return np.asarray(block.numbers([name])[0])
        return block.ids(name, block.positions, whole=kind is int)
