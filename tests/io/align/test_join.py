"""The join: labels found by their ids, in any order, come to the same bits as aligned ones."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli import XentError, compare, evaluate, gate
from xent_cli.errors import (
    ColumnError,
    DuplicateIdError,
    IdMismatchError,
    IdTypeError,
    LabelError,
    UnmatchedIdError,
    UsageError,
)
from xent_cli.io.align import id_index
from xent_cli.io.align.lookup_table import Held
from xent_cli.io.formats import row_groups
from xent_cli.io.formats.csv import records
from xent_cli.io.formats.in_memory import wrap_object
from xent_cli.schema.options import EvalOptions

ROWS, K = 400, 3
RNG = np.random.default_rng(5)
Q = RNG.dirichlet(np.ones(K), ROWS)
Y = RNG.integers(0, K, ROWS)
NUMBERS = RNG.permutation(10 * ROWS)[:ROWS] - 500
TEXTS = np.array([f"example-{n:04d}é" for n in NUMBERS + 500], dtype=object)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut files into many pieces."""
    monkeypatch.setattr(records, "_FIRST_BYTES", 1500)
    monkeypatch.setattr(records, "CHUNK_BYTES", 3000)
    monkeypatch.setattr(row_groups, "_PIECE_VALUES", 300)


def frames(ids: np.ndarray = NUMBERS) -> tuple[pd.DataFrame, pd.DataFrame]:
    preds = pd.DataFrame(Q, columns=["p_a", "p_b", "p_c"])
    labels = pd.DataFrame({"label": np.array(list("abc"))[Y], "w": RNG.random(ROWS)})
    preds.insert(0, "id", ids)
    labels.insert(1, "id", ids)
    return preds, labels


def shuffled(frame: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def save(frame: pd.DataFrame, path: Path) -> str:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True, double_precision=15)
    elif path.suffix == ".arrow":
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.ipc.new_file(path, table.schema) as file:
            file.write_table(table, max_chunksize=70)
    else:
        frame.to_parquet(path, row_group_size=70)
    return str(path)


def theirs_as_preds(folder: Path) -> str:
    return save(shuffled(frames()[0].assign(p_a=Q[:, 1], p_b=Q[:, 0])), folder / "other.csv")


def told(error: type[XentError], *data: object, **options: object) -> str:
    """Return what is said, the same for any number of threads and any batches."""
    said = set()
    for batch_rows, jobs in ((None, 1), (7, 4), (100, 2)):
        with pytest.raises(error) as caught:
            evaluate(*data, **{"id_col": "id", **options}, batch_rows=batch_rows, jobs=jobs)
        said.add(str(caught.value))
    assert len(said) == 1
    return said.pop()


class TestSameBits:
    @pytest.mark.parametrize("ids", [NUMBERS, TEXTS])
    @pytest.mark.parametrize("theirs", ["csv", "parquet", "jsonl", "arrow"])
    @pytest.mark.parametrize("ours", ["csv", "parquet", "arrow"])
    def test_files_of_any_format_in_any_order(
        self, ours: str, theirs: str, ids: np.ndarray, tmp_path: Path
    ) -> None:
        preds, labels = frames(ids)
        aligned = evaluate(preds.drop(columns="id"), labels.drop(columns="id"), weight="w")
        paths = (
            save(preds, tmp_path / f"p.{ours}"),
            save(shuffled(labels).drop(columns="w"), tmp_path / f"y.{theirs}"),
        )
        plain = evaluate(preds.drop(columns="id"), labels[["label"]])
        found = evaluate(*paths, id_col="id", jobs=3, batch_rows=33)
        assert found.tally.sums == plain.tally.sums != aligned.tally.sums
        assert found.overall == plain.overall
        assert found.classes == plain.classes
        assert found.matches is not None
        assert found.matches.to_dict() == {
            "matched": ROWS,
            "unmatched_preds": 0,
            "unmatched_labels": 0,
            "coverage": 1.0,
        }

    @given(
        seeds=st.tuples(st.integers(0, 99), st.integers(0, 99)),
        batch_rows=st.integers(20, 500),
        jobs=st.integers(1, 3),
    )
    def test_any_order_batches_and_threads(
        self, seeds: tuple[int, int], batch_rows: int, jobs: int
    ) -> None:
        preds, labels = frames()
        aligned = evaluate(preds, labels, weight="w")
        found = evaluate(
            shuffled(preds, seeds[0]),
            shuffled(labels, seeds[1]),
            weight="w",
            id_col="id",
            batch_rows=batch_rows,
            jobs=jobs,
        )
        assert found.tally.sums == aligned.tally.sums
        assert found.to_dict()["overall"] == aligned.to_dict()["overall"]

    @pytest.mark.parametrize(
        ("labels", "options"),
        [
            (pd.DataFrame(np.eye(K)[Y], columns=["a", "b", "c"]), {}),
            (pd.DataFrame(RNG.dirichlet(np.ones(K), ROWS), columns=["c", "b", "a"]), {}),
            (
                pd.DataFrame({"y": Y, "w": RNG.random(ROWS), "user": Y * 7 % 5}),
                {"weight": "w", "cluster": "user", "class_weights": "balanced"},
            ),
            (
                pd.DataFrame((RNG.random((ROWS, K)) < 0.5) * 1, columns=list("abc")),
                {"mode": "binary"},
            ),
            (pd.DataFrame({"label": np.array(["a", "b", "skip"])[Y]}), {"ignore_label": "skip"}),
            (pd.DataFrame({"t": list(np.eye(K)[Y])}), {}),
        ],
    )
    def test_every_kind_of_label(self, labels: pd.DataFrame, options: dict[str, object]) -> None:
        preds, _ = frames(TEXTS)
        aligned = evaluate(preds.drop(columns="id"), labels, **options)
        found = evaluate(
            preds, shuffled(labels.assign(key=TEXTS)), id_col="id=key", batch_rows=50, **options
        )
        assert found.tally.sums == aligned.tally.sums
        assert found.figures == aligned.figures

    def test_labels_that_turn_to_text_in_the_middle(self, tmp_path: Path) -> None:
        labels = pd.DataFrame({"id": NUMBERS, "label": [*map(str, Y[:-1]), "none"]})
        preds = pd.DataFrame(Q, columns=["p_0", "p_1", "p_2"]).assign(id=NUMBERS)
        paths = save(preds, tmp_path / "p.csv"), save(labels, tmp_path / "y.csv")
        aligned = evaluate(*paths, ignore_label=["none", "1"])
        mixed = save(shuffled(preds), tmp_path / "s.csv")
        found = evaluate(mixed, paths[1], id_col="id", ignore_label=["none", "1"])
        assert found.tally.sums == aligned.tally.sums
        assert found.tally.n_ignored == aligned.tally.n_ignored > 100

    def test_texts_with_the_same_hash_are_told_apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real, salts = id_index._hash, []

        def poor(texts: np.ndarray, salt: int) -> np.ndarray:
            salts.append(salt)
            return real(texts, salt) % np.uint64(1 << 40 if salt else 50)

        monkeypatch.setattr(id_index, "_hash", poor)
        preds, labels = frames(TEXTS)
        found = evaluate(preds, shuffled(labels[:-1]), id_col="id", unmatched="drop")
        assert set(salts) == {0, 1}
        assert found.tally.sums == evaluate(preds[:-1], labels[:-1]).tally.sums

    def test_a_hash_that_is_found_is_not_yet_an_id_that_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(id_index, "_hash", lambda texts, _: np.zeros(len(texts), np.uint64))
        preds = pd.DataFrame({"id": ["a", "b"], "p_0": [0.5, 0.25], "p_1": [0.5, 0.75]})
        found = evaluate(
            preds, pd.DataFrame({"id": ["b"], "y": [1]}), id_col="id", unmatched="drop"
        )
        assert found.cross_entropy == pytest.approx(-np.log(0.75))


class TestErrors:
    def test_no_partner(self) -> None:
        preds, labels = frames()
        said = told(UnmatchedIdError, preds, shuffled(labels)[:-2])
        lost = [int(x) for x in shuffled(labels).id[-2:]]
        row = min(int(np.flatnonzero(preds.id == x)[0]) for x in lost)
        assert said == (
            f"2 of 400 rows of preds have an id that is not in labels, the first is "
            f'{preds.id[row]} in preds, row {row + 1}, column id. Use unmatched="drop" to leave '
            "out such rows and count them."
        )
        said = told(UnmatchedIdError, preds[3:], labels)
        assert said.startswith(
            "3 of 400 rows of labels have an id that is not in preds, the first is "
            f"{NUMBERS[0]} in labels, row 1,"
        )

    def test_no_partner_on_either_side(self, tmp_path: Path) -> None:
        preds, labels = frames(TEXTS)
        ours, theirs = save(preds[1:], tmp_path / "p.csv"), save(labels[:-1], tmp_path / "y.csv")
        said = told(UnmatchedIdError, ours, theirs)
        assert f"1 of 399 rows of {ours} have" in said
        assert f"the first is {TEXTS[-1]!r} in {ours}, row 399 (line 400), column id" in said
        assert f"; 1 of 399 rows of {theirs} have" in said
        assert f"the first is {TEXTS[0]!r} in {theirs}, row 1 (line 2), column id" in said
        found = evaluate(ours, theirs, id_col="id", unmatched="drop")
        assert found.matches is not None
        assert found.matches.to_dict() == {
            "matched": 398,
            "unmatched_preds": 1,
            "unmatched_labels": 1,
            "coverage": 398 / 399,
        }
        assert found.tally.sums == evaluate(preds[1:-1], labels[1:-1]).tally.sums
        assert [notice.code for notice in found.warnings] == ["unmatched"]
        assert [item.rows for item in found.inputs] == [399, 399]

    def test_nothing_in_common(self) -> None:
        preds, labels = frames()
        said = told(UnmatchedIdError, preds, labels.assign(id=labels.id + 10_000))
        assert said.endswith("No id is in both files. Is it the right column?")
        labels["id"] += 10_000
        assert told(UnmatchedIdError, preds, labels, unmatched="drop") == said
        texts, _ = frames(TEXTS)
        for none in ([None] * ROWS, [""] * ROWS):
            said = told(UnmatchedIdError, texts, labels.assign(id=none), unmatched="drop")
            assert (
                "400 of 400 rows of labels have an id that is not in preds, the first is a miss"
                in said
            )

    @pytest.mark.parametrize("ids", [NUMBERS, TEXTS])
    def test_twice(self, ids: np.ndarray) -> None:
        preds, labels = frames(ids)
        again = pd.concat([shuffled(labels), labels[7:9]])
        first = int(np.flatnonzero(shuffled(labels).id == ids[7])[0])
        said = told(DuplicateIdError, preds, again)
        assert said == (
            f"The id {ids.tolist()[7]!r} occurs twice: in labels, row {first + 1}, column id and "
            "in labels, row 401, column id. 1 more id occurs twice. Each id must be unique."
        )
        said = told(DuplicateIdError, pd.concat([preds, preds[7:8]]), shuffled(labels))
        assert "in preds, row 8, column id and in preds, row 401, column id. Each id" in said
        said = told(DuplicateIdError, pd.concat([preds, preds[7:8]]), labels, unmatched="drop")
        assert "in preds, row 8, column id and in preds, row 401, column id. Each id" in said

    def test_texts_against_numbers(self) -> None:
        preds, labels = frames()
        said = told(IdTypeError, preds.astype({"id": str}), labels)
        assert said.startswith(
            "The ids in column id of preds are texts, those in column id of labels are whole "
            "numbers: no id can match."
        )
        told(IdTypeError, preds, labels.astype({"id": str}))
        with pytest.raises(IdTypeError):
            compare(preds, preds.astype({"id": str}), labels=labels, id_col="id", allow_same=True)

    def test_a_text_file_has_digits_for_both(self, tmp_path: Path) -> None:
        preds, labels = frames()
        path = save(preds, tmp_path / "p.csv")
        for theirs in (labels, labels.astype({"id": str})):
            found = evaluate(path, shuffled(theirs), id_col="id")
            assert found.tally.sums == evaluate(preds, labels).tally.sums

    def test_zeros_in_front_make_texts(self, tmp_path: Path) -> None:
        preds = pd.DataFrame({"id": ["7", "007"], "p_0": [0.5, 0.25], "p_1": [0.5, 0.75]})
        labels = pd.DataFrame({"id": ["007", "7"], "y": [1, 0]})
        paths = save(preds, tmp_path / "p.csv"), save(labels, tmp_path / "y.csv")
        assert evaluate(*paths, id_col="id").cross_entropy == pytest.approx(
            -(np.log(0.5) + np.log(0.75)) / 2
        )
        numbers = pd.DataFrame({"id": [7, 8], "y": [1, 0]})
        with pytest.raises(DuplicateIdError, match="row 2 "):  # As numbers both are 7.
            evaluate(paths[0], numbers, id_col="id")

    def test_ids_beyond_63_bits(self) -> None:
        ids = np.array([2**64 - 1, 5, 2**63], dtype=np.uint64)
        preds = pd.DataFrame({"id": ids, "p_0": [0.5, 0.25, 0.1], "p_1": [0.5, 0.75, 0.9]})
        labels = pd.DataFrame({"id": ids[::-1], "y": [1, 1, 0]})
        found = evaluate(preds, labels, id_col="id")
        assert found.cross_entropy == evaluate(preds.p_1, labels.y[::-1].to_numpy()).cross_entropy
        small = pd.DataFrame({"id": [5], "y": [1]})
        found = evaluate(preds, small, id_col="id", unmatched="drop")
        assert found.cross_entropy == pytest.approx(-np.log(0.75))

    def test_fractions_name_no_rows(self) -> None:
        preds, labels = frames()
        with pytest.raises(ColumnError, match="column id holds floats, which cannot be ids"):
            evaluate(preds.astype({"id": float}), labels, id_col="id")

    @pytest.mark.parametrize(("side", "word"), [(0, "predictions"), (1, "labels")])
    def test_ids_in_one_input_only(self, side: int, word: str) -> None:
        data = list(frames())
        data[side] = data[side].rename(columns={"id": "key"})
        with pytest.raises(
            ColumnError, match=rf"id_col=\"id\": the {word} have no column 'id'"
        ) as caught:
            evaluate(*data, id_col="id")
        assert 'id_col="A=B"' in str(caught.value)

    def test_missing_ids(self) -> None:
        preds, labels = frames(TEXTS)
        labels.loc[[3, 9], "id"] = ["", ""]  # Missing twice is not the same id twice.
        said = told(UnmatchedIdError, preds, labels)
        assert (
            "2 of 400 rows of labels have an id that is not in preds, the first is a missing id"
            in said
        )
        found = evaluate(preds, labels, id_col="id", unmatched="drop")
        rest = np.delete(np.arange(ROWS), [3, 9])
        assert found.tally.sums == evaluate(preds.iloc[rest], labels.iloc[rest]).tally.sums
        said = told(UnmatchedIdError, preds[5:].drop(index=[9]), labels.assign(w=1).drop(index=3))
        assert f"the first is {TEXTS[0]!r} in labels, row 1, column id" in said
        numbers, _ = frames()
        gaps = numbers.astype({"id": "Int64"})
        gaps.loc[0, "id"] = None
        assert "the first is a missing id in preds, row 1" in told(
            UnmatchedIdError, gaps, frames()[1]
        )

    def test_rows_are_counted_with_those_that_have_no_id(self) -> None:
        preds, labels = frames(TEXTS)
        labels.loc[[0, 5], "id"] = None
        again = pd.concat([labels, labels[9:10]])
        said = told(DuplicateIdError, preds, again, unmatched="drop")
        assert "in labels, row 10, column id and in labels, row 401, column id." in said
        held = Held(wrap_object(labels, "labels"), "id", {"label": "label"}, as_text=True)
        assert [held.key(row) for row in (0, 1, 5, 6)] == [None, TEXTS[1], None, TEXTS[6]]
        assert held.find(pa.array(TEXTS[:7].tolist())).tolist() == [-1, 1, 2, 3, 4, -1, 6]

    def test_the_first_of_rows_in_many_blocks(self, tmp_path: Path) -> None:
        preds, labels = frames()
        path = save(preds, tmp_path / "p.csv")
        said = told(UnmatchedIdError, path, labels.drop(index=[30, 200, 390]))
        assert f"3 of 400 rows of {path} have" in said
        assert f"the first is {NUMBERS[30]} in {path}, row 31 (line 32), column id." in said
        again = save(pd.concat([preds, preds[7:9], preds[2:4]]), tmp_path / "again.csv")
        said = told(DuplicateIdError, again, labels)
        assert "row 8 (line 9), column id and in" in said
        assert "row 401 (line 402), column id. 3 more ids occur twice." in said

    def test_an_error_names_the_row_of_the_labels(self, tmp_path: Path) -> None:
        preds, labels = frames()
        labels = shuffled(labels)
        labels.loc[123, "label"] = "yak"
        for part in range(2):
            folder = tmp_path / "y"
            folder.mkdir(exist_ok=True)
            save(
                labels[part * 100 : part * 100 + 100 if part == 0 else None], folder / f"{part}.csv"
            )
        with pytest.raises(LabelError) as caught:
            evaluate(preds, str(tmp_path / "y"), id_col="id")
        assert str(caught.value).startswith(
            f"{tmp_path}/y/1.csv, row 24 (line 25), column label: 'yak' is not one of the classes"
        )

    def test_without_a_join_the_first_row_that_differs_is_shown(self) -> None:
        preds, labels = frames()
        labels.iloc[[4, 9]] = labels.iloc[[9, 4]]
        with pytest.raises(IdMismatchError) as caught:
            evaluate(preds, labels)
        assert f"'{NUMBERS[4]}' in preds, row 5, '{NUMBERS[9]}' in labels, row 5" in str(
            caught.value
        )
        assert str(caught.value).endswith('id_col="id" to join the rows by it, in any order.')
        assert evaluate(preds, labels, id_col="id").n == ROWS

    def test_another_column_of_both_is_no_id(self) -> None:
        preds, labels = frames()
        preds["split"], labels["split"] = "test", "gold"
        assert evaluate(preds, shuffled(labels), id_col="id").n == ROWS
        with pytest.raises(IdMismatchError, match="'test' in preds, row 1, 'gold' in labels"):
            evaluate(preds, labels)

    def test_drop_without_an_id(self) -> None:
        with pytest.raises(UsageError, match="needs a column of ids"):
            EvalOptions(unmatched="drop")

    def test_workers_of_a_cluster_hold_no_labels(self, tmp_path: Path) -> None:
        preds, labels = frames()
        paths = save(preds, tmp_path / "p.csv"), save(labels, tmp_path / "y.csv")
        with pytest.raises(
            UsageError, match="id_col keeps the labels in the memory of this machine"
        ):
            evaluate(*paths, id_col="id", engine="dask")


class TestModels:
    def test_each_in_its_own_order(self) -> None:
        preds, labels = frames(TEXTS)
        other = pd.DataFrame(RNG.dirichlet(np.ones(K), ROWS), columns=["p_c", "p_a", "p_b"])
        other["id"] = TEXTS
        aligned = compare(preds, other, labels=labels, weight="w")
        found = compare(
            preds,
            shuffled(other, 1),
            labels=shuffled(labels, 2),
            weight="w",
            id_col="id",
            batch_rows=61,
            jobs=3,
        )
        assert found.comparisons[0].delta.sums == aligned.comparisons[0].delta.sums
        assert [r.overall for r in found.reports] == [r.overall for r in aligned.reports]

    def test_rows_that_one_lacks(self) -> None:
        preds, labels = frames()
        other = preds.assign(p_a=preds.p_b, p_b=preds.p_a)
        with pytest.raises(
            UnmatchedIdError, match="2 of 400 rows of preds have an id that is not in preds"
        ):
            compare(preds, shuffled(other[2:]), labels=labels, id_col="id")
        found = compare(
            preds[5:], shuffled(other[:-3]), labels=labels[1:], id_col="id", unmatched="drop"
        )
        rest = slice(5, -3)
        assert [r.n for r in found.reports] == [ROWS - 8] * 2
        aligned = compare(preds[rest], other[rest], labels=labels[rest])
        assert found.comparisons[0].delta.sums == aligned.comparisons[0].delta.sums
        lost = [report.matches for report in found.reports]
        assert [(m.unmatched_preds, m.unmatched_labels) for m in lost if m] == [(3, 7), (5, 7)]

    def test_an_id_that_stands_twice_in_the_first(self) -> None:
        preds, labels = frames()
        again = pd.concat([preds, preds[3:4]])
        with pytest.raises(DuplicateIdError, match="in preds, row 4, .* row 401"):
            compare(again, shuffled(preds), labels=labels, id_col="id")

    def test_digits_beside_texts(self, tmp_path: Path) -> None:
        preds, labels = frames()
        ours, theirs = save(preds, tmp_path / "p.csv"), save(labels, tmp_path / "y.csv")
        for side in (preds, labels):
            side["id"] = side["id"].astype(str)
        found = compare(ours, shuffled(preds), labels=theirs, id_col="id")
        assert found.comparisons[0].delta.worse[-1] == found.comparisons[0].delta.better[-1] == 0
        found = compare(ours, theirs_as_preds(tmp_path), labels=shuffled(labels), id_col="id")
        assert found.baseline.n == ROWS

    def test_other_columns_of_both_are_no_ids_of_any_model(self) -> None:
        preds, labels = frames()
        preds["split"], labels["split"] = "test", "gold"
        other = preds.assign(split=["test"] * 7 + ["train"] * (ROWS - 7))
        found = compare(preds, other, labels=labels, id_col="id", allow_same=True)
        assert found.comparisons[0].delta.n[-1] == ROWS

    def test_coverage_is_a_rule(self) -> None:
        preds, labels = frames()
        options = {"id_col": "id", "unmatched": "drop"}
        passed = gate(preds[4:], labels, require="coverage >= 99%", **options)
        failed = gate(preds[5:], labels, require="coverage >= 99%", **options)
        assert (passed.outcome, failed.outcome) == ("pass", "fail")
        assert failed.verdicts[0].value == 395 / 400
        assert gate(preds, labels, require="coverage >= 1").outcome == "pass"


def test_the_signature_says_so() -> None:
    preds, labels = frames()
    joined = evaluate(preds, labels, id_col="id")
    assert "|align:name+id|v:" in joined.signature
    dropped = evaluate(preds, labels, id_col="id", unmatched="drop")
    assert "|align:name+id|unmatched:drop|v:" in dropped.signature
    assert "id" not in re.sub(r"invalid|v:.*", "", evaluate(preds, labels).signature)


def test_a_missing_piece_of_a_parquet_file_is_no_missing_id(tmp_path: Path) -> None:
    """Blocks in which no row has a partner leave nothing to evaluate, and do no harm."""
    preds, labels = frames()
    pq.write_table(pa.Table.from_pandas(preds), tmp_path / "p.parquet", row_group_size=50)
    found = evaluate(
        str(tmp_path / "p.parquet"), labels[200:], id_col="id", unmatched="drop", batch_rows=50
    )
    assert found.tally.sums == evaluate(preds[200:], labels[200:]).tally.sums


class TestNumbersWrittenInSeveralWays:
    """Excel strips the zeros of 00012, and pandas writes 12.0 where an id was missing once."""

    WAYS = ("{}", "{:05d}", "{}.0", "{}.")

    @pytest.mark.parametrize("ours", WAYS)
    @pytest.mark.parametrize("theirs", WAYS)
    def test_they_are_compared_as_numbers(self, ours: str, theirs: str, tmp_path: Path) -> None:
        rows = {12: (0.25, 0), 7: (0.5, 1), 0: (0.875, 0)}
        preds = "".join(f"{ours.format(k)},{p},{1 - p}\n" for k, (p, _) in rows.items())
        labels = "".join(f"{theirs.format(k)},{y}\n" for k, (_, y) in reversed(rows.items()))
        (tmp_path / "p.csv").write_text("id,p_0,p_1\n" + preds)
        (tmp_path / "y.csv").write_text("id,y\n" + labels)
        report = evaluate(tmp_path / "p.csv", tmp_path / "y.csv", id_col="id")
        by_hand = -(math.log(0.25) + math.log(0.5) + math.log(0.875)) / 3
        assert report.cross_entropy == pytest.approx(by_hand, rel=1e-15)

    def test_two_spellings_in_one_input_are_one_id_twice(self, tmp_path: Path) -> None:
        (tmp_path / "p.csv").write_text("id,p_0,p_1\n12,0.25,0.75\n012,0.5,0.5\n")
        (tmp_path / "y.csv").write_text("id,y\n12,0\n13,1\n")
        with pytest.raises(DuplicateIdError):
            evaluate(tmp_path / "p.csv", tmp_path / "y.csv", id_col="id")

    def test_alike_spellings_stay_apart(self, tmp_path: Path) -> None:
        (tmp_path / "p.csv").write_text("id,p_0,p_1\n7,0.5,0.5\n007,0.25,0.75\n")
        (tmp_path / "y.csv").write_text("id,y\n007,0\n7,1\n")
        report = evaluate(tmp_path / "p.csv", tmp_path / "y.csv", id_col="id")
        assert report.cross_entropy == pytest.approx(-(math.log(0.5) + math.log(0.25)) / 2)
