"""A problem: classes, probabilities and labels, and their cross entropy before any file is written.

The truth is `math.fsum` over -ln of what is written for each row's class. Nothing here knows xent.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np

EPS = 2.0**-52
T = TypeVar("T", bound=Hashable)
Column = tuple[str, list[Any]]
Table = list[Column]


class Number(str):
    """A number as a text file spells it; other formats store its value."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Rows of probabilities as they are written, and the class of each row (a position)."""

    names: tuple[str, ...]
    rows: tuple[tuple[Number, ...], ...]
    truth: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def k(self) -> int:
        return len(self.names)

    @property
    def labels(self) -> list[str]:
        """Return the name of each row's class."""
        return [self.names[at] for at in self.truth]

    @property
    def guesses(self) -> list[str]:
        """Return the name of the most probable class of each row, the first of ties."""
        return [self.names[max(range(self.k), key=lambda c: float(row[c]))] for row in self.rows]

    @property
    def confidences(self) -> list[Number]:
        """Return the highest probability of each row, as it is written."""
        return [max(row, key=float) for row in self.rows]

    def column(self, name: str) -> list[Number]:
        """Return what is written for a class."""
        at = self.names.index(name)
        return [row[at] for row in self.rows]

    def cross_entropy(self) -> float:
        """Return the mean of -ln q(label), a zero counted as 2**-52."""
        chances = [float(row[at]) for row, at in zip(self.rows, self.truth, strict=True)]
        return mean_loss(chances)

    def soft_cross_entropy(self, shares: Sequence[Sequence[float]]) -> float:
        """Return the mean of -sum_c p_c ln q_c for soft labels, rows of p in the order of names."""
        terms = [
            -p * math.log(max(float(q), EPS))
            for row, weights in zip(self.rows, shares, strict=True)
            for q, p in zip(row, weights, strict=True)
            if p
        ]
        return math.fsum(terms) / self.n

    def with_labels_among(self, rng: random.Random, allowed: Sequence[str]) -> Problem:
        """Return the same predictions with labels of some classes only, each of them used."""
        at = [self.names.index(name) for name in allowed]
        drawn = [*at, *(rng.choice(at) for _ in range(self.n - len(at)))]
        rng.shuffle(drawn)
        return replace(self, truth=tuple(drawn))


def mean_loss(chances: Sequence[float]) -> float:
    """Return the mean of -ln p(label), a zero counted as 2**-52."""
    return math.fsum(-math.log(max(p, EPS)) for p in chances) / len(chances)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Files, the command a user types first, and what is right.

    `refusal` says what exit 2 means: "late" (an option should not be needed), "fine" (as good as
    the number) or "only" (the files leave it open: any number is wrong). `others` are further plain
    commands, none of which may print another number.
    """

    kind: str
    files: dict[str, bytes]
    command: str
    figures: tuple[float, ...]
    refusal: Literal["late", "fine", "only"] = "late"
    others: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    why: str = ""


class Draw:
    """One shape's choices: every list of options is dealt like a deck, so each of them occurs."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.tags: dict[str, str] = {}
        self._decks: dict[tuple[str, tuple[Any, ...]], list[Any]] = {}

    def pick(self, what: str, options: Sequence[T]) -> T:
        """Deal one of the options and note it."""
        deck = self._decks.setdefault((what, tuple(options)), [])
        if not deck:
            deck.extend(options)
            self.rng.shuffle(deck)
        chosen: T = deck.pop()
        self.tags[what] = getattr(chosen, "__name__", str(chosen))
        return chosen

    def names(self, kind: str, k: int) -> tuple[str, ...]:
        """Return k class names of a kind, in the order that sorted labels have."""
        return NAMES[kind](self.rng, k)

    def problem(
        self,
        names: Sequence[str],
        *,
        decimals: int | None = None,
        n: int | None = None,
        single: bool = False,
    ) -> Problem:
        """Draw probabilities and labels; every class occurs, about two rows in three are right.

        With `single`, probabilities are numbers that float32 holds exactly.
        """
        k, rng = len(names), self.rng
        n = n or rng.randint(2 * k + 8, 2 * k + 24)
        places = decimals or self.pick("decimals", (2, 3, 4, 6, 17))
        truth = [*range(k), *(rng.randrange(k) for _ in range(n - k))]
        rng.shuffle(truth)
        rows = []
        for at in truth:
            scores = [rng.gauss(0.0, 1.0) + (1.3 if c == at else 0.0) for c in range(k)]
            weights = [math.exp(score) for score in scores]
            row = [w / math.fsum(weights) for w in weights]
            rows.append(
                tuple(Number(repr(float(np.float32(p)))) for p in row)
                if single
                else spell(row, places)
            )
        return Problem(names=tuple(names), rows=tuple(rows), truth=tuple(truth))


def spell(row: Sequence[float], decimals: int) -> tuple[Number, ...]:
    """Write probabilities with some decimals; 17 means all that they have."""
    if decimals == 17:
        return tuple(Number(repr(p)) for p in row)
    if len(row) == 2:
        first = Number(f"{row[0]:.{decimals}f}")
        return first, Number(f"{1.0 - float(first):.{decimals}f}")
    return tuple(Number(f"{p:.{decimals}f}") for p in row)


_WORDS = ("adelie", "beetle", "cat", "dog", "eagle", "fox", "gnu", "heron", "ibis", "jay", "koala")
_SPACED = (
    "functional",
    "functional needs repair",
    "heavy rain",
    "non functional",
    "not sure",
    "off road",
)
_DOTTED = ("a.b", "eur.usd", "iris.setosa", "iris.virginica", "node.js", "v1.2")
_NUMBERED = ("1st class", "F24-26", "M39+", "covid19", "h1n1", "h3n2", "room 101")
_CASED = ("Bream", "IV", "McLaren", "PARKKI", "Perch", "iPhone")
_SHARED = (
    ("Iris-setosa", "Iris-versicolor", "Iris-virginica"),
    ("grade_A", "grade_B", "grade_C"),
    ("big cat", "small cat", "wild cat"),
    ("non functional", "not recorded", "not sure"),
)
_PAIRS = (
    ("no", "yes"),
    ("neg", "pos"),
    ("healthy", "sick"),
    ("<=50K", ">50K"),
    ("ham", "spam"),
    ("False", "True"),
    ("FAKE", "REAL"),
)


def _words(pool: Sequence[str]) -> Callable[[random.Random, int], tuple[str, ...]]:
    return lambda rng, k: tuple(sorted(rng.sample(pool, min(k, len(pool)))))


def _gaps(rng: random.Random, k: int) -> tuple[str, ...]:
    return tuple(str(v) for v in sorted(rng.sample([3, 4, 5, 7, 8, 9, 12, 30, 39, 40, 999], k)))


def _pair(rng: random.Random, k: int) -> tuple[str, ...]:
    return rng.choice(_PAIRS) if k == 2 else _words(_WORDS)(rng, k)


def _shared(rng: random.Random, k: int) -> tuple[str, ...]:
    return tuple(sorted(rng.sample(rng.choice(_SHARED), min(k, 3))))


NAMES: dict[str, Callable[[random.Random, int], tuple[str, ...]]] = {
    "words": _words(_WORDS),
    "pair": _pair,
    "spaces": _words(_SPACED),
    "dots": _words(_DOTTED),
    "numbers inside": _words(_NUMBERED),
    "cased": _words(_CASED),
    "shared parts": _shared,
    "shared digits": lambda rng, k: tuple(sorted(rng.sample(("30", "33", "35", "38", "39"), k))),
    "from 0": lambda rng, k: tuple(map(str, range(k))),
    "from 1": lambda rng, k: tuple(map(str, range(1, k + 1))),
    "from 3": lambda rng, k: tuple(map(str, range(3, k + 3))),
    "gaps": _gaps,
    "negative": lambda rng, k: ("-1", "1") if k == 2 else tuple(str(v - k // 2) for v in range(k)),
    "zero-padded": lambda rng, k: tuple(f"{v:02d}" for v in range(1, k + 1)),
}
INTEGERS = ("from 0", "from 1", "from 3", "gaps", "negative", "zero-padded", "shared digits")
TEXTS = ("words", "pair", "spaces", "dots", "numbers inside", "cased", "shared parts")
