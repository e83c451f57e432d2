"""`calibrate(apply=...)`: predictions written at the temperature found cost what was promised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import log_softmax

from xent_cli import calibrate, evaluate
from xent_cli.errors import ColumnError, MissingValueError, OutputError, UsageError

RANDOM = np.random.default_rng(5)
N, K = 500, 3
Z = RANDOM.normal(size=(N, K)) * 2
Y = (np.exp(log_softmax(Z / 2, axis=1)).cumsum(axis=1) > RANDOM.random((N, 1))).argmax(axis=1)


def frame(scale: str) -> pd.DataFrame:
    values = {"logits": Z, "logprobs": log_softmax(Z, axis=1)}
    values["probs"] = np.exp(values["logprobs"])
    return pd.DataFrame(values[scale], columns=["p_a", "p_b", "p_c"])


LABELS = pd.DataFrame({"label": np.array(["a", "b", "c"])[Y]})


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("scale", ["logits", "logprobs", "probs"])
def test_what_is_written_costs_what_was_promised(scale: str, form: str, tmp_path: Path) -> None:
    """Whatever the scale and the format: the gain on these rows is what `in_sample` says."""
    path = str(tmp_path / f"out.{form}")
    found = calibrate(frame(scale), LABELS, scale=scale, apply=frame(scale), write=[(form, path)])
    want = found.loss - found.recoverable.in_sample
    again = evaluate(path, LABELS)
    assert again.cross_entropy == pytest.approx(want, rel=1e-10)
    # The temperature has six digits.
    by_hand = np.exp(log_softmax(Z / found.temperature.applied, axis=1))
    if form == "parquet":
        assert pq.read_table(path).to_pandas().to_numpy() == pytest.approx(by_hand, rel=1e-12)


def test_other_rows_keep_their_columns_and_order(tmp_path: Path) -> None:
    """Fit on one file, use on another: its ids (of 64 bits), labels and weights are kept."""
    test = frame("probs").iloc[::-1].reset_index(drop=True)
    test.insert(0, "id", 2**62 + np.arange(N))
    test["label"], test["note"] = LABELS["label"][::-1].to_numpy(), "a,b"
    test["w"] = RANDOM.random(N)
    source, out = tmp_path / "test.parquet", tmp_path / "out.parquet"
    test.to_parquet(source)
    fitted_to = tmp_path / "val.csv"
    frame("probs").to_csv(fitted_to, index=False)
    found = calibrate(
        str(fitted_to), LABELS, apply=str(source), write=[("parquet", str(out))], jobs=2
    )
    table = pq.read_table(out)
    assert table.column_names == list(test.columns)
    kept = ["id", "label", "note", "w"]
    pd.testing.assert_frame_equal(table.select(kept).to_pandas(), test[kept], check_dtype=False)
    said = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert float(said["xent.temperature"]) == found.temperature.applied
    assert said["xent.fitted_to"] == str(fitted_to)
    assert said["xent.signature"] == found.report.signature
    assert evaluate(str(out)).cross_entropy == pytest.approx(
        found.loss - found.recoverable.in_sample, rel=1e-10
    )


def test_binary_and_multilabel(tmp_path: Path) -> None:
    out = str(tmp_path / "out.parquet")
    z = Z[:, 0]
    y = (RANDOM.random(N) < 1 / (1 + np.exp(-z / 2))).astype(int)
    q = pd.DataFrame({"p": 1 / (1 + np.exp(-z))})
    found = calibrate(q, y, apply=q, write=[("parquet", out)])
    want = 1 / (1 + np.exp(-z / found.temperature.applied))
    assert pq.read_table(out)["p"].to_numpy() == pytest.approx(want, rel=1e-12)
    labels = (RANDOM.random(Z.shape) < 1 / (1 + np.exp(-Z / 2))).astype(float)
    preds = pd.DataFrame(Z, columns=["x", "y", "z"])
    both = pd.DataFrame(labels, columns=["x", "y", "z"])
    found = calibrate(
        preds, both, mode="binary", scale="logits", apply=preds, write=[("parquet", out)]
    )
    want = 1 / (1 + np.exp(-Z / found.temperature.applied))
    assert pq.read_table(out).to_pandas().to_numpy() == pytest.approx(want, rel=1e-12)


def test_a_column_of_lists_becomes_one_a_class(tmp_path: Path) -> None:
    table = pa.table({"scores": Z.tolist(), "label": Y})
    source, out = tmp_path / "lists.parquet", tmp_path / "out.csv"
    pq.write_table(table, source)
    found = calibrate(str(source), scale="logits", apply=str(source), write=[("csv", str(out))])
    written = pd.read_csv(out)
    assert list(written) == ["p_0", "p_1", "p_2", "label"]
    assert evaluate(str(out)).cross_entropy == pytest.approx(
        found.loss - found.recoverable.in_sample, rel=1e-9
    )


def test_refusals(tmp_path: Path) -> None:
    q, out = frame("probs"), str(tmp_path / "out.csv")
    to = [("csv", out)]
    with pytest.raises(UsageError, match="no output is named"):
        calibrate(q, LABELS, apply=q)
    with pytest.raises(UsageError, match="no file is named"):
        calibrate(q, LABELS, write=to)
    with pytest.raises(ColumnError, match="no column 'p_b'.*Did you mean p_bb"):
        calibrate(q, LABELS, apply=q.rename(columns={"p_b": "p_bb"}), write=to)
    with pytest.raises(ColumnError, match="does not hold numbers"):
        calibrate(q, LABELS, apply=q.assign(p_b="x"), write=to)
    broken = q.copy()
    broken.loc[7, "p_c"] = np.nan
    with pytest.raises(MissingValueError, match="row 8, column p_c"):
        calibrate(q, LABELS, apply=broken, write=to)
    right = pd.DataFrame({"p_a": [0.9, 0.1], "p_b": [0.1, 0.9]})
    with pytest.raises(
        UsageError, match="no temperature was found: every row is predicted correctly"
    ):
        calibrate(right, ["a", "b"], apply=right, write=to)
    assert not Path(out).exists()
    path = tmp_path / "in.csv"
    q.to_csv(path, index=False)
    with pytest.raises(OutputError, match="is an input"):
        calibrate(str(path), LABELS, apply=str(path), write=[("csv", str(path))])
    assert len(pd.read_csv(path)) == N
