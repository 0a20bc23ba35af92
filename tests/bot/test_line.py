"""HTTP over connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.line import Line, LineError, LineTimeout

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@asynccontextmanager
async def server(*answers: bytes, close: bool = False, seconds: float = 0.0) -> AsyncIterator[tuple[Line, list[int]]]:
    """Says these answers, one a request; the list holds a number for each connection."""
    connections: list[int] = []
    waiting = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections))
        while waiting:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            await asyncio.sleep(seconds)
            writer.write(waiting.pop(0))
            await writer.drain()
            if close:
                break
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    line = Line(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
    try:
        yield line, connections
    finally:
        line.close()
        listening.close()


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200\r\nCONTENT-LENGTH: 5\r\n\r\nhello",
    ],
)
async def test_each_form_of_a_response_is_read(answer: bytes) -> None:
    async with server(answer, close=answer.startswith(b"HTTP/1.0")) as (line, _):
        assert await line.post("/x", b"{}", "application/json", 2) == (200, b"hello")


async def test_a_connection_is_used_again_and_a_closed_one_is_not() -> None:
    async with server(OK, OK, OK) as (line, connections):
        for _ in range(3):
            assert (await line.post("/x", b"", "text/plain", 2))[0] == 200
        assert len(connections) == 1
    async with server(OK, OK, close=True) as (line, connections):
        for _ in range(2):
            assert (await line.post("/x", b"", "text/plain", 2))[0] == 200
            await asyncio.sleep(0.05)
        assert len(connections) == 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"no http\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
     b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"x" * 100_000],
)  # fmt: skip
async def test_what_is_no_response_is_a_line_error(answer: bytes) -> None:
    async with server(answer, close=True) as (line, _):
        with pytest.raises(LineError):
            await line.post("/x", b"", "text/plain", 2)


async def test_a_slow_answer_is_a_timeout_and_its_connection_is_dropped() -> None:
    async with server(OK, OK, seconds=0.3) as (line, _):
        with pytest.raises(LineTimeout):
            await line.post("/x", b"", "text/plain", 0.1)
        assert not line.idle


async def test_a_place_where_nothing_listens_is_a_line_error() -> None:
    with pytest.raises(LineError):
        await Line("http://127.0.0.1:1").post("/x", b"", "text/plain", 2)


async def test_being_cancelled_is_no_error_of_the_line() -> None:
    async with server(OK, seconds=5) as (line, _):
        task: asyncio.Task[tuple[int, bytes]] = asyncio.create_task(line.post("/x", b"", "text/plain", 9))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
