"""Spelling: whole numbers that one input writes as 12 and another as 00012 or 12.0."""

from __future__ import annotations

import pyarrow as pa

from xent_cli.io.source import Source
from xent_cli.schema.file_formats import TEXT_FORMATS

_WHOLE = r"^(-?)0*(\d+)(?:\.0*)?$"
_SAMPLE_ROWS = 100_000
_PADDED, _POINTED = r"^-?0\d", r"\."


def spell_alike(texts: pa.Array) -> pa.Array:
    """Return whole numbers as they are usually written, and other texts as they are.

    Examples
    --------
    >>> spell_alike(pa.array(["00012", "12.0", "0", "a7"])).to_pylist()
    ['12', '12', '0', 'a7']
    """
    import pyarrow.compute as pc  # Slow to import, and not needed without a join.

    return pc.replace_substring_regex(texts, _WHOLE, r"\1\2")


def are_spelled_apart(left: Source, name: str, right: Source, other: str) -> bool:
    """Say whether all first ids of two inputs are whole numbers, written in two ways.

    Then they are compared as numbers. An input that has both 12 and 012 has one id twice, which
    is an error.
    """
    styles = _styles(left, name), _styles(right, other)
    return None not in styles and (styles[0] != styles[1] or (False, True) in styles)


def _styles(source: Source, name: str) -> tuple[bool, bool] | None:
    """Say whether some ids are padded, and whether some have a point; None if one is a text."""
    import pyarrow.compute as pc  # Slow to import, and not needed without a join.

    column = source.column(name)
    if column is None or column.kind not in ("integer", "float"):
        return None
    if source.format not in TEXT_FORMATS or source.format == "jsonl":
        return (False, False) if column.kind == "integer" else None
    texts = pc.unique(source.first({name: "text"}, _SAMPLE_ROWS).texts(name))
    texts = texts.filter(pc.not_equal(pc.utf8_trim_whitespace(texts), ""))
    if not pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py():
        return None
    padded, pointed = (
        bool(pc.any(pc.match_substring_regex(texts, form)).as_py()) for form in (_PADDED, _POINTED)
    )
    return padded, pointed
