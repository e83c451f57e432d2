"""Everything xent refuses, as one tree. Each error has a `code` that docs/errors.md explains.

A message says what is wrong and where; `hint` says what to do about it. Imports nothing.
"""

from __future__ import annotations

import errno
import re
from enum import IntEnum
from typing import ClassVar

_REFUSED = re.compile(
    r"malloc of size|bad_alloc|[Cc]annot allocate memory|failed to map segment"
    r"|Failed to launch worker thread|can't start new thread"
)


class ExitCode(IntEnum):
    """What the process tells the shell; a signal that ends it, 128 and its number."""

    OK = 0
    GATE_FAILED = 1
    UNKNOWABLE = 2
    INCONCLUSIVE = 3
    INTERRUPTED = 130


class XentError(Exception):
    """Anything that stopped xent from knowing the answer.

    Parameters
    ----------
    message : str
        What is wrong, and where: file, row, column, value.
    hint : str, optional
        What to do about it.

    Examples
    --------
    >>> str(XentError("preds.csv is empty.", hint="Was the job that wrote it finished?"))
    'preds.csv is empty. Was the job that wrote it finished?'
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


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


def refused_resources(error: BaseException) -> ResourceError | None:
    """Return what to say of an error that means that memory, threads or files ran out.

    Examples
    --------
    >>> print(refused_resources(MemoryError()).message)
    The system refuses what xent needs: MemoryError.
    >>> refused_resources(ValueError("damaged"))
    """
    files = isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
    if not (files or isinstance(error, MemoryError) or _REFUSED.search(str(error))):
        return None
    reason = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    return ResourceError(
        f"The system refuses what xent needs: {reason}.",
        hint="--jobs 1 needs less; ulimit -a shows the limits of this shell.",
    )
