"""Draw shapes of every kind, in turn; the same seed draws the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .family import family, shuffled_ids
from .problem import Draw, Shape
from .tools import binary, h2o, matrices, nested, r_matrix, scored, tidy
from .traps import TRAPS

TOOLS: tuple[Callable[[Draw], Shape], ...] = (
    h2o,
    r_matrix,
    tidy,
    scored,
    nested,
    matrices,
    binary,
    shuffled_ids,
)


def draw_shapes(seed: int, count: int) -> Iterator[Shape]:
    """Yield shapes: of three, one is a family, one a tool's file, one a trap.

    Examples
    --------
    >>> [len(list(draw_shapes(1, n))) for n in (0, 3)]
    [0, 3]
    """
    draw = Draw(seed)
    for at in range(count):
        draw.tags = {}
        makers = ((family,), TOOLS, TRAPS)[at % 3]
        make = draw.pick("maker", makers)
        yield make(draw)
