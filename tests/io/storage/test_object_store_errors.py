"""What stores say, as they have said it, and what xent makes of it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xent_cli.errors import AccessError, AddressError, BrokenFileError, MissingFileError, StoreError
from xent_cli.io.storage.address import Address
from xent_cli.io.storage.object_store_errors import explain_store_error, is_store_error

AWS = "When reading information for key 'k' in bucket 'b': AWS Error {} operation: {}"
REFUSED = "The store refused access to"


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (
            AWS.format("ACCESS_DENIED during HeadObject", "No response body."),
            AccessError,
            f"{REFUSED} s3://b/k, and there are no credentials. Set AWS_ACCESS_KEY_ID",
        ),
        (
            AWS.format("UNKNOWN (HTTP status 403) during GetObject", "ExpiredToken"),
            AccessError,
            REFUSED,
        ),
        (
            AWS.format("NO_SUCH_BUCKET during ListObjectsV2", "The bucket does not exist"),
            MissingFileError,
            "no bucket named b, so s3://b/k",
        ),
        (AWS.format("NO_SUCH_KEY during GetObject", "-"), MissingFileError, "no file s3://b/k"),
        (
            AWS.format("UNKNOWN (HTTP status 301) during HeadObject", "No response body."),
            StoreError,
            "is in another region. Set AWS_REGION",
        ),
        (
            AWS.format("UNKNOWN (HTTP status 416) during GetObject", "No response body."),
            BrokenFileError,
            "s3://b/k changed while it was read",
        ),
        (
            AWS.format("SLOW_DOWN during GetObject", "Reduce your request rate."),
            StoreError,
            "did not answer .*SLOW_DOWN",
        ),
        (
            AWS.format(
                "NETWORK_CONNECTION during HeadObject",
                "curlCode: 28, Timeout was reached; Details: Operation too slow.",
            ),
            StoreError,
            r"did not answer \(timeout was reached\)",
        ),
        (
            AWS.format(
                "NETWORK_CONNECTION during GetObject", "curlCode: 56, Failure receiving data"
            ),
            StoreError,
            "The connection broke while s3://b/k was read",
        ),
        (
            AWS.format("UNKNOWN (HTTP status 418) during GetObject", "Teapot (Request ID: X1)"),
            StoreError,
            r"cannot be read: .*Teapot\.\Z",
        ),
    ],
)
def test_s3(text: str, kind: type[Exception], words: str) -> None:
    error = explain_store_error(OSError(text), Address.parse("s3://b/k"))
    assert is_store_error(OSError(text))
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error


def test_names_do_not_look_like_errors() -> None:
    address = Address.parse("s3://Credential/AuthorizedNO_SUCH_BUCKET")
    text = f"When x for key {address.key!r} in 'Credential': AWS Error NETWORK_CONNECTION: y"
    assert isinstance(explain_store_error(OSError(text), address), StoreError)


@pytest.mark.parametrize(
    ("address", "text", "kind", "words"),
    [
        (
            "gs://b/k",
            "google::cloud::Status(UNAVAILABLE: Could not create a OAuth2 access token to ...",
            AccessError,
            "refused access to gs://b/k. Set GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (
            "gcs://b/k?endpoint_override=me:pw@host:1",
            "google::cloud::Status(UNAVAILABLE: CURL error [7]=Could not connect to server",
            StoreError,
            r"of gcs://b/k at .* did not answer \(could not connect to server\)",
        ),
        (
            "abfs://c@a.dfs.core.windows.net/k",
            "Azure::Core::Credentials::AuthenticationException: Failed to get token",
            AccessError,
            "refused access to abfs://c@a.dfs.core.windows.net/k. Set AZURE_CLIENT_ID",
        ),
        (
            "hdfs://h:1/k",
            "Unable to load libjvm\ndlopen(/usr/lib/jvm/libjvm.so) failed: cannot open",
            StoreError,
            "hdfs://h:1/k cannot be opened: there is no libjvm. hdfs:// needs Java and Hadoop",
        ),
    ],
)
def test_other_stores(address: str, text: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        raise explain_store_error(OSError(text), Address.parse(address))
    assert "pw" not in str(caught.value)


def test_errors_by_number_and_kind() -> None:
    address = Address.parse("hdfs://me:pw@h/k")
    assert isinstance(explain_store_error(FileNotFoundError(2, "x"), address), MissingFileError)
    assert isinstance(explain_store_error(PermissionError(13, "x"), address), AccessError)
    found = explain_store_error(pa.ArrowInvalid("Cannot parse 'hdfs://me:pw@h/'"), address)
    assert isinstance(found, AddressError)
    assert "pw" not in str(found)


def test_errors_of_the_data_are_none_of_the_store() -> None:
    assert not is_store_error(OSError("Couldn't deserialize thrift: TProtocolException"))


def test_credentials_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "x")
    error = explain_store_error(PermissionError(13, "x"), Address.parse("s3://b/k"))
    assert "Do the credentials allow" in str(error)
