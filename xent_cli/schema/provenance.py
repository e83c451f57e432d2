"""Provenance: which inputs a result was made from, and notices about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any, Self

from xent_cli.errors import spell
from xent_cli.fast_dataclass import dataclass


class XentWarning(UserWarning):
    """What may make a number wrong: a result's warnings, where Python is who reads."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A stable code, and a sentence."""

    code: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", spell(self.message))


@dataclass(frozen=True, slots=True)
class Input:
    """A file (or an object in memory) that was read, and the columns used of it.

    `columns` are those of the predictions or labels; `weight`, `cluster` and `slices` are columns
    beside them (reports of 0.1 list them among `columns`).

    `id` is the column that joined its rows with those of the other input, and `unmatched` the
    number of them that found no partner; both are None where rows stood in the same order. `files`
    is the number of files; None for an object in memory, and in reports of older versions.
    """

    role: str
    path: str
    format: str
    rows: int
    columns: tuple[str, ...]
    id: str | None = None
    unmatched: int | None = None
    files: int | None = None
    weight: str | None = None
    cluster: str | None = None
    slices: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {**asdict(self), "columns": list(self.columns), "slices": list(self.slices)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote."""
        known = {item.name: data[item.name] for item in fields(cls) if item.name in data}
        lists = {name: tuple(data.get(name, ())) for name in ("columns", "slices")}
        return cls(**{**known, **lists})


@dataclass(frozen=True, slots=True)
class Matches:
    """How many rows of predictions and labels found each other by an id.

    An id that stands twice in one of them is an error, so every match is of one row with one row.

    Attributes
    ----------
    matched : int
    unmatched_preds, unmatched_labels : int
        Rows whose id the other input lacks; they were left out.
    """

    matched: int
    unmatched_preds: int
    unmatched_labels: int

    @property
    def coverage(self) -> float:
        """The share of the labels that have a prediction.

        Examples
        --------
        >>> Matches(98, 0, 2).coverage
        0.98
        """
        return self.matched / (self.matched + self.unmatched_labels)

    def warnings(self) -> Iterator[Notice]:
        """Warn of rows that were left out."""
        if lost := self.unmatched_preds + self.unmatched_labels:
            yield Notice(
                "unmatched",
                f"{lost:,} row{'s' * (lost != 1)} left out because the other input "
                f"lacks their id: {self.unmatched_preds:,} of the predictions, "
                f"{self.unmatched_labels:,} of the labels.",
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {**asdict(self), "coverage": self.coverage}


def matches_of(inputs: Iterable[Input]) -> Matches | None:
    """Count the matches of all inputs, of several reports too; None where rows stood in order."""
    joined = [item for item in inputs if item.unmatched is not None]
    if not joined:
        return None
    lost = {"preds": 0, "labels": 0}
    for item in joined:
        lost[item.role] += item.unmatched or 0
    matched = sum(i.rows - (i.unmatched or 0) for i in joined if i.role == "preds")
    return Matches(matched, lost["preds"], lost["labels"])
