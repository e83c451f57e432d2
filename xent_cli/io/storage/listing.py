"""Listing: the files that a folder holds or a pattern matches, here or in a store, in order."""

from __future__ import annotations

import glob
import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from xent_cli.io.storage.address import Address, is_address
from xent_cli.io.storage.location import LocalFile, Location
from xent_cli.io.storage.suffixes import has_known_suffix
from xent_cli.schema.natural_order import natural_key

_STORE_JOBS = 16


@dataclass(frozen=True, slots=True)
class Listing:
    """Several files that are one input.

    Attributes
    ----------
    name : str
        The folder or pattern, as errors call it.
    parts : tuple of (Location, dict)
        The files in natural order, each with the key=value pairs of its folders.
    jobs : int
        How many to open at a time: it takes a store a while to answer, and no processor.
    """

    name: str
    parts: tuple[tuple[Location, dict[str, str]], ...]
    jobs: int = 1

    @classmethod
    def of(cls, name: str, files: Sequence[Location], base: str, *, jobs: int = 1) -> Listing:
        """Put files in order; what their paths say stands behind the folder `base`."""
        ordered = sorted(files, key=lambda file: natural_key(file.path))
        parts = [(file, hive_pairs(os.path.relpath(file.path, base or "."))) for file in ordered]
        return cls(name, tuple(parts), jobs)


def find(path: str) -> Location | Listing:
    """Find out what a path or an address names: a file (which need not exist), or several.

    Examples
    --------
    >>> find("preds.csv")
    LocalFile(path='preds.csv', name='preds.csv')
    """
    if is_address(path):
        address = Address.parse(path)
        if address.scheme != "file":
            return _find_stored(address)
        path = os.sep + address.key
    if os.path.isdir(path):
        return Listing.of(path, _list_folder(path), path)
    if glob.has_magic(path) and not os.path.exists(path):
        return Listing.of(path, _list_pattern(path), os.path.dirname(path))
    return LocalFile(path)


def _list_folder(folder: str) -> list[Location]:
    """Return all data files below a folder; those named with a dot or underscore first are none."""
    files = (
        os.path.join(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if not is_hidden(os.path.relpath(os.path.join(place, name), folder))
    )
    return [LocalFile(file) for file in files if has_known_suffix(file)]


def _list_pattern(pattern: str) -> list[Location]:
    """Return all files that a pattern matches; ``**`` stands for folders in folders."""
    found = dict.fromkeys(glob.glob(pattern, recursive=True))  # ``**/**`` finds files twice.
    files = [file for file in found if os.path.isfile(file)]
    if not os.path.basename(pattern).startswith("_"):
        files = [file for file in files if not os.path.basename(file).startswith("_")]
    return [LocalFile(file) for file in files]


def _find_stored(address: Address) -> Location | Listing:
    """Do as with local files, with as few requests as it takes."""
    from xent_cli.io.storage.object_store import StoredFile, kind_of, list_objects

    name, key = str(address), address.key
    kind = "folder" if key.endswith("/") or not key else kind_of(address)
    if kind == "folder":
        files = [
            StoredFile(found)
            for found, what in list_objects(address, deep=True)
            if what == "file"
            and has_known_suffix(found.key)
            and not is_hidden(posixpath.relpath(found.key, key or "."))
        ]
        return Listing.of(name, files, key, jobs=_STORE_JOBS)
    if kind == "nothing" and glob.has_magic(key):
        matches = [StoredFile(found) for found in _match(address)]
        return Listing.of(name, matches, posixpath.dirname(key), jobs=_STORE_JOBS)
    return StoredFile(address)


def _match(pattern: Address) -> list[Address]:
    """Return the objects that a pattern matches, folder by folder from the first that varies."""
    from xent_cli.io.storage.object_store import list_objects

    parts = pattern.key.split("/")
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    folders = [pattern.at("/".join(parts[:fixed]))]
    for depth, part in enumerate(parts[fixed:], start=fixed):
        last = depth == len(parts) - 1
        if not glob.has_magic(part) and not last:
            folders = [folder.at(posixpath.join(folder.key, part)) for folder in folders]
            continue
        deep = part == "**"
        found = []
        for folder in folders:
            start = len(folder.key) + 1 if folder.key else 0
            if deep and not last:
                found.append(folder)  # ``**`` may stand for no folder at all.
            for entry, kind in list_objects(folder, deep=deep):
                name = entry.key[start:]
                fits = not is_hidden(name, ".") if deep else _fits(name, part)
                if fits and kind == ("file" if last else "folder"):
                    found.append(entry)
        folders = list(dict.fromkeys(found))
    if not parts[-1].startswith("_"):
        folders = [file for file in folders if not posixpath.basename(file.key).startswith("_")]
    return folders


def _fits(name: str, part: str) -> bool:
    hidden = name.startswith(".") and not part.startswith(".")
    return not hidden and fnmatchcase(name, part)


def is_hidden(relative: str, marks: str = "._") -> bool:
    """Say whether a file or a folder above it is named with a dot or underscore first.

    Examples
    --------
    >>> is_hidden("_temporary/0.csv"), is_hidden("a/0.csv")
    (True, False)
    """
    return any(part.startswith(tuple(marks)) for part in relative.replace(os.sep, "/").split("/"))


def hive_pairs(relative: str) -> dict[str, str]:
    """Return the key=value parts of a path.

    Examples
    --------
    >>> hive_pairs("country=KR/part-0.parquet")
    {'country': 'KR'}
    """
    folders = relative.replace(os.sep, "/").split("/")[:-1]
    return dict(folder.split("=", 1) for folder in folders if "=" in folder)
