"""Candidate: an interpretation, and what speaks against it."""

from __future__ import annotations

from xent_cli.errors import InputError
from xent_cli.fast_dataclass import dataclass
from xent_cli.pipeline.interpretation.evidence import (
    Fit,
)
from xent_cli.pipeline.interpretation.reading import Interpretation


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interpretation and what speaks against it: nothing, the rows, or an error.

    Attributes
    ----------
    reading : Interpretation
    against : Fit
        "fits" where the rows allow it.
    error : InputError, optional
        Why it cannot be, where that is not for the rows to say.
    said : bool
        Whether it contradicts what the user said.
    """

    reading: Interpretation
    against: Fit = "fits"
    error: InputError | None = None
    said: bool = False

    @property
    def stands(self) -> bool:
        """Whether nothing speaks against it."""
        return self.against == "fits" and self.error is None
