"""JSON format: what all saved results share: their names, their checks, how they are refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from xent_cli.errors import InputError, ReportError, UsageError
from xent_cli.metrics.report.to_json import alike

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMAT_VERSION = 1
"""Of all documents. Within it keys are only added, and a reader passes over those it lacks."""


class Kind(NamedTuple):
    """What a document is called, its schema, and the command that writes it."""

    name: str
    schema: str
    command: str


KINDS = {
    "xent.report": Kind("report", "report", "xent eval"),
    "xent.gate": Kind("gate", "gate", "xent gate"),
    "xent.comparison": Kind("comparison", "comparison", "xent compare"),
    "xent.explain": Kind("explanation", "explain", "xent explain"),
    "xent.calibration": Kind("calibration", "calibration", "xent calibrate"),
    "xent.rows": Kind("list of rows", "rows", "xent rows"),
}

T = TypeVar("T", bound="DataclassInstance")


def require_document(data: object, form: str) -> None:
    """Refuse what is no document of a format, or not what its schema says.

    Raises
    ------
    ReportError
    """
    from xent_cli.schema.json_schema import document_check  # Only who reads documents needs it.

    kind = KINDS[form]
    if not isinstance(data, Mapping) or data.get("format") != form:
        raise ReportError(
            f"This is not a {kind.name} that xent saved.",
            hint=f"{kind.command} writes one as JSON.",
        )
    version = data.get("format_version")
    if type(version) is not int or version != FORMAT_VERSION:
        shown = repr(version) if isinstance(version, str | int | float | None) else "another"
        raise ReportError(
            f"The {kind.name} has format version {shown:.40}, but this xent reads "
            f"version {FORMAT_VERSION}.",
            hint="A newer xent wrote it. Update xent.",
        )
    if wrong := document_check(kind.schema)(data, ""):
        raise _damaged(form, wrong)


@contextmanager
def rebuilding(form: str) -> Iterator[None]:
    """Turn what goes wrong where a document that fits its schema does not fit itself."""
    try:
        yield
    except ReportError:
        raise
    except (InputError, UsageError) as error:
        raise _damaged(form, error.message) from error
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _damaged(form, f"{type(error).__name__}: {error}") from error


def require_alike(saved: Mapping[str, Any], fresh: Mapping[str, Any], form: str) -> None:
    """Refuse a document whose figures are not those that its sums come to.

    Raises
    ------
    ReportError
    """
    if not alike(saved, fresh):
        kind = KINDS[form]
        raise ReportError(
            f"The figures of the {kind.name} do not match its sums. It was edited.",
            hint=f"Create it again with {kind.command}.",
        )


def from_fields(cls: type[T], data: Mapping[str, Any]) -> T:
    """Make a dataclass of those of its fields that `data` has; later versions may write more."""
    known = {item.name for item in fields(cls)}
    return cls(**{name: value for name, value in data.items() if name in known})


def _damaged(form: str, wrong: str) -> ReportError:
    kind = KINDS[form]
    return ReportError(
        f"The {kind.name} is damaged ({wrong.rstrip('.')}).",
        hint=f"Create it again with {kind.command}.",
    )
