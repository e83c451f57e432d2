"""Draw shapes of every kind, in turn; the same seed draws the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .arrays import matrices, nested
from .doubts import DOUBTS
from .family import family, shuffled_ids
from .neighbours import NEIGHBOURS
from .problem import Draw, Shape
from .texts import odd_text, pairs_and_lists, wide_table
from .tools import binary, h2o, r_matrix, scored, tidy
from .traps import TRAPS

TOOLS: tuple[Callable[[Draw], Shape], ...] = (
    h2o,
    r_matrix,
    tidy,
    scored,
    nested,
    nested,
    matrices,
    matrices,
    binary,
    binary,
    shuffled_ids,
    odd_text,
    odd_text,
    pairs_and_lists,
    wide_table,
)
_FAMILY, _TRAPS = (family,), (*TRAPS, *NEIGHBOURS, *DOUBTS)
_TURNS = (_FAMILY, TOOLS, _TRAPS) * 3 + (TOOLS, _TRAPS)


def draw_shapes(seed: int, count: int) -> Iterator[Shape]:
    """Yield shapes in turn: a family with anything around it, a tool's file, a trap.

    Examples
    --------
    >>> [len(list(draw_shapes(1, n))) for n in (0, 3)]
    [0, 3]
    """
    draw = Draw(seed)
    for at in range(count):
        draw.tags = {}
        yield draw.pick("maker", _TURNS[at % len(_TURNS)])(draw)
