"""Counts of votes as labels: divided by their sums if that was said, refused with a hint if not."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from xent_cli import Report, evaluate, merge
from xent_cli.errors import LabelError, SignatureError
from xent_cli.metrics.rows.label_shares import shares_of

VOTES = [[2, 1, 0], [0, 0, 3], [1, 1, 1], [0, 1, 0]]
Q = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]
NAMES = ("cat", "dog", "owl")
BY_HAND = math.fsum(
    -v / sum(votes) * math.log(p)
    for votes, q in zip(VOTES, Q, strict=True)
    for v, p in zip(votes, q, strict=True)
) / len(Q)


def _write(folder: Path, votes: list[list[float]]) -> tuple[Path, Path]:
    preds, labels = folder / "preds.csv", folder / "votes.csv"
    heads = ",".join(f"p_{name}" for name in NAMES)
    preds.write_text("\n".join([heads, *(",".join(map(str, row)) for row in Q)]) + "\n")
    heads = ",".join(f"votes_{name}" for name in reversed(NAMES))
    rows = [",".join(map(str, row[::-1])) for row in votes]
    labels.write_text("\n".join([heads, *rows]) + "\n")
    return preds, labels


def test_votes_are_shares(tmp_path: Path) -> None:
    files = _write(tmp_path, VOTES)
    report = evaluate(*files, label_sums="renormalize")
    assert report.cross_entropy == pytest.approx(BY_HAND, rel=1e-15)
    assert report.inputs[1].columns == ("votes_owl", "votes_dog", "votes_cat")
    assert "|labels:renormalize|v:" in report.signature
    shares = [[vote / sum(row) for vote in row] for row in VOTES]
    soft = evaluate(np.array(Q), np.array(shares))
    assert soft.cross_entropy == report.cross_entropy
    assert "labels:" not in soft.signature
    assert Report.from_dict(report.to_dict()).tally == report.tally
    with pytest.raises(SignatureError, match="label_sums"):
        report.tally.spec.require_equal(evaluate(*_write(tmp_path, shares)).tally.spec)


def test_without_the_option_they_are_refused_with_it_as_the_hint(tmp_path: Path) -> None:
    with pytest.raises(LabelError) as found:
        evaluate(*_write(tmp_path, VOTES))
    assert found.value.hint is not None
    assert 'label_sums="renormalize" to divide each row by its sum' in found.value.hint


def test_the_hint_is_not_given_where_it_does_not_lead_on(tmp_path: Path) -> None:
    with pytest.raises(LabelError) as found:
        evaluate(*_write(tmp_path, [[2, 1, 0], [0, 0, -3], *VOTES[2:]]))
    assert "label_sums" not in (found.value.hint or "")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([0, 0, 0], "sum to 0"),
        ([2, -1, 0], "-1 is not between 0 and 1"),
        ([1e308] * 3, "not between 0 and 1"),
    ],
)
def test_rows_that_cannot_be_divided_are_named(
    tmp_path: Path, row: list[float], message: str
) -> None:
    files = _write(tmp_path, [VOTES[0], row, *VOTES[2:]])
    with pytest.raises(LabelError, match=message) as found:
        evaluate(*files, label_sums="renormalize")
    assert "line 3" in str(found.value)


def test_shares_do_not_depend_on_the_other_rows() -> None:
    counts = np.random.default_rng(3).integers(0, 7, (5, 40)).astype(float)
    whole = shares_of(counts)
    for at in range(40):
        assert np.array_equal(shares_of(counts[:, at : at + 1])[:, 0], whole[:, at])


def test_signatures_of_one_label_column_stay_as_they_were() -> None:
    plain = evaluate(np.array(Q), [0, 2, 0, 1])
    same = evaluate(np.array(Q), [0, 2, 0, 1], label_sums="renormalize")
    assert same.signature == plain.signature
    assert "label_sums" not in plain.to_dict()["tally"]["spec"]


def test_balanced_weights_count_shares(tmp_path: Path) -> None:
    report = evaluate(*_write(tmp_path, VOTES), label_sums="renormalize", class_weights="balanced")
    totals = [sum(row[c] / sum(row) for row in VOTES) for c in range(3)]
    expected = [4 / (3 * total) for total in totals]
    assert report.tally.spec.class_weights == pytest.approx(expected, rel=1e-15)


def test_merged_reports_agree(tmp_path: Path) -> None:
    one = evaluate(*_write(tmp_path, VOTES), label_sums="renormalize")
    assert merge([one, one], allow_same=True).cross_entropy == one.cross_entropy
