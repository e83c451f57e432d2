"""Tally: xent's own sums, and those of other libraries for the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.compat.libraries import Tool
from xent_cli.metrics.compat.sums import CompatSums, give, sum_tool
from xent_cli.metrics.rows.measure import Measured
from xent_cli.metrics.tally.tally import Tally
from xent_cli.schema.spec import Spec


@dataclass(frozen=True, slots=True)
class Beside:
    """A tally, and what other libraries make of the same rows. They add up, in any order."""

    tally: Tally
    tools: tuple[CompatSums, ...]

    @classmethod
    def zero(cls, spec: Spec, tools: Sequence[Tool]) -> Self:
        """Return that of no rows."""
        return cls(Tally.zero(spec), (CompatSums.zero(),) * len(tools))

    @classmethod
    def of(cls, measured: Measured, tools: Sequence[Tool]) -> Self:
        """Add up a batch that was checked and measured."""
        batch, spec = measured.batch, measured.spec
        given = give(batch, spec)
        sums = tuple(sum_tool(tool, given, batch, spec) for tool in tools)
        return cls(Tally.of_measured(measured), sums)

    @property
    def n_rows(self) -> int:
        """Rows that were read."""
        return self.tally.n_rows

    def __add__(self, other: Beside) -> Self:
        tools = (a + b for a, b in zip(self.tools, other.tools, strict=True))
        return type(self)(self.tally + other.tally, tuple(tools))
