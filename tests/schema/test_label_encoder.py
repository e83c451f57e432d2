"""Classes: how names lose their prefixes, how columns match, and which class a label means."""

from __future__ import annotations

import numpy as np
import pytest

from xent_cli.errors import ClassesError
from xent_cli.schema.class_names import (
    bare_names,
    match_columns,
    read_class_names,
    require_distinct,
)
from xent_cli.schema.label_encoder import ClassIndex, LabelValues, index_classes


def numbers(*values: float) -> LabelValues:
    return LabelValues(numbers=np.array(values, dtype=np.float64))


def texts(*values: str | None) -> LabelValues:
    known = sorted({value for value in values if value is not None})
    codes = [-1 if value is None else known.index(value) for value in values]
    return LabelValues(codes=np.array(codes, dtype=np.int64), texts=tuple(known))


class TestLabelValues:
    def test_missing(self):
        assert numbers(1, np.nan, -100).missing().tolist() == [False, True, False]
        assert texts("a", None, "b").missing().tolist() == [False, True, False]

    def test_length(self):
        assert [len(numbers(1, 2)), len(texts("a")), len(LabelValues())] == [2, 1, 0]

    def test_equal_to(self):
        assert numbers(-100, 3, np.nan).equal_to(["-100", "x"]).tolist() == [True, False, False]
        assert numbers(-1, 3).equal_to(["-1.0"]).tolist() == [True, False]
        assert texts("a", " b", None).equal_to(["b"]).tolist() == [False, True, False]
        assert texts("a", "b").equal_to([]).tolist() == [False, False]

    def test_at(self):
        assert numbers(3, 0.5, 1e20).at(0) == "3"
        assert numbers(3, 0.5).at(1) == "0.5"
        assert texts("b", "a").at(0) == "b"

    def test_distinct_in_order_of_appearance(self):
        assert numbers(2, np.nan, 0, 2).distinct() == ["2", "0"]
        assert texts("b", None, " a", "b").distinct() == ["b", "a"]


class TestPrefix:
    @pytest.mark.parametrize(
        ("names", "stripped"),
        [
            (["p_cat", "p_dog"], ["cat", "dog"]),
            (["prob_cat", "prob_dog"], ["cat", "dog"]),
            (["y_pred_a", "y_pred_b"], ["a", "b"]),
            (["y_0", "y_1", "y_10"], ["0", "1", "10"]),
            (["logit.a", "logit.b"], ["a", "b"]),
            (["cat_a", "cat_b"], ["cat_a", "cat_b"]),
            (["p_cat_a", "p_cat_b"], ["cat_a", "cat_b"]),
            (["pa", "pb"], ["pa", "pb"]),
            (["cat", "dog"], ["cat", "dog"]),
            (["p_", "p_a"], ["p_", "p_a"]),
            (["p_spam"], ["spam"]),
            (["spam"], ["spam"]),
            ([], []),
        ],
    )
    def test_only_what_says_nothing_goes(self, names, stripped):
        assert bare_names(names) == stripped


class TestMatch:
    @pytest.mark.parametrize(
        ("preds", "labels", "order"),
        [
            (["a", "b"], ["a", "b"], [0, 1]),
            (["p_cat", "p_dog"], ["y_dog", "y_cat"], [1, 0]),
            (["a", "b", "c"], ["c", "a", "b"], [1, 2, 0]),
            (["p_10", "p_2"], ["2", "10"], [1, 0]),
            (["m_p_a", "m_p_b"], ["b", "a"], [1, 0]),
            (["a", "b"], ["a", "c"], None),
            (["a", "b"], ["a"], None),
            (["p_1", "p_2"], ["p_2", "p_1"], [1, 0]),
        ],
    )
    def test_by_name(self, preds, labels, order):
        assert match_columns(preds, labels) == order

    def test_the_order_finds_each_predictions_label(self):
        preds, labels = ["p_x", "p_y", "p_z"], ["t_z", "t_x", "t_y"]
        order = match_columns(preds, labels)
        assert [labels[i][2:] for i in order] == [name[2:] for name in preds]


class TestIndex:
    def test_positions(self):
        index = index_classes(["cat", "dog", "owl"], [], named=True, label_base=None)
        assert index.by_position
        assert index.encode(numbers(0, 2, 3, -1, 0.5, np.nan, np.inf)).tolist() == [
            0,
            2,
            *[-1] * 5,
        ]

    def test_names_that_are_integers_beat_positions(self):
        index = index_classes(["2", "9", "10"], [], named=True, label_base=None)
        assert not index.by_position
        assert index.encode(numbers(10, 2, 9, 0, 1, np.nan)).tolist() == [2, 0, 1, -1, -1, -1]

    def test_generated_names_are_positions(self):
        index = index_classes(["0", "1", "2"], [], named=False, label_base=None)
        assert index.by_position
        assert index.encode(numbers(2, 0)).tolist() == [2, 0]

    @pytest.mark.parametrize("named", [True, False])
    def test_a_base_means_positions(self, named):
        index = index_classes(["5", "6", "7"], [], named=named, label_base=1)
        assert index.encode(numbers(1, 3, 0, 4)).tolist() == [0, 2, -1, -1]

    @pytest.mark.parametrize("named", [True, False])
    def test_texts_that_are_numbers_count_from_the_base_too(self, named):
        index = index_classes(["0", "1", "2"], [], named=named, label_base=1)
        assert index.encode(texts("1", "2", "3", "0", "4")).tolist() == [0, 1, 2, -1, -1]

    def test_a_name_that_is_a_number_among_others_is_a_name(self):
        index = index_classes(["1", "cat", "0"], [], named=True, label_base=None)
        assert index.encode(texts("1", "cat", "0", "2")).tolist() == [0, 1, 2, -1]
        assert index.encode(numbers(1, 0, 2)).tolist() == [0, 2, -1]

    def test_texts(self):
        index = index_classes(["cat", "dog"], ["p_cat", "p_dog"], named=True, label_base=None)
        found = index.encode(texts("dog", "p_cat", " cat ", "DOG", "owl", None, "1"))
        assert found.tolist() == [1, 0, 0, -1, -1, -1, 1]

    def test_case_tells_names_apart(self):
        index = index_classes(["a", "A"], [], named=True, label_base=None)
        assert index.encode(texts("A", "a")).tolist() == [1, 0]

    def test_texts_of_integer_names(self):
        index = index_classes(["2", "9", "10"], [], named=True, label_base=None)
        assert index.encode(texts("10", "9.0", "02", "1_0")).tolist() == [2, 1, 0, -1]

    def test_underscores_do_not_make_numbers(self):
        index = index_classes([f"c{i}" for i in range(11)], [], named=True, label_base=None)
        assert index.encode(texts("10", "1_0")).tolist() == [10, -1]

    def test_names_without_a_number_and_number_labels(self):
        index = ClassIndex(("ham", "spam"), by_position=False)
        assert index.encode(numbers(0, 1)).tolist() == [-1, -1]

    @pytest.mark.parametrize(
        ("names", "label", "message", "hint"),
        [
            (
                ("a", "b", "c"),
                "owl",
                "'owl' is not one of the classes a, b, c.",
                "Use classes to name",
            ),
            (("0", "1", "2"), "3", "'3' is not one of the classes 0 to 2.", "label_base=1"),
            (("0", "1", "2"), "4", "'4' is not one of the classes 0 to 2.", "Use classes to name"),
            (("0", "1"), "1.5", "'1.5' is not one of the classes 0 to 1.", "between 0 and 1"),
        ],
    )
    def test_unknown(self, names, label, message, hint):
        error = ClassIndex(names).unknown(texts(label), 0, "labels.csv, row 4")
        assert error.message == f"labels.csv, row 4: {message}"
        assert hint in error.hint

    @pytest.mark.parametrize(
        ("labels", "hint"),
        [
            (("3", "1", "2"), "If labels count from 1, use label_base=1."),
            (("7", "0", "2"), 'Use ignore_label="7" to leave out such rows.'),
            (("3", "0", "2"), "Do the labels and the column names count from the same"),
            (
                ("-1", "0", "1"),
                'If labels count from -1, use label_base="-1". If -1 means no label,',
            ),
            (("-1", "0", "2"), 'Use ignore_label="-1" to leave out such rows.'),
            (("3", "5", "4"), "Use classes to name the classes, in the order of the columns."),
        ],
    )
    def test_the_hint_fits_all_labels(self, labels, hint):
        error = ClassIndex(("0", "1", "2")).unknown(texts(*labels), 0, "here")
        assert error.hint.startswith(hint)

    def test_a_label_that_only_looks_like_a_class(self):
        error = ClassIndex(("caf\u00e9", "tea")).unknown(texts("tea", "cafe\u0301"), 1, "here")
        assert "other code points" in error.hint

    def test_unknown_with_many_classes_and_a_long_label(self):
        names = tuple(f"c{i}" for i in range(1000))
        error = ClassIndex(names).unknown(texts("x" * 50), 0, "here")
        assert error.message == (
            f"here: '{'x' * 37}...' is not one of the classes "
            "c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, ... (1,000 in all)."
        )


class TestNames:
    def test_a_list(self):
        assert read_class_names("cat, dog,owl") == ("cat", "dog", "owl")

    def test_a_file(self, tmp_path):
        path = tmp_path / "names.txt"
        path.write_text("\ufeffcat\n\n  dog \nowl, barn\n", encoding="utf-8")
        assert read_class_names(str(path)) == ("cat", "dog", "owl, barn")

    @pytest.mark.parametrize("given", ["", "cat", "cat,,dog", ","])
    def test_too_few(self, given):
        with pytest.raises(ClassesError, match="must name two or more classes"):
            read_class_names(given)

    def test_twice(self):
        with pytest.raises(ClassesError, match="Two classes have the name 'cat'"):
            read_class_names("cat,dog,cat")
        assert require_distinct(["b", "a"]) == ("b", "a")

    def test_a_file_that_is_no_text(self, tmp_path):
        path = tmp_path / "names.bin"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ClassesError, match=r"names\.bin cannot be read"):
            read_class_names(str(path))


@pytest.mark.parametrize("other", ["01", "1.0", "+1", "1e0", " 1"])
def test_names_that_are_one_number_need_labels_that_are_texts(other):
    index = index_classes(["1", other, "2"], ["p_1", "p_2", "p_3"], named=True, label_base=None)
    with pytest.raises(ClassesError, match=r"'1' and .* are the same number"):
        index.encode(LabelValues(numbers=np.array([1.0, 2.0])))
    texts = LabelValues(codes=np.array([0, 1, 1]), texts=("1", other))
    assert index.encode(texts).tolist() == [0, 1, 1]


def test_a_number_means_the_class_of_that_name_not_the_column():
    numbers = LabelValues(numbers=np.array([0.0, 1.0]))
    turned = index_classes(["1", "0"], ["0", "1"], named=True, label_base=None)
    assert turned.encode(numbers).tolist() == [1, 0]
    some = index_classes(["1", "a", "2"], ["0", "1", "2"], named=True, label_base=None)
    assert some.encode(numbers).tolist() == [-1, 0]
