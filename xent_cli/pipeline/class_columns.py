"""Class columns: which columns of predictions and labels speak of which class."""

from __future__ import annotations

from collections.abc import Iterator

from xent_cli.schema.class_lookup import ClassLookup
from xent_cli.schema.label_encoder import ClassIndex
from xent_cli.schema.positive_class import contradiction
from xent_cli.schema.roles import Roles
from xent_cli.schema.spec import Spec


def lookup_of(
    spec: Spec, roles: Roles, index: ClassIndex, order: tuple[int, ...] | None
) -> ClassLookup:
    """Return what finds classes by their names and by those of their columns.

    Parameters
    ----------
    spec, roles, index, order
        Those of a `Plan`.
    """
    return ClassLookup.of(spec.classes, _columns(spec, roles, index, order))


def _columns(
    spec: Spec, roles: Roles, index: ClassIndex, order: tuple[int, ...] | None
) -> Iterator[tuple[str, int]]:
    if len(roles.preds) == spec.n_classes:
        yield from ((name, at) for at, name in enumerate(roles.preds))
    elif spec.mode == "binary" and not (roles.confidence or contradiction(index, roles.preds)):
        yield roles.preds[0], 1
    if order is not None and len(roles.labels) == spec.n_classes:
        yield from ((roles.labels[column], at) for at, column in enumerate(order))
