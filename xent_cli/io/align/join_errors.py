"""Join errors: why the ids of two inputs do not come out even, found by reading them once more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from xent_cli.errors import InputError, UnmatchedIdError, option
from xent_cli.io.align.id_index import read_keys
from xent_cli.io.align.lookup_table import Held, place_in, shown, twice_error
from xent_cli.io.block import Block
from xent_cli.io.source import Source
from xent_cli.schema.place import Place


def explain(
    source: Source, name: str, held: Sequence[Held], *, as_text: bool, alike: bool = False
) -> InputError:
    """Say what is wrong with the ids of predictions and of what they are joined with.

    Parameters
    ----------
    source : Source
        The predictions.
    name : str
        The column of their ids.
    held : sequence of Held
    as_text : bool
        Whether ids are compared as texts.
    alike : bool
        Whether whole numbers are made alike that are written in several ways.

    Returns
    -------
    DuplicateIdError
        For the first row whose id stood in a row before.
    UnmatchedIdError
        Else, with the rows that have no partner on either side, and the first of each.
    """
    accounts = [_Account(other) for other in held]
    runs: list[tuple[int, Place]] = []
    for block in source.blocks({name: "text"}):
        runs.append((block.start, block.place))
        keys = read_keys(block, name, as_text=as_text, alike=alike)
        for account in accounts:
            account.add(block, keys, name)
    for account in accounts:
        if account.repeat is not None:
            key, later, first = account.repeat
            where = place_in(tuple(runs), first).of_row(first, name)
            return twice_error(key, where, later, account.n_repeats)
    uneven = (account for account in accounts if account.n_lost or account.n_lacking)
    return next(uneven, accounts[0]).error(source)


class _Account:
    """What the ids of predictions come to in one of the inputs they are joined with."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.n_rows = self.n_lost = self.n_repeats = 0
        self.lost = ""
        self.repeat: tuple[object, str, int] | None = None
        self._first = np.full(len(held), -1, dtype=np.int64)

    @property
    def n_lacking(self) -> int:
        """Rows that no prediction has found."""
        return int(np.count_nonzero(self._first < 0))

    def add(self, block: Block, keys: pa.Array, name: str) -> None:
        """Look up the ids of a block, the blocks coming in order."""
        found, rows = self.held.find(keys), block.positions
        self.n_rows += len(rows)
        lost = found < 0
        if lost.any() and not self.n_lost:
            at = int(np.argmax(lost))
            self.lost = f"{_said(keys[at].as_py())} in {block.place.of_row(int(rows[at]), name)}"
        self.n_lost += int(np.count_nonzero(lost))
        places = np.flatnonzero(~lost)
        found = found[places]
        fresh = np.zeros(len(found), dtype=np.bool_)
        fresh[np.unique(found, return_index=True)[1]] = True
        fresh &= self._first[found] < 0
        self._first[found[fresh]] = rows[places[fresh]]
        if not fresh.all() and self.repeat is None:
            at = int(np.argmin(fresh))
            place = int(places[at])
            later = block.place.of_row(int(rows[place]), name)
            self.repeat = keys[place].as_py(), later, int(self._first[found[at]])
        self.n_repeats += int(np.count_nonzero(~fresh))

    def error(self, source: Source) -> UnmatchedIdError:
        """Say how many rows have no partner, and which comes first."""
        parts = []
        if self.n_lost:
            parts.append(
                f"{_of(self.n_lost, self.n_rows)} of {source.path} have an id that is "
                f"not in {self.held.source.path}, the first is {self.lost}"
            )
        if n := self.n_lacking:
            row = int(np.argmax(self._first < 0))
            parts.append(
                f"{_of(n, len(self.held))} of {self.held.source.path} have an id that "
                f"is not in {source.path}, the first is {_said(self.held.key(row))} in "
                f"{self.held.where(row)}"
            )
        hint = f"Use {option('unmatched', 'drop')} to leave out such rows and count them."
        if self.n_lost == self.n_rows:
            hint = "No id is in both files. Is it the right column?"
        return UnmatchedIdError(f"{'; '.join(parts)}.", hint=hint)


def _of(count: int, total: int) -> str:
    return f"{count:,} of {total:,} rows"


def _said(key: object) -> str:
    return "a missing id" if key is None else shown(key)
