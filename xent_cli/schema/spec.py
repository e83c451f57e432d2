"""Spec: how a number was made. Two numbers with unequal specs are never put together."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from xent_cli.errors import SignatureError, option
from xent_cli.fast_dataclass import dataclass
from xent_cli.schema.types import (
    DEFAULT_EPS,
    Align,
    Invalid,
    LabelSums,
    Mode,
    RowSums,
    Scale,
    Unit,
    Unmatched,
)

if TYPE_CHECKING:  # Most runs do not slice.
    from xent_cli.schema.slicing import Slicing


@dataclass(frozen=True, slots=True)
class Spec:
    """What was measured, and by which rules.

    Attributes
    ----------
    mode : {"binary", "categorical", "sparse"}
    classes : tuple of str
        Names in column order; (negative, positive) in binary mode; the labels of a
        multi-label task.
    multilabel : bool
        Binary mode with one task a class.
    class_weights : tuple of float, optional
        One a class.
    weighted : bool
        Whether rows carry weights of their own.
    align : {"name", "position", "value"}
        How labels found their columns: by the names of columns or classes, by counting columns, or
        (binary) by their value.
    cluster : str, optional
        The column whose values say which rows are one draw; None where every row is.
    unmatched : {"error", "drop"}, optional
        What becomes of rows without a partner where an id joins predictions and labels; None where
        the rows of both are in the same order.
    label_sums : {"check", "renormalize"}
        Whether the label columns of a row are divided by their sum.
    by : tuple of Slicing
        How rows are told apart into slices.
    """

    mode: Mode
    classes: tuple[str, ...]
    scale: Scale = "probs"
    eps: float = DEFAULT_EPS
    row_sums: RowSums = "check"
    invalid: Invalid = "error"
    weighted: bool = False
    class_weights: tuple[float, ...] | None = None
    ignore: tuple[str, ...] = ()
    smoothing: float = 0.0
    unit: Unit = "nats"
    align: Align = "position"
    multilabel: bool = False
    cluster: str | None = None
    unmatched: Unmatched | None = None
    label_sums: LabelSums = "check"
    by: tuple[Slicing, ...] = ()

    @property
    def n_classes(self) -> int:
        """How many classes (K) there are; 2 in binary mode."""
        return len(self.classes)

    def signature(self, version: str) -> str:
        """One line that two numbers must share, the version apart, to be compared.

        Examples
        --------
        >>> Spec("binary", ("ham", "spam")).signature("0.1.0")  # doctest: +ELLIPSIS
        'xent|mode:binary|from:probs|k:2|classes:...|eps:2.2e-16|sums:check|...|v:0.1.0'
        """
        parts = [f"{key}:{value}" for key, value in self._parts().items()]
        return "|".join(["xent", *parts, f"v:{version}"])

    def require_equal(self, other: Spec) -> None:
        """Raise SignatureError, naming the first field that differs, unless both are alike."""
        for item in () if self is other else fields(self):
            mine, theirs = getattr(self, item.name), getattr(other, item.name)
            if mine != theirs:
                options = " and ".join(map(option, _OPTIONS.get(item.name, ())))
                raise SignatureError(
                    f"The two results have different options: {item.name} is "
                    f"{_short(mine)} in one and {_short(theirs)} in the other.",
                    hint=f"Create both with the same {options or 'options'}.",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; of slices and sums of labels only if they were asked for."""
        unsaid = {"by": (), "label_sums": "check"}
        return {k: v for k, v in asdict(self).items() if k not in unsaid or v != unsaid[k]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `to_dict` wrote; lists become tuples again."""
        known = {item.name for item in fields(cls)}
        if unknown := set(data) - known:
            raise ValueError(f"unknown fields {sorted(unknown)}")
        plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        from xent_cli.schema.slicing import Slicing

        by = tuple(Slicing.from_dict(item) for item in plain.pop("by", ()))
        return cls(**plain, by=by)

    def _parts(self) -> dict[str, str]:
        told_apart = {}
        if self.cluster is not None or self.by:
            from xent_cli.schema.slicing import plain_name

            if self.cluster is not None:
                told_apart["cluster"] = plain_name(self.cluster)
            if self.by:
                told_apart["by"] = "+".join(item.signature() for item in self.by)
        weights = ["rows"] * self.weighted
        if self.class_weights is not None:
            weights.append(f"classes-{_digest(map(repr, self.class_weights))}")
        return {
            "mode": self.mode + "-multilabel" * self.multilabel,
            "from": self.scale,
            "k": str(self.n_classes),
            "classes": _digest(self.classes),
            "eps": f"{self.eps:.2g}" if self.eps == DEFAULT_EPS else repr(self.eps),
            "sums": self.row_sums,
            "invalid": self.invalid,
            "weights": "+".join(weights) or "none",
            "ignore": _digest(self.ignore) if self.ignore else "none",
            "smooth": f"{self.smoothing:g}",
            "unit": self.unit,
            "align": self.align + "+id" * (self.unmatched is not None),
            **({"unmatched": "drop"} if self.unmatched == "drop" else {}),
            **({"labels": "renormalize"} if self.label_sums == "renormalize" else {}),
            **told_apart,
        }


def _digest(texts: Any) -> str:
    """Six hexadecimal digits that stand for a list of texts (its lengths included)."""
    joined = "".join(f"{len(text)}:{text}" for text in texts)
    try:  # Python's own, for hashlib loads OpenSSL, and that takes longer than all of this.
        module = import_module("_sha256" if sys.version_info < (3, 12) else "_sha2")
    except ImportError:
        module = import_module("hashlib")
    digits: str = module.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
    return digits[:6]


_OPTIONS = {
    "unmatched": ("id_col", "unmatched"),
    "by": ("by",),
    "cluster": ("cluster",),
    "weighted": ("weight",),
    "label_sums": ("label_sums",),
}
"""What sets the fields whose names do not say it."""


def _short(value: object) -> str:
    if value is None or value == ():
        return "nothing"
    text = "+".join(map(str, value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
