"""Words: numbers, names and sentences as documents show them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xent_cli.lazy_pattern import lazy_pattern

if TYPE_CHECKING:  # Not every format is made of a document.
    from xent_cli.render.document import Kind

NOTHING = "-"
_JOINERS = "\u200c\u200d"
_COMMAND = lazy_pattern(r"##(?=\w*\[)")
"""Azure Pipelines, TeamCity and GitHub's older form: anywhere in a line."""
_COMMAND_LINE = lazy_pattern(r"^((?:\x1b\[[\d;]*m|[^\S\n])*):(?=:)", re.MULTILINE)
"""GitHub: at the start of a line, after blanks, and perhaps after colours."""


def decimal(value: float | None) -> str:
    """Show a figure with four decimals, small ones with three digits.

    Examples
    --------
    >>> decimal(0.69314718), decimal(0.00001234), decimal(0.0), decimal(None), decimal(math.inf)
    ('0.6931', '1.23e-05', '0.0000', '-', 'inf')
    """
    if value is None:
        return NOTHING
    if 0 < abs(value) < 0.001:
        return f"{value:#.3g}"
    if 1e7 <= abs(value) < math.inf:
        return f"{value:.3e}"
    return f"{value:.4f}"


def percent(value: float | None) -> str:
    """Show a share; one that is not 0 or 1 never looks like it.

    Examples
    --------
    >>> percent(0.5), percent(0.99999), percent(1.0), percent(0.00001)
    ('50.0%', '>99.9%', '100.0%', '<0.1%')
    """
    if value is None:
        return NOTHING
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1:
        return ">99.9%"
    return f"{value:.1%}"


def signed(value: float) -> str:
    """Show a difference with its sign.

    Examples
    --------
    >>> signed(0.25), signed(-0.25)
    ('+0.2500', '-0.2500')
    """
    return decimal(value) if value < 0 else f"+{decimal(value)}"


def interval(ends: tuple[float, float]) -> str:
    """Show both ends of an interval."""
    return f"{decimal(ends[0])} to {decimal(ends[1])}"


def p_value(p: float) -> str:
    """Show a p-value; a small one never as 0.

    Examples
    --------
    >>> p_value(0.03456), p_value(1e-9), p_value(0.0)
    ('0.035', '1e-09', '<1e-300')
    """
    if p < 1e-300:
        return "<1e-300"
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"


def bar(share: float | None, width: int, *, ascii_only: bool = False) -> str:
    """Draw a share as a bar of up to `width` cells.

    Examples
    --------
    >>> bar(0.5, 4), bar(0.5, 4, ascii_only=True)
    ('██', '##')
    """
    if not share:
        return ""
    eighths = max(1, round(share * width * 8))
    if ascii_only:
        return "#" * max(1, round(share * width))
    full, part = divmod(eighths, 8)
    return "█" * full + (chr(0x2590 - part) if part else "")


def clean(text: str) -> str:
    r"""Show as escapes what a terminal or the log of a CI runner would obey.

    These are control and formatting characters, ``##vso[`` and its like anywhere, and ``::`` at the
    start.

    Examples
    --------
    >>> clean("a\x1b[31mb\n"), clean("##vso[task.complete]"), clean("::error::no")
    ('a\\x1b[31mb\\n', '#\\x23vso[task.complete]', '\\x3a:error::no')
    """
    if text.isprintable() and "##" not in text and "::" not in text:
        return text  # As nearly all are, and there may be many.
    shown = "".join(_escaped(c) if _is_control(c) else c for c in text)
    return break_lines(_COMMAND.sub(r"#\\x23", shown))


def break_lines(text: str) -> str:
    """Break what runners of GitHub take for a command: ``::`` at the start of a line."""
    return _COMMAND_LINE.sub(r"\1\\x3a", text)


def break_in_json(text: str) -> str:
    """Break commands within the strings of JSON, which are the same when they are read back."""
    return _COMMAND.sub(r"#\\u0023", text)


def show(value: Any, kind: Kind) -> str:
    """Show a value by its kind; what is undefined is "-". Bars are for writers to draw.

    Examples
    --------
    >>> show(1234, "count"), show(0.25, "share"), show(0.25, "delta"), show(None, "loss")
    ('1,234', '25.0%', '+0.2500', '-')
    >>> show((0.1, 0.2), "interval"), show(1e-9, "p"), show(None, "text")
    ('0.1000 to 0.2000', '1e-09', '')
    """
    if value is None:
        return "" if kind == "text" else NOTHING
    return _SHOWN[kind](value)


_SHOWN: dict[Kind, Callable[[Any], str]] = {
    "name": str,
    "class": str,
    "text": str,
    "word": str,
    "number": str,
    "index": str,
    "count": "{:,}".format,
    "share": percent,
    "change": "{:+.2%}".format,
    "loss": decimal,
    "error": decimal,
    "probability": decimal,
    "correlation": "{:.3f}".format,
    "delta": signed,
    "interval": interval,
    "p": p_value,
}


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
