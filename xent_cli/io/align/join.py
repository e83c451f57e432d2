"""Join: rows of one input, as they come, beside the rows of others that have the same id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from xent_cli.errors import InputError
from xent_cli.io.align.id_index import are_texts, read_keys
from xent_cli.io.align.join_errors import explain
from xent_cli.io.align.lookup_table import Held
from xent_cli.io.block import Block
from xent_cli.io.source import Source, Use
from xent_cli.schema.types import Unmatched


class Join:
    """Rows of predictions find the rows of other inputs by an id.

    The others (labels, and in a comparison the other models) are held in memory; the predictions
    pass by, in any number of threads. What is found for a row does not depend on the others.

    Attributes
    ----------
    source : Source
        The predictions that pass by.
    name : str
        The column of their ids.
    held : sequence of Held
        What they are joined with.
    """

    def __init__(
        self,
        source: Source,
        name: str,
        others: Sequence[tuple[Source, str, Mapping[str, Use]]],
        *,
        unmatched: Unmatched = "error",
        jobs: int = 1,
    ) -> None:
        """Read the `others`: of each, the columns to hold and the one with the ids.

        Raises
        ------
        IdTypeError
            If ids are texts in one input and integers in another.
        DuplicateIdError
            If an id stands twice.
        """
        self.source, self.name = source, name
        texts = [are_texts(source, name, other, theirs) for other, theirs, _ in others]
        self._as_text = any(texts)
        self._drop = unmatched == "drop"
        self.held = [
            Held(other, theirs, uses, as_text=self._as_text, jobs=jobs)
            for other, theirs, uses in others
        ]
        self._seen = [np.zeros(len(held), dtype=np.bool_) for held in self.held]
        self._n_passed: list[int] = []  # One number a block: threads append without a lock.

    def uses(self, uses: Mapping[str, Use]) -> dict[str, Use]:
        """Return columns to read of the predictions, with that of the ids."""
        return {self.name: "text", **uses}

    def count(self, source: Source) -> int:
        """Count the rows of an input, those without a partner too, when all have passed."""
        if source is self.source:
            return sum(self._n_passed)
        return next(len(held) for held in self.held if held.source is source)

    def beside(self, block: Block) -> tuple[Block, list[Block]]:
        """Return the rows of a block that were found everywhere, and what was found for them.

        Raises
        ------
        UnmatchedIdError
            If there is a row without a partner, and such rows are not to be left out.
        """
        self._n_passed.append(len(block))
        keys = read_keys(block, self.name, as_text=self._as_text)
        found = [held.find(keys) for held in self.held]
        everywhere = np.logical_and.reduce([rows >= 0 for rows in found])
        if not everywhere.all():
            if not self._drop:
                raise self._explain()
            block, found = block.take(everywhere), [rows[everywhere] for rows in found]
        for seen, rows in zip(self._seen, found, strict=True):
            seen[rows] = True
        positions = block.positions
        return block, [
            held.block(rows, positions) for held, rows in zip(self.held, found, strict=True)
        ]

    def finish(self, n_rows: int) -> None:
        """See, when `n_rows` have found their partners and all have passed, that it came out even.

        Raises
        ------
        DuplicateIdError
            If an id stood twice among the predictions.
        UnmatchedIdError
            If rows of the others have no prediction, and such rows are not to be left out; or if
            nothing is left.
        """
        counts = [int(np.count_nonzero(seen)) for seen in self._seen]
        lacking = [len(held) - count for held, count in zip(self.held, counts, strict=True)]
        uneven = any(lacking) and not self._drop
        if not n_rows or uneven or any(count != n_rows for count in counts):
            raise self._explain()

    def _explain(self) -> InputError:
        """Read all ids again, in their order, and say what is wrong with them.

        Threads meet errors in any order; this is the same one every time.
        """
        return explain(self.source, self.name, self.held, as_text=self._as_text)
