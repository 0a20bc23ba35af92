"""Links: the lines between processes, which a test can cut or slow.

Promise: a link that is left alone carries every byte in order; it runs beside the test, so a busy test does not slow it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class Link:
    """From a port of its own to another port of this machine. `delay_seconds` holds back each piece that passes;
    `carried` counts connections."""

    to_port: int
    loop: asyncio.AbstractEventLoop
    port: int = 0
    delay_seconds: float = 0.0
    carried: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        server = await asyncio.start_server(self.carry, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            far, there = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            back.transport.abort()
            return
        self.carried += 1
        self.writers |= {back, there}
        await asyncio.gather(self.pump(near, there), self.pump(far, back))
        self.writers -= {back, there}

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def cut(self) -> None:
        """Every connection breaks; new ones are carried again."""
        self.loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


@contextmanager
def links(to_ports: Mapping[str, int]) -> Iterator[dict[str, Link]]:
    """One link to each of these ports, by name."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    found = {name: Link(port, loop) for name, port in to_ports.items()}
    try:
        for link in found.values():
            opened: Future[None] = asyncio.run_coroutine_threadsafe(link.open(), loop)
            opened.result(5)
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(end_all(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def end_all() -> None:
    """Nothing is left that the loop would have to complain of."""
    carried = asyncio.all_tasks() - {asyncio.current_task()}
    for task in carried:
        task.cancel()
    await asyncio.gather(*carried, return_exceptions=True)
