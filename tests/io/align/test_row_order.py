from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.io.making import EXPECTED, LABELS, PREDS, P, cross_entropy, table, write
from xent_cli import evaluate
from xent_cli.errors import IdMismatchError, RowCountError
from xent_cli.io.align.row_order import Side
from xent_cli.io.align.units import whole
from xent_cli.io.formats.in_memory import TableSource
from xent_cli.io.open import open_source
from xent_cli.io.source import Use

CUTS = st.lists(st.integers(0, 20), max_size=5)


def chunked(name: str, values: list[int], cuts: list[int]) -> TableSource:
    edges = [0, *sorted(cuts), len(values)]
    parts = [values[a:b] for a, b in pairwise(edges)]
    column = pa.chunked_array(parts, pa.int64())
    return TableSource(pa.table({name: column, "id": column}), name)


@given(left=CUTS, right=CUTS, rows=st.integers(1, 30))
def test_blocks_of_both_hold_the_same_rows(left: list[int], right: list[int], rows: int) -> None:
    values = list(range(20))
    sources = chunked("a", values, left), chunked("b", values, right)
    found: list[int] = []
    uses: list[dict[str, Use]] = [{"a": "number", "id": "text"}, {"b": "number", "id": "text"}]
    sides = [Side(source, use, ("id",)) for source, use in zip(sources, uses, strict=True)]
    for ours, theirs in whole(sides, 1).blocks(rows):
        assert ours.start == theirs.start == len(found)
        assert 0 < len(ours) == len(theirs) <= rows
        np.testing.assert_array_equal(ours.numbers(["a"]), theirs.numbers(["b"]))
        found += ours.data.column("a").to_pylist()
    assert found == values


@pytest.mark.parametrize("rows", [1, 2, None])
@pytest.mark.parametrize(
    ("preds", "labels", "words"),
    [
        (PREDS, LABELS + "cat\n", r"p\.csv has 4 rows and .*l\.csv has 5"),
        (PREDS + "1,0,0\n", LABELS, r"p\.csv has 5 rows and .*l\.csv has 4"),
        (PREDS, "\n".join(LABELS.split()[1:]), 'has 3.* is not a header, use labels_header="no"'),
        (PREDS, "dog\n" + "dog\ncat\nox\nox\n", 'has 5.* is a header, use labels_header="yes"'),
        (
            "0.2,0.7,0.1\n" * 5,
            "label\n1\n0\n2\n2\n",
            r"has 5.*p\.csv is a header, use header=\"yes\"",
        ),
        (PREDS.replace("0.2,0.7,0.1\n", ""), LABELS, r"p\.csv is not a header, use header=\"no\""),
    ],
)
def test_counts_that_differ(
    preds: str, labels: str, words: str, rows: int | None, tmp_path: Path
) -> None:
    files = write(tmp_path / "p.csv", preds), write(tmp_path / "l.csv", labels)
    with pytest.raises(RowCountError, match=words):
        cross_entropy(*files, batch_rows=rows)


def test_counts_known_beforehand() -> None:
    with pytest.raises(RowCountError, match="preds has 4 rows and labels has 1"):
        cross_entropy(P, [0])


def with_ids(text: str, ids: list[str]) -> str:
    header, *lines = text.split()
    return "\n".join([f"id,{header}", *(f"{i},{line}" for i, line in zip(ids, lines, strict=True))])


def test_ids_in_both_are_compared_row_by_row(tmp_path: Path) -> None:
    preds = write(tmp_path / "p.csv", with_ids(PREDS, ["a", "b", "c", "d"]))
    good = write(tmp_path / "l.csv", with_ids(LABELS, ["a", "b", "c", "d"]))
    bad = write(tmp_path / "m.csv", with_ids(LABELS, ["a", "b", "d", "c"]))
    for rows in (1, 3, None):
        assert cross_entropy(preds, good, batch_rows=rows) == EXPECTED
        with pytest.raises(IdMismatchError) as caught:
            cross_entropy(preds, bad, batch_rows=rows)
        assert f"'c' in {preds}, row 3 (line 4), 'd' in {bad}, row 3 (line 4)" in str(caught.value)


def test_ids_of_different_types_are_compared_as_text(tmp_path: Path) -> None:
    preds = table(id=[1, 2, 3, 4])
    assert (
        cross_entropy(preds, write(tmp_path / "l.csv", with_ids(LABELS, list("1234")))) == EXPECTED
    )
    with pytest.raises(IdMismatchError, match="'4' in preds, row 4, '5' in"):
        cross_entropy(preds, write(tmp_path / "m.csv", with_ids(LABELS, list("1235"))))


def test_an_empty_id_differs_from_a_filled_one() -> None:
    labels = {"label": ["dog", "cat", "ox", "ox"]}
    preds = table(id=["a", None, "c", "d"])
    assert cross_entropy(preds, pa.table({"id": ["a", None, "c", "d"], **labels})) == EXPECTED
    with pytest.raises(IdMismatchError, match="'None' in preds, row 2, 'b' in labels, row 2"):
        cross_entropy(preds, pa.table({"id": ["a", "b", "c", "x"], **labels}))


def test_a_label_column_that_only_counts_takes_no_prediction_away(tmp_path: Path) -> None:
    preds = write(tmp_path / "p.csv", "0.5,2.5,-1.0\n1.5,0.5,0.25\n")
    labels = write(tmp_path / "l.csv", "1\n0\n")
    assert cross_entropy(preds, labels, scale="logits") == cross_entropy(
        [[0.5, 2.5, -1.0], [1.5, 0.5, 0.25]], [1, 0], scale="logits"
    )


def test_an_index_of_pandas_is_compared_under_no_name(tmp_path: Path) -> None:
    header, *lines = LABELS.split()
    labels = [f",{header}", *(f"{i},{line}" for i, line in enumerate(lines))]
    header, *lines = PREDS.split()
    preds = [f"Unnamed: 0,{header}", *(f"{i},{line}" for i, line in enumerate(lines))]
    files = (
        write(tmp_path / "p.csv", "\n".join(preds)),
        write(tmp_path / "l.csv", "\n".join(labels)),
    )
    uses: list[dict[str, Use]] = [{"p_ox": "number", "": "text"}, {"label": "label", "": "text"}]

    def rows() -> int:
        sources = [open_source(file, "preds") for file in files]
        sides = [Side(source, use, ("",)) for source, use in zip(sources, uses, strict=True)]
        return sum(len(ours) for ours, _ in whole(sides, 1).blocks(100))

    assert rows() == 4
    labels[2] = labels[2].replace("1", "9")
    write(tmp_path / "l.csv", "\n".join(labels))
    with pytest.raises(IdMismatchError, match="ids in the unnamed column differ: '1' in .*'9' in"):
        rows()


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (("00012", "00013", "00014", "00015"), ("12", "13.0", "14", "15"), True),
        (("a01", "a02", "a03", "a04"), ("a1", "a2", "a3", "a4"), False),
        (("12", "13", "14", "15"), ("12.5", "13", "14", "15"), False),
    ],
)
def test_ids_that_are_one_number_are_one_id(
    tmp_path: Path, ours: tuple[str, ...], theirs: tuple[str, ...], *, same: bool
) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    preds = [",".join(map(str, (i, *row))) for i, row in zip(ours, P, strict=True)]
    labels = [f"{i},{y}" for i, y in zip(theirs, (0, 1, 2, 1), strict=True)]
    a.write_text("\n".join(["id,p_0,p_1,p_2", *preds]))
    b.write_text("\n".join(["id,y", *labels]))
    if same:
        evaluate(str(a), str(b))
    else:
        with pytest.raises(IdMismatchError, match="The ids in column id differ"):
            evaluate(str(a), str(b))
