"""Bytes in an S3-compatible bucket (AWS, Aliyun OSS, Ceph, MinIO), chosen by `JIANXUE_BLOB_URL`."""
import logging
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from core.base.config import ConfigError
from core.base.errors import Unavailable

log = logging.getLogger("jianxue")

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 30.0
_FORM = "s3://ACCESS_KEY:SECRET_KEY@HOST[:PORT]/BUCKET/{slug}[?secure=0][&region=…]"
_GONE = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


class S3Store:
    """A bucket, below a prefix of the tenant's own. The bytes of a person are sealed before they get here."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix.strip("/")

    def write(self, key: str, data: bytes) -> None:
        """Keep the bytes; S3 answers when they are durable, and shows an object whole or not at all (O5, O11)."""
        if self._length(key) is not None:
            return
        try:
            self._client.put_object(self._bucket, self._name(key), BytesIO(data), len(data))
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise _down(error) from error

    def read(self, key: str) -> bytes:
        """The bytes; FileNotFoundError when there are none."""
        return self.part(key, 0, 0)

    def part(self, key: str, first: int, count: int) -> bytes:
        """Some of the bytes; a count of 0 means up to the end."""
        try:
            answer = self._client.get_object(self._bucket, self._name(key), offset=first, length=count)
        except S3Error as error:
            if error.code in _GONE:
                raise FileNotFoundError(key) from None
            raise _down(error) from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise _down(error) from error
        try:
            return bytes(answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when they are not there."""
        try:
            self._client.remove_object(self._bucket, self._name(key))
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise _down(error) from error

    def before(self, kind: str, moment: datetime) -> Iterator[str]:
        """The keys of a kind that were written before a moment."""
        try:
            for found in self._client.list_objects(self._bucket, self._name(f"{kind}/"), recursive=True):
                if found.object_name and found.last_modified and found.last_modified < moment:
                    yield found.object_name.removeprefix(f"{self._prefix}/")
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise _down(error) from error

    def path(self, key: str) -> Path | None:
        """Never a local file."""
        return None

    def size(self, key: str) -> int:
        """How many bytes there are; FileNotFoundError when there are none."""
        found = self._length(key)
        if found is None:
            raise FileNotFoundError(key)
        return found

    def _length(self, key: str) -> int | None:
        try:
            return int(self._client.stat_object(self._bucket, self._name(key)).size or 0)
        except S3Error as error:
            if error.code in _GONE:
                return None
            raise _down(error) from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise _down(error) from error

    def _name(self, key: str) -> str:
        return f"{self._prefix}/{key}"


def open_s3(url: str, slug: str) -> S3Store:
    """The store that the setting names, for one tenant. ConfigError shows the form it should have."""
    if "{slug}" not in url:
        raise ConfigError(f"JIANXUE_BLOB_URL：缺少 {{slug}}，两个租户会共用一个目录。格式：{_FORM}")
    parts = urlsplit(url.replace("{slug}", slug))
    bucket, _, prefix = parts.path.lstrip("/").partition("/")
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and bucket and prefix):
        raise ConfigError(f"JIANXUE_BLOB_URL：格式不对，应为 {_FORM}")
    options = parse_qs(parts.query)
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
                               retries=urllib3.Retry(total=1, backoff_factor=0.2, status_forcelist=[500, 502, 503]))
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    client = Minio(host, access_key=unquote(parts.username), secret_key=unquote(parts.password),
                   secure=options.get("secure", ["1"])[0] != "0", region=options.get("region", ["us-east-1"])[0],
                   http_client=pool)
    return S3Store(client, bucket, prefix)


def _down(error: Exception) -> Unavailable:
    log.warning("storage: %s", error)
    return Unavailable("storage_down", "文件暂时存取不了，没有做任何更改。", hint="请稍后再试。")
