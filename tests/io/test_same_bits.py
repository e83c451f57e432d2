"""The same data give the same bits of every figure, whatever file or object holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from tests.io.making import npy_bytes, write
from xent_cli import evaluate

ROWS, K = 600, 4
NAMES = [f"p_c{i}" for i in range(K)]


def _data(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    q = rng.dirichlet(np.full(K, 0.4), ROWS)
    q[rng.random(ROWS) < 0.02] = np.eye(K)[0]
    labels = rng.integers(0, K, ROWS)
    return q, labels, rng.dirichlet(np.full(K, 0.7), ROWS)


Q, LABELS, SHARES = _data()
FRAME = pd.DataFrame(Q, columns=NAMES)


def save(frame: pd.DataFrame, kind: str, path: Path) -> Any:
    """Write a frame as a file of that kind, or return an object in memory."""
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    match kind:
        case "csv" | "csv.gz":
            frame.to_csv(path / f"f.{kind}", index=False)
            return path / f"f.{kind}"
        case "tsv":
            frame.to_csv(path / "f.tsv", sep="\t")
            return path / "f.tsv"
        case "jsonl":
            frame.to_json(path / "f.jsonl", orient="records", lines=True, double_precision=15)
            rows = zip(*(frame[name].tolist() for name in frame), strict=True)
            lines = [f"{dict(zip(frame, row, strict=True))!r}\n".replace("'", '"') for row in rows]
            return write(path / "f.jsonl", "".join(lines))
        case "parquet":
            pq.write_table(arrow, path / "f.parquet", row_group_size=150)
            return path / "f.parquet"
        case "orc":
            orc.write_table(arrow, path / "f.orc", stripe_size=4096, batch_size=64)
            return path / "f.orc"
        case "arrow":
            with pa.ipc.new_file(str(path / "f.arrow"), arrow.schema) as writer:
                writer.write_table(arrow, max_chunksize=133)
            return path / "f.arrow"
        case "feather":
            pa_feather.write_feather(arrow, str(path / "f.feather"))
            return path / "f.feather"
        case "npy":
            return write(path / "f.npy", npy_bytes(_array(frame)))
        case "npy fortran":
            return write(path / "f.npy", npy_bytes(np.asfortranarray(_array(frame))))
        case "npz":
            np.savez(path / "f.npz", values=_array(frame))
            return path / "f.npz"
        case "folder":
            (path / "parts").mkdir()
            for part in range(3):
                rows = frame.iloc[part * 200 : (part + 1) * 200]
                rows.to_parquet(path / "parts" / f"{part}.parquet", index=False)
            return path / "parts"
        case "array":
            return _array(frame)
        case "table":
            return arrow
    return frame


def _array(frame: pd.DataFrame) -> np.ndarray:
    array = frame.to_numpy()
    return array[:, 0] if array.shape[1] == 1 else array


KINDS = [
    *(
        "csv",
        "csv.gz",
        "tsv",
        "jsonl",
        "parquet",
        "orc",
        "arrow",
        "feather",
        "npy",
        "npy fortran",
        "npz",
    ),
    *("folder", "array", "table", "frame"),
]


def figures(report: Any) -> dict[str, Any]:
    """Return every figure, exactly; names and provenance apart."""
    found = report.to_dict()
    rows = [{k: v for k, v in row.items() if k != "name"} for row in found["classes"]]
    return {"overall": found["overall"], "classes": rows, "n": found["n"]}


LABEL_FRAMES = {
    "sparse": pd.DataFrame({"label": LABELS}),
    "onehot": pd.DataFrame(np.eye(K, dtype=int)[LABELS], columns=[f"y_c{i}" for i in range(K)]),
    "soft": pd.DataFrame(SHARES, columns=[f"y_c{i}" for i in range(K)]),
}


@pytest.fixture(scope="module", params=LABEL_FRAMES)
def reference(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return request.param, figures(evaluate(FRAME, LABEL_FRAMES[request.param]))


@pytest.mark.parametrize("batch_rows", [1, 7, 1000, None])
@pytest.mark.parametrize("kind", KINDS)
def test_predictions_of_every_kind(
    kind: str, batch_rows: int | None, reference: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    if batch_rows == 1 and reference[0] != "sparse":
        pytest.skip("Said once is enough: rows one by one take their time.")
    preds = save(FRAME, kind, tmp_path)
    report = evaluate(preds, LABEL_FRAMES[reference[0]], batch_rows=batch_rows)
    assert figures(report) == reference[1]


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_every_kind(
    kind: str, reference: tuple[str, dict[str, Any]], tmp_path: Path
) -> None:
    labels = save(LABEL_FRAMES[reference[0]], kind, tmp_path)
    assert figures(evaluate(FRAME, labels, batch_rows=250)) == reference[1]


@pytest.mark.parametrize("kind", [k for k in KINDS if not k.startswith(("np", "array"))])
def test_both_in_one(kind: str, tmp_path: Path) -> None:
    reference = figures(evaluate(FRAME, LABEL_FRAMES["sparse"]))
    assert figures(evaluate(save(FRAME.assign(label=LABELS), kind, tmp_path))) == reference


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch_rows", [7, None])
def test_binary(kind: str, batch_rows: int | None, tmp_path: Path) -> None:
    frame, labels = FRAME[["p_c0"]], (LABELS == 0).astype(int)
    report = evaluate(save(frame, kind, tmp_path), labels, batch_rows=batch_rows)
    assert figures(report) == figures(evaluate(frame, labels))


def test_the_reference_is_right() -> None:
    loss = -np.log(np.clip(Q[np.arange(ROWS), LABELS], 2.0**-52, 1))
    assert evaluate(FRAME, LABELS).cross_entropy == pytest.approx(loss.mean(), rel=1e-13)
