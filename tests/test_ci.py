"""What docs/ci.md and action.yml tell CI to run does what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SPARSE = ROOT / "sample_data" / "sparse"
BINARY = ROOT / "sample_data" / "binary"


def _script() -> str:
    """Return the shell script of the action's last step, as GitHub would run it."""
    text = (ROOT / "action.yml").read_text()
    block = text.rsplit("run: |\n", 1)[1]
    return re.sub(r"^ {8}", "", block, flags=re.MULTILINE)


def _run(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step, in which the Python of the first step is this one."""
    names = ("preds", "labels", "baseline", "require", "inconclusive", "output", "options")
    python = folder / "xent" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(folder),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        **{f"XENT_{name.upper()}": inputs.get(name, "") for name in names},
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", _script()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _outputs(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


FILES = {"preds": str(SPARSE / "candidate.csv"), "labels": str(SPARSE / "labels.csv")}


@pytest.mark.parametrize(
    ("rules", "code"),
    [("ce <= 1\n\n", 0), ("ce <= 1\ndelta <= 0 @95%", 1), ("delta <= 0.4 @95%", 3), ("ce < x", 2)],
)
def test_the_action_exits_as_the_gate_does(tmp_path: Path, rules: str, code: int) -> None:
    run = _run(tmp_path, **FILES, baseline=str(SPARSE / "baseline.csv"), require=rules)
    assert run.returncode == code, run.stderr
    assert ("could not be judged" in (tmp_path / "summary.md").read_text()) == (code == 2)
    if code in (1, 3):
        assert run.stdout.startswith("::error" if code == 1 else "::warning")
    outputs = _outputs(tmp_path)
    assert outputs.pop("outcome") == {0: "pass", 1: "fail", 2: "error", 3: "inconclusive"}[code]
    if code == 2:
        assert outputs == {}
        assert not [*tmp_path.glob("*.json")]
    else:
        saved = json.loads(Path(outputs["report"]).read_text())
        assert float(outputs["cross-entropy"]) == saved["report"]["overall"]["cross_entropy"]


def test_what_the_action_installs_is_pinned() -> None:
    lines = (ROOT / ".ci" / "constraints.txt").read_text().splitlines()[1:]
    pinned = dict(line.split("==") for line in lines)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for line in declared:
        name, least = line.split(">=")
        assert tuple(map(int, pinned[name].split(".")[:2])) >= tuple(map(int, least.split(".")[:2]))


def test_inputs_of_the_action_are_never_run(tmp_path: Path) -> None:
    text = (ROOT / "action.yml").read_text()
    for block in re.findall(r"run: (?:\|\n(?: {8}.*\n?)+|.*)", text):
        assert "${{" not in block
    evil = '$(touch pwned); `touch pwned`"; touch pwned; "'
    _run(tmp_path, **FILES, require=f"ce <= 1\n{evil}", baseline=evil, options=evil)
    assert not (tmp_path / "pwned").exists()


def test_options_of_the_action(tmp_path: Path) -> None:
    preds, labels = str(BINARY / "baseline.csv"), str(BINARY / "labels.csv")
    rule = {"require": "ce <= 0.08 @95%"}
    assert _run(tmp_path, preds=preds, labels=labels, **rule).returncode == 3
    lenient = _run(tmp_path, preds=preds, labels=labels, **rule, inconclusive="pass")
    assert lenient.returncode == 0
    quiet = _run(tmp_path, preds=preds, labels=labels, **rule, options="--format\njson\n--quiet")
    assert '"xent.gate"' in quiet.stdout
    _run(tmp_path, preds=preds, labels=labels, **rule, output="junit:a b.xml\n\nmd:b.md")
    assert (tmp_path / "a b.xml").exists()
    assert (tmp_path / "b.md").exists()


def test_recipes_in_the_documents_parse(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "ci.md").read_text()
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    recipes = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    assert len(recipes) == 5
    workflow = recipes[0]["jobs"]["quality"]["steps"]
    (step,) = (step for step in workflow if step.get("id") == "gate")
    assert {*step["with"]} <= {*action["inputs"]}
    used = re.findall(r"steps\.gate\.outputs\.([\w-]+)", str(workflow))
    assert {*used} <= {*action["outputs"]}
    assert yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]["id"] == "xent-gate"
    table = tomllib.loads(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0])
    assert set(table["tool"]["xent"]["gate"]) == {"require", "baseline"}
    for name in ("candidate", "baseline"):
        (tmp_path / f"{name}.parquet").write_bytes((SPARSE / f"{name}.parquet").read_bytes())
    (tmp_path / "labels.parquet").write_bytes((SPARSE / "labels.parquet").read_bytes())
    commands = re.findall(r"xent gate candidate[^\n\"]*", text)
    assert len(commands) >= 5
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in commands:
        plain = command.split(" }")[0]
        run = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", plain],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert run.returncode == 1, (plain, run.stderr)
