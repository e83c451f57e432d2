"""Label encoder: how labels find their classes, by name or by position. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ClassesError, LabelError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.class_names import NEGATIVE_WORDS, POSITIVE_WORDS, as_number, polarity
from xent_cli.schema.spelling import Fold, fold, is_missing

INTEGER = lazy_pattern(r"[+-]?\d+\Z")


@dataclass(frozen=True, slots=True)
class LabelValues:
    """One column of labels as it stands in a file: numbers, or texts by code.

    Attributes
    ----------
    numbers : (n,) float64, optional
        NaN where the label is missing.
    codes : (n,) int64, optional
        Index into `texts`, -1 where missing.
    texts : tuple of str
    """

    numbers: NDArray[np.float64] | None = None
    codes: NDArray[np.int64] | None = None
    texts: tuple[str, ...] = ()

    @classmethod
    def of_codes(cls, codes: NDArray[np.int64], texts: tuple[str, ...]) -> LabelValues:
        """Return labels by code; -1 also where the text is blank."""
        if blank := [code for code, text in enumerate(texts) if not text.strip()]:
            codes = np.where(np.isin(codes, blank), -1, codes)
        return cls(codes=codes, texts=texts)

    @classmethod
    def of_texts(cls, values: Sequence[str | None]) -> LabelValues:
        """Return labels that are texts, None where missing.

        Examples
        --------
        >>> LabelValues.of_texts(["cat", None, "dog", "cat"]).codes.tolist()
        [0, -1, 1, 0]
        """
        texts = tuple(text for text in dict.fromkeys(values) if text is not None)
        numbers = {text: code for code, text in enumerate(texts)}
        codes = [-1 if value is None else numbers[value] for value in values]
        return cls.of_codes(np.array(codes, dtype=np.int64), texts)

    def __len__(self) -> int:
        values = self.codes if self.numbers is None else self.numbers
        return 0 if values is None else len(values)

    def missing(self) -> NDArray[np.bool_]:
        """Say which labels are missing, (n,)."""
        if self.numbers is not None:
            return np.isnan(self.numbers) if self.numbers.dtype.kind == "f" else self.equal_to(())
        return np.asarray(self.codes) < 0

    def equal_to(self, wanted: Sequence[str]) -> NDArray[np.bool_]:
        """Say which labels are one of the `wanted` texts; numbers compare as numbers.

        Examples
        --------
        >>> LabelValues(numbers=np.array([-100.0, 3.0])).equal_to(["-100"])
        array([ True, False])
        """
        if not wanted:
            return np.zeros(len(self), dtype=np.bool_)
        if self.numbers is not None:
            values = [value for text in wanted if (value := as_number(text)) is not None]
            return np.isin(self.numbers, values)
        hits = [index for index, text in enumerate(self.texts) if text.strip() in wanted]
        return np.isin(np.asarray(self.codes), hits)

    def take(self, keep: NDArray[np.bool_]) -> LabelValues:
        """Return the labels that `keep` (n,) marks."""
        if self.numbers is not None:
            return LabelValues(numbers=self.numbers[keep])
        return LabelValues(codes=np.asarray(self.codes)[keep], texts=self.texts)

    def at(self, row: int) -> str:
        """Return the label of a row as text."""
        if self.numbers is not None:
            return _show_number(float(self.numbers[row]))
        return self.texts[int(np.asarray(self.codes)[row])]

    def distinct(self) -> list[str]:
        """Return the labels that occur, as texts, in order of appearance."""
        if self.numbers is not None:
            values, first = np.unique(self.numbers[~np.isnan(self.numbers)], return_index=True)
            return [_show_number(float(value)) for value in values[np.argsort(first)]]
        codes = np.asarray(self.codes)
        values, first = np.unique(codes[codes >= 0], return_index=True)
        return [self.texts[int(code)].strip() for code in values[np.argsort(first)]]


@dataclass(frozen=True, slots=True)
class ClassIndex:
    """Finds the class of a label: by name, or by position in the columns.

    Attributes
    ----------
    names : tuple of str
    aliases : tuple of (str, int)
        Further spellings of a class: the column's own name, or in binary mode true and false.
    by_position : bool
        Integer labels are positions, counted from `base`; else they are names.
    base : int
    fold : {"exact", "trim", "number", "case", "dots"}
        What the spellings of labels and names may differ in, see `spelling.fold`.
    """

    names: tuple[str, ...]
    aliases: tuple[tuple[str, int], ...] = ()
    by_position: bool = True
    base: int = 0
    fold: Fold = "exact"

    def encode(self, labels: LabelValues) -> NDArray[np.intp]:
        """Return the class of each label, (n,), with -1 where it has none."""
        if labels.numbers is not None:
            return self._encode_numbers(labels.numbers)
        table = np.array([*map(self._finder(), labels.texts), -1], dtype=np.intp)
        return np.asarray(table[np.asarray(labels.codes)])

    def blank(self, labels: LabelValues) -> LabelValues:
        """Return labels of which those are missing that are spelled so and name no class.

        Examples
        --------
        >>> labels = LabelValues(codes=np.array([0, 1]), texts=("cat", "NA"))
        >>> ClassIndex(("cat", "dog")).blank(labels).missing().tolist()
        [False, True]
        >>> ClassIndex(("cat", "NA")).blank(labels).missing().tolist()
        [False, False]
        """
        if labels.numbers is not None:
            return labels
        words = [code for code, text in enumerate(labels.texts) if is_missing(text)]
        lost = [code for code in words if self.find(labels.texts[code]) < 0]
        if not lost:
            return labels
        codes = np.asarray(labels.codes)
        return replace(labels, codes=np.where(np.isin(codes, lost), -1, codes))

    def find(self, text: str) -> int:
        """Return the class that a text names, or -1."""
        return self._finder()(text)

    def _finder(self) -> Callable[[str], int]:
        known = dict(reversed(self.aliases)) | {name: i for i, name in enumerate(self.names)}
        if self.fold != "exact":
            known = {fold(name, self.fold): i for name, i in known.items()} | known
        # With --label-base the text 1 is a position, even where a class has the name 1.
        counted = self.by_position and all(map(INTEGER.match, self.names))

        def find(text: str) -> int:
            clean = text.strip()
            number = as_number(clean)
            if not (counted and number is not None):
                word = clean.lower()
                truth = word if word in POSITIVE_WORDS | NEGATIVE_WORDS else clean
                for name in (text, clean, truth, fold(text, self.fold)):
                    if name in known:
                        return known[name]
            return -1 if number is None else int(self._encode_numbers(np.array([number]))[0])

        return find

    def unknown(self, labels: LabelValues, row: int, place: str) -> LabelError:
        """Make the error for a label without a class, in row `row` of `labels`."""
        from xent_cli.schema.unknown_label import unknown_label  # Only who fails needs it.

        return unknown_label(self, labels, row, place)

    def _encode_numbers(self, numbers: NDArray[np.float64]) -> NDArray[np.intp]:
        first = self.first_number()
        if first is not None:
            whole = np.issubdtype(numbers.dtype, np.integer)
            codes = numbers.astype(np.intp, copy=False) if whole else numbers
            codes = codes - first if first else codes
            if not whole or codes.min(initial=0) < 0 or codes.max(initial=0) >= len(self.names):
                good = (codes >= 0) & (codes < len(self.names)) & (codes == np.floor(codes))
                codes = np.where(good, codes, -1)
            return codes.astype(np.intp, copy=False)
        values = [as_number(name) for name in self.names]
        pairs = [(value, index) for index, value in enumerate(values) if value is not None]
        known = dict(pairs)
        if len(known) < len(pairs):
            raise self._one_number(pairs)
        others = [(as_number(text), at) for text, at in self.aliases if values[at] is None]
        # A class whose name is a number has no other.
        pairs += [(v, at) for v, at in others if v is not None and v not in known]
        if not pairs:
            return np.full(len(numbers), -1, dtype=np.intp)
        pairs.sort()
        keys = np.array([value for value, _ in pairs])
        indices = np.array([index for _, index in pairs], dtype=np.intp)
        at = np.minimum(np.searchsorted(keys, numbers), len(keys) - 1)
        return np.asarray(np.where(keys[at] == numbers, indices[at], -1), dtype=np.intp)

    def _one_number(self, pairs: Sequence[tuple[float, int]]) -> ClassesError:
        """Return what to say of two classes that a number does not tell apart."""
        one, other = next(
            (self.names[i], self.names[j])
            for (value, i), (again, j) in pairwise(sorted(pairs))
            if value == again
        )
        return ClassesError(
            f"The classes {one!r} and {other!r} are the same number, and the labels are numbers.",
            hint=(
                f"Give the classes different names with {option('classes')}, or write "
                "labels as text."
            ),
        )

    def first_number(self) -> int | None:
        """Return the number of class 0 if the others count on from it: no look-up is needed."""
        if self.by_position:
            return self.base
        if not all(map(INTEGER.match, self.names)):
            return None
        first = int(self.names[0])
        counted = range(first, first + len(self.names))
        return first if list(map(int, self.names)) == list(counted) else None


def index_classes(
    names: Sequence[str], columns: Sequence[str], *, named: bool, label_base: int | None
) -> ClassIndex:
    """Return the index of K classes whose names came from columns (or `classes`, or nowhere).

    Integer labels are names where some names are integers, and positions where none is, or where
    `label_base` says so. (Were they names only where all are, a 1 among texts would be a name, and
    one among numbers a position.)
    """
    numbers = any(as_number(name) is not None for name in names)
    aliases = tuple(zip(columns, range(len(names)), strict=True)) if columns else ()
    by_name = named and numbers and label_base is None
    if named and label_base is None and (said := _said_by(names)) is not None:
        aliases, by_name = (*aliases, *said), True
    return ClassIndex(tuple(names), aliases, by_position=not by_name, base=label_base or 0)


def polar_aliases(negative: int) -> tuple[tuple[str, int], ...]:
    """Return what else labels call two classes: 0, no, false for `negative`; 1, yes, true."""
    words = [("0", negative), ("1", 1 - negative)]
    words += [(word, negative) for word in sorted(NEGATIVE_WORDS)]
    return (*words, *((word, 1 - negative) for word in sorted(POSITIVE_WORDS)))


def _said_by(names: Sequence[str]) -> tuple[tuple[str, int], ...] | None:
    """Return aliases for two classes of which one says no and the other yes, in either order."""
    sides = [polarity(name) for name in names]
    return polar_aliases(sides.index(0)) if sorted(map(str, sides)) == ["0", "1"] else None


def _show_number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
