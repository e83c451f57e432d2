"""Column order: whether the columns stand for other classes than they are taken for. NumPy only.

The claim that columns are mixed up accuses a file, and a bad model must not be taken for it. It is
made where five things hold, of the rows of the classes that would move:

- exchanging the columns halves their loss, at least;
- at least two classes point to their new columns, with three rows each and odds of 100 to 1 unless
  the order is a simple one; nearly all do so more than other rows do (of one class alone, a model
  may just be wrong);
- the columns that these leave are wanted by others of them, unless the order is a simple one; or
  half of them, if most rows are concerned (a class never learned is taken for another, too);
- with the new order the model beats the shares of the classes over all rows, by its loss or (where
  zeros at the truth hide it) by its accuracy;
- chance does not explain it. Were predictions no better than blind, a column that is the highest in
  a share p of all rows would be so in k of n rows of a class with a probability of at most
  exp(-n KL(k/n || p)) (Chernoff). The exponents of the classes, less ln(n + 1) each for the choice
  of k, must exceed the logarithm of the number of orders of that kind, and of a thousand million.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xent_cli.analysis.explain.confusion_costs import Crossing
from xent_cli.errors import option, spell
from xent_cli.fast_dataclass import dataclass
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.assignment import assign
from xent_cli.schema.provenance import Notice
from xent_cli.schema.spec import Spec

Kind = Literal["swap", "reversal", "shift-down", "shift-up", "permutation"]
Columns = NDArray[np.intp]

_SURE = math.log(1e9)
_SEEN = math.log(100)
_SEEN_ROWS = 3
_HALF = 0.5
_CONTRARY_ROWS = 0.01
_CONTRARY_CLASSES = 0.1
_MOST_OF_IT = 0.9
"""A simple order is preferred that saves nine tenths of what the best one does."""


@dataclass(frozen=True, slots=True)
class Order:
    """Another order of the columns, and what speaks for it. Losses are means in nats.

    Attributes
    ----------
    kind : {"swap", "reversal", "shift-down", "shift-up", "permutation"}
        ``"shift-down"``: each class has the column before its own, as if labels counted from 1.
    columns : tuple of int
        For each class, the column that fits it.
    n : int
        Rows of the classes that move.
    before, after : float
        Their loss, as it is and with the other order.
    overall_before, overall_after : float
        The loss of all rows.
    evidence, needed : float
        Nats against chance, and how many it takes.
    convincing : bool
        Whether all conditions hold.
    """

    kind: Kind
    columns: tuple[int, ...]
    n: int
    before: float
    after: float
    overall_before: float
    overall_after: float
    evidence: float
    needed: float
    convincing: bool

    @property
    def moved(self) -> tuple[int, ...]:
        """The classes whose column is another."""
        return tuple(i for i, column in enumerate(self.columns) if column != i)


def find_order(crossing: Crossing) -> Order | None:
    """Return the order of the columns that the rows ask for; None where theirs is the best.

    The simplest convincing one; if none is, the best there is.

    Examples
    --------
    >>> crossing = Crossing.zero(2)
    >>> crossing.losses[:] = np.array([[180, 20], [20, 180]]) << 20
    >>> crossing.hits[:] = [[2, 38], [38, 2]]
    >>> found = find_order(crossing)
    >>> found.kind, found.before, found.after, found.convincing
    ('swap', 4.5, 0.5, True)
    """
    k, costs = len(crossing.losses), crossing.nats()
    if not crossing.hits.any():
        return None
    best = assign(costs)
    own = np.arange(k)
    whole = _weigh(crossing, costs, best, _orders(k, k))
    if whole is None:
        return None
    proved = own.copy()
    needed = 0.0
    for cycle in _cycles(best):
        part = own.copy()
        part[cycle] = best[cycle]
        found = _weigh(crossing, costs, part, _orders(k, len(cycle)))
        if found is not None and found.convincing:
            proved[cycle] = best[cycle]
            needed = max(needed, found.needed - _SURE)
    sure = _weigh(crossing, costs, proved, needed)
    simple = [
        found
        for columns in (own[::-1], (own - 1) % k, (own + 1) % k)
        if (found := _weigh(crossing, costs, columns, math.log(4), simple=True))
        and found.convincing
    ]
    first = max(simple, key=_gain, default=None)
    if first and (sure is None or _gain(first) >= _MOST_OF_IT * _gain(sure)):
        return first
    return sure or whole


def doubts_of(order: Order | None, spec: Spec, looked_at: str = "") -> tuple[Notice, ...]:
    """Return a warning where another order convinces."""
    if order is None or not order.convincing:
        return ()
    return (Notice("class-order", say_order(order, spec, looked_at)),)


def say_order(order: Order, spec: Spec, looked_at: str = "") -> str:
    """Say what another order would bring."""
    nats = NATS_PER[spec.unit]
    names = [spec.classes[index] for index in order.moved]
    question = "are the columns in the right order?"
    if spec.mode == "binary":
        what = "using 1 - q instead of q"
        question = f"is it the probability of {spec.classes[0]} instead of {spec.classes[1]}?"
    elif order.kind == "swap":
        what = f"exchanging {names[0]} and {names[1]}"
    elif order.kind == "reversal":
        what = f"reversing the {spec.n_classes:,} columns"
    elif order.kind == "shift-down":
        what = "giving each class the previous column"
        if spec.mode == "sparse":
            what += f" ({spell(option('label_base', 1))})"
            question = "do the labels count from 1?"
    elif order.kind == "shift-up":
        what = "giving each class the next column"
        question = "is the first column not a class, or do the labels begin below 0?"
    else:
        first = [
            f"{spec.classes[i]} is in {spec.classes[order.columns[i]]}" for i in order.moved[:3]
        ]
        more = ", ..." if len(names) > 3 else ""
        what = f"another order of {len(names):,} columns ({', '.join(first)}{more})"
    said = (
        f"{what} would change the loss from {order.before / nats:.4g} to {order.after / nats:.4g}"
    )
    if order.n and abs(order.before - order.overall_before) > 1e-9 * order.before:
        said += (
            f" on the {order.n:,} rows of these classes, and from "
            f"{order.overall_before / nats:.4g} to {order.overall_after / nats:.4g} overall"
        )
    return f"{said}{looked_at}: {question}"


def _gain(order: Order) -> float:
    return order.overall_before - order.overall_after


def _orders(k: int, moved: int) -> float:
    """Return the logarithm of how many cycles of so many of k columns there are."""
    return math.lgamma(k + 1) - math.lgamma(k - moved + 1) - math.log(moved)


def _cycles(columns: Columns) -> Iterator[list[int]]:
    """Yield the cycles of a permutation that move anything."""
    seen: set[int] = set()
    for start in range(len(columns)):
        cycle: list[int] = []
        at = start
        while at not in seen:
            seen.add(at)
            cycle.append(at)
            at = int(columns[at])
        if len(cycle) > 1:
            yield cycle


def _weigh(
    crossing: Crossing, costs: Floats, columns: Columns, price: float, *, simple: bool = False
) -> Order | None:
    """Judge an order out of exp(price) like it; None if it saves nothing."""
    own = np.arange(len(columns))
    n, total = crossing.n, int(crossing.hits.sum())
    moved = np.flatnonzero((columns != own) & (n > 0))
    n_moved = int(n[moved].sum())
    old, new = costs[own, own], costs[own, columns]
    before, after = float(old[moved].sum()), float(new[moved].sum())
    if not n_moved or after >= before:
        return None
    tops = crossing.hits.sum(axis=0)[columns[moved]] / total
    shares = crossing.hits[moved, columns[moved]] / n[moved]
    evidence = np.maximum(n[moved] * _divergence(shares, tops) - np.log(n[moved] + 1.0), 0.0)
    evidence[shares <= tops] = 0.0
    contrary = shares <= tops
    seen = crossing.hits[moved, columns[moved]] >= _SEEN_ROWS
    pointing = evidence > 0 if simple else seen & (evidence > _SEEN)
    absent = np.count_nonzero((columns != own) & (n == 0))
    bearable = len(moved) if 2 * n_moved > total else _CONTRARY_CLASSES * len(moved)
    convincing = (
        after <= _HALF * before
        and _knows(crossing, columns, float(new.sum()) / total)
        and np.count_nonzero(pointing) > 1
        and int(n[moved][contrary].sum()) <= _CONTRARY_ROWS * n_moved
        and np.count_nonzero(contrary) <= _CONTRARY_CLASSES * len(moved)
        and (simple or absent <= bearable)
        and float(evidence.sum()) > price + _SURE
    )
    return Order(
        kind=_kind(columns),
        columns=tuple(columns.tolist()),
        n=n_moved,
        before=before / n_moved,
        after=after / n_moved,
        overall_before=float(old.sum()) / total,
        overall_after=float(new.sum()) / total,
        evidence=float(evidence.sum()),
        needed=price + _SURE,
        convincing=bool(convincing),
    )


def _knows(crossing: Crossing, columns: Columns, loss: float) -> bool:
    """Say whether a model with these columns knows more than how frequent the classes are."""
    n = crossing.n[crossing.n > 0]
    entropy = float(-(n / n.sum() * np.log(n / n.sum())).sum())
    right = int(crossing.hits[np.arange(len(columns)), columns].sum())
    return loss <= entropy or right > int(n.max())


def _divergence(share: Floats, of_all: Floats) -> Floats:
    """KL divergence of two coins; 0 ln 0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        there = np.where(share > 0, share * np.log(share / of_all), 0.0)
        elsewhere = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - of_all)), 0.0)
    return there + elsewhere


def _kind(columns: Columns) -> Kind:
    k = len(columns)
    own = np.arange(k)
    named: dict[Kind, Columns] = {
        "reversal": own[::-1],
        "shift-down": (own - 1) % k,
        "shift-up": (own + 1) % k,
    }
    if np.count_nonzero(columns != own) == 2:
        return "swap"
    return next(
        (kind for kind, like in named.items() if np.array_equal(columns, like)), "permutation"
    )
