"""Modes: decided by numbers of columns, with the reason, or refused with a way out."""

from __future__ import annotations

import pytest

from xent_cli.errors import ModeError
from xent_cli.schema.mode import Decision, detect_mode


@pytest.mark.parametrize(
    ("n_preds", "n_labels", "said", "decision"),
    [
        (1, 1, {}, ("binary", "one probability column, labels of 0 and 1")),
        (1, 1, {"soft": True}, ("binary", "one probability column, soft labels")),
        (1, 1, {"text": True}, ("binary", "one probability column, text labels")),
        (10, 1, {}, ("sparse", "10 prediction columns, one column of integer labels")),
        (2, 1, {"text": True}, ("sparse", "2 prediction columns, one column of text labels")),
        (3, 3, {}, ("categorical", "3 prediction columns and as many one-hot label columns")),
        (
            2,
            2,
            {"soft": True},
            ("categorical", "2 prediction columns and as many soft label columns"),
        ),
    ],
)
def test_detected(n_preds, n_labels, said, decision):
    mode, reason = decision
    want = Decision(mode, False, reason)
    assert detect_mode(n_preds, n_labels, **said) == want
    assert detect_mode(n_preds, n_labels, requested=mode, **said) == want


def test_multilabel_only_as_asked():
    decision = detect_mode(3, 3, requested="binary")
    assert (decision.mode, decision.multilabel) == ("binary", True)
    assert not detect_mode(3, 3).multilabel
    assert not detect_mode(1, 1, requested="binary").multilabel


@pytest.mark.parametrize(("n_preds", "n_labels"), [(3, 2), (1, 2), (2, 5)])
@pytest.mark.parametrize("requested", [None, "binary", "categorical"])
def test_neither_one_nor_as_many(n_preds, n_labels, requested):
    with pytest.raises(
        ModeError, match=rf"and {n_labels} label columns do not fit together"
    ) as caught:
        detect_mode(n_preds, n_labels, requested=requested)
    assert caught.value.hint == "Labels must be one column, or one column per prediction column."


@pytest.mark.parametrize(
    ("n_preds", "n_labels", "requested", "hint"),
    [
        (3, 1, "binary", "one probability column"),
        (3, 1, "categorical", "one label column per class"),
        (1, 1, "sparse", "two or more prediction columns"),
        (3, 3, "sparse", "one label column"),
        (1, 1, "categorical", "one label column per class"),
    ],
)
def test_the_wrong_one_asked_for(n_preds, n_labels, requested, hint):
    found = detect_mode(n_preds, n_labels)
    with pytest.raises(ModeError) as caught:
        detect_mode(n_preds, n_labels, requested=requested)
    assert caught.value.message == (
        f'mode="{requested}" does not fit {found.reason}. They fit mode {found.mode}.'
    )
    assert hint in caught.value.hint
