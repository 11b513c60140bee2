"""How the web and the face process speak: a JSON head and binary parts, each with its length in front."""
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HEAD_LIMIT = 256 * 1024
_PARTS_LIMIT = 16 * 1024 * 1024
_MOST_PARTS = 128


class BadMessage(Exception):
    """The bytes are no message; the connection is of no further use."""


@dataclass(frozen=True)
class Message:
    """`head` says what is asked or answered, `parts` are pictures and descriptors."""

    head: Mapping[str, Any]
    parts: Sequence[bytes] = field(default_factory=tuple)


def send(connection: socket.socket, message: Message) -> None:
    """Write one message; OSError when the other side is gone."""
    head = json.dumps({**message.head, "parts": [len(part) for part in message.parts]}).encode()
    connection.sendall(struct.pack(">I", len(head)) + head + b"".join(message.parts))


def receive(connection: socket.socket) -> Message:
    """Read one message; BadMessage when it is none, OSError (or TimeoutError) when the other side is gone."""
    size = struct.unpack(">I", _exactly(connection, 4))[0]
    if not 2 <= size <= _HEAD_LIMIT:
        raise BadMessage("head too long")
    try:
        head = json.loads(_exactly(connection, size))
        sizes = [int(length) for length in head.pop("parts")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadMessage("head unreadable") from error
    if len(sizes) > _MOST_PARTS or min(sizes, default=0) < 0 or sum(sizes) > _PARTS_LIMIT:
        raise BadMessage("parts too long")
    return Message(head, tuple(_exactly(connection, length) for length in sizes))


def _exactly(connection: socket.socket, size: int) -> bytes:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = connection.recv(min(size - len(chunks), 1 << 20))
        if not chunk:
            raise BadMessage("cut short")
        chunks += chunk
    return bytes(chunks)
