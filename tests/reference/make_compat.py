"""Run other libraries on random predictions and write what they print into compat.json.

Needs torch, keras, xgboost, lightgbm and scikit-learn; for two of the libraries, interpreters that
have them: `python make_compat.py --old PYTHON --spark PYTHON` (scikit-learn 1.1, pyspark).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FILES = 30


def random_case(seed: int) -> dict:
    """Return predictions of four decimals: every other file binary, zeros in most, some uneven."""
    rng = np.random.default_rng(seed)
    n, binary = int(rng.integers(4, 40)), seed % 2 == 1
    k = 2 if binary else int(rng.integers(3, 7))
    y = rng.integers(0, k, n)
    y[:k] = np.arange(k)
    z = rng.normal(size=(n, k)) * rng.choice([1, 3, 8])
    z[np.arange(n), y] += 2
    q = np.exp(z - z.max(axis=1, keepdims=True))
    q = (q / q.sum(axis=1, keepdims=True)).round(4)
    zeros = seed % 4 < 2
    if zeros:
        wrong = (y[-2:] + 1) % k
        q[-2:] = 0
        q[np.arange(n - 2, n), wrong] = 1
    else:
        q = np.clip(q, 0.0001, 0.9999)
    if not binary and seed % 3 == 0:
        q[: n // 2] = (q[: n // 2] * 0.97).round(4)
    weights = rng.integers(1, 9, n) / 4
    return {
        "probs": (q[:, 1] if binary else q).tolist(),
        "labels": y.tolist(),
        "weights": weights.tolist() if seed % 5 == 0 else None,
    }


def with_sklearn(case: dict) -> dict[str, float]:
    """scikit-learn: the type of the array decides where it clips."""
    from sklearn.metrics import log_loss

    def loss(kind: str) -> float:
        q = np.array(case["probs"], dtype=kind)
        return log_loss(case["labels"], q, sample_weight=case["weights"], labels=classes(case))

    return {
        "sklearn": loss("f8"),
        "sklearn-float32": loss("f4"),
        "sklearn-float16": loss("f2"),
    }


def with_old_sklearn(case: dict) -> dict[str, float]:
    """scikit-learn 1.1."""
    from sklearn.metrics import log_loss

    q = np.array(case["probs"])
    loss = log_loss(case["labels"], q, sample_weight=case["weights"], labels=classes(case))
    return {"sklearn-1.1": float(loss)}


def classes(case: dict) -> list[int]:
    """Return all labels that the columns stand for."""
    shape = np.shape(case["probs"])
    return list(range(2 if len(shape) == 1 else shape[1]))


def with_torch(case: dict) -> dict[str, float]:
    """torch, which has no weights of rows there."""
    import torch
    from torch.nn import functional

    q = torch.tensor(case["probs"], dtype=torch.float32)
    y = torch.tensor(case["labels"])
    sides = torch.stack([1 - q, q], dim=1) if q.ndim == 1 else q
    one_hot = functional.one_hot(y, sides.shape[1]).float()
    target = y.float() if q.ndim == 1 else one_hot
    if case["weights"] is not None:
        each = torch.tensor(case["weights"], dtype=torch.float32)
        rows = each if q.ndim == 1 else each[:, None].expand_as(q)
        return {"torch-bce": functional.binary_cross_entropy(q, target, weight=rows).item()}
    return {
        "torch-nll": functional.nll_loss(sides.log(), y).item(),
        "torch-soft": functional.cross_entropy(sides.log(), one_hot).item(),
        "torch-bce": functional.binary_cross_entropy(q, target).item(),
    }


def with_keras(case: dict) -> dict[str, float]:
    """Keras on torch."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    q = np.array(case["probs"], dtype="f4")
    w = None if case["weights"] is None else np.array(case["weights"], dtype="f4")
    y = np.array(case["labels"])
    if q.ndim == 1:
        loss, metric = keras.losses.BinaryCrossentropy(), keras.metrics.BinaryCrossentropy()
        q, y = q[:, None], y[:, None].astype("f4")
    else:
        loss = keras.losses.SparseCategoricalCrossentropy()
        metric = keras.metrics.SparseCategoricalCrossentropy()
    metric.update_state(y, q, sample_weight=w)
    return {
        "keras": float(loss(y, q, sample_weight=w)),
        "keras-metric": float(metric.result()),
    }


def with_xgboost(case: dict) -> dict[str, float]:
    """XGBoost without trees; squared error leaves the margin as it is, the predictions."""
    import xgboost

    q = np.array(case["probs"], dtype="f4")
    data = xgboost.DMatrix(np.zeros((len(q), 1)), label=case["labels"], weight=case["weights"])
    data.set_base_margin(q)
    options = {"objective": "reg:squarederror", "base_score": 0.0, "eval_metric": "logloss"}
    if q.ndim == 2:
        options |= {"num_class": q.shape[1], "eval_metric": "mlogloss"}
    booster = xgboost.train(options, data, num_boost_round=0)
    return {"xgboost": float(booster.eval(data).split(":")[1])}


def with_lightgbm(case: dict) -> dict[str, float]:
    """LightGBM with trees that change nothing, its first score the predictions."""
    import lightgbm

    q = np.array(case["probs"])

    def stay(scores: np.ndarray, _: object) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros_like(scores), np.ones_like(scores)

    data = lightgbm.Dataset(
        np.arange(float(len(q)))[:, None],
        label=case["labels"],
        weight=case["weights"],
        init_score=q,
    )
    options = {
        "objective": stay,
        "metric": "binary_logloss" if q.ndim == 1 else "multi_logloss",
        "verbose": -1,
        "min_data_in_leaf": 1,
        "min_data_in_bin": 1,
    }
    if q.ndim == 2:
        options["num_class"] = q.shape[1]
    seen: dict = {}
    record = lightgbm.record_evaluation(seen)
    lightgbm.train(options, data, num_boost_round=1, valid_sets=[data], callbacks=[record])
    return {"lightgbm": float(next(iter(seen["training"].values()))[0])}


def with_spark(cases: list[dict]) -> list[dict[str, float]]:
    """Spark, all files in one session."""
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.linalg import Vectors
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    found = []
    for case in cases:
        q = np.array(case["probs"])
        sides = np.stack([1 - q, q], axis=1) if q.ndim == 1 else q
        weights = case["weights"] or [1.0] * len(q)
        rows = [
            (float(y), float(y), Vectors.dense(row), float(w))
            for row, y, w in zip(sides, case["labels"], weights, strict=True)
        ]
        frame = session.createDataFrame(rows, ["label", "prediction", "probability", "weight"])
        judge = MulticlassClassificationEvaluator(metricName="logLoss", weightCol="weight")
        found.append({"spark": judge.evaluate(frame)})
    session.stop()
    return found


def elsewhere(python: str, name: str, cases: list[dict]) -> dict:
    """Run one of the libraries in an interpreter that has it."""
    run = subprocess.run(
        [python, __file__, "--part", name],
        input=json.dumps(cases),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    """Write the file; or, with --part, print what one library says of the cases on stdin."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--old")
    parser.add_argument("--spark")
    parser.add_argument("--part")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    if chosen.part == "old":
        import sklearn

        cases = json.load(sys.stdin)
        print(
            json.dumps(
                {"version": sklearn.__version__, "values": [with_old_sklearn(c) for c in cases]}
            )
        )
        return
    if chosen.part == "spark":
        import pyspark

        values = with_spark(json.load(sys.stdin))
        print(json.dumps({"version": pyspark.__version__, "values": values}))
        return
    import keras
    import lightgbm
    import sklearn
    import torch
    import xgboost

    cases = [random_case(seed) for seed in range(FILES)]
    old, spark = elsewhere(chosen.old, "old", cases), elsewhere(chosen.spark, "spark", cases)
    for case, from_old, from_spark in zip(cases, old["values"], spark["values"], strict=True):
        case["values"] = {
            **with_sklearn(case),
            **from_old,
            **with_torch(case),
            **with_keras(case),
            **with_xgboost(case),
            **with_lightgbm(case),
            **from_spark,
        }
        case["values"] = {
            name: value if np.isfinite(value) else str(value)
            for name, value in case["values"].items()
        }
    modules = {m.__name__: m.__version__ for m in (sklearn, torch, keras, xgboost, lightgbm)}
    versions = {**modules, "sklearn-1.1": old["version"], "pyspark": spark["version"]}
    text = json.dumps({"versions": versions, "cases": cases}, allow_nan=False)
    (HERE / "compat.json").write_text(text.replace('{"probs"', '\n{"probs"') + "\n")


if __name__ == "__main__":
    main()
