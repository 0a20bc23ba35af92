"""The peer: stock Rasa, its default DIET pipeline and rules, on questions of ours. For comparisons only; nothing else needs it.

Promise: Rasa runs as its own documentation starts it, in a folder of its own, without our light() and quiet().
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import yaml

from nlu.decide import ANSWER, CRISIS, DIALOGUE, FALLBACK, Understanding
from nlu.examples import NEAR_MISS, OUT_OF_SCOPE, is_crisis, is_entry
from nlu.ranker import RANKED, Ranked

EPOCHS = 100  # DIET's default is 300, the project template says 100
READY_SECONDS = 180
POLL_SECONDS = 0.2
FALLBACK_INTENT = "nlu_fallback"
PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


@dataclass(frozen=True)
class Stock:
    """A stock Rasa that answers at `address`; memory and time to be ready as measured when it was."""

    address: str
    pid: int
    ready_seconds: float

    @property
    def megabytes(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    def parse(self, client: httpx.Client, text: str) -> Understanding:
        """What DIET and the fallback make of a text, in our words; raises httpx.HTTPError."""
        answer = client.post(f"{self.address}/model/parse", json={"text": text})
        answer.raise_for_status()
        return understood(answer.json())


def write_project(folder: Path, questions: Mapping[str, Sequence[str]], epochs: int = EPOCHS) -> int:
    """config, domain, questions and one rule an id, as a plain Rasa project; returns the number of questions."""
    intents = [intent(one) for one in (*questions, FALLBACK_INTENT)]
    rules = [{"rule": one, "steps": [{"intent": one}, {"action": f"utter_{one}"}]} for one in intents]
    pipeline = [one | ({"epochs": epochs} if one["name"] == "DIETClassifier" else {}) for one in PIPELINE]
    examples = {one: "".join(f"- {plain(line)}\n" for line in lines) for one, lines in questions.items()}
    answers = {f"utter_{one}": [{"text": f"Answer of {one}. " * 12}] for one in intents}
    documents: dict[str, Any] = {
        "config.yml": {
            "recipe": "default.v1",
            "assistant_id": "stock",
            "language": "en",
            "pipeline": pipeline,
            "policies": [{"name": "RulePolicy"}],
        },
        "domain.yml": {"version": "3.1", "intents": intents[:-1], "responses": answers},
        "credentials.yml": {"rest": None},
        "endpoints.yml": {},
        "data/nlu.yml": {"version": "3.1", "nlu": [{"intent": intent(one), "examples": examples[one]} for one in questions]},
        "data/rules.yml": {"version": "3.1", "rules": rules},
    }
    for name, document in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return sum(map(len, questions.values()))


def train(folder: Path, most_seconds: float) -> float:
    """Seconds taken; raises subprocess.TimeoutExpired or CalledProcessError."""
    began = time.monotonic()
    command = [*rasa(), "train", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, env=quiet(), timeout=most_seconds, **SILENT)
    return time.monotonic() - began


@contextmanager
def serving(folder: Path) -> Iterator[Stock]:
    """The trained project behind its own REST channel and its HTTP API; raises TimeoutError when it does not come up."""
    port = free_port()
    command = [*rasa(), "run", "--enable-api", "--port", str(port), "-i", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=folder, env=quiet(), **SILENT)
    try:
        address = f"http://127.0.0.1:{port}"
        yield Stock(address, server.pid, until_ready(address))
    finally:
        server.terminate()
        server.wait(20)


def until_ready(address: str) -> float:
    began = time.monotonic()
    with httpx.Client(timeout=5, trust_env=False) as client:
        while time.monotonic() - began < READY_SECONDS:
            try:
                if client.get(f"{address}/status").status_code == httpx.codes.OK:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(POLL_SECONDS)
    raise TimeoutError(f"stock Rasa was not ready in {READY_SECONDS} s")


def understood(told: Mapping[str, Any]) -> Understanding:
    """Rasa's parse data as one of ours: the intent first decides, nothing is weighed."""
    first = identifier(str((told.get("intent") or {}).get("name") or FALLBACK_INTENT))
    ranked = [Ranked(identifier(str(one["name"])), float(one["confidence"])) for one in told.get("intent_ranking", ())]
    ranked = [one for one in ranked if one.id not in (FALLBACK_INTENT, NEAR_MISS)]
    confidence = float((told.get("intent") or {}).get("confidence") or 0)
    crisis = first if is_crisis(first) else None
    return Understanding(outcome(first), first, confidence, tuple(ranked[:RANKED]), "", crisis)


def outcome(first: str) -> str:
    if is_crisis(first):
        return CRISIS
    if is_entry(first):
        return ANSWER
    return FALLBACK if first in (FALLBACK_INTENT, OUT_OF_SCOPE, NEAR_MISS) else DIALOGUE


def intent(identifier: str) -> str:
    """Rasa keeps `/` for its response selectors."""
    return identifier.replace("/", "--")


def identifier(intent: str) -> str:
    return intent.replace("--", "/")


def plain(question: str) -> str:
    """One line without the brackets that mark entities in Rasa's files."""
    return " ".join(question.translate({ord("["): "(", ord("]"): ")"}).split())


def rasa() -> list[str]:
    return [sys.executable, "-m", "rasa"]


def quiet() -> dict[str, str]:
    told = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    return {**os.environ, **told}


def free_port() -> int:
    with socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
