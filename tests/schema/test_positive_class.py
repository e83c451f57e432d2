"""Binary classes: which label is positive, by column name, option, or plain words."""

from __future__ import annotations

import pytest

from xent_cli.errors import ClassesError, LabelError
from xent_cli.schema.label_encoder import ClassIndex
from xent_cli.schema.options import EvalOptions
from xent_cli.schema.positive_class import binary_index, contradiction


@pytest.mark.parametrize(
    ("distinct", "column", "options", "names"),
    [
        ([], "0", {}, ("0", "1")),
        ([], "p_spam", {}, ("not spam", "spam")),
        ([], "p_hat", {}, ("0", "1")),
        ([], "score", {"classes": ("no", "yes")}, ("no", "yes")),
        (["ham", "spam"], "p_spam", {}, ("ham", "spam")),
        (["spam", "ham"], "p_spam", {}, ("ham", "spam")),
        (["spam", "ham"], "spam", {}, ("ham", "spam")),
        (["spam"], "p_spam", {}, ("not spam", "spam")),
        (["ham", "spam"], "p", {"positive": "ham"}, ("spam", "ham")),
        (["ham"], "p", {"positive": "spam"}, ("ham", "spam")),
        (["1", "2"], "p", {"positive": "2.0"}, ("1", "2.0")),
        (["true", "False"], "p", {}, ("false", "true")),
        (["No", "YES"], "p", {}, ("false", "true")),
        (["1", "0"], "p", {}, ("0", "1")),
        (["a", "b"], "p", {"classes": ("b", "a")}, ("b", "a")),
        (["a", "b"], "p", {"classes": ("neg", "pos"), "positive": "a"}, ("neg", "pos")),
    ],
)
def test_names(distinct, column, options, names):
    assert binary_index(distinct, [column], EvalOptions(**options)).names == names


@pytest.mark.parametrize(
    ("distinct", "column", "options", "found"),
    [
        (["ham", "spam"], "p_spam", {}, {"ham": 0, "spam": 1, "eggs": -1, "1": -1}),
        (["spam", "ham"], "p", {"positive": "ham"}, {"ham": 1, "spam": 0}),
        (["yes", "no"], "p", {}, {"yes": 1, "no": 0, "T": 1, "false": 0, "maybe": -1}),
        ([], "p", {}, {"0": 0, "1": 1, "2": -1}),
        ([], "p", {"label_base": 1}, {"1": 0, "2": 1, "0": -1, "3": -1}),
        (["a", "b"], "p", {"classes": ("neg", "pos"), "positive": "a"}, {"a": 1, "b": 0}),
        (["1", "2"], "p", {"positive": "2"}, {"1": 0, "2": 1, "0": -1}),
    ],
)
def test_labels(distinct, column, options, found):
    index = binary_index(distinct, [column], EvalOptions(**options))
    assert {text: index.find(text) for text in found} == found


def test_nothing_says_which_is_positive():
    with pytest.raises(LabelError) as caught:
        binary_index(["ham", "spam"], ["p"], EvalOptions())
    assert caught.value.message == (
        "Which label is the probability for? The labels are 'ham' and 'spam'."
    )
    assert caught.value.hint == 'Choose it: positive="ham" or positive="spam".'


def test_a_positive_that_does_not_occur():
    with pytest.raises(LabelError, match="positive=\"eggs\": the labels are 'ham' and 'spam'"):
        binary_index(["ham", "spam"], ["p"], EvalOptions(positive="eggs"))


def test_three_names():
    with pytest.raises(ClassesError, match="classes names 3 classes, but binary mode"):
        binary_index([], ["p"], EvalOptions(classes=("a", "b", "c")))


def test_a_column_that_speaks_of_the_negative_class_is_warned_of():
    (notice,) = contradiction(ClassIndex(("spam", "ham")), ["p_spam"])
    assert (
        notice.message
        == "By its name, the column p_spam is the probability of spam, but ham was set as positive."
    )
    assert contradiction(ClassIndex(("ham", "spam")), ["p_spam"]) == ()
    assert contradiction(ClassIndex(("0", "1")), ["p_hat"]) == ()
