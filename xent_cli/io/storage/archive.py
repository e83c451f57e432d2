"""Archive: a zip file, as a packed file if it holds one."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from typing import IO, BinaryIO, cast

from xent_cli.errors import BrokenFileError, UnknownFormatError
from xent_cli.io.storage.location import Location


def list_members(location: Location) -> list[str]:
    """Return the names of the files that a zip archive holds, but for those of the system.

    Raises
    ------
    BrokenFileError
        If it is none, or cut off.
    """
    try:
        with location.open() as file, zipfile.ZipFile(file) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise BrokenFileError(
            f"{location.name} is not a complete zip archive.", hint="Was its download cut off?"
        ) from error
    return [name for name in names if not _is_hidden(name)]


def only_member(location: Location) -> str:
    """Return the name of the one file in a zip archive.

    Raises
    ------
    UnknownFormatError
        If it holds several, or none.
    """
    names = list_members(location)
    if len(names) != 1:
        shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
        raise UnknownFormatError(
            f"{location.name} holds "
            f"{f'{len(names)} files ({shown})' if names else 'no files'}, but xent "
            "reads only zip archives that hold one file.",
            hint="Unpack it, and give the files to read." if names else "",
        )
    return names[0]


def open_member(location: Location) -> BinaryIO:
    """Open the one file in a zip archive."""
    name = only_member(location)
    file = location.open()
    try:
        archive = zipfile.ZipFile(file)
        member = archive.open(name)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
        file.close()
        raise BrokenFileError(
            f"{location.name}: {name} cannot be unpacked: {error}.",
            hint="Unpack it with the program that made it.",
        ) from error
    return cast("BinaryIO", io.BufferedReader(_Member(file, member), 1 << 20))


class _Member(io.RawIOBase):
    """A file in an archive: what is wrong with it is an OSError, as with other packed files."""

    def __init__(self, file: BinaryIO, member: IO[bytes]) -> None:
        self._file = file
        self._member = member

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._member.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error) as error:
            raise OSError(f"the archive is damaged ({error})") from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._member.close()
        self._file.close()
        super().close()


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith((".", "~$"))
