"""Third powers: what intervals need beside the sums of the standard error. NumPy only.

Reports that xent 0.1 saved have none of these sums; what they are merged with then loses its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.summation import Groups
from xent_cli.schema.types import Hold

if TYPE_CHECKING:  # Most reports have no slices.
    from xent_cli.numerics.many_moments import ManyMoments

Sums = dict[str, ExactSums]

MOMENTS = ("weight", "loss", "weight_squared", "loss_weight", "loss_squared")
"""What a weighted mean and its standard error need. "loss" may be that of paired differences."""

ALIKE = {
    "loss_squared_weight": "loss_squared",
    "loss_weight_squared": "loss",
    "weight_cubed": "weight",
    "weight_fourth": "weight",
    "weight_fifth": "weight",
}
"""Sums of products of weights and losses, and what they are where all weights are 1."""

THIRD_POWERS = ("loss_cubed", *ALIKE)
"""Beside the sums of the squares."""

DRAWN, ZEROS = "drawn", "zeros"
"""How many rows have weight, and how many of these an exact zero among their predictions."""

_POWERS = {
    "weight": (0, 1),
    "loss": (1, 0),
    "weight_squared": (0, 2),
    "loss_weight": (1, 1),
    "loss_squared": (2, 0),
    "loss_cubed": (3, 0),
    "loss_squared_weight": (2, 1),
    "loss_weight_squared": (1, 2),
    "weight_cubed": (0, 3),
    "weight_fourth": (0, 4),
    "weight_fifth": (0, 5),
}
"""What the sums are of, by powers of losses and weights."""

JOINT, ABSOLUTE = "difference_squared_loss", "absolute"
"""Of two models: the sum of squared differences times the losses of the baseline, kept once, and
for each slice that of how large the differences are."""

_NEW = (*THIRD_POWERS, DRAWN, ZEROS, JOINT, ABSOLUTE)

LARGEST_SQUARED = 2.0**500
"""Losses from here on are too large to square."""

_LARGEST_CUBED = 2.0**340
_LARGEST_FOURTH = 2.0**250
_LARGEST_FIFTH = 2.0**200

Powers = Callable[[Callable[[Floats], Floats] | None, int], list[ExactSums]]
"""Sums some values, maybe cut by a function, and their powers up to one."""


def loss_powers(powers: Powers, largest: float) -> Sums:
    """Return the sums of losses, of their squares and of their cubes.

    Parameters
    ----------
    powers : callable
    largest : float
        The largest loss in size. What would overflow is left out: `Moments.shape` knows of it from
        the squares, and rows too large to square are counted.
    """
    limits = (np.inf, LARGEST_SQUARED, _LARGEST_CUBED)
    found = _within(powers, largest, limits)
    return dict(zip(("loss", "loss_squared", "loss_cubed"), found, strict=True))


def weight_powers(powers: Powers, largest: float) -> Sums:
    """Return the sums of weights and of their powers up to the fifth."""
    limits = (np.inf, np.inf, _LARGEST_CUBED, _LARGEST_FOURTH, _LARGEST_FIFTH)
    names = ("weight", "weight_squared", "weight_cubed", "weight_fourth", "weight_fifth")
    return dict(zip(names, _within(powers, largest, limits), strict=True))


def mixed_products(loss: Floats, weight: Floats) -> dict[str, Floats]:
    """Return u w, u^2 w and u w^2 of weighted losses u and weights w, each rounded row by row."""
    product = cut(loss, limit=LARGEST_SQUARED) * weight
    u, w = cut(loss, limit=_LARGEST_CUBED), cut(weight, limit=_LARGEST_CUBED)
    once = product if u is loss and w is weight else u * w
    square = u * u
    square *= w
    names = ("loss_weight", "loss_squared_weight", "loss_weight_squared")
    return dict(zip(names, (product, square, once * w), strict=True))


def unweighted(sums: Sums, counts: ExactSums) -> Sums:
    """Return the sums of rows of weight 1: all that do not come from losses alone."""
    found = sums | {"weight": counts, "weight_squared": counts, "loss_weight": sums["loss"]}
    return found | {name: found[like] for name, like in ALIKE.items()}


def largest(values: Floats) -> float:
    """Return the largest of values in size."""
    return max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))


def cut(values: Floats, *, limit: float) -> Floats:
    """Return values with 0 in place of those from a limit on."""
    return values if largest(values) < limit else np.where(np.abs(values) < limit, values, 0.0)


def draw_moments(weight: Floats, loss: Floats, groups: Groups) -> list[Moments]:
    """Return the sums over draws, those that have weight, by group.

    Parameters
    ----------
    weight, loss : (n,) float64
        Of each draw; the weighted loss.
    groups : Groups
    """
    return moments_of_groups(draw_sums(weight, loss, groups), groups.size)


def draw_sums(weight: Floats, loss: Floats, groups: Groups) -> Sums:
    """Return the sums of which `draw_moments` makes moments; those of several parts add up."""
    return grouped_sums(loss, weight, groups) | {
        "weight_squared": groups.products(weight, weight),
        "loss_weight": groups.products(loss, weight),
        "loss_squared": groups.products(loss, loss),
    }


def moments_of_groups(sums: Sums, n_groups: int) -> list[Moments]:
    """Return the moments of each group of draws."""
    return [moments_at(0, sums, index) for index in range(n_groups)]


def grouped_sums(loss: Floats, weight: Floats | None, groups: Groups) -> Sums:
    """Return all sums that moments need, by group."""

    def powers(
        values: Floats, cut_off: Callable[[Floats], Floats] | None, most: int
    ) -> list[ExactSums]:
        return groups.powers(values if cut_off is None else cut_off(values), most)

    sums = loss_powers(partial(powers, loss), largest(loss))
    if weight is None:
        counts = ExactSums.of_integers(groups.count())
        return unweighted(sums, counts) | {DRAWN: counts}
    sums |= weight_powers(partial(powers, weight), largest(weight))
    sums |= {name: groups.sum(values) for name, values in mixed_products(loss, weight).items()}
    return sums | {DRAWN: ExactSums.of_integers(groups.count(weight > 0))}


_ZERO = Fraction(0)
_NOTHING = Moments(0, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, Cubes(_ZERO, _ZERO, _ZERO, _ZERO))


def moments_at(n: int, sums: Mapping[str, ExactSums], index: int) -> Moments:
    """Return the sums over the draws of a class (or overall, at index K), each row a draw.

    Parameters
    ----------
    n : int
        The rows, for reports that do not know how many have weight.
    sums : mapping of str to ExactSums
    index : int
    """
    cubes, powers = None, None
    if "loss_cubed" in sums:
        n = int(sums[DRAWN][index])
        if not n:
            return _NOTHING
        uuu, uuw, uww, www, fourth, fifth = (sums[name][index] for name in THIRD_POWERS)
        cubes = Cubes(uuu, uuw, uww, www)
        powers = None if www == sums["weight"][index] == n else (fourth, fifth)
    return Moments(
        n,
        w=sums["weight"][index],
        u=sums["loss"][index],
        ww=sums["weight_squared"][index],
        uw=sums["loss_weight"][index],
        uu=sums["loss_squared"][index],
        cubes=cubes,
        powers=powers,
    )


def many_moments(rows: ExactSums, sums: Mapping[str, ExactSums], some: slice) -> ManyMoments:
    """Return what `moments_at` returns of a part of the groups, whose rows are counted."""
    from xent_cli.numerics.many_moments import ManyMoments

    n = sums.get(DRAWN, rows).part(some.start, some.stop).to_units(0)
    parts = each_once(lambda each: each.part(some.start, some.stop), sums)
    found = {powers: parts[name] for name, powers in _POWERS.items() if name in parts}
    return ManyMoments.of(np.array(n, dtype=np.int64), found)


def written(sums: Mapping[str, ExactSums], hold: Hold = list) -> dict[str, Any]:
    """Return sums as texts, without those that are what they are where all weights are 1."""
    first = [name for name in (*MOMENTS, *_NEW) if name in sums]
    return {
        name: hold(sums[name].strings())
        for name in (*first, *(name for name in sums if name not in first))
        if name not in ALIKE or sums[name] != sums[ALIKE[name]]
    }


def read_sums(texts: Mapping[str, list[str]], names: Iterable[str]) -> Sums:
    """Return the sums of some names that `written` wrote; a report of xent 0.1 has no third powers.

    KeyError or ValueError where one is missing or damaged.
    """
    old = "loss_cubed" not in texts
    found = {}
    for name in names:
        if old and name in _NEW:
            continue
        like = ALIKE.get(name, name) if name not in texts else name
        found[name] = ExactSums.from_strings(texts[like])
    return found


def common(*many: Mapping[str, ExactSums]) -> Sums:
    """Add up the sums that all have."""
    return each_once(lambda *parts: ExactSums.total(parts), *many)


def each_once(make: Callable[..., ExactSums], *many: Mapping[str, ExactSums]) -> Sums:
    """Return what `make` makes of the sums of each name that all have.

    Where all weights are 1, several names have the same sums: they are made, and held, once.

    Examples
    --------
    >>> one = ExactSums.of_integers(np.array([1]))
    >>> found = common({"weight": one, "weight_cubed": one}, {"weight": one, "weight_cubed": one})
    >>> found["weight"] is found["weight_cubed"], int(found["weight"][0])
    (True, 2)
    """
    names = list(many[0])
    for sums in many[1:]:
        names = [name for name in names if name in sums]
    made: dict[tuple[int, ...], ExactSums] = {}
    found: Sums = {}
    for name, *some in zip(names, *([sums[name] for name in names] for sums in many), strict=True):
        which = tuple(map(id, some))
        if which not in made:
            made[which] = make(*some)
        found[name] = made[which]
    return found


def _within(powers: Powers, size: float, limits: Sequence[float]) -> list[ExactSums]:
    """Return the sums of powers, the k-th of values below the k-th limit."""
    if size < min(limits):
        return powers(None, len(limits))
    return [
        powers(partial(cut, limit=limit), power)[-1] for power, limit in enumerate(limits, start=1)
    ]
