"""Id index: the ids of rows as whole numbers or texts, and the index that finds rows by them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xent_cli.errors import ColumnError, IdTypeError
from xent_cli.io.align.id_spelling import spell_alike
from xent_cli.io.block import Block
from xent_cli.io.source import Source
from xent_cli.schema.file_formats import TEXT_FORMATS

KeyKind = Literal["integer", "text", "either"]

_HASHED_ROWS = 1 << 17
"""Texts that are Python objects at a time."""


def kind_of_keys(source: Source, name: str) -> KeyKind:
    """Say whether a column holds whole numbers or texts; "either" where digits may be both.

    Raises
    ------
    ColumnError
        If its values name no rows.
    """
    column = source.column(name)
    kind = column.kind if column else "other"
    if source.format in TEXT_FORMATS and source.format != "jsonl":
        return "text" if kind == "text" else "either"
    if kind in ("float", "boolean", "list"):
        raise ColumnError(
            f"{source.path}: column {name} holds "
            f"{'lists' if kind == 'list' else kind + 's'}, which cannot be ids.",
            hint="Ids must be whole numbers or texts.",
        )
    return "integer" if kind == "integer" else "text"


def are_texts(left: Source, name: str, right: Source, other: str) -> bool:
    """Decide whether ids of two inputs are compared as texts, or as numbers where they can be.

    Raises
    ------
    IdTypeError
        If those of one are integers and those of the other texts.
    """
    kinds = kind_of_keys(left, name), kind_of_keys(right, other)
    if sorted(kinds) == ["integer", "text"]:
        nouns = {"integer": "whole numbers", "text": "texts"}
        raise IdTypeError(
            f"The ids in column {name} of {left.path} are {nouns[kinds[0]]}, those in "
            f"column {other} of {right.path} are {nouns[kinds[1]]}: no id can match.",
            hint="Write both as the same type.",
        )
    return "text" in kinds


def read_keys(block: Block, name: str, *, as_text: bool, alike: bool = False) -> pa.Array:
    """Return a column of ids as int64 or large_string, with null where there is none.

    Texts are numbers only where each is written as that number would be: 007 stays a text, unless
    inputs that write numbers in several ways are to be made `alike`.
    """
    column = block.data.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_integer(column.type) and not as_text:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:  # Beyond 2**63: as texts they stay what they are.
            return column.cast(pa.large_string())
    texts = block.texts(name)
    texts = texts.cast(pa.large_string())
    if alike:
        texts = spell_alike(texts)
    import pyarrow.compute as pc  # Slow to import, and not needed without a join.

    blank = pc.equal(texts, "")
    if pc.any(blank).as_py():
        texts = pc.if_else(blank, pa.scalar(None, texts.type), texts)
    if not as_text:
        try:
            numbers = texts.cast(pa.int64())
        except pa.ArrowInvalid:
            return texts
        if numbers.cast(texts.type).equals(texts):
            return numbers
    return texts


class KeyIndex:
    """Finds rows by their ids, in one look-up each.

    Texts stay as Arrow holds them, at a few bytes more than their characters: they are found by
    64 bits of a hash, and then compared. (A pandas Index of texts takes ten times the memory.)

    Parameters
    ----------
    keys : int64 or large_string array
        The id of each row, null where it has none.

    Attributes
    ----------
    twice : list of (int, int)
        Pairs of rows with the same id, the later one and the first one with it.
    """

    def __init__(self, keys: pa.Array) -> None:
        import pandas as pd  # Takes a quarter of a second.

        self.keys = keys
        self._salt = 0
        self._rows: NDArray[np.intp] | None = None
        if keys.null_count:
            self._rows = np.flatnonzero(_valid(keys))
            self.keys = keys.drop_null()
        self._index = pd.Index(self._codes(self.keys), copy=False)
        while not self._index.is_unique:
            self.twice = self._same_keys()
            if self.twice:
                return
            self._salt += 1  # Two texts have the same hash: hash all of them in another way.
            self._index = pd.Index(self._codes(self.keys), copy=False)
        self.twice = []
        # The first look-up builds the table, and threads must not meet while it does. (Twice the
        # same id is never the whole index, for which pandas would need no table.)
        self._index.get_indexer(np.repeat(np.asarray(self._index[:1]), 2))

    @property
    def is_text(self) -> bool:
        """Whether the ids are texts."""
        return bool(pa.types.is_large_string(self.keys.type))

    def find(self, keys: pa.Array) -> NDArray[np.intp]:
        """Return the row of each id, (n,), or -1 where there is none."""
        import pyarrow.compute as pc  # Slow to import, and not needed without a join.

        if self.is_text:
            keys = keys.cast(pa.large_string())
        elif pa.types.is_large_string(keys.type):
            keys = _numbers_among(keys)
        known = _valid(keys)
        found = np.full(len(keys), -1, dtype=np.intp)
        if not known.all():
            keys = keys.drop_null()
        places = self._index.get_indexer(self._codes(keys))
        if self.is_text:
            hits = places >= 0
            same = pc.equal(self.keys.take(pa.array(places[hits])), keys.filter(pa.array(hits)))
            places[np.flatnonzero(hits)[~_to_mask(same)]] = -1
        if self._rows is not None:
            places[places >= 0] = self._rows[places[places >= 0]]
        found[known] = places
        return found

    def key(self, row: int) -> object:
        """Return the id of a row, or None where it has none."""
        if self._rows is not None:
            at = int(np.searchsorted(self._rows, row))
            if at == len(self._rows) or self._rows[at] != row:
                return None
            row = at
        return self.keys[row].as_py()

    def _codes(self, keys: pa.Array) -> NDArray[np.generic]:
        """Return ids without nulls as numbers: themselves, or hashes of texts."""
        if not pa.types.is_large_string(keys.type):
            codes: NDArray[np.generic] = np.from_dlpack(keys)
            return codes
        hashes = np.empty(len(keys), dtype=np.uint64)
        for start in range(0, len(keys), _HASHED_ROWS):
            texts = keys.slice(start, _HASHED_ROWS).to_numpy(zero_copy_only=False)
            hashes[start : start + _HASHED_ROWS] = _hash(texts, self._salt)
        return hashes

    def _same_keys(self) -> list[tuple[int, int]]:
        """Return pairs of rows with the same id, the later one and the first one with it."""
        codes = np.asarray(self._index)
        suspects = np.flatnonzero(self._index.duplicated(keep=False))
        firsts: dict[object, int] = {}
        pairs = []
        ids = self.keys.take(pa.array(suspects)).to_pylist() if self.is_text else codes[suspects]
        for row, key in zip(suspects.tolist(), ids, strict=True):
            first = firsts.setdefault(key, row)
            if first != row:
                pairs.append((row, first))
        if self._rows is None:
            return pairs
        return [(int(self._rows[later]), int(self._rows[first])) for later, first in pairs]


def _hash(texts: NDArray[np.object_], salt: int) -> NDArray[np.uint64]:
    """Hash texts to 64 bits each, in a way of its own for each `salt`."""
    from pandas.util import hash_array

    return hash_array(texts, hash_key=f"{salt:016d}", categorize=False)


def _numbers_among(texts: pa.Array) -> pa.Array:
    """Return the texts that are whole numbers as int64, and null for all others."""
    import pyarrow.compute as pc  # Slow to import, and not needed without a join.

    none = pa.scalar(None, texts.type)
    digits = pc.match_substring_regex(texts, r"^(0|-?[1-9]\d{0,17})$")
    return pc.if_else(digits, texts, none).cast(pa.int64())


def _valid(keys: pa.Array) -> NDArray[np.bool_]:
    return _to_mask(keys.is_valid())


def _to_mask(bits: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = bits.to_numpy(zero_copy_only=False)
    return found
