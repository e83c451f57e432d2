from __future__ import annotations

import pickle

import pytest

from xent_cli.errors import AddressError
from xent_cli.io.storage.address import Address, is_address


@pytest.mark.parametrize(
    ("text", "key", "options", "shown"),
    [
        ("s3://b/k.csv", "k.csv", {}, "s3://b/k.csv"),
        ("S3://b/k", "k", {}, "s3://b/k"),
        ("s3://b", "", {}, "s3://b/"),
        ("s3://b/a//b/", "a//b/", {}, "s3://b/a//b/"),
        ("s3://b/p-?.csv", "p-?.csv", {}, "s3://b/p-?.csv"),
        ("s3://b/p-?.csv?region=x", "p-?.csv", {"region": "x"}, "s3://b/p-?.csv"),
        ("s3://b?region=x&scheme=http", "", {"region": "x", "scheme": "http"}, "s3://b/"),
        ("gs://b/a b%20c%25", "a b c%", {}, "gs://b/a b c%25"),
        ("s3://id:pw@b/k", "k", {}, "s3://b/k"),
        (
            "abfs://box:pw@me.dfs.core.windows.net/k",
            "k",
            {},
            "abfs://box@me.dfs.core.windows.net/k",
        ),
        ("hdfs://me@host:8020/k", "k", {}, "hdfs://me@host:8020/k"),
        ("file:///tmp/a%20b", "tmp/a b", {}, "file:///tmp/a b"),
    ],
)
def test_parts(text: str, key: str, options: dict[str, str], shown: str) -> None:
    address = Address.parse(text)
    assert (address.key, address.options, str(address)) == (key, options, shown)
    assert Address.parse(str(address)).key == key
    assert pickle.loads(pickle.dumps(address)) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s3:///k", "s3:///k has no bucket. Write s3://bucket/preds.parquet"),
        ("s3://b*/k", "has no bucket"),
        ("file://host/k", "has the name of a machine. Write a path with three slashes: file:///k"),
    ],
)
def test_what_cannot_be_opened(text: str, words: str) -> None:
    with pytest.raises(AddressError, match=words):
        Address.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "s3://key:SECRET@bucket/k?endpoint_override=SECRET",
        "s3://key:SEC%2FRET@bucket/k",
        "https://me:SECRET@host/p.csv?signature=SECRET",
        "s4://me:SECRET@host/p.csv?signature=SECRET",
        "s3://key:SEC/RET@bucket/k",
        "s3://key:SECRET@buck et/k",
        "abfs://me:SECRET@host/k?client_secret=RETRIEVED",
        "file://me:SECRET@host/k",
    ],
)
def test_secrets_are_never_shown(text: str) -> None:
    try:
        address = Address.parse(text)
        shown = f"{address} {address!r} {address.hide(f'cannot parse {address.root!r}')}"
        shown += address.hide(
            f"{address.query} {address.options} {address.userinfo[1]} {address.authority}"
        )
    except AddressError as error:
        shown = str(error)
    assert "SEC" not in shown
    assert "RET" not in shown


def test_what_is_an_address() -> None:
    assert [is_address(t) for t in ("s3://b", "C:\\p.csv", "./s3://x", "p.csv", "-", "a:b")] == [
        *(True, False, False, False, False, False)
    ]
