"""Parser: what a chunk holds decides how it is read, whatever the chunks before held."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xent_cli.io.formats.csv.dialect import detect_dialect
from xent_cli.io.formats.csv.parser import Chunk, Parser

DIALECT = detect_dialect(b"label,p\n1,0.5\n0,0.25\n", "f.csv", whole=True)


@pytest.mark.parametrize(
    ("text", "labels", "numbers"),
    [
        (b"1,0.5\n0,0.25\n", [1.0, 0.0], [0.5, 0.25]),
        (b"1,\nNA,0.25\n", [1.0, None], [None, 0.25]),
        (b"1,0.5\ncat,0.25\n", ["1", "cat"], [0.5, 0.25]),
        (b"1,?\ncat,0.25\n", ["1", "cat"], [None, 0.25]),
    ],
    ids=["numbers", "missing", "texts", "texts and missing"],
)
def test_columns_of_a_chunk(text: bytes, labels: list[object], numbers: list[object]) -> None:
    both = frozenset(("label", "p"))
    parser = Parser(DIALECT, ["label", "p"], both, frozenset("p"))
    data = parser.parse(Chunk(text, 2, 0, quoted=False)).result
    assert isinstance(data, pa.RecordBatch)
    assert [data["label"].to_pylist(), data["p"].to_pylist()] == [labels, numbers]
