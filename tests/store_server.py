"""A store on this machine, and a door before it that counts, refuses and breaks off."""

from __future__ import annotations

import http.client
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import boto3

REGION = "us-east-1"
BUCKET = "bucket"


@dataclass
class Store:
    """A running moto server, which keeps its objects in memory."""

    port: int
    client: Any

    def put(self, key: str, data: bytes) -> str:
        """Store an object and return its address."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)
        return f"s3://{BUCKET}/{key}"

    def put_file(self, path: Path, key: str = "") -> str:
        """Store a file, or all files of a folder below its name."""
        key = key or path.name
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    self.put(f"{key}/{file.relative_to(path).as_posix()}", file.read_bytes())
            return f"s3://{BUCKET}/{key}"
        return self.put(key, path.read_bytes())

    def clear(self) -> None:
        """Forget all objects."""
        for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            self.client.delete_object(Bucket=BUCKET, Key=item["Key"])


def environment(port: int, *, credentials: bool = True) -> dict[str, str]:
    """Return the variables that lead to a store."""
    found = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }
    if credentials:
        found |= {"AWS_ACCESS_KEY_ID": "the-user", "AWS_SECRET_ACCESS_KEY": "the-secret"}
    return found


@contextmanager
def running_store() -> Iterator[Store]:
    """Start a store on a free port of this machine."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )
    client.create_bucket(Bucket=BUCKET)
    yield Store(port, client)
    client.close()
    server.stop()


@dataclass
class Door:
    """What stands before a store: passes requests on, unless it was told otherwise.

    Attributes
    ----------
    refuse : str
        Methods and paths that match are answered with 403.
    cut_behind : int, optional
        The connection breaks after so many bytes of every answer's body.
    drop_every : int, optional
        Of so many requests, one gets no answer or half of one: the connection breaks.
    seen : list of (method, path, range, bytes of the answer)
    """

    store: int
    port: int = 0
    refuse: str = "(?!)"
    signed_only: bool = False
    cut_behind: int | None = None
    drop_every: int | None = None
    dropped: int = 0
    seen: list[tuple[str, str, str, int]] = field(default_factory=list)

    def fetched(self, key: str) -> int:
        """Return how many bytes of an object were sent."""
        return sum(
            size for method, path, _, size in self.seen if method == "GET" and path.endswith(key)
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    door: ClassVar[Door]

    def do_GET(self) -> None:
        door = self.door
        asked = f"{self.command} {self.path}"
        if re.search(door.refuse, asked) or (
            door.signed_only and "Authorization" not in self.headers
        ):
            self._answer(403, {}, b"")
            return
        inner = http.client.HTTPConnection("127.0.0.1", door.store, timeout=20)
        inner.request(self.command, self.path, headers=dict(self.headers))
        answer = inner.getresponse()
        body = answer.read()
        inner.close()
        door.seen.append((self.command, self.path, self.headers.get("Range", ""), len(body)))
        if door.drop_every and len(door.seen) % door.drop_every == 0:
            door.dropped += 1
            if door.dropped % 2:
                self._answer(answer.status, dict(answer.getheaders()), body, len(body) // 2)
            self.close_connection = True
            return
        self._answer(answer.status, dict(answer.getheaders()), body, door.cut_behind)

    do_HEAD = do_GET

    def _answer(
        self, status: int, headers: Mapping[str, str], body: bytes, limit: int | None = None
    ) -> None:
        self.send_response_only(status)
        lengths = {name: value for name, value in headers.items() if name.lower() != "connection"}
        for name, value in (lengths or {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if limit is not None and len(body) > limit:
            self.wfile.write(body[:limit])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def open_door(store: int, **how: Any) -> Iterator[Door]:
    """Stand before a store, on a port of its own."""
    door = Door(store, **how)
    handler = type("Handler", (_Handler,), {"door": door})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    door.port = server.server_port
    yield door
    server.shutdown()
    server.server_close()
    thread.join()
