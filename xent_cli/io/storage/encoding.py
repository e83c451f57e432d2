"""Encoding: bytes of a text that are no UTF-8, told by the bytes where they leave no doubt."""

from __future__ import annotations

import codecs
import io
from functools import partial
from typing import BinaryIO, cast

from xent_cli.errors import EncodingError, UsageError, option
from xent_cli.io.storage.compression import Opener
from xent_cli.lazy_pattern import lazy_pattern

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_FOREIGN = lazy_pattern(rb"[\x80-\xbf\xd7\xf7]|[\x80-\xff]{3}")
"""What is no letter of Western Europe, or three beyond ASCII in a row: words of one byte a letter
in other scripts, and of two in Asian ones, have such runs."""
_STEP = 1 << 20


def detect_encoding(head: bytes, *, whole: bool = True) -> str | None:
    r"""Return the encoding of a text that begins with `head`; None for UTF-8, or if in doubt.

    Parameters
    ----------
    head : bytes
    whole : bool
        Whether `head` is all there is: else its last line may be cut within a character.

    Examples
    --------
    >>> detect_encoding("a;ö".encode()), detect_encoding("a;ö".encode("cp1252"))
    (None, 'cp1252')
    >>> detect_encoding("a;b".encode("utf-16"))
    'utf-16'
    """
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _detect_wide(head)
    if head.isascii():
        return None
    if not whole and (end := max(head.rfind(b"\n"), head.rfind(b"\r"))) >= 0:
        head = head[: end + 1]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return None if _FOREIGN.search(head) else "cp1252"
    return None


def _detect_wide(head: bytes) -> str | None:
    """Return which byte of each pair is zero in a text that is mostly of ASCII characters."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    pairs = len(head) // 2
    if not even and odd * 2 > pairs:
        return "utf-16-le"
    return "utf-16-be" if not odd and even * 2 > pairs else None


def is_utf8(encoding: str) -> bool:
    """Say whether a name of an encoding is one of UTF-8's.

    Examples
    --------
    >>> is_utf8("UTF8"), is_utf8("latin-1")
    (True, False)
    """
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def require_encoding(encoding: str | None) -> None:
    """Raise UsageError for the name of an encoding that is none."""
    try:
        known = encoding is None or (bool(codecs.lookup(encoding)) and bool("a".encode(encoding)))
    except (LookupError, ValueError):
        known = False
    if not known:
        raise UsageError(
            f"{option('encoding', encoding)}: is not known.",
            hint="Examples are utf-8, utf-16, cp1252, latin-1, shift_jis, gb18030 and others.",
        )


def transcoder_of(opener: Opener, encoding: str, path: str) -> Opener:
    """Return a function that opens a text in any encoding as UTF-8."""
    return partial(_open_transcoded, opener, encoding, path)


def _open_transcoded(opener: Opener, encoding: str, path: str) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Transcoded(opener(), encoding, path), _STEP))


class _Transcoded(io.RawIOBase):
    """A text in another encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str, path: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._path = path
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            data = self._stream.read(_STEP)
            self._ended = not data
            try:
                self._ready = self._decoder.decode(data, final=self._ended).encode()
            except UnicodeError as error:
                raise EncodingError(
                    f"{self._path} is not valid {self._encoding} text.",
                    hint=f"Set its encoding, for example {option('encoding', 'latin-1')}.",
                ) from error
        n = min(len(buffer), len(self._ready))
        buffer[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def close(self) -> None:
        self._stream.close()
        super().close()
