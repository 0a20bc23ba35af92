"""Line: HTTP/1.1 to one place, over connections that stay open.

Promise: a whole response within the time limit, or LineError. It exists because httpx spends 1.3 ms of processor on a call
and this 0.1 ms, and a turn makes three; files and proxies are left to httpx.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

BODY_BYTES = 32 * 1024 * 1024
IDLE_KEPT = 64


class LineError(Exception):
    """Not reached, cut off, or no HTTP."""


class LineTimeout(LineError):
    """Not within the time limit."""


@dataclass(frozen=True)
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def usable(self) -> bool:
        return not (self.reader.at_eof() or self.writer.is_closing())


class Line:
    """`address` is `http://host:port` or `https://host`; paths are given with each call."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host = parts.hostname or "127.0.0.1"
        self.tls = ssl.create_default_context() if parts.scheme == "https" else None
        self.port = parts.port or (443 if self.tls else 80)
        self.idle: deque[Connection] = deque()

    async def post(self, path: str, body: bytes, kind: str, limit_seconds: float) -> tuple[int, bytes]:
        """Status and body of the response. Raises LineError, LineTimeout."""
        connection: Connection | None = None
        try:
            async with Limit(limit_seconds):
                connection = await self.connect()
                connection.writer.write(self.head(path, kind, len(body)) + body)
                await connection.writer.drain()
                status, answer, stays_open = await read_response(connection.reader)
        except BaseException as error:
            if connection:
                connection.writer.close()
            if isinstance(error, asyncio.TimeoutError):
                raise LineTimeout(f"no answer within {limit_seconds:.1f} s") from error
            if isinstance(error, (OSError, EOFError, ValueError, asyncio.LimitOverrunError)):
                raise LineError(type(error).__name__) from error
            raise
        if stays_open and len(self.idle) < IDLE_KEPT:
            self.idle.append(connection)
        else:
            connection.writer.close()
        return status, answer

    async def connect(self) -> Connection:
        """One that is idle and still open, the last used first; else a new one."""
        while self.idle:
            if (connection := self.idle.pop()).usable:
                return connection
            connection.writer.close()
        return Connection(*await asyncio.open_connection(self.host, self.port, ssl=self.tls))

    def head(self, path: str, kind: str, length: int) -> bytes:
        lines = (
            f"POST {path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Content-Type: {kind}",
            f"Content-Length: {length}",
        )
        return "\r\n".join((*lines, "", "")).encode("ascii")

    def close(self) -> None:
        while self.idle:
            self.idle.pop().writer.close()


async def read_response(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection stays open."""
    while True:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        version, status = first.split(" ", 2)[:2]
        if not version.startswith("HTTP/1"):
            raise ValueError("not HTTP/1")
        if not 100 <= int(status) < 200:
            break
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    stays_open = headers.get("connection", "").lower() != "close" and version != "HTTP/1.0"
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return int(status), await read_chunks(reader), stays_open
    if "content-length" in headers:
        length = int(headers["content-length"])
        if not 0 <= length <= BODY_BYTES:
            raise ValueError("too long")
        return int(status), await reader.readexactly(length), stays_open
    if int(status) in (204, 304):
        return int(status), b"", stays_open
    return int(status), await reader.read(BODY_BYTES), False


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while length := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        if len(body) + length > BODY_BYTES:
            raise ValueError("too long")
        body += await reader.readexactly(length)
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
    return body


class Limit:
    """`asyncio.timeout` of Python 3.11; wait_for would start a task for each call."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ran_out = False

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self.seconds, self._run_out)

    def _run_out(self) -> None:
        self.ran_out = True
        if self._task:
            self._task.cancel()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._timer.cancel()
        if self.ran_out and kind is asyncio.CancelledError:
            raise asyncio.TimeoutError from error
