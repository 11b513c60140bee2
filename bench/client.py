"""The load client, a process of its own: keep-alive connections over loopback, answers read whole.

usage: python -m bench.client < plan.json > result.json
"""
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Outcome:
    """What a run of the client saw; latencies in milliseconds."""

    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    example: str = ""


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length) if length else b""
        if b"connection: close" in head.lower():
            writer.close()
            self._streams = None
        return int(head[9:12]), body


def render(host: str, request: dict[str, Any], headers: dict[str, str]) -> bytes:
    """The bytes of one request."""
    body = request.get("body", "").encode()
    lines = [f"{request['method']} {request['path']} HTTP/1.1", f"Host: {host}", "User-Agent: bench"]
    lines += [f"{name}: {value}" for name, value in {**headers, **request.get("headers", {})}.items()]
    if request["method"] != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Sender:
    """What a user sends in one turn: a beat with the last token, or the fixed requests. The bytes that stay the same
    are put together once, so that the client costs a beat no more than a bare request."""

    def __init__(self, host: str, user: dict[str, Any]) -> None:
        self.user = user
        host = user.get("host", host)
        if "token" in user:
            self._head = render(host, {"method": "POST", "path": "/study/beat",
                                       "headers": {"Content-Type": "application/json"}}, user["headers"]
                                ).replace(b"Content-Length: 0\r\n\r\n", b"Content-Length: %d\r\n\r\n")
        else:
            self._fixed = [render(host, request, user["headers"]) for request in user["requests"]]

    def requests(self) -> list[bytes]:
        if "token" not in self.user:
            return self._fixed
        position = self.user["position_ms"] + int((time.time() - self.user["since"]) * 1000)
        body = b'{"token":"%s","playing":true,"position_ms":%d}' % (self.user["token"].encode(), position)
        return [self._head.replace(b"%d", b"%d" % len(body)) + body]

    def heard(self, answer: bytes) -> None:
        if "token" in self.user:
            self.user["token"] = answer.split(b'"token":"', 1)[1].split(b'"', 1)[0].decode()


async def drive(plan: dict[str, Any], senders: list[Sender], until: float, outcome: Outcome) -> None:
    connection, turn = Connection(plan["port"]), 0
    while time.monotonic() < until and (plan["again"] or turn < len(senders)):
        sender = senders[turn % len(senders)]
        turn += 1
        started = time.monotonic()
        for request in sender.requests():
            status, body = await connection.ask(request)
            outcome.statuses[str(status)] = outcome.statuses.get(str(status), 0) + 1
            if status not in plan["good"]:
                outcome.failed += 1
                outcome.example = outcome.example or body[:600].decode("utf-8", "replace")
                break
            sender.heard(body)
        else:
            outcome.done += 1
        outcome.latencies.append((time.monotonic() - started) * 1000)


async def main(plan: dict[str, Any]) -> Outcome:
    outcome = Outcome()
    count = plan["connections"]
    senders = [Sender(plan["host"], user) for user in plan["users"]]
    shares = [senders[index::count] for index in range(count)]
    started = time.monotonic()
    until = started + plan["seconds"]
    await asyncio.gather(*(drive(plan, share, until, outcome) for share in shares if share))
    outcome.seconds = time.monotonic() - started
    outcome.users = plan["users"] if plan["keep_users"] else []
    return outcome


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(main(json.load(sys.stdin)))), sys.stdout)
