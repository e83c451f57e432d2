"""DuckDB: one SQL query on the file."""

from __future__ import annotations

import duckdb

from queries.figures import EPS, Figures, check_range, check_sums, gather, older

MANY_COLUMNS = 100
"""Above, the columns become a list first: the parser refuses expressions a thousand terms deep."""


def measure(task: str, path: str) -> Figures:
    """Measure a Parquet or CSV file; see `figures` for what comes out."""
    connection = duckdb.connect()
    if task == "rich":
        return _measure_pair(connection, path)
    described = connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    names = [row[0] for row in described if row[0] != "label"]
    query = {"binary": _binary_rows, "logits": _logit_rows, "probs": _prob_rows}[task]
    rows = connection.execute(_grouped(query(path, names))).fetchall()
    for row in rows:  # one a class; Python's min and max of several would lose a NaN
        check_range(row[5], row[6], logits=task == "logits")
        if task == "probs":
            check_sums(row[7])
    return gather((row[:5] for row in rows), max(len(names), 2))


def _measure_pair(connection: duckdb.DuckDBPyConnection, path: str) -> Figures:
    """Find the differences of two models, row by row, in place of losses."""
    names = [f"p_{index}" for index in range(10)]
    one, other = (_prob_rows(file, names) for file in (path, older(path)))
    rows = connection.execute(f"""
        SELECT label, count(*), avg(loss - before), stddev_samp(loss - before) / sqrt(count(*)),
               avg(hit::INT), min(low), max(high), max(off), min(same::INT)
        FROM (SELECT a.*, b.loss AS before, a.label = b.label AS same
              FROM ({one}) a POSITIONAL JOIN ({other}) b) GROUP BY label
    """).fetchall()
    for row in rows:
        check_range(row[5], row[6])
        check_sums(row[7])
        if not row[8]:
            raise SystemExit("the labels differ")
    return gather((row[:5] for row in rows), len(names))


def _grouped(rows: str) -> str:
    return f"""
        SELECT label, count(*), avg(loss), stddev_samp(loss) / sqrt(count(*)), avg(hit::INT),
               min(low), max(high), max(off)
        FROM ({rows}) GROUP BY label
    """


def _prob_rows(path: str, names: list[str]) -> str:
    return f"""
        SELECT label, -ln(greatest(truth, {EPS})) AS loss, truth = high AS hit, low, high,
               abs(total - 1) AS off
        FROM ({_spread(path, names)})
    """


def _spread(path: str, names: list[str]) -> str:
    listed = ", ".join(names)
    if len(names) <= MANY_COLUMNS:
        return f"""
            SELECT label, list_value({listed})[label + 1] AS truth, least({listed}) AS low,
                   greatest({listed}) AS high, {" + ".join(names)} AS total
            FROM '{path}'
        """
    return f"""
        SELECT label, q[label + 1] AS truth, list_min(q) AS low, list_max(q) AS high,
               list_sum(q) AS total
        FROM (SELECT label, list_value({listed}) AS q FROM '{path}')
    """


def _logit_rows(path: str, names: list[str]) -> str:
    listed = ", ".join(names)
    exps = " + ".join(f"exp({name} - high)" for name in names)
    return f"""
        SELECT label, ln({exps}) + high - truth AS loss, truth = high AS hit, low, high, 0 AS off
        FROM (SELECT *, list_value({listed})[label + 1] AS truth, least({listed}) AS low,
                     greatest({listed}) AS high
              FROM '{path}')
    """


def _binary_rows(path: str, names: list[str]) -> str:
    prob = names[0]
    return f"""
        SELECT label, -ln(greatest(CASE WHEN label = 1 THEN {prob} ELSE 1 - {prob} END, {EPS}))
               AS loss, ({prob} > 0.5) = (label = 1) AS hit, {prob} AS low, {prob} AS high, 0 AS off
        FROM '{path}'
    """
