"""What commands make of texts, numbers and words without asking pydantic where they need not."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

import pytest
import typer

from xent_cli.cli import fast_typer
from xent_cli.cli.fast_typer import Command, Group

CLEAN = {**os.environ, "TERM": "dumb", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}


def call(*arguments: str, cls: type[Command] | None, config: dict[str, Any] | None = None) -> Any:
    """Return what a command gets, or the error that it ends in."""
    seen: list[dict[str, Any]] = []
    app = typer.Typer(add_completion=False, cls=Group if cls else None)

    @app.callback()
    def _all() -> None:
        pass

    def command(
        first: str,
        second: Annotated[str | None, typer.Argument()] = None,
        *,
        names: Annotated[list[str] | None, typer.Option("--name")] = None,
        pairs: Annotated[list[int] | None, typer.Option("--pair")] = None,
        rate: float = 0.5,
        count: Annotated[int | None, typer.Option(min=1)] = None,
        word: Literal["a", "b"] = "a",
        flag: bool = False,
    ) -> None:
        seen.append(locals() | {"seen": None})

    app.command("do", **({"cls": cls} if cls else {}))(command)
    try:
        app(["do", *arguments], standalone_mode=False, default_map={"do": config or {}})
    except Exception as error:  # noqa: BLE001 - Whatever it is, it must be the same.
        return type(error).__name__, str(error)
    return seen


@pytest.mark.parametrize(
    "arguments",
    [
        ["x"],
        ["x", "y"],
        ["x", ""],
        [],
        ["x", "--name", "1", "--name", "é"],
        ["x", "--pair", "3", "--pair", "4"],
        ["x", "--pair", "three"],
        ["x", "--rate", "2", "--count", "7", "--word", "b", "--flag"],
        ["x", "--rate", "two"],
        ["x", "--count", "0"],
        ["x", "--count", "007"],
        ["x", "--count", "٣"],
        ["x", "--count", " 3"],
        ["x", "--count", "1" * 30],
        ["x", "--word", "A"],
        ["x", "--word", "c"],
        ["x", "--word"],
        ["x", "--nobody"],
    ],
)
def test_a_command_gets_what_typer_would_give_it(arguments: list[str]):
    assert call(*arguments, cls=Command) == call(*arguments, cls=None)


@pytest.mark.parametrize(
    "config",
    [
        {"names": ["a"]},
        {"rate": "2"},
        {"rate": "x"},
        {"word": "c"},
        {"flag": True},
        {"flag": "yes"},
        {"count": 3},
        {"count": "4"},
        {"count": True},
        {"count": 0},
    ],
)
def test_what_a_configuration_says_is_coerced(config: dict[str, Any]):
    assert call("x", cls=Command, config=config) == call("x", cls=None, config=config)


@pytest.mark.parametrize("arguments", [["x", "--count", "7"], ["x", "--count", "0"], ["x", "y"]])
def test_with_another_inside_values_go_typers_own_way(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fast_typer, "_OF_DESCRIPTORS", ("annotation", "was_renamed"))
    monkeypatch.setattr(fast_typer, "_process", None)
    assert call(*arguments, cls=Command) == call(*arguments, cls=None)
