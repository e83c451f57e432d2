"""Store errors: what the libraries behind pyarrow's file systems say, in words of one paragraph."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pyarrow as pa

from xent_cli.errors import (
    AccessError,
    AddressError,
    BrokenFileError,
    MissingFileError,
    StoreError,
    XentError,
)
from xent_cli.io.storage.address import Address

_OF_A_STORE = re.compile(r"AWS Error [A-Z_]+|google::cloud::Status|Azure::|Azure Error|HDFS ")
_NO_BUCKET = re.compile(r"NO_SUCH_BUCKET|ContainerNotFound|bucket does not exist")
_NO_OBJECT = re.compile(r"NO_SUCH_KEY|RESOURCE_NOT_FOUND|HTTP status 404|NOT_FOUND|BlobNotFound")
_REFUSED = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE_DOES_NOT_MATCH|INVALID_CLIENT_TOKEN|EXPIRED"
    r"|UNRECOGNIZED_CLIENT|INVALID_SIGNATURE|MISSING_AUTHENTICATION|HTTP status 40[13]"
    r"|PERMISSION_DENIED|UNAUTHENTICATED|OAuth2|Credential|Authentication|Authoriz|Forbidden"
)
_CHANGED = re.compile(r"HTTP status 41[26]|INVALID_RANGE|PRECONDITION")
_ELSEWHERE = re.compile(r"HTTP status 301|PERMANENT_REDIRECT|PermanentRedirect")
_SILENT = re.compile(
    r"NETWORK_CONNECTION|REQUEST_TIMEOUT|SLOW_DOWN|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|UNAVAILABLE"
    r"|HTTP status 5\d\d|DEADLINE_EXCEEDED|CURL error"
)
_CURL = re.compile(r"curlCode: (\d+), ([^;(]+)|CURL error \[(\d+)\]=([^(\[{]+?)(?: error_info|$)")
_BROKEN_OFF = ("18", "52", "55", "56", "92")
_LIBRARY = re.compile(r"Unable to load lib\w+")
_S3_CREDENTIALS = (
    *("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
)
_GOOGLE = "Set GOOGLE_APPLICATION_CREDENTIALS; for public data, gs://anonymous@BUCKET/KEY."
_AZURE = "Set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET, or log in with az."
_CREDENTIALS = {
    "s3": "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    **dict.fromkeys(("gs", "gcs"), _GOOGLE),
    **dict.fromkeys(("abfs", "abfss"), _AZURE),
}
_LONGEST = 200


def is_store_error(error: Exception) -> bool:
    """Say whether an error comes from a store, not from the data that lie in it."""
    return _OF_A_STORE.search(str(error)) is not None


def explain_store_error(error: Exception, address: Address) -> XentError:
    """Return what to say of an error that a store has raised.

    Examples
    --------
    >>> address = Address.parse("s3://bucket/preds.csv")
    >>> error = OSError("AWS Error NO_SUCH_BUCKET during ListObjectsV2 operation: ...")
    >>> print(explain_store_error(error, address).message)
    There is no bucket named bucket, so s3://bucket/preds.csv cannot be read.
    """
    text = " ".join(str(error).split())
    if isinstance(error, FileNotFoundError):
        return MissingFileError(f"There is no file {address}.")
    if isinstance(error, PermissionError):
        return _refusal(address)
    if isinstance(error, pa.ArrowInvalid):
        return AddressError(f"{address} cannot be opened: {_tidy(text, address)}.")
    if missing := _LIBRARY.search(text):
        return StoreError(
            f"{address} cannot be opened: {missing[0].replace('Unable to load', 'there is no')}.",
            hint="hdfs:// needs Java and Hadoop: set JAVA_HOME, HADOOP_HOME and CLASSPATH.",
        )
    # Amazon's own words come last; before them stand names, which may say anything.
    said = text[max(0, text.find("AWS Error")) :].replace(address.key or "\0", "")
    for pattern, make in _MEANINGS:
        if pattern.search(said):
            return make(address, said)
    return StoreError(f"{address} cannot be read: {_tidy(text, address)}.")


def _no_bucket(address: Address, _: str) -> MissingFileError:
    return MissingFileError(
        f"There is no bucket named {address.host}, so {address} cannot be read.",
        hint=(
            "If the store is not Amazon's, set AWS_ENDPOINT_URL or add ?endpoint_override= "
            "to the address."
        ),
    )


def _no_object(address: Address, _: str) -> MissingFileError:
    return MissingFileError(f"There is no file {address}.")


def _change(address: Address, _: str) -> BrokenFileError:
    return BrokenFileError(
        f"{address} changed while it was read.", hint="Is a job still writing it?"
    )


def _other_region(address: Address, _: str) -> StoreError:
    return StoreError(
        f"The bucket of {address} is in another region.",
        hint="Set AWS_REGION, or add ?region=... to the address.",
    )


def _refusal(address: Address, _: str = "") -> AccessError:
    who, hint = "", _CREDENTIALS.get(address.scheme, "")
    if address.scheme == "s3" and _has_s3_credentials(address):
        hint = "Do the credentials allow s3:GetObject and s3:ListBucket, and are they still valid?"
    elif address.scheme == "s3":
        who = ", and there are no credentials"
    return AccessError(f"The store refused access to {address}{who}.", hint=hint)


def _has_s3_credentials(address: Address) -> bool:
    """Say whether there are credentials in the usual places, so far as one can see from here."""
    files = [
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    ]
    return bool(
        address.userinfo[0]
        or any(os.environ.get(name) for name in _S3_CREDENTIALS)
        or any(os.path.exists(os.path.expanduser(file)) for file in files)
    )


def _silence(address: Address, text: str) -> StoreError:
    found = _CURL.search(text)
    code, reason = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
    reason = reason.strip().rstrip(".").lower() or _tidy(text, address)
    if code in _BROKEN_OFF:
        return StoreError(
            f"The connection broke while {address} was read ({reason}).",
            hint="xent tried several times. Run it again.",
        )
    at = _endpoint(address)
    return StoreError(
        f"The store of {address}{f' at {at}' if at else ''} did not answer ({reason}).",
        hint="xent tried several times. Is the address of the store right? Is the network up?",
    )


def _endpoint(address: Address) -> str:
    """Return the server that was named, without a secret that may stand in it."""
    named = address.options.get("endpoint_override", "")
    if address.scheme == "s3":
        named = (
            named
            or os.environ.get("AWS_ENDPOINT_URL_S3", "")
            or os.environ.get("AWS_ENDPOINT_URL", "")
        )
    return re.sub(r"^(\w+://)?(?:[^/]*@)?([^/?]*).*", r"\2", named)


def _tidy(text: str, address: Address) -> str:
    """Shorten what a library says, and take secrets and request numbers out."""
    text = re.sub(r"\s*\((?:Request ID|with a request)[^)]*\)", "", address.hide(text))
    text = re.sub(r" error_info=\{.*|\s*Detail: \[.*", "", text)
    return text[:_LONGEST].rstrip(" .")


_MEANINGS: tuple[tuple[re.Pattern[str], Callable[[Address, str], XentError]], ...] = (
    (_NO_BUCKET, _no_bucket),
    (_NO_OBJECT, _no_object),
    (_CHANGED, _change),
    (_ELSEWHERE, _other_region),
    (_REFUSED, _refusal),
    (_SILENT, _silence),
)
"""The first that fits; what no access means stands in many words, so it comes late."""
