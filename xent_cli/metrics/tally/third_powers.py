"""Third powers: what intervals need beside the sums of the standard error. NumPy only.

Reports that xent 0.1 saved have none of these sums; what they are merged with then loses its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from xent_cli.metrics.rows.contributions import Contributions
from xent_cli.metrics.tally.class_sums import Cells, Sums
from xent_cli.numerics.arrays import Floats
from xent_cli.numerics.exact import ExactSums
from xent_cli.numerics.moments import Cubes, Moments
from xent_cli.numerics.summation import sum_groups, two_product

Mask = NDArray[np.bool_]

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


def third_powers(
    cells: Cells, rows: Contributions, loss: Floats, row_loss: Floats, sums: Sums
) -> Sums:
    """Return the sums of third powers by class and overall, and the number of rows with weight.

    Each power is rounded for each row, and then summed exactly.

    Parameters
    ----------
    cells : Cells
    rows : Contributions
    loss, row_loss : float64
        As `Cells.moments` takes them: finite.
    sums : Sums
        What `Cells.moments` returned.
    """
    if rows.groups is not None:
        found = add_up((name, cells.sum(values)) for name, values in products(loss, rows.weight))
    else:
        pairs = zip(products(loss, rows.weight), products(row_loss, rows.row_weight), strict=True)
        found = add_up((name, cells.sum(values, whole)) for (name, values), (_, whole) in pairs)
    if rows.weight is None:
        return found | {DRAWN: sums["weight"]} | {k: sums[v] for k, v in ALIKE.items()}
    return found | {DRAWN: _counts(cells, rows.weight > 0)}


def zeros(cells: Cells, rows: Contributions, mask: Mask) -> ExactSums:
    """Count the rows with weight that `mask` (n,) marks, by class and overall."""
    if rows.weight is not None:
        mask = mask & (rows.weight > 0)
    elif rows.groups is None:
        mask = np.broadcast_to(mask, rows.loss.shape)
    return _counts(cells, mask)


def products(loss: Floats, weight: Floats | None) -> Iterator[tuple[str, Floats]]:
    """Yield the third powers of each row with their names; without weights the cubes alone.

    A name may come twice, with what rounding took off the first time: rows of weight 1 so have the
    sums of rows without weights. What would overflow is left out; `Moments.shape` knows of it.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if weight is None:
            yield "loss_cubed", without_overflow(loss * loss * loss)
            return
        squared, rest = two_product(loss, loss)
        square = weight * weight
        cube = square * weight
        for name, values in (
            ("loss_cubed", squared * loss),
            ("loss_squared_weight", squared * weight),
            ("loss_squared_weight", rest * weight),
            ("loss_weight_squared", square * loss),
            ("weight_cubed", cube),
            ("weight_fourth", cube * weight),
            ("weight_fifth", cube * square),
        ):
            yield name, without_overflow(values)


def add_up(sums: Iterable[tuple[str, ExactSums]]) -> Sums:
    """Add up sums of one name."""
    found: Sums = {}
    for name, each in sums:
        found[name] = found[name] + each if name in found else each
    return found


def without_overflow(values: Floats) -> Floats:
    """Return values with 0 in place of those that are not finite."""
    return values if np.isfinite(values.sum()) else np.where(np.isfinite(values), values, 0.0)


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


def draw_moments(weight: Floats, loss: Floats, groups: NDArray[np.intp], n: int) -> list[Moments]:
    """Return the sums over draws, those that have weight, by group.

    Parameters
    ----------
    weight, loss : (n,) float64
        Of each draw; the weighted loss.
    groups : (n,) intp
        From 0 to `n` - 1.
    n : int
    """

    def squares(a: Floats, b: Floats) -> ExactSums:
        high, low = two_product(a, b)
        return sum_groups(high, groups, n) + sum_groups(low, groups, n)

    w, u = (sum_groups(values, groups, n) for values in (weight, loss))
    ww, uw, uu = squares(weight, weight), squares(loss, weight), squares(loss, loss)
    powers = products(loss, weight)
    thirds = add_up((name, sum_groups(values, groups, n)) for name, values in powers)
    counts = np.bincount(groups[weight > 0], minlength=n).tolist()
    found = []
    for i, count in enumerate(counts):
        uuu, uuw, uww, www, fourth, fifth = (sums[i] for sums in thirds.values())
        cubes = Cubes(uuu, uuw, uww, www)
        found.append(Moments(count, w[i], u[i], ww[i], uw[i], uu[i], cubes, (fourth, fifth)))
    return found


def written(sums: Mapping[str, ExactSums]) -> dict[str, list[str]]:
    """Return sums as texts, without those that are what they are where all weights are 1."""
    return {
        name: each.to_strings()
        for name, each in sums.items()
        if name not in ALIKE or each != sums[ALIKE[name]]
    }


def read_sums(texts: Mapping[str, list[str]], names: Iterable[str]) -> Sums:
    """Return the sums of some names that `written` wrote; a report of xent 0.1 has no third powers.

    KeyError or ValueError where one is missing or damaged.
    """
    old = "loss_cubed" not in texts
    found = {}
    for name in names:
        if old and name in (*THIRD_POWERS, DRAWN, ZEROS):
            continue
        like = ALIKE.get(name, name) if name not in texts else name
        found[name] = ExactSums.from_strings(texts[like])
    return found


def common(mine: Mapping[str, ExactSums], theirs: Mapping[str, ExactSums]) -> Sums:
    """Add up the sums that both have."""
    return {name: each + theirs[name] for name, each in mine.items() if name in theirs}


def _counts(cells: Cells, mask: Mask) -> ExactSums:
    return ExactSums.of_integers(np.array(cells.count(mask), dtype=np.int64))
