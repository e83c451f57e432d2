"""Class names: what the names of columns say about classes. Looks at texts only."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress, takewhile

from xent_cli.errors import ClassesError, option
from xent_cli.lazy_pattern import lazy_pattern
from xent_cli.schema.file_guard import note_read

_WORD = (
    r"(?:y_?)?(?:p|q|prob|probs|proba|probability|pred|preds|prediction|score|scores|logit|logits"
    r"|log_?probs?|output|softmax|sigmoid|true|hat|y|onehot|label|target|class)"
)
_TELLING_PREFIX = lazy_pattern(rf"(?:{_WORD}[_.:\- ])+\Z", re.IGNORECASE)
_TELLING_SUFFIX = lazy_pattern(rf"(.+?)((?:[_.:\- ]{_WORD})+)\Z", re.IGNORECASE)
_BRACKETED = lazy_pattern(r"([^()\[\]]*)[(\[]([^()\[\]]+)[)\]]\Z")
_NUMBERED = lazy_pattern(r"([A-Za-z]+)(\d+)\Z")
TRUE_WORDS = frozenset({"true", "t", "yes", "y"})
FALSE_WORDS = frozenset({"false", "f", "no", "n"})
POSITIVE_WORDS = TRUE_WORDS | {"pos", "positive"}
NEGATIVE_WORDS = FALSE_WORDS | {"neg", "negative"}


def bare_names(names: Sequence[str]) -> list[str]:
    """Remove from column names what only says "probability", "label" or the like.

    That is a prefix or suffix that all share, or what stands around brackets: ``p_cat``,
    ``cat_prob``, ``P(cat)``. Names that count from 0 (``c0``, ``c2``, ``c1``) become numbers.

    Examples
    --------
    >>> bare_names(["p_cat", "p_dog"]), bare_names(["cat_a", "cat_b"])
    (['cat', 'dog'], ['cat_a', 'cat_b'])
    >>> bare_names(["P(yes)", "P(no)"]), bare_names(["0_prob", "1_prob"]), bare_names(["c1", "c0"])
    (['yes', 'no'], ['0', '1'], ['1', '0'])
    """
    if len(bracketed := _parts(_BRACKETED, names)) == len(names):
        heads = {head for head, _ in bracketed}
        if len(heads) == 1 and (not (head := heads.pop()) or _TELLING_PREFIX.match(head + "_")):
            return [inner for _, inner in bracketed]
    prefix = _separated_prefix(names)
    while prefix and not _TELLING_PREFIX.match(prefix):
        prefix = _shorter(prefix)
    bare = [name[len(prefix) :] for name in names]
    if len(suffixed := _parts(_TELLING_SUFFIX, bare)) == len(bare):
        suffixes = {suffix for _, suffix in suffixed}
        if len(suffixes) == 1:
            bare = [stem for stem, _ in suffixed]
    numbered = _parts(_NUMBERED, bare)
    if len(numbered) == len(bare) > 1 and len({head for head, _ in numbered}) == 1:
        digits = [number for _, number in numbered]
        if sorted(digits, key=int) == [str(i) for i in range(len(digits))]:
            return digits
    return bare


def polarity(name: str) -> int | None:
    """Say whether a name means the negative class (0) or the positive one (1), if either.

    Examples
    --------
    >>> polarity("no"), polarity("True"), polarity("1.0"), polarity("spam")
    (0, 1, 1, None)
    """
    word = name.strip().lower()
    if word in NEGATIVE_WORDS or as_number(word) == 0:
        return 0
    return 1 if word in POSITIVE_WORDS or as_number(word) == 1 else None


def match_columns(preds: Sequence[str], labels: Sequence[str]) -> list[int] | None:
    """Return for each prediction column the position of its label column, by name.

    Names match as they are, or bare, or but for their case. None if they do not match one to one.

    Examples
    --------
    >>> match_columns(["p_cat", "p_dog"], ["y_dog", "y_cat"])
    [1, 0]
    """
    for fold in (str, str.casefold):
        for ours in _spellings(preds, fold):
            for theirs in _spellings(labels, fold):
                if len(set(ours)) == len(ours) and sorted(ours) == sorted(theirs):
                    places = {name: index for index, name in enumerate(theirs)}
                    return [places[name] for name in ours]
    return None


def require_distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return class names as a tuple; ClassesError if one stands twice."""
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ClassesError(f"Two classes have the name {name!r}.")
    return tuple(names)


def read_class_names(given: str) -> tuple[str, ...]:
    """Read what names the classes: a list with commas between, or a text file with one name a line.

    Examples
    --------
    >>> read_class_names("cat, dog")
    ('cat', 'dog')
    """
    if os.path.isfile(given):
        note_read(given)
        try:
            with open(given, encoding="utf-8-sig") as file:
                names = [line.strip() for line in file if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise ClassesError(f"The class names in {given} cannot be read: {error}.") from error
    else:
        names = [name.strip() for name in given.split(",")]
    if len(names) < 2 or not all(names):
        raise ClassesError(
            f"{option('classes', given)} must name two or more classes.",
            hint="Separate the names by commas, or give a file with one name per line.",
        )
    return require_distinct(names)


def as_number(text: str) -> float | None:
    """Return the number that a label or name is, if it is one that float64 holds exactly.

    Examples
    --------
    >>> as_number("10"), as_number("1_0"), as_number("cat")
    (10.0, None, None)
    """
    if "_" in text or not text.isascii():  # Python reads 1_0 as 10, and digits of any script.
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 2.0**53 else None  # Beyond, integers share their float64.


def _spellings(names: Sequence[str], fold: Callable[[str], str]) -> list[list[str]]:
    """Return names as they are, without any of their common prefixes, and bare."""
    spellings = [list(names)]
    prefix = _separated_prefix(names)
    while prefix:
        spellings.append([name[len(prefix) :] for name in names])
        prefix = _shorter(prefix)
    return [[fold(name) for name in spelling] for spelling in (*spellings, bare_names(names))]


def _parts(pattern: re.Pattern[str], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return both groups of the pattern for those names that it matches whole."""
    return [(found[1], found[2]) for name in names if (found := pattern.match(name))]


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
