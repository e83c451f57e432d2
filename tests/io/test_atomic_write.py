from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from xent_cli.errors import OutputError
from xent_cli.io.atomic_write import drafted


def write(path: Path, text: str) -> None:
    with drafted(str(path)) as draft:
        Path(draft).write_text(text)


def write_half(path: Path) -> None:
    with drafted(str(path)) as draft:
        Path(draft).write_text("half")
        raise ValueError("in the middle")


def test_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    path.chmod(0o640)
    with pytest.raises(ValueError, match="in the middle"):
        write_half(path)
    assert (path.read_text(), os.listdir(tmp_path)) == ("before", ["out"])
    write(path, "after")
    assert (path.read_text(), os.listdir(tmp_path)) == ("after", ["out"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "text"


def test_a_pipe_is_written_itself(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append((tmp_path / "pipe").read_text()))
    reader.start()
    write(tmp_path / "pipe", "text")
    reader.join()
    assert found == ["text"]
    assert os.listdir(tmp_path) == ["pipe"]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "no" / "where", "")
