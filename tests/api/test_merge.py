"""Reports of shards add up to the report of the whole, bit for bit."""

from __future__ import annotations

import itertools
import json
import random

import numpy as np
import pytest

from xent_cli import Report, evaluate, merge
from xent_cli.errors import SameInputError, SignatureError, UsageError

RNG = np.random.default_rng(77)
N, K = 500, 6
Q = RNG.dirichlet(np.full(K, 0.3), N)
Q[RNG.random((N, K)) < 0.1] = 0.0
LABELS = RNG.integers(0, K, N)
WEIGHTS = RNG.random(N)
OPTIONS = {"row_sums": "renormalize"}


def _shards(count: int, **options):
    cuts = [0, *sorted(RNG.choice(np.arange(1, N), count - 1, replace=False).tolist()), N]
    return [
        evaluate(Q[a:b], LABELS[a:b], weight=WEIGHTS[a:b], **OPTIONS, **options)
        for a, b in itertools.pairwise(cuts)
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_shards_in_any_order(count):
    whole = evaluate(Q, LABELS, weight=WEIGHTS, **OPTIONS)
    shards = _shards(count)
    random.Random(count).shuffle(shards)
    saved = [Report.from_dict(json.loads(json.dumps(shard.to_dict()))) for shard in shards]
    merged = merge(saved)
    assert merged.figures == whole.figures
    assert merged.tally.sums == whole.tally.sums
    assert merged.tally.n_clipped == whole.tally.n_clipped > 0
    assert [notice.code for notice in merged.warnings] == [n.code for n in whole.warnings]
    assert sum(item.rows for item in merged.inputs if item.role == "preds") == N


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("eps", {"eps": 1e-15}),
        ("smoothing", {"label_smoothing": 0.1}),
        ("classes", {"classes": list("abcdef")}),
        ("unit", {"base": "2"}),
        ("class_weights", {"class_weights": "0=2"}),
        ("ignore", {"ignore_label": 99}),
    ],
)
def test_other_rules_are_refused(field, options):
    with pytest.raises(SignatureError, match=f"{field} is"):
        merge([*_shards(1), *_shards(1, **options)])


def test_nothing_to_merge():
    with pytest.raises(UsageError, match="no reports"):
        merge([])


def test_decisions_are_kept_once():
    import pyarrow as pa

    table = pa.table({"p_ham": [0.9, 0.2]})
    shards = [evaluate(table, ["ham", "spam"], positive="spam") for _ in range(3)]
    assert [n.code for n in merge(shards, allow_same=True).warnings] == ["positive"]


def test_the_same_rows_twice_are_refused():
    shards = _shards(2)
    again = Report.from_dict(json.loads(json.dumps(shards[0].to_dict())))
    with pytest.raises(SameInputError, match=r"Reports 1 and 3 of .* count twice.*allow_same=True"):
        merge([*shards, again])
    assert merge([*shards, again], allow_same=True).n == N + shards[0].n
