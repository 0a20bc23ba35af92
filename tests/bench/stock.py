"""The peer: stock Rasa with its default DIET pipeline, its REST channel and rules, on the same questions.

DIET on all content would train for hours, so it gets the housing and family questions in four languages.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx

from content.load import load_content
from nlu import stock
from tests.bench.figure import Figure, milliseconds
from tests.bench.turns import ALONE, CHATS, QUESTIONS, TURNS_A_CHAT

TOPICS = ("housing", "family_reunification")
LANGUAGES = ("nl", "fr", "en", "ar")
QUESTIONS_EACH = 15
EPOCHS = 20  # a fifth of the usual: how long a turn takes does not depend on it
TRAINING_SECONDS = 1800


async def measure(folder: Path) -> list[Figure]:
    project = folder / "stock"
    examples = stock.write_project(project, questions(), EPOCHS)
    trained = stock.train(project, TRAINING_SECONDS)
    with stock.serving(project) as server:
        async with httpx.AsyncClient(base_url=server.address, timeout=60, trust_env=False) as client:
            alone = [await turn(client, "alone", number) for number in range(ALONE)][5:]
            began = time.perf_counter()
            await asyncio.gather(*(chat(client, f"chat {number}") for number in range(CHATS)))
            rate = CHATS * TURNS_A_CHAT / (time.perf_counter() - began)
        memory = server.megabytes
    return [
        Figure("stock Rasa: training", "", f"{trained:.0f} s for {examples} examples, {EPOCHS} rounds"),
        Figure("stock Rasa: one turn alone, REST only", "", milliseconds(alone)),
        Figure(f"stock Rasa: turns with {CHATS} chats at once, REST only", "", f"{rate:.0f}/s"),
        Figure("stock Rasa: memory, ready after", "", f"{memory:.0f} MB, {server.ready_seconds:.0f} s"),
    ]


def questions() -> dict[str, list[str]]:
    entries = [entry for entry in load_content(Path("content")).entries.values() if entry.topic in TOPICS]
    return {
        entry.id: [line for code in LANGUAGES for line in entry.texts[code].questions[:QUESTIONS_EACH]] for entry in entries
    }


async def turn(client: httpx.AsyncClient, sender: str, number: int) -> float:
    began = time.perf_counter()
    body = {"sender": sender, "message": QUESTIONS[number % len(QUESTIONS)]}
    (await client.post("/webhooks/rest/webhook", json=body)).raise_for_status()
    return time.perf_counter() - began


async def chat(client: httpx.AsyncClient, sender: str) -> None:
    for number in range(TURNS_A_CHAT):
        await turn(client, sender, number)
