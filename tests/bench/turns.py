"""One message turn through sandbox, bot, Rasa, action and back; one at a time, and many chats at once."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from content.compose import AUTONYMS
from sandbox.client import Person, SandboxClient
from tests.bench.figure import Figure, milliseconds, percentile
from tests.journeys.conftest import Running, descendants, on_free_ports, start

ALONE = 100
CHATS = 16
TURNS_A_CHAT = 25
QUESTIONS = (
    "how do I get my rental deposit back?",
    "my landlord does not repair the heating",
    "which documents does my wife need for the visa?",
    "how long do I have to apply for family reunification",
)


async def measure(folder: Path) -> list[Figure]:
    """Starts everything on free ports; the sandbox's own pace limits are lifted, Telegram's would hide ours."""
    settings = on_free_ports(folder, sends_per_second=10_000.0, sends_per_second_per_chat=1_000.0)
    began = time.monotonic()
    running = start(settings, folder / "printed")
    ready = time.monotonic() - began
    try:
        async with SandboxClient(running.sandbox) as sandbox:
            people = [await newcomer(sandbox, number) for number in range(CHATS)]
            alone = [await turn(people[0], number) for number in range(ALONE)][5:]
            together, took = await many(people)
        return [*figures(alone, together, took), *weight(running, ready)]
    finally:
        running.supervisor.send_signal(signal.SIGINT)
        running.supervisor.wait(40)


async def newcomer(sandbox: SandboxClient, number: int) -> Person:
    person = await sandbox.person(f"Person {number}", "en")
    await person.starts()
    await person.hears(within=15)
    await person.presses(AUTONYMS["en"])
    await person.hears(within=15)
    return person


async def turn(person: Person, number: int) -> float:
    """Seconds from the person's message to the reply on their phone."""
    began = time.perf_counter()
    await person.says(QUESTIONS[number % len(QUESTIONS)])
    await person.hears(within=30)
    return time.perf_counter() - began


async def many(people: Sequence[Person]) -> tuple[list[float], float]:
    async def chat(person: Person) -> list[float]:
        return [await turn(person, number) for number in range(TURNS_A_CHAT)]

    began = time.perf_counter()
    turns = await asyncio.gather(*(chat(person) for person in people))
    return [seconds for one in turns for seconds in one], time.perf_counter() - began


def figures(alone: Sequence[float], together: Sequence[float], took: float) -> list[Figure]:
    rate = len(together) / took
    fast = percentile(alone, 0.5) <= 0.040 and percentile(alone, 0.95) <= 0.100
    return [
        Figure("one turn alone", milliseconds(alone), "", "p50 <= 40 ms, p95 <= 100 ms", fast),
        Figure(f"turns with {CHATS} chats at once", f"{rate:.0f}/s ({milliseconds(together)})", "", ">= 60/s", rate >= 60),
    ]


def weight(running: Running, ready: float) -> list[Figure]:
    """Resident memory of every process, in MB (proportional set size: shared pages are counted once)."""
    by_name: dict[str, float] = {}
    for pid in descendants(running.supervisor.pid):
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        name = next((one for one in arguments[::-1] if one and not one.startswith("-")), "?").rsplit("/", 1)[-1]
        by_name[name] = by_name.get(name, 0) + proportional_megabytes(pid)
    total = sum(by_name.values())
    parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(by_name.items(), key=lambda item: -item[1]))
    return [
        Figure("all processes together", f"{total:.0f} MB ({parts})", "", "<= 1300 MB", total <= 1300),
        Figure("ready after", f"{ready:.0f} s", "", "<= 15 s", ready <= 15),
    ]


def proportional_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
