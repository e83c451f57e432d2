"""Temporary files: without a name, and not the input's fault."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from xent_cli import evaluate
from xent_cli.errors import MissingFileError, ResourceError, ScratchError
from xent_cli.io.storage.temporary_file import copy_to_scratch, path_of


class Broken(io.RawIOBase):
    """A file that fails."""

    def __init__(self, number: int) -> None:
        self._number = number

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise OSError(self._number, os.strerror(self._number))

    def write(self, data: object) -> int:
        raise OSError(self._number, os.strerror(self._number))


def test_what_is_copied_can_be_opened_again_and_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with copy_to_scratch(io.BytesIO(b"abc" * 1_000_000), "p") as file:
        assert Path(path_of(file)).read_bytes() == b"abc" * 1_000_000 == file.read()
        if os.path.isdir("/proc/self/fd"):
            assert os.listdir(tmp_path) == []
    assert os.listdir(tmp_path) == []


def test_without_proc_it_has_a_name_until_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("xent_cli.io.storage.temporary_file._DESCRIPTORS", str(tmp_path / "none"))
    with copy_to_scratch(io.BytesIO(b"abc"), "p") as file:
        assert Path(path_of(file)).read_bytes() == b"abc"
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


def test_a_full_folder_is_not_the_fault_of_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "a.npz", p=np.full((4, 2), 0.5), y=np.zeros(4, int))
    monkeypatch.setattr(tempfile, "tempdir", "/full")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Broken(errno.ENOSPC))
    with pytest.raises(ScratchError, match="folder /full: No space left on device. Free some"):
        copy_to_scratch(io.BytesIO(b"p"), "<stdin>")
    with pytest.raises(ScratchError, match=r"a\.npz, array p, cannot be copied"):
        evaluate(tmp_path / "a.npz", label_col="y")


def test_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(ScratchError, match="No such file or directory"):
        copy_to_scratch(io.BytesIO(b"p"), "<stdin>")


@pytest.mark.parametrize(
    ("number", "error"), [(errno.EIO, MissingFileError), (errno.EMFILE, ResourceError)]
)
def test_what_cannot_be_read_and_what_the_system_refuses(
    number: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    if error is ResourceError:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Broken(number))
    stream = Broken(number) if error is MissingFileError else io.BytesIO(b"p")
    with pytest.raises(error, match=os.strerror(number)):
        copy_to_scratch(stream, "<stdin>")
