"""Lazy pattern: `re.compile`, put off until the pattern is used, as most are not in a run.

To compile one takes 0.1 ms: for sixty of them that is a thirtieth of a short run. Its methods are
those of the pattern, and so is what type checkers see; only ``match.re`` is another object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["lazy_pattern"]


class _Pattern:
    """Gets each method of a compiled pattern when it is first asked for."""

    def __init__(self, *said: Any) -> None:
        self._said = said

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._said), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    from re import compile as lazy_pattern
else:
    lazy_pattern = _Pattern
