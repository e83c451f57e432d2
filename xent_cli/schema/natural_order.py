"""Natural order: names sorted as people count, part-2 before part-10."""

from __future__ import annotations

import re

NaturalKey = tuple[list[tuple[int, str]], str]


def natural_key(name: str) -> NaturalKey:
    """Return the key to sort a name by; no two names have the same.

    Examples
    --------
    >>> sorted(["part-10", "part-2", "part-02"], key=natural_key)
    ['part-02', 'part-2', 'part-10']
    """
    # Digits are those of ASCII: of all that Unicode has, only some are numbers; ² is not.
    parts = re.split(r"([0-9]+)", name)
    numbers = [part.lstrip("0") if i % 2 else part for i, part in enumerate(parts)]
    return [(len(part) if i % 2 else 0, part) for i, part in enumerate(numbers)], name
