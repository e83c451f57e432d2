"""Suffixes: the endings of file names that say what a file holds."""

from __future__ import annotations

import os

from xent_cli.io.storage.compression import SUFFIXES
from xent_cli.schema.file_formats import FORMATS

BY_SUFFIX = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}


def has_known_suffix(path: str) -> bool:
    """Say whether the name of a file tells a format, packed or not."""
    return suffix_of(path) in BY_SUFFIX


def suffix_of(path: str) -> str:
    """Return the ending that tells the format: ``.csv`` of ``a.csv.gz`` too."""
    stem, suffix = os.path.splitext(path.lower())
    return os.path.splitext(stem)[1] if suffix in SUFFIXES else suffix
