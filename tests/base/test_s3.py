"""The S3 store against a server of this process that checks every signature as S3 does (issue 2, Data: files go
through one storage interface)."""
import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from core.base.blobs import Blobs
from core.base.config import ConfigError
from core.base.crypto import KeyRing
from core.base.errors import Unavailable
from core.base.s3 import S3Store, open_s3
from core.tenancy import Tenant

ACCESS, SECRET = "jianxue", "se/cr+et:key"


class Bucket(ThreadingHTTPServer):
    """Objects by path; `down` answers 503 to everything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.down = False

    def url(self, secret: str = SECRET) -> str:
        return f"s3://{ACCESS}:{quote(secret, safe='')}@127.0.0.1:{self.server_port}/files/{{slug}}?secure=0"


class Handler(BaseHTTPRequestHandler):
    server: Bucket

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", code: str = "") -> None:
        if code:
            body = f"<Error><Code>{code}</Code><Message>x</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml" if code else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 04:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def admitted(self, body: bytes) -> bool:
        """AWS Signature Version 4, computed again from what arrived."""
        if self.server.down:
            self.answer(503, code="SlowDown")
            return False
        scheme, _, rest = self.headers["Authorization"].partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        names = said["SignedHeaders"].split(";")
        scope = said["Credential"].split("/", 1)[1]
        parts = urlsplit(self.path)
        canonical = "\n".join([self.command, parts.path, parts.query,
                               *(f"{name}:{self.headers[name].strip()}" for name in names), "",
                               said["SignedHeaders"], self.headers["x-amz-content-sha256"]])
        text = "\n".join([scheme, self.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = b"AWS4" + SECRET.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        right = hmac.new(key, text.encode(), "sha256").hexdigest()
        body_right = self.headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
        if scheme == "AWS4-HMAC-SHA256" and hmac.compare_digest(right, said["Signature"]) and body_right:
            return True
        self.answer(403, code="SignatureDoesNotMatch")
        return False

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.admitted(body):
            self.server.objects[self.path] = body
            self.server.puts += 1
            self.answer(200)

    def do_GET(self) -> None:
        if self.admitted(b""):
            if self.path in self.server.objects:
                body = self.server.objects[self.path]
                ranged = re.match(r"bytes=(\d+)-(\d+)$", self.headers["Range"] or "")
                self.answer(206 if ranged else 200,
                            body[int(ranged[1]):int(ranged[2]) + 1] if ranged else body)
            else:
                self.answer(404, code="NoSuchKey")

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        if self.admitted(b""):
            self.server.objects.pop(self.path, None)
            self.answer(204)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def store(bucket: Bucket, slug: str = "national", secret: str = SECRET) -> S3Store:
    return open_s3(bucket.url(secret), slug)


def test_bytes_come_back_are_kept_once_and_go(bucket: Bucket) -> None:
    files = store(bucket)
    data = bytes(range(256)) * 4000
    files.write("photo/ab/1", data)
    files.write("photo/ab/1", b"other")
    assert files.read("photo/ab/1") == data
    assert bucket.puts == 1 and list(bucket.objects) == ["/files/national/photo/ab/1"]
    files.delete("photo/ab/1")
    files.delete("photo/ab/1")
    with pytest.raises(FileNotFoundError):
        files.read("photo/ab/1")
    assert files.path("photo/ab/1") is None


def test_a_wrong_secret_and_a_bucket_that_is_down_are_unavailable(bucket: Bucket) -> None:
    """O16: 503 with a sentence, never a traceback."""
    with pytest.raises(Unavailable):
        store(bucket, secret="wrong").write("photo/ab/1", b"x")
    assert bucket.objects == {}
    files = store(bucket)
    files.write("photo/ab/1", b"x")
    bucket.down = True
    for call in (lambda: files.read("photo/ab/1"), lambda: files.write("photo/ab/2", b"x"),
                 lambda: files.delete("photo/ab/1")):
        with pytest.raises(Unavailable):
            call()


def test_tenants_share_a_bucket_and_nothing_in_it(national: Tenant, jilin: Tenant, bucket: Bucket) -> None:
    """Isolation: the same bytes lie under another name, sealed with another key, below another prefix."""
    for tenant in (national, jilin):
        tenant.config = replace(tenant.config, blob_url=bucket.url())
    secret = b"a face that nobody else may see"
    keys = [tenant.blobs.put(secret, "photo") for tenant in (national, jilin)]
    assert national.blobs.get(keys[0]) == jilin.blobs.get(keys[1]) == secret
    assert len({name.rsplit("/", 1)[1] for name in bucket.objects}) == 2
    assert not any(secret in body for body in bucket.objects.values())
    with pytest.raises(FileNotFoundError):
        jilin.blobs.get(keys[0])


def test_videos_are_kept_unsealed(bucket: Bucket) -> None:
    blobs = Blobs(store(bucket), KeyRing(b"k" * 32, "national"))
    key = blobs.put(b"video", "media", sealed=False)
    assert blobs.get(key, sealed=False) == b"video" and list(bucket.objects.values()) == [b"video"]


def test_a_piece_of_a_video_comes_alone(bucket: Bucket) -> None:
    """L5: of a long video a request brings a piece, and the store sends no more than that."""
    blobs = Blobs(store(bucket), KeyRing(b"k" * 32, "national"))
    key = blobs.put(b"0123456789", "media", sealed=False)
    assert blobs.size(key) == 10 and blobs.part(key, 3, 4) == b"3456"
    blobs.delete(key)
    with pytest.raises(FileNotFoundError):
        blobs.size(key)


@pytest.mark.parametrize("url", [
    "s3://a:b@host/bucket/shared", "s3://host/bucket/{slug}", "s3://a:b@host/{slug}", "http://a:b@host/bucket/{slug}"])
def test_a_setting_that_cannot_be_right_is_refused_with_its_form(url: str) -> None:
    with pytest.raises(ConfigError, match="JIANXUE_BLOB_URL.*s3://ACCESS_KEY"):
        open_s3(url, "national")
