"""Documentation that runs: what README and documents show is what the tool prints."""

from __future__ import annotations

import doctest
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import xent_cli
from xent_cli import errors

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]


def _commands() -> dict[str, str]:
    """Return what every command of a console block prints, each command once."""
    found: dict[str, str] = {}
    for document in DOCUMENTS:
        for block in CONSOLE.findall(document.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                assert found.setdefault(command, printed) == printed, (document.name, command)
    return found


def _run(command: str) -> str:
    folder = Path(sys.executable).parent
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TERM": "dumb", "LANG": "C.UTF-8"}
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


@pytest.mark.parametrize(("command", "printed"), _commands().items())
def test_documents_show_what_is_printed(command: str, printed: str) -> None:
    assert _run(command) == printed


def test_readme_has_commands() -> None:
    assert len(_commands()) >= 6


@pytest.mark.parametrize("name", ["README.md", "docs/notebooks.md"])
def test_python_of_the_documents_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner()
    text = (ROOT / name).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```pycon\n(.*?)```", text, re.DOTALL))
    test = parser.get_doctest(code, {}, name, None, 0)
    assert len(test.examples) >= 3
    assert runner.run(test).failed == 0


def test_every_error_code_is_explained() -> None:
    explained = re.findall(r"^## ([a-z-]+)$", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    codes = {c.code for c in classes if issubclass(c, errors.XentError)} - {"error", "input"}
    assert sorted(explained) == sorted(codes | {"crash"})
    assert len(codes) == len([c for c in classes if issubclass(c, errors.XentError)]) - len(
        {"error", "input"}
    )


def test_every_error_code_is_raised_somewhere() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "xent_cli").rglob("*.py"))
    for name, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, errors.XentError) and name not in ("XentError", "InputError"):
            uses = len(re.findall(rf"\b{name}\(", source)) - 1
            assert uses > 0, name


def test_links_lead_somewhere() -> None:
    for document in [*DOCUMENTS, ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), (document.name, target)


def test_changelog_and_version_agree() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in changelog or f"## [{xent_cli.__version__}]" in changelog


def test_the_public_names_exist() -> None:
    for name in xent_cli.__all__:
        assert getattr(xent_cli, name) is not None
    with pytest.raises(AttributeError):
        _ = xent_cli.nothing
