"""xent merge."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Xent

SPARSE = Path(__file__).parents[2] / "sample_data" / "sparse"


def test_shards_of_the_sample(xent: Xent, tmp_path: Path) -> None:
    preds = (SPARSE / "candidate.csv").read_text().splitlines(keepends=True)
    labels = (SPARSE / "labels.csv").read_text().splitlines(keepends=True)
    for index, (a, b) in enumerate([(1, 400), (400, 401), (401, len(preds))]):
        (tmp_path / f"p{index}.csv").write_text("".join([preds[0], *preds[a:b]]))
        (tmp_path / f"y{index}.csv").write_text("".join([labels[0], *labels[a:b]]))
        made = xent("eval", f"p{index}.csv", f"y{index}.csv", "-o", f"json:{index}.json", "-q")
        assert made.code == 0
    merged = json.loads(xent("merge", "2.json", "0.json", "1.json", "-f", "json").out)
    whole = json.loads(
        xent("eval", SPARSE / "candidate.csv", SPARSE / "labels.csv", "-f", "json").out
    )
    for key in ("signature", "n", "n_clipped", "clipped_share", "overall", "classes", "warnings"):
        assert merged[key] == whole[key], key
    assert merged["tally"]["sums"] == whole["tally"]["sums"]


def test_calibrations_of_shards(xent: Xent, tmp_path: Path) -> None:
    for name in ("candidate", "labels"):
        head, *rows = (SPARSE / f"{name}.csv").read_text().splitlines(keepends=True)
        for part, some in enumerate((rows[:900], rows[900:])):
            (tmp_path / f"{name}{part}.csv").write_text("".join([head, *some]))
    for part, form in enumerate(("json", "html")):
        files = (f"candidate{part}.csv", f"labels{part}.csv", "-o", f"{part}.{form}")
        assert xent("calibrate", *files, "-q").code == 0
    merged = xent("merge", "0.json", "1.html")
    whole = xent("calibrate", SPARSE / "candidate.csv", SPARSE / "labels.csv")
    ours, theirs = ([*each.out.splitlines()] for each in (merged, whole))
    for name in ("cross entropy", "own expectation", "gap ", "0.5 to 0.6", "(predicted class)"):
        assert [line for line in ours if line.startswith(name)] == [
            line for line in theirs if line.startswith(name)
        ]
    assert "(one-pass)" in merged.out
    assert "not clear: 1 may be the best temperature" in merged.out
    report = xent("eval", "candidate0.csv", "labels0.csv", "-o", "json:r.json")
    assert report.code == 0
    assert "of one kind" in xent("merge", "0.json", "r.json").err


def test_other_rules_are_refused(xent: Xent, pair: tuple[Path, Path]) -> None:
    xent("eval", *pair, "-o", "json:a.json")
    xent("eval", *pair, "-o", "json:b.json", "--eps", "0.001")
    result = xent("merge", "a.json", "b.json")
    assert (result.code, result.out) == (2, "")
    assert "eps is 2.220446049250313e-16 in one and 0.001 in the other" in result.err
    assert xent("merge").code == 2
    assert "[missing-file]" in xent("merge", "a.json", "none.json").err


def test_jobs_change_nothing(xent: Xent) -> None:
    args = ("eval", SPARSE / "candidate.csv", SPARSE / "labels.csv", "-f", "json")
    assert xent(*args, "--jobs", 1).out == xent(*args, "--jobs", 3).out
    assert xent(*args, "--jobs", 0).code == 2
