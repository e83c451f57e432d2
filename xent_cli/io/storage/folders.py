"""Folders: what lies in those of this machine. Links are followed; nothing is left out unsaid."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from xent_cli.errors import MissingFileError, SameInputError

EntryKind = Literal["file", "folder", "other"]
Entry = tuple[str, EntryKind]


class Tree(Protocol):
    """Folders in folders, here or in a store."""

    def children(self, folder: str) -> list[Entry]:
        """Return what lies in a folder."""

    def below(self, folder: str) -> Iterable[Entry]:
        """Return what lies in a folder or in any below it, but for what is hidden."""

    def named(self, folder: str, name: str, *, last: bool) -> list[Entry]:
        """Return what has a name in a folder, if there is something; `last` in a pattern."""


class Disk:
    """The folders of this machine.

    What cannot be looked into is an error that names it: its rows would be missing without a word.
    A link to a folder that it lies in leads to nothing new, and is left out.

    Examples
    --------
    >>> Disk().named("/", "dev", last=False)
    [('/dev', 'folder')]
    """

    def __init__(self) -> None:
        self._links = False

    def children(self, folder: str) -> list[Entry]:
        with _looking(folder), os.scandir(folder or ".") as found:
            entries = list(found)
        found_here = [(os.path.join(folder, e.name), self._kind(folder, e)) for e in entries]
        return [entry for entry in found_here if not (self._links and _leads_back(folder, entry))]

    def below(self, folder: str) -> Iterator[Entry]:
        waiting: list[tuple[str, frozenset[tuple[int, int]]]] = [(folder, frozenset())]
        while waiting:
            place, above = waiting.pop()
            with _looking(place):
                found = os.stat(place or ".")
            here = (found.st_dev, found.st_ino)
            if here in above:
                continue  # Links in a ring.
            for path, kind in self.children(place):
                if not is_hidden(os.path.basename(path)):
                    yield path, kind
                    if kind == "folder":
                        waiting.append((path, above | {here}))

    def named(self, folder: str, name: str, *, last: bool) -> list[Entry]:
        path = os.path.join(folder, name)
        with _looking(folder):
            os.stat(folder or ".")
            try:
                os.lstat(path)  # Not lexists, to which what cannot be looked at is not there.
            except (FileNotFoundError, NotADirectoryError):
                return []
        self._links |= os.path.islink(path)
        return [(path, _kind_at(path))]

    def files(self, found: Iterable[Entry]) -> list[str]:
        """Return the paths of files.

        Raises
        ------
        MissingFileError
            If one is a pipe or a device.
        SameInputError
            If links lead to one file by two paths.
        """
        paths = []
        for path, kind in found:
            if kind != "file":
                raise MissingFileError(
                    f"{path} is not a file but a pipe or a device.",
                    hint="To read a pipe, give its own path, not its folder or a pattern.",
                )
            paths.append(path)
        if self._links:
            _require_once(paths)
        return paths

    def _kind(self, folder: str, entry: os.DirEntry[str]) -> EntryKind:
        if not entry.is_symlink():
            if entry.is_dir(follow_symlinks=False):
                return "folder"
            return "file" if entry.is_file(follow_symlinks=False) else "other"
        self._links = True
        path = os.path.join(folder, entry.name)
        if is_hidden(entry.name) and not os.path.exists(path):
            return "other"  # As Emacs locks a file. Nobody asked for it.
        return _kind_at(path)


def is_hidden(relative: str, marks: str = "._") -> bool:
    """Say whether a file or a folder above it is named with a dot or underscore first.

    Examples
    --------
    >>> is_hidden("_temporary/0.csv"), is_hidden("a/0.csv")
    (True, False)
    """
    return any(part.startswith(tuple(marks)) for part in relative.replace(os.sep, "/").split("/"))


def _leads_back(folder: str, entry: Entry) -> bool:
    """Say whether an entry of a folder is a link to it, or to one above it."""
    path, kind = entry
    if kind != "folder" or not os.path.islink(path):
        return False
    here, there = os.path.realpath(folder or "."), os.path.realpath(path)
    return f"{here}{os.sep}".startswith(f"{there.rstrip(os.sep)}{os.sep}")


def _kind_at(path: str) -> EntryKind:
    with _looking(path):
        mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def _require_once(paths: Iterable[str]) -> None:
    """Raise SameInputError if two paths lead to one file."""
    seen: dict[str, str] = {}
    for path in paths:
        other = seen.setdefault(os.path.realpath(path), path)
        if other != path:
            raise SameInputError(
                f"{other} and {path} are the same file, because of a link. Its rows "
                "would count twice.",
                hint="Remove the link, or choose the files with a pattern.",
            )


@contextmanager
def _looking(path: str) -> Iterator[None]:
    """Say what cannot be looked into."""
    try:
        yield
    except OSError as error:
        if os.path.islink(path):
            target = os.readlink(path)
            raise MissingFileError(
                f"{path} is a link to {target}, which cannot be read: {error.strerror}.",
                hint="Remove the link, or choose the files with a pattern.",
            ) from error
        if not os.path.lexists(path or "."):
            raise MissingFileError(f"There is no folder {path}.") from error
        raise MissingFileError(
            f"The folder {path or '.'} cannot be listed: {error.strerror}.",
            hint="Its data would be missing. Do you have permission to read it?",
        ) from error
