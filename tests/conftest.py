"""What the tests share: how Hypothesis runs, and how batches are built from rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from tests.store_server import Door, Store, environment, open_door, running_store
from xent_cli.metrics.rows.batch import Batch
from xent_cli.schema.place import Place
from xent_cli.schema.spec import Spec

settings.register_profile("local", deadline=None, max_examples=60, database=None)
settings.register_profile("ci", parent=settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

Rows = Any
MakeBatch = Callable[..., Batch]


def _make_batch(q: Rows, target: Rows, *, start: int = 0, **rest: Any) -> Batch:
    """Build a batch from rows as people write them: q (n, K) or (n,), target (n,) or (n, K)."""
    matrix = np.asarray(q, dtype=np.float64)
    labels = np.asarray(target)
    if labels.dtype.kind == "f" and labels.ndim == 1:
        labels = labels[:, np.newaxis]
    weight = rest.pop("weight", None)
    return Batch(
        np.ascontiguousarray(np.atleast_2d(matrix.T)),
        labels.astype(np.intp) if labels.ndim == 1 else np.ascontiguousarray(labels.T, np.float64),
        np.arange(start, start + len(matrix), dtype=np.int64),
        Place("preds.csv", columns=rest.pop("columns", ())),
        Place("labels.csv"),
        None if weight is None else np.asarray(weight, dtype=np.float64),
        **rest,
    )


@pytest.fixture(scope="session")
def make_batch() -> MakeBatch:
    """Return a maker of batches: make_batch(q_rows, labels, weight=..., start=...)."""
    return _make_batch


@pytest.fixture(scope="session")
def spec_of() -> Callable[..., Spec]:
    """Return a maker of specs: spec_of("sparse", 3, eps=0.0)."""

    def make(mode: Any, n_classes: int = 2, **rest: Any) -> Spec:
        return Spec(mode, tuple(f"c{i}" for i in range(n_classes)), **rest)

    return make


@pytest.fixture(scope="session")
def _running_store() -> Iterator[Store]:
    with running_store() as store:
        yield store


@pytest.fixture
def store(_running_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return an empty store, to which the environment leads."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment(_running_store.port).items():
        monkeypatch.setenv(name, value)
    _running_store.clear()
    return _running_store


@pytest.fixture
def door(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Return the door before the store, through which the environment leads."""
    with open_door(store.port) as door:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{door.port}")
        yield door
