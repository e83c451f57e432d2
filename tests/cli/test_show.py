"""xent show: saved reports, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Xent


@pytest.fixture
def saved(xent: Xent, pair: tuple[Path, Path], tmp_path: Path) -> Path:
    assert xent("eval", *pair, "-o", "json:report.json").code == 0
    return tmp_path / "report.json"


@pytest.mark.parametrize("form", ["table", "json", "csv", "md", "total"])
def test_shows_what_eval_showed(
    xent: Xent, pair: tuple[Path, Path], saved: Path, form: str
) -> None:
    fresh = xent("eval", *pair, "--format", form)
    assert xent("show", saved, "--format", form) == fresh
    assert xent("show", "-", "--format", form, stdin=saved.read_bytes()) == fresh


def _without_tally(data: dict[str, Any]) -> None:
    del data["tally"]


def _edited_figure(data: dict[str, Any]) -> None:
    data["overall"]["cross_entropy"] = 0.1


def _edited_sum(data: dict[str, Any]) -> None:
    data["tally"]["sums"]["loss"][0] = "1p0"


def _later(data: dict[str, Any]) -> None:
    data["format_version"] = 2


def _other(data: dict[str, Any]) -> None:
    data["format"] = "else"


def _short(data: dict[str, Any]) -> None:
    data["tally"]["n"].pop()


@pytest.mark.parametrize(
    "damage", [_without_tally, _edited_figure, _edited_sum, _later, _other, _short]
)
def test_damaged_reports_are_refused(xent: Xent, saved: Path, damage: Any) -> None:
    data = json.loads(saved.read_text())
    damage(data)
    saved.write_text(json.dumps(data))
    result = xent("show", saved)
    assert (result.code, result.out) == (2, "")
    assert "[report]" in result.err


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": NaN}', "\xff"])
def test_other_files_are_refused(xent: Xent, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_bytes(text.encode("latin-1"))
    result = xent("show", "r.json")
    assert (result.code, result.out) == (2, "")
    assert "[report]" in result.err
    assert "Traceback" not in result.err


def test_a_missing_report(xent: Xent) -> None:
    result = xent("show", "none.json")
    assert result.code == 2
    assert "[missing-file]" in result.err
