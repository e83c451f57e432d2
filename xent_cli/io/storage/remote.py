"""Remote: files at any address that fsspec opens, an extra; each is fetched once."""

from __future__ import annotations

import os
import posixpath
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import field
from typing import Any

from xent_cli.errors import (
    AccessError,
    MissingFileError,
    StoreError,
    UsageError,
    XentError,
)
from xent_cli.fast_dataclass import dataclass
from xent_cli.io.atomic_write import passing
from xent_cli.io.storage.address import SCHEMES, Address
from xent_cli.io.storage.temporary_file import scratch_folder

_REFUSED = (401, 403, 407)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that is copied to this machine before it is opened.

    Attributes
    ----------
    address : Address
        What errors call it, without secrets.
    url : str
        What fsspec is given; never to be shown.
    """

    address: Address
    url: str = field(repr=False)

    @property
    def name(self) -> str:
        """What errors and reports call it."""
        return str(self.address)

    @property
    def path(self) -> str:
        """What tells its format by its suffix."""
        return self.address.key

    def fetch(self) -> Copy:
        """Copy it to a temporary file, whose name ends as its own.

        Raises
        ------
        MissingFileError, AccessError, StoreError
        """
        ending = "".join(posixpath.basename(self.path).partition(".")[1:])[-40:]
        folder = scratch_folder() or tempfile.gettempdir()
        copy = Copy(os.path.join(folder, f"xent-{os.urandom(8).hex()}{ending}"))
        with _asking(self.address, self.url):
            system, place = _reach(self.url)
            system.get_file(place, copy.path)
        return copy


class Copy:
    """A temporary file that is there as long as this object, and no longer than the process."""

    def __init__(self, path: str) -> None:
        self.path = path
        with ExitStack() as stack:
            stack.enter_context(passing(path))
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            weakref.finalize(self, stack.pop_all().close)


def find_remote(url: str) -> list[RemoteFile] | RemoteFile:
    """Find out what an address names: one file, or those in a folder or of a pattern.

    Raises
    ------
    AddressError
        If nothing opens such addresses.
    UsageError
        If what opens them is not installed.
    """
    address = Address.parse(url)
    if address.scheme in ("http", "https"):
        _require_fsspec(address)
        return RemoteFile(address, url)
    with _asking(address, url):
        system, path = _reach(url)
        if "*" in path:
            found = system.glob(path)
        elif system.isdir(path):
            found = system.find(path)
        else:
            return RemoteFile(address, url)
    urls = [str(system.unstrip_protocol(file)) for file in found]
    return [RemoteFile(Address.parse(url), url) for url in urls]


def _reach(url: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it."""
    from fsspec.core import url_to_fs

    system, path = url_to_fs(url)
    return system, path


def _require_fsspec(address: Address) -> None:
    try:
        import fsspec  # noqa: F401 - only whether it is there
    except ImportError:
        raise _not_installed(address) from None


def _not_installed(address: Address) -> XentError:
    if address.scheme in ("http", "https"):
        return UsageError(
            f"{address} is a web address. xent needs the extra fsspec to open it.",
            hint=(
                "Install it with pip install 'xent-cli[fsspec]', or pipe the file in: curl "
                "-L URL | xent eval - labels.csv"
            ),
        )
    return address.unknown("After pip install 'xent-cli[fsspec]', xent opens other addresses too.")


@contextmanager
def _asking(address: Address, url: str) -> Iterator[None]:
    """Turn what libraries raise into errors of xent, in which no secret is left."""
    _require_fsspec(address)
    kinds: tuple[type[Exception], ...] = (OSError, ValueError, RuntimeError)
    with suppress(ImportError):  # Of the libraries behind fsspec, the one with errors of its own.
        from aiohttp import ClientError

        kinds = (*kinds, ClientError)
    try:
        yield
    except ImportError as error:
        hint = f"Install {error.name}." if error.name else str(error)
        raise UsageError(
            f"The package that opens {address.scheme}:// is not installed.", hint=hint
        ) from None
    except FileNotFoundError:
        raise MissingFileError(f"There is no file {address}.") from None
    except kinds as error:
        raise _explain(error, address, url) from None


def _explain(error: BaseException, address: Address, url: str) -> XentError:
    if isinstance(error, ValueError) and "rotocol" in str(error):
        return address.unknown("")
    status = getattr(error, "status", None)
    if status in _REFUSED or isinstance(error, PermissionError):
        return AccessError(
            f"The server refused access to {address}" + (f" (status {status})." if status else "."),
            hint="Set the credentials that fsspec reads for such addresses.",
        )
    reason = f"status {status}" if status else type(error).__name__
    if status is None and (said := " ".join(str(error).split())):
        reason = address.hide(said.replace(url, str(address)))[:200]
    return StoreError(f"{address} cannot be read: {reason}.", hint="Is the address right?")


def is_foreign(text: str) -> bool:
    """Say whether an address is none that pyarrow opens.

    Examples
    --------
    >>> is_foreign("https://host/p.csv"), is_foreign("s3://bucket/p.csv")
    (True, False)
    """
    return text.partition("://")[0].lower() not in SCHEMES
