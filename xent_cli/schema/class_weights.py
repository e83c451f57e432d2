"""Class weights: as a user writes them, one a class."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping, Sequence

from xent_cli.errors import WeightError, option
from xent_cli.schema.file_guard import note_read
from xent_cli.schema.name_suggestions import did_you_mean, listed
from xent_cli.schema.types import LARGEST_CLASS_WEIGHT


def read_class_weights(
    given: str | Mapping[str, float] | Sequence[float], classes: Sequence[str]
) -> tuple[float, ...]:
    """Return one weight a class; a class that is not named has weight 1.

    Parameters
    ----------
    given : str, mapping or sequence
        ``"cat=1,dog=2.5"``, the path of a text file with a class and a weight a line, a mapping by
        name, or one weight a class in order.
    classes : sequence of str

    Raises
    ------
    WeightError
        For a class that does not exist, and weights that are negative, too large or all 0.

    Examples
    --------
    >>> read_class_weights("dog=2.5", ["cat", "dog"])
    (1.0, 2.5)
    """
    if isinstance(given, str):
        given = _read_file(given) if os.path.isfile(given) else _read_list(given)
    if isinstance(given, Mapping):
        for name in given:
            if str(name) not in classes:
                raise WeightError(
                    f"{option('class_weights')}: there is no class {str(name)!r}.",
                    hint=did_you_mean(str(name), classes) or f"Known: {listed(classes)}.",
                )
        by_name = {str(name): _as_weight(weight) for name, weight in given.items()}
        weights = tuple(by_name.get(name, 1.0) for name in classes)
    else:
        weights = tuple(_as_weight(weight) for weight in given)
    if len(weights) != len(classes):
        raise WeightError(f"{len(weights)} class weights for {len(classes)} classes.")
    if not all(0 <= weight <= LARGEST_CLASS_WEIGHT for weight in weights) or not any(weights):
        raise WeightError(
            f"Class weights must be 0 or more, {LARGEST_CLASS_WEIGHT:g} at most, and not all 0."
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


def _as_weight(value: object) -> float:
    return _read_weight(str(value), option("class_weights"))


def _read_list(given: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in given.split(","):
        name, mark, weight = part.rpartition("=")
        if not mark:
            raise WeightError(
                f"{option('class_weights', given)}: {part.strip()!r} is no name=weight.",
                hint="Write balanced, or cat=1,dog=2.5, or the path of a file.",
            )
        weights[name.strip()] = _read_weight(weight, option("class_weights", given))
    return weights


def _read_file(path: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    note_read(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file), start=1):
                if not row:
                    continue
                if len(row) != 2:
                    raise WeightError(f"{path}, line {number}: not a class and a weight.")
                try:
                    weights[row[0].strip()] = _read_weight(row[1], f"{path}, line {number}")
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
