"""Rule numbers: the limit and the level of a rule, read from its text."""

from __future__ import annotations

import re

from xent_cli.errors import RuleError

GRAMMAR = (
    "A rule has the form METRIC OPERATOR NUMBER [@ LEVEL], for example 'ce <= 0.35' "
    "or 'delta <= 0.01 @95%'."
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")


def read_number(text: str, number: str) -> tuple[float, bool]:
    """Return the limit of the rule `text`, and whether it is a percentage."""
    is_percent = number.endswith("%")
    plain = number.removesuffix("%").strip()
    if not _NUMBER.match(plain):
        fault = f"{plain!r} is not a number" if plain else "it has no number"
        raise RuleError(f"The rule {text!r}: {fault}.", hint=GRAMMAR)
    value = float(plain)
    if value in (float("inf"), float("-inf")):
        raise RuleError(f"The rule {text!r}: {plain} is too large.")
    return (value / 100 if is_percent else value), is_percent


def read_level(text: str, level: str) -> float:
    """Return the level of the rule `text`, between 0 and 1."""
    is_percent = level.endswith("%")
    plain = level.removesuffix("%").strip()
    value = float(plain) if _NUMBER.match(plain) else -1.0
    value = value / 100 if is_percent else value
    if not 0 < value < 1:
        raise RuleError(
            f"The rule {text!r}: {level or 'nothing'} is not a level between 0 and 1.",
            hint="Write @95% or @0.95.",
        )
    return value
