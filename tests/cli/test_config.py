"""Where configuration is found, what it may say, and that what it does is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from xent_cli.cli.config_file import COMMANDS, options_of_command, read_config, search_config
from xent_cli.errors import ConfigError

from .conftest import Xent


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a repository, whose folder is the working folder."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_nearest_file_with_options_wins(repository: Path) -> None:
    inner = repository / "a" / "b"
    inner.mkdir(parents=True)
    (repository / "pyproject.toml").write_text('[tool.xent]\nbase = "2"\n')
    (repository / "a" / "pyproject.toml").write_text('[tool.other]\nbase = "10"\n')
    assert search_config(inner) == (repository / "pyproject.toml", {"base": "2"})
    (inner / "xent.toml").write_text('base = "10"\n')
    assert search_config(inner) == (inner / "xent.toml", {"base": "10"})


@pytest.mark.parametrize(
    "text",
    [
        '[ "tool" . \'xent\' ]\nbase = "2"\n',
        '[tool]\r\nxent = { base = "2" }\r\n',
        'tool.xent.base = "2"\n',
        'tool = { xent.base = "2" }\n',
    ],
)
def test_a_table_is_found_however_it_is_spelled(text: str, repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(text.encode())
    assert search_config(repository) == (repository / "pyproject.toml", {"base": "2"})


@pytest.mark.parametrize("end", [".git", "home"])
def test_the_search_ends_with_the_project(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xent.toml").write_text('base = "2"\n')
    inner = tmp_path / "project" / "deep"
    inner.mkdir(parents=True)
    if end == ".git":
        (tmp_path / "project" / ".git").write_text("gitdir: elsewhere\n")  # As of a worktree.
    else:
        monkeypatch.setenv("HOME", str(tmp_path / "project"))
    assert search_config(inner) is None
    assert search_config(tmp_path) is not None


def test_the_search_ends_at_the_edge_of_a_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "mounted"
    inner.mkdir()
    (tmp_path / "xent.toml").write_text('base = "2"\n')
    stat = Path.stat

    def mounted(path: Path, **how: bool) -> os.stat_result:
        found = stat(path, **how)
        return os.stat_result((*found[:2], found[2] + (path == inner), *found[3:]))

    assert search_config(inner) is not None
    monkeypatch.setattr(Path, "stat", mounted)
    assert search_config(inner) is None


@pytest.mark.parametrize("name", ["xent.toml", "pyproject.toml"])
def test_a_file_of_another_user_is_read_only_if_it_is_named(
    name: str, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repository / name
    path.write_text('[tool.xent]\nbase = "2"\n')
    monkeypatch.setattr(os, "getuid", lambda: os.stat(path).st_uid + 1)
    with pytest.raises(ConfigError, match="belongs to another user, so xent does not read it"):
        read_config("eval", ["a.csv"])
    for said in (["--config", str(path)], [f"--config={path}"]):
        assert read_config("eval", said).values == {"base": "2"}
    assert read_config("eval", ["--no-config"]).path == ""


def test_a_project_of_another_user_that_sets_nothing_is_none_of_ours(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "pyproject.toml").write_text('[project]\nname = "nextentity"\n')
    monkeypatch.setattr(os, "getuid", lambda: -1)
    assert read_config("eval", []).path == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base = [", "cannot be read"),
        ("\xff", "cannot be read"),
        ("a = " + "[" * 5000, "cannot be read"),
        ('mod = "binary"', "there is no option 'mod'. Did you mean mode?"),
        ("debug = true", "debug cannot be set in a configuration file"),
        (
            'output = "json:r.json"',
            "output cannot be set in a configuration file. Use --output on the command",
        ),
        ('engine = "dask"', "engine cannot be set in a configuration file"),
        ('[gate]\naddress = "tcp://x"', "address cannot be set in a configuration file"),
        ('mode = "ternary"', 'mode = "ternary": must be one of binary, categorical, sparse'),
        ('format = "junit"', "must be one of table, json, csv, md, html, total"),
        ('eps = "tiny"', 'eps = "tiny": must be a number'),
        ("eps = true", "eps = true: must be a number"),
        ("eps = 1979-05-27", "eps = 1979-05-27: must be a number"),
        ("label-base = 1.5", "label-base = 1.5: must be a whole number"),
        ("top = -3", "top = -3: must be at least 0"),
        ("quiet = 1", "quiet = 1: must be true or false"),
        ("pred-cols = {a = 1}", "must be a text, or several"),
        ('classes = ["a", "b"]', "must be a text"),
        ("gate = 3", "gate must be a table"),
        ('[gate]\nrequires = "ce <= 1"', "there is no option 'requires'. Did you mean require?"),
        ('base = "2"\n[tool.xent]\neps = 0', "options both at its top and under .tool.xent."),
        ("[tool]\nxent = 1", "tool.xent must be a table"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    xent: Xent, pair: tuple[Path, Path], tmp_path: Path, text: str, message: str
) -> None:
    command = "gate" if "address" in text else "eval"
    (tmp_path / "xent.toml").write_bytes(text.encode("latin-1"))
    result = xent(command, *pair)
    assert (result.code, result.out) == (2, "")
    assert message.replace(".tool.xent.", "[tool.xent]") in result.err
    assert result.err.endswith(" [config]\n")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "text", ['base = "2"', "base = 2", '[eval]\nbase = "2"', '[tool.xent]\nbase = "2"']
)
def test_every_result_says_what_a_file_has_set(
    xent: Xent, pair: tuple[Path, Path], tmp_path: Path, text: str
) -> None:
    preds, labels = pair
    path = tmp_path / "xent.toml"
    path.write_text(text)
    said = f'{path} sets base = "2".'
    found = xent("eval", *pair, "-f", "json")
    assert {"code": "config", "message": said} in json.loads(found.out)["notes"]
    assert found.err == f"config: {said}\n"
    assert f"note (config): {said}" in xent("eval", *pair).out.replace("\n  ", " ")
    assert xent("eval", *pair, "-f", "total", "-q").err == ""
    assert xent("eval", *pair, "-f", "total", "--base", "2").err == ""  # Said by the user.
    if "eval" not in text:
        other = tmp_path / "other.csv"
        other.write_text(preds.read_text().replace("0.5,0.5", "0.75,0.25"))
        for command in (
            ("gate", *pair, "--require", "ce <= 9", "-f", "json"),
            ("compare", preds, other, "--labels", labels, "-f", "json"),
            ("rows", *pair, "-f", "json"),
            ("explain", *pair, "-f", "json"),
        ):
            result = xent(*command)
            assert (result.code, result.err) == (0, f"config: {said}\n")


def test_a_file_cannot_hide_what_it_does(
    xent: Xent, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "xent.toml").write_text('quiet = true\nbase = "2"\n')
    assert xent("eval", *pair).err.startswith("config: ")


def test_a_file_gives_what_the_command_line_would(
    xent: Xent, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "xent.toml").write_text(
        'classes = "cat,dog"\npositive = "dog"\neps = 0\nlabel-col = "animal"\n'
        'from = "probs"\nignore-label = 7\n[gate]\nrequire = ["ce <= 9"]\nmin-n = 3\n'
    )
    options = ("--classes", "cat,dog", "--eps", "0", "--label-col", "animal")
    more = ("--ignore-label", "7", "--no-config", "-f", "total", "--positive", "dog")
    from_file = xent("eval", *pair, "-f", "total")
    assert (from_file.code, from_file.out) == (0, xent("eval", *pair, *options, *more).out)
    assert xent("gate", *pair).code == 0


def test_xent_config_shows_what_holds_and_why(xent: Xent, tmp_path: Path) -> None:
    path = tmp_path / "xent.toml"
    path.write_text('base = "2"\n[gate]\nrequire = "ce <= 1"\n')
    table = xent("config", "gate")
    assert (table.code, table.err) == (0, "")
    assert table.out.startswith(f"xent gate, configuration file: {path}\n")
    lines = [line.split("  ") for line in table.out.splitlines()]
    shown = [[part.strip() for part in line if part] for line in lines]
    assert ["--require", "ce <= 1", str(path)] in shown
    assert ["--from", "probs", "default"] in shown
    data = json.loads(xent("config", "-f", "json").out)
    origins = {item["option"]: (item["value"], item["from"]) for item in data["options"]}
    assert (data["command"], data["file"]) == ("eval", str(path))
    assert origins["--base"] == ("2", str(path))
    assert origins["--from"] == ("probs", "default")
    assert json.loads(xent("config", "--no-config", "-f", "json").out)["file"] is None


def test_what_decides_where_results_go_never_comes_from_a_file() -> None:
    for command in COMMANDS:
        barred = {item.name for item in options_of_command(command) if not item.in_files}
        assert {"output", "engine", "address", "config", "no_config", "debug"} <= barred


def test_a_link_to_nowhere_and_a_file_without_end(xent: Xent, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("p_a,p_b,y\n0.5,0.5,a\n0.25,0.75,b\n")
    (tmp_path / "xent.toml").symlink_to("moved.toml")
    run = xent("eval", "p.csv", "-f", "total")
    assert (run.code, run.out) == (2, "")
    assert "xent.toml is a link to moved.toml, which is not there. Remove the link" in run.err
    assert xent("eval", "p.csv", "-f", "total", "--no-config").code == 0
    run = xent("eval", "p.csv", "-f", "total", "--config", "/dev/zero")
    assert (run.code, run.out) == (2, "")
    assert "/dev/zero has more than 16,777,216 bytes, which no options need. [config]" in run.err


def test_a_working_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert read_config("eval", []).path == ""


@pytest.mark.parametrize("command", ["eval", "gate", "compare", "explain", "rows"])
def test_every_document_says_what_a_file_has_set(xent: Xent, tmp_path: Path, command: str) -> None:
    (tmp_path / "xent.toml").write_text("eps = 0.001\nquiet = true\n")
    sparse = Path(__file__).parents[2] / "sample_data" / "sparse"
    rule = ["--require", "ce <= 3"] if command == "gate" else []
    forms = ["table", "md", "json"] + ["github", "junit"] * (command == "gate")
    outputs = [part for form in forms for part in ("-o", f"{form}:{tmp_path / form}")]
    labels = [sparse / "labels.csv"]
    if command == "compare":
        labels = [sparse / "baseline.csv", "--labels", *labels]
    files = [sparse / "candidate.csv", *labels]
    result = xent(command, *files, *rule, *outputs)
    assert result.code == 0, result.err
    for form in forms:
        assert "xent.toml sets eps = 0.001" in (tmp_path / form).read_text(), form
