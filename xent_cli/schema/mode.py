"""Mode: binary, categorical or sparse, decided from the shapes of predictions and labels. Pure."""

from __future__ import annotations

from typing import NoReturn

from xent_cli.errors import ModeError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.types import Mode


@dataclass(frozen=True, slots=True)
class Decision:
    """A mode and why."""

    mode: Mode
    multilabel: bool
    reason: str


def detect_mode(
    n_preds: int,
    n_labels: int,
    *,
    soft: bool = False,
    text: bool = False,
    requested: Mode | None = None,
) -> Decision:
    """Decide the mode, or check the one requested.

    Parameters
    ----------
    n_preds, n_labels : int
        How many prediction and label columns there are.
    soft : bool
        Whether labels are seen to lie strictly between 0 and 1.
    text : bool
        Whether a single label column holds text.
    requested : {"binary", "categorical", "sparse"}, optional

    Raises
    ------
    ModeError
        If the columns fit no mode, or not the one requested.

    Examples
    --------
    >>> detect_mode(10, 1).mode, detect_mode(3, 3).mode, detect_mode(1, 1).mode
    ('sparse', 'categorical', 'binary')
    """
    columns = f"{n_preds} prediction column{'s' * (n_preds != 1)}"
    if n_preds == 1 and n_labels == 1:
        kind = "soft labels" if soft else "text labels" if text else "labels of 0 and 1"
        found = Decision("binary", False, f"one probability column, {kind}")
    elif n_preds > 1 and n_labels == 1:
        kind = "text" if text else "integer"
        found = Decision("sparse", False, f"{columns}, one column of {kind} labels")
    elif n_preds == n_labels:
        if requested == "binary":
            return Decision(
                "binary", True, f"{columns} and as many 0/1 label columns, as requested"
            )
        kind = "soft" if soft else "one-hot"
        found = Decision("categorical", False, f"{columns} and as many {kind} label columns")
    else:
        raise ModeError(
            f"{columns} and {n_labels} label columns do not fit together.",
            hint="Labels must be one column, or one column per prediction column.",
        )
    if requested not in (None, found.mode):
        _refuse(requested, found)
    return found


def _refuse(requested: Mode | None, found: Decision) -> NoReturn:
    hints = {
        "binary": (
            "Binary mode needs one probability column, or as many label columns as "
            f"prediction columns. Choose them with {option('pred_cols')}."
        ),
        "categorical": "Categorical mode needs one label column per class, one-hot or soft.",
        "sparse": "Sparse mode needs one label column and two or more prediction columns.",
    }
    raise ModeError(
        f"{option('mode', requested)} does not fit {found.reason}. They fit mode {found.mode}.",
        hint=hints[str(requested)],
    )
