"""Load and growth: turns and waiting against the number of chats, with one and two Rasas and workers; and whether a turn
grows dearer with a long history or many waiting cases. Draws `docs/load.svg`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import httpx

from desk.cases import Cases
from sandbox.client import Person, SandboxClient
from settings import Settings
from store import connect
from tests.bench.figure import Figure, milliseconds, percentile
from tests.bench.turns import newcomer, turn
from tests.conftest import free_port
from tests.journeys.conftest import Running, on_free_ports, start
from vault import open_vault

CHATS = (10, 100, 1000)
SETUPS = ((1, 1), (2, 1), (1, 2), (2, 2))
SECONDS = 10
TURNS_A_SECOND = 30  # offered when the waiting is measured: a steady day, not the most that goes
NEWCOMERS_AT_ONCE = 32
WAITING_CASES = 1000
LONG_HISTORY = 300
SOME_TURNS = 60
PICTURE = Path("docs/load.svg")
WIDTH, HEIGHT = 520, 260
SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
COLOURS = ("#0b6", "#06c", "#c60", "#a0c")


@dataclass(frozen=True)
class Setup:
    """How many of which process; at most so many turns a second, and the seconds waited at a steady pace, by chats."""

    rasas: int
    workers: int
    rates: dict[int, float]
    waits: dict[int, list[float]]

    @property
    def name(self) -> str:
        return f"{self.rasas} Rasa, {self.workers} worker"


async def measure(folder: Path) -> list[Figure]:
    setups = [await measured(folder / f"{rasas}-{workers}", rasas, workers) for rasas, workers in SETUPS]
    PICTURE.write_text(picture(setups), encoding="utf-8")
    told = [figure for setup in setups for figure in figures(setup)]
    return [*told, *await growth(folder / "growth"), Figure("drawn", str(PICTURE))]


async def measured(folder: Path, rasas: int, workers: int) -> Setup:
    with together(folder, rasas, workers) as running:
        async with SandboxClient(running.sandbox) as sandbox:
            people: list[Person] = []
            setup = Setup(rasas, workers, {}, {})
            for chats in CHATS:
                people += await newcomers(sandbox, len(people), chats)
                setup.rates[chats] = await most(people)
                setup.waits[chats] = await steady(people)
            return setup


@contextmanager
def together(folder: Path, rasas: int, workers: int) -> Iterator[Running]:
    """All processes, with further Rasas and workers than the one of each that `wegwijs run` starts."""
    folder.mkdir(parents=True)
    settings = on_free_ports(folder, sends_per_second=10_000.0, sends_per_second_per_chat=1_000.0)
    ports = [settings.rasa_port, *(free_port() for _ in range(rasas - 1))]
    addresses = ",".join(f"http://127.0.0.1:{port}" for port in ports)
    running = start(replace(settings, rasa_url=addresses), folder / "printed")
    more = [wegwijs(replace(settings, rasa_port=port), "rasa") for port in ports[1:]]
    alone = replace(settings, rasa_url=addresses, bot_health_port=0)
    more += [wegwijs(alone, "bot", "--only", "work") for _ in range(workers - 1)]
    try:
        for port in ports:
            until_answers(f"http://127.0.0.1:{port}/")
        yield running
    finally:
        for process in more:
            process.terminate()
        running.supervisor.send_signal(signal.SIGINT)
        running.supervisor.wait(40)
        for process in more:
            process.wait(20)


def wegwijs(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wegwijs", *arguments]
    return subprocess.Popen(command, env={**os.environ, **settings.environment()}, **SILENT)


def until_answers(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            httpx.get(address, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(address)


async def newcomers(sandbox: SandboxClient, first: int, last: int) -> list[Person]:
    room = asyncio.Semaphore(NEWCOMERS_AT_ONCE)

    async def one(number: int) -> Person:
        async with room:
            return await newcomer(sandbox, number)

    return list(await asyncio.gather(*(one(number) for number in range(first, last))))


async def most(people: Sequence[Person]) -> float:
    """Turns a second when everybody writes again as soon as the reply is there."""
    end, done = time.monotonic() + SECONDS, 0

    async def chat(person: Person) -> int:
        number = 0
        while time.monotonic() < end:
            await turn(person, number)
            number += 1
        return number

    began = time.monotonic()
    done = sum(await asyncio.gather(*(chat(person) for person in people)))
    return done / (time.monotonic() - began)


async def steady(people: Sequence[Person]) -> list[float]:
    """Seconds waited when TURNS_A_SECOND messages come in all, each from the next person."""
    began, asked = time.monotonic(), []
    for number in range(SECONDS * TURNS_A_SECOND):
        await asyncio.sleep(max(0.0, began + number / TURNS_A_SECOND - time.monotonic()))
        asked.append(asyncio.create_task(turn(people[number % len(people)], number)))
    return list(await asyncio.gather(*asked))


def figures(setup: Setup) -> Iterator[Figure]:
    for chats in CHATS:
        told = f"{setup.rates[chats]:.0f}/s at most; at {TURNS_A_SECOND}/s {milliseconds(setup.waits[chats])}"
        yield Figure(f"{chats} chats, {setup.name}", told)


async def growth(folder: Path) -> list[Figure]:
    """A turn of somebody new, of somebody who wrote long, and with many cases waiting: the same cost."""
    with together(folder, 1, 1) as running:
        async with SandboxClient(running.sandbox) as sandbox:
            person = await newcomer(sandbox, 0)
            new = [await turn(person, number) for number in range(SOME_TURNS)][5:]
            for number in range(LONG_HISTORY):
                await turn(person, number)
            long = [await turn(person, number) for number in range(SOME_TURNS)]
            await many_cases(running.settings)
            waiting = [await turn(person, number) for number in range(SOME_TURNS)]
    return [
        Figure("a turn of somebody new", milliseconds(new)),
        Figure(f"the same after {LONG_HISTORY} messages", milliseconds(long)),
        Figure(f"the same with {WAITING_CASES} cases waiting", milliseconds(waiting)),
    ]


async def many_cases(settings: Settings) -> None:
    redis = connect(settings)
    cases = Cases(redis, open_vault(settings))
    for number in range(WAITING_CASES):
        await cases.open(f"waiting{number}", "ar", "asked")
    await redis.close(close_connection_pool=True)


def picture(setups: Sequence[Setup]) -> str:
    """Two plots side by side: the most turns a second, and the 95th of 100 waits, by chats (powers of ten)."""
    rates = [(one.name, [one.rates[chats] for chats in CHATS]) for one in setups]
    waits = [(one.name, [1000 * percentile(one.waits[chats], 0.95) for chats in CHATS]) for one in setups]
    width = 2 * WIDTH + 240
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + 90}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{plot("turns a second at most", rates, 50)}'
        f"{plot(f'ms waited by 95 of 100, at {TURNS_A_SECOND} turns a second', waits, WIDTH + 130)}</svg>\n"
    )


def plot(title: str, lines: Sequence[tuple[str, Sequence[float]]], left: int) -> str:
    highest = 1.1 * max(max(values) for _, values in lines)
    parts = [f'<text x="{left}" y="24" font-weight="600">{escape(title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = 40 + HEIGHT * (1 - share)
        parts.append(
            f'<path d="M{left} {y:.0f}h{WIDTH}" stroke="#ccd"/><text x="{left - 36}" y="{y:.0f}">{highest * share:.0f}</text>'
        )
    across = [left + WIDTH * place / (len(CHATS) - 1) for place in range(len(CHATS))]
    parts += [f'<text x="{x - 14:.0f}" y="{HEIGHT + 58}">{chats} chats</text>' for x, chats in zip(across, CHATS, strict=True)]
    for place, (name, values) in enumerate(lines):
        points = " ".join(f"{x:.0f},{40 + HEIGHT * (1 - value / highest):.0f}" for x, value in zip(across, values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[place]}" stroke-width="2"/>')
        parts.append(f'<text x="{left + 130 * place}" y="{HEIGHT + 80}" fill="{COLOURS[place]}">{escape(name)}</text>')
    return "".join(parts)
