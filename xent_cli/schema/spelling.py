"""Spelling: when two texts are the same name of a class. Looks at texts only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, get_args

from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.class_names import as_number

Fold = Literal["exact", "trim", "number", "case", "dots"]
"""What two spellings of a name may differ in, from nothing to everything but letters and digits."""

FOLDS: tuple[Fold, ...] = get_args(Fold)
_PAIRS = {'"': '"', "'": "'", "[": "]", "(": ")", "{": "}"}
_MARKS = lazy_pattern(r"[\x00-/:-`{-\x7f]+")  # All of ASCII but digits and small letters.
_FASTTEXT = "__label__"
_MARK = lazy_pattern(
    r"\W*|unk|unknown|ignored?|none|void|un-?label+ed|missing|skip|unsure"
    r"|null|n/?a|no label",
    re.IGNORECASE,
)
"""How a label is spelled that is none."""


@lru_cache(1 << 14)  # The names of a thousand columns are asked for again and again.
def fold(text: str, how: Fold) -> str:
    """Return what is left of a name when spellings are folded together; each fold does more.

    Examples
    --------
    >>> [fold(' "Non functional" ', how) for how in ("trim", "case", "dots")]
    ['Non functional', 'non functional', 'non.functional']
    >>> fold("01", "number"), fold("1.0", "number"), fold("__label__cat", "trim")
    ('1', '1', 'cat')
    """
    if how == "exact":
        return text
    bare = text.strip()
    while len(bare) > 2 and _PAIRS.get(bare[0]) == bare[-1]:
        bare = bare[1:-1].strip()
    bare = bare.removeprefix(_FASTTEXT)
    if how == "trim":
        return bare
    number = as_number(bare)
    if number is not None:
        return str(int(number)) if number.is_integer() else repr(number)
    if how == "number":
        return bare
    folded = bare.casefold()
    return folded if how == "case" else _MARKS.sub(".", folded).strip(".") or folded


def match_names(values: Iterable[str], names: Sequence[str]) -> Fold | None:
    """Return the first fold by which every value is one of the names, each name still its own.

    Values that the fold would make one are different names, so it does not count.

    Examples
    --------
    >>> match_names(["Cat", "dog"], ["cat", "dog", "owl"]), match_names(["ox"], ["cat"]) is None
    ('case', True)
    """
    wanted = list(dict.fromkeys(values))
    for how in FOLDS:
        known = {fold(name, how) for name in names}
        if len(known) < len(names):
            return None  # Any further fold joins them, too.
        found = {fold(value, how) for value in wanted}
        if found <= known and (how in ("exact", "trim") or len(found) == len(wanted)):
            return how
    return None


_MISSING = frozenset(
    ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "Null", "null", "None", "<NA>", "#N/A")
)


def is_missing(text: str) -> bool:
    """Say whether a text is how tables spell a missing value; a class may be called so too.

    Examples
    --------
    >>> is_missing("NA"), is_missing(" None "), is_missing("cat")
    (True, True, False)
    """
    return text.strip() in _MISSING


def is_mark(value: str) -> bool:
    """Say whether a label rather says that there is none.

    Examples
    --------
    >>> [is_mark(value) for value in ("unknown", "?", "cat")]
    [True, True, False]
    """
    return bool(_MARK.fullmatch(value.strip()))
