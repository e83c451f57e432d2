"""Plan: what will be read of two inputs, and how their rows become batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import UsageError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.block import Block
from xent_cli.io.source import Source, rows_at_once
from xent_cli.metrics.rows.batch import Batch, NameRows
from xent_cli.metrics.rows.label_shares import shares_of
from xent_cli.numerics.arrays import Floats, Labels, Mask
from xent_cli.pipeline.row_faults import Fault, find_bad
from xent_cli.pipeline.seen import Seen
from xent_cli.pipeline.sides import join_of, line_up_plan
from xent_cli.schema.label_encoder import ClassIndex, LabelValues
from xent_cli.schema.place import Place
from xent_cli.schema.provenance import Notice
from xent_cli.schema.roles import Roles
from xent_cli.schema.spec import Spec

if TYPE_CHECKING:
    from xent_cli.io.align.join import Join
    from xent_cli.schema.class_lookup import ClassLookup

_MOST_ROWS = 1 << 17


class _Truth(NamedTuple):
    """The labels of some rows as they were read, and what they come to; see `Batch.target`."""

    values: LabelValues | Floats
    ignored: Mask
    missing: Mask
    target: Labels | Floats


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
    percent, soft : bool
        Whether predictions are to be divided by 100, and labels may be shares.
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
    percent: bool = False
    soft: bool = True

    def join(self, jobs: int = 1) -> Join | None:
        """Read the labels that predictions find by an id, if they do."""
        return join_of([self], self.spec.unmatched, jobs)

    def pairs(
        self, max_rows: int | None = None, jobs: int = 1, join: Join | None = None
    ) -> Iterator[tuple[Block, Block]]:
        """Read everything, as blocks of at most `max_rows` rows of both inputs side by side."""
        limit = max_rows or batch_limit(self.spec.n_classes)
        return line_up_plan(self, limit, jobs=jobs, join=join)

    @property
    def lookup(self) -> ClassLookup:
        """Finds the classes that users name."""
        from xent_cli.pipeline.class_columns import lookup_of  # Most runs name no class.

        return lookup_of(self.spec, self.roles, self.index, self.order)

    @property
    def at_hand(self) -> bool:
        """Whether any part of both inputs can be read at once, from files of this machine."""
        sources = (self.preds, self.labels)
        return all(source.unread and "://" not in source.path for source in sources)

    def require_shared(self) -> None:
        """Raise UsageError if other machines could not read an input, or not find its rows."""
        if self.spec.unmatched is not None:
            raise UsageError(
                f"{option('id_col')} keeps the labels in the memory of this machine, "
                "and the workers of a cluster cannot read them there.",
                hint=f"Leave out {option('engine')}, or sort both files by the id.",
            )
        for source in (self.preds, self.labels):
            if source.keep_alive is not None or source.in_memory:
                raise UsageError(
                    f"{source.path} is not a file, so the workers of a cluster cannot read it.",
                    hint=f"Leave out {option('engine')} to read it on this machine.",
                )

    def require_unchanged(self) -> None:
        """Raise BrokenFileError if an input is another than when it was opened."""
        self.preds.require_unchanged()
        self.labels.require_unchanged()

    def batch(
        self,
        preds: Block,
        labels: Block,
        scratch: Floats | None = None,
        seen: Seen | None = None,
    ) -> Batch:
        """Turn rows of both inputs into a batch.

        Parameters
        ----------
        preds, labels : Block
            The same rows of both.
        scratch : float64 of at least K * n values, optional
            Memory for the predictions. The batch then holds only until it is used again; fresh
            memory for every batch would cost more time than filling it.
        seen : Seen, optional
            What the batches before have numbered, and what other models have read of these labels.

        Raises
        ------
        MissingValueError, LabelError
            For the first row that cannot be used, unless it is to be left out.
        """
        seen = seen or Seen()
        q = preds.numbers(self.roles.preds, self.width, scratch)
        if self.percent:
            q = q / 100
        if self.roles.confidence is not None:
            q = self._of_positive(q, preds.label(self.roles.confidence))
        rows = range(preds.start, preds.start + len(preds)) if preds.rows is None else preds.rows
        weight = self._weight(preds, labels, seen)
        named = self.roles.preds if len(self.roles.preds) == len(q) else ()
        pred_place = Place(preds.place.path, preds.place.first, preds.place.header_lines, named)
        weight_place = labels.place if self.roles.weight_in_labels else preds.place
        of_labels = (self.roles.labels, self.order, self.index)
        said = seen.once(labels, labels, of_labels, partial(self._truth, labels))
        if self.roles.repeated:
            self._require_repeated(preds, labels, said.values)
        batch = Batch(
            q,
            said.target,
            rows,
            pred_place,
            labels.place,
            weight,
            weight_place,
            self.pred_tolerance,
            self.label_tolerance,
            text_labels=isinstance(said.values, LabelValues) and said.values.numbers is None,
            names=self._names(preds),
        )
        ignored, missing = said.ignored, said.missing
        roles, label = self.roles, self.roles.labels[0] if len(self.roles.labels) == 1 else None
        faults = [Fault(missing, labels.place, label, "label is missing (empty or NaN)")]
        if weight is not None:
            what = "weight is missing or not finite"
            faults.append(Fault(~np.isfinite(weight), weight_place, roles.weight, what))
        if (name := roles.cluster) is not None:
            block = labels if roles.cluster_in_labels else preds
            codes, names = seen.once(block, labels, ("cluster", name), partial(block.named, name))
            batch = replace(batch, clusters=codes, cluster_names=names)
            faults.append(Fault(codes < 0, block.place, name, "cluster is missing"))
        if self.spec.by:
            from xent_cli.pipeline.slice_keys import slice_rows

            slices = slice_rows(self.spec.by, self.roles, preds, labels, seen.slices)
            batch = replace(batch, slices=slices)
        bad = find_bad(batch, self.spec, faults, ignored)
        keep = ~(ignored | bad)
        if said.target.ndim == 1:
            self._require_known(said, keep, rows, labels.place)
        if keep.all():
            return batch
        return replace(batch.take(keep), n_ignored=int(ignored.sum()), n_invalid=int(bad.sum()))

    def _require_known(
        self, said: _Truth, keep: Mask, rows: NDArray[np.int64] | range, place: Place
    ) -> None:
        """Raise LabelError for the first row that counts and whose label is of no class."""
        if said.target.min(initial=0) >= 0 or not (unknown := keep & (said.target < 0)).any():
            return
        row = int(np.argmax(unknown))
        where = place.of_row(int(rows[row]), self.roles.labels[0])
        raise self.index.unknown(said.values, row, where)  # type: ignore[arg-type]

    def _of_positive(self, q: Floats, said: LabelValues) -> Floats:
        """Turn the confidence in what was predicted into the probability of the positive class."""
        codes = self.index.encode(said)
        return np.where(codes < 0, np.nan, np.where(codes == 1, q, 1 - q))

    @property
    def whole_names(self) -> bool:
        """Whether rows are named by whole numbers."""
        column = self.preds.column(self.roles.name or "")
        return column is not None and column.kind == "integer"

    def _names(self, preds: Block) -> NameRows | None:
        """Return what tells the names of rows, if a column names them."""
        if self.roles.name is None:
            return None
        return partial(preds.ids, self.roles.name, whole=self.whole_names)

    def _distribution(self, values: Floats) -> Floats:
        return shares_of(values) if self.spec.label_sums == "renormalize" else values

    def _encode(self, values: LabelValues) -> Labels | Floats:
        """Return classes (n,); in binary mode shares of the positive class (1, n) where soft."""
        codes = self.index.encode(values)
        numbers = values.numbers
        if self.spec.mode != "binary" or numbers is None or numbers.dtype.kind != "f":
            return codes
        inside = (numbers > 0) & (numbers < 1)
        if not (self.index.by_position and inside.any()):
            return codes
        good = inside | (codes >= 0) | np.isnan(numbers) | values.equal_to(self.spec.ignore)
        return np.nan_to_num(numbers)[np.newaxis, :] if good.all() else np.where(inside, 0, codes)

    def _truth(self, labels: Block) -> _Truth:
        """Return the labels of the rows, and their classes."""
        values = self._values_of(labels, self.roles.labels)
        if isinstance(values, LabelValues):
            ignored = values.equal_to(self.spec.ignore)
            if not self.soft:
                from xent_cli.pipeline.soft_labels import require_whole

                require_whole(labels, self.roles.labels[0], values.numbers, ignored)
            values = self.index.blank(values)
            return _Truth(values, ignored, values.missing(), self._encode(values))
        marks = [float(text) for text in self.spec.ignore if _is_float(text)]
        ignored = np.asarray(np.isin(values, marks).any(axis=0))
        missing = np.asarray(~np.isfinite(values).all(axis=0))
        some = missing | ignored
        target = self._distribution(np.where(some, 0.0, values) if some.any() else values)
        return _Truth(values, ignored, missing, target)

    def _require_repeated(self, preds: Block, labels: Block, values: LabelValues | Floats) -> None:
        """Require that the labels beside the predictions are the same."""
        from xent_cli.pipeline.repeated_labels import require_same_labels

        own = self._values_of(preds, self.roles.repeated)
        require_same_labels(self.index, (preds, own), (labels, values), self.roles.repeated)

    def _values_of(self, labels: Block, columns: tuple[str, ...]) -> LabelValues | Floats:
        if self.order is None:
            return labels.label(columns[0])
        if len(columns) == len(self.order):
            return labels.numbers([columns[at] for at in self.order])
        return np.ascontiguousarray(labels.numbers(columns, self.width)[list(self.order)])

    @property
    def width(self) -> int:
        """How many predictions a row has: in every block as in the first."""
        return 1 if self.spec.mode == "binary" and not self.spec.multilabel else self.spec.n_classes

    def _weight(self, preds: Block, labels: Block, seen: Seen) -> Floats | None:
        if (name := self.roles.weight) is None:
            return None
        block = labels if self.roles.weight_in_labels else preds
        weights: Floats = seen.once(
            block, labels, ("weight", name), lambda: block.numbers([name])[0]
        )
        return weights


def batch_limit(n_classes: int) -> int:
    """Return how many rows of so many predictions make a batch."""
    return max(2, min(_MOST_ROWS, rows_at_once(n_classes)))


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
