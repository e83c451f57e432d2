"""Calibrations of shards add up to that of the whole: the same bits, whatever the shards."""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_cli import Calibration, calibrate, evaluate, load, merge, to_dict
from xent_cli.analysis.from_json import from_dict
from xent_cli.errors import ReportError, SameInputError, SignatureError, UsageError

ONE_LOOK = ("cross_entropy", "own_expectation", "gap", "verdict", "shares", "reliability", "sums")
KINDS = ("plain", "weights", "soft", "binary", "multilabel", "clusters", "slices", "clipped")


def _data(kind: str, n: int, seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return rows, and the options that read them."""
    random = np.random.default_rng(seed)
    z = random.normal(size=(n, 3)) * 3
    q = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = np.exp(z / 2).cumsum(axis=1) > random.random((n, 1)) * np.exp(z / 2).sum(axis=1)[:, None]
    frame = pd.DataFrame({"p_a": q[:, 0], "p_b": q[:, 1], "p_c": q[:, 2]})
    label = np.array(["a", "b", "c"])[y.argmax(axis=1)]
    options: dict[str, Any] = {}
    match kind:
        case "soft":
            for name in "abc":
                frame[f"y_{name}"] = np.where(label == name, 0.8, 0.1)
        case "binary":
            frame = pd.DataFrame({"p": q[:, 0], "label": (label == "a").astype(int)})
        case "multilabel":
            for name in "abc":
                frame[f"y_{name}"] = (random.random(n) < frame[f"p_{name}"]).astype(int)
            options["mode"] = "binary"
        case _:
            frame["label"] = label
    if kind == "weights":
        frame["w"], options["weight"] = random.exponential(size=n), "w"
    if kind == "clusters":
        frame["user"], options["cluster"] = random.integers(0, 9, size=n).astype(str), "user"
    if kind == "slices":
        frame["site"], options["by"] = random.choice(["x", "y"], size=n), "site"
    if kind == "clipped":
        at = np.flatnonzero(label == "a")[:2]
        frame.loc[at, ["p_a", "p_b", "p_c"]] = [0.0, 0.5, 0.5]
    if kind in ("soft", "multilabel"):
        options |= {"pred_cols": "p_*", "label_col": "y_*"}
    return frame, options


def _calibrate(data: pd.DataFrame, **options: Any) -> Calibration:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return calibrate(data, **options)


def _saved(found: Calibration, folder: Path, name: str) -> Calibration:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(to_dict(found)))
    read = load(path)
    assert isinstance(read, Calibration)
    assert to_dict(read) == to_dict(found)
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_shards_are_the_whole(kind: str, tmp_path: Path) -> None:
    data, options = _data(kind, 300, 5)
    whole = _calibrate(data, **options)
    parts = [data[:1], data[1:120], data[120:]]
    shards = [
        _saved(_calibrate(part.reset_index(drop=True), **options, batch_rows=50), tmp_path, str(at))
        for at, part in enumerate(parts)
    ]
    merged, alone = merge(shards[::-1]), merge([whole])
    ours, theirs, alone_dict = map(to_dict, (merged, whole, alone))
    for key in ONE_LOOK:
        assert ours[key] == theirs[key], key
    for key in ("temperature", "recoverable"):
        assert ours[key] == alone_dict[key]
    assert merged.temperature.value == pytest.approx(whole.temperature.value, rel=5e-6)
    assert merged.recoverable.in_sample == pytest.approx(whole.recoverable.in_sample, abs=2e-7)
    assert merged.comparison is None
    assert "one-pass" in [notice.code for notice in merged.warnings]
    if kind == "clusters":
        assert merged.recoverable.value is None
        assert merged.temperature.interval is None
    else:
        assert merged.temperature.interval == pytest.approx(whole.temperature.interval, rel=2e-3)
        assert merged.recoverable.value == pytest.approx(whole.recoverable.value, abs=5e-3)
    assert to_dict(_saved(merged, tmp_path, "merged")) == ours


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 59), min_size=1, max_size=3))
def test_any_cut(seed: int, cuts: list[int]) -> None:
    data, _ = _data("plain", 60, seed)
    ends = sorted({0, *cuts, 60})
    shards = [_calibrate(data[a:b].reset_index(drop=True)) for a, b in itertools.pairwise(ends)]
    ours = to_dict(merge(shards, allow_same=True))
    theirs = to_dict(merge([_calibrate(data)]))
    for key in (*ONE_LOOK, "temperature", "recoverable"):
        assert ours[key] == theirs[key]


def test_what_does_not_add_up() -> None:
    data, _ = _data("plain", 40, 1)
    found = _calibrate(data)
    with pytest.raises(SameInputError):
        merge([found, found])
    with pytest.raises(SignatureError):
        merge([found, _calibrate(data, eps=1e-6)])
    with pytest.raises(UsageError, match="one kind"):
        merge([found, evaluate(data)])
    old = to_dict(found)
    del old["sums"]
    with pytest.raises(ReportError, match="without the sums"):
        merge([from_dict(old)])


@pytest.mark.parametrize("key", ["gap", "cross_entropy", "own_expectation"])
def test_figures_that_are_not_those_of_the_sums_are_refused(key: str) -> None:
    data, _ = _data("plain", 40, 1)
    saved = to_dict(_calibrate(data))
    if key == "gap":
        saved[key] = saved[key] | {"value": 0.0}
    else:
        saved[key] *= 0.9
    with pytest.raises(ReportError, match="edited"):
        from_dict(saved)
