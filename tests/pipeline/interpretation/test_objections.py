"""Readings that rows allow and that nobody would mean: each is refused, and the hint leads on.

Every number expected here is computed from the columns by NumPy alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.shapes.running import Answer, run

RNG = np.random.default_rng(11)
N = 30
ROWS = np.arange(N)
THREE = RNG.dirichlet(np.ones(3), N).round(4)
THREE[:, 2] = 1 - THREE[:, :2].sum(axis=1)
THREE = THREE.clip(0.001).round(4)
THREE /= THREE.sum(axis=1, keepdims=True)
P = RNG.uniform(0.02, 0.98, N).round(4)
Y = (RNG.random(N) < P).astype(int)
Y[:2] = 0, 1
Y3 = RNG.integers(0, 3, N)
Y3[:3] = 0, 1, 2
SHUFFLED = RNG.permutation(N)
ORDER = (-THREE).argsort(axis=1)
RANKED = np.take_along_axis(THREE, ORDER, 1)
NAMES = np.array(["ant", "bee", "cow"])
WORDS = np.array(["No", "Yes"])
BINARY = float(-np.log(np.where(Y == 1, P, 1 - P)).mean())
SPARSE = float(-np.log(THREE[ROWS, Y3]).mean())
BY_NAME = {f"p_{name}": THREE[:, at] for at, name in enumerate(NAMES)}


def ask(folder: Path, options: str = "", **files: Mapping[str, Any]) -> Answer:
    """Write tables as CSV, and evaluate them in their order."""
    for name, columns in files.items():
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    return run(f"xent eval {' '.join(f'{name}.csv' for name in files)} {options}", folder)


def assert_number(answer: Answer, truth: float) -> None:
    assert answer.code == 0, answer.err
    assert math.isclose(answer.headline()[0], truth, rel_tol=1e-9), answer.headline()


def assert_asked(answer: Answer, *words: str) -> None:
    assert answer.code == 2, answer.headline()
    for word in words:
        assert word in answer.err


@pytest.mark.parametrize(
    ("ours", "theirs"), [("id", "ImageId"), ("customer_no", "customer"), ("name", "path")]
)
@pytest.mark.parametrize("spelled", ["{}", "row-{}", "{:05d}"])
def test_ids_with_other_names_in_another_order(
    tmp_path: Path, ours: str, theirs: str, spelled: str
) -> None:
    preds = {ours: [spelled.format(i) for i in ROWS], "p": P}
    labels = {theirs: [f"{i}" if "05" in spelled else spelled.format(i) for i in SHUFFLED]}
    labels |= {"y": Y[SHUFFLED]}
    assert_asked(ask(tmp_path, a=preds, b=labels), f"--id {ours}={theirs}", "id-mismatch")
    assert_number(ask(tmp_path, f"--id {ours}={theirs}", a=preds, b=labels), BINARY)


def test_ids_with_other_names_in_the_same_order(tmp_path: Path) -> None:
    assert_number(ask(tmp_path, a={"id": ROWS, "p": P}, b={"ImageId": ROWS, "y": Y}), BINARY)


def test_ids_beyond_the_sample_are_compared_too(tmp_path: Path) -> None:
    n = 3000
    p, order = np.tile(P, n // N), RNG.permutation(n)
    y = np.tile(Y, n // N)
    answer = ask(tmp_path, a={"id": np.arange(n), "p": p}, b={"ImageId": order, "label": y[order]})
    assert_asked(answer, "--id id=ImageId")


def test_files_named_in_two_ways_cannot_be_joined(tmp_path: Path) -> None:
    preds = {"image": [f"i{i}.jpg" for i in ROWS], "p": P}
    labels = {"path": [f"data/i{i}.jpg" for i in SHUFFLED], "y": Y[SHUFFLED]}
    assert_asked(ask(tmp_path, a=preds, b=labels), "Write them in the same way")


@pytest.mark.parametrize("asked", ["''", "'Unnamed: 0'", "Unnamed:0"])
def test_the_column_without_a_name_is_an_id_too(tmp_path: Path, asked: str) -> None:
    pd.DataFrame({"p": P}).to_csv(tmp_path / "a.csv")
    pd.DataFrame({"y": Y}).iloc[SHUFFLED].to_csv(tmp_path / "b.csv")
    assert_asked(run("xent eval a.csv b.csv", tmp_path), "Use --id '' to join the rows")
    assert_number(run(f"xent eval a.csv b.csv --id {asked}", tmp_path), BINARY)


@pytest.mark.parametrize(
    ("scores", "classes"),
    [
        (("prob_1st", "prob_2nd", "prob_3rd"), ("class_1st", "class_2nd", "class_3rd")),
        (("best", "second", "third"), ("best_class", "second_class", "third_class")),
        (("top1_prob", "top2_prob", "top3_prob"), ("top1_name", "top2_name", "top3_name")),
        (("s1", "s2", "s3"), ("l1", "l2", "l3")),
    ],
)
@pytest.mark.parametrize("texts", [True, False])
def test_ranked_columns(
    tmp_path: Path, scores: tuple[str, ...], classes: tuple[str, ...], texts: bool
) -> None:
    table: dict[str, Any] = {name: RANKED[:, at] for at, name in enumerate(scores)}
    said = NAMES[ORDER] if texts else ORDER
    table |= {name: said[:, at] for at, name in enumerate(classes)}
    table["label"] = NAMES[Y3] if texts else Y3
    chosen = " ".join(f"--pred-cols {name}" for name in scores)
    assert_asked(ask(tmp_path, a=table), "decrease in every row")
    assert_asked(ask(tmp_path, f"--label-col label {chosen}", a=table), "decrease in every row")


def test_names_of_ranks_alone_say_that_columns_are_ranked(tmp_path: Path) -> None:
    table = {f"p_{at}": RANKED[:, i] for i, at in enumerate(("1st", "2nd", "3rd"))}
    assert_asked(ask(tmp_path, a={**table, "label": Y3}), "decrease in every row")


def test_predicted_classes_say_that_columns_are_ranked(tmp_path: Path) -> None:
    table = {f"p_{at}": RANKED[:, at] for at in range(3)} | {"predicted": ORDER[:, 0]}
    assert_asked(ask(tmp_path, a={**table, "label": Y3}), "decrease in every row")


def test_classes_called_first_second_third_are_no_ranks(tmp_path: Path) -> None:
    names = np.array(["first", "second", "third"])
    table = {f"p_{name}": THREE[:, at] for at, name in enumerate(names)}
    assert_number(ask(tmp_path, a={**table, "class": names[Y3]}), SPARSE)


@pytest.mark.parametrize("kind", ["parquet", "npz", "jsonl"])
def test_ranked_lists(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "npz":
        np.savez(path, indices=ORDER, values=RANKED, labels=Y3)
    else:
        table = {"indices": ORDER.tolist(), "values": RANKED.tolist(), "label": Y3.tolist()}
        if kind == "parquet":
            pq.write_table(pa.table(table), path)
        else:
            rows = zip(*table.values(), strict=True)
            path.write_text(
                "\n".join(json.dumps(dict(zip(table, row, strict=True))) for row in rows)
            )
    assert_asked(run(f"xent eval a.{kind}", tmp_path), "decrease in every row")


def test_lists_alone_that_fall_in_every_row_need_classes(tmp_path: Path) -> None:
    rows = zip(RANKED.tolist(), Y3.tolist(), strict=True)
    lines = (json.dumps({"scores": scores, "label": label}) for scores, label in rows)
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    assert_asked(run("xent eval a.jsonl", tmp_path), "use --classes")
    truth = float(-np.log(RANKED[ROWS, Y3]).mean())
    assert_number(run("xent eval a.jsonl --classes 0,1,2", tmp_path), truth)


@pytest.mark.parametrize("name", ["top{}_score", "p_rank_{}", "Guess{} prob"])
def test_columns_that_count_ranks_are_ranked(name: str, tmp_path: Path) -> None:
    """Whatever stands beside them: followed to its end, a hint on classes gave a wrong number."""
    ranked = np.sort(np.random.default_rng(5).dirichlet(np.ones(3), N))[:, ::-1]
    table = {name.format(at + 1): ranked[:, at] for at in range(3)}
    for options in ("", "--classes 0,1,2"):
        assert_asked(ask(tmp_path, options, a={**table, "truth": Y3}), "decrease in every row")


def test_shares_of_classes_are_not_ranked(tmp_path: Path) -> None:
    shares = np.tile([0.5, 0.3, 0.2], (N, 1))
    np.savez(tmp_path / "a.npz", preds=shares, labels=Y3)
    assert_number(run("xent eval a.npz", tmp_path), float(-np.log(shares[ROWS, Y3]).mean()))


def test_columns_that_say_of_which_class_others_are(tmp_path: Path) -> None:
    table = {"probs_0_label": 1, "probs_0_prob": P, "probs_1_label": 0, "probs_1_prob": 1 - P}
    assert_asked(ask(tmp_path, a={**table, "churned": Y}), "say in each row which class")


@pytest.mark.parametrize("echo", ["label", "class", "target", "CLASS"])
@pytest.mark.parametrize("true", ["gold", "actual", "truth", "label_clean", "target_true", "kind"])
def test_labels_that_echo_the_predictions_are_not_taken_unasked(
    tmp_path: Path, echo: str, true: str
) -> None:
    table = {echo: NAMES[ORDER[:, 0]], true: NAMES[Y3], **BY_NAME}
    if true == "truth":  # It is called a label by convention, too: the echo is none.
        assert_number(ask(tmp_path, a=table), SPARSE)
    else:
        assert_asked(ask(tmp_path, a=table), f"--label-col {true}")
    assert_number(ask(tmp_path, f"--label-col {true}", a=table), SPARSE)


def test_echoes_in_numbers_are_not_taken_unasked_either(tmp_path: Path) -> None:
    table = {f"p_{at}": THREE[:, at] for at in range(3)}
    answer = ask(tmp_path, a={"label": ORDER[:, 0], "diagnosis": Y3, **table})
    assert_asked(answer, "--label-col diagnosis")
    answer = ask(tmp_path, a={"label": (P > 0.5) * 1, "churned": Y, "prob": P})
    assert_asked(answer, "--label-col churned")


def test_of_two_columns_called_labels_none_is_taken_unasked(tmp_path: Path) -> None:
    table = {"label": NAMES[(Y3 + (ROWS % 4 == 0)) % 3], "label_clean": NAMES[Y3], **BY_NAME}
    assert_asked(ask(tmp_path, a=table), "--label-col label_clean")


def test_a_model_that_is_always_right_keeps_its_label(tmp_path: Path) -> None:
    table = {"label": NAMES[ORDER[:, 0]], "segment": np.where(ROWS % 2, "x", "y"), **BY_NAME}
    assert_number(ask(tmp_path, a=table), float(-np.log(RANKED[:, 0]).mean()))


def test_another_model_beside_a_column_of_classes_is_not_the_labels(tmp_path: Path) -> None:
    table = {"iris": NAMES[Y3]}
    table |= {f"tree ({name})": THREE[::-1, at] for at, name in enumerate(NAMES)}
    table |= {f"svm ({name})": THREE[:, at] for at, name in enumerate(NAMES)}
    answer = ask(tmp_path, "--pred-cols 'svm*'", a=table)
    assert_asked(answer, "--label-col iris")
    assert_number(ask(tmp_path, "--pred-cols 'svm*' --label-col iris", a=table), SPARSE)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *[("prob_survival", "died"), ("p_healthy", "disease"), ("p_pass", "failed")],
        *[("alive_prob", "death"), ("p_ham", "is_spam"), ("not_fraud_prob", "fraud")],
        *[("one_minus_p", "y"), ("1-p", "y"), ("p_lose", "won")],
        *[("p_inactive", "active"), ("p_fit", "unfit"), ("p_female", "sex")],
    ],
)
def test_a_probability_called_after_another_outcome_is_asked_about(
    tmp_path: Path, name: str, label: str
) -> None:
    table = {name: 1 - P, label: Y}
    answer = ask(tmp_path, a=table)
    assert_asked(answer, "--positive 1", "--positive 0")
    assert_asked(ask(tmp_path, f"--pred-cols {name} --label-col {label}", a=table), "--positive")
    assert_number(ask(tmp_path, "--positive 0", a=table), BINARY)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *[("p_churn", "Exited"), ("prob_default", "bad_loan"), ("fraud_score", "is_fraud")],
        *[("p_click", "clicked"), ("xgb_prob", "churn"), ("prob_xgb", "churn"), ("p_win", "won")],
        *[("mortality_risk", "death"), ("y_pred", "Survived"), ("prob", "purchase")],
        *[("Probability of Diabetes", "diabetes"), ("p_readmit", "readmitted"), ("p1", "died")],
        *[("toxicity", "toxic"), ("p_survival", "label"), ("model_a_score", "sick")],
    ],
)
def test_neutral_names_and_those_of_the_label_are_read(
    tmp_path: Path, name: str, label: str
) -> None:
    assert_number(ask(tmp_path, a={name: P, label: Y}), BINARY)


def test_places_of_two_columns_must_not_belie_their_names(tmp_path: Path) -> None:
    table = {"p_churn": P, "p_stay": 1 - P, "churn": Y}
    assert_asked(ask(tmp_path, a=table), "--pred-cols p_stay,p_churn")
    assert_number(ask(tmp_path, "--pred-cols p_stay,p_churn", a=table), BINARY)
    assert_number(ask(tmp_path, a={"p_stay": 1 - P, "p_churn": P, "churn": Y}), BINARY)


@pytest.mark.parametrize("name", ["fraud_pct", "fraud percent", "P(fraud) %"])
def test_small_percentages_are_asked_about(tmp_path: Path, name: str) -> None:
    table = {name: P, "is_fraud": Y}
    assert_asked(ask(tmp_path, a=table), "--from percent")
    assert_number(ask(tmp_path, f"--pred-cols '{name}'", a=table), BINARY)
    small = float(-np.log(np.where(Y == 1, P / 100, 1 - P / 100)).mean())
    assert_number(ask(tmp_path, "--from percent", a=table), small)


def test_cells_with_percent_signs_are_divided_already(tmp_path: Path) -> None:
    table = {"fraud_pct": [f"{100 * value:.2f}%" for value in P], "is_fraud": Y}
    assert_number(ask(tmp_path, a=table), BINARY)


@pytest.mark.parametrize("names", [WORDS, np.array(["NEGATIVE", "POSITIVE"])])
@pytest.mark.parametrize("options", ["", "--classes {},{}"])
def test_label_and_score_beside_gold_are_a_confidence(
    tmp_path: Path, names: np.ndarray[Any, Any], options: str
) -> None:
    table = {"label": names[(P > 0.5) * 1], "score": np.maximum(P, 1 - P), "gold": names[Y]}
    answer = ask(tmp_path, f"--label-col gold {options.format(*names)}", a=table)
    assert_number(answer, BINARY)


@pytest.mark.parametrize("name", ["max_prob", "confidence", "score"])
def test_a_confidence_without_its_class_is_no_probability_of_1(tmp_path: Path, name: str) -> None:
    table = {name: np.maximum(P, 1 - P), "y": Y}
    assert_asked(ask(tmp_path, a=table), "never below 0.5", "--positive 1")
    three = {name: RANKED[:, 0], "predicted": NAMES[ORDER[:, 0]], "true": NAMES[Y3]}
    assert_asked(ask(tmp_path, a=three), "is only one probability")


def test_labels_are_found_in_the_names_of_probabilities(tmp_path: Path) -> None:
    for name, labels in (
        ("p_neg", ("POS", "NEG")),
        ("Wahrscheinlichkeit_ja", ("nein", "ja")),
        ("fraud_prob", ("non-fraud", "fraud")),
        ("prob_negative", ("positive", "negative")),
    ):
        assert_number(ask(tmp_path, a={name: P, "truth": np.array(labels)[Y]}), BINARY)
    salaries = np.array(["<=50K", ">50K"])[Y]  # The words of both are the same.
    assert_number(ask(tmp_path, a={"outcome_>50K_PREDICTION": P, "truth": salaries}), BINARY)
    others = np.array(["<=50K", ">60K"])[Y]
    assert_asked(ask(tmp_path, a={"prob_>50K_oof": P, "truth": others}), "--positive '>60K'")
    table = {"not_spam_prob": P, "truth": np.array(["spam", "ham"])[Y]}
    assert_asked(ask(tmp_path, a=table), "--positive ham")


def test_refusals_name_a_way_that_leads_on(tmp_path: Path) -> None:
    numbered = {f"p{at + 1}": THREE[:, at] for at in range(3)} | {"y": Y3}
    assert_asked(ask(tmp_path, a=numbered), "--classes 0,1,2")
    assert_number(ask(tmp_path, "--classes 0,1,2", a=numbered), SPARSE)
    logits = {f"logit_{at}": THREE[:, at] + 0.1 for at in range(3)} | {"y": Y3}
    answer = ask(tmp_path, a=logits)
    assert_asked(answer, "--from logits")
    assert "--row-sums" not in answer.err
    unknown = {"p": P, "y": np.where(ROWS == 5, -1, Y)}
    assert_asked(ask(tmp_path, a=unknown), "--ignore-label -1")
    assert_asked(ask(tmp_path, a={"pred": (P > 0.5) * 1, "y": Y}), "holds predicted classes")


def test_json_in_a_file_called_txt_is_read(tmp_path: Path) -> None:
    records = [{"p": float(p), "y": int(y)} for p, y in zip(P, Y, strict=True)]
    (tmp_path / "a.txt").write_text(json.dumps(records))
    assert_number(run("xent eval a.txt", tmp_path), BINARY)
    (tmp_path / "b.txt").write_text(json.dumps(THREE.tolist()))
    (tmp_path / "y.txt").write_text("\n".join(map(str, Y3)))
    assert_number(run("xent eval b.txt y.txt", tmp_path), SPARSE)


@pytest.mark.parametrize("name", ["rank", "Order", "start_position"])
def test_a_rank_is_no_id(tmp_path: Path, name: str) -> None:
    assert_number(ask(tmp_path, a={"id": ROWS, "p": P}, b={name: SHUFFLED, "y": Y}), BINARY)
    texts = [f"k{i}" for i in ROWS]  # These are no ranks, whatever they are called.
    labels = {name: [f"k{i}" for i in SHUFFLED], "y": Y[SHUFFLED]}
    assert_asked(ask(tmp_path, a={"id": texts, "p": P}, b=labels), f"--id id={name}")


def test_a_column_that_counts_by_chance_can_be_left_out(tmp_path: Path) -> None:
    answer = ask(tmp_path, a={"id": ROWS, "p": P}, b={"customer": SHUFFLED, "y": Y})
    assert_asked(answer, "If the column customer is not an id, remove it from the file.")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("total", [0.9, 0.8])
def test_damaged_labels_do_not_turn_both_sides_round(
    tmp_path: Path, together: bool, total: float
) -> None:
    soft = {"y_a": [0.5, 0.2, 0.6], "y_b": [round(total - y, 1) for y in (0.5, 0.2, 0.6)]}
    preds = {"p_a": [0.7, 0.4, 0.2], "p_b": [0.3, 0.6, 0.8]}
    answer = ask(tmp_path, a={**preds, **soft}) if together else ask(tmp_path, a=preds, b=soft)
    assert_asked(answer, "the labels of a row must sum to 1")


def test_columns_that_were_not_read_do_not_say_that_others_are_ranked(tmp_path: Path) -> None:
    table = {"lr_a": [0.7, 0.2], "lr_b": [0.3, 0.8], "dt_a": [0.9, 0.75], "dt_b": [0.1, 0.25]}
    pd.DataFrame({**table, "y": ["a", "b"]}).to_parquet(tmp_path / "a.parquet")
    answer = run("xent eval a.parquet --pred-cols dt_*", tmp_path)
    assert_number(answer, -(math.log(0.9) + math.log(0.25)) / 2)


def test_names_that_speak_of_labels_and_of_probabilities_decide_nothing(tmp_path: Path) -> None:
    preds = {"outcome_prob_a": [0.4, 0.9], "outcome_prob_b": [0.6, 0.1]}
    table = {**preds, "kind_a": [0.12, 0.75], "kind_b": [0.88, 0.25]}
    assert_asked(ask(tmp_path, a=table), "Which columns are predictions")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *[("age_scaled", "target"), ("humidity", "rain"), ("share_urban", "vote"), ("iou", "y")],
        *[("S_t", "event"), ("hazard_ratio", "event"), ("agreement", "label"), ("x2", "sick")],
    ],
)
@pytest.mark.parametrize("values", [(0, 1), ("no", "yes")])
def test_a_measure_within_0_and_1_is_no_prediction_unasked(
    tmp_path: Path, name: str, label: str, values: tuple[object, object]
) -> None:
    table = {name: P, label: np.array(values, dtype=object)[Y]}
    assert_asked(ask(tmp_path, a=table), f"use --pred-cols {name}")
    assert_number(ask(tmp_path, f"--pred-cols {name}", a=table), BINARY)
    labels = {label: table.pop(label)}  # A file of predictions says so by its place.
    assert_number(ask(tmp_path, a=table, b=labels), BINARY)


@pytest.mark.parametrize("name", ["xgb2", "oof", "PRE_1", "fitted", "churn", "spam"])
def test_names_of_models_and_of_the_outcome_say_enough(tmp_path: Path, name: str) -> None:
    label = "churned" if name == "churn" else "kind"
    labels = np.array(["ham", "spam"])[Y] if name == "spam" else Y
    assert_number(ask(tmp_path, a={name: P, label: labels}), BINARY)


@pytest.mark.parametrize("name", ["prob_true_class", "p of the true label", "correct_prob"])
@pytest.mark.parametrize("words", [(0, 1), ("no", "yes"), (False, True)])
def test_the_probability_of_its_own_label_is_of_no_one_class(
    tmp_path: Path, name: str, words: tuple[object, object]
) -> None:
    table = {name: np.where(Y == 1, P, 1 - P), "label": np.array(words)[Y]}
    answer = ask(tmp_path, a=table)
    assert_asked(answer, "own label", "--positive")
    df = pd.read_csv(tmp_path / "a.csv")
    exec(answer.err.split("In pandas: ")[1].rpartition(" [")[0], {"df": df})
    assert_number(ask(tmp_path, a=dict(df.items())), BINARY)
    assert_number(ask(tmp_path, a={"p_correct": P, "answered_correctly": Y}), BINARY)


def test_a_count_of_rows_is_no_logit(tmp_path: Path) -> None:
    logits = np.log(P / (1 - P))
    table = {"SampleId": ROWS, "RawFormulaVal": logits}
    assert_number(ask(tmp_path, "--from logits", a={**table, "Label": Y}), BINARY)
    assert_number(ask(tmp_path, "--from logits", a=table, b={"y": Y}), BINARY)


def test_what_r_says_of_residuals_is_no_prediction(tmp_path: Path) -> None:
    table = {"am": Y, ".fitted": np.log(P / (1 - P)), ".hat": P / 9, ".cooksd": P / 20}
    assert_asked(ask(tmp_path, a=table), "--pred-cols")
    assert_asked(ask(tmp_path, "--pred-cols .fitted", a=table), "--from logits")
    assert_number(ask(tmp_path, "--pred-cols .fitted --from logits", a=table), BINARY)


def test_two_sides_that_are_both_called_after_classes_are_asked_about(tmp_path: Path) -> None:
    sides = {"class": THREE, "species_": THREE[::-1]}
    table = {f"{name}{k + 1}": q[:, k] for name, q in sides.items() for k in range(3)}
    assert_asked(ask(tmp_path, a=table), "Which columns are predictions", "--pred-cols 'class*'")


def test_features_with_numbers_are_not_to_be_divided(tmp_path: Path) -> None:
    pixels = np.random.default_rng(4).uniform(0.1, 0.9, (N, 3))
    answer = ask(tmp_path, a={f"pixel{k}": pixels[:, k] for k in range(3)} | {"label": Y3})
    assert_asked(answer, "sum to", "--pred-cols")
    assert "--row-sums" not in answer.err


@pytest.mark.parametrize(
    "name", ["p_normal", "p_healthy", "prob_not_fraud", "p_nonevent", "P(y=0)", "error_prob"]
)
@pytest.mark.parametrize("label", ["label", "y"])
def test_a_name_of_what_is_rather_0_is_asked_about(tmp_path: Path, name: str, label: str) -> None:
    table = {name: P, label: Y}
    assert_asked(ask(tmp_path, a=table), "--positive 1", "--positive 0")
    assert_number(ask(tmp_path, "--positive 1", a=table), BINARY)
    assert_number(ask(tmp_path, "--positive 0", a={name: 1 - P, label: Y}), BINARY)


@pytest.mark.parametrize(
    "names", [("p_event", "p_nonevent"), ("pneumonia", "normal"), ("fraud", "not_fraud")]
)
def test_two_names_whose_second_is_rather_0_are_asked_about(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    one, zero = names
    table = {one: P, zero: 1 - P, "y": Y}
    assert_asked(ask(tmp_path, a=table), f"--pred-cols {zero},{one}", "--classes")
    assert_number(ask(tmp_path, f"--pred-cols {zero},{one}", a=table), BINARY)
    assert_number(ask(tmp_path, a={zero: 1 - P, one: P, "y": Y}), BINARY)


@pytest.mark.parametrize("name", ["odds", "p_value", "pval"])
def test_measures_called_like_probabilities_are_asked_about(tmp_path: Path, name: str) -> None:
    assert_asked(ask(tmp_path, a={name: P, "y": Y}), f"--pred-cols {name}")
    assert ask(tmp_path, "--from logits", a={"log_odds": np.log(P / (1 - P)), "y": Y}).code == 0


def test_predictions_of_0_and_1_are_warned_of(tmp_path: Path) -> None:
    hot = {f"p_{name}": np.eye(3)[ORDER[:, 0]][:, at] for at, name in enumerate(NAMES)}
    assert "hard-predictions" in ask(tmp_path, a=hot | {"y": NAMES[Y3]}).out


def test_so_called_logits_between_0_and_1_are_warned_of(tmp_path: Path) -> None:
    answer = ask(tmp_path, "--from logits", a={"p": P, "y": Y})
    assert "are between 0 and 1, like probabilities, not logits" in answer.out
    assert "every row sums to 1" in ask(tmp_path, "--from logits", a=BY_NAME | {"y": NAMES[Y3]}).out
    assert "(scale)" not in ask(tmp_path, "--from logits", a={"p": P * 3 - 1, "y": Y}).out
    assert "(scale)" not in ask(tmp_path, "--from logits", a={"p": P[:9], "y": Y[:9]}).out


def test_labels_that_are_always_the_likeliest_class_are_warned_of(tmp_path: Path) -> None:
    answer = ask(tmp_path, a=BY_NAME | {"class": NAMES[ORDER[:, 0]]})
    assert_number(answer, float(-np.log(RANKED[:, 0]).mean()))
    assert "labels-predicted" in answer.out
    sure = {"p": np.where(Y == 1, 0.999, 0.001), "y": Y}
    assert "labels-predicted" not in ask(tmp_path, a=sure).out


def test_probabilities_of_classes_below_one_another_are_asked_about(tmp_path: Path) -> None:
    rows = RNG.dirichlet(np.ones(4), 60)
    flat = {"prob": rows.ravel(), "y": np.eye(4, dtype=int)[rows.argmax(axis=1)].ravel()}
    assert_asked(ask(tmp_path, a=flat), "--mode binary")
    pairs = {"p": np.column_stack([P, 1 - P]).ravel(), "y": np.column_stack([Y, 1 - Y]).ravel()}
    assert_number(ask(tmp_path, a=pairs), float(-np.log(np.where(Y == 1, P, 1 - P)).mean()))
