"""Addresses as a shell knows them: exit codes, one paragraph on standard error, no secrets."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store_server import Door, Store, environment

from .conftest import CLEAN, Xent

Process = Callable[..., "subprocess.CompletedProcess[str]"]

PREDS = b"p_cat,p_dog\n0.5,0.5\n0.25,0.75\n0.125,0.875\n"
LABELS = b"animal\ncat\ndog\ncat\n"
SECRETS = ("the-user", "the-secret", "me:", "hush")


def require_refused(run: subprocess.CompletedProcess[str], code: str, words: str) -> None:
    """Check that a run ended with 2, nothing but one paragraph, and no secret."""
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    assert re.fullmatch(rf"error: [^\n]*{words}[^\n]* \[{code}\]\n", run.stderr), run.stderr
    assert not any(word in run.stderr for word in ("Traceback", "AWS Error", "curlCode", *SECRETS))


def test_both_in_a_store_and_one_of_each(
    process: Process, store: Store, pair: tuple[Path, Path]
) -> None:
    store.put("p.csv", PREDS)
    labels = store.put("y.csv", LABELS)
    here = process(["eval", *pair, "-f", "total"])
    for argv in ([pair[0], labels], ["s3://bucket/p*", labels]):
        there = process(["eval", *argv, "-f", "total"], env=environment(store.port))
        assert (there.returncode, there.stdout, there.stderr) == (0, here.stdout, "")
    table = process(["eval", "s3://me:hush@bucket/p.csv", labels], env=environment(store.port))
    assert table.returncode == 0
    assert "p_cat, p_dog of s3://bucket/p.csv; labels: animal of s3://bucket/y.csv" in table.stdout
    assert "hush" not in table.stdout + table.stderr


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("s3://bucket/pp.csv", "missing-file", r"There is no file .* Did you mean s3://bucket/p\."),
        ("s3://nobucket/p.csv", "missing-file", "There is no bucket named nobucket"),
        ("s3://bucket/empty.csv", "empty-input", r"s3://bucket/empty\.csv is empty\."),
        ("s3://bucket/nothing/*.csv", "empty-input", "holds no data files"),
        (
            "s4://me:hush@host/p.csv",
            "address",
            r"xent does not open addresses with s4://.* Did you mean s3://\?",
        ),
        ("https://me:hush@127.0.0.1:9/p.csv?token=hush", "store", r"https://127.0.0.1:9/p\.csv"),
        ("s3://me:hush@bucket/p.csv?token=hush", "address", "Unexpected query parameter .*token"),
    ],
)
def test_what_cannot_be_read(
    address: str, code: str, words: str, process: Process, store: Store
) -> None:
    store.put("p.csv", PREDS)
    store.put("empty.csv", b"")
    run = process(["eval", address, "s3://bucket/y.csv"], env=environment(store.port))
    require_refused(run, code, words)


def test_no_credentials_and_the_wrong_ones(process: Process, door: Door, store: Store) -> None:
    preds = store.put("p.csv", PREDS)
    door.signed_only = True
    run = process(["eval", preds], env=environment(door.port, credentials=False))
    require_refused(run, "access", "there are no credentials. Set AWS_ACCESS_KEY_ID")
    door.refuse = "."
    run = process(["eval", preds], env=environment(door.port))
    require_refused(run, "access", r"refused access to s3://bucket/p\.csv\. Do the credentials")


def test_a_server_that_is_not_there(process: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    run = process(["eval", "s3://bucket/p.csv"], env=environment(port))
    require_refused(run, "store", rf"at 127\.0\.0\.1:{port} did not answer \(could not connect")


def test_a_connection_that_drops(process: Process, door: Door, store: Store) -> None:
    preds = store.put("p.csv", PREDS + PREDS.split(b"\n", 1)[1] * 20_000)
    door.cut_behind = 100_000
    run = process(["eval", preds, preds], env=environment(door.port))
    require_refused(run, "store", r"The connection broke while s3://bucket/p\.csv was read")


def test_reports_go_to_files(xent: Xent, pair: tuple[Path, Path]) -> None:
    run = xent("eval", *pair, "--output", "json:s3://me:hush@bucket/r.json")
    assert (run.code, run.out) == (2, "")
    assert "--output json:...: xent writes only to files of this machine" in run.err
    assert "hush" not in run.err
    assert run.err.endswith("[output]\n")


def test_interrupt_while_a_server_is_silent(tmp_path: Path) -> None:
    """The request itself would take half a minute to be given up; `timeout` is but a safety net."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = subprocess.Popen(
            [sys.executable, "-m", "xent_cli", "eval", "s3://bucket/p.csv", "-o", "json:r.json"],
            cwd=tmp_path,
            env={**CLEAN, **environment(silent.getsockname()[1])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        connection, _ = silent.accept()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
        connection.close()
    assert (run.returncode, out, err) == (130, "", "")
    assert not (tmp_path / "r.json").exists()


def test_signals_are_as_before(xent: Xent, pair: tuple[Path, Path]) -> None:
    """Who calls `main` in a process of theirs gets their own way of waking up back."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        assert xent("eval", f"file://{pair[0]}", f"file://{pair[1]}").code == 0
        assert signal.set_wakeup_fd(before) == writing
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
