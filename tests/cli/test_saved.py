"""Results saved as JSON: of every kind, in every format, of every release, and forged."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xent_cli
from xent_cli import load, to_dict
from xent_cli.analysis.from_json import from_dict
from xent_cli.errors import ReportError
from xent_cli.metrics.report.json_format import KINDS
from xent_cli.metrics.report.mean_losses import NATS_PER
from xent_cli.metrics.report.report import Report
from xent_cli.render.dispatch import ALL_FORMATS, formats_of

from .conftest import Xent

FIXTURES = Path(__file__).parents[1] / "fixtures"
DOCUMENTS = sorted(FIXTURES.glob("*/*.json"))
OLD = FIXTURES / "0.1"
SCHEMAS = Path(xent_cli.__file__).parent / "schema" / "json"
HOW = ("--label-col", "y", "--weight", "weight", "--cluster", "user", "--no-config", "-q")
BY = ("--by", "country", "--by", "age:18/40", "--min-n", "25")
COMMANDS: dict[str, tuple[object, ...]] = {
    "report": ("eval", OLD / "new.csv", OLD / "labels.csv", *BY, "--compat", "sklearn"),
    "gate": (
        *("gate", OLD / "new.csv", OLD / "labels.csv", "--baseline", OLD / "old.csv", *BY),
        *("--aa", "20", "--require", "class.*.ce <= 1.2 @95%", "--require", "delta_rel <= 2%"),
        *("--require", "slice.country.*.ce <= 1", "--require", "ce <= 0.5 @95%"),
    ),
    "gate-unpaired": (
        *("gate", OLD / "zeros.csv", OLD / "labels.csv", "--baseline", "old.json", "--eps", "0"),
        *("--require", "delta <= 0.1 @95%", "--require", "class.*.ce <= 1", "--require", "ne < 9"),
        *("--require", "macro_ce <= 1", "--require", "ce >= 0 @95%", "--inconclusive", "fail"),
    ),
    "comparison": (
        *("compare", OLD / "old.csv", OLD / "new.csv", OLD / "newer.csv"),
        *("--labels", OLD / "labels.csv", "--trend", *BY),
    ),
    "comparison-infinite": (
        *("compare", OLD / "old.csv", OLD / "zeros.csv"),
        *("--labels", OLD / "labels.csv", "--eps", "0"),
    ),
    "explanation": ("explain", OLD / "mixed.csv", OLD / "labels.csv", "--base", "2"),
    "explanation-infinite": ("explain", OLD / "zeros.csv", OLD / "labels.csv", "--eps", "0"),
    "rows": ("rows", OLD / "new.csv", OLD / "labels.csv", "--where", "wrong"),
    "rows-infinite": ("rows", OLD / "zeros.csv", OLD / "labels.csv", "--eps", "0", "--top", "3"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_shown_as_it_was_drawn(name: str, xent: Xent, tmp_path: Path) -> None:
    command = (*COMMANDS[name], *HOW)
    if "old.json" in command:
        made = ("eval", OLD / "old.csv", OLD / "labels.csv", "--eps", "0", *HOW)
        assert xent(*made, "-o", "json:old.json").code == 0
    fresh = xent(*command, "-f", "json")
    (tmp_path / "saved.json").write_text(fresh.out)
    result = load(tmp_path / "saved.json")
    assert json.loads(fresh.out) == json.loads(json.dumps(to_dict(result)))
    kind = KINDS[to_dict(result)["format"]]
    schema = json.loads((SCHEMAS / f"{kind.schema}.schema.json").read_text())
    jsonschema.validate(json.loads(fresh.out), schema)
    for form in formats_of(result):
        shown = xent("show", "saved.json", "-f", form, "-q", "--min-n", "25")
        assert (shown.out, shown.code) == (xent(*command, "-f", form).out, 0), form
    other = next(form for form in ALL_FORMATS if form not in formats_of(result))
    refused = xent("show", "saved.json", "-f", other)
    assert (refused.code, refused.out) == (2, "")
    assert "[usage]" in refused.err
    assert formats_of(result)[-1] in refused.err


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_earlier_releases_saved(path: Path, xent: Xent) -> None:
    data, result = json.loads(path.read_text()), load(path)
    shown = json.loads(xent("show", path, "-f", "json", "-q").out)
    assert shown["format"] == data["format"]
    for key in ("outcome", "exit_code", "verdicts", "models", "best", "trend", "pairs", "rows"):
        if key in data:
            _require_kept(data[key], shown[key])
    for form in formats_of(result):
        assert xent("show", path, "-f", form, "-q").code == 0


def _require_kept(saved: Any, shown: Any) -> None:
    """What was saved is still there; more may be."""
    if isinstance(saved, dict):
        for key in saved.keys() - {"signature", "warnings", "notes"}:
            _require_kept(saved[key], shown[key])
    elif isinstance(saved, list):
        assert len(saved) == len(shown)
        for pair in zip(saved, shown, strict=True):
            _require_kept(*pair)
    else:
        assert shown == (pytest.approx(saved, rel=1e-9) if isinstance(saved, float) else saved)


def test_earlier_reports_add_up_and_are_judged_by(xent: Xent) -> None:
    for folder in {path.parent for path in DOCUMENTS}:
        saved, data = folder / "report.json", folder / "new.csv"
        whole = xent("merge", saved, saved, "--allow-same", "-f", "json", "-q")
        assert json.loads(whole.out)["n"] == 180
        twice = xent("merge", saved, saved)
        assert (twice.code, twice.out) == (2, "")
        assert "[same-input]" in twice.err
        gate = ("gate", data, folder / "labels.csv", *HOW, *BY, "--baseline", saved)
        judged = json.loads(xent(*gate, "--require", "delta <= 0", "-f", "json").out)
        assert (judged["outcome"], judged["verdicts"][0]["value"]) == ("pass", 0)


def test_figures_are_added_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that later releases have is missed in no earlier report, nor the other way round."""
    saved = json.loads((OLD / "report.json").read_text())
    write = Report.to_dict

    def later(report: Report) -> dict[str, Any]:
        data = write(report)
        data["overall"]["brier"] = 0.5
        for row in (*data["classes"], *data["slices"][0]["slices"]):
            row["brier"] = 0.25
        return {**data, "calibration": {"ece": 0.125}}

    monkeypatch.setattr(Report, "to_dict", later)
    report = Report.from_dict(saved)
    monkeypatch.undo()
    newer = later(report)
    newer["warnings"] = [{"code": "new", "message": "Later.", "since": "0.3"}]
    assert Report.from_dict(newer).overall == report.overall


def _numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from _numbers(value, (*path, key))
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path


FIGURES = ("overall", "classes", "slices", "n", "n_clusters", "clipped_share", "weight_sum")


@pytest.mark.parametrize(
    ("name", "keys"),
    [("report", FIGURES), ("gate", ("verdicts", "comparison", "exit_code", "false_alarms"))],
)
def test_a_changed_number_is_found(name: str, keys: tuple[str, ...]) -> None:
    text = (OLD / f"{name}.json").read_text()
    paths = [path for key in keys for path in _numbers(json.loads(text)[key], (key,))]
    # Intervals of verdicts stand as they were given, for how they are made may be bettered; no
    # figure comes of the counts in sums.
    apart = {"interval", "interval_level", "sums"}
    paths = [path for path in paths if not apart & {*path}]
    assert len(paths) > 80
    for path in random.Random(name).sample(paths, 30):
        data = json.loads(text)
        place = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 1 if isinstance(place[path[-1]], int) else 1e-6
        with pytest.raises(ReportError, match=r"edited|damaged"):
            from_dict(data)


def _better(data: dict[str, Any]) -> None:
    data["verdicts"][0].update(value=0.5, margin=0.4)


def _passed(data: dict[str, Any]) -> None:
    data["verdicts"][1].update(outcome="pass")
    data.update(outcome="pass", exit_code=0)


def _other_rows(data: dict[str, Any]) -> None:
    data["comparison"]["sums"]["n"][0] -= 1


@pytest.mark.parametrize("forge", [_better, _passed, _other_rows])
def test_forged_gates(forge: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads((OLD / "gate.json").read_text())
    forge(data)
    with pytest.raises(ReportError, match="The gate is damaged"):
        from_dict(data)


@given(st.floats(1e-9, 1e9), st.sampled_from(sorted(NATS_PER.values())))
def test_a_loss_in_another_unit_comes_back(loss: float, nats: float) -> None:
    """Saved orders of columns are read as nats, and written in their unit again."""
    assert loss / nats * nats / nats == loss / nats


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "html": lambda d: d["tally"]["spec"].update(row_sums="`<img src=x onerror=alert(1)>`"),
    "text-smoothing": lambda d: d["tally"]["spec"].update(smoothing="a"),
    "text-eps": lambda d: d["tally"]["spec"].update(eps="x"),
    "align": lambda d: d["tally"]["spec"].update(align="x"),
    "weighted": lambda d: d["tally"]["spec"].update(weighted=300_000_000),
    "classes": lambda d: d["tally"]["spec"].update(classes=300_000_000),
    "one-class": lambda d: d["tally"]["spec"].update(classes=["a"]),
    "code": lambda d: d["warnings"].append({"code": "a\n", "message": "<b>"}),
    "role": lambda d: d["inputs"][0].update(role="x"),
    "version": lambda d: d.update(format_version=True),
    "infinite": lambda d: d["overall"].update(se=float("1e999")),
    "huge": lambda d: d.update(n=10**400),
    "spread": lambda d: d["tally"]["sums"].update(loss=["1p5000", "1p-5000"] * 200_000),
    "high": lambda d: d["tally"]["sums"].update(loss=["1p9999"] * 4),
    "cells": lambda d: d["tally"]["clusters"].update(cells=[2**70]),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_reports(name: str, xent: Xent, tmp_path: Path) -> None:
    data = json.loads((OLD / "report.json").read_text())
    FORGED[name](data)
    (tmp_path / "forged.json").write_text(json.dumps(data).replace("Infinity", "1e999"))
    for form in ("md", "total"):
        shown = xent("show", "forged.json", "-f", form)
        assert (shown.code, shown.out) == (2, "")
        assert "[report]" in shown.err
    assert xent("merge", "forged.json").code == 2


@pytest.mark.parametrize("part", ["recoverable", "temperature"])
def test_forged_calibrations(part: str, xent: Xent, tmp_path: Path) -> None:
    """An end of an interval may be a text, for what JSON cannot say, but not any."""
    rows = "".join(f"{0.5 + k / 100},{0.5 - k / 100},{k % 3 % 2}\n" for k in range(40))
    (tmp_path / "p.csv").write_text(f"p_0,p_1,y\n{rows}")
    good = xent("calibrate", "p.csv", "-f", "json").out
    page = xent("calibrate", "p.csv", "-f", "html").out
    forged = json.loads(good)
    forged[part]["interval"] = [0.0, "1p5"]
    start = page.index("{", page.index("application/json"))
    _, length = json.JSONDecoder().raw_decode(page[start:])
    (tmp_path / "f.json").write_text(json.dumps(forged))
    (tmp_path / "f.html").write_text(page[:start] + json.dumps(forged) + page[start + length :])
    for name in ("f.json", "f.html"):
        shown = xent("show", name)
        assert (shown.code, shown.out) == (2, "")
        assert "The calibration is damaged" in shown.err
        assert "[report]" in shown.err


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format":' * 100_000, "9" * 10_000])
def test_nested_and_long(text: str, xent: Xent) -> None:
    shown = xent("show", "-", stdin=text.encode())
    assert (shown.code, shown.out) == (2, "")
    assert "[report]" in shown.err


def test_what_a_saved_result_says_is_no_markup(xent: Xent, tmp_path: Path) -> None:
    data = json.loads((OLD / "rows.json").read_text())
    evil = "`</code><img src=x onerror=alert(1)>\x1b[31m| **b**\n::error::x"
    data["signature"] += evil
    data["rows"][0].update(label=evil, predicted=evil, id=evil)
    data["warnings"] = [{"code": "w", "message": evil}]
    (tmp_path / "rows.json").write_text(json.dumps(data))
    shown = xent("show", "rows.json", "-f", "md").out
    assert "<img" not in shown.rpartition("\n\n`")[0]
    assert "\x1b" not in shown
    assert "\n::" not in shown
    last = shown.splitlines()[-1]
    assert (last[:6], last[-1], last.count("`")) == ("`xent|", "`", 2)


def test_schemas_that_share_a_definition_agree() -> None:
    defs: dict[str, Any] = {}
    for path in SCHEMAS.iterdir():
        for name, said in json.loads(path.read_text()).get("$defs", {}).items():
            assert defs.setdefault(name, said) == said, (path.name, name)


VALUES = (None, True, -1, 0, 1, 2**63, 1e300, -0.5, "", "x", "`<b>`\n", [], {}, [[]], {"a": 1})


def mutated(text: str, rng: random.Random) -> str:
    """Change one to three places of a JSON text, as a hostile or careless editor might."""
    data = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        place: Any = data
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = rng.choice(keys) if keys else None
            inner = None if key is None else place[key]
            if not isinstance(inner, dict | list) or not inner or rng.random() < 0.15:
                break
            place = inner
        if key is None:
            continue
        match rng.randrange(5):
            case 0:
                del place[key]
            case 1:
                place[key] = rng.choice(VALUES)
            case 2 if isinstance(inner, int | float):
                place[key] = inner * rng.choice([-1, 0, 2, 1.5, 1e18])
            case 3 if isinstance(inner, str):
                place[key] = inner[::-1] + rng.choice(["", "`", "p9999", "\x1b[0m"])
            case _ if isinstance(place, list):
                place.append(inner)
            case _:
                place[f"{key}2"] = inner
    text = json.dumps(data)
    if rng.random() < 0.05:
        text = text[: rng.randrange(len(text))]
    return text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_mutated(path: Path, xent: Xent) -> None:
    text, rng = path.read_text(), random.Random(path.stem)
    for index in range(300 // len(DOCUMENTS)):
        changed = mutated(text, rng).encode()
        shown = xent("show", "-", "-f", "md", "-q", stdin=changed)
        assert shown.code in (0, 2), (index, shown.err)
        assert ("[report]" in shown.err) == (shown.code == 2), (index, shown.err)
        assert "<b>" not in shown.out
