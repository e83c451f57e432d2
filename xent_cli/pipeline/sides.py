"""Sides: what is read of which input, for one model or several beside the same labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from xent_cli.io.align.row_order import Side
from xent_cli.io.align.units import whole
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use
from xent_cli.schema.roles import Roles
from xent_cli.schema.types import Unmatched

if TYPE_CHECKING:  # Only who joins needs it.
    from xent_cli.io.align.join import Join


class Lined(Protocol):
    """What says which columns of two inputs are read: such as a plan."""

    @property
    def preds(self) -> Source:
        """The predictions."""

    @property
    def labels(self) -> Source:
        """The labels; may be the same."""

    @property
    def roles(self) -> Roles:
        """The columns of both."""


def sides_of(plans: Sequence[Lined]) -> tuple[tuple[Side, ...], int]:
    """Return what is read of each input, and which of them holds the labels.

    The predictions of each model come first, in order; the labels are last, unless they stand in
    one of these.
    """
    label_source = plans[0].labels
    at = next((i for i, plan in enumerate(plans) if plan.preds is label_source), len(plans))
    label_uses: dict[str, Use] = {}
    for plan in plans[::-1]:
        label_uses |= uses_of(plan.roles)[1]
    ids: dict[str, Use] = {name: "text" for plan in plans for name in plan.roles.ids}
    sides = []
    for index, plan in enumerate(plans):
        own: dict[str, Use] = dict.fromkeys(plan.roles.ids, "text")
        uses = uses_of(plan.roles)[0]
        columns = [column for name in uses if (column := plan.preds.column(name))]
        width = sum(max(1, column.width or 1) for column in columns)
        uses |= label_uses | ids if index == at else own
        sides.append(Side(plan.preds, uses, plan.roles.ids, width))
    if at == len(plans):
        sides.append(Side(label_source, label_uses | ids))
    return tuple(sides), at


def join_of(plans: Sequence[Lined], unmatched: Unmatched | None, jobs: int = 1) -> Join | None:
    """Read all inputs but the first, if rows are to be found by an id."""
    found = [plan.roles.id for plan in plans if plan.roles.id is not None]
    if unmatched is None or len(found) < len(plans):
        return None
    from xent_cli.io.align.join import Join  # Only who joins needs it.

    (first, *others), labels = sides_of(plans)
    names = [ours for ours, _ in found[1:]] + [found[0][1]] * (labels == len(plans))
    held = [(side.source, name, side.uses) for side, name in zip(others, names, strict=True)]
    return Join(first.source, found[0][0], held, unmatched=unmatched, jobs=jobs)


def line_up_plan(
    plan: Lined, max_rows: int, *, jobs: int = 1, join: Join | None = None
) -> Iterator[tuple[Block, Block]]:
    """Yield blocks of the predictions and the labels of a plan that hold the same rows."""
    sides, labels = sides_of([plan])
    for blocks in whole(sides, labels, jobs=jobs, join=join).blocks(max_rows):
        yield blocks[0], blocks[labels]


def uses_of(roles: Roles) -> tuple[dict[str, Use], dict[str, Use]]:
    """Return the columns to read of the predictions and of the labels, each with its use."""
    pred_uses: dict[str, Use] = dict.fromkeys(roles.preds, "number")
    label_uses: dict[str, Use] = dict.fromkeys(
        roles.labels, "label" if len(roles.labels) == 1 else "number"
    )
    pred_uses |= dict.fromkeys(roles.repeated, "label" if len(roles.repeated) == 1 else "number")
    if roles.weight is not None:
        (label_uses if roles.weight_in_labels else pred_uses)[roles.weight] = "number"
    if roles.cluster is not None:
        (label_uses if roles.cluster_in_labels else pred_uses)[roles.cluster] = "text"
    if roles.confidence is not None:
        pred_uses[roles.confidence] = "label"
    if roles.name is not None:
        pred_uses[roles.name] = "text"
    for names, uses in ((roles.by_preds, pred_uses), (roles.by_labels, label_uses)):
        for name in names:
            uses.setdefault(name, "number" if name in roles.cut else "slice")
    return pred_uses, label_uses
