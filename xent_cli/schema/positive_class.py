"""Positive class: which of two labels is the positive one, and what both are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from xent_cli.errors import ClassesError, LabelError, option
from xent_cli.schema.class_lookup import ClassLookup
from xent_cli.schema.class_names import (
    FALSE_WORDS,
    TRUE_WORDS,
    as_number,
    bare_names,
    polarity,
)
from xent_cli.schema.label_encoder import ClassIndex, polar_aliases
from xent_cli.schema.name_suggestions import did_you_mean
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.provenance import Notice

_TRUTHS = ("false", "true")
_SHORT = 1
"""So many letters in a name may mean anything."""
_SIGNS = re.compile(r"[^\w\s.,:'()/-]")

_NO_NAMES = frozenset(
    (
        *("0", "1", "p", "q", "y", "pred", "preds", "prediction", "predictions", "prob", "proba"),
        *("probs", "probability", "score", "scores", "hat", "true", "pos", "positive", "logit"),
        *("logits", "logprob", "output", "label", "model", "value", "values", "class", "target"),
    )
)


def binary_index(distinct: Sequence[str], preds: Sequence[str], options: EvalOptions) -> ClassIndex:
    """Return the index of (negative, positive).

    Parameters
    ----------
    distinct : sequence of str
        Labels that occur, as far as they had to be read: none if they are numbers and no
        `positive` was given, so that 0 and 1 (and soft labels between) are meant.
    preds : sequence of str
        The prediction column; ``p_spam`` says that spam is positive.

    Raises
    ------
    LabelError
        If nothing says which label is positive.

    Examples
    --------
    >>> binary_index(["ham", "spam"], ["p_spam"], EvalOptions()).names
    ('ham', 'spam')
    """
    given = options.classes
    if given is not None and len(given) != 2:
        raise ClassesError(
            f"{option('classes')} names {len(given)} classes, but binary mode has one "
            "negative and one positive class."
        )
    said = _said_name(preds[0])
    if options.positive is not None:
        return _as_said(options.positive, distinct, preds[0], said, options)
    words = all(polarity(text) is not None for text in distinct)
    plain = _plain_names(distinct)
    if words and given is None and _speaks_of_negative(preds[0]):
        # The column is the probability of 0, no or false: that is the class it makes positive.
        names = plain[::-1]
        return ClassIndex(names, polar_aliases(negative=1), by_position=False)
    if not distinct:
        if given is not None and all(as_number(name) is not None for name in given):
            return ClassIndex(given, by_position=False)
        names = given or ((f"not {said}", said) if said else ("0", "1"))
        return ClassIndex(names, base=options.label_base or 0)
    if words:
        return ClassIndex(given or plain, polar_aliases(negative=0))
    if given is not None:
        return ClassIndex(given, by_position=False)
    for candidate in (preds[0], said, _label_within(preds[0], distinct)):
        if candidate and candidate in distinct:
            return _with_positive(candidate, distinct, None, preds[0])
    shown = " and ".join(repr(text) for text in distinct[:2])
    raise LabelError(
        f"Which label is the probability for? The labels are {shown}.",
        hint=f"Choose it: {_choices(distinct)}.",
    )


def _plain_names(distinct: Sequence[str]) -> tuple[str, str]:
    """Return what the classes no and yes are called: as labels spell them, if by other words."""
    own = {polarity(text): text for text in distinct}
    no, yes = own.get(0), own.get(1)
    if no and yes and not {no.lower(), yes.lower()} <= TRUE_WORDS | FALSE_WORDS | {"0", "1"}:
        return no, yes
    return ("0", "1") if all(as_number(text) is not None for text in distinct) else _TRUTHS


def _label_within(column: str, distinct: Sequence[str]) -> str:
    """Return the label that stands in a column's name as a word of its own, or ""."""

    def spaced(text: str) -> str:
        return " ".join(["", *re.findall(r"[^\W_]+", text.lower()), ""])

    name, found = spaced(column), list[str]()
    alike = len({spaced(text) for text in distinct}) < len(distinct)
    for text in sorted(distinct, key=len, reverse=True):
        word = spaced(text)
        literal = alike or _SIGNS.search(text)  # Words are all that >50K and <=50K have in common.
        told = text in column if literal else word in name
        if len(word) > _SHORT + 2 and as_number(text) is None and told:
            found.append(text)
            name = name.replace(word, " ")
    if len(found) != 1 or any(f" {word} " in name for word in ("not", "no", "non", "un")):
        return ""
    return found[0]


def _as_said(
    positive: str, distinct: Sequence[str], column: str, said: str, options: EvalOptions
) -> ClassIndex:
    """Return the index that the user asked for, by a label or by the column."""
    among = any(_same(text, positive) for text in distinct)
    if among or positive not in (column, said):
        return _with_positive(positive, distinct, options.classes, column)
    # The column's own class is the positive one anyway; what that is has to be found.
    numeric = all(as_number(text) in (0, 1) for text in distinct)
    return binary_index(() if numeric else distinct, [column], replace(options, positive=None))


def _choices(distinct: Sequence[str]) -> str:
    options = (option("positive", " ".join(text.split())[:40]) for text in distinct[:2])
    return " or ".join(options)


_LEADING = re.compile(
    r"(?:(?:scored|predicted|pred|prediction|probability|probabilities|proba|prob|p|class|label|y"
    r"|target|score|output|confidence|of|for|is)[^0-9A-Za-z]+)+",
    re.IGNORECASE,
)


def _bare(column: str) -> str:
    """Return what a name says of its class, without words such as "Scored Probabilities"."""
    bare = bare_names([column])[0]
    if bare != column:
        return bare
    found = _LEADING.match(column)
    rest = column[found.end() :].strip("\"')]}= ") if found else ""
    return rest or column


def _speaks_of_negative(column: str) -> bool:
    """Say whether a column such as p_0, p_no or negative is the probability of the negative class.

    A bare 0 says nothing: pandas writes it over columns without a name.
    """
    bare = _bare(column)
    return polarity(bare) == 0 and (bare != column or as_number(bare) is None)


def contradiction(index: ClassIndex, preds: Sequence[str]) -> tuple[Notice, ...]:
    """Warn if the prediction column speaks of the class that was made the negative one.

    Examples
    --------
    >>> contradiction(ClassIndex(("spam", "ham")), ["p_spam"])[0].code
    'positive'
    """
    said = _bare(preds[0])
    if said == preds[0] or said != index.names[0]:
        return ()
    message = (
        f"By its name, the column {preds[0]} is the probability of {said}, but "
        f"{index.names[1]} was set as positive."
    )
    return (Notice("positive", message),)


def require_positive(
    positive: str, lookup: ClassLookup, index: ClassIndex, counted: Sequence[str]
) -> None:
    """Refuse a positive class that contradicts two columns, or means nothing for others.

    Parameters
    ----------
    positive : str
        As the user said it.
    lookup : ClassLookup
    index : ClassIndex
        Of prediction columns of which each speaks of a class.
    counted : sequence of str
        The columns, where labels are positions of them, so that 1 is the second.

    Raises
    ------
    ClassesError

    Examples
    --------
    >>> index = ClassIndex(("cat", "dog"))
    >>> require_positive("dog", ClassLookup(index.names), index, ["cat", "dog"])
    """
    if len(lookup.names) != 2:
        raise ClassesError(
            f"{option('positive', positive)}: a positive class needs two classes, but "
            f"there are {len(lookup.names)} prediction columns.",
            hint="Leave out this option.",
        )
    found = lookup.find(positive)
    if found is None and index.find(positive) < 0:
        raise ClassesError(
            f"{option('positive', positive)}: there is no such class.", hint=lookup.hint(positive)
        )
    if len(counted) == 2 and found == 0 and as_number(lookup.names[0]) is None:
        raise ClassesError(
            f"{option('positive', positive)}: labels are positions of columns, so label "
            f"1 is {lookup.names[1]}.",
            hint=(
                f"If label 1 is {lookup.names[0]}, use "
                f"{option('pred_cols', ','.join(counted[::-1]))}."
            ),
        )


def _with_positive(
    positive: str, distinct: Sequence[str], given: tuple[str, ...] | None, column: str
) -> ClassIndex:
    others = [text for text in distinct if not _same(text, positive)]
    if len(others) == len(distinct) and len(distinct) > 1:
        raise LabelError(
            f"{option('positive', positive)}: the labels are {distinct[0]!r} and {distinct[1]!r}.",
            hint=did_you_mean(positive, [*distinct, column]) or f"Say {_choices(distinct)}.",
        )
    if given is not None and (given[0] == positive or given[1] in others):
        raise ClassesError(
            f"{option('positive', positive)} contradicts "
            f"{option('classes', ','.join(given))}. The second class is the positive "
            "one."
        )
    negative = others[0] if others else f"not {positive}"
    if given is None:
        return ClassIndex((negative, positive), by_position=False)
    return ClassIndex(given, ((negative, 0), (positive, 1)), by_position=False)


def _said_name(column: str) -> str:
    """Return the class that a column name such as p_spam speaks of, or ""."""
    stripped = _bare(column)
    # lr_proba is called after a model at least as often as after a class.
    said = stripped != column and column.rstrip(")]}'\" ").endswith(stripped)
    return stripped if said and stripped.lower() not in _NO_NAMES else ""


def _same(a: str, b: str) -> bool:
    try:
        return float(a) == float(b)
    except ValueError:
        return a.strip() == b.strip()
