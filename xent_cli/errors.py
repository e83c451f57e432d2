"""Everything xent refuses, as one tree. Each error has a `code` that docs/errors.md explains.

A message says what is wrong and where; `hint` says what to do about it. Both name options by
`option`, and whoever reads them sees the spelling of where they are. The standard library alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import ClassVar

from xent_cli.lazy_pattern import lazy_pattern

_OPTION = lazy_pattern("\ufdd0(\\w+)(?:\ufdd1([^\ufdd1]*)\ufdd1([^\ufdd2]*))?\ufdd2")
"""Between characters that Unicode keeps out of texts: a name, and a value as text and in Python."""

Spelling = Callable[[str, str | None, str | None], str]
SPELLING: ContextVar[Spelling] = ContextVar("SPELLING")
"""How options are spelled for who reads: as arguments of Python, unless a face says otherwise."""


def option(name: str, value: object = None) -> str:
    """Name an option in a message by its field, with a value for it; `spell` spells it.

    Examples
    --------
    >>> spell(f"Use {option('scale', 'logits')} or {option('eps', 0)}; not {option('mode')}.")
    'Use scale="logits" or eps=0; not mode.'
    """
    if value is None:
        return f"\ufdd0{name}\ufdd2"
    import json  # The start of most runs names no value.

    text = "" if value is True else f"{value:g}" if isinstance(value, float) else str(value)
    literal = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else text or "True"
    return f"\ufdd0{name}\ufdd1{text}\ufdd1{literal}\ufdd2"


def spell(text: str) -> str:
    """Spell the options that a text names for who reads it."""
    return _OPTION.sub(lambda found: SPELLING.get(_in_python)(*found.groups()), text)


def _in_python(name: str, _: str | None, literal: str | None) -> str:
    return name if literal is None else f"{name}={literal}"


class XentError(Exception):
    """Anything that stopped xent from knowing: what is wrong and where, and what to do about it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self._hint = hint

    def __str__(self) -> str:
        return spell(f"{self.args[0]} {self._hint}".strip())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    message = property(lambda self: spell(self.args[0]), doc="What is wrong, and where.")
    hint = property(lambda self: spell(self._hint), doc="What to do about it, or nothing.")


class UsageError(XentError):
    """The command line or the arguments of a call contradict themselves."""

    code = "usage"


class ConfigError(UsageError):
    """A configuration file says something xent does not know."""

    code = "config"


class RuleError(UsageError):
    """A rule of a gate cannot be understood, or asks for what there is not."""

    code = "rule"


class InputError(XentError):
    """The data could not be read, or say something that cannot be."""

    code = "input"


class MissingFileError(InputError):
    """A path leads to no file, or to one that may not be read."""

    code = "missing-file"


class AddressError(InputError):
    """An address is of no kind that can be opened."""

    code = "address"


class AccessError(InputError):
    """A store refuses what was asked: no credentials, or not enough of them."""

    code = "access"


class StoreError(InputError):
    """A store does not answer, or stopped in the middle."""

    code = "store"


class EmptyInputError(InputError):
    """A file or folder holds no rows."""

    code = "empty-input"


class BrokenFileError(InputError):
    """A file is truncated, damaged, or not of the format it is said to be."""

    code = "broken-file"


class UnknownFormatError(InputError):
    """A file is of a format that xent does not read."""

    code = "unknown-format"


class PickleError(InputError):
    """A NumPy file holds pickled Python objects, which are programs and are never run."""

    code = "pickled"


class ParseError(InputError):
    """A row of a text file has too few or too many fields, or text where a number belongs."""

    code = "parse"


class EncodingError(InputError):
    """A text file is not UTF-8."""

    code = "encoding"


class ColumnError(InputError):
    """A column is missing, of the wrong type, or the choice between several is open."""

    code = "columns"


class DuplicateColumnError(ColumnError):
    """Two columns have one name."""

    code = "duplicate-columns"


class SwappedInputsError(ColumnError):
    """The labels were given where the predictions belong."""

    code = "swapped"


class RowCountError(InputError):
    """Predictions and labels have different numbers of rows."""

    code = "row-count"


class IdMismatchError(InputError):
    """An id that stands in both files differs between them in some row."""

    code = "id-mismatch"


class IdTypeError(InputError):
    """Ids that should find each other are texts in one file and integers in the other."""

    code = "id-type"


class DuplicateIdError(InputError):
    """An id that should name one row stands in two of the same file."""

    code = "id-duplicate"


class UnmatchedIdError(InputError):
    """An id of one file does not occur in the other."""

    code = "id-unmatched"


class MissingValueError(InputError):
    """A value is missing, NaN or infinite."""

    code = "missing-value"


class RangeError(InputError):
    """A prediction lies outside the range of what it is said to be."""

    code = "out-of-range"


class RowSumError(InputError):
    """The probabilities of a row do not sum to 1."""

    code = "row-sums"


class LabelError(InputError):
    """A label has no class, or label columns are no distribution."""

    code = "label"


class WeightError(InputError):
    """Weights are negative, all zero, or given for a class that does not exist."""

    code = "weight"


class SliceError(InputError):
    """A column makes too many slices, or cannot make any."""

    code = "slices"


class NothingLeftError(InputError):
    """Every row was ignored, dropped, or has weight zero."""

    code = "nothing-left"


class ModeError(InputError):
    """The columns do not fit the mode that was asked for, or any mode."""

    code = "mode"


class ClassesError(InputError):
    """The names of the classes do not fit the predictions."""

    code = "classes"


class ReportError(InputError):
    """A saved report is damaged, edited, or of a version this xent does not read."""

    code = "report"


class SignatureError(InputError):
    """Two results were made in different ways and cannot be put together."""

    code = "signature"


class ScratchError(XentError):
    """A temporary file could not be written; the input is not at fault."""

    code = "temporary-file"


class ResourceError(XentError):
    """The system refuses memory, threads or open files; nothing is said of the data."""

    code = "resources"


class EngineError(XentError):
    """A cluster is not there, or failed; the data may be sound."""

    code = "engine"


class SameInputError(InputError):
    """A model is compared with itself."""

    code = "same-input"


class OutputError(XentError):
    """A result could not be written."""

    code = "output"


class CrashError(XentError):
    """Something that nobody foresaw: a defect."""

    code = "crash"
