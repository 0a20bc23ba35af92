"""The peer: stock Rasa with its default DIET pipeline, its REST channel and rules, on the same questions.

DIET on all content would train for hours, so it gets the housing and family questions in four languages.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import yaml

from content.load import load_content
from tests.bench.figure import Figure, milliseconds
from tests.bench.turns import ALONE, CHATS, QUESTIONS, TURNS_A_CHAT
from tests.conftest import free_port

TOPICS = ("housing", "family_reunification")
LANGUAGES = ("nl", "fr", "en", "ar")
QUESTIONS_EACH = 15
EPOCHS = 100
PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


async def measure(folder: Path) -> list[Figure]:
    project = folder / "stock"
    project.mkdir()
    examples = write_project(project)
    began = time.monotonic()
    subprocess.run([*rasa(), "train", "--quiet"], cwd=project, check=True, env=quiet(), stdout=subprocess.DEVNULL)
    trained = time.monotonic() - began
    port = free_port()
    server = subprocess.Popen(
        [*rasa(), "run", "--port", str(port), "-i", "127.0.0.1"], cwd=project, env=quiet(), stderr=subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            ready = await until_ready(client)
            alone = [await turn(client, "alone", number) for number in range(ALONE)][5:]
            began = time.perf_counter()
            await asyncio.gather(*(chat(client, f"chat {number}") for number in range(CHATS)))
            rate = CHATS * TURNS_A_CHAT / (time.perf_counter() - began)
        memory = resident_megabytes(server.pid)
    finally:
        server.terminate()
        server.wait(20)
    return [
        Figure("stock Rasa: training", "", f"{trained:.0f} s for {examples} examples"),
        Figure("stock Rasa: one turn alone, REST only", "", milliseconds(alone)),
        Figure(f"stock Rasa: turns with {CHATS} chats at once, REST only", "", f"{rate:.0f}/s"),
        Figure("stock Rasa: memory, ready after", "", f"{memory:.0f} MB, {ready:.0f} s"),
    ]


def write_project(project: Path) -> int:
    """config, domain, NLU and rules of a plain Rasa project; returns the number of examples."""
    intents = dict(questions())
    (project / "data").mkdir()
    nlu = [{"intent": name, "examples": "".join(f"- {one}\n" for one in lines)} for name, lines in intents.items()]
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in [*intents, "nlu_fallback"]]
    domain = {
        "version": "3.1",
        "intents": [*intents],
        "responses": {f"utter_{name}": [{"text": f"Answer of {name}. " * 12}] for name in [*intents, "nlu_fallback"]},
    }
    policies = [{"name": "RulePolicy"}]
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": PIPELINE, "policies": policies}
    for name, document in {
        "config.yml": config,
        "domain.yml": domain,
        "credentials.yml": {"rest": None},
        "endpoints.yml": {},
        "data/nlu.yml": {"version": "3.1", "nlu": nlu},
        "data/rules.yml": {"version": "3.1", "rules": rules},
    }.items():
        (project / name).write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return sum(len(lines) for lines in intents.values())


def questions() -> Iterator[tuple[str, list[str]]]:
    for entry in load_content(Path("content")).entries.values():
        if entry.topic in TOPICS:
            texts = [entry.texts[code] for code in LANGUAGES]
            lines = [one.replace("[", "(").replace("]", ")") for text in texts for one in text.questions[:QUESTIONS_EACH]]
            yield entry.id.replace("/", "_"), lines


async def until_ready(client: httpx.AsyncClient) -> float:
    began = time.monotonic()
    while time.monotonic() - began < 180:
        try:
            if (await client.get("/status")).status_code == 200:
                return time.monotonic() - began
        except httpx.HTTPError:
            await asyncio.sleep(0.2)
    raise TimeoutError("stock Rasa did not start")


async def turn(client: httpx.AsyncClient, sender: str, number: int) -> float:
    began = time.perf_counter()
    body = {"sender": sender, "message": QUESTIONS[number % len(QUESTIONS)]}
    (await client.post("/webhooks/rest/webhook", json=body)).raise_for_status()
    return time.perf_counter() - began


async def chat(client: httpx.AsyncClient, sender: str) -> None:
    for number in range(TURNS_A_CHAT):
        await turn(client, sender, number)


def rasa() -> list[str]:
    return [sys.executable, "-m", "rasa"]


def quiet() -> dict[str, str]:
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def resident_megabytes(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
