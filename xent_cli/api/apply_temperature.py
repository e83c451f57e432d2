"""Apply temperature: write the predictions of another file as they are at the temperature found."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from xent_cli import __version__
from xent_cli.analysis.calibration.calibration import Calibration
from xent_cli.errors import UsageError, option
from xent_cli.io.open import open_source
from xent_cli.io.table_writer import table_writer
from xent_cli.pipeline.session import Session
from xent_cli.pipeline.tempering import Tempering
from xent_cli.schema.options import EvalOptions

Files = Sequence[tuple[str, str]]


def open_tempering(
    apply: object, session: Session, options: EvalOptions, write: Files
) -> Tempering:
    """Open what a temperature is to be applied to, before it is found.

    Raises
    ------
    UsageError
        If there is nothing to write to, or nothing to write.
    ColumnError
        If its columns are others.
    """
    if not write or apply is None:
        raise UsageError(
            f"{option('apply')} writes the predictions of a file at the temperature found, and "
            f"{'no output is named' if apply is not None else 'no file is named'}.",
            hint=(
                f"Give both, for example {option('apply', 'test.csv')} and an output as "
                "parquet, csv or jsonl."
            ),
        )
    plan = session.plans[0]
    if (
        isinstance(apply, str)
        and apply == "-"
        and any(side.path == "<stdin>" for side in (plan.preds, plan.labels))
    ):
        raise UsageError("Only one input can be standard input.")
    source = open_source(
        apply,
        "preds",
        input_format=options.input_format,
        delimiter=options.delimiter,
        header=options.header,
        encoding=options.encoding,
    )
    return Tempering(source, plan)


def write_tempered(tempering: Tempering, found: Calibration, write: Files, *, jobs: int) -> int:
    """Write the predictions, and return how many rows there are.

    Raises
    ------
    UsageError
        If none was found.
    InputError
        If a prediction cannot be used.
    OutputError
        If a file cannot be written.
    """
    applied = found.temperature.applied
    if applied is None:
        raise UsageError(
            f"{option('apply')}: no temperature was found: {found.temperature.reason}.",
            hint="Use the predictions as they are.",
        )
    metadata = {
        "xent.temperature": repr(applied),
        "xent.fitted_to": tempering.plan.preds.path,
        "xent.signature": tempering.plan.spec.signature(__version__),
    }
    rows = 0
    with ExitStack() as files:
        writers = [
            files.enter_context(table_writer(*to, tempering.kinds, metadata)) for to in write
        ]
        for part in tempering.parts(applied, jobs=jobs):
            rows += len(part[next(iter(part))])
            for append in writers:
                append(part)
    return rows
