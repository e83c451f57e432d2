"""Classes: their names, their order, and how labels find them. NumPy only."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress, takewhile

import numpy as np
from numpy.typing import NDArray

from xent_cli.errors import ClassesError, LabelError

_INTEGER = re.compile(r"[+-]?\d+\Z")
_TELLING_PREFIX = re.compile(
    r"(?:y_?)?(?:p|q|prob|probs|proba|probability|pred|preds|prediction|score|scores|logit|logits"
    r"|log_?probs?|output|softmax|sigmoid|true|hat|y|onehot|label|target|class)[_.:\- ]\Z",
    re.IGNORECASE,
)
TRUE_WORDS = frozenset({"true", "t", "yes", "y"})
FALSE_WORDS = frozenset({"false", "f", "no", "n"})


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

    def __len__(self) -> int:
        values = self.codes if self.numbers is None else self.numbers
        return 0 if values is None else len(values)

    def missing(self) -> NDArray[np.bool_]:
        """Say which labels are missing, (n,)."""
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return np.asarray(self.codes) < 0

    def equal_to(self, wanted: Sequence[str]) -> NDArray[np.bool_]:
        """Say which labels are one of the `wanted` texts; numbers compare as numbers.

        Examples
        --------
        >>> LabelValues(numbers=np.array([-100.0, 3.0])).equal_to(["-100"])
        array([ True, False])
        """
        if self.numbers is not None:
            values = [value for text in wanted if (value := _as_number(text)) is not None]
            return np.isin(self.numbers, values)
        hits = [index for index, text in enumerate(self.texts) if text.strip() in wanted]
        return np.isin(np.asarray(self.codes), hits)

    def at(self, row: int) -> str:
        """Return the label of a row as text."""
        if self.numbers is not None:
            return f"{self.numbers[row]:.17g}"
        return self.texts[int(np.asarray(self.codes)[row])]

    def distinct(self) -> list[str]:
        """Return the labels that occur, as texts, in order of appearance."""
        if self.numbers is not None:
            values, first = np.unique(self.numbers[~np.isnan(self.numbers)], return_index=True)
            return [f"{value:.17g}" for value in values[np.argsort(first)]]
        codes = np.asarray(self.codes)
        values, first = np.unique(codes[codes >= 0], return_index=True)
        return [self.texts[int(code)].strip() for code in values[np.argsort(first)]]


def strip_prefix(names: Sequence[str]) -> list[str]:
    """Remove what all names begin with, if it only says "probability", "label" or the like.

    Examples
    --------
    >>> strip_prefix(["p_cat", "p_dog"]), strip_prefix(["cat_a", "cat_b"])
    (['cat', 'dog'], ['cat_a', 'cat_b'])
    """
    prefix = _separated_prefix(names)
    while prefix and not _TELLING_PREFIX.match(prefix):
        prefix = _shorter(prefix)
    return [name[len(prefix) :] for name in names]


def match_columns(preds: Sequence[str], labels: Sequence[str]) -> list[int] | None:
    """Return for each prediction column the position of its label column, by name.

    Names match as they are, or without the prefix that each side has in common. None if they do not
    match one to one.

    Examples
    --------
    >>> match_columns(["p_cat", "p_dog"], ["y_dog", "y_cat"])
    [1, 0]
    """
    for ours in _spellings(preds):
        for theirs in _spellings(labels):
            if len(set(ours)) == len(ours) and sorted(ours) == sorted(theirs):
                return [theirs.index(name) for name in ours]
    return None


def require_distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return class names as a tuple; ClassesError if one stands twice."""
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ClassesError(f"Two classes have the name {name!r}.")
    return tuple(names)


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
    """

    names: tuple[str, ...]
    aliases: tuple[tuple[str, int], ...] = ()
    by_position: bool = True
    base: int = 0

    def encode(self, labels: LabelValues) -> NDArray[np.intp]:
        """Return the class of each label, (n,), with -1 where it has none."""
        if labels.numbers is not None:
            return self._encode_numbers(labels.numbers)
        find = self._finder()
        table = np.array([find(text) for text in labels.texts] + [-1], dtype=np.intp)
        return np.asarray(table[np.asarray(labels.codes)])

    def find(self, text: str) -> int:
        """Return the class that a text names, or -1."""
        return self._finder()(text)

    def _finder(self) -> Callable[[str], int]:
        known = dict(reversed(self.aliases)) | {name: i for i, name in enumerate(self.names)}
        # With --label-base the text 1 is a position, even where a class has the name 1.
        counted = self.by_position and all(map(_INTEGER.match, self.names))

        def find(text: str) -> int:
            clean = text.strip()
            number = _as_number(clean)
            if not (counted and number is not None):
                word = clean.lower()
                for name in (text, clean, word if word in TRUE_WORDS | FALSE_WORDS else clean):
                    if name in known:
                        return known[name]
            return -1 if number is None else int(self._encode_numbers(np.array([number]))[0])

        return find

    def unknown(self, labels: LabelValues, row: int, place: str) -> LabelError:
        """Make the error for a label without a class, in row `row` of `labels`."""
        value = labels.at(row)
        if len(value) > 40:
            value = value[:37] + "..."
        hint = "--ignore-label leaves such rows out; --classes names the classes."
        counted = self.by_position or self.names == tuple(map(str, range(len(self.names))))
        if counted and value == str(len(self.names)) and self.base == 0:
            hint = "If labels count from 1, say --label-base 1."
        elif (_as_number(value) or 0) % 1 and len(self.names) == 2:
            hint = "Label probabilities must lie between 0 and 1."
        return LabelError(f"{place}: {value!r} is none of the classes {self._listed()}.", hint=hint)

    def _encode_numbers(self, numbers: NDArray[np.float64]) -> NDArray[np.intp]:
        first = self._first_number()
        if first is not None:
            codes = numbers - first
            good = (codes >= 0) & (codes < len(self.names)) & (codes == np.floor(codes))
            return np.where(good, codes, -1).astype(np.intp)
        values = [_as_number(name) for name in self.names]
        pairs = [(value, index) for index, value in enumerate(values) if value is not None]
        pairs += [(v, i) for text, i in self.aliases if (v := _as_number(text)) is not None]
        if not pairs:
            return np.full(len(numbers), -1, dtype=np.intp)
        pairs.sort()
        keys = np.array([value for value, _ in pairs])
        indices = np.array([index for _, index in pairs], dtype=np.intp)
        at = np.minimum(np.searchsorted(keys, numbers), len(keys) - 1)
        return np.asarray(np.where(keys[at] == numbers, indices[at], -1), dtype=np.intp)

    def _first_number(self) -> int | None:
        """Return the number of class 0 if the others count on from it: no look-up is needed."""
        if self.by_position:
            return self.base
        if not all(map(_INTEGER.match, self.names)):
            return None
        first = int(self.names[0])
        counted = range(first, first + len(self.names))
        return first if list(map(int, self.names)) == list(counted) else None

    def _listed(self) -> str:
        if self.by_position and all(map(_INTEGER.match, self.names)):
            return f"{self.base} to {self.base + len(self.names) - 1}"
        shown = ", ".join(self.names[:8])
        return shown if len(self.names) <= 8 else f"{shown}, ... ({len(self.names)} in all)"


def index_classes(
    names: Sequence[str], columns: Sequence[str], *, named: bool, label_base: int | None
) -> ClassIndex:
    """Return the index of K classes whose names came from columns (or `--classes`, or nowhere).

    Integer labels are names where some names are integers, and positions where none is, or where
    `label_base` says so. (Were they names only where all are, a 1 among texts would be a name, and
    one among numbers a position.)
    """
    integers = any(_INTEGER.match(name) for name in names)
    by_name = named and integers and label_base is None
    aliases = tuple(zip(columns, range(len(names)), strict=True)) if columns else ()
    return ClassIndex(tuple(names), aliases, by_position=not by_name, base=label_base or 0)


def read_class_names(given: str) -> tuple[str, ...]:
    """Read `--classes`: a list with commas between, or a text file with one name a line.

    Examples
    --------
    >>> read_class_names("cat, dog")
    ('cat', 'dog')
    """
    if os.path.isfile(given):
        try:
            with open(given, encoding="utf-8-sig") as file:
                names = [line.strip() for line in file if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise ClassesError(f"The class names in {given} cannot be read: {error}.") from error
    else:
        names = [name.strip() for name in given.split(",")]
    if len(names) < 2 or not all(names):
        raise ClassesError(
            f"--classes {given!r} does not name two classes or more.",
            hint="Write them with commas between, or give a file with one name a line.",
        )
    return require_distinct(names)


def _spellings(names: Sequence[str]) -> list[list[str]]:
    spellings = [list(names)]
    prefix = _separated_prefix(names)
    while prefix:
        spellings.append([name[len(prefix) :] for name in names])
        prefix = _shorter(prefix)
    return spellings


def _separated_prefix(names: Sequence[str]) -> str:
    """Return the longest common prefix that ends in a separator and is no whole name."""
    first, last = min(names, default=""), max(names, default="")
    same = (a == b for a, b in zip(first, last, strict=False))
    prefix = "".join(compress(first, takewhile(bool, same)))
    if len(names) < 2 or prefix in names:
        prefix = prefix[:-1]
    return prefix if not prefix or prefix[-1] in "_.:- " else _shorter(prefix)


def _shorter(prefix: str) -> str:
    """Cut a prefix back to its previous separator."""
    match = re.search(r".*[_.:\- ](?=.)", prefix, re.DOTALL)
    return match.group(0) if match else ""


def _as_number(text: str) -> float | None:
    if "_" in text or not text.isascii():  # Python reads 1_0 as 10, and digits of any script.
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 2.0**53 else None  # Beyond, integers share their float64.
