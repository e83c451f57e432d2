"""Notice: something the reader of a result should know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """A stable code, and a sentence."""

    code: str
    message: str
