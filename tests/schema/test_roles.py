"""Roles: which column is what, from names and kinds alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xent_cli.errors import ColumnError, SwappedInputsError, UsageError
from xent_cli.schema.column import Column
from xent_cli.schema.roles import Roles, assign_roles


def columns(text: str) -> list[Column]:
    """Columns from "name:kind ..."; kind f, i (0 and 1), n (other whole numbers), t, b or l."""
    kinds = {"f": "float", "i": "integer", "n": "integer", "t": "text", "b": "boolean", "l": "list"}
    parts = (part.rpartition(":") for part in text.split())
    return [Column(name, kinds[kind], integral=kind == "n") for name, _, kind in parts]


@pytest.mark.parametrize(
    ("preds", "labels", "want"),
    [
        ("p_a:f p_b:f", "y:t", Roles(("p_a", "p_b"), ("y",))),
        ("p:f", "whatever:n", Roles(("p",), ("whatever",))),
        ("p_a:f p_b:f", "y_b:i y_a:i", Roles(("p_a", "p_b"), ("y_b", "y_a"))),
        ("id:n p_a:f p_b:f", "id:n y:t", Roles(("p_a", "p_b"), ("y",), ids=("id",))),
        ("user:t p_a:f p_b:f", "user:t y:t", Roles(("p_a", "p_b"), ("y",), ids=("user",))),
        ("id:n p_a:f p_b:f", "y:t", Roles(("p_a", "p_b"), ("y",), left_out=("id",))),
        ("p_a:f p_b:f age:n", "y:t", Roles(("p_a", "p_b"), ("y",), left_out=("age",))),
        ("p_a:f p_b:i", "y:t", Roles(("p_a", "p_b"), ("y",))),
        ("a:n b:n", "y:t", Roles(("a", "b"), ("y",))),
        ("q:l note:t", "y:n", Roles(("q",), ("y",))),
        ("a:f b:f", "a:f b:f", Roles(("a", "b"), ("a", "b"))),
        ("p_a:f p_b:f", "comment:t label:t", Roles(("p_a", "p_b"), ("label",))),
        ("p_a:f p_b:f", "id:n answer:t", Roles(("p_a", "p_b"), ("answer",))),
        ("p_a:f p_b:f", "u:i v:i note:t", Roles(("p_a", "p_b"), ("u", "v"))),
        ("p_a:f p_b:f", "t:l note:t", Roles(("p_a", "p_b"), ("t",))),
        ("p_a:f p_b:f y:n", "y:n", Roles(("p_a", "p_b"), ("y",))),
    ],
)
def test_two_inputs(preds, labels, want):
    got = assign_roles(columns(preds), columns(labels))
    assert replace(got, weight_in_labels=True) == want


def test_a_weight_stands_in_either():
    preds, labels = columns("p_a:f p_b:f"), columns("y:t w:f")
    assert assign_roles(preds, labels, weight="w") == Roles(("p_a", "p_b"), ("y",), "w")
    roles = assign_roles(columns("p_a:f p_b:f w:f"), columns("y:t"), weight="w")
    assert roles == Roles(("p_a", "p_b"), ("y",), "w", weight_in_labels=False)


class TestOneInput:
    @pytest.mark.parametrize("name", ["label", "Y", "target", "y_true", "class"])
    def test_a_label_by_convention(self, name):
        roles = assign_roles(columns(f"p_a:f p_b:f {name}:n"), None)
        assert (roles.preds, roles.labels) == (("p_a", "p_b"), (name,))

    def test_a_label_by_option(self):
        roles = assign_roles(columns("p_a:f p_b:f z:t w:f"), None, label_cols=["z"], weight="w")
        assert roles == Roles(("p_a", "p_b"), ("z",), "w", weight_in_labels=False)

    @pytest.mark.parametrize("given", ["p_a:f p_b:f z:t", "p:f label:t target:t"])
    def test_no_label_or_two(self, given):
        with pytest.raises(UsageError, match="Which of the columns .* holds the labels") as caught:
            assign_roles(columns(given), None)
        assert "--label-col" in caught.value.hint


class TestNamed:
    @pytest.mark.parametrize(
        ("patterns", "chosen"),
        [
            (["p_*"], ("p_a", "p_b")),
            (["p_b", "p_a"], ("p_b", "p_a")),
            (["p_b,p_a"], ("p_b", "p_a")),
            (["p_b, q*"], ("p_b", "q")),
            (["p_b", "p_*"], ("p_b", "p_a")),
            (["[q]"], ("q",)),
        ],
    )
    def test_patterns(self, patterns, chosen):
        given = columns("p_a:f q:f p_b:f y:n")
        assert assign_roles(given, None, pred_cols=patterns).preds == chosen

    def test_a_name_with_a_star_is_a_name_first(self):
        assert assign_roles(columns("p*:f pa:f y:n"), None, pred_cols=["p*"]).preds == ("p*",)

    @pytest.mark.parametrize(
        ("named", "message"),
        [
            ({"pred_cols": ["p_c"]}, r"--pred-cols p_c: there is no such column among p_a, p_b\."),
            ({"label_cols": ["lable"]}, r"--label-col lable: there is no such column among label"),
            ({"weight": "wait"}, r"--weight wait: there is no such column"),
        ],
    )
    def test_unknown(self, named, message):
        with pytest.raises(ColumnError, match=message):
            assign_roles(columns("p_a:f p_b:f"), columns("label:t"), **named)

    def test_the_nearest_is_named(self):
        with pytest.raises(ColumnError) as caught:
            assign_roles(columns("p_a:f p_b:f"), columns("label:t"), label_cols=["lable"])
        assert caught.value.hint == "Did you mean label?"


class TestRefused:
    def test_an_open_choice(self):
        with pytest.raises(ColumnError, match="Which of the columns one, two holds the labels"):
            assign_roles(columns("p_a:f p_b:f p_c:f"), columns("one:t two:t"))

    @pytest.mark.parametrize(
        ("preds", "labels"),
        [("y:t", "p_a:f p_b:f"), ("y:i", "p_a:f p_b:f"), ("y:t", "p:f"), ("y:n", "q:l")],
    )
    def test_swapped(self, preds, labels):
        with pytest.raises(SwappedInputsError, match="swapped"):
            assign_roles(columns(preds), columns(labels))

    def test_nothing_to_predict_with(self):
        assert assign_roles(columns("a:t b:t"), columns("y:t")).preds == ()
