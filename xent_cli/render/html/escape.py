"""Escape: elements of HTML and SVG, built so that no text from data can become markup."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from unicodedata import east_asian_width

from xent_cli.render.text import clean

MOST_SHOWN = 80
"""Characters of a name; the whole of it stands in its tool tip."""
_MOST_TOLD = 1_000
_VOID = frozenset(("meta", "col", "br"))
_NONCHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff]")
"""Neither text nor control; parsers complain of them."""

Attribute = str | float | bool | None


class Markup(str):
    """Text that is markup already; every other text is escaped."""

    __slots__ = ()


def el(tag: str, *children: str, **attributes: Attribute) -> Markup:
    """Return an element. Children that are not `Markup` are text, and shown as they are.

    Attributes are named in Python's spelling: ``class_`` is ``class``, ``text_anchor`` is
    ``text-anchor``. None and False leave one out.

    Examples
    --------
    >>> el("td", "a < b", class_="n", hidden=True, title=None)
    '<td class="n" hidden="">a &lt; b</td>'
    """
    said = "".join(
        f' {_name(name)}="{"" if value is True else escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Markup(f"<{tag}{said}>")
    return Markup(f"<{tag}{said}>{join(children)}</{tag}>")


def join(parts: Sequence[str]) -> Markup:
    """Put parts behind each other, those escaped that are not markup."""
    return Markup("".join(p if isinstance(p, Markup) else escape(p) for p in parts))


def escape(text: str) -> Markup:
    r"""Show a text as it is; control characters, and what turns the direction, as escapes.

    Examples
    --------
    >>> escape("<b> & \"q\" \u202e\x00")
    '&lt;b&gt; &amp; &quot;q&quot; \\u202e\\x00'
    """
    shown = _NONCHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", clean(text))
    return Markup(html.escape(shown))


def name_of(name: str) -> Markup:
    """Show a name from data apart from the direction of the text around it; a long one cut.

    Examples
    --------
    >>> name_of("cat")
    '<bdi>cat</bdi>'
    """
    shown = clean(name)
    if len(shown) <= MOST_SHOWN:
        return el("bdi", shown)
    return el("bdi", shown[: MOST_SHOWN - 1] + "…", title=shown[:_MOST_TOLD])


def short_names(names: list[str], width: int) -> list[str]:
    """Cut names in the middle to a width; in front, or wider, where two would look alike.

    Examples
    --------
    >>> short_names(["a_rather_long_name", "cat"], 9), short_names(["x" * 9 + "1", "x" * 9], 5)
    (['a_ra…name', 'cat'], ['xx…x1', 'xx…xx'])
    >>> short_names(["a_common_name_1_x", "a_common_name_2_x"], 6)
    ['…e_1_x', '…e_2_x']
    """
    shown = [clean(name) for name in names]
    for room in (width, 2 * width, MOST_SHOWN):
        for way in (_cut, _cut_in_front):
            cut = [way(name, room) for name in shown]
            if len(set(cut)) == len(set(shown)):
                return cut
    return [_cut(name, MOST_SHOWN) for name in shown]


def called(name: str, noun: str, width: int = 40) -> str:
    """Name a class or slice in a sentence; a number alone would be read as a figure.

    Examples
    --------
    >>> called("dog", "class"), called("8", "class")
    ('dog', 'class 8')
    """
    (shown,) = short_names([name], width)
    return shown if any(c.isalpha() for c in shown) else f"{noun} {shown}"


def _cut(text: str, width: int) -> str:
    width = _room(text, width)
    tail = (width - 1) // 2
    return text if len(text) <= width else f"{text[: width - 1 - tail]}…{text[-tail:]}"


def _cut_in_front(text: str, width: int) -> str:
    width = _room(text, width)
    return text if len(text) <= width else f"…{text[1 - width :]}"


def _room(text: str, width: int) -> int:
    """Return how many letters of a text have room; those of Chinese, say, are twice as wide."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    return max(width * len(text) // (len(text) + wide), 5) if wide else width


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
