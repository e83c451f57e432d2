"""Make the sample data: real out-of-fold predictions of two models on three public data sets.

Every row is predicted by a model that was fitted without it (5 stratified folds). The baseline is a
logistic regression on standardized features. The candidate is a random forest of only 10 trees: few
on purpose, for where no tree finds the truth it gets exactly 0, and clipping can be seen. (With 100
trees and this seed that happens in no row.) The files show how xent works, not which model is the
better one: nothing was tuned, and so small a forest depends much on its seed.

binary/
    Breast Cancer Wisconsin (Diagnostic): Wolberg, Mangasarian, Street & Street (1995), UCI Machine
    Learning Repository, https://doi.org/10.24432/C5DW2B, CC BY 4.0.
categorical/
    Wine: Aeberhard & Forina (1992), UCI Machine Learning Repository,
    https://doi.org/10.24432/C5PC7J, CC BY 4.0. The repository numbers the classes; their names are
    from Forina, Armanino, Castino & Ubigli (1986), Vitis 25, 189-201.
sparse/
    Optical Recognition of Handwritten Digits (the test set): Alpaydin & Kaynak (1998), UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.

scikit-learn ships all three, so nothing is downloaded. The files were made with Python 3.11.7,
NumPy 2.4.6, SciPy 1.17.1, scikit-learn 1.9.1, pandas 3.1.1 and pyarrow 26.0.1. Running the script
again gives the same bytes; other versions or processors may change last digits.

Run it with ``python sample_data/make.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
SEED = 0
TREES = 10
WINES = ("barolo", "grignolino", "barbera")


def models() -> Mapping[str, ClassifierMixin]:
    """Return the models by the name of their file."""
    return {
        "baseline": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "candidate": RandomForestClassifier(n_estimators=TREES, random_state=SEED, n_jobs=1),
    }


def predict(
    features: NDArray[np.float64], target: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Return the out-of-fold probabilities (n, K) of each model."""
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=SEED)
    return {
        name: cross_val_predict(model, features, target, cv=folds, method="predict_proba")
        for name, model in models().items()
    }


def write(folder: str, tables: Mapping[str, pd.DataFrame], *, parquet: bool = False) -> None:
    """Write tables as CSV in full precision and, if asked, as Parquet too."""
    (HERE / folder).mkdir(exist_ok=True)
    for name, table in tables.items():
        path = HERE / folder / name
        table.to_csv(path.with_suffix(".csv"), index=False, lineterminator="\n")
        if parquet:
            data = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
            pq.write_table(data, path.with_suffix(".parquet"))


def columns(names: Sequence[str], probabilities: NDArray[np.float64]) -> pd.DataFrame:
    """Return probabilities under the names p_<class>."""
    return pd.DataFrame(probabilities, columns=[f"p_{name}" for name in names])


def make_binary() -> None:
    """Breast cancer: text labels, and the probability of the malignant class alone.

    The labels stand in a second file too, beside a column to slice by.
    """
    data = load_breast_cancer()
    malignant = list(data.target_names).index("malignant")
    tables = {
        name: columns(["malignant"], q[:, [malignant]])
        for name, q in predict(data.data, data.target).items()
    }
    labels = pd.DataFrame({"label": data.target_names[data.target]})
    radius = data.data[:, list(data.feature_names).index("mean radius")]
    write("binary", {"labels": labels, "tumours": labels.assign(radius=radius), **tables})


def make_categorical() -> None:
    """Wine: one-hot labels, and a probability for each class."""
    data = load_wine()
    one_hot = pd.DataFrame(np.eye(len(WINES), dtype=np.int64)[data.target], columns=list(WINES))
    tables = {name: columns(WINES, q) for name, q in predict(data.data, data.target).items()}
    write("categorical", {"labels": one_hot, **tables})


def make_sparse() -> None:
    """Digits: integer labels, and a probability for each of ten classes."""
    data = load_digits()
    names = [str(digit) for digit in data.target_names]
    tables = {name: columns(names, q) for name, q in predict(data.data, data.target).items()}
    write("sparse", {"labels": pd.DataFrame({"label": data.target}), **tables}, parquet=True)


if __name__ == "__main__":
    with threadpool_limits(1):  # Sums in one order, whatever the number of processors.
        make_binary()
        make_categorical()
        make_sparse()
