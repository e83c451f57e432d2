"""Predicted classes: the class with the highest prediction of a row, and whether it is right."""

from __future__ import annotations

import math

import numpy as np

from xent_cli.metrics.rows.losses import first_highest
from xent_cli.numerics.arrays import Floats, Labels, Mask
from xent_cli.numerics.summation import Groups
from xent_cli.schema.spec import Spec

_THRESHOLDS = {"probs": 0.5, "logits": 0.0, "logprobs": math.log(0.5)}
"""Above which the positive class is the likelier one."""


def predicted_classes(q: Floats, spec: Spec, tops: Floats | None = None) -> Labels:
    """Return the class with the highest prediction, which may be known, the first of ties."""
    if spec.mode == "binary":
        return np.asarray(q[0] > _THRESHOLDS[spec.scale], dtype=np.intp)
    return first_highest(q, tops)


def is_predicted(q: Floats, tops: Floats, groups: Groups, at_label: Floats, spec: Spec) -> Mask:
    """Say where the label has the highest prediction, the first of ties: rows sorted by label.

    These are the rows whose `predicted_classes` are their labels. Looking for the maximum first is
    several times faster than asking for its place.

    Parameters
    ----------
    q : (K, n) float64, or (1, n) in binary mode
    tops : (n,) float64
        The highest prediction of each row.
    groups : Groups
        How the rows were sorted.
    at_label : (n,) float64
        The prediction at the label of each, as they were sorted.
    spec : Spec
    """
    if spec.mode == "binary":
        right = np.asarray(at_label > _THRESHOLDS[spec.scale])
        right[: groups.count()[0]] ^= True
        return right
    right = np.asarray(at_label == tops.take(groups.places))
    highest = q == tops
    if np.count_nonzero(highest) > len(tops):
        tied = np.flatnonzero(np.count_nonzero(highest, axis=0).take(groups.places) > 1)
        right[tied] = first_highest(q[:, groups.places[tied]]) == groups.labels[tied]
    return right
