"""Class weights: as a user writes them, one a class."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence

from xent_cli.errors import WeightError, option
from xent_cli.schema.class_lookup import ClassLookup
from xent_cli.schema.file_guard import note_read
from xent_cli.schema.types import LARGEST_CLASS_WEIGHT


def read_class_weights(
    given: str | Mapping[str, float] | Sequence[float], classes: Sequence[str] | ClassLookup
) -> tuple[float, ...]:
    """Return one weight a class; a class that is not named has weight 1.

    Parameters
    ----------
    given : str, mapping or sequence
        ``"cat=1,dog=2.5"``, the path of a text file with a class and a weight a line, a mapping by
        name, or one weight a class in order.
    classes : sequence of str, or ClassLookup
        The classes; a lookup finds them by their columns too.

    Raises
    ------
    WeightError
        For a class that does not exist or is named twice, and weights that are negative, too large
        or all 0.
    ClassesError
        If a name is that of columns of two classes.

    Examples
    --------
    >>> read_class_weights("dog=2.5", ["cat", "dog"])
    (1.0, 2.5)
    """
    lookup = classes if isinstance(classes, ClassLookup) else ClassLookup.of(classes)
    if isinstance(given, str):
        pairs = _read_file(given) if os.path.isfile(given) else _read_list(given)
        weights = _by_name(pairs, lookup)
    elif isinstance(given, Mapping):
        weights = _by_name([(str(name), weight) for name, weight in given.items()], lookup)
    else:
        weights = tuple(_as_weight(weight) for weight in given)
    if len(weights) != len(lookup.names):
        raise WeightError(f"{len(weights)} class weights for {len(lookup.names)} classes.")
    if not all(0 <= weight <= LARGEST_CLASS_WEIGHT for weight in weights) or not any(weights):
        raise WeightError(
            f"Class weights must be between 0 and {LARGEST_CLASS_WEIGHT:g}, and not all 0."
        )
    return weights


def balanced_weights(totals: Sequence[float]) -> tuple[float, ...]:
    """Return n / (K_present * n_c) for classes with n_c rows each; 1 for those with none.

    Every class that occurs then carries the same weight (King and Zeng, "Logistic regression in
    rare events data", 2001).

    Examples
    --------
    >>> balanced_weights([1, 3, 0])
    (2.0, 0.6666666666666666, 1.0)
    """
    n, present = math.fsum(totals), sum(total > 0 for total in totals)
    return tuple(n / (present * total) if total > 0 else 1.0 for total in totals)


def _by_name(pairs: Iterable[tuple[str, object]], lookup: ClassLookup) -> tuple[float, ...]:
    """Return the weights of all classes, of which some are named."""
    weights: dict[int, float] = {}
    for name, weight in pairs:
        at = lookup.find(name)
        if at is None:
            raise WeightError(
                f"{option('class_weights')}: there is no class {name!r}.", hint=lookup.hint(name)
            )
        if at in weights:
            raise WeightError(
                f"{option('class_weights')}: the class {lookup.names[at]!r} has two weights.",
                hint=f"{name!r} is another name of the same class.",
            )
        weights[at] = _as_weight(weight)
    return tuple(weights.get(at, 1.0) for at in range(len(lookup.names)))


def _as_weight(value: object) -> float:
    return _read_weight(str(value), option("class_weights"))


def _read_list(given: str) -> list[tuple[str, float]]:
    weights = []
    for part in given.split(","):
        name, mark, weight = part.rpartition("=")
        if not mark:
            raise WeightError(
                f"{option('class_weights', given)}: {part.strip()!r} does not have the "
                "form name=weight.",
                hint="Write balanced, cat=1,dog=2.5 or the path of a file.",
            )
        weights.append((name.strip(), _read_weight(weight, option("class_weights", given))))
    return weights


def _read_file(path: str) -> list[tuple[str, float]]:
    weights = []
    note_read(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if not row:
                    continue
                if len(row) != 2:
                    raise WeightError(f"{path}, line {number}: a class and a weight were expected.")
                try:
                    weight = _read_weight(row[1], f"{path}, line {number}")
                    weights.append((row[0].strip(), weight))
                except WeightError:
                    if number > 1:  # The first line may be a header.
                        raise
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WeightError(f"The class weights in {path} cannot be read: {error}.") from error
    return weights


def _read_weight(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WeightError(f"{where}: the weight {text.strip()!r} is not a number.") from None
