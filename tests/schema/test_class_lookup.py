"""Class lookup: classes by their own names and by those of their columns."""

from __future__ import annotations

import pytest

from xent_cli.errors import ClassesError
from xent_cli.schema.class_lookup import ClassLookup


def test_a_class_called_as_the_column_of_another_keeps_its_name() -> None:
    lookup = ClassLookup.of(("p_b", "b"), (("p_a", 0), ("p_b", 1)))
    assert [lookup.find(name) for name in ("p_b", "b", "p_a", "P_A")] == [0, 1, 0, None]


def test_what_columns_of_two_classes_are_called_is_refused_and_the_classes_are_named() -> None:
    lookup = ClassLookup.of(("cat", "dog"), (("x", 0), ("x", 1), ("y", 1), ("y", 1)))
    assert lookup.find("y") == 1
    with pytest.raises(ClassesError, match="not a class, but the classes cat and dog") as e:
        lookup.find("x")
    assert e.value.hint == "Use the name of the class: cat, dog."


def test_hints_know_columns_only_where_there_are_some() -> None:
    assert ClassLookup.of(("cat", "dog")).hint("x") == "Known: cat, dog."
    both = ClassLookup.of(("cat", "dog"), (("p_cat", 0), ("dog", 1)))
    assert both.hint("x") == "Known: classes cat, dog; columns p_cat."
    assert both.hint("p_ca") == "Did you mean p_cat?"
