"""Inputs: what callers of the Python functions say, as options and opened inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from warnings import warn

from xent_cli.errors import SPELLING
from xent_cli.pipeline.session import Session
from xent_cli.schema.class_names import read_class_names, require_distinct
from xent_cli.schema.declared import options_of
from xent_cli.schema.options import EvalOptions, Execution
from xent_cli.schema.provenance import Notice, XentWarning

if TYPE_CHECKING:
    import os
    from typing import TypeAlias

    from numpy.typing import ArrayLike

    Data: TypeAlias = str | os.PathLike[str] | ArrayLike | Mapping[str, ArrayLike]
    """What holds rows: a path or an address, an array, a DataFrame, an Arrow table, columns."""


class Warned(Protocol):
    """A result with warnings."""

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What may make its numbers wrong."""


Found = TypeVar("Found", bound=Warned)
Declared = TypeVar("Declared")


def read(declared: type[Declared], said: Mapping[str, Any]) -> Declared:
    """Make options out of the arguments of a call, of which others may be its own.

    One value stands for a sequence of one, and what is a text may be a number.

    Raises
    ------
    UsageError
    """
    values = {}
    for item in options_of(declared):
        if item.name in said:
            value = said[item.name]
            values[item.name] = tuple(map(str, listed(value))) if item.repeats else value
    return declared(**values)


def read_options(said: Mapping[str, Any]) -> EvalOptions:
    """Make options of the arguments of a call; values in place of a column get its name.

    Raises
    ------
    UsageError, ClassesError
    """
    weights = said["class_weights"]
    changed = {
        "class_weights": weights
        if isinstance(weights, str | Mapping)
        else list(weights)
        if weights is not None
        else None,
        "base": str(said["base"]),
        "classes": _class_names(said["classes"]),
        "positive": None if said["positive"] is None else str(said["positive"]),
    }
    for name in ("weight", "cluster"):
        changed[name] = said[name] if isinstance(said[name], str | None) else name
    return read(EvalOptions, {**said, **changed})


def warned(result: Found, *, between: int = 0) -> Found:
    """Return a result, its warnings said to the caller of a public function.

    There are so many frames `between` that function and its caller: those of decorators.

    The command line, which spells options its own way, prints them itself.
    """
    if SPELLING.get(None) is None:
        for notice in dict.fromkeys(result.warnings):
            warn(f"{notice.message} ({notice.code})", XentWarning, stacklevel=3 + between)
    return result


def given_columns(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that callers give as values, by name: weights, clusters and slices."""
    beside = {name: said[name] for name in ("weight", "cluster")}
    found = {name: v for name, v in beside.items() if not isinstance(v, str | None)}
    by = said.get("by")
    return {**found, **(dict(by) if isinstance(by, Mapping) else {})}


def open_session(models: Sequence[Any], said: Mapping[str, Any]) -> Session:
    """Check the options of a call, and open what it names.

    Parameters
    ----------
    models : sequence of path or data
    said : mapping of str to object
        The arguments of the call, the labels among them.
    """
    options, execution = read_options(said), read(Execution, said)
    return Session.open(models, said["labels"], options, execution, given_columns(said))


def listed(value: Any) -> tuple[Any, ...]:
    """Return several values as a tuple, and a single one as a tuple of it.

    Examples
    --------
    >>> listed("p_*"), listed(["a", "b"]), listed(None)
    (('p_*',), ('a', 'b'), ())
    """
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)


def _class_names(classes: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if classes is None or isinstance(classes, str):
        return None if classes is None else read_class_names(classes)
    return require_distinct([str(name) for name in classes])
