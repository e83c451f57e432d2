"""Roles: the columns that the user named, and the roles of all columns."""

from __future__ import annotations

import pytest

from xent_cli.errors import ColumnError
from xent_cli.schema.column import Column
from xent_cli.schema.roles import Named, named_columns, roles_of

COLUMNS = [Column(name, "float") for name in ("id", "p_a", "p_b", "w", "user", "y")]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["p_*"], ("p_a", "p_b")),
        (["p_b", "p_a"], ("p_b", "p_a")),
        (["p_b,p_a"], ("p_b", "p_a")),
        (["p_b", "p_*"], ("p_b", "p_a")),
        (["[pw]*"], ("p_a", "p_b", "w")),
        ([], ()),
    ],
)
def test_patterns_find_columns_in_their_order(patterns, found):
    assert named_columns(COLUMNS, None, pred_cols=patterns).preds == found
    assert named_columns(COLUMNS, COLUMNS, label_cols=patterns).labels == found


def test_the_members_of_a_nested_column_are_found_by_its_name():
    columns = [Column("cats.a", "float", within="cats"), Column("catsx", "float")]
    assert named_columns(columns, None, pred_cols=["cats"]).preds == ("cats.a",)


@pytest.mark.parametrize("field", ["pred_cols", "label_cols", "weight", "cluster"])
def test_a_column_that_is_not_there(field):
    value = "p_aa" if field in ("weight", "cluster") else ["p_aa"]
    with pytest.raises(ColumnError, match=r"no such column.*Did you mean p_a\?"):
        named_columns(COLUMNS, None, **{field: value})


def test_what_both_inputs_have_must_agree():
    named = Named((), (), weight="w", cluster="user")
    both = ["id", "w", "user", "p_a"]
    roles = roles_of(
        named,
        both,
        ["id", "w", "user", "y"],
        pred_columns=("p_a",),
        label_columns=("y",),
        left_out=("id",),
    )
    assert roles.ids == ("id", "user")
    assert roles.left_out == ()
    assert (roles.weight_in_labels, roles.cluster_in_labels) == (True, True)


def test_where_an_id_joins_rows_nothing_else_must_agree():
    named = Named((), (), id=("id", "id"))
    roles = roles_of(
        named, ["id", "split", "p"], ["id", "split", "y"], pred_columns=("p",), label_columns=("y",)
    )
    assert roles.ids == ()
    assert roles.id == ("id", "id")
