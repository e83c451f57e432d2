"""Place: where a value stands in a file, for messages."""

from __future__ import annotations

from xent_cli.fast_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A run of rows in a file, so that an error can say where a value stands.

    Rows are counted from 1, from the first data row of the file; `first` is where the run begins
    in the whole input (which may be several files). Lines are known for text files without line
    breaks inside fields.

    Examples
    --------
    >>> Place("preds.csv", header_lines=1).of_row(4, "p_cat")
    'preds.csv, row 5 (line 6), column p_cat'
    """

    path: str
    first: int = 0
    header_lines: int | None = None
    columns: tuple[str, ...] = ()

    def of_row(self, row: int, column: str | None = None) -> str:
        """Name row `row` of the whole input (from 0), and a column of it."""
        local = row - self.first + 1
        line = "" if self.header_lines is None else f" (line {local + self.header_lines})"
        return f"{self.path}, row {local}{line}" + (f", column {column}" if column else "")

    def of_value(self, row: int, index: int) -> str:
        """Name row `row` and the `index`-th of the columns, or of the values of a list column."""
        if index < len(self.columns):
            return self.of_row(row, self.columns[index])
        return self.of_row(row) + f", value {index + 1}"
