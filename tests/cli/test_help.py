"""What xent says of itself, and of command lines that it cannot take: in its own words."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from xent_cli.cli import main
from xent_cli.cli.commands import COMMANDS

TYPES = re.compile(r"\{[A-Z]+\}|<(str|int|float|list|path)|\[x[<>]=|\.\.\.$", re.MULTILINE)


def said(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    captured = capfd.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_in_words(command: str, capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, text, err = said(capfd, command, "--help")
    assert (code, err) == (0, "")
    assert said(capfd, "help", command) == (0, text, "")
    assert text.startswith(f"Usage: xent {command} ")
    assert not TYPES.search(text)
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) <= 125
    listed = said(capfd, "--help")[1]
    assert text.splitlines()[2] == f"  {COMMANDS[command]}"
    assert COMMANDS[command] in " ".join(listed.split())


def test_every_option_is_in_one_group(capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = said(capfd, "gate", "--help")[1]
    titles = re.findall(r"^(\S.*):$", text, re.MULTILINE)
    assert titles == [
        "Arguments", "Options of gate", "Files and columns", "Meaning of the data", "Figures",
        "Uncertainty", "Output", "Running",
    ]  # fmt: skip
    flags = re.findall(r"^  (--[a-z-]+)", text, re.MULTILINE)
    assert len(flags) == len(set(flags))
    rules, columns = text.index("Options of gate:"), text.index("Files and columns:")
    assert rules < text.index("--require RULE") < columns < text.index("--weight COL")


REFUSED = """
evla a
    xent has no command evla. Did you mean eval?
p.csv l.csv --top 3
    xent has no command p.csv. To evaluate files: xent eval p.csv l.csv --top 3
help nope
    xent has no command nope. xent --help lists all commands.
eval
    xent eval needs PREDS. xent eval --help shows how it is used.
compare
    xent compare needs BASELINE. xent compare --help shows how it is used.
merge
    xent merge needs REPORT. xent merge --help shows how it is used.
eval --formt a
    xent eval has no option --formt. Did you mean --format?
eval --zzzz a
    xent eval has no option --zzzz. xent eval --help shows how it is used.
eval a b c d
    xent eval takes PREDS and LABELS, but there is also c, d. To read several files as one, put
    them into a folder, or quote a pattern: 'part-*.csv'.
gate a --require
    xent: Option '--require' requires an argument. xent --help shows how it is used.
eval a --jobs 0
    --jobs 0: must be at least 1.
eval a --jobs x
    --jobs x: must be a whole number.
eval a --eps two
    --eps two: must be a number.
eval a --eps 0.7
    --eps 0.7: must be at least 0 and below 0.5.
eval a --format jsn
    --format jsn: must be one of table, json, csv, md, html, total. Did you mean json?
rows a --top -1
    --top -1: must be at least 1.
config nope
    xent config does not know the command nope. It knows the options of eval, gate, compare,
    calibrate, rows, explain.
"""


@pytest.mark.parametrize("case", re.split(r"\n(?! )", REFUSED.strip()))
def test_a_command_line_that_cannot_be_taken(case: str, capfd):
    arguments, _, message = case.partition("\n")
    expected = f"error: {' '.join(message.split())} [usage]\n"
    assert said(capfd, *arguments.split()) == (2, "", expected)


def test_no_arguments_are_help_but_no_success(capfd):
    """An empty variable in a script must not pass as a gate."""
    code, text, err = said(capfd)
    assert (code, err) == (2, "")
    assert text == said(capfd, "--help")[1]


def test_version(capfd):
    assert said(capfd, "-V") == said(capfd, "--version")


@pytest.mark.parametrize("asked", ["complete_bash", "bash_complete"])
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("ga", ["gate"]),
        ("eval --we", ["--weight"]),
        ("eval --from l", ["logits", "logprobs"]),
    ],
)
def test_a_shell_completes(asked: str, words: str, offered: list[str]):
    typed = {"COMP_WORDS": f"xent {words}", "COMP_CWORD": str(len(words.split()))}
    environment = os.environ | typed | {"_XENT_COMPLETE": asked}
    command = [sys.executable, "-m", "xent_cli"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("order", ["source_{}", "{}_source"])
def test_a_shell_is_told_how(shell: str, order: str):
    environment = os.environ | {"_XENT_COMPLETE": order.format(shell)}
    command = [sys.executable, "-m", "xent_cli"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f"complete_{shell}" in run.stdout
