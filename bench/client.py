"""The load client, a process of its own: keep-alive connections over loopback, answers read whole.

usage: python -m bench.client < plan.json > result.json
"""
import asyncio
import json
import sys
import time
from collections.abc import Iterator
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


def requests_of(host: str, user: dict[str, Any], now: float) -> Iterator[bytes]:
    """What a user sends in one turn: a beat with the last token, or the fixed requests."""
    if "token" in user:
        body = json.dumps({"token": user["token"], "playing": True,
                           "position_ms": user["position_ms"] + int((now - user["since"]) * 1000)})
        yield render(host, {"method": "POST", "path": "/study/beat", "body": body,
                            "headers": {"Content-Type": "application/json"}}, user["headers"])
        return
    for request in user["requests"]:
        yield render(host, request, user["headers"])


async def drive(plan: dict[str, Any], users: list[dict[str, Any]], until: float, outcome: Outcome) -> None:
    connection, turn = Connection(plan["port"]), 0
    while time.monotonic() < until and (plan["again"] or turn < len(users)):
        user = users[turn % len(users)]
        turn += 1
        started = time.monotonic()
        for request in requests_of(user.get("host", plan["host"]), user, time.time()):
            status, body = await connection.ask(request)
            outcome.statuses[str(status)] = outcome.statuses.get(str(status), 0) + 1
            if status not in plan["good"]:
                outcome.failed += 1
                outcome.example = outcome.example or body[:600].decode("utf-8", "replace")
                break
            if "token" in user:
                user["token"] = json.loads(body)["token"]
        else:
            outcome.done += 1
        outcome.latencies.append((time.monotonic() - started) * 1000)


async def main(plan: dict[str, Any]) -> Outcome:
    outcome = Outcome()
    count = plan["connections"]
    shares = [plan["users"][index::count] for index in range(count)]
    started = time.monotonic()
    until = started + plan["seconds"]
    await asyncio.gather(*(drive(plan, share, until, outcome) for share in shares if share))
    outcome.seconds = time.monotonic() - started
    outcome.users = plan["users"] if plan["keep_users"] else []
    return outcome


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(main(json.load(sys.stdin)))), sys.stdout)
