"""Options: checked as soon as they are said."""

from __future__ import annotations

import math

import pytest

from xent_cli.errors import UsageError
from xent_cli.schema.options import EvalOptions


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"mode": "multi"}, 'mode="multi": must be one of binary, categorical, sparse.'),
        (
            {"scale": "log"},
            'scale="log": must be one of probs, logits, logprobs, percent. Did you mean logits?',
        ),
        ({"row_sums": "fix"}, 'row_sums="fix": must be one of check, renormalize, ignore.'),
        ({"invalid": "skip"}, 'invalid="skip": must be one of error, drop.'),
        ({"base": "3"}, 'base="3": must be one of e, 2, 10.'),
        ({"eps": 0.5}, "eps=0.5: must be at least 0 and below 0.5."),
        ({"eps": -1e-9}, "eps=-1e-09: must be at least 0 and below 0.5."),
        ({"eps": math.nan}, "eps=nan: must be at least 0 and below 0.5."),
        ({"label_smoothing": 1.0}, "label_smoothing=1: must be at least 0 and below 1."),
        ({"label_smoothing": -0.1}, "label_smoothing=-0.1: must be at least 0 and below 1."),
        ({"label_smoothing": math.nan}, "label_smoothing=nan: must be at least 0 and below 1."),
    ],
)
def test_refused(option, message):
    with pytest.raises(UsageError) as caught:
        EvalOptions(**option)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "option",
    [
        {"eps": 0.0},
        {"eps": 0.4999},
        {"label_smoothing": 0.999},
        {"mode": None},
        {"mode": "sparse"},
        {"scale": "logprobs"},
    ],
)
def test_accepted(option):
    ((name, value),) = option.items()
    assert getattr(EvalOptions(**option), name) == value


@pytest.mark.parametrize(("base", "unit"), [("e", "nats"), ("2", "bits"), ("10", "hartleys")])
def test_units(base, unit):
    assert EvalOptions(base=base).unit == unit
