"""Families: columns whose names differ in one place, which names the class of each.

Looks at names only. A family is what stands between a common prefix and a common suffix, whatever
these are: ``p_cat``, ``Status_C``, ``isbadbuy_1_PREDICTION``, ``P (Churn=Yes)``, or bare names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from xent_cli.fast_dataclass import dataclass
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.class_names import as_number, polarity
from xent_cli.schema.spelling import FOLDS, fold

_NUMBER = lazy_pattern(r"\d+(?:\.\d+)?")
_DIGITS = lazy_pattern(r"\d+")
_BOUNDARY = lazy_pattern(
    r"(?<=[^0-9A-Za-z])(?=.)|(?<=[A-Za-z])(?=\d)|(?<=[a-z])(?=[A-Z])|(?<=.)(?=[^0-9A-Za-z])"
)
_MANY_COLUMNS = 2000
"""Beyond so many columns only their longest common prefix and suffix are looked at."""

_GENERIC = lazy_pattern(
    r"(?:x|v|c|f|col|column|var|field|feature|feat|dim|unnamed: )[_ ]?\Z", re.IGNORECASE
)
"""What tools put before a number where a column has no name: R's V1, x0."""

_PROBABILITY = lazy_pattern(
    r"(?:^|[^a-z])(?:p|q|pr|prob|probs|proba|probas|probability|probabilities|likelihood|posterior"
    r"|softmax|sigmoid|confidence|conf)(?:$|[^a-z])"
)
_OUTPUT = lazy_pattern(
    r"(?:^|[^a-z])(?:score|scores|logit|logits|logprob|logprobs|log_?prob|output|outputs|pred|preds"
    r"|predict|prediction|predictions|predicted|yhat|hat|margin|raw)(?:$|[^a-z])"
)


@dataclass(frozen=True, slots=True)
class Family:
    """Columns, and what each is called but for the prefix and suffix that all share.

    Attributes
    ----------
    columns, middles : tuple of str
        In the order of the file; both of length K.
    prefix, suffix : str
    """

    columns: tuple[str, ...]
    middles: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def only(self, columns: Iterable[str]) -> Family:
        """Return the family without the columns that are not among these."""
        wanted = set(columns)
        pairs = [(c, m) for c, m in zip(self.columns, self.middles, strict=True) if c in wanted]
        return Family(
            tuple(c for c, _ in pairs), tuple(m for _, m in pairs), self.prefix, self.suffix
        )

    @property
    def affixed(self) -> bool:
        """Whether anything but the middles says that these columns belong together."""
        return bool(self.prefix or self.suffix)

    @property
    def counted(self) -> bool:
        """Whether names are none of the columns' own: R's V1, V2, pandas' 0, 1, NumPy's x0.

        Examples
        --------
        >>> [Family(("1", "2"), ("1", "2"), prefix).counted for prefix in ("V", "p")]
        [True, False]
        """
        if not _GENERIC.match(self.prefix) or self.suffix:
            return False
        numbers = [as_number(middle) for middle in self.middles]
        first = numbers[0]
        return first in (0, 1) and numbers == [first + i for i in range(len(numbers))]

    def describe(self) -> str:
        """Return the columns as a person would name them."""
        if len(self.columns) <= 4:
            return ", ".join(self.columns)
        return f"{self.columns[0]} to {self.columns[-1]} ({len(self.columns)} columns)"


@lru_cache(8192)
def rank_of_name(name: str) -> int:
    """Say how much a column's name speaks of a probability: 2 clearly, 1 of some output, 0 no.

    Examples
    --------
    >>> [rank_of_name(name) for name in ("y_prob", "rf_score", "Probability", "age")]
    [2, 1, 2, 0]
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower()
    if _PROBABILITY.search(spaced):
        return 2
    return 1 if _OUTPUT.search(spaced) else 0


def families_of_labels(labels: Sequence[str], columns: Sequence[str]) -> list[Family]:
    """Return the families whose middles include every one of the labels.

    Parameters
    ----------
    labels : sequence of str
        The values of a column of labels, each once.
    columns : sequence of str

    Examples
    --------
    >>> [f.middles for f in families_of_labels(["1", "2"], ["ID", "class1", "class2", "class3"])]
    [('1', '2', '3')]
    >>> [f.columns for f in families_of_labels(["cat", "dog"], ["p_cat", "p_dog", "p_owl", "age"])]
    [('p_cat', 'p_dog', 'p_owl')]
    """
    if not labels or len(columns) < 2:
        return []
    numbers = [as_number(text) for text in labels]
    found = list(_texts(labels, columns))
    if all(number is not None for number in numbers):
        found += _numbered({number for number in numbers if number is not None}, columns)
    if all(polarity(text) is not None for text in labels):
        found += _polar(columns)
    return list({family.columns: family for family in reversed(found)}.values())[::-1]


def structural_families(columns: Sequence[str]) -> list[Family]:
    """Return all families of two or more columns that names allow, whatever labels say.

    Each is closed: its prefix and suffix are the longest that its columns share. The family of all
    columns without prefix and suffix is among them, the last.

    Examples
    --------
    >>> sorted(f.columns for f in structural_families(["lr_0", "lr_1", "dt_0", "dt_1"]))[1:]
    [('lr_0', 'dt_0'), ('lr_0', 'lr_1'), ('lr_0', 'lr_1', 'dt_0', 'dt_1'), ('lr_1', 'dt_1')]
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    if len(columns) <= _MANY_COLUMNS:
        for name in columns:
            for affix in _affixes(name):
                groups[affix].append(name)
    sets: dict[tuple[str, ...], Family] = {}
    for members in groups.values():
        if len(members) == 1:  # Most are.
            continue
        key = tuple(dict.fromkeys(members))
        if len(key) > 1 and key not in sets and key != tuple(columns):
            sets[key] = closed(key)
    found = [family for family in sets.values() if len(set(family.middles)) == len(family.columns)]
    whole = closed(tuple(columns)) if len(columns) > 1 else None
    return [*found, *([whole] if whole else [])]


@lru_cache(8192)
def _affixes(name: str) -> list[tuple[str, str]]:
    """Return what a name may have before and after its middle, not both nothing."""
    cuts = [0, *(m.start() for m in _BOUNDARY.finditer(name)), len(name)]
    pairs = ((name[:start], name[end:]) for start, end in combinations(cuts, 2))
    return [affix for affix in pairs if affix != ("", "")]


def _polar(columns: Sequence[str]) -> Iterator[Family]:
    """Yield pairs of columns of which one says no, the other yes: ``p_no, p_yes``."""
    for family in structural_families(columns):
        if len(family.columns) != 2:
            continue
        first, second = family.columns
        size = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
        for middles in (family.middles, (first[size:], second[size:])):
            if sorted(str(polarity(middle)) for middle in middles) == ["0", "1"]:
                yield replace(family, middles=middles)
                break


def closed(columns: tuple[str, ...]) -> Family:
    """Return columns as a family with the longest prefix and suffix that end at a boundary.

    Examples
    --------
    >>> closed(("39_prob", "35_prob"))
    Family(columns=('39_prob', '35_prob'), middles=('39', '35'), prefix='', suffix='_prob')
    """
    prefix = _common_prefix(columns)
    rest = [name[len(prefix) :] for name in columns]
    suffix = _common_suffix(rest)
    middles = tuple(text[: len(text) - len(suffix)] for text in rest)
    if not all(middles):
        return Family(columns, columns)
    return Family(columns, middles, prefix, suffix)


def _common_prefix(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    size = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    cuts = [0, *(m.start() for m in _BOUNDARY.finditer(first))]
    return first[: max((cut for cut in cuts if cut <= size and cut < len(first)), default=0)]


def _common_suffix(names: Sequence[str]) -> str:
    turned = [name[::-1] for name in names]
    first, last = min(turned), max(turned)
    size = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    name = first[::-1]
    cuts = [len(name), *(m.start() for m in _BOUNDARY.finditer(name))]
    ends = (cut for cut in cuts if cut >= len(name) - size and cut > 0)
    return name[min(ends, default=len(name)) :]


def _texts(labels: Sequence[str], columns: Sequence[str]) -> Iterator[Family]:
    """Yield the families around labels as they are spelled, by the first fold that finds some."""
    for how in FOLDS:
        wanted = {fold(label, how) for label in labels}
        if len(wanted) < len(labels) and how not in ("exact", "trim"):
            return
        folded = {name: fold(name, "exact" if how == "exact" else how) for name in columns}
        known = set(folded.values())
        longest = max(wanted, key=len)
        affixes: dict[tuple[str, str], None] = {}
        for text in dict.fromkeys(folded.values()):
            at = text.find(longest)
            while at >= 0:
                affix = text[:at], text[at + len(longest) :]
                if all(affix[0] + label + affix[1] in known for label in wanted):
                    affixes[affix] = None
                at = text.find(longest, at + 1)
        found = [
            family
            for prefix, suffix in affixes
            if (family := _around(prefix, suffix, folded)) and len(family.columns) > 1
        ]
        if found:
            yield from (_stripped(family, wanted) for family in found)
            return


def _around(prefix: str, suffix: str, folded: dict[str, str]) -> Family | None:
    """Return the columns whose folded names have this prefix and suffix around something."""
    room = len(prefix) + len(suffix)
    columns, middles = [], []
    for name, text in folded.items():
        if len(text) > room and text.startswith(prefix) and text.endswith(suffix):
            columns.append(name)
            middle = text[len(prefix) : len(text) - len(suffix)]
            middles.append(
                name[len(prefix) : len(name) - len(suffix)] if len(name) == len(text) else middle
            )
    if len(set(middles)) < len(middles):
        return None
    return Family(tuple(columns), tuple(middles), prefix, suffix)


def _stripped(family: Family, labels: set[str]) -> Family:
    """Bring a family into shape whose labels are whole names: p_cat is of p_*, not of all."""
    if family.affixed:
        return family
    own = [name for name in family.columns if name in labels]
    prefix = _common_prefix(own) if len(own) > 1 else ""
    if not prefix or rank_of_name(prefix) == 0:
        return family
    members = [name for name in family.columns if name.startswith(prefix) and name != prefix]
    return Family(tuple(members), tuple(members), prefix, "")


def _numbered(wanted: set[float], columns: Sequence[str]) -> Iterator[Family]:
    """Yield the families around whole numbers, however these are written: 1, 01, 1.0."""
    slots: dict[tuple[str, str], list[tuple[float, str, str]]] = defaultdict(list)
    for name in columns:
        seen = set()
        for pattern in (_NUMBER, _DIGITS):
            for match in pattern.finditer(name):
                starts = [match.start()]
                if match.start() and name[match.start() - 1] == "-":
                    starts.append(match.start() - 1)
                for start in starts:
                    text = name[start : match.end()]
                    affix = name[:start], name[match.end() :]
                    value = as_number(text)
                    if value is not None and (affix, text) not in seen:
                        seen.add((affix, text))
                        slots[affix].append((value, text, name))
    for (prefix, suffix), members in slots.items():
        values = [value for value, _, _ in members]
        if len(members) > 1 and wanted <= set(values):
            names = tuple(name for _, _, name in members)
            yield Family(names, tuple(text for _, text, _ in members), prefix, suffix)
