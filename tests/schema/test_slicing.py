"""What --by may say, and what slices are called."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from xent_cli.errors import ColumnError, UsageError
from xent_cli.schema.slicing import SliceColumn, Slicing, read_slicings
from xent_cli.schema.spec import Spec

KNOWN = ["country", "device", "age", "a,b", "t:10"]


@pytest.mark.parametrize(
    ("said", "columns"),
    [
        ("country", [("country", None, None)]),
        ("country, device", [("country", None, None), ("device", None, None)]),
        ("age:10", [("age", 10, None)]),
        ("age: 2,country", [("age", 2, None), ("country", None, None)]),
        ("age:18/25.5/40", [("age", None, (18.0, 25.5, 40.0))]),
        ("age:18/", [("age", None, (18.0,))]),
        ("age:-1e3/0", [("age", None, (-1000.0, 0.0))]),
        ("a,b", [("a,b", None, None)]),
        ("t:10", [("t:10", None, None)]),
        ("t:10:4", [("t:10", 4, None)]),
    ],
)
def test_read(said, columns):
    (slicing,) = read_slicings([said], KNOWN)
    assert [(c.name, c.parts, c.points) for c in slicing.columns] == columns


@pytest.mark.parametrize(
    ("said", "error", "fault"),
    [
        (["contry"], ColumnError, "Did you mean country"),
        (["country,nothing"], ColumnError, "no column 'nothing'"),
        (["nothing:10"], ColumnError, "no column 'nothing'"),
        (["age:1"], UsageError, "is not a way to cut"),
        (["age:1001"], UsageError, "is not a way to cut"),
        (["age:ten"], UsageError, "is not a way to cut"),
        (["age:"], UsageError, "is not a way to cut"),
        (["age:25/18"], UsageError, "must increase"),
        (["age:18/18"], UsageError, "must increase"),
        (["age:18/inf"], UsageError, "not finite"),
        (["age:18/x"], UsageError, "could not convert"),
        (["country,country"], UsageError, "named twice"),
        (["age", "age:10"], UsageError, "there are already slices"),
        (["country,"], ColumnError, "no column ''"),
    ],
)
def test_refused(said, error, fault):
    with pytest.raises(error, match=fault):
        read_slicings(said, KNOWN)


def test_numbers_are_shown_as_people_write_them():
    column = SliceColumn("x", points=(-0.5, 18.0, 1e22))
    assert [column.show(part) for part in range(5)] == [
        "(-inf, -0.5)",
        "[-0.5, 18)",
        "[18, 1e+22)",
        "[1e+22, inf)",
        "(missing)",
    ]
    assert SliceColumn("x", points=()).show(0) == "(-inf, inf)"
    assert SliceColumn("x", points=()).show(1) == "(missing)"
    assert SliceColumn("x").show("") == "(missing)"


def test_spec_and_signature():
    plain = Spec("sparse", ("a", "b"))
    assert "by" not in plain.to_dict()
    assert "by:" not in plain.signature("1")
    by = read_slicings(["country,age:18/25", "device"], KNOWN)
    sliced = Spec("sparse", ("a", "b"), by=by)
    assert Spec.from_dict(json.loads(json.dumps(sliced.to_dict()))) == sliced
    parts = sliced.signature("1").split("|")
    assert parts[-2].startswith("by:country,age:")
    assert parts[-2].endswith("+device")
    other = Spec("sparse", ("a", "b"), by=read_slicings(["country,age:18/26", "device"], KNOWN))
    assert other.signature("1") != sliced.signature("1")
    with pytest.raises(Exception, match="by is .*age:18/25.* in one and .*age:18/26"):
        sliced.require_equal(other)


def test_a_name_cannot_break_the_signature():
    assert Slicing((SliceColumn("a|b c"),)).signature() == "a_b_c"


def test_damaged_points_are_refused():
    data = asdict(Slicing((SliceColumn("age", points=(2.0, 1.0)),)))
    with pytest.raises(ValueError, match="must increase"):
        Slicing.from_dict(data)
