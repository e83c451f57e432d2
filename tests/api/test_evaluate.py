"""evaluate: the same bits for any batch size, storage and layout; errors that say where."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import xent_cli
from xent_cli import XentError, evaluate
from xent_cli.errors import (
    ClassesError,
    LabelError,
    MissingValueError,
    RangeError,
    RowCountError,
    RowSumError,
    SwappedInputsError,
    UsageError,
    WeightError,
)

RNG = np.random.default_rng(21)
N, K = 101, 4
Q = RNG.dirichlet(np.ones(K), N)
Y = RNG.integers(0, K, N)
SOFT = RNG.dirichlet(np.full(K, 0.5), N)
HOT = (RNG.uniform(size=(N, K)) < 0.4).astype(float)
T = np.where(np.arange(N) % 4, Y % 2, RNG.uniform(0, 1, N))
W = RNG.exponential(1, N)
NAMES = ["cat", "dog", "elk", "owl"]

CASES = {
    "sparse": ((Q, Y), {}),
    "sparse, weighted": ((Q, Y), {"weight": W, "class_weights": "balanced"}),
    "logits": ((np.log(Q) + 3, Y), {"scale": "logits"}),
    "smoothed": ((Q, Y), {"label_smoothing": 0.1}),
    "ignored": ((Q, Y), {"ignore_label": 2}),
    "categorical": ((Q, SOFT), {"weight": W}),
    "multi-label": ((Q, HOT), {"mode": "binary", "weight": W}),
    "binary": ((Q[:, 0], Y % 2), {}),
    "binary, soft": ((Q[:, 0], T), {"class_weights": [1, 2.5]}),
    "dropped": ((np.where(Q > 0.9, np.nan, Q), Y), {"invalid": "drop"}),
}


class TestSameBits:
    @pytest.mark.parametrize("case", CASES)
    @pytest.mark.parametrize("batch_rows", [1, 7, 100])
    def test_any_batch_size(self, case, batch_rows):
        data, options = CASES[case]
        whole = evaluate(*data, **options)
        parts = evaluate(*data, **options, batch_rows=batch_rows)
        assert parts.tally == whole.tally
        assert parts.to_dict() == whole.to_dict()

    def test_any_number_of_batches_of_their_own_choosing(self):
        rng = np.random.default_rng(3)
        q, labels = rng.dirichlet(np.ones(2), 150_000), rng.integers(0, 2, 150_000)
        whole = evaluate(q, labels)
        want = math.fsum(-np.log(q[np.arange(150_000), labels])) / 150_000
        assert abs(whole.cross_entropy - want) <= math.ulp(want)
        assert evaluate(q, labels, batch_rows=33_333).tally == whole.tally

    def test_any_order_of_rows(self):
        order = RNG.permutation(N)
        shuffled = evaluate(Q[order], SOFT[order], weight=W[order])
        assert shuffled.tally == evaluate(Q, SOFT, weight=W).tally

    def test_any_layout(self):
        want = evaluate(Q, Y).tally
        assert evaluate(np.asfortranarray(Q), Y).tally == want
        assert evaluate(Q.astype(">f8"), Y.astype(np.uint8)).tally == want
        assert evaluate(Q.tolist(), Y.tolist()).tally == want
        assert evaluate(Q, Y.astype(float)).tally == want
        assert evaluate(Q[::-1][::-1], Y).tally == want

    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    def test_narrow_floats_are_widened_first(self, dtype):
        narrow = Q.astype(dtype)
        wide = narrow.astype(np.float64)
        assert (
            evaluate(narrow, Y, row_sums="ignore").tally
            == evaluate(wide, Y, row_sums="ignore").tally
        )
        # The rows miss 1 by what the type can hold, which is no finding.
        assert evaluate(narrow, Y).warnings == ()

    def test_any_container(self):
        frame = pd.DataFrame(Q, columns=[f"p_{name}" for name in NAMES])
        texts = [NAMES[label] for label in Y]
        want = evaluate(Q, texts, classes=NAMES)
        for preds in (frame, pa.Table.from_pandas(frame)):
            for labels in (texts, pd.Series(texts), pa.table({"y": texts}), np.array(texts)):
                got = evaluate(preds, labels)
                assert got.tally.sums == want.tally.sums
                assert [row.name for row in got.classes] == NAMES

    def test_one_frame_with_everything(self):
        frame = pd.DataFrame(Q, columns=NAMES).assign(label=[NAMES[i] for i in Y], w=W)
        got = evaluate(frame, weight="w")
        assert got.tally.sums == evaluate(Q, Y, weight=W).tally.sums

    def test_label_columns_match_by_name(self):
        preds = pd.DataFrame(Q, columns=[f"p_{name}" for name in NAMES])
        labels = pd.DataFrame(SOFT, columns=[f"y_{name}" for name in NAMES])[
            ["y_owl", "y_cat", "y_elk", "y_dog"]
        ]
        got = evaluate(preds, labels)
        assert got.tally.spec.align == "name"
        assert got.tally.sums == evaluate(Q, SOFT).tally.sums
        assert evaluate(Q, SOFT).tally.spec.align == "position"

    def test_integer_and_one_hot_labels(self):
        weights = {"class_weights": [0.5, 2, 0, 1], "weight": W, "label_smoothing": 0.05}
        by_label, one_hot = evaluate(Q, Y, **weights), evaluate(Q, np.eye(K)[Y], **weights)
        assert by_label.tally.sums == one_hot.tally.sums
        assert by_label.overall == one_hot.overall

    def test_two_columns_and_one_are_the_same_task(self):
        two = Q[:, :2] / Q[:, :2].sum(axis=1, keepdims=True)
        pair, one = evaluate(two, Y % 2), evaluate(two[:, 1], Y % 2)
        assert (pair.tally.spec.mode, one.tally.spec.mode) == ("sparse", "binary")
        assert one.cross_entropy == pytest.approx(pair.cross_entropy, rel=1e-13)


# The third row has no weight: hard predictions alone look like labels beside soft ones.
ZEROS = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]
ZERO_AND_ONE = [0.0, 1.0, 0.5]
IN_EVERY_MODE = {
    "sparse": (ZEROS, [0, 1, 0], {}),
    "one-hot": (ZEROS, [[1, 0], [0, 1], [1, 0]], {}),
    "soft": (ZEROS, [[0.5, 0.5]] * 3, {}),
    "smoothed": (ZEROS, [1, 0, 0], {"label_smoothing": 0.5}),
    "binary": (ZERO_AND_ONE, [1, 0, 0], {}),
    "binary, soft": (ZERO_AND_ONE, [0.5, 0.25, 0.5], {}),
    "binary, smoothed": (ZERO_AND_ONE, [0, 1, 0], {"label_smoothing": 0.5}),
    "multi-label": (ZEROS, [[1, 1]] * 3, {"mode": "binary"}),
    "multi-label, negative": (ZEROS, [[0, 0]] * 3, {"mode": "binary"}),
}


class TestEps:
    @pytest.mark.parametrize("mode", IN_EVERY_MODE)
    def test_every_mode_clips_at_the_eps_it_was_given(self, mode):
        preds, labels, options = IN_EVERY_MODE[mode]
        options = options | {"weight": [1, 1, 0]}
        plain = evaluate(preds, labels, **options).cross_entropy
        share = plain / 36.04365338911715
        assert 0.2 < share < 1.01
        clipped = evaluate(preds, labels, **options, eps=0.125).cross_entropy
        assert clipped == pytest.approx(share * math.log(8), rel=1e-14)
        assert evaluate(preds, labels, **options, eps=0).cross_entropy == math.inf

    @pytest.mark.parametrize("mode", IN_EVERY_MODE)
    def test_every_mode_counts_the_rows_clipped_at_the_truth(self, mode):
        preds, labels, options = IN_EVERY_MODE[mode]
        options = options | {"weight": [1, 1, 0]}
        tally = evaluate(preds, labels, **options).tally
        # Smoothing adds to the loss, not to the truth.
        assert tally.n_clipped == (0 if "smoothed" in mode else 2)


class TestLabels:
    def test_base(self):
        assert evaluate(Q, Y + 1, label_base=1).tally.sums == evaluate(Q, Y).tally.sums
        texts = [str(label + 1) for label in Y]
        assert evaluate(Q, texts, label_base=1).tally.sums == evaluate(Q, Y).tally.sums

    def test_counted_from_one_by_mistake(self):
        with pytest.raises(LabelError) as caught:
            evaluate([[0.2, 0.3, 0.5]] * 3, [1, 2, 3])
        assert caught.value.message.startswith(
            "labels, row 3, column values: '3' is not one of the"
        )
        assert "label_base=1" in caught.value.hint

    def test_ignored_rows_may_hold_anything(self):
        q = np.array([[0.5, 0.5], [np.nan, 7.0], [0.25, 0.75]])
        report = evaluate(q, [0, -100, 1], ignore_label=-100)
        assert (report.n, report.tally.n_ignored, report.tally.n_invalid) == (2, 1, 0)
        assert report.cross_entropy == evaluate(q[[0, 2]], [0, 1]).cross_entropy

    @pytest.mark.parametrize("ignore", [-1, "-1", [-1], ["-1", 9]])
    def test_ways_to_say_ignore(self, ignore):
        assert evaluate([[0.5, 0.5]] * 3, [0, -1, 1], ignore_label=ignore).tally.n_ignored == 1

    def test_text_to_ignore(self):
        report = evaluate([[0.5, 0.5]] * 3, ["a", "b", "?"], classes=["a", "b"], ignore_label="?")
        assert (report.n, report.tally.n_ignored) == (2, 1)

    def test_positive(self):
        q = [0.9, 0.2]
        spam = evaluate(q, ["spam", "ham"], positive="spam")
        ham = evaluate(q, ["spam", "ham"], positive="ham")
        assert spam.cross_entropy == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)
        assert ham.cross_entropy == pytest.approx(-(math.log(0.1) + math.log(0.2)) / 2)
        assert [row.name for row in ham.classes] == ["spam", "ham"]

    def test_booleans(self):
        report = evaluate([0.9, 0.2], [True, False])
        assert report.cross_entropy == pytest.approx(-(math.log(0.9) + math.log(0.8)) / 2)

    def test_missing_labels(self):
        with pytest.raises(MissingValueError, match=r"labels, row 2, .*the label is missing"):
            evaluate([[0.5, 0.5]] * 3, [0.0, np.nan, 1.0])
        dropped = evaluate([[0.5, 0.5]] * 3, [0.0, np.nan, 1.0], invalid="drop")
        assert (dropped.n, dropped.tally.n_invalid) == (2, 1)


class TestErrors:
    @pytest.mark.parametrize("batch_rows", [None, 2])
    @pytest.mark.parametrize(
        ("preds", "labels", "options", "error", "message"),
        [
            ([[0.5, 0.5]] * 4 + [[3.0, -2.0]], [0] * 5, {}, RangeError, "preds, row 5"),
            ([[0.5, 0.5]] * 4 + [[0.5, 0.2]], [0] * 5, {}, RowSumError, r"row 5: .* sum to 0\.7"),
            ([[0.5, 0.5]] * 4 + [[0.5, np.nan]], [0] * 5, {}, MissingValueError, "row 5, value 2"),
            ([[0.5, 0.5]] * 5, [0, 1, 0, 0, 2], {}, LabelError, "labels, row 5, .*'2' is not one"),
            ([[0.5, 0.5]] * 3, [0, 0, 0], {"weight": [1, 1, -3]}, WeightError, "row 3: .* is -3"),
            (
                [[0.5, 0.5]] * 3,
                [0, 0, 0],
                {"weight": [1, 1, np.inf]},
                MissingValueError,
                "row 3, column weight: the weight is missing or not finite",
            ),
            ([[0.5, 0.5]] * 3, [0, 1], {}, RowCountError, "preds has 3 rows and labels has 2"),
            (
                [0.5] * 3,
                [0, 1, 2],
                {},
                LabelError,
                "labels, row 3, .*'2' is not one of the classes",
            ),
            ([[0.5, 0.5]] * 3, [[1, 0], [0, 1], [1, 1]], {}, LabelError, "row 3: .*sum to 2"),
        ],
    )
    def test_say_where(self, preds, labels, options, error, message, batch_rows):
        with pytest.raises(error, match=message) as caught:
            evaluate(preds, labels, **options, batch_rows=batch_rows)
        assert isinstance(caught.value, XentError)
        assert caught.value.code

    def test_logits_taken_for_probabilities(self):
        with pytest.raises(RangeError) as caught:
            evaluate([[2.0, -1.0]], [0])
        assert 'scale="logits"' in caught.value.hint

    def test_swapped(self):
        with pytest.raises(SwappedInputsError, match="swapped"):
            evaluate([[1, 0], [0, 1]], [[0.5, 0.5], [0.1, 0.9]])

    def test_names_of_another_number(self):
        with pytest.raises(ClassesError, match="There are 3 class names, but 2 prediction columns"):
            evaluate([[0.5, 0.5]], [0], classes=["a", "b", "c"])

    def test_one_name_twice(self):
        with pytest.raises(ClassesError, match="Two classes have the name 'a'"):
            evaluate([[0.5, 0.5]], [0], classes=["a", "a"])

    def test_weights_of_another_length(self):
        with pytest.raises(UsageError, match="values of weight for 2 rows"):
            evaluate([[0.5, 0.5]] * 2, [0, 1], weight=[1, 2, 3])


class TestPublicNames:
    def test_all(self):
        assert set(xent_cli.__all__) >= {"evaluate", "Report", "Tally", "XentError", "__version__"}
        for name in xent_cli.__all__:
            assert getattr(xent_cli, name) is not None

    def test_no_other(self):
        with pytest.raises(AttributeError, match="no attribute 'evalute'"):
            _ = xent_cli.evalute


class TestContradictions:
    def test_positive_against_classes(self):
        with pytest.raises(ClassesError, match=r"positive=\"0\" contradicts classes=\"0,1\""):
            evaluate([0.9, 0.2, 0.1], [0, 1, 1], classes=["0", "1"], positive="0")
        agreed = evaluate([0.9, 0.2, 0.1], [0, 1, 1], classes=["1", "0"], positive="0")
        assert agreed.classes[1].name == "0"
        assert agreed.cross_entropy == pytest.approx(-math.log(0.9 * 0.8 * 0.9) / 3, rel=1e-15)

    def test_a_column_that_speaks_of_the_other_class(self):
        table = pa.table({"p_ham": [0.9, 0.2]})
        report = evaluate(table, ["ham", "spam"], positive="spam")
        assert [warning.code for warning in report.warnings] == ["positive"]
        assert evaluate(table, ["ham", "spam"]).warnings == ()

    def test_hard_predictions_of_soft_labels_need_a_word(self):
        hard, soft = [[1, 0], [0, 1]], [[0.75, 0.25], [0.5, 0.5]]
        with pytest.raises(SwappedInputsError, match="set mode"):
            evaluate(hard, soft)
        assert evaluate(hard, soft, mode="categorical").tally.n_clipped == 2


def test_class_weights_may_be_an_array():
    weighted = evaluate([[0.5, 0.5], [0.25, 0.75]], [0, 1], class_weights=np.array([1.0, 3.0]))
    expected = (math.log(2) + 3 * math.log(4 / 3)) / 4
    assert weighted.cross_entropy == pytest.approx(expected, rel=1e-15)


def test_infinite_logits_of_many_labels_are_certain():
    logits = [[-math.inf, math.inf], [0.0, 0.0]]
    report = evaluate(logits, [[0, 1], [1, 0]], scale="logits", mode="binary")
    assert report.cross_entropy == pytest.approx(math.log(2) / 2, rel=1e-15)


def test_errors_name_the_file_of_the_weight_and_the_value_of_a_list(tmp_path):
    (tmp_path / "p.csv").write_text("a,b,w\n0.5,0.5,1\n0.5,0.5,-1\n")
    (tmp_path / "y.csv").write_text("y\n0\n1\n")
    with pytest.raises(WeightError, match=r"p\.csv, row 2 \(line 3\): the weight is -1"):
        evaluate(tmp_path / "p.csv", tmp_path / "y.csv", weight="w")
    with pytest.raises(RangeError, match="preds, row 2, value 1: 7 is not a probability"):
        evaluate([[0.5, 0.5], [7.0, 0.5]], [0, 1])
