"""Row faults: rows of a batch that cannot be used, and the first of them said with its place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from xent_cli.metrics.rows.batch import Batch
from xent_cli.metrics.rows.validation import invalid_predictions, require_present, require_valid
from xent_cli.numerics.arrays import Mask
from xent_cli.schema.place import Place
from xent_cli.schema.spec import Spec


class Fault(NamedTuple):
    """The rows (n,) that lack something, where it should be, and what to say of it."""

    rows: Mask
    place: Place
    column: str | None
    what: str


def find_bad(batch: Batch, spec: Spec, faults: Sequence[Fault], ignored: Mask) -> Mask:
    """Say which rows (n,) cannot be used, those aside that are left out for their label.

    Raises
    ------
    MissingValueError
        For the first of them, unless they are to be left out: predictions first, then each fault.
    """
    bad_preds = invalid_predictions(batch, spec)
    bad: Mask = reduce(np.logical_or, (fault.rows for fault in faults), bad_preds) & ~ignored
    if spec.invalid == "error" and bad.any():
        require_valid(batch, bad & bad_preds)
        for fault in faults:
            require_present(batch, bad & fault.rows, *fault[1:])
    return bad
