"""Which slice a row belongs to: every type of column, either file, cuts and missing values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xent_cli import evaluate
from xent_cli.errors import ColumnError, IdMismatchError, SliceError

N = 8
Q = np.tile([0.25, 0.75], (N, 1))
LABELS = [0, 1] * 4


def counts(report, which=0):
    """Return how many rows each slice has, by its name."""
    return {item.name: item.n for item in report.slices()[which].slices}


def sliced(values, by="g", **options):
    table = pa.table({"y": LABELS, "g": values})
    return counts(evaluate(Q, table, label_col="y", by=by, **options))


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (["a", "b", "", " ", None, "a", "a", "b"], {"(missing)": 3, "a": 3, "b": 2}),
        ([1, 2, 10, None, 1, 1, 1, 1], {"(missing)": 1, "1": 5, "10": 1, "2": 1}),
        ([1.0, 2.0, float("nan"), None, 1, 1, 1, 1], {"(missing)": 2, "1": 5, "2": 1}),
        ([True, False, None, True] * 2, {"(missing)": 2, "False": 2, "True": 4}),
        (pa.array(["b", None] * 4).dictionary_encode(), {"(missing)": 4, "b": 4}),
        (pa.array([3, None] * 4).dictionary_encode(), {"(missing)": 4, "3": 4}),
        ([dt.date(2026, 1, 2)] * 8, {"2026-01-02": 8}),
        ([Decimal("1.50"), Decimal("2.00")] * 4, {"1.50": 4, "2.00": 4}),
        (pa.array(["x"] * 8, pa.large_string()), {"x": 8}),
        (pa.nulls(8), {"(missing)": 8}),
        ([2**53 + 1, 2**53] * 4, {str(2**53): 4, str(2**53 + 1): 4}),
    ],
)
def test_types(values, want):
    assert sliced(values) == want
    assert sliced(values, batch_rows=3) == want


def test_a_dictionary_with_a_value_twice_and_one_for_each_code_of_a_byte():
    names = [str(i) for i in range(127)]
    twice = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 126, None] * 2, pa.int8()), pa.array(["1", *names[1:]])
    )
    assert sliced(twice) == {"(missing)": 2, "1": 4, "126": 2}


@pytest.mark.parametrize(
    ("values", "error", "fault"),
    [
        ([0.5] * 8, SliceError, 'holds fractions such as 0.5.*by="g:10"'),
        ([float("inf")] * 8, SliceError, "fractions such as inf"),
        ([[1, 2]] * 8, ColumnError, "cannot be written as text"),
    ],
)
def test_types_that_name_no_slices(values, error, fault):
    with pytest.raises(error, match=fault):
        sliced(values)


@pytest.mark.parametrize(
    ("values", "by", "want"),
    [
        (range(8), "g:4", {"(-inf, 2)": 2, "[2, 4)": 2, "[4, 6)": 2, "[6, inf)": 2}),
        ([0, 0, 0, 0, 0, 0, 0, 1], "g:4", {"(-inf, 1)": 7, "[1, inf)": 1}),
        ([5] * 8, "g:10", {"(-inf, inf)": 8}),
        ([None] * 7 + [5], "g:10", {"(-inf, inf)": 1, "(missing)": 7}),
        (
            [0.5, None, 1.5, 2.5] * 2,
            "g:1/2",
            {"(-inf, 1)": 2, "[1, 2)": 2, "[2, inf)": 2, "(missing)": 2},
        ),
        ([1.0, -np.inf, np.inf, 2.0] * 2, "g:2/", {"(-inf, 2)": 4, "[2, inf)": 4}),
    ],
)
def test_cuts(values, by, want):
    values = pa.array(list(values), pa.float64())
    assert sliced(values, by) == want
    assert list(sliced(values, by)) == list(want)


@pytest.mark.parametrize("values", [["a"] * 8, pa.nulls(8)])
@pytest.mark.parametrize("by", ["g:10", "g:1/2"])
def test_what_holds_no_numbers_cannot_be_cut(values, by):
    with pytest.raises(SliceError, match=r"g does not hold numbers.*Use by=\"g\" to make each"):
        sliced(values, by)


def test_cut_columns_are_cut_where_numpy_would():
    values = np.random.default_rng(0).normal(50, 10, 999)
    table = pa.table({"y": np.zeros(999, dtype=int), "g": values, "h": -values})
    report = evaluate(np.tile([0.25, 0.75], (999, 1)), table, label_col="y", by=["g:10", "h:2,g:3"])
    points = report.tally.spec.by[0].columns[0].points
    assert points == tuple(np.sort(values)[[999 * j // 10 for j in range(1, 10)]])
    assert sum(counts(report, 1).values()) == 999


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_columns_may_stand_in_either_file(tmp_path, suffix):
    def write(frame, name):
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "csv":
            frame.to_csv(path, index=False)
        elif suffix == "jsonl":
            frame.to_json(path, orient="records", lines=True)
        else:
            frame.to_parquet(path, index=False)
        return str(path)

    countries, ages = ["KR", "US", "", "KR"] * 2, [20, 30, 40, 50] * 2
    q = pd.DataFrame(Q, columns=["p_a", "p_b"])
    labels = pd.DataFrame({"label": ["a", "b"] * 4})
    preds = write(q.assign(country=countries, age=ages), "preds")
    target = write(labels, "labels")
    ours = evaluate(preds, target, by=["country,age:2"])
    assert ours.tally.spec.classes == ("a", "b")
    preds = write(q, "plain")
    target = write(labels.assign(country=countries, age=ages), "more")
    theirs = evaluate(preds, target, by=["country,age:2"])
    both = write(q.assign(country=countries, age=ages, label=["a", "b"] * 4), "both")
    one = evaluate(both, by=["country,age:2"])
    assert ours.tally.slices == theirs.tally.slices == one.tally.slices
    assert counts(ours) == {
        "(missing), [40, inf)": 2,
        "KR, (-inf, 40)": 2,
        "KR, [40, inf)": 2,
        "US, (-inf, 40)": 2,
    }
    assert ours.inputs[0].slices == ("country", "age")
    assert theirs.inputs[1].slices == ("country", "age")


def test_texts_are_not_changed(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "label,zip\n"
        + "".join(f"{i % 2},{z}\n" for i, z in enumerate(["007", "7", "NA", "1.50"] * 2))
    )
    assert counts(evaluate(Q, str(path), by="zip")) == {"007": 2, "1.50": 2, "7": 2, "NA": 2}


def test_slicing_by_the_labels_or_the_predictions_themselves():
    table = pd.DataFrame({"label": ["a", "b"] * 4, "country": ["KR", "US", "US", "US"] * 2})
    q = pd.DataFrame(Q, columns=["p_a", "p_b"])
    assert counts(evaluate(q, table, by="label")) == {"a": 4, "b": 4}
    assert counts(evaluate(q, table, by="label,country")) == {"a, KR": 2, "a, US": 2, "b, US": 4}
    score = pd.DataFrame({"p_b": np.linspace(0.1, 0.8, N)})
    binary = evaluate(score, table[["label"]], pred_cols="p_b", positive="b", by="p_b:2")
    assert list(counts(binary).values()) == [4, 4]


def test_a_column_is_no_prediction_for_being_a_slicer():
    frame = pd.DataFrame({"p_a": 0.25, "p_b": 0.75, "age": np.linspace(0, 1, N), "label": LABELS})
    report = evaluate(frame, by="age:2")
    assert report.tally.spec.n_classes == 2


def test_a_column_may_be_cut_here_and_whole_there():
    table = pa.table({"y": LABELS, "g": [1, 2, 3, 4] * 2, "h": ["a", "b"] * 4})
    report = evaluate(Q, table, label_col="y", by=["g", "h,g:2"])
    assert counts(report) == {"1": 2, "2": 2, "3": 2, "4": 2}
    assert sum(counts(report, 1).values()) == 8


def test_columns_of_both_files_must_agree(tmp_path):
    for name, countries in (("preds", "KR,US"), ("same", "KR,US"), ("labels", "KR,DE")):
        first = "p_a,p_b" if name == "preds" else "label"
        value = "0.5,0.5" if name == "preds" else "a"
        lines = [f"{value},{country}" for country in countries.split(",")]
        (tmp_path / f"{name}.csv").write_text("\n".join([f"{first},country", *lines]) + "\n")
    preds = str(tmp_path / "preds.csv")
    assert counts(evaluate(preds, str(tmp_path / "same.csv"), by="country")) == {"KR": 1, "US": 1}
    with pytest.raises(IdMismatchError, match="country"):
        evaluate(preds, str(tmp_path / "labels.csv"), by="country")


def test_many_columns_with_many_values_are_counted_by_sorting():
    rng = np.random.default_rng(3)
    table = pa.table(
        {"y": rng.integers(0, 2, 400), **{c: rng.integers(0, 60, 400) for c in "abcd"}}
    )
    report = evaluate(
        np.tile([0.5, 0.5], (400, 1)), table, label_col="y", by="a,b,c,d", batch_rows=90
    )
    frame = table.to_pandas()
    want = frame.groupby(list("abcd")).size()
    assert {
        tuple(map(int, key)): report.tally.slices[0].count("rows", i)
        for i, key in enumerate(report.tally.slices[0].keys)
    } == want.to_dict()


def test_parquet_in_row_groups_and_threads(tmp_path):
    rng = np.random.default_rng(4)
    n = 5000
    names = [f"user {i}" for i in rng.integers(0, 700, n)]
    table = pa.table(
        {"p_a": np.full(n, 0.5), "p_b": np.full(n, 0.5), "label": ["a"] * n, "user": names}
    )
    pq.write_table(table, tmp_path / "all.parquet", row_group_size=600)
    found = evaluate(str(tmp_path / "all.parquet"), by="user", jobs=4)
    assert counts(found) == pd.Series(names).value_counts().to_dict()


def test_a_column_of_both_files_may_be_cut(tmp_path):
    (tmp_path / "preds.csv").write_text("p_a,p_b,age\n0.5,0.5,1.50\n0.5,0.5,2\n")
    (tmp_path / "labels.csv").write_text("label,age\na,1.5\nb,2.0\n")
    report = evaluate(str(tmp_path / "preds.csv"), str(tmp_path / "labels.csv"), by="age:2")
    assert counts(report) == {"(-inf, 2)": 1, "[2, inf)": 1}


def test_values_are_named_as_pandas_writes_them(tmp_path):
    """Shards of several formats have the same slices."""
    frame = pd.DataFrame(
        {
            "p_a": Q[:, 0],
            "p_b": Q[:, 1],
            "y": LABELS,
            "flag": [True, False] * 4,
            "day": pd.to_datetime(["2024-01-19", "2024-02-03"] * 4),
            "at": pd.to_datetime(["2024-01-19 00:00:00", "2024-02-03 12:30:00"] * 4),
        }
    )
    frame.to_csv(tmp_path / "all.csv", index=False)
    frame.to_parquet(tmp_path / "all.parquet")
    found = [
        [counts(evaluate(tmp_path / name, label_col="y", by=["flag", "day"]), i) for i in (0, 1)]
        for name in ("all.csv", "all.parquet")
    ]
    assert found[0] == found[1]
    assert found[0] == [{"False": 4, "True": 4}, {"2024-01-19": 4, "2024-02-03": 4}]
    times = counts(evaluate(tmp_path / "all.parquet", label_col="y", by="at"))
    assert list(times) == ["2024-01-19", "2024-02-03 12:30:00.000000"]


def test_a_column_of_both_inputs_is_that_of_the_labels():
    ids = list(range(N))
    preds = pa.table({"p_a": Q[:, 0], "p_b": Q[:, 1], "w": [1.0] * N, "g": ["a"] * N, "id": ids})
    labels = pa.table({"y": LABELS, "w": [2.0] * N, "g": ["b"] * N, "id": ids})
    options = {"label_col": "y", "weight": "w", "by": "g", "pred_cols": ["p_a", "p_b"]}
    report = evaluate(preds, labels, id_col="id", **options)
    assert report.figures.weight_sum == 2 * N
    assert counts(report) == {"b": N}
    (note,) = (note for note in report.notes if note.code == "doubled")
    assert note.message == "w, g occur in both inputs. The values beside the labels are used."
