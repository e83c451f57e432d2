"""Following: a scenario's command is run, and what its message says to do is done, as written."""

from __future__ import annotations

import json
import math
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.shapes.running import Answer, run
from xent_cli.cli.option_groups import on_command_line

Content = str | bytes | Callable[[Path], object]
FIRST, REMOVED, SHELL = " | ", "- ", "$ "


@dataclass(frozen=True)
class Scenario:
    """A small world, a command whose message gives hints, and what each of them comes to.

    Attributes
    ----------
    at : str
        The sites whose hints are shown, with semicolons between; see `sites`.
    command : str
    files : mapping of str to content
    ways : mapping of str to float or None
        The right number for each hint, as its option is written in the message; None if following
        it is refused. `--label-col | truth` fills in what the hint leaves to the user,
        `- --label-base 3` takes an option out, `$ xent merge ...` is a line for the shell.
    figure : float, optional
        The right number where the message is a note and not a refusal.
    taken : str
        What the message says besides, before its ways out.
    """

    at: str
    command: str
    files: Mapping[str, Content]
    ways: Mapping[str, float | None] = field(default_factory=dict)
    figure: float | None = None
    taken: str = ""

    @property
    def sites(self) -> list[str]:
        return [site.strip() for site in self.at.split(";") if site.strip()]


Named = list[tuple[str, str, str | None]]
"""Options as messages were made: the site, the option spelled, and its value."""


def recorder(original: Callable[..., str], home: Path, named: Named) -> Callable[..., str]:
    """Return `option`, which besides writes down who names what."""

    def option(name: str, value: object = None) -> str:
        code = sys._getframe(1).f_code
        function = code.co_qualname.split(".<locals>")[0]
        path = Path(code.co_filename)
        marked = original(name, value)
        text = marked.split("\ufdd1")[1] if "\ufdd1" in marked else None
        if path.is_relative_to(home):
            spelled = on_command_line(name, text, None)
            named.append((f"{path.relative_to(home).as_posix()} {function}", spelled, text))
        return marked

    return option


def follow(scenario: Scenario, folder: Path, named: Named) -> None:
    """Run a scenario and every way out that its message names."""
    for name, content in scenario.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    answer = run(scenario.command, folder)
    said = " ".join((answer.err, _plain(answer.out), *_written(scenario.command, folder)))
    if scenario.figure is None:
        assert answer.code == 2, said
    else:
        _judge(answer, scenario.figure, "as given")
    assert scenario.taken in said, said
    _require_sites(scenario, said, named)
    _require_all_ways(scenario, said, named)
    for way, right in scenario.ways.items():
        hint = way.partition(FIRST)[0]
        if way.startswith(REMOVED):
            hint = hint.removeprefix(REMOVED).split()[0]
        if way.startswith(SHELL):
            _judge(in_shell(way.removeprefix(SHELL), folder), right, way)
            continue
        assert hint in said, f"{hint!r} is not named in: {said}"
        _judge(run(_followed(scenario.command, way), folder), right, way)


def _plain(out: str) -> str:
    """Return the texts of a document: JSON escapes some characters of its own."""
    try:
        return " ".join(_texts(json.loads(out)))
    except ValueError:
        return out


def _written(command: str, folder: Path) -> Iterator[str]:
    """Yield the documents that a command wrote, in `--output FORMAT:PATH`."""
    for word in shlex.split(command):
        path = folder / word.partition(":")[2]
        if path.is_file():
            yield path.read_text("utf-8")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _require_sites(scenario: Scenario, said: str, named: Named) -> None:
    """Fail unless each site that names an option has been there, and its words are shown."""
    shown = {site for site, spelled, _ in named if spelled in said}
    for site in scenario.sites:
        where, _, what = site.rpartition(" ")
        literal = what.startswith("--") or where.endswith(" xent")
        assert literal or where in shown, f"{site} has not been reached: {said}"


def _require_all_ways(scenario: Scenario, said: str, named: Named) -> None:
    """Fail if the message names an option with a value that no way of the scenario follows."""
    for site, spelled, value in named:
        if not value or spelled not in said or spelled in scenario.command:
            continue
        assert any(spelled in way for way in scenario.ways), f"{site} says {spelled!r}: {said}"


def _followed(command: str, way: str) -> str:
    if way.startswith(REMOVED):
        gone, _, added = way.removeprefix(REMOVED).partition(FIRST)
        rest = f" {command} ".replace(f" {gone} ", " ").strip()
        assert rest != command
        return f"{rest} {added}"
    said, _, filled = way.partition(FIRST)
    return f"{command} {shlex.split(said)[0]} {filled}" if filled else f"{command} {said}"


def in_shell(line: str, folder: Path) -> Answer:
    """Run a line of the shell, in which `xent` is this one."""
    tool = folder / "bin" / "xent"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m xent_cli "$@"\n')
    tool.chmod(0o755)
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        env={"PATH": f"{tool.parent}:{os.environ['PATH']}", "COLUMNS": "80", "TERM": "dumb"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Answer(command=line, code=done.returncode, out=done.stdout, err=done.stderr)


def _judge(answer: Answer, right: float | None, way: str) -> None:
    shown = f"{way}: exit {answer.code}, {answer.err}"
    if right is None:
        assert answer.code == 2, f"{shown} is no refusal: {figure_of(answer)}"
        assert answer.err.startswith("error: "), shown
        assert "[crash]" not in answer.err, shown
        return
    assert answer.code in (0, 1, 3), shown
    found = figure_of(answer)
    assert found is not None, shown
    assert math.isclose(found, right, rel_tol=1e-9), f"{shown}: {found} for {right}"


def figure_of(answer: Answer) -> float | None:
    """Return the cross entropy of a document: the first that it names."""
    try:
        return _cross_entropy(json.loads(answer.out))
    except ValueError:
        return None


def _cross_entropy(value: Any) -> float | None:
    if isinstance(value, dict):
        own = value.get("cross_entropy")
        if isinstance(own, int | float):
            return float(own)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = (_cross_entropy(item) for item in items)
    return next((number for number in found if number is not None), None)
