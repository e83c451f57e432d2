"""Hexadecimal: long integers times powers of two as texts, exact and short."""

from __future__ import annotations


def hexadecimal(unit: int, exponent: int) -> str:
    """Return an integer times 2**exponent as ``<hexadecimal integer>p<exponent>``.

    Examples
    --------
    >>> hexadecimal(-24, 2)
    '-3p5'
    """
    if unit == 0:
        return "0p0"
    zeros = (unit & -unit).bit_length() - 1
    return f"{unit >> zeros:x}p{exponent + zeros}"


def read_hexadecimal(text: str) -> tuple[int, int]:
    """Return the integer and the exponent; ValueError where the text is none of these."""
    unit, mark, exponent = text.partition("p")
    if not mark or not -5000 <= int(exponent) <= 5000:
        raise ValueError(f"{text!r} is not an exact sum")
    return int(unit, 16), int(exponent)
