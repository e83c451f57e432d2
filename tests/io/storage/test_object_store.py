"""Objects in a store: a real S3 server on this machine, and a door before it that breaks off."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import pickle
import socket
from contextlib import suppress
from pathlib import Path
from threading import Event

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from tests.io.making import EXPECTED, LABELS, PREDS, cross_entropy, npy_bytes, read_column
from tests.io.test_open import long_files
from tests.io.test_same_bits import FRAME, KINDS, LABEL_FRAMES, save
from tests.store_server import Door, Store
from xent_cli import XentError, evaluate
from xent_cli.errors import (
    AccessError,
    AddressError,
    BrokenFileError,
    EmptyInputError,
    MissingFileError,
    StoreError,
)
from xent_cli.io.formats.csv import records
from xent_cli.io.open import open_source
from xent_cli.io.storage import object_store
from xent_cli.io.storage.listing import Listing, find
from xent_cli.io.storage.location import Location, Stamp

PACKERS = {
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: bytes(pa.compress(data, codec="zstd", asbytes=True)),
}
FILES = [kind for kind in KINDS if kind not in ("array", "table", "frame")]


def write_frame(frame: pd.DataFrame, kind: str, path: Path) -> Path:
    """Write a frame in one of the kinds of this module."""
    if kind == "stream":
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.ipc.new_stream(str(path / "f.arrows"), table.schema) as writer:
            writer.write_table(table, max_chunksize=133)
        return path / "f.arrows"
    if kind in PACKERS:
        file = path / f"f.csv.{kind}"
        file.write_bytes(PACKERS[kind](frame.to_csv(index=False).encode()))
        return file
    return Path(save(frame, kind, path))


def only_file(address: str) -> Location:
    """Return the one file that an address names."""
    found = find(address)
    assert isinstance(found, Location)
    return found


@pytest.mark.parametrize("kind", [*FILES, *PACKERS, "stream"])
def test_the_same_bits_as_from_this_machine(kind: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    preds = write_frame(FRAME, kind, tmp_path)
    labels = write_frame(LABEL_FRAMES["sparse"], kind, tmp_path / "labels")
    ours = evaluate(preds, labels)
    there = store.put_file(preds), store.put_file(labels, f"labels/{labels.name}")
    report = evaluate(*there)
    assert report.tally == ours.tally
    assert [part.path for part in report.inputs] == list(there)
    assert evaluate(there[0], labels, batch_rows=70, jobs=1).tally == ours.tally


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "p.csv").write_text(PREDS)
    (tmp_path / "y.csv").write_text(LABELS)
    address = f"file://{tmp_path}/a%20b/"
    for name in ("p.csv", "*.csv", ""):
        assert cross_entropy(address + name, f"file://{tmp_path}/y.csv") == EXPECTED


TREE = [
    *("part-1.csv", "part-2.csv", "part-10.csv", "_part.csv", ".part.csv", "notes.md", "_SUCCESS"),
    *("x=1/part-1.csv", "x=2/part-1.csv", "x=2/y=a b/part-1.csv", "x=2/.z/part-1.csv"),
    *("_tmp/part-1.csv", "x=10/part-1.csv.gz", "p[1].csv", "50%.csv", "ü+.csv", "x=2/_y/q.csv"),
]
PATTERNS = [
    *("*.csv", "part-*.csv", "part-?.csv", "part-[0-9].csv", "[!p]*.csv", "**/*.csv", "**", "*"),
    *("x=*/part-*", "x=*/*/part-*", "x=*/part-1.csv", "**/y=*/*.csv", ".*.csv", "_*", "*/.z/*.csv"),
    *("x=2/**/*.csv", "x=2/**", "**/**/*.csv", "nothing-*", "**/x=2/*.csv", "p[1].csv", "x=*/"),
]


@pytest.mark.parametrize("depth", ["", "deep/er/"])
def test_folders_and_patterns_hold_what_they_hold_here(
    depth: str, store: Store, tmp_path: Path
) -> None:
    for name in TREE:
        place = tmp_path / depth / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(PREDS.encode())
        store.put(depth + name, PREDS.encode())
    for pattern in ("", *PATTERNS):
        here, there = find(f"{tmp_path}/{depth}{pattern}"), find(f"s3://bucket/{depth}{pattern}")
        if not isinstance(here, Listing):
            assert isinstance(there, Location), pattern
            continue
        assert isinstance(there, Listing), pattern
        names = [os.path.relpath(file.path, tmp_path) for file, _ in here.parts]
        assert [file.path for file, _ in there.parts] == names, pattern
        assert [pairs for _, pairs in there.parts] == [pairs for _, pairs in here.parts], pattern
        assert names or pattern in ("nothing-*", "x=*/")


def test_hive_partitions_and_options_of_a_pattern(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row, (name, line) in enumerate(
        zip(["dog", "cat", "ox", "ox"], PREDS.splitlines()[1:], strict=True)
    ):
        store.put(f"run/label={name}/part-{row}.csv", f"p_cat,p_dog,p_ox\n{line}\n".encode())
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_REGION")
    options = f"?endpoint_override=127.0.0.1:{store.port}&scheme=http&region=us-east-1"
    for address in ("s3://bucket/run", "s3://bucket/run/", "s3://bucket/r*/label=*/part-?.csv"):
        report = evaluate(address + options)
        assert report.cross_entropy == pytest.approx(EXPECTED, rel=1e-15)
        assert report.inputs[0].path == address
    assert read_column(f"s3://bucket/run{options}", "label") == ["cat", "dog", "ox", "ox"]


def test_names_may_be_odd(store: Store) -> None:
    for name, written in [("a b", "a%20b"), ("50%", "50%25"), ("ü", "ü"), ("x+y", "x+y")]:
        store.put(f"{name}.csv", PREDS.encode())
        location = only_file(f"s3://bucket/{written}.csv")
        assert location.head(5) == b"p_cat"
        assert only_file(location.name) == location


def test_of_a_wide_file_only_some_columns_are_fetched(door: Door, store: Store) -> None:
    rng = np.random.default_rng(0)
    columns = {f"p_{i}": rng.random(10_000) for i in range(40)}
    # A good model: after a bad one xent reads again, to ask for the order of columns.
    table = pa.table({**columns, "label": (columns["p_1"] > columns["p_0"]).astype(int)})
    parquet, arrow = pa.BufferOutputStream(), pa.BufferOutputStream()
    pq.write_table(table, parquet, row_group_size=2500, use_dictionary=False, compression="none")
    with pa.ipc.new_file(arrow, table.schema) as writer:
        writer.write_table(table, max_chunksize=2500)
    for name, sink in {"w.parquet": parquet, "w.arrow": arrow}.items():
        data = sink.getvalue().to_pybytes()
        address = store.put(name, data)
        report = evaluate(address, pred_cols=["p_0", "p_1"], row_sums="ignore")
        assert report.n == 10_000
        assert 0 < door.fetched(name) < len(data) / 4


def test_text_comes_in_pieces_and_once(door: Door, store: Store) -> None:
    data = b"p_a,p_b,label\n" + b"0.50000000000000000000,0.50000000000000000000,a\n" * 700_000
    address = store.put("long.csv", data)
    source = open_source(address, "preds")
    door.seen.clear()
    assert sum(len(block) for block in source.blocks({"p_a": "number"})) == 700_000
    sizes = [size for method, _, _, size in door.seen if method == "GET"]
    assert len(data) > 30 << 20
    assert max(sizes) <= records.CHUNK_BYTES
    assert sum(sizes) == len(data)


def test_locations_travel(store: Store) -> None:
    location = only_file(store.put("p.csv", PREDS.encode()) + "?region=us-east-1")
    copy = pickle.loads(pickle.dumps(location))
    assert copy == location
    with copy.open() as stream:
        assert stream.read() == PREDS.encode()
    assert copy.size() == len(PREDS)
    assert Stamp.of(copy).still_holds()


@pytest.mark.parametrize("name", ["p.csv", "p.parquet", "p.npy", "p.npz", "p.arrow", "p.jsonl.gz"])
def test_empty_objects(name: str, store: Store) -> None:
    with pytest.raises(EmptyInputError, match=f"s3://bucket/{name} is empty. Did the job"):
        evaluate(store.put(name, b""))


def test_nothing_in_a_folder(store: Store) -> None:
    store.put("run/notes.md", b"x")
    for address in ("s3://bucket/run", "s3://bucket/nix/", "s3://bucket/run/*.csv"):
        with pytest.raises(EmptyInputError, match=r"holds no data files. xent reads csv"):
            evaluate(address)


def test_missing_objects(store: Store) -> None:
    store.put("run/preds.csv", PREDS.encode())
    with pytest.raises(
        MissingFileError,
        match=r"no file s3://bucket/run/predz\.csv\. Did you mean s3://bucket/run/preds\.csv\?",
    ):
        evaluate("s3://bucket/run/predz.csv")
    with pytest.raises(MissingFileError, match=r"There is nothing in s3://bucket/nix either"):
        evaluate("s3://bucket/nix/preds.csv")
    for address in ("s3://nobucket/p.csv", "s3://nobucket/run/", "s3://nobucket/*.csv"):
        with pytest.raises(MissingFileError, match="There is no bucket named nobucket, so"):
            evaluate(address)


def test_data_that_are_damaged_are_not_the_fault_of_the_store(store: Store) -> None:
    with pytest.raises(BrokenFileError, match=r"s3://bucket/p\.parquet cannot be read as Parquet"):
        evaluate(store.put("p.parquet", b"PAR1\0\0\0\0broken\0PAR1"))
    with pytest.raises(BrokenFileError, match=r"s3://bucket/p\.csv\.gz is named like a gzip file"):
        evaluate(store.put("p.csv.gz", PREDS.encode()))


@pytest.fixture(scope="module")
def long() -> dict[str, bytes]:
    """Files of several blocks, in every format that is streamed."""
    files = long_files()
    npz, array = pa.BufferOutputStream(), np.full((200_000, 2), 0.5)
    np.savez(npz, values=array)
    return {
        **files,
        "csv.gz": gzip.compress(files["csv"], 1),
        "csv.xz": lzma.compress(files["csv"], preset=0),
        "csv.zst": bytes(pa.compress(files["csv"], codec="zstd", asbytes=True)),
        "npz": npz.getvalue().to_pybytes(),
    }


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "arrow", "npy"])
@pytest.mark.parametrize("keep", [0.6, 1.2])
def test_an_object_that_changes_while_it_is_read(
    kind: str, keep: float, long: dict[str, bytes], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xent_cli.io.formats.csv.records.CHUNK_BYTES", 1 << 18)
    monkeypatch.setattr(records, "_HEAD_BYTES", 1 << 14)
    data = long[kind]
    source = open_source(store.put(f"p.{kind}", data), "preds")
    blocks = source.blocks({source.columns[0].name: "number"})
    next(blocks)
    store.put(f"p.{kind}", data[: int(len(data) * keep)] + data[: max(0, int(len(data) * 0.1))])
    with pytest.raises(XentError, match=rf"s3://bucket/p\.{kind}"):
        list(blocks)


def test_an_object_that_is_deleted_while_it_is_read(store: Store) -> None:
    source = open_source(store.put("p.csv", PREDS.encode()), "preds")
    blocks = source.blocks({"p_ox": "number"})
    next(blocks)
    store.clear()
    with pytest.raises(BrokenFileError, match=r"s3://bucket/p\.csv changed while it was read"):
        list(blocks)


@pytest.mark.parametrize(
    "kind", ["csv", "csv.gz", "csv.xz", "csv.zst", "jsonl", "parquet", "arrow", "npy", "npz"]
)
def test_a_connection_that_drops(
    kind: str, long: dict[str, bytes], door: Door, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "ATTEMPTS", 1)
    monkeypatch.setattr(records, "_HEAD_BYTES", 1 << 14)
    data = long[kind]
    address = store.put(f"p.{kind}", data)
    source = open_source(address, "preds")
    door.cut_behind = 40
    with pytest.raises(StoreError, match=rf"broke while {address} was read \(transferred a part"):
        list(source.blocks({source.columns[0].name: "number"}))


def test_a_store_that_refuses(door: Door, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    address = store.put("run/p.csv", PREDS.encode())
    for refuse in (".", "GET /bucket/run", "list-type"):
        door.refuse = refuse
        with pytest.raises(AccessError, match=r"refused access to s3://bucket/run.* Do the cred"):
            evaluate("s3://bucket/run" if refuse == "list-type" else address)
    door.refuse = "(?!)"
    door.signed_only = True
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match=r"p\.csv, and there are no credentials. Set AWS_ACCESS"):
        evaluate(address)
    # Whoever sets them in the same process is heard.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    store.put("y.csv", LABELS.encode())
    assert cross_entropy(address, "s3://bucket/y.csv") == EXPECTED


def test_a_store_that_is_silent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(object_store, "ATTEMPTS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        with pytest.raises(
            StoreError, match=rf"at 127\.0\.0\.1:{port} did not answer \(timeout was reached\)"
        ):
            evaluate("s3://bucket/p.csv")


def test_a_store_of_google_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself it would try for a quarter of an hour."""
    monkeypatch.setattr(object_store, "ANSWER_SECONDS", 1)
    monkeypatch.setattr(object_store, "ATTEMPTS", 1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"gs://anonymous@bucket/p.csv?endpoint_override=127.0.0.1:{port}&scheme=http"
    with pytest.raises(StoreError, match=rf"of gs://bucket/p\.csv at 127\.0\.0\.1:{port} did not"):
        evaluate(address)


def test_what_stands_in_an_address_is_used_and_not_shown(door: Door, store: Store) -> None:
    store.put("p.csv", PREDS.encode())
    store.put("y.csv", LABELS.encode())
    door.signed_only = True
    report = evaluate("s3://me:TOP%2FSECRET@bucket/*p.csv", "s3://me:TOP%2FSECRET@bucket/y.csv")
    assert report.cross_entropy == EXPECTED
    assert "SECRET" not in json.dumps(report.to_dict())
    assert "me:" not in json.dumps(report.to_dict())
    for query in ("?region=x&nonsense=SECRET", "?scheme=ftp&region=x"):
        with pytest.raises(AddressError) as caught:
            evaluate(f"s3://me:TOP%2FSECRET@bucket/p.csv{query}")
        assert "SECRET" not in str(caught.value)
        assert caught.value.__suppress_context__


def test_options_that_only_pyarrow_knows(store: Store) -> None:
    address = store.put("p.csv", PREDS.encode())
    assert open_source(f"{address}?allow_bucket_creation=false", "preds").format == "csv"


def test_the_region_is_not_asked_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names it, pyarrow would still look for the bucket at Amazon."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    address = only_file(f"s3://bucket/p?endpoint_override=127.0.0.1:{store.port}&scheme=http")
    assert address.name == "s3://bucket/p"


def test_a_folder_that_takes_long_is_not_searched_for_similar_names(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Event()

    def list_slowly(*_: object) -> list[object]:
        go_on.wait(20)
        return []

    monkeypatch.setattr(object_store, "_HINT_SECONDS", 0.01)
    monkeypatch.setattr(object_store, "list_objects", list_slowly)
    with pytest.raises(MissingFileError, match=r"There is no file s3://bucket/p\.csv\.\Z"):
        evaluate("s3://bucket/p.csv")
    go_on.set()


def test_many_parts_are_opened_side_by_side(store: Store) -> None:
    for number in range(40):
        store.put(f"many/{number}.npy", npy_bytes(np.array([[0.5, 0.5]])))
    assert evaluate("s3://bucket/many", [0] * 40).n == 40


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_connections_that_break_again_and_again(
    kind: str, store: Store, door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every tenth answer is lost, or half of it: asked again, or an error; never another number."""
    monkeypatch.setattr(object_store, "_MOST", 1 << 16)
    table = pa.table({f"p_{k}": np.linspace(0.1, 0.9, 10_000) / 4.5 for k in range(9)})
    table = table.append_column("y", pa.array(np.arange(10_000) % 9))
    if kind == "parquet":
        pq.write_table(table, tmp_path / "t.parquet", row_group_size=5000)
    else:
        pa_csv.write_csv(table, tmp_path / "t.csv")
    options = {"label_col": "y", "row_sums": "ignore"}
    here = evaluate(tmp_path / f"t.{kind}", **options)
    address = store.put_file(tmp_path / f"t.{kind}")
    door.drop_every = 10
    with suppress(StoreError):  # Exit code 2.
        assert evaluate(address, **options).tally == here.tally
    assert door.dropped
