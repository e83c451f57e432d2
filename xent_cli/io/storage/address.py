"""Address: ``s3://user:secret@bucket/key?region=...`` taken apart, and what of it may be shown."""

from __future__ import annotations

import re
from dataclasses import field, replace
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

from xent_cli.errors import AddressError
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.name_suggestions import nearest

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs", "file")
_HARMLESS = ("region", "scheme")
_WITH_BUCKET = ("s3", "gs", "gcs")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_ANY_QUERY = re.compile(r"[?#]")
_QUERY = re.compile(r"\?(?=\w+=)")
"""In a pattern a question mark stands for a character; only before ``name=`` it begins options."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an object lies in a store.

    Attributes
    ----------
    scheme : str
    authority : str
        Bucket or server, with whatever user and password were given: never to be shown.
    key : str
        The name of the object or folder, decoded, without a slash before it.
    query : str
        The options of the store as they were given.

    Examples
    --------
    >>> address = Address.parse("s3://me:secret@bucket/run%201/*.csv?region=eu-west-1")
    >>> address.key, address.options, str(address)
    ('run 1/*.csv', {'region': 'eu-west-1'}, 's3://bucket/run 1/*.csv')
    """

    scheme: str
    authority: str = field(repr=False)
    key: str
    query: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address.

        Raises
        ------
        AddressError
            If nothing can be opened there.
        """
        scheme, rest = text.split("://", 1)
        mark = _ANY_QUERY if scheme.lower() in ("http", "https") else _QUERY
        place, *queries = mark.split(rest, maxsplit=1)
        authority, _, key = place.partition("/")
        found = cls(scheme.lower(), authority, unquote(key), "".join(queries))
        found._require_known()
        return found

    @property
    def root(self) -> str:
        """The store alone, as pyarrow wants it: with secrets and options, without a key."""
        return f"{self.scheme}://{self.authority}/" + (f"?{self.query}" if self.query else "")

    @property
    def options(self) -> dict[str, str]:
        """What stands behind the question mark."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def userinfo(self) -> tuple[str, str]:
        """User and password, decoded, or empty texts."""
        user, _, password = self.authority.rpartition("@")[0].partition(":")
        return unquote(user), unquote(password)

    @property
    def host(self) -> str:
        """The bucket or the server."""
        return self.authority.rpartition("@")[2]

    def at(self, key: str) -> Self:
        """Return the address of another object of the store."""
        return replace(self, key=key)

    def hide(self, text: str) -> str:
        """Return a text, say of a library, in which no secret of this address is left."""
        text = text.replace(self.root, f"{self.scheme}://{self.host}/")
        password = self.userinfo[1]
        written = self.authority.rpartition("@")[0].partition(":")[2]
        values = [value for name, value in self.options.items() if name not in _HARMLESS]
        secrets = [self.query, password, written, quote(password, safe=""), *values]
        for secret in filter(None, secrets):
            text = text.replace(secret, "***")
        return text

    def __str__(self) -> str:
        """Return it as it may be shown and given again: without user, password and options."""
        user = self.userinfo[0] if self.scheme.startswith(("abfs", "hdfs")) else ""
        host = f"{user}@{self.host}" if user else self.host
        return f"{self.scheme}://{host}/{self.key.replace('%', '%25')}"

    def unknown(self, hint: str) -> AddressError:
        """Return the error for a scheme that nothing opens."""
        close = nearest(self.scheme, SCHEMES, likeness=0.5)
        meant = f" Did you mean {close}://?" if close else ""
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        return AddressError(
            f"xent does not open addresses with {self.scheme}://.",
            hint=f"It opens {known}.{meant} {hint}".rstrip(),
        )

    def _require_known(self) -> None:
        if self.scheme in _WITH_BUCKET and ":" in self.host:
            # A secret key with a slash would end up in the name of the object, and be shown.
            raise AddressError(
                f"This {self.scheme}:// address has a colon in the name of the bucket.",
                hint="Write a / in a secret key as %2F. Better, set the key in the environment.",
            )
        if self.scheme in _WITH_BUCKET and not re.fullmatch(r"[\w.-]+", self.host):
            raise AddressError(
                f"{self} has no bucket.", hint=f"Write {self.scheme}://bucket/preds.parquet"
            )
        if self.scheme == "file" and self.host not in ("", "localhost"):
            raise AddressError(
                f"{self} has the name of a machine.",
                hint=f"Write a path with three slashes: file:///{self.key}",
            )


def is_address(text: str) -> bool:
    """Say whether a text is an address and no path.

    Examples
    --------
    >>> is_address("gs://bucket/preds.csv"), is_address("preds.csv")
    (True, False)
    """
    return _SCHEME.match(text) is not None
