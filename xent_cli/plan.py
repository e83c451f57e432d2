"""Plan: what will be read of two inputs, and how their rows become batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event

import numpy as np
from numpy.typing import NDArray

from xent_cli.batch import Batch, Place
from xent_cli.checks import invalid_predictions, require_valid
from xent_cli.classes import ClassIndex, LabelValues
from xent_cli.errors import MissingValueError, UsageError
from xent_cli.files import Block, Source, Use
from xent_cli.files.pairing import line_up
from xent_cli.files.units import Unit, make_partitions, make_units
from xent_cli.notice import Notice
from xent_cli.roles import Roles
from xent_cli.running import Running
from xent_cli.slice_keys import slice_rows
from xent_cli.spec import Spec
from xent_cli.tally import Tally

Floats = NDArray[np.float64]
_BATCH_VALUES = 640_000
"""Values of q in a batch: 5 MB of float64, small beside a cache and large beside a step's cost.

No power of 2, for the same place in every column would then be the same place in the cache."""
_MOST_ROWS = 130_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Two inputs and everything decided about them.

    Attributes
    ----------
    preds, labels : Source
        The same object where both roles stand in one input.
    roles : Roles
    spec : Spec
    index : ClassIndex
        Finds the class of a label.
    order : tuple of int, optional
        For each class its label column; None where one column holds the labels.
    mode_reason : str
    warnings, notes : tuple of Notice
    pred_tolerance, label_tolerance : float
        How far rows may miss 1 through the precision of their files.
    """

    preds: Source
    labels: Source
    roles: Roles
    spec: Spec
    index: ClassIndex
    order: tuple[int, ...] | None
    mode_reason: str
    warnings: tuple[Notice, ...]
    notes: tuple[Notice, ...]
    pred_tolerance: float
    label_tolerance: float

    def pairs(self, max_rows: int | None = None, jobs: int = 1) -> Iterator[tuple[Block, Block]]:
        """Read everything, as blocks of at most `max_rows` rows of both inputs side by side."""
        limit = max_rows or batch_limit(self.spec.n_classes)
        return line_up_roles(self.preds, self.labels, self.roles, limit, jobs)

    def units(self, jobs: int = 1) -> Iterator[Unit]:
        """Cut everything into units that threads may read and tally side by side."""
        uses = uses_of(self.roles)
        return make_units(self.preds, self.labels, *uses, ids=self.roles.ids, jobs=jobs)

    def partitions(self) -> list[Unit]:
        """Cut everything into units that the workers of a cluster may read.

        Raises
        ------
        UsageError
            If an input is no file, and so nothing that others could read.
        """
        for source in (self.preds, self.labels):
            if source.keep_alive is not None or source.in_memory:
                raise UsageError(
                    f"{source.path} is not a file, and the workers of a cluster cannot read it.",
                    hint="Without --engine, the threads of this machine do.",
                )
        uses = uses_of(self.roles)
        return make_partitions(self.preds, self.labels, *uses, ids=self.roles.ids)

    def tally(self, unit: Unit, max_rows: int | None = None, stop: Event | None = None) -> Tally:
        """Read a unit and add it up; give up in the middle once `stop` is set."""
        limit = max_rows or batch_limit(self.spec.n_classes)
        total, scratch = Running(Tally.zero(self.spec)), np.empty(limit * self._width)
        for pair in unit.pairs(limit):
            if stop is not None and stop.is_set():
                break
            total.add(Tally.of(self.batch(*pair, scratch), self.spec))
        return total.sum()

    def require_unchanged(self) -> None:
        """Raise BrokenFileError if an input is another than when it was opened."""
        self.preds.require_unchanged()
        self.labels.require_unchanged()

    def batch(self, preds: Block, labels: Block, scratch: Floats | None = None) -> Batch:
        """Turn rows of both inputs into a batch.

        Parameters
        ----------
        preds, labels : Block
            The same rows of both.
        scratch : float64 of at least K * n values, optional
            Memory for the predictions. The batch then holds only until it is used again; fresh
            memory for every batch would cost more time than filling it.

        Raises
        ------
        MissingValueError, LabelError
            For the first row that cannot be used, unless it is to be left out.
        """
        q = preds.numbers(self.roles.preds, self._width, scratch)
        rows = np.arange(preds.start, preds.start + len(preds), dtype=np.int64)
        weight = self._weight(preds, labels)
        named = self.roles.preds if len(self.roles.preds) == len(q) else ()
        pred_place = replace(preds.place, columns=named)
        weight_place = labels.place if self.roles.weight_in_labels else preds.place
        values = self._label_values(labels)
        if isinstance(values, LabelValues):
            ignored = values.equal_to(self.spec.ignore)
            missing = values.missing()
            target = self._encode(values)
        else:
            marks = [float(text) for text in self.spec.ignore if _is_float(text)]
            ignored = np.asarray(np.isin(values, marks).any(axis=0))
            missing = np.asarray(~np.isfinite(values).all(axis=0))
            target = np.where(missing | ignored, 0.0, values)
        batch = Batch(
            q,
            target,
            rows,
            pred_place,
            labels.place,
            weight,
            weight_place,
            self.pred_tolerance,
            self.label_tolerance,
        )
        if self.roles.cluster is not None:
            block = labels if self.roles.cluster_in_labels else preds
            codes, keys = block.codes(self.roles.cluster)
            batch = replace(batch, clusters=codes, cluster_keys=keys)
            lost = (codes < 0) & ~ignored
        else:
            lost = np.zeros_like(missing)
        if self.spec.by:
            batch = replace(batch, slices=slice_rows(self.spec.by, self.roles, preds, labels))
        bad_preds = invalid_predictions(batch, self.spec) & ~ignored
        bad_labels = missing & ~ignored
        bad_weights = np.zeros_like(missing) if weight is None else ~np.isfinite(weight) & ~ignored
        bad = bad_preds | bad_labels | bad_weights | lost
        if self.spec.invalid == "error" and bad.any():
            require_valid(batch, bad_preds)
            _require_labels(batch, bad_labels, self.roles.labels)
            _require_weights(batch, bad_weights, weight_place, self.roles.weight)
            _require_clusters(batch, lost, self.roles)
        keep = ~(ignored | bad)
        if target.ndim == 1 and (unknown := keep & (target < 0)).any():
            row = int(np.argmax(unknown))
            where = labels.place.of_row(int(rows[row]), self.roles.labels[0])
            raise self.index.unknown(values, row, where)  # type: ignore[arg-type]
        if keep.all():
            return batch
        return replace(batch.take(keep), n_ignored=int(ignored.sum()), n_invalid=int(bad.sum()))

    def _encode(self, values: LabelValues) -> NDArray[np.intp] | Floats:
        """Return classes (n,); in binary mode shares of the positive class (1, n) where soft."""
        codes = self.index.encode(values)
        numbers = values.numbers
        if self.spec.mode != "binary" or numbers is None or not self.index.by_position:
            return codes
        inside = (numbers > 0) & (numbers < 1)
        if not inside.any():
            return codes
        good = inside | (codes >= 0) | np.isnan(numbers) | values.equal_to(self.spec.ignore)
        return np.nan_to_num(numbers)[np.newaxis, :] if good.all() else np.where(inside, 0, codes)

    def _label_values(self, labels: Block) -> LabelValues | Floats:
        if self.order is None:
            return labels.label(self.roles.labels[0])
        matrix = labels.numbers(self.roles.labels, self._width)
        return np.ascontiguousarray(matrix[list(self.order)])

    @property
    def _width(self) -> int:
        """How many predictions a row has: in every block as in the first."""
        return 1 if self.spec.mode == "binary" and not self.spec.multilabel else self.spec.n_classes

    def _weight(self, preds: Block, labels: Block) -> Floats | None:
        if self.roles.weight is None:
            return None
        block = labels if self.roles.weight_in_labels else preds
        weights: Floats = block.numbers([self.roles.weight])[0]
        return weights


def batch_limit(n_classes: int) -> int:
    """Return how many rows of so many predictions make a batch."""
    return max(2, min(_MOST_ROWS, _BATCH_VALUES // max(1, n_classes)))


def line_up_roles(
    preds: Source, labels: Source, roles: Roles, max_rows: int, jobs: int = 1
) -> Iterator[tuple[Block, Block]]:
    """Yield blocks of both inputs with the same rows and the columns that `roles` names."""
    return line_up(preds, labels, *uses_of(roles), ids=roles.ids, max_rows=max_rows, jobs=jobs)


def uses_of(roles: Roles) -> tuple[dict[str, Use], dict[str, Use]]:
    """Return the columns to read of the predictions and of the labels, each with its use."""
    pred_uses: dict[str, Use] = dict.fromkeys(roles.preds, "number")
    label_uses: dict[str, Use] = dict.fromkeys(
        roles.labels, "label" if len(roles.labels) == 1 else "number"
    )
    if roles.weight is not None:
        (label_uses if roles.weight_in_labels else pred_uses)[roles.weight] = "number"
    if roles.cluster is not None:
        (label_uses if roles.cluster_in_labels else pred_uses)[roles.cluster] = "text"
    for names, uses in ((roles.by_preds, pred_uses), (roles.by_labels, label_uses)):
        for name in names:
            uses.setdefault(name, "number" if name in roles.cut else "text")
    return pred_uses, label_uses


def _require_labels(batch: Batch, bad: NDArray[np.bool_], names: tuple[str, ...]) -> None:
    if bad.any():
        where = batch.labels.of_row(
            int(batch.rows[np.argmax(bad)]), names[0] if len(names) == 1 else None
        )
        raise MissingValueError(
            f"{where}: the label is missing (empty or NaN).",
            hint="--invalid drop leaves such rows out and counts them.",
        )


def _require_weights(batch: Batch, bad: NDArray[np.bool_], place: Place, name: str | None) -> None:
    if bad.any():
        raise MissingValueError(
            f"{place.of_row(int(batch.rows[np.argmax(bad)]), name)}: the weight is missing or not "
            "finite.",
            hint="--invalid drop leaves such rows out and counts them.",
        )


def _require_clusters(batch: Batch, bad: NDArray[np.bool_], roles: Roles) -> None:
    if bad.any():
        place = batch.labels if roles.cluster_in_labels else batch.preds
        raise MissingValueError(
            f"{place.of_row(int(batch.rows[np.argmax(bad)]), roles.cluster)}: the cluster is "
            "missing.",
            hint="--invalid drop leaves such rows out and counts them.",
        )


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
