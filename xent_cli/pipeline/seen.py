"""Seen: what the batches of a unit have in common, and the models of a batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from xent_cli.io.block import Block

if TYPE_CHECKING:  # Few runs have slices.
    from xent_cli.pipeline.slice_keys import SliceNumbers

Made = TypeVar("Made")


class Seen:
    """The numbers of slices, and what was read of the last labels."""

    def __init__(self) -> None:
        self._labels: Block | None = None
        self._made: list[tuple[object, Any]] = []

    def once(self, block: Block, labels: Block, what: object, make: Callable[[], Made]) -> Made:
        """Return what `make` makes of a block; where that holds the labels, once for all models."""
        if block is not labels:
            return make()
        if labels is not self._labels:
            self._labels, self._made = labels, []
        for other, found in self._made:  # A few; hashing the names of many classes takes longer.
            if other == what:
                made: Made = found
                return made
        self._made.append((what, made := make()))
        return made

    @cached_property
    def slices(self) -> SliceNumbers:
        """Numbers slices."""
        from xent_cli.pipeline.slice_keys import SliceNumbers

        return SliceNumbers()
