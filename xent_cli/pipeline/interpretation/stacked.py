"""Stacked models: the same rows once for each of several models, one below the other."""

from __future__ import annotations

from itertools import islice

from xent_cli.errors import ColumnError, InputError, option
from xent_cli.io.source import Use
from xent_cli.pipeline.interpretation.objection import MODEL_NAME
from xent_cli.pipeline.interpretation.question import Question, spaced
from xent_cli.pipeline.interpretation.reading import Interpretation
from xent_cli.schema.id_columns import INDEX_NAMES

_MANY_ROWS = 1 << 20
_MOST_MODELS = 100


def stacked_models(question: Question, chosen: Interpretation) -> InputError | None:
    """Return an error if the same rows stand in the predictions once for every model."""
    source = question.preds.source
    used = {*chosen.preds, *chosen.labels, *question.taken_preds, chosen.confidence}
    columns = [c for c in source.columns if c.name not in used and c.kind in ("text", "integer")]
    ids = [c.name for c in columns if c.name.lower() in INDEX_NAMES]
    ids += [c.name for c in columns if spaced(c.name).split()[-1:] == ["id"] and c.name not in ids]
    for column in columns:
        if not MODEL_NAME.search(spaced(column.name)) or column.name in ids:
            continue
        models = _rows_of(question, column.name, ids[0] if ids else None, chosen)
        if len(models) < 2 or not _repeat(list(models.values()), named=bool(ids)):
            continue
        shown = ", ".join(list(models)[:3]) + (", ..." if len(models) > 3 else "")
        return ColumnError(
            f"{source.path} holds the same rows once per {column.name} ({shown}). One "
            "number for all of them would describe none.",
            hint=(
                f"Use {option('by', column.name)} to see each, or write one file per {column.name}."
            ),
        )
    return None


def _rows_of(
    question: Question, name: str, key: str | None, chosen: Interpretation
) -> dict[str, list[str]]:
    """Return what names the rows of each model, their ids or else their labels in order."""
    found: dict[str, list[str]] = {}
    source, label = question.preds.source, chosen.labels[0]
    if key is None and question.one_input and len(chosen.labels) == 1:
        key = label
    uses: dict[str, Use] = dict.fromkeys([name, *([] if key is None else [key])], "text")
    rows = 0
    for block in source.blocks(uses):
        keys = [""] * len(block) if key is None else block.texts(key).to_pylist()
        for model, said in zip(block.texts(name).to_pylist(), keys, strict=True):
            found.setdefault(str(model), []).append(str(said))
        rows += len(block)
        if rows >= _MANY_ROWS or len(found) > _MOST_MODELS:
            break
    return found if len(found) <= _MOST_MODELS else {}


def _repeat(rows: list[list[str]], *, named: bool) -> bool:
    """Say whether two models have rows of the same names; without names, the same in order."""
    first, *others = rows
    if named:
        seen = set(first)
        return any(len(seen.intersection(other)) * 2 > len(other) for other in islice(others, 3))
    return all(other == first for other in others)
