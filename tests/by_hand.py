"""Sums by hand, in rational arithmetic, for tests to compare with."""

from __future__ import annotations

from fractions import Fraction

from xent_cli.numerics.moments import Cubes, Moments


def float_moments(losses):
    """The sums of losses without weights, taken in floats: quicker, and good to ten digits."""
    u, uu, uuu = (Fraction(float((losses**power).sum())) for power in (1, 2, 3))
    n = Fraction(len(losses))
    return Moments(len(losses), n, u, n, u, uu, Cubes(uuu, uu, u, n))


def moments(losses, weights=None, clusters=None):
    """The sums of losses (or of losses added up by cluster), taken in rational arithmetic."""
    loss = [Fraction(x) for x in losses]
    w = [Fraction(x) for x in (weights if weights is not None else [1] * len(loss))]
    u = [a * b for a, b in zip(w, loss, strict=True)]
    if clusters is not None:
        names = sorted(set(clusters))
        w, u = (
            [sum(x for x, c in zip(v, clusters, strict=True) if c == name) for name in names]
            for v in (w, u)
        )
    return Moments(
        len(w),
        w=Fraction(sum(w)),
        u=Fraction(sum(u)),
        ww=Fraction(sum(a * a for a in w)),
        uw=Fraction(sum(a * b for a, b in zip(u, w, strict=True))),
        uu=Fraction(sum(a * a for a in u)),
        cubes=Cubes(
            *(
                Fraction(sum(a**i * b ** (3 - i) for a, b in zip(u, w, strict=True)))
                for i in (3, 2, 1, 0)
            )
        ),
        powers=None
        if weights is None and clusters is None
        else (Fraction(sum(a**4 for a in w)), Fraction(sum(a**5 for a in w))),
    )
