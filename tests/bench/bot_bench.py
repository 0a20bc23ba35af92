"""The bot's own share of a turn: real bot, Redis and sandbox, each a process of its own, and a Rasa that answers at once.

    python -m tests.bench.bot_bench [chats,chats] [seconds]

Prints turns per second, latency as the person sees it, and the processor time the bot spends on a turn.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from cryptography.fernet import Fernet

from content.reply import Button, Reply
from sandbox.client import Person, SandboxClient
from sandbox.serving import serve
from settings import Settings
from store import server_command
from tests.bot.rasa import serve_stand_in
from tests.conftest import free_port, wait_for_port

TICKS = os.sysconf("SC_CLK_TCK")
ANSWER = Reply(
    "An answer of usual length. " * 20,
    "en",
    "answer",
    ((Button("This helped", "helped:housing/lease"), Button("This did not help", "missed:housing/lease")),),
    {"entry": "housing/lease", "misses": "0"},
)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def chat(person: Person, end: float, took: list[float]) -> None:
    while time.monotonic() < end:
        began = time.perf_counter()
        await person.says("how do I get my deposit back")
        await person.hears("An answer")
        took.append((time.perf_counter() - began) * 1000)


async def measure(url: str, bot_pid: int, chats: int, seconds: float) -> None:
    async with SandboxClient(url) as client:
        people = [await client.person(f"Person {number}", "en") for number in range(chats)]
        for person in people:
            await person.starts()
            await person.presses("language:en") if await person.hears(within=30) else None
            await person.hears()
        took: list[float] = []
        before, began = cpu_seconds(bot_pid), time.monotonic()
        await asyncio.gather(*(chat(person, began + seconds, took) for person in people))
        spent, elapsed = cpu_seconds(bot_pid) - before, time.monotonic() - began
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{chats:>4} chats: {len(took) / elapsed:6.1f} turns/s   p50 {cuts[49]:5.1f} ms   p95 {cuts[94]:5.1f} ms   "
        f"bot {spent / len(took) * 1000:4.2f} ms of processor a turn"
    )


def main(chats: list[int], seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder) / "data",
            cache_dir=Path(folder) / "cache",
            key=Fernet.generate_key().decode(),
            redis_port=free_port(),
            sandbox_port=free_port(),
            rasa_port=free_port(),
            sends_per_second=10_000.0,
            sends_per_second_per_chat=10_000.0,
            log_level="WARNING",
        )
        redis = subprocess.Popen(server_command(settings), stdout=subprocess.DEVNULL)
        beside = [
            multiprocessing.Process(target=serve, args=(settings.sandbox_port,), daemon=True),
            multiprocessing.Process(target=serve_stand_in, args=(settings.rasa_port, ANSWER), daemon=True),
        ]
        for process in beside:
            process.start()
        for port in (settings.redis_port, settings.sandbox_port, settings.rasa_port):
            wait_for_port(port)
        bot = subprocess.Popen([sys.executable, "-m", "wegwijs", "bot"], env={**os.environ, **replace(settings).environment()})
        try:
            for number in chats:
                asyncio.run(measure(f"http://127.0.0.1:{settings.sandbox_port}", bot.pid, number, seconds))
        finally:
            bot.terminate()
            bot.wait(15)
            for process in beside:
                process.terminate()
            redis.terminate()
            redis.wait(10)


if __name__ == "__main__":
    main(
        [int(one) for one in sys.argv[1].split(",")] if len(sys.argv) > 1 else [1, 16],
        float(sys.argv[2]) if len(sys.argv) > 2 else 5.0,
    )
