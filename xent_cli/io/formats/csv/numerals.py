"""Numerals: numbers and missing values as text files write them."""

from __future__ import annotations

import re

NULLS = frozenset(
    ("", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "-NaN", "NULL", "Null", "null", "None", "#N/A")
)
_NUMBER = re.compile(
    r"[ \t]*[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?[ \t]*\Z", re.ASCII
)
_SPECIAL = re.compile(r"[ \t]*[+-]?(?:inf|infinity|nan)[ \t]*\Z", re.IGNORECASE | re.ASCII)


def is_number(text: str) -> bool:
    """Say whether a field is a number as text files write it.

    Examples
    --------
    >>> is_number(" 1.5e-3"), is_number("1,5"), is_number("")
    (True, False, False)
    """
    return bool(_NUMBER.match(text) or _SPECIAL.match(text))


def decimals_of(text: str) -> int | None:
    """Count the decimals a number is written with; None for one without a point or exponent.

    Examples
    --------
    >>> decimals_of("0.250"), decimals_of("1.2e-05"), decimals_of("1")
    (3, 6, None)
    """
    match = _NUMBER.match(text)
    if not match or (match[2] is None and match[3] is None and match[4] is None):
        return None
    return max(0, len(match[2] or match[3] or "") - int(match[4] or 0))


def is_whole(text: str) -> bool:
    """Say whether a field is a whole number, however it is written.

    Examples
    --------
    >>> is_whole("-1"), is_whole("2.0"), is_whole("0.5"), is_whole("cat")
    (True, True, False, False)
    """
    return bool(_NUMBER.match(text)) and float(text).is_integer()
