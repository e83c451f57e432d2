"""Listing: the files that a folder holds or a pattern matches, here or in a store, in order."""

from __future__ import annotations

import glob
import os
import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase

from xent_cli.fast_dataclass import dataclass
from xent_cli.io.storage.address import Address, is_address
from xent_cli.io.storage.folders import Disk, Entry, Tree, is_hidden
from xent_cli.io.storage.location import LocalFile, Location
from xent_cli.io.storage.remote import RemoteFile, find_remote, is_foreign
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
    parts: tuple[tuple[Location | RemoteFile, dict[str, str]], ...]
    jobs: int = 1

    @classmethod
    def of(
        cls, name: str, files: Sequence[Location | RemoteFile], base: str, *, jobs: int = 1
    ) -> Listing:
        """Put files in order; what their paths say stands behind the folder `base`."""
        ordered = sorted(files, key=lambda file: natural_key(file.path))
        parts = [(file, hive_pairs(os.path.relpath(file.path, base or "."))) for file in ordered]
        return cls(name, tuple(parts), jobs)


def find(path: str) -> Location | RemoteFile | Listing:
    """Find out what a path or an address names: a file (which need not exist), or several.

    Raises
    ------
    MissingFileError
        If a folder cannot be listed, or a link leads nowhere.
    SameInputError
        If links lead to one file from two places, so that its rows would count twice.

    Examples
    --------
    >>> find("preds.csv")
    LocalFile(path='preds.csv', name='preds.csv')
    """
    if is_address(path):
        if is_foreign(path):
            return _find_remote(path)
        address = Address.parse(path)
        if address.scheme != "file":
            return _find_stored(address)
        path = os.sep + address.key
    if os.path.isdir(path):
        disk = Disk()
        files = disk.files(_data_files(disk, path))
        return Listing.of(path, [LocalFile(file) for file in files], path)
    if glob.has_magic(path) and not os.path.exists(path):
        disk = Disk()
        drive, rest = os.path.splitdrive(path)
        fixed, parts = _split(rest.replace(os.sep, "/"))
        files = disk.files(_expand(disk, drive + fixed.replace("/", os.sep), parts))
        return Listing.of(path, [LocalFile(file) for file in files], os.path.dirname(path))
    return LocalFile(path)


def _find_remote(url: str) -> RemoteFile | Listing:
    found = find_remote(url)
    if isinstance(found, RemoteFile):
        return found
    files = [file for file in found if has_known_suffix(file.path)]
    return Listing.of(str(Address.parse(url)), files, "", jobs=_STORE_JOBS)


def _find_stored(address: Address) -> Location | Listing:
    """Do as with local files, with as few requests as it takes."""
    from xent_cli.io.storage.object_store import Bucket, StoredFile, kind_of

    name, key = str(address), address.key
    magic = glob.has_magic(key)
    plain_folder = not key or (key.endswith("/") and not magic)
    kind = "folder" if plain_folder else kind_of(address)
    if kind == "folder":
        found = _data_files(Bucket(address), key)
        files = [StoredFile(address.at(path)) for path, _ in found]
        return Listing.of(name, files, key, jobs=_STORE_JOBS)
    if kind == "nothing" and magic:
        matches = _expand(Bucket(address), *_split(key))
        files = [StoredFile(address.at(path)) for path, kind in matches if kind == "file"]
        return Listing.of(name, files, posixpath.dirname(key), jobs=_STORE_JOBS)
    return StoredFile(address)


def _data_files(tree: Tree, folder: str) -> list[Entry]:
    return [entry for entry in tree.below(folder) if _is_data(entry)]


def _is_data(entry: Entry) -> bool:
    """Say whether the name of a file tells its format."""
    return entry[1] != "folder" and has_known_suffix(entry[0])


def _split(pattern: str) -> tuple[str, list[str]]:
    """Return the folder that a pattern begins with, and the parts from the first that varies.

    Examples
    --------
    >>> _split("/data/run-*/part.csv"), _split("*.csv")
    (('/data', ['run-*', 'part.csv']), ('', ['*.csv']))
    """
    parts = pattern.split("/")
    at = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    folder = "/".join(parts[:at])
    return (folder or "/") if at and pattern.startswith("/") else folder, parts[at:]


def _expand(tree: Tree, start: str, parts: Sequence[str]) -> list[Entry]:
    """Return the files that a pattern matches, folder by folder; ``**`` means folders in folders.

    A folder that it matches is read as if it had been named: all data files below it. Names that
    begin with a dot or an underscore are matched only by parts that begin so, as in a folder.
    """
    found: list[Entry] = [(start, "folder")]
    for depth, part in enumerate(parts):
        last = depth == len(parts) - 1
        folders = [path for path, kind in found if kind == "folder"]
        if part == "":  # Behind a slash at the end there can be folders only.
            found = [entry for entry in found if entry[1] == "folder"]
        elif part == "**":
            below = [entry for folder in folders for entry in tree.below(folder)]
            if last:
                found = [entry for entry in below if _is_data(entry)]
            else:  # It may stand for no folder at all.
                found = [(folder, "folder") for folder in folders]
                found += [entry for entry in below if entry[1] == "folder"]
        elif glob.has_magic(part):
            found = [
                (path, kind)
                for folder in folders
                for path, kind in tree.children(folder)
                if _fits(os.path.basename(path), part)
            ]
        else:
            found = [entry for folder in folders for entry in tree.named(folder, part, last=last)]
        found = list(dict.fromkeys(found))  # ``**/**`` finds files twice.
    whole = [entry for p, k in found if k == "folder" for entry in _data_files(tree, p)]
    return list(dict.fromkeys([entry for entry in found if entry[1] != "folder"] + whole))


def _fits(name: str, part: str) -> bool:
    return (not is_hidden(name) or part.startswith(name[0])) and fnmatchcase(name, part)


def hive_pairs(relative: str) -> dict[str, str]:
    """Return the key=value parts of a path.

    Examples
    --------
    >>> hive_pairs("country=KR/part-0.parquet")
    {'country': 'KR'}
    """
    # Bytes that are no UTF-8 stand in names as half surrogates, which no column can hold.
    text = relative.encode("utf-8", "backslashreplace").decode()
    folders = text.replace(os.sep, "/").split("/")[:-1]
    return dict(folder.split("=", 1) for folder in folders if "=" in folder)
