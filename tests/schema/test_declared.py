"""One declaration: every face has the options that it declares, and spells them its own way."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

import xent_cli
from xent_cli.cli.app import make_app
from xent_cli.cli.commands import COMMANDS
from xent_cli.cli.option_groups import flags, on_command_line
from xent_cli.errors import SPELLING, UsageError, XentError, option, spell
from xent_cli.metrics.compat.libraries import TOOLS
from xent_cli.schema import types
from xent_cli.schema.declared import Group, options_of
from xent_cli.schema.options import EvalOptions, Execution, OutputOptions
from xent_cli.schema.verb_options import GateOptions, RowsOptions

ROOT = Path(__file__).parents[2]
DECLARED = (EvalOptions, Execution, OutputOptions, GateOptions, RowsOptions)


def _signatures() -> Any:
    spec = importlib.util.spec_from_file_location("signatures", ROOT / "docs" / "signatures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SIGNATURES = _signatures()


@pytest.mark.parametrize("function", SIGNATURES.DECLARED)
def test_the_python_functions_have_the_options_that_are_declared(function: str) -> None:
    found = inspect.signature(getattr(xent_cli, function)).parameters
    for kind in SIGNATURES.DECLARED[function]:
        for item in options_of(kind):
            if item.in_python and item.name not in SIGNATURES.WITHOUT.get(function, ()):
                assert found[item.name].default == item.default, item.name
    for parameter in SIGNATURES.parameters(function):
        name, rest = parameter.split(": ", 1)
        assert found[name].annotation == rest.rsplit(" = ", 1)[0]


@pytest.mark.parametrize("function", SIGNATURES.DECLARED)
def test_names_that_nobody_declared_are_refused(function: str) -> None:
    required = {"compare": {"labels": [0]}, "gate": {"require": "ce <= 1"}}.get(function, {})
    with pytest.raises(TypeError, match="weights"):
        getattr(xent_cli, function)([[0.5, 0.5]], weights=[1.0], **required)


def test_every_option_is_explained() -> None:
    documented = inspect.getdoc(xent_cli.evaluate) or ""
    for kind in (EvalOptions, Execution):
        for item in options_of(kind):
            assert re.search(rf"^[\w, ]*\b{item.name}\b[\w, ]* :", documented, re.MULTILINE), (
                item.name
            )


@pytest.mark.parametrize("kind", DECLARED)
def test_declarations_are_whole(kind: type) -> None:
    assert all(field.default is not MISSING for field in fields(kind))
    for item in options_of(kind):
        assert item.group in get_args(Group)
        assert re.fullmatch(r"\S.*[.\]]", item.help)
        assert item.accepts(item.default)


def test_each_command_has_the_options_that_it_declares() -> None:
    group: Any = typer.main.get_command(make_app(COMMANDS))
    for name in COMMANDS:
        declared = getattr(import_module(f"xent_cli.cli.{name}"), f"{name}_command").options
        found = {parameter.name: parameter for parameter in group.commands[name].params}
        for item in declared:
            assert (*found[item.name].opts,) == item.flags
            assert found[item.name].multiple == item.repeats


def test_the_names_of_tools() -> None:
    assert tuple(TOOLS) == types.TOOLS


def test_a_field_is_spelled_for_who_reads() -> None:
    error = UsageError(f"{option('scale', 'log')}: no.", hint=f"Say {option('allow_same', True)}.")
    assert str(error) == 'scale="log": no. Say allow_same=True.'
    before = SPELLING.set(on_command_line)
    try:
        assert str(error) == "--from log: no. Say --allow-same."
        assert (error.message, error.hint) == ("--from log: no.", "Say --allow-same.")
        assert spell(option("require", "ce <= 1")) == "--require 'ce <= 1'"
    finally:
        SPELLING.reset(before)


def test_an_error_keeps_its_fields_on_the_way_from_another_process() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(UsageError(f"{option('jobs', 0)}: no.", hint="Hm.")))
    assert (str(error), error.code) == ("jobs=0: no. Hm.", "usage")


def _texts() -> Iterator[tuple[str, ast.Constant]]:
    """Yield the texts of all modules that know no command line."""
    declaring = {"options.py", "verb_options.py", "errors.py"}
    for path in sorted((ROOT / "xent_cli").rglob("*.py")):
        if "cli" in path.relative_to(ROOT / "xent_cli").parts or path.name in declaring:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path}:{node.lineno}", node


def test_no_text_below_the_command_line_spells_an_option() -> None:
    """Neither `--from`, which nobody can say in Python, nor `scale=`, which no shell knows."""
    flag = re.compile(r"--[a-z]")
    # Variables of CSS are spelled so, too, and a command for the shell is spelled for it.
    others = ("html/style.py", "pipeline/operand.py")
    spelled = [where for where, text in _texts() if flag.search(text.value)]
    assert [where for where in spelled if not any(other in where for other in others)] == []
    names = "|".join(sorted(flags()))
    argument = re.compile(rf"\b(say|with|without|Say|Give) ({names})\s?=")
    assert [where for where, text in _texts() if argument.search(text.value)] == []


def test_messages_name_fields_that_exist() -> None:
    known = set(flags())
    for path in (ROOT / "xent_cli").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "option":
                name = node.args[0] if node.args else None
                if isinstance(name, ast.Constant):
                    assert name.value in known, (path, node.lineno)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"jobs": 0}, "jobs=0: must be at least 1."),
        ({"eps": "tiny"}, 'eps="tiny": must be a number.'),
        ({"label_base": 1.5}, "label_base=1.5: must be a whole number."),
        ({"engine": "slurm"}, 'engine="slurm": must be one of local, dask, ray, spark.'),
        ({"address": "tcp://x"}, 'address="tcp://x" needs an engine.'),
        ({"unmatched": "drop"}, 'unmatched="drop" needs a column of ids'),
        ({"delimiter": "ab"}, 'delimiter="ab": must be a single ASCII character.'),
    ],
)
@pytest.mark.parametrize("function", SIGNATURES.DECLARED)
def test_options_are_checked_before_anything_is_opened(
    function: str, said: dict[str, Any], message: str
) -> None:
    required = {"gate": {"require": "ce <= 1"}}.get(function, {})
    inputs = {"labels": "nowhere.csv", **required}
    models = ["no.csv", "nor.csv"] if function == "compare" else ["no.csv"]
    with pytest.raises(XentError) as caught:
        getattr(xent_cli, function)(*models, **inputs, **said)
    assert str(caught.value).startswith(message)
