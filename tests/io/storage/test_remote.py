"""Files at web addresses, from a server of this machine; and patterns in fsspec's own memory."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import fsspec
import pytest

from tests.io.making import EXPECTED, LABELS, PREDS, cross_entropy, write
from xent_cli.errors import (
    AccessError,
    AddressError,
    EmptyInputError,
    MissingFileError,
    StoreError,
    UsageError,
)
from xent_cli.io.open import open_source
from xent_cli.io.storage.remote import find_remote


class Handler(BaseHTTPRequestHandler):
    """Serves what `files` holds, without ranges, and what `codes` says."""

    files: ClassVar[dict[str, bytes]] = {}
    codes: ClassVar[dict[str, int]] = {"/secret.csv": 403, "/login.csv": 401, "/broken.csv": 500}

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        data = self.files.get(path)
        self.send_response(self.codes.get(path, 404 if data is None else 200))
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        self.wfile.write(data or b"")

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("query", ["", "?token=HUSH", "?download", "#part"])
def test_a_file_of_the_web(query: str, site: str, tmp_path: Path) -> None:
    labels = write(tmp_path / "y.csv", LABELS)
    Handler.files["/a/p.tsv"] = PREDS.replace(",", "\t").encode()
    assert cross_entropy(f"{site}/a/p.tsv{query}", labels) == EXPECTED
    source = open_source(f"{site}/a/p.tsv{query}", "preds")
    assert source.path == f"{site}/a/p.tsv"


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("none.csv", MissingFileError, r"There is no file http://127.0.0.1:\d+/none.csv"),
        (
            "secret.csv",
            AccessError,
            r"refused access to http://127.0.0.1:\d+/secret.csv \(status 403",
        ),
        ("login.csv", AccessError, "status 401"),
        ("broken.csv", StoreError, "broken.csv cannot be read: status 500"),
        ("empty.csv", EmptyInputError, "is empty"),
    ],
)
def test_what_the_web_does_not_give(
    name: str, error: type[Exception], words: str, site: str
) -> None:
    Handler.files["/empty.csv"] = b""
    with pytest.raises(error, match=words) as caught:
        open_source(f"{site}/{name}?token=HUSH", "preds")
    assert "HUSH" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["http://me:HUSH@127.0.0.1:9/p.csv?sig=HUSH", "nope://u:HUSH@h/k"])
def test_secrets_are_not_said(url: str) -> None:
    with pytest.raises((StoreError, AddressError)) as caught:
        open_source(url, "preds")
    assert "HUSH" not in str(caught.value) + repr(caught.value)


def test_folders_and_patterns(tmp_path: Path) -> None:
    labels = write(tmp_path / "y.csv", LABELS)
    header, *rows = PREDS.splitlines(keepends=True)
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pipe({"/run/a.csv": (header + "".join(rows[:1])).encode()})
    memory.pipe({"/run/b.csv": (header + "".join(rows[1:])).encode(), "/run/log.bin": b"x"})
    for address in ("memory://run/*.csv", "memory://run"):
        assert cross_entropy(address, labels) == EXPECTED
    assert "memory://" not in repr(
        find_remote("memory://run/a.csv")
    )  # The whole address is secret.


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        (
            "https://h/p.csv",
            UsageError,
            r"pip install 'xent-cli\[fsspec\]', or pipe .* curl -L URL",
        ),
        ("s4://b/k", AddressError, r"Did you mean s3://\? After pip install 'xent-cli\[fsspec\]'"),
    ],
)
def test_without_the_extra(
    url: str, error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(error, match=words):
        open_source(url, "preds")
