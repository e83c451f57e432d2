"""Text file: a file of text, and what was said of it."""

from __future__ import annotations

from xent_cli.fast_dataclass import dataclass
from xent_cli.io.storage.compression import Opener
from xent_cli.schema.types import Header


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of text, and what was said of it.

    Attributes
    ----------
    name : str
        What errors call it.
    opener : callable
        Opens it at its first uncompressed byte.
    is_packed : bool
        Whether it is compressed, and cannot be read from the middle.
    delimiter : str, optional
    header : {"auto", "yes", "no"}
    encoding : str, optional
    """

    name: str
    opener: Opener
    is_packed: bool = False
    delimiter: str | None = None
    header: Header = "auto"
    encoding: str | None = None
