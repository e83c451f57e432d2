"""Name suggestions: which names there are, and which is nearest to one that does not exist."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice


def nearest(name: str, known: Collection[str], *, likeness: float = 0.6) -> str | None:
    """Return the known name that is most like another, whatever its case, or None.

    Examples
    --------
    >>> nearest("Lable", ["label", "weight"])
    'label'
    """
    import difflib  # Slow to import, and rarely needed.

    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=likeness)
    return folded[close[0]] if close else None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return a hint with the nearest name, or nothing.

    Examples
    --------
    >>> did_you_mean("contry", ["country"]), did_you_mean("x", ["country"])
    ('Did you mean country?', '')
    """
    found = nearest(name, known)
    return f"Did you mean {found}?" if found else ""


def listed(names: Collection[str], most: int = 10) -> str:
    """Return the first names, and how many there are if these are not all.

    Examples
    --------
    >>> listed(["a", "b"]), listed(["a", "b", "c"], most=2)
    ('a, b', 'a, b, ... (3 in all)')
    """
    shown = ", ".join(islice(names, most))
    return shown if len(names) <= most else f"{shown}, ... ({len(names):,} in all)"
