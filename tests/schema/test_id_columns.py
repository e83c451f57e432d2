from __future__ import annotations

import pytest

from xent_cli.errors import ColumnError
from xent_cli.schema.column import Column
from xent_cli.schema.id_columns import find_ids, naming_column

ID, KEY, BOTH = Column("id", "integer"), Column("key", "text"), Column("a=b", "text")


@pytest.mark.parametrize(
    ("text", "preds", "labels", "want"),
    [
        (None, [ID], [ID], None),
        ("id", [ID, KEY], [ID], ("id", "id")),
        ("id", [ID], None, ("id", "id")),
        ("id=key", [ID], [KEY], ("id", "key")),
        ("a=b", [BOTH], [BOTH], ("a=b", "a=b")),
        ("a=b", [Column("a", "text"), BOTH], [Column("b", "text")], ("a", "b")),
    ],
)
def test_find_ids(text, preds, labels, want) -> None:
    assert find_ids(text, preds, labels) == want


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key", r"id_col=\"key\": the predictions have no column 'key'. Their columns: id"),
        ("id", r"id_col=\"id\": the labels have no column 'id'. Their columns: key"),
        ("id=x", "the labels have no column 'x'"),
        ("x=key", "the predictions have no column 'x'"),
    ],
)
def test_columns_that_are_not_there(text: str, words: str) -> None:
    with pytest.raises(ColumnError, match=words):
        find_ids(text, [ID], [KEY])


@pytest.mark.parametrize(
    ("id_cols", "shared", "preds", "want"),
    [
        (("id", "key"), ["uid"], [ID], "id"),
        (None, ["split", "uid"], [ID], "uid"),
        (None, ["split"], [ID], "id"),
        (None, ["split"], [KEY, Column("p", "float")], "key"),
        (None, ["split"], [], "split"),
        (None, [], [Column("", "integer"), Column("Unnamed: 0", "integer")], None),
        (None, [], [Column("id", "float")], None),
    ],
)
def test_naming_column(id_cols, shared, preds, want) -> None:
    assert naming_column(id_cols, shared, preds) == want
