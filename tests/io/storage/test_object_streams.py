from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xent_cli.errors import BrokenFileError
from xent_cli.io.storage import object_store

DATA = bytes(range(256)) * 40


class Fake:
    """An object that notes what is asked of it."""

    name = "s3://bucket/k"

    def __init__(self, data: bytes, *, lost: int = 0) -> None:
        self.data, self.lost = data, lost
        self.asked: list[tuple[int, int]] = []

    def open_arrow(self) -> Any:
        return self

    @contextmanager
    def asking(self) -> Iterator[None]:
        yield

    def size(self) -> int:
        return len(self.data)

    def read_at(self, size: int, offset: int) -> bytes:
        self.asked.append((size, offset))
        return self.data[: len(self.data) - self.lost][offset : offset + size]

    def close(self) -> None:
        self.data = b""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "_FIRST", 64)
    monkeypatch.setattr(object_store, "_MOST", 512)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(0, 12_000)),
        st.tuples(st.just("seek"), st.integers(0, 11_000)),
        st.tuples(st.just("back"), st.integers(0, 11_000)),
    ),
    max_size=12,
)


@given(STEPS)
def test_it_is_a_file_like_any(steps: list[tuple[str, int]]) -> None:
    ours, theirs = object_store.open_ranges(Fake(DATA)), io.BytesIO(DATA)
    for step, number in steps:
        for stream in (ours, theirs):
            if step == "seek":
                stream.seek(number)
            elif step == "back":
                stream.seek(-min(number, len(DATA)), io.SEEK_END)
        if step == "read":
            assert ours.read(number) == theirs.read(number)
        assert ours.tell() == theirs.tell()


def test_it_asks_for_more_the_longer_it_goes_on() -> None:
    fake = Fake(DATA)
    with object_store.open_ranges(fake) as stream:
        while stream.read1(50):
            pass
    sizes = [size for size, _ in fake.asked]
    assert sizes[:5] == [64, 128, 256, 512, 512]
    assert sum(sizes) == len(DATA)
    assert fake.data == b""


def test_a_short_answer_is_no_end() -> None:
    with (
        object_store.open_ranges(Fake(DATA, lost=1)) as stream,
        pytest.raises(BrokenFileError, match=r"s3://bucket/k ended at byte 10,239 of 10,240"),
    ):
        stream.read()


def test_arrow_passes_our_errors_on() -> None:
    """A decompressor in C++ reads through the stream; what that raises comes out unchanged."""
    packed = pa.compress(DATA * 100, codec="zstd", asbytes=True)
    stream = object_store.open_ranges(Fake(packed, lost=1))
    with (
        pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd") as unpacked,
        pytest.raises(BrokenFileError, match="ended at byte"),
    ):
        unpacked.read()
