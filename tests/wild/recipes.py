"""Which column speaks of which label, as the tools that wrote the files document it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .truth import (
    Recipe,
    balanced,
    bracketed,
    choices,
    compared,
    complete,
    confidence,
    deepfake,
    fasttext,
    libsvm,
    loaded,
    ludwig,
    lumbar,
    matrix,
    multilabel,
    named,
    npz,
    onehot,
    records,
    segments,
    single,
    spark,
    table,
    unnormalized,
    written,
    zipped,
)

RAW_SCORE = named("holdout.csv", "prediction_score_{}", "holdout.csv", "Survived")
CODES = single("preds.csv", "prob", "preds.csv", "y", "2")


def _integer(name: str) -> str:
    return str(int(float(name)))


RECIPES: dict[str, Recipe] = {
    "adult-spaces-mixed": named("proba.csv", "{}", "adult.csv", "class", clean=str.strip),
    "azure-scored": named("scored.csv", "Scored Probabilities_{}", "scored.csv", "Class"),
    "bigquery-jsonl": records(
        "bq.json",
        "label",
        lambda row: {x["label"]: x["prob"] for x in row["predicted_label_probs"]}[row["label"]],
    ),
    "caret-X0-X1": named("p.csv", "X{}", "y.csv", "y"),
    "caret-X1-X2": named("p.csv", "X{}", "y.csv", "y"),
    "catboost-cv": named("cv.tsv", "Probability:Class={}", "cv.tsv", "Label", sep="\t"),
    "catboost-cv-1to3": named("cv.tsv", "Probability:Class={}", "cv.tsv", "Label", sep="\t"),
    "catboost-swapped": named("cv.tsv", "Probability:Class={}", "cv.tsv", "Label", sep="\t"),
    "compare-different-names": compared,
    "datarobot": named("out.csv", "species_{}_PREDICTION", "y.csv", "species"),
    "datarobot-binary-nothreshold": named("out.csv", "isbadbuy_{}_PREDICTION", "y.csv", "isbadbuy"),
    "derived-columns": named("probabilities.csv", "{}", "labels.csv", "status_group", on="id"),
    "drivendata-countable-care": multilabel("pred.csv", "target.csv", header=None),
    "drivendata-flu-multilabel": multilabel(
        "probabilities.csv", "labels.csv", index_col="respondent_id"
    ),
    "duplicate-text-column": named("probabilities.csv", "{}", "gold.csv", "Emotion"),
    "excel-de": lambda case: complete(
        pd.read_csv(case / "preds.csv", sep=";", decimal=",", encoding="utf-8-sig"), "label"
    ),
    "excel-empty-rows": lambda case: complete(pd.read_csv(case / "preds.csv"), "label"),
    "excel-utf16": lambda case: complete(
        pd.read_csv(case / "preds.txt", sep="\t", encoding="utf-16"), "label"
    ),
    "fasttext-predict-prob": fasttext,
    "features-sum-to-one": lambda case: {},
    "features-within-01": single("holdout.csv", "y_prob", "holdout.csv", "y_true", "1"),
    "float-labels": named("preds.csv", "p_{}", "preds.csv", "y", clean=_integer),
    "float-labels-binary": single("preds.csv", "y_prob", "preds.csv", "y_true", "1.0"),
    "get-dummies-csv": onehot("p.csv", "y.csv", prefix="species_"),
    "h2o-p0-p1": named("h2o.csv", "p{}", "y.csv", "response"),
    "h2o-p1-p2": named("h2o.csv", "p{}", "y.csv", "Class"),
    "h2o-wine-quality-silent": named("h2o.csv", "p{}", "y.csv", "quality"),
    "hint-features-logits": RAW_SCORE,
    "hint-label-base-binary": CODES,
    "ids-float": named("p.csv", "{}", "y.csv", "species", on="id", key=_integer),
    "ids-zero-padded": named("p.csv", "{}", "y.csv", "species", on="id", key=_integer),
    "json-array-records": records("preds.json", "label", lambda row: row[row["label"]]),
    "json-nan": records("preds.jsonl", "y", lambda row: row["p"] if row["y"] else 1 - row["p"]),
    "jsonl-embedding-and-probs": records(
        "preds.jsonl", "label", lambda row: row["probs"][row["label"]]
    ),
    "kaggle-deepfake-label": deepfake,
    "kaggle-dogbreed-order": named("sub.csv", "{}", "labels.csv", "breed", on="id"),
    "kaggle-icr-balanced": balanced,
    "kaggle-lmsys-onehot-extra": onehot("sub.csv", "train.csv", on="id"),
    "kaggle-msk-class1-int": named("sub.csv", "class{}", "labels.csv", "Class", on="ID"),
    "kaggle-rsna-ich-long": single("sub.csv", "Label", "truth.csv", "Label", "1"),
    "kaggle-rsna-lumbar-weights": lumbar,
    "kaggle-s3e26-status": named("sub.csv", "Status_{}", "labels.csv", "Status", on="id"),
    "kaggle-talkingdata-ranges": named("sub.csv", "{}", "labels.csv", "group", on="device_id"),
    "kaggle-walmart-triptype": named(
        "sub.csv", "TripType_{}", "labels.csv", "TripType", on="VisitNumber"
    ),
    "kaggle-zip": zipped,
    "knime": named("knime.csv", "P (Churn={})", "knime.csv", "Churn"),
    "latin1-class-name": named("preds.csv", "{}", "preds.csv", "label", encoding="cp1252"),
    "libsvm-b1": matrix(libsvm),
    "lightgbm-cli": matrix(table("LightGBM_predict_result.txt", "y.txt", sep="\t")),
    "lightgbm-flat-colmajor": matrix(
        lambda case: (loaded(case)[0].reshape(3, -1).T, loaded(case)[1])
    ),
    "list-str-in-csv": matrix(written),
    "lm-eval-two-choices": choices,
    "ludwig-probabilities": matrix(ludwig),
    "mlnet-small-score": single(
        "scored.tsv", "Probability", "scored.tsv", "Label", "True", sep="\t"
    ),
    "mlr3-prob-dot": named("pred.csv", "prob.{}", "pred.csv", "truth"),
    "na-strings": lambda case: complete(
        pd.read_csv(case / "preds.csv", na_values=["."]).astype({"setosa": float}), "label"
    ),
    "npy-3d": matrix(segments),
    "npy-bool-onehot": matrix(lambda case: (loaded(case)[0], loaded(case)[1].argmax(axis=1))),
    "npy-labels-n1": matrix(loaded),
    "npz-three-arrays": matrix(npz),
    "npz-torch": matrix(npz),
    "onehot-bool-parquet": onehot("p.csv", "y.parquet", prefix="species_"),
    "pandas-categorical-parquet": lambda case: complete(
        pd.read_parquet(case / "preds.parquet"), "species"
    ),
    "pandas-index-shuffled": named("preds.csv", "{}", "y.csv", "species", on="Unnamed: 0"),
    "parquet-decimal": matrix(
        lambda case: (
            pd.read_parquet(case / "preds.parquet")[["P_0", "P_1", "P_2"]],
            pd.read_parquet(case / "preds.parquet")["LABEL"],
        )
    ),
    "parquet-list-column": matrix(
        lambda case: (
            np.stack(list(pd.read_parquet(case / "ds.parquet")["probs"])),
            pd.read_parquet(case / "ds.parquet")["label"],
        )
    ),
    "percent-signs": single(
        "predictions.csv", "RF_Confidence", "predictions.csv", "True_Label", "Pathogenic"
    ),
    "pycaret-prediction-score": confidence(
        "holdout.csv", "Survived", "prediction_label", "prediction_score"
    ),
    "pycaret-raw-score": RAW_SCORE,
    "quoted-numbers": named("preds.csv", "{}", "preds.csv", "label"),
    "r-factor-codes-1-2": CODES,
    "r-write-table": lambda case: complete(
        pd.read_csv(case / "preds.tsv", sep="\t", index_col=0, header=None, skiprows=1).set_axis(
            ["truth", "setosa", "versicolor", "virginica"], axis=1
        ),
        "truth",
    ),
    "sagemaker-csv-brackets-first": matrix(bracketed("predictions.csv")),
    "sagemaker-csv-out": matrix(bracketed("test.csv.out")),
    "savetxt-hash-header": matrix(
        lambda case: (
            pd.read_csv(case / "probs.csv", skiprows=1, header=None),
            pd.read_csv(case / "y.csv")["species"].map(
                {"setosa": 0, "versicolor": 1, "virginica": 2}
            ),
        )
    ),
    "savetxt-spaces": matrix(table("probs.txt", "y.txt", sep=" ")),
    "sklearn-24515-sums": unnormalized,
    "sklearn-30910-label-order": named("y.csv", "{}", "y.csv", "y_true"),
    "sklearn-4546-one-text-class": single("y.csv", "y_predict", "y.csv", "y_true", "class1"),
    "skll-548-hard-labels": single("submission.csv", "Survived", "truth.csv", "Survived", "1"),
    "skll-int-header": named("preds.tsv", "{}", "y.csv", "y", sep="\t"),
    "spacy-cats-jsonl": records("cats.jsonl", "label", lambda row: row["cats"][row["label"]]),
    "spark-binary-struct": spark,
    "svm-minus-one-labels": single("preds.csv", "prob", "preds.csv", "y", "1"),
    "text-pos-neg-one-column": single("preds.csv", "prob", "preds.csv", "label", "positive"),
    "three-models-one-file": single(
        "predictions.csv", "lr_proba", "predictions.csv", "y_true", "1"
    ),
    "tidymodels-collect": named("preds.csv", ".pred_{}", "preds.csv", "diabetes"),
    "top1-confidence-int": confidence("predictions.csv", "label", "pred_label", "pred_prob"),
    "top1-confidence-text": confidence("predictions.csv", "true_label", "pred_label", "pred_prob"),
    "trailing-comma": named("preds.csv", "{}", "preds.csv", "label", index_col=False),
    "two-models-sum-to-one": single(
        "predictions.csv", "logistic_probability_GBM", "predictions.csv", "true_class", "1"
    ),
    "xgb-softprob-flat": matrix(
        lambda case: (
            np.loadtxt(case / "pred.txt").reshape(-1, 3),
            np.loadtxt(case / "y.txt"),
        )
    ),
    "xlsx": lambda case: {},
    "yardstick-issue29": named("d.csv", "{}", "d.csv", "truth"),
}
