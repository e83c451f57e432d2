"""Unknown label: the error for one that names no class, with what may lead on."""

from __future__ import annotations

import unicodedata

import numpy as np

from xent_cli.errors import LabelError, option
from xent_cli.schema.class_names import as_number
from xent_cli.schema.label_encoder import INTEGER, ClassIndex, LabelValues
from xent_cli.schema.name_suggestions import listed
from xent_cli.schema.spelling import is_mark

_FEW_MARKS = 2  # So many values may each say that there is no label.


def unknown_label(index: ClassIndex, labels: LabelValues, row: int, place: str) -> LabelError:
    """Make the error for a label without a class, in row `row` of `labels`."""
    value = labels.at(row)
    if len(value) > 40:
        value = value[:37] + "..."
    known = bool((index.encode(labels) >= 0).any())
    hint = f"Use {option('classes')} to name the classes, in the order of the columns."
    two = labels.distinct()
    if index.by_position and len(index.names) == len(two) == 2 and "," not in "".join(two):
        ways = [option("classes", ",".join(order)) for order in (two, two[::-1])]
        hint = f"Use {' or '.join(ways)}, in the order of the columns."
    if known:
        hint = _of_one_among_known(index, labels, row, value)
    if _counts_from_one(index, labels):
        hint = f"If labels count from 1, use {option('label_base', 1)}."
    elif len(index.names) == 2 and (as_number(value) or 0) % 1:
        hint = "Label probabilities must be between 0 and 1."
    elif unicodedata.normalize("NFC", value) in (
        unicodedata.normalize("NFC", name) for name in index.names
    ):
        hint = (
            "One of them looks the same, but has other code points for its accents. Write both "
            "in the same way, for example with unicodedata.normalize('NFC', text)."
        )
    return LabelError(f"{place}: {value!r} is not one of the classes {_listed(index)}.", hint=hint)


def _of_one_among_known(index: ClassIndex, labels: LabelValues, row: int, value: str) -> str:
    """Return the hint where other labels have classes."""
    if (hint := _count_apart(index, value, labels)) is not None:
        return hint
    if labels.numbers is not None and _n_unknown(index, labels) > _FEW_MARKS:
        return (
            "Other values of the column are not classes either. If it does not hold the "
            f"labels, choose the right column with {option('label_col')}."
        )
    hint = f"Use {option('ignore_label', labels.at(row))} to leave out such rows."
    if as_number(value) is not None or is_mark(value):
        return hint
    return (
        "If one of the columns is this class under another name, use "
        f"{option('classes')} to name all classes, in the order of the columns. {hint}"
    )


def _n_unknown(index: ClassIndex, labels: LabelValues) -> int:
    """Count the values, each once, that have no class."""
    unknown = (index.encode(labels) < 0) & ~labels.missing()
    return len(np.unique(np.asarray(labels.numbers)[unknown]))


def _count_apart(index: ClassIndex, value: str, labels: LabelValues) -> str | None:
    """Return the hint for the number before all names or behind them: others may be off."""
    first, number = index.first_number(), as_number(value)
    known = [name for name in map(as_number, index.names) if name is not None]
    if first is not None:
        known = [first, first + len(index.names) - 1]
    if number is None or not known or number not in (min(known) - 1, max(known) + 1):
        return None
    if number < min(known):
        if max(known) in map(as_number, labels.distinct()):
            return None  # Labels do not end before the names: this one is beside them.
        if first is not None:
            return (
                f"If labels count from {value}, use {option('label_base', value)}. If "
                f"{value} means no label, use {option('ignore_label', value)}."
            )
    return "Do the labels and the column names count from the same number?"


def _counts_from_one(index: ClassIndex, labels: LabelValues) -> bool:
    """Say whether all labels are positions from 1, and no names of their own."""
    counted = index.by_position or index.names == tuple(map(str, range(len(index.names))))
    numbers = [as_number(text) for text in labels.distinct()]
    fit = all(n is not None and n.is_integer() and 0 < n <= len(index.names) for n in numbers)
    return counted and index.base == 0 and fit


def _listed(index: ClassIndex) -> str:
    if index.by_position and all(map(INTEGER.match, index.names)):
        return f"{index.base} to {index.base + len(index.names) - 1}"
    return listed(index.names)
