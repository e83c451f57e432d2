"""Where configuration is found, and what it may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from xent_cli.cli.config import find_config, require_known
from xent_cli.errors import ConfigError


def test_the_nearest_file_with_options_wins(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.xent]\nbase = "2"\n')
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.other]\nbase = "10"\n')
    found = find_config(inner)
    assert found is not None
    assert (found[0], dict(found[1])) == (tmp_path / "pyproject.toml", {"base": "2"})
    (inner / "xent.toml").write_text('base = "10"\n')
    nearer = find_config(inner)
    assert nearer is not None
    assert (nearer[0], dict(nearer[1])) == (inner / "xent.toml", {"base": "10"})


def test_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    found = find_config(tmp_path)
    assert found is None or tmp_path not in found[0].parents


@pytest.mark.parametrize("content", [b"base = [", b"\xff\xfe"])
def test_no_toml(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "xent.toml").write_bytes(content)
    with pytest.raises(ConfigError, match="xent.toml cannot be read"):
        find_config(tmp_path)


def test_unknown_options_name_the_nearest() -> None:
    require_known(Path("x"), {"base": "2"}, {"base", "eps"})
    with pytest.raises(ConfigError, match="there is no option 'bas'. Did you mean base?"):
        require_known(Path("x"), {"bas": "2"}, {"base", "eps"})
    with pytest.raises(ConfigError, match="Known: base, eps."):
        require_known(Path("x"), {"zzz": "2"}, {"base", "eps"})
