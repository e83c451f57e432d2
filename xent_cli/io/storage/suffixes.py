"""Suffixes: the endings of file names that say what a file holds."""

from __future__ import annotations


def has_known_suffix(path: str) -> bool:
    """Say whether the name of a file tells a format, packed or not."""
    return _suffix(path) in _BY_SUFFIX
