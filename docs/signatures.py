"""Signatures: what the Python functions take, written out of the declaration of the options.

`cog -r -I docs --markers='<<cog cog>> <<end>>' xent_cli/api/*.py` brings them up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from xent_cli.schema.declared import options_of
from xent_cli.schema.options import EvalOptions, Execution
from xent_cli.schema.verb_options import CompatOptions, GateOptions, PairOptions, RowsOptions

DECLARED = {
    "evaluate": (EvalOptions, CompatOptions, Execution),
    "compare": (PairOptions, EvalOptions, Execution),
    "gate": (GateOptions, PairOptions, EvalOptions, Execution),
    "explain": (EvalOptions, Execution),
    "calibrate": (EvalOptions, Execution),
    "worst_rows": (RowsOptions, EvalOptions, Execution),
}
WITHOUT = {"gate": ["require"], "explain": ["by"], "worst_rows": ["by"]}
"""Options that a function does not have, or has without a default."""


def write(function: str) -> None:
    """Write the parameters of a function where cog finds the call."""
    import cog

    for parameter in parameters(function):
        cog.outl(f"    {parameter},")


def parameters(function: str) -> Iterator[str]:
    """Yield the parameters that classes of options give a function."""
    for kind in DECLARED[function]:
        annotations = {field.name: field.type for field in fields(kind)}
        for option in options_of(kind):
            if option.in_python and option.name not in WITHOUT.get(function, ()):
                default = option.default
                shown = f'"{default}"' if isinstance(default, str) else repr(default)
                yield f"{option.name}: {option.says or annotations[option.name]} = {shown}"
